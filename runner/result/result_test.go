package result

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The classes by what they cost, worst first: a page that may do what it must not is worse than one that is stopped, and a difference that
// nobody notices is the least.
func TestClasses(t *testing.T) {
	want := []struct {
		class   Class
		meaning string
	}{
		{"exposure", "a page may do or read what the configuration forbids"},
		{"breakage", "a page is stopped from what the configuration permits"},
		{"cache", "a cache may serve one origin's answer to another, or a browser keep a permission longer or shorter than configured"},
		{"contract", "the answer differs from S3's, and no browser or cache would notice"},
	}
	if len(Classes) != len(want) {
		t.Fatalf("%d classes, want %d", len(Classes), len(want))
	}
	for i, w := range want {
		if Classes[i] != w.class || w.class.Meaning() != w.meaning {
			t.Errorf("class %d is %s: %q, want %s: %q", i, Classes[i], Classes[i].Meaning(), w.class, w.meaning)
		}
	}
	for _, unknown := range []Class{"", "Exposure", "of a later release"} {
		if got := unknown.Meaning(); got != "" {
			t.Errorf("%q means %q, want nothing", unknown, got)
		}
	}
}

// The words that reports, baselines and other programs read: none changes without a new version of the report.
func TestWords(t *testing.T) {
	if Version != 1 {
		t.Errorf("version %d: write the words of the new version here", Version)
	}
	words := []string{
		string(Passed), string(Failed), string(Known), string(Flaky), string(Unsupported), string(Error),
		string(Readable), string(Refused), string(Permitted), string(Blocked), string(Unreachable),
		string(Reached), string(Missed), string(Undecided), string(ByStandard), string(ByBrowsers),
		string(LeftoverConfiguration), string(LeftoverBucket), string(LeftoverObjects), string(LeftoverOther),
	}
	want := []string{
		"passed", "failed", "known", "flaky", "unsupported", "error",
		"readable", "refused", "permitted", "blocked", "unreachable",
		"reached", "missed", "undecided", "standard", "browsers",
		"configuration", "bucket", "objects", "other",
	}
	if diff := cmp.Diff(want, words); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	hows := []How{"missing", "missing-all", "unwanted", "unwanted-all", "value", "repeated", "elements", "order", "case", "no-document"}
	if diff := cmp.Diff(hows, Hows); diff != "" {
		t.Errorf("ways to differ (-want +got):\n%s", diff)
	}
}

// The summary of the JSON report has the members that its readers know, zeros among them.
func TestSummaryJSON(t *testing.T) {
	for _, c := range []struct {
		cells []Cell
		want  string
	}{
		{nil, `{"cells":0,"passed":0,"failed":0,"known":0,"flaky":0,"unsupported":0,"errors":0,"findings":{}}`},
		{
			[]Cell{{Verdict: Passed}, {Verdict: Failed, Findings: []Finding{{Class: Cache}, {Class: Cache}}}},
			`{"cells":2,"passed":1,"failed":1,"known":0,"flaky":0,"unsupported":0,"errors":0,"findings":{"cache":2}}`,
		},
	} {
		got, err := json.Marshal(Summarise(c.cells))
		if err != nil || string(got) != c.want {
			t.Errorf("%s, %v\nwant %s", got, err, c.want)
		}
	}
}

// A summary is added up the same from its zero value, whatever the order of the cells; every cell is counted exactly once.
func TestSummaryAdd(t *testing.T) {
	cells := []Cell{
		{Verdict: Passed},
		{Verdict: Failed, Findings: []Finding{{Class: Exposure}, {Class: Breakage, Known: &Deviation{Reason: "listed"}}}},
		{Verdict: Flaky, Findings: []Finding{{Class: Contract}}},
		{Verdict: Known, Findings: []Finding{{Class: Breakage, Known: &Deviation{Reason: "listed"}}}},
		{Verdict: Unsupported},
		{Verdict: Error},
		{Verdict: "of a later release"},
		{}, // as an older release may have left it
	}
	want := Summary{Cells: 8, Passed: 1, Failed: 1, Known: 1, Flaky: 1, Unsupported: 1, Errors: 3, Findings: map[Class]int{Exposure: 1, Contract: 1}}
	for range 2 {
		var s Summary
		for _, c := range cells {
			s.Add(c)
		}
		if diff := cmp.Diff(want, s); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		slices.Reverse(cells)
	}
}

// Only a shard among several may judge nothing without that being a fault: never green by accident.
func TestEmptyShard(t *testing.T) {
	for _, c := range []struct {
		name string
		r    Report
		want bool
	}{
		{"no shard", Report{}, false},
		{"the only shard", Report{Run: Run{Shard: &Shard{1, 1}}}, false},
		{"one of two", Report{Run: Run{Shard: &Shard{2, 2}}}, true},
		{"one of two that was interrupted", Report{Run: Run{Shard: &Shard{2, 2}, Incomplete: "interrupted"}}, false},
		{"one of two with a cell", Report{Run: Run{Shard: &Shard{2, 2}}, Cells: []Cell{{}}}, false},
	} {
		if got := c.r.EmptyShard(); got != c.want {
			t.Errorf("%s: %t, want %t", c.name, got, c.want)
		}
	}
}

// Names of headers have no case; their lines keep their order, and none is joined or dropped.
func TestValues(t *testing.T) {
	lines := []Header{{"Vary", "Origin"}, {"ETag", `"1"`}, {"vary", ""}, {"VARY", "Accept, Origin"}, {"Vary ", "not this one"}}
	for _, c := range []struct {
		name string
		want []string
	}{
		{"Vary", []string{"Origin", "", "Accept, Origin"}}, {"vArY", []string{"Origin", "", "Accept, Origin"}}, {"etag", []string{`"1"`}}, {"Var", nil}, {"", nil},
	} {
		if diff := cmp.Diff(c.want, Values(lines, c.name)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.name, diff)
		}
	}
}

// A finding is of one difference with another whatever its class and words are, unless it is another check, way or value.
func TestHeaderIs(t *testing.T) {
	for _, c := range []struct {
		name, other string
		want        bool
	}{{"Vary", "vary", true}, {"x-key", "X-KEY", true}, {"Vary", "Var", false}, {"x-key", "x-\u212aey", false}, {"", "", true}} {
		if got := (Header{Name: c.name}).Is(c.other); got != c.want {
			t.Errorf("%q is %q: %v", c.name, c.other, got)
		}
	}
}

func TestSameFinding(t *testing.T) {
	base := Finding{Check: "preflight.error-code", How: NoDocument, Class: Contract, Got: "<html> 12:00", Came: &Side{Body: "<html> 12:00"}}
	for _, c := range []struct {
		name   string
		change func(*Finding)
		want   bool
	}{
		{"itself", func(*Finding) {}, true},
		{"another class", func(f *Finding) { f.Class = Breakage }, true},
		{"other words", func(f *Finding) { f.Expected, f.Why, f.Facts = "x", "y", []int{2} }, true},
		{"another time in a page", func(f *Finding) { f.Got, f.Came = "<html> 12:01", &Side{Body: "<html> 12:01"} }, true},
		{"another page of an older report", func(f *Finding) { f.Got, f.Came = "<html> 12:01", nil }, false},
		{"another check", func(f *Finding) { f.Check = "preflight.error-message" }, false},
		{"another way", func(f *Finding) { f.How = Value }, false},
	} {
		other := base
		c.change(&other)
		if base.Same(other) != c.want || other.Same(base) != c.want {
			t.Errorf("%s: %t and %t, want %t", c.name, base.Same(other), other.Same(base), c.want)
		}
	}
}
