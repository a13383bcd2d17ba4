package reports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corsprobe/runner/result"
)

// sideBySide are three runs: one with everything in it, one that conforms and has nothing of the rest, and one with less wrong.
func sideBySide() []Compared {
	better := earlier()
	better.Endpoint = result.Endpoint{URL: "https://s3.other.example", Provider: "other", Server: "Other/3"}
	better.Run.Tool = "corsprobe 0.2.0"
	better.Observations = []result.Observation{{Point: "Vary on a refused preflight", Choice: "sends Origin", Cells: 3}}
	better.Scenarios = []result.Scenario{{ID: "origins/exact", Description: "One origin, to the letter."}}
	return []Compared{{Report: sample(), Link: "reports/sample.html"}, {Name: "conforming", Report: clean()}, {Report: better}}
}

// pair is one endpoint before and after a release.
func pair() []Compared {
	return []Compared{{Name: "before", Report: earlier()}, {Name: "after", Report: sample()}}
}

func compared(t *testing.T, f Format, runs []Compared) string {
	t.Helper()
	var b bytes.Buffer
	if err := comparisonRenderers[f](&b, Compare(runs)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCompareGolden(t *testing.T) {
	for _, f := range ComparisonFormats() {
		golden(t, "compare."+string(f), []byte(compared(t, f, sideBySide())))
	}
	golden(t, "compare-two.text", []byte(compared(t, Text, pair())))
	golden(t, "compare-two.html", []byte(compared(t, "html", pair())))
}

// What a mark says of some cells.
func TestMark(t *testing.T) {
	fails := func(class result.Class) *result.Cell { return judged(result.Failed, "actual.vary", string(class)) }
	pass, known := judged(result.Passed), withKnown(judged(result.Known, "actual.vary", "cache"))
	for _, c := range []struct {
		name  string
		cells []*result.Cell
		want  string
	}{
		{"nothing", nil, "not asked 0/0 aside 0"},
		{"passed", []*result.Cell{pass, pass}, "as S3 0/2 aside 0"},
		{"the mildest", []*result.Cell{pass, fails(result.Contract)}, "differs 1/2 aside 0"},
		{"the worst stands, and is counted alone", []*result.Cell{fails(result.Contract), fails(result.Cache), fails(result.Cache), pass}, "cache risk 2/4 aside 0"},
		{"breaks", []*result.Cell{fails(result.Breakage), fails(result.Cache)}, "breaks pages 1/2 aside 0"},
		{"exposes", []*result.Cell{fails(result.Breakage), fails(result.Exposure)}, "exposes 1/2 aside 0"},
		{"a class of a later release", []*result.Cell{fails("odd")}, "exposes 1/1 aside 0"},
		{"known", []*result.Cell{known, pass}, "cache risk 1/2 aside 0 known"},
		{"known in part", []*result.Cell{known, fails(result.Cache)}, "cache risk 2/2 aside 0"},
		{"two ways", []*result.Cell{judged(result.Flaky, "actual.vary", "contract"), fails(result.Cache)}, "unsteady 1/2 aside 0"},
		{"two ways, of which one breaks", []*result.Cell{judged(result.Flaky, "actual.status", "breakage")}, "breaks pages 1/1 aside 0"},
		{"in error", []*result.Cell{judged(result.Error), pass}, "not judged 0/1 aside 1"},
		{"in error, and more", []*result.Cell{judged(result.Error), fails(result.Contract)}, "differs 1/1 aside 1"},
		{"a verdict of a later release", []*result.Cell{judged("odd"), pass}, "not judged 0/1 aside 1"},
		{"failed without a finding", []*result.Cell{judged(result.Failed), pass}, "not judged 1/2 aside 0"},
		{"unsupported", []*result.Cell{judged(result.Unsupported), judged(result.Unsupported)}, "unsupported 0/0 aside 2"},
		{"unsupported in part", []*result.Cell{judged(result.Unsupported), pass}, "as S3 0/1 aside 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMarker(nil).mark(0, c.cells)
			got := fmt.Sprintf("%s %d/%d aside %d", m.State, m.Cells, m.Judged, m.Aside)
			if m.Known {
				got += " known"
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// A check that nothing was found by is as S3 owes wherever it was looked at, though some cell could not be judged.
func TestChecksOfARunWithErrors(t *testing.T) {
	broken, inError := sample(), sample()
	inError.Cells = []result.Cell{*judged(result.Passed), *judged(result.Error)}
	for _, row := range Compare([]Compared{{Report: broken}, {Report: inError}}).Checks {
		if m := row.Marks[1]; m.State != AsS3 || m.Aside != 1 {
			t.Errorf("%s: %+v", row.Name, m)
		}
	}
}

func TestCompareColumns(t *testing.T) {
	endpoint := func(e result.Endpoint) Compared { return Compared{Report: result.Report{Endpoint: e}} }
	var got []string
	for _, c := range columns([]Compared{
		endpoint(result.Endpoint{URL: "https://s3.example.com/", Server: "X/1"}),
		endpoint(result.Endpoint{URL: "https://s3.example.com/", Name: "Example", Server: "X/1"}),
		endpoint(result.Endpoint{URL: "https://s3.example.com/", Name: "Example", Provider: "example", Server: "X/1"}),
		endpoint(result.Endpoint{URL: "https://s3.example.com/"}),
		{Name: "mine", Report: result.Report{Endpoint: result.Endpoint{URL: "::"}}},
		endpoint(result.Endpoint{URL: "::"}),
	}) {
		got = append(got, c.Name+" | "+c.Product)
	}
	want := []string{"s3.example.com | X/1", "Example | X/1", "example | Example, X/1", "s3.example.com #2 | ", "mine | ", ":: | "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCompareCaveats(t *testing.T) {
	with := func(change func(*result.Report)) []Compared {
		a, b := clean(), clean()
		change(&b)
		return []Compared{{Name: "a", Report: a}, {Name: "b", Report: b}}
	}
	for _, c := range []struct {
		name string
		runs []Compared
		want []string
	}{
		{"none", with(func(*result.Report) {}), nil},
		{"another digest", with(func(r *result.Report) { r.Run.Digest = "sha256:other" }), []string{"b was not asked the same, or not in the same order, as a"}},
		{"fewer cells", with(func(r *result.Report) { r.Cells = r.Cells[:1] }), []string{"the runs have 1 cell in common, of 2 (a) and 1 (b)"}},
		{"another version", with(func(r *result.Report) { r.Run.Tool = "corsprobe 9" }), []string{"b was judged by corsprobe 9, and a by corsprobe 0.1.0: they may judge differently"}},
		{"incomplete", with(func(r *result.Report) { r.Run.Incomplete = "interrupted" }), []string{"b was not judged in everything: the run is incomplete: interrupted"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Compare(c.runs).Caveats); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Every mark that deviates leads to a note of its own column, and every note is led to.
func TestCompareNotes(t *testing.T) {
	c := Compare(sideBySide())
	led := map[int]bool{}
	rows := append(topicRows(c.Topics), c.Checks...)
	for _, topic := range c.Topics {
		rows = append(rows, topic.Scenarios...)
	}
	for _, r := range rows {
		for i, m := range r.Marks {
			if m.Cells > 0 && m.State != NotJudged && len(m.Notes) == 0 {
				t.Errorf("%s of %s deviates without a note", r.Name, c.Columns[i].Name)
			}
			for _, n := range m.Notes {
				led[n] = true
				if c.Notes[n-1].Number != n || c.Notes[n-1].Column != c.Columns[i].Name {
					t.Errorf("%s of %s leads to note %d of %s", r.Name, c.Columns[i].Name, n, c.Notes[n-1].Column)
				}
			}
		}
	}
	if len(led) != len(c.Notes) {
		t.Errorf("%d of %d notes are led to", len(led), len(c.Notes))
	}
}

// Nothing that an endpoint sent reaches a terminal or a page as anything but text.
func TestCompareIsHarmless(t *testing.T) {
	runs := sideBySide()
	runs[0].Name = hostile
	runs[1].Report.Endpoint = result.Endpoint{URL: hostile, Name: hostile, Region: hostile}
	runs[1].Report.Observations = []result.Observation{{Point: hostile, Choice: hostile}}
	runs[2].Link = "javascript:alert(1)"
	runs[2].Report.Run.Tool = hostile
	for _, f := range ComparisonFormats() {
		got := compared(t, f, runs)
		for i, r := range got {
			if r != '\n' && (r < ' ' || (r >= 0x7f && r < 0xa0) || r == 0x202e) {
				t.Fatalf("%s: %U at byte %d", f, r, i)
			}
		}
		if f == "html" && (strings.Contains(got, "<script") || strings.Contains(got, `href="javascript`)) {
			t.Error("the page holds a script")
		}
	}
}

// The page stands alone, and every link within it leads somewhere.
func TestComparePage(t *testing.T) {
	got := compared(t, "html", sideBySide())
	for _, m := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(got, -1) {
		if !strings.Contains(got, `id="`+m[1]+`"`) {
			t.Errorf("nothing has the id %s", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`(?:src|href)="([^"#][^"]*)"`).FindAllStringSubmatch(got, -1) {
		if !strings.HasPrefix(m[1], "reports/sample.html") {
			t.Errorf("the page loads or links %s", m[1])
		}
	}
	if !strings.Contains(got, `href="reports/sample.html#`+anchor(reflected()[0].ID)+`"`) {
		t.Error("the notes do not lead to the evidence")
	}
	for _, s := range States {
		if look := looks[string(s.State)]; look.class == "" || look.glyph == "" {
			t.Errorf("%s has no look", s.State)
		}
	}
}

func TestParseComparisonSpec(t *testing.T) {
	const hint = ": expected FORMAT=PATH, such as html=support.html; formats are html, json, markdown, support and text"
	for text, want := range map[string]string{
		"html=a.html": "{html a.html} ", "json=-": "{json -} ", "junit=x.xml": `{ } report "junit=x.xml"` + hint, "html": `{ } report "html"` + hint,
		"html=": `{ } report "html=": the path is empty; - is standard output`,
	} {
		spec, err := ParseComparisonSpec(text)
		if got := fmt.Sprint(spec, " ") + message(err); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestWriteComparisonFile(t *testing.T) {
	c := Compare(pair())
	for _, f := range ComparisonFormats() {
		path := filepath.Join(t.TempDir(), "new", "compare")
		if err := WriteComparisonFile(Spec{f, path}, c, io.Discard); err != nil {
			t.Fatal(err)
		}
		if got := read(t, path); got != compared(t, f, pair()) {
			t.Errorf("%s: the file differs from what is written", f)
		}
		for _, room := range []int{0, 100} { // less than any format needs
			if err := WriteComparisonFile(Spec{f, Stdout}, c, &failing{room}); !errors.Is(err, errFull) {
				t.Errorf("%s: %v, want %v", f, err, errFull)
			}
		}
	}
	err := WriteComparisonFile(Spec{"html", t.TempDir()}, c, io.Discard)
	if err == nil || !strings.HasSuffix(err.Error(), ": it is a folder: name a file in it") {
		t.Errorf("error = %v", err)
	}
}
