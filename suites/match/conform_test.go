package match_test

import (
	"testing"

	"corsprobe/runner/result"
	"corsprobe/suites/match"

	"github.com/google/go-cmp/cmp"
)

// A cell that did not conform tells why, with all the evidence in the order of its worth.
func TestConformMessages(t *testing.T) {
	finding := result.Finding{Check: "preflight.vary", Class: result.Cache, Expected: "Origin", Got: "absent", Why: "it is owed", Facts: []int{29}}
	seen := finding
	seen.Browser = &result.Effect{Sentence: "a cache may mix answers up"}
	listed := finding
	listed.Known = &result.Deviation{Reason: "never sent", Link: "https://bugs.example/1"}
	for _, c := range []struct {
		name string
		cell result.Cell
		want string
	}{
		{"nothing but a verdict", result.Cell{ID: "a", Verdict: result.Failed}, "Expected\n    a\nto conform (failed: 0 findings)"},
		{"a place without a line", result.Cell{ID: "a", Title: "t", File: "f.yaml", Verdict: result.Failed}, "Expected\n    a\n    t\n    f.yaml\nto conform (failed: 0 findings)"},
		{"a finding", result.Cell{ID: "a", Title: "GET", File: "f.yaml", Line: 7, Verdict: result.Failed, Findings: []result.Finding{finding}, Explanation: "Rule 1 answers.\nRule 2 would.", Curl: []string{"curl 1", "curl 2"},
			Browser: &result.Browser{Owed: "readable", Got: "blocked: x"}},
			`Expected
    a
    GET
    f.yaml:7
to conform (failed: 1 finding)
    [cache] preflight.vary
        expected  Origin
        got       absent
        why       it is owed
        facts     29
    S3: Rule 1 answers.
    Rule 2 would.
    a browser: blocked: x; with the answer that was owed readable
    to repeat it:
        curl 1
        curl 2`},
		{"a browser's own sentence stands once", result.Cell{ID: "a", Verdict: result.Failed, Findings: []result.Finding{seen, listed}, Browser: &result.Browser{Sentence: "not said again"}},
			`Expected
    a
to conform (failed: 2 findings)
    [cache] preflight.vary
        expected  Origin
        got       absent
        why       it is owed
        facts     29
        browser   a cache may mix answers up
    [cache] preflight.vary
        expected  Origin
        got       absent
        why       it is owed
        facts     29
        known     never sent https://bugs.example/1`},
		{"no difference for a page", result.Cell{ID: "a", Verdict: result.Failed, Browser: &result.Browser{Owed: "readable", Got: "readable"}},
			"Expected\n    a\nto conform (failed: 0 findings)\n    a browser: readable, with the answer that came as with the one that was owed"},
		{"known without a reason", result.Cell{ID: "a", Verdict: result.Known}, "Expected\n    a\nto conform (a known deviation)"},
		{"flaky", result.Cell{ID: "a", Verdict: result.Flaky, Reason: "200, then 403"}, "Expected\n    a\nto conform (flaky: the same request was answered in two ways: 200, then 403)"},
		{"unsupported", result.Cell{ID: "a", Verdict: result.Unsupported, Reason: "no virtual hosts"}, "Expected\n    a\nto conform (unsupported: it was not asked: no virtual hosts)"},
		{"error", result.Cell{ID: "a", Verdict: result.Error, Reason: "timeout\x07"}, `Expected` + "\n    a\nto conform (error: no judgement was possible: \"timeout\\a\")"},
		{"of a later release", result.Cell{ID: "a", Verdict: "half"}, "Expected\n    a\nto conform (no verdict known here: \"half\")"},
		{"none", result.Cell{ID: "a"}, "Expected\n    a\nto conform (no verdict known here: \"\")"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, actual := range []any{c.cell, &c.cell} {
				outcome, text := ask(match.Conform(), actual)
				if diff := cmp.Diff(c.want, text); outcome != "fails" || diff != "" {
					t.Errorf("%s (-want +got):\n%s", outcome, diff)
				}
			}
		})
	}
}
