package runner

import (
	"testing"

	"corsprobe/runner/result"
	"corsprobe/scenarios"

	"github.com/google/go-cmp/cmp"
)

// failing is a failed cell with one finding of a class.
func failing(file string, class result.Class) result.Cell {
	origin := "https://a.example"
	return result.Cell{ID: "a/b/c", File: file, Verdict: result.Failed, Point: &result.Point{Origin: &origin},
		Findings: []result.Finding{{Check: "actual.allow-origin", Class: class, Got: "Access-Control-Allow-Origin: https://a.example", Why: "differs"}}}
}

func TestDeviationsApply(t *testing.T) {
	entry := scenarios.Deviation{Cells: "a/**", Check: "actual.*", Got: "*: {origin}", Reason: "it echoes"}
	lenient, other, expired := entry, entry, entry
	lenient.Lenient, other.Got, expired.Until = true, "*: https://b.example", "2020-01-01"
	for _, c := range []struct {
		name    string
		entry   scenarios.Deviation
		explain bool
		cell    result.Cell
		verdict result.Verdict
		why     string
	}{
		{"the user's own", entry, true, failing("mine.yaml", result.Exposure), result.Known, "differs"},
		{"a provider's, on the catalogue", lenient, true, failing("catalogue/x.yaml", result.Exposure), result.Known, "differs"},
		{"a provider's, where no page is hurt", lenient, true, failing("mine.yaml", result.Contract), result.Known, "differs"},
		{"a provider's, where a page is hurt", lenient, true, failing("mine.yaml", result.Breakage), result.Failed, "differs; known of the provider: it echoes"},
		{"the embedded server's", lenient, false, failing("mine.yaml", result.Breakage), result.Known, "differs"},
		{"another origin", other, false, failing("mine.yaml", result.Contract), result.Failed, "differs"},
		{"expired", expired, false, failing("mine.yaml", result.Contract), result.Failed, "differs"},
	} {
		d := &Deviations{List: []scenarios.Deviation{c.entry, c.entry}, Explain: c.explain} // told once, however many entries say so
		d.apply(&c.cell)
		if c.cell.Verdict != c.verdict || c.cell.Findings[0].Why != c.why {
			t.Errorf("%s: %s, %s; want %s, %s", c.name, c.cell.Verdict, c.cell.Findings[0].Why, c.verdict, c.why)
		}
	}
}

func TestDeviationsThatDoNotOccur(t *testing.T) {
	entries := map[string]scenarios.Deviation{
		"occurs":      {Cells: "a/**", Check: "actual.*"},
		"gone":        {Cells: "a/**", Check: "preflight.vary"},
		"matches not": {Cells: "z/**", Check: "actual.*"},
		"expired":     {Cells: "a/**", Check: "actual.*", Until: "2020-01-01"},
	}
	look := func(evidence scenarios.Evidence, lenient bool, left ...string) map[string]string {
		got := map[string]string{}
		for name, e := range entries {
			e.Evidence, e.Lenient = evidence, lenient
			d := &Deviations{List: []scenarios.Deviation{e}, NotSelected: left}
			cell := failing("mine.yaml", result.Contract)
			d.apply(&cell)
			stale, _ := d.stale()
			for _, s := range stale {
				got[name] = "stale: " + s.Problem
			}
			for range d.Absent() {
				got[name] += "told"
			}
		}
		return got
	}
	for _, c := range []struct {
		name string
		got  map[string]string
		want map[string]string
	}{
		{"the user's own", look("", false), map[string]string{"gone": "stale: no longer occurs", "matches not": "stale: matches no cell that was judged", "expired": "stale: expired on 2020-01-01"}},
		{"the user's own, not all selected", look("", false, "a/other", "z/other"), map[string]string{"expired": "stale: expired on 2020-01-01"}},
		{"measured", look(scenarios.Measured, true), map[string]string{"gone": "told"}},
		{"measured, not all selected", look(scenarios.Measured, true, "a/other"), map[string]string{}},
		{"reported", look(scenarios.Reported, true), map[string]string{}},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// What a run could not judge is no reason to call an entry stale: it may have been interrupted.
func TestDeviationsOfCellsInError(t *testing.T) {
	for verdict, want := range map[result.Verdict]int{result.Passed: 1, result.Unsupported: 1, result.Error: 0} {
		d := Deviations{List: []scenarios.Deviation{{Cells: "a/**", Check: "actual.*"}}}
		d.apply(&result.Cell{ID: "a/b/c", Verdict: verdict})
		if stale, _ := d.stale(); len(stale) != want {
			t.Errorf("a cell that is %s: %d stale entries, want %d", verdict, len(stale), want)
		}
	}
}
