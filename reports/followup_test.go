package reports

import (
	"testing"

	"corsprobe/runner/result"
)

// TestTextFollowUp shows what was asked beyond the plan, and what it left, once for all questions between the same.
func TestTextFollowUp(t *testing.T) {
	between := []string{"only-first-rule", "rule-by-origin-alone"}
	r := result.Report{
		Cells:  []result.Cell{{ID: "a/b", Scenario: "a", Verdict: result.Failed, Findings: []result.Finding{{Check: "preflight.status", Class: result.Breakage}}}},
		Causes: []result.Cause{{Deviation: "only-first-rule", Class: result.Breakage, Summary: "Only the first rule is looked at.", Checks: []string{"preflight.status"}, Cells: []string{"a/b"}}},
		FollowUp: &result.FollowUp{
			Questions: []result.FollowUpQuestion{
				{Between: between, Cell: "follow-up-1/x", Remaining: between[:1]}, {Between: between, Cell: "follow-up-2/x", Remaining: between[:1]},
				{Between: []string{"vary-missing", "vary-origin-only"}, Cell: "follow-up-3/x", Remaining: nil},
			},
			Cells: []result.Cell{
				{ID: "follow-up-1/x", Title: "PUT one", File: "catalogue/rules/order.yaml", Line: 7}, {ID: "follow-up-2/x", Title: "PUT two"}, {ID: "follow-up-3/x", Title: "GET three"},
			},
			Incomplete: "there was no time for more questions",
		},
	}
	inOrder(t, text(t, r, TextOptions{}), "   deviation  only-first-rule\n", `
asked further, where several deviations explained the same answers:
   between   only-first-rule, rule-by-origin-alone
   left      only-first-rule
   asked     PUT one, as in catalogue/rules/order.yaml:7
   asked     PUT two
   between   vary-missing, vary-origin-only
   left      none of them
   asked     GET three
   not all was asked: there was no time for more questions

not explained: nothing
`)
}
