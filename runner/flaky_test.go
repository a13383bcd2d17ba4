package runner

import (
	"sync/atomic"
	"testing"
	"testing/synctest"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// An endpoint that forgets a configuration now and then answers as a node does that is late; but it goes on doing so.
func TestForgettingIsFlaky(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		var asked atomic.Int64
		w.answer = func(_ string, holds *s3cors.Configuration) *s3cors.Configuration {
			if asked.Add(1)%5 == 0 {
				return nil
			}
			return holds
		}
		report, _, _ := played(t, w, Options{}, "origins/exact", "methods/listed")
		if report.Summary.Flaky == 0 || report.Summary.Errors > 0 {
			t.Errorf("%+v", report.Summary)
		}
	})
}

// The reason of a flaky cell names what one attempt had and the other had not.
func TestFlakyReason(t *testing.T) {
	cell := func(verdict result.Verdict, findings ...string) result.Cell {
		c := result.Cell{Verdict: verdict}
		for _, check := range findings {
			c.Findings = append(c.Findings, result.Finding{Check: check, Got: "absent"})
		}
		return c
	}
	asked := func(c result.Cell, times int) result.Cell {
		c.Attempts = times
		return c
	}
	for _, c := range []struct {
		first, second result.Cell
		want          string
	}{
		{cell(result.Failed, "actual.vary"), cell(result.Passed), "asked twice, wrong in actual.vary (absent) and then right"},
		{cell(result.Passed), cell(result.Error), "asked twice, right and then without an answer"},
		{cell(result.Failed, "actual.vary"), cell(result.Failed, "actual.vary", "actual.status"), "asked twice, wrong in fewer ways and then wrong in actual.status (absent)"},
		{cell(result.Failed, "a", "b"), cell(result.Failed, "a", "c"), "asked twice, wrong in b (absent) and then wrong in c (absent)"},
		{cell(result.Failed, "actual.vary"), asked(cell(result.Passed), 9), "asked 9 times, wrong in actual.vary (absent) and then right"},
	} {
		if got := flaky(c.first, c.second).Reason; got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
