package reports

import (
	"bytes"
	"strings"
	"testing"

	"corsprobe/runner/result"
)

// A cell that was asked again, as a terminal shows it: hostile values among what came.
func TestWriteReproduced(t *testing.T) {
	then := sample()
	var b bytes.Buffer
	for _, id := range []string{reflected()[0].ID, hostileCell().ID} {
		if err := WriteReproduced(&b, then, then, id, TextOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	golden(t, "reproduced.txt", b.Bytes())
}

func TestLikeBefore(t *testing.T) {
	vary := []result.Finding{{Check: "actual.vary", Class: result.Cache, How: result.Missing, Got: "absent"}}
	origin := []result.Finding{{Check: "actual.allow-origin", Class: result.Exposure, How: result.Value, Got: "*"}}
	cell := func(v result.Verdict, f []result.Finding) result.Cell { return result.Cell{Verdict: v, Findings: f} }
	for _, c := range []struct {
		name      string
		then, now result.Cell
		want      string
	}{
		{"both pass", cell(result.Passed, nil), cell(result.Passed, nil), "Conforms, as in the report"},
		{"mended", cell(result.Failed, vary), cell(result.Passed, nil), "Not reproduced: the cell conforms now; in the report it was failed: [cache] actual.vary"},
		{"broken since", cell(result.Passed, nil), cell(result.Failed, vary), "Fails now; in the report it passed"},
		{"the same", cell(result.Failed, vary), cell(result.Failed, vary), "Reproduced: it fails as in the report"},
		{"known", cell(result.Known, vary), cell(result.Failed, vary), "Reproduced: it differs as in the report, where that is known"},
		{"another fault", cell(result.Failed, vary), cell(result.Failed, origin), "It fails, but otherwise than in the report: there it was failed: [cache] actual.vary"},
		{"one fault more", cell(result.Failed, vary), cell(result.Failed, append(origin, vary...)), "It fails, but otherwise than in the report: there it was failed: [cache] actual.vary"},
		{"not judged", cell(result.Failed, vary), cell(result.Error, nil), "Not reproduced: the cell is error now; in the report it was failed"},
		{"in two ways", cell(result.Flaky, vary), cell(result.Flaky, vary), "Not reproduced: the cell is flaky now; in the report it was flaky"},
	} {
		if _, got := likeBefore(c.then, c.now); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Whoever is shown a curl command is told that it finds nothing any more, and what asks again.
func TestGone(t *testing.T) {
	failed := result.Cell{ID: "a", Verdict: result.Failed, Curl: []string{"curl x"}}
	for _, c := range []struct {
		name    string
		buckets result.Buckets
		cell    result.Cell
		want    string
	}{
		{"removed", result.BucketsRemoved, failed, "run --keep leaves them"},
		{"given", result.BucketsGiven, failed, "corsprobe reproduce REPORT.json CELL --bucket NAME"},
		{"kept", result.BucketsKept, failed, ""},
		{"of an earlier release", "", failed, ""},
		{"nothing failed", result.BucketsRemoved, result.Cell{ID: "a", Verdict: result.Passed, Curl: []string{"curl x"}}, ""},
	} {
		var b strings.Builder
		if err := WriteText(&b, result.Report{Run: result.Run{Buckets: c.buckets}, Cells: []result.Cell{c.cell}}, TextOptions{Width: 200}); err != nil {
			t.Fatal(err)
		}
		if c.want != "" && !strings.Contains(b.String(), c.want) || c.want == "" && strings.Contains(b.String(), "reproduce") {
			t.Errorf("%s: want %q in\n%s", c.name, c.want, b.String())
		}
	}
}
