package reports

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corsprobe/runner/result"
)

// found is a cell with one finding of a class.
func found(v result.Verdict, class result.Class, check string) result.Cell {
	c := newCell("origins/exact", check+"/"+string(v), "", v)
	c.Findings = []result.Finding{{Check: check, Class: class}}
	if v == result.Known {
		c.Findings[0].Known = &result.Deviation{Reason: "listed"}
	}
	return c
}

func TestLevelStates(t *testing.T) {
	const in1 = " in 1 cell"
	incomplete, shard := clean(), clean()
	incomplete.Run.Incomplete = "interrupted"
	shard.Run.Shard = &result.Shard{Index: 2, Total: 4}
	with := func(cells ...result.Cell) result.Report {
		r := clean()
		r.Cells = append(r.Cells, cells...)
		return r
	}
	bare := newCell("a/b", "c", "", result.Flaky)
	const bareWhy = "1 cell failed, or answered in two ways, without a finding"
	for _, tc := range []struct {
		name string
		r    result.Report
		want [3]string // of readable, safe and exact
	}{
		{"conforms", clean(), [3]string{"reached", "reached", "reached"}},
		{"exposure", with(found(result.Failed, result.Exposure, "x")), [3]string{"reached", "missed: [exposure] x" + in1, "missed: [exposure] x" + in1}},
		{"breakage", with(found(result.Failed, result.Breakage, "x")), [3]string{"missed: [breakage] x" + in1, "reached", "missed: [breakage] x" + in1}},
		{"cache", with(found(result.Failed, result.Cache, "x")), [3]string{"missed: [cache] x" + in1, "reached", "missed: [cache] x" + in1}},
		{"contract", with(found(result.Failed, result.Contract, "x")), [3]string{"reached", "reached", "missed: [contract] x" + in1}},
		{"known counts", with(found(result.Known, result.Exposure, "x")), [3]string{"reached", "missed: [exposure] x" + in1, "missed: [exposure] x" + in1}},
		{"flaky counts", with(found(result.Flaky, result.Breakage, "x")), [3]string{"missed: [breakage] x" + in1, "reached", "missed: [breakage] x" + in1}},
		{"a class of a later release", with(found(result.Failed, "novel", "x")), [3]string{"missed: [novel] x" + in1, "missed: [novel] x" + in1, "missed: [novel] x" + in1}},
		{"unsupported leaves the rest", with(setAside()[5:7]...), [3]string{"reached", "reached", "reached"}},
		{"nothing supported", result.Report{Cells: setAside()[5:7]}, undecided("this endpoint supports none of 2 cells")},
		{"nothing run", result.Report{}, undecided("no cell was run")},
		{"incomplete", incomplete, undecided("the run is incomplete: interrupted")},
		{"a part", shard, undecided("only part 2 of 4 was asked")},
		{"error", with(setAside()[:2]...), undecided("2 cells could not be judged")},
		{"no verdict", with(newCell("a/b", "c", "", "sideways")), undecided("1 cell could not be judged")},
		{"flaky without a finding", with(bare), undecided(bareWhy)},
		{"failed without a finding", with(newCell("a/b", "c", "", result.Failed)), undecided(bareWhy)},
		{"missed wins", with(found(result.Failed, result.Exposure, "x"), setAside()[0], bare),
			[3]string{"undecided: 1 cell could not be judged; " + bareWhy, "missed: [exposure] x" + in1, "missed: [exposure] x" + in1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for i, l := range Levels(tc.r) {
				got := strings.TrimSuffix(string(l.State)+": "+levelWhy(l), ": "+l.Meaning)
				if got != tc.want[i] {
					t.Errorf("%s is %q, want %q", l.Name, got, tc.want[i])
				}
				if (l.Reason != "") != (l.State == result.Undecided) || (len(l.Against) > 0) != (l.State == result.Missed) {
					t.Errorf("%s: %s with reason %q and %v", l.Name, l.State, l.Reason, l.Against)
				}
			}
		})
	}
}

func undecided(why string) [3]string {
	return [3]string{"undecided: " + why, "undecided: " + why, "undecided: " + why}
}

func TestLevelsSayWhat(t *testing.T) {
	got := Levels(sample())
	var names []string
	for _, l := range got {
		names = append(names, l.Name)
	}
	if want := []string{"readable", "safe", "exact"}; !slices.Equal(names, want) {
		t.Fatalf("got %v, want %v", names, want)
	}
	want := []result.Against{
		{Check: "preflight.status", Class: result.Breakage, Cells: 1, First: "rules/order/object/path/anonymous/https:%2F%2Fapp.example.com/PUT/x-amz-date"},
		{Check: "actual.allow-origin", Class: result.Breakage, Cells: 1, First: "rules/order/object/path/anonymous/https:%2F%2Fapp.example.com/GET/none"},
		{Check: "actual.vary", Class: result.Cache, Cells: 1, First: "responses/vary/object/virtual/signed/https:%2F%2Fapp.example.com/GET/none"},
	}
	if diff := cmp.Diff(want, got[0].Against); diff != "" {
		t.Errorf("readable (-want +got):\n%s", diff)
	}
	if n := got[1].Against[0].Cells; n != 10 {
		t.Errorf("safe: %d cells, want 10", n)
	}
}

// A cell that shows a check twice is one cell.
func TestCausesCountCells(t *testing.T) {
	c := found(result.Failed, result.Contract, "x")
	c.Findings = append(c.Findings, c.Findings[0])
	if got := causes([]result.Cell{c, c}); len(got) != 1 || got[0].cells != 2 || got[0].scenarios != 1 {
		t.Errorf("got %+v", got)
	}
}

// A wrong status is one cause where the same came for the same, whatever headers came with it.
func TestCausesOfStatuses(t *testing.T) {
	var cells []result.Cell
	for _, came := range []result.Side{
		{Status: []int{404}, Code: "NoSuchBucket"},
		{Status: []int{200}, Headers: []result.Header{{Name: "Access-Control-Allow-Origin", Value: "a"}}},
		{Status: []int{200}, Headers: []result.Header{{Name: "Access-Control-Allow-Origin", Value: "b"}}},
	} {
		c := found(result.Failed, result.Contract, "x")
		c.Findings[0].Check, c.Findings[0].Expected, c.Findings[0].Came = "preflight.status", "403 AccessForbidden", &came
		c.Findings[0].Got = fmt.Sprintf("words of %v", came)
		cells = append(cells, c)
	}
	got := causes(cells)
	if len(got) != 2 || got[0].cells != 2 || got[1].cells != 1 {
		t.Errorf("got %+v", got)
	}
}

// A reader of JSON finds the levels of the report as it is, whatever an earlier writer said.
func TestJSONComputesLevels(t *testing.T) {
	r := clean()
	r.Levels = []result.Level{{Name: "forged", State: result.Reached}}
	got, err := ReadJSON(strings.NewReader(string(render(t, JSON, r))))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Levels(r), got.Levels); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
