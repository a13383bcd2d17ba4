package reports

import (
	"strings"
	"testing"

	"corsprobe/runner/result"
)

// followedUp is a report with questions beyond the plan.
func followedUp() result.Report {
	between := []string{"only-first-rule", "rule-by-origin-alone"}
	return result.Report{
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
}

// TestTextFollowUp shows what was asked, and what it left, once for all questions between the same.
func TestTextFollowUp(t *testing.T) {
	inOrder(t, text(t, followedUp(), TextOptions{}), "   deviation  only-first-rule\n", `
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

// TestHTMLFollowUp: the page tells the same below its causes.
func TestHTMLFollowUp(t *testing.T) {
	inOrder(t, htmlPage(t, followedUp()), `<details class="cause" id="cause-1"`, `<details class="cause" id="asked"><summary>`, "3 further questions</span></summary>",
		"<dt>between</dt><dd><code>only-first-rule, rule-by-origin-alone</code></dd><dt>left</dt><dd><code>only-first-rule</code></dd><dt>asked</dt><dd>PUT one, as in catalogue/rules/order.yaml:7</dd><dt>asked</dt><dd>PUT two</dd></dl>",
		"<dt>between</dt><dd><code>vary-missing, vary-origin-only</code></dd><dt>left</dt><dd><code>none of them</code></dd><dt>asked</dt><dd>GET three</dd></dl>",
		"<p>Not all was asked: there was no time for more questions</p>", "Not explained: nothing.")
	if strings.Contains(htmlPage(t, clean()), `id="asked"`) {
		t.Error("a run that asked nothing further says that it did")
	}
}

// TestHTMLCounts: in some cells of a cause only another cause shows.
func TestHTMLCounts(t *testing.T) {
	failed := func(id, check string) result.Cell {
		return result.Cell{ID: id, Verdict: result.Failed, Findings: []result.Finding{{Check: check, Class: result.Contract}}}
	}
	cause := result.Cause{Checks: []string{"preflight.error-code"}, Cells: []string{"a", "b", "c"}}
	r := result.Report{Cells: []result.Cell{failed("a", "preflight.error-code"), failed("b", "preflight.status"), failed("c", "preflight.error-code"), failed("d", "preflight.error-code")}}
	if got := countsOf(r, named{Cause: cause, count: 3}); got != "3 cells, in 1 behind other causes" {
		t.Errorf("got %q", got)
	}
	r.Cells[1] = failed("b", "preflight.error-code")
	if got := countsOf(r, named{Cause: cause, count: 3}); got != "3 cells" {
		t.Errorf("got %q", got)
	}
}
