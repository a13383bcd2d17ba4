package reports

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"corsprobe/runner/result"
)

// judged is a cell with findings, given as checks and classes in turn.
func judged(v result.Verdict, findings ...string) *result.Cell {
	c := &result.Cell{ID: "a/b/c", Verdict: v}
	for i := 0; i < len(findings); i += 2 {
		c.Findings = append(c.Findings, result.Finding{Check: findings[i], Class: result.Class(findings[i+1])})
	}
	return c
}

func withKnown(c *result.Cell) *result.Cell {
	for i := range c.Findings {
		c.Findings[i].Known = &result.Deviation{Reason: "listed"}
	}
	return c
}

// What a gate does with each change of a cell.
func TestDifference(t *testing.T) {
	fails := func(findings ...string) *result.Cell { return judged(result.Failed, findings...) }
	for _, tc := range []struct {
		name          string
		before, after *result.Cell
		want          string // "worse CLASS", "better CLASS", or nothing
	}{
		{"still passes", judged(result.Passed), judged(result.Passed), ""},
		{"fails as before", fails("actual.vary", "cache"), fails("actual.vary", "cache"), ""},
		{"begins to fail", judged(result.Passed), fails("actual.vary", "cache"), "worse cache"},
		{"is mended", fails("actual.vary", "cache"), judged(result.Passed), "better cache"},
		{"another check", fails("actual.vary", "cache"), fails("actual.vary", "cache", "actual.max-age", "contract"), "worse contract"},
		{"one check less", fails("actual.vary", "cache", "actual.max-age", "contract"), fails("actual.vary", "cache"), "better contract"},
		{"one check for another", fails("actual.vary", "cache"), fails("actual.max-age", "contract"), "worse contract"},
		{"a worse class", fails("actual.allow-origin", "breakage"), fails("actual.allow-origin", "exposure"), "worse exposure"},
		{"a milder class", fails("actual.allow-origin", "exposure"), fails("actual.allow-origin", "contract"), "better exposure"},
		{"begins to waver", fails("actual.vary", "cache"), judged(result.Flaky, "actual.vary", "cache"), ""},
		{"wavers where it passed", judged(result.Passed), judged(result.Flaky, "actual.vary", "cache"), "worse cache"},
		{"is listed", fails("actual.vary", "cache"), withKnown(judged(result.Known, "actual.vary", "cache")), "better cache"},
		{"is listed at once", judged(result.Passed), withKnown(judged(result.Known, "actual.vary", "cache")), ""},
		{"is no longer listed", withKnown(judged(result.Known, "actual.vary", "cache")), fails("actual.vary", "cache"), "worse cache"},
		{"cannot be asked any more", judged(result.Passed), judged(result.Unsupported), "worse "},
		{"fails, and cannot be asked any more", fails("actual.vary", "cache"), judged(result.Unsupported), "worse "},
		{"can be asked", judged(result.Unsupported), judged(result.Passed), "better "},
		{"can be asked, and fails", judged(result.Unsupported), fails("actual.vary", "cache"), "worse cache"},
		{"could not be judged", judged(result.Passed), judged(result.Error), "worse "},
		{"a verdict of a later release", judged(result.Passed), judged("odd"), "worse "},
		{"new, passes", nil, judged(result.Passed), ""},
		{"new, cannot be asked", nil, judged(result.Unsupported), ""},
		{"new, known", nil, withKnown(judged(result.Known, "actual.vary", "cache")), ""},
		{"new, fails", nil, fails("actual.vary", "cache"), "worse cache"},
		{"new, in error", nil, judged(result.Error), "worse "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			worse, better := difference(tc.before, tc.after)
			got := ""
			switch {
			case worse != nil && better != nil:
				t.Fatal("worse and better at once")
			case worse != nil:
				got = "worse " + string(worse.Class)
			case better != nil && tc.before != nil:
				got = "better " + string(better.Class)
			}
			if got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// earlier is a run before [sample]: another defect, one that is mended since, and cells that are gone or were not asked this time.
func earlier() result.Report {
	r := sample()
	r.Run.ID, r.Run.Started = "20260201-11aa", started.AddDate(0, -1, 0)
	mended := passedCells()[0]
	mended.Verdict, mended.Findings = result.Failed, cached().Findings
	r.Cells = append([]result.Cell{mended}, r.Cells[2:]...) // and one cell is new
	for i := range r.Cells {
		if c := &r.Cells[i]; c.ID == broken().ID || c.ID == reflected()[0].ID || c.ID == reflected()[1].ID {
			c.Verdict, c.Findings = result.Passed, nil
		}
	}
	for _, id := range []string{"old/gone", "old/left"} {
		r.Cells = append(r.Cells, newCell(id, "x", "GET", result.Passed))
	}
	return r
}

// held is a report that was held against an earlier one.
func held() result.Report {
	r := sample()
	r.Baseline = HoldAgainst(earlier(), r, "baseline.json", []string{"old/left/x"})
	return r
}

func TestHoldAgainst(t *testing.T) {
	b := held().Baseline
	var worse, better []string
	for _, c := range b.Worse {
		worse = append(worse, c.ID)
	}
	for _, c := range b.Better {
		better = append(better, c.ID)
	}
	got := map[string][]string{"worse": worse, "better": better, "new": b.New, "gone": b.Gone}
	want := map[string][]string{
		"worse":  {reflected()[0].ID, reflected()[1].ID, broken().ID},
		"better": {passedCells()[0].ID},
		"new":    {passedCells()[1].ID},
		"gone":   {"old/gone/x"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A run that is held against itself shows no difference, whatever is in it.
func TestHoldAgainstItself(t *testing.T) {
	r := sample()
	b := HoldAgainst(r, r, "same.json", nil)
	if len(b.Worse)+len(b.Better)+len(b.New)+len(b.Gone) != 0 {
		t.Errorf("got %+v", b)
	}
}

func TestBaselineOf(t *testing.T) {
	now := sample()
	now.Cells = now.Cells[:3]
	slim := BaselineOf(now, earlier(), []string{"old/left/x"})
	var ids []string
	for _, c := range slim.Cells {
		ids = append(ids, c.ID)
		if c.Exchanges != nil || c.Curl != nil || c.Explanation != "" {
			t.Errorf("%s keeps evidence", c.ID)
		}
	}
	want := []string{now.Cells[0].ID, now.Cells[1].ID, now.Cells[2].ID, "old/left/x"}
	if diff := cmp.Diff(want, ids); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if b := HoldAgainst(slim, now, "slim.json", []string{"old/left/x"}); len(b.Worse)+len(b.Better)+len(b.New)+len(b.Gone) != 0 {
		t.Errorf("a run against its own baseline: %+v", b)
	}
}
