package reports

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corsprobe/runner/result"
)

// cases lists every testcase with the suite that holds it.
func cases(root node) (all []struct{ suite, node node }) {
	for _, suite := range root.all("testsuite") {
		for _, c := range suite.all("testcase") {
			all = append(all, struct{ suite, node node }{suite, c})
		}
	}
	return all
}

// sampleName is how the sample's cells are called: by their titles, but for two of one title and the other two that they share it with.
func sampleName(c *result.Cell) string {
	if c.Scenario == "methods/listed" && (c.Point.Method == http.MethodGet || c.Point.Method == http.MethodPut) {
		return c.Title + " (" + strings.TrimPrefix(c.ID, "methods/listed/") + ")"
	}
	return visible(c.Title)
}

// GitLab shows a case by class and name, links its file, and sorts by its time.
func TestJUnitForGitLab(t *testing.T) {
	r := sample()
	var want, got []string
	for i := range r.Cells {
		c := &r.Cells[i]
		want = append(want, strings.Join([]string{classname(c.Scenario), sampleName(c), c.File, "0.042"}, "\n"))
	}
	for _, c := range cases(parseXML(t, render(t, JUnit, r)))[len(r.Stale):] {
		got = append(got, strings.Join([]string{c.node.attr("classname"), c.node.attr("name"), c.node.attr("file"), c.node.attr("time")}, "\n"))
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Jenkins makes its tree of what stands before the last dot, and cuts what a failing case shows at 50,000 characters from either end.
func TestJUnitForJenkins(t *testing.T) {
	for _, c := range cases(parseXML(t, render(t, JUnit, sample()))) {
		class := c.node.attr("classname")
		if i := strings.LastIndexByte(class, '.'); i < 1 || i == len(class)-1 {
			t.Errorf("classname %q is shown in (root)", class)
		}
		for _, outcome := range append(c.node.all("failure"), c.node.all("error")...) {
			if len(outcome.Text) > 50_000 {
				t.Errorf("%s: %d characters of text", c.node.attr("name"), len(outcome.Text))
			}
		}
	}
}

// mikepenz' action annotates the file and line of each failing case with its message; it counts skipped ones by their element.
func TestJUnitForMikepenz(t *testing.T) {
	r := sample()
	annotated, skipped := map[string]int{}, 0
	for _, c := range cases(parseXML(t, render(t, JUnit, r))) {
		if c.node.has("skipped") {
			skipped++
		}
		for _, outcome := range append(c.node.all("failure"), c.node.all("error")...) {
			if outcome.attr("message") == "" {
				t.Errorf("%s: no message", c.node.attr("name"))
			}
			annotated[c.node.attr("file")+":"+strconv.Itoa(c.node.count(t, "line"))]++
		}
	}
	want := map[string]int{
		"known.yaml:14": 1, "known.yaml:20": 1, "scenarios/origins.yaml:12": 5, "scenarios/origins.yaml:30": 5, "scenarios/rules.yaml:12": 2,
		"scenarios/responses.yaml:12": 1, "scenarios/hostile.yaml:12": 1, "scenarios/methods.yaml:12": 5,
	}
	if diff := cmp.Diff(want, annotated); diff != "" {
		t.Errorf("annotations (-want +got):\n%s", diff)
	}
	if want := r.Summary.Known + r.Summary.Unsupported; skipped != want {
		t.Errorf("%d skipped, want %d", skipped, want)
	}
}

// dorny's reporter shows classname, name, a time that it parses as a number, the file, and the text of a failure, whose first line is the title.
func TestJUnitForDorny(t *testing.T) {
	for _, c := range cases(parseXML(t, render(t, JUnit, sample()))) {
		if seconds, err := strconv.ParseFloat(c.node.attr("time"), 64); err != nil || seconds < 0 {
			t.Errorf("%s: time %q", c.node.attr("name"), c.node.attr("time"))
		}
		for _, attr := range []string{"classname", "name", "file"} {
			if c.node.attr(attr) == "" {
				t.Errorf("%s: no %s", c.node.attr("name"), attr)
			}
		}
		for _, outcome := range append(c.node.all("failure"), c.node.all("error")...) {
			if title, _, _ := strings.Cut(outcome.Text, "\n"); title != outcome.attr("message") {
				t.Errorf("%s: the text begins with %q, the message is %q", c.node.attr("name"), title, outcome.attr("message"))
			}
		}
	}
}

// allure keeps a case's history by suite, class and name. A failure is failed, an error is broken.
func allure(t *testing.T, root node) map[string]string {
	t.Helper()
	states := map[string]string{}
	for _, c := range cases(root) {
		id := c.suite.attr("name") + "\x00" + c.node.attr("classname") + "\x00" + c.node.attr("name")
		if _, twice := states[id]; twice {
			t.Errorf("two cases have the history %q", id)
		}
		states[id] = "passed"
		for element, state := range map[string]string{"failure": "failed", "error": "broken", "skipped": "skipped"} {
			if c.node.has(element) {
				states[id] = state
			}
		}
	}
	return states
}

// The next release's run has other times, places, labels and verdicts, and the same cases.
func TestJUnitForAllure(t *testing.T) {
	first, next := sample(), sample()
	next.Run = result.Run{ID: "other", Tool: "corsprobe 9", Started: started.Add(time.Hour), Duration: time.Minute}
	next.Endpoint = result.Endpoint{URL: "https://other.example"}
	next.Scenarios = []result.Scenario{{ID: "origins/exact", Description: "reworded", Labels: []string{"new"}}}
	slices.Reverse(next.Cells)
	for i := range next.Cells {
		c := &next.Cells[i]
		c.Line, c.File, c.Duration, c.Attempts, c.Reason, c.Findings = 99, "moved.yaml", time.Second, 2, "", nil
		if i%2 == 0 {
			c.Verdict = result.Passed
		}
	}
	for _, f := range []Format{JUnit, JUnitStrict} {
		a, b := allure(t, parseXML(t, render(t, f, first))), allure(t, parseXML(t, render(t, f, next)))
		ids := func(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
		if diff := cmp.Diff(ids(a), ids(b)); diff != "" {
			t.Errorf("%s: histories break (-first +next):\n%s", f, diff)
		}
		counts := map[string]int{}
		for _, state := range a {
			counts[state]++
		}
		s := first.Summary
		want := map[string]int{"passed": s.Passed, "failed": s.Failed + s.Flaky + len(first.Stale), "broken": s.Errors, "skipped": s.Known + s.Unsupported}
		if diff := cmp.Diff(want, counts); diff != "" {
			t.Errorf("%s (-want +got):\n%s", f, diff)
		}
	}
}

// The strict dialect's rules notice what the schema rejects.
func TestJUnitStrictRulesNotice(t *testing.T) {
	const suite = `<testsuite name="a" tests="1" failures="0" errors="0">`
	for text, want := range map[string]string{
		`<testsuites><testsuite tests="1" failures="0" errors="0"/></testsuites>`:                       "testsuite lacks name",
		`<testsuites>` + suite + `<testcase/></testsuite></testsuites>`:                                 "testcase lacks name",
		`<testsuites>` + suite + `<testcase name="a" file="b"/></testsuite></testsuites>`:               "testcase may not have file",
		`<testsuites>` + suite + `<testcase name="a" time="0.1234"/></testsuite></testsuites>`:          "bad time 0.1234",
		`<testsuites>` + suite + `<testcase name="a" time="1e-3"/></testsuite></testsuites>`:            "bad time 1e-3",
		`<testsuites>` + suite + `<testcase name="a"><properties/></testcase></testsuite></testsuites>`: "testcase may not hold properties",
		`<testsuites skipped="1"/>`:     "testsuites may not have skipped",
		`<testsuites>text</testsuites>`: "testsuites may not hold text",
		`<testsuites>` + suite + `<testcase name="a"><rerunFailure/></testcase></testsuite></testsuites>`:          "rerunFailure lacks type",
		`<testsuites>` + suite + `<testcase name="a"><failure>x<b/></failure></testcase></testsuite></testsuites>`: "failure may not hold b",
	} {
		if got := breaches(parseXML(t, []byte(text+"\n")), strictRules); !slices.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}
