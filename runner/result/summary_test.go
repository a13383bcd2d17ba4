package result

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSummarise(t *testing.T) {
	found := func(v Verdict, classes ...Class) Cell {
		c := Cell{Verdict: v}
		for _, class := range classes {
			c.Findings = append(c.Findings, Finding{Class: class})
		}
		return c
	}
	listed := found(Failed, Breakage, Contract)
	listed.Findings[0].Known = &Deviation{Reason: "listed"}
	got := Summarise([]Cell{found(Passed), found(Failed, Exposure, Contract), listed, found(Known, Breakage), found(Flaky, Cache), found(Unsupported), found(Error, Cache), found("of a later release")})
	want := Summary{Cells: 8, Passed: 1, Failed: 2, Known: 1, Flaky: 1, Unsupported: 1, Errors: 2, Findings: map[Class]int{Exposure: 1, Contract: 2, Cache: 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := Summarise(nil); got.Findings == nil {
		t.Error("no map of findings")
	}
}

func TestSummariseChromium(t *testing.T) {
	got := SummariseChromium([]Cell{{}, {Chromium: &Chromium{NotSent: "x"}}, {Chromium: &Chromium{Resolved: true}}, {Chromium: &Chromium{Disagreement: "x"}}})
	if diff := cmp.Diff(&ChromiumSummary{Sent: 2, Agreed: 1, Resolved: 1, NotSent: 1}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSame(t *testing.T) {
	a := Finding{Check: "x", How: Value, Got: "1"}
	b, c, d := a, a, a
	b.Got, c.How, d.Check = "2", Missing, "y"
	page := func(body string) Finding {
		return Finding{Check: "x", How: NoDocument, Got: body, Came: &Side{Body: body}}
	}
	if !a.Same(a) || a.Same(b) || a.Same(c) || a.Same(d) || !page("at 12:00").Same(page("at 12:01")) || page("").Same(a) {
		t.Error("findings that are of one difference are told apart, or others are not")
	}
}

// TestSummariseChecks: a cell's other checks are as owed; what was not judged made none.
func TestSummariseChecks(t *testing.T) {
	listed, other := Finding{Known: &Deviation{Reason: "listed"}}, Finding{}
	got := Summarise([]Cell{
		{Verdict: Passed, Checks: 19}, {Verdict: Known, Checks: 8, Findings: []Finding{listed}}, {Verdict: Failed, Checks: 11, Findings: []Finding{listed, other}},
		{Verdict: Error, Checks: 5}, {Verdict: Unsupported, Checks: 5},
	}).Checks
	if diff := cmp.Diff(&ChecksSummary{Made: 38, Known: 2, Otherwise: 1}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.Owed() != 35 {
		t.Errorf("%d are as owed", got.Owed())
	}
	if Summarise([]Cell{{Verdict: Passed}}).Checks != nil {
		t.Error("a report without counts has some")
	}
}
