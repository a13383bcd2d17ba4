package reports

import (
	"strings"
	"testing"

	"corsprobe/runner/result"
)

// TestSupportTable has deviations as rows, known ones and causes alike, worst first; a column of what is known of a provider beside the runs'.
func TestSupportTable(t *testing.T) {
	exposed := result.Finding{Check: "actual.expose-headers", Class: result.Exposure, Known: &result.Deviation{Name: "always-exposed: [ETag]", Reason: "ETag", Link: "https://example.com/(1)"}}
	lowly := result.Finding{Check: "preflight.expose-headers", Class: result.Contract, Known: exposed.Known}
	vary := result.Finding{Check: "preflight.vary", Class: result.Cache}
	first := result.Report{Cells: []result.Cell{
		{ID: "a/1", Verdict: result.Known, Findings: []result.Finding{lowly}}, {ID: "a/2", Verdict: result.Known, Findings: []result.Finding{exposed, lowly}},
	}}
	second := result.Report{
		Cells:  []result.Cell{{ID: "a/1", Verdict: result.Failed, Findings: []result.Finding{vary}}},
		Causes: []result.Cause{{Deviation: "vary-missing", Class: result.Cache, Cells: []string{"a/1"}, Checks: []string{"preflight.vary"}}},
	}
	for _, r := range []*result.Report{&first, &second} {
		r.Summary = result.Summarise(r.Cells)
	}
	runs := []Compared{{Name: "One", Report: first}, {Name: "Two", Report: second}}
	c := Compare(runs)
	c.AddDeviations(runs, []Also{{Title: "Three", Says: "documented", Deviations: []KnownDeviation{
		{Name: "always-exposed: [Date]", Class: result.Exposure}, {Name: "delete-200", Class: result.Contract, Link: "https://example.com/2"},
	}}}, map[string]string{"always-exposed": "Some headers are exposed.", "vary-missing": "Vary is never sent.", "delete-200": "It gets 200."})
	var b strings.Builder
	if err := writeSupportTable(&b, c); err != nil {
		t.Fatal(err)
	}
	inOrder(t, b.String(),
		"|  | class | One | Two | Three |\n",
		"| `always-exposed` Some headers are exposed. | exposure | [2 cells](https://example.com/(1%29) `[ETag]` |  | yes `[Date]` |\n",
		"| `vary-missing` Vary is never sent. | cache |  | 1 cell |  |\n",
		"<details><summary>1 deviation more, that no browser and no cache would notice</summary>",
		"| `delete-200` It gets 200. | contract |  |  | [yes](https://example.com/2) |\n",
		"</details>", "**exposure**: ")
}
