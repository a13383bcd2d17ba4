package runner

import (
	"testing"

	"corsprobe/runner/result"
	"corsprobe/scenarios"

	"github.com/google/go-cmp/cmp"
)

// What a run could not judge is no reason to call an entry stale: it may have been interrupted.
func TestStale(t *testing.T) {
	entry := []scenarios.Deviation{{Cells: "a/**", Check: "preflight.vary", Reason: "never sent"}}
	vary := []result.Finding{{Check: "preflight.vary"}}
	for _, c := range []struct {
		desc string
		cell result.Cell
		want string
	}{
		{"occurs", result.Cell{ID: "a/b", Verdict: result.Failed, Findings: vary}, ""},
		{"conforms", result.Cell{ID: "a/b", Verdict: result.Passed}, "no longer occurs"},
		{"another cell", result.Cell{ID: "b/b", Verdict: result.Failed, Findings: vary}, "matches no cell that was judged"},
		{"in error", result.Cell{ID: "a/b", Verdict: result.Error}, ""},
		{"another in error", result.Cell{ID: "b/b", Verdict: result.Error}, "matches no cell that was judged"},
		{"unsupported", result.Cell{ID: "a/b", Verdict: result.Unsupported}, "matches no cell that was judged"},
	} {
		d := Deviations{List: entry}
		d.apply(&c.cell)
		got := ""
		for _, s := range d.stale() {
			got = s.Problem
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.desc, diff)
		}
	}
}
