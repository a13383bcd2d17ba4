package reports

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"corsprobe/runner/result"
)

// node is any XML element, for readers that know JUnit as its consumers do: by names of elements and attributes.
type node struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Nodes   []node     `xml:",any"`
}

func parseXML(t *testing.T, data []byte) node {
	t.Helper()
	if !utf8.Valid(data) {
		t.Fatal("the document is no UTF-8")
	}
	var root node
	d := xml.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&root); err != nil {
		t.Fatalf("no well-formed XML: %v", err)
	}
	if token, err := d.Token(); err == nil {
		if text, ok := token.(xml.CharData); !ok || string(text) != "\n" {
			t.Fatalf("after the root element comes %v", token)
		}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		t.Fatalf("after the root element: %v", err)
	}
	return root
}

func (n node) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (n node) all(name string) []node {
	var found []node
	for _, child := range n.Nodes {
		if child.XMLName.Local == name {
			found = append(found, child)
		}
	}
	return found
}

func (n node) has(name string) bool { return len(n.all(name)) > 0 }

func (n node) count(t *testing.T, name string) int {
	t.Helper()
	i, err := strconv.Atoi(n.attr(name))
	if err != nil {
		t.Errorf("%s: attribute %s: %v", n.XMLName.Local, name, err)
	}
	return i
}

func TestJUnitGolden(t *testing.T) {
	golden(t, "junit.xml", render(t, JUnit, shortened(diagnosed())))
	golden(t, "junit-strict.xml", render(t, JUnitStrict, shortened(diagnosed())))
}

// gitLab reads nested suites: failure before error before skipped, by presence.
func gitLab(root node) map[string]string {
	states := map[string]string{}
	for _, suite := range root.all("testsuite") {
		for _, c := range suite.all("testcase") {
			state := "success"
			for _, name := range []string{"failure", "error", "skipped"} {
				if c.has(name) {
					state = name
					break
				}
			}
			states[c.attr("classname")+" "+c.attr("name")] = state
		}
	}
	return states
}

// jenkins names a case by package, class and name; an error's text wins over a failure's.
func jenkins(root node) map[[3]string]string {
	states := map[[3]string]string{}
	for _, suite := range root.all("testsuite") {
		for _, c := range suite.all("testcase") {
			class := c.attr("classname")
			i := strings.LastIndexByte(class, '.')
			key := [3]string{"(root)", class, c.attr("name")}
			if i >= 0 {
				key[0], key[1] = class[:i], class[i+1:]
			}
			states[key] = "passed"
			for _, name := range []string{"skipped", "failure", "error"} {
				if c.has(name) {
					states[key] = name
				}
			}
		}
	}
	return states
}

var wantStates = map[result.Verdict][2]string{ // as GitLab and as Jenkins
	result.Passed:      {"success", "passed"},
	result.Failed:      {"failure", "failure"},
	result.Flaky:       {"failure", "failure"},
	result.Error:       {"error", "error"},
	result.Known:       {"skipped", "skipped"},
	result.Unsupported: {"skipped", "skipped"},
}

func TestJUnitAsItsReadersSeeIt(t *testing.T) {
	r := sample()
	for _, f := range []Format{JUnit, JUnitStrict} {
		root := parseXML(t, render(t, f, r))
		asGitLab, asJenkins := gitLab(root), jenkins(root)
		if want := len(r.Cells) + len(r.Stale); len(asGitLab) != want || len(asJenkins) != want {
			t.Errorf("%s: GitLab sees %d cases and Jenkins %d, want %d", f, len(asGitLab), len(asJenkins), want)
		}
		for i := range r.Cells {
			c := &r.Cells[i]
			want := wantStates[c.Verdict]
			topic, name, _ := strings.Cut(c.Scenario, "/")
			if got := asGitLab["cors."+topic+"."+name+" "+sampleName(c)]; got != want[0] {
				t.Errorf("%s: GitLab takes the %s cell %q for %q, want %q", f, c.Verdict, c.ID, got, want[0])
			}
			if got := asJenkins[[3]string{"cors." + topic, name, sampleName(c)}]; got != want[1] {
				t.Errorf("%s: Jenkins takes the %s cell %q for %q, want %q", f, c.Verdict, c.ID, got, want[1])
			}
		}
	}
}

func TestJUnitCountsAgree(t *testing.T) {
	incomplete := sample()
	incomplete.Run.Incomplete = "interrupted"
	for name, r := range map[string]result.Report{"sample": sample(), "clean": clean(), "empty": {}, "incomplete": incomplete} {
		for _, f := range []Format{JUnit, JUnitStrict} {
			t.Run(fmt.Sprint(name, " ", f), func(t *testing.T) { countsAgree(t, parseXML(t, render(t, f, r))) })
		}
	}
}

func countsAgree(t *testing.T, root node) {
	t.Helper()
	total := map[string]int{}
	for _, suite := range root.all("testsuite") {
		counts := map[string]int{}
		for _, c := range suite.all("testcase") {
			counts["tests"]++
			for attr, element := range map[string]string{"failures": "failure", "errors": "error", "skipped": "skipped"} {
				counts[attr] += len(c.all(element))
			}
			if len(c.all("failure"))+len(c.all("error"))+len(c.all("skipped")) > 1 {
				t.Errorf("%s has more than one state", c.attr("name"))
			}
		}
		compareCounts(t, suite, counts, true)
		for attr, n := range counts {
			total[attr] += n
		}
	}
	compareCounts(t, root, total, false) // no schema has the skipped ones there
}

func compareCounts(t *testing.T, n node, want map[string]int, skipped bool) {
	t.Helper()
	attrs := []string{"tests", "failures", "errors"}
	if skipped {
		attrs = append(attrs, "skipped")
	}
	for _, attr := range attrs {
		if got := n.count(t, attr); got != want[attr] {
			t.Errorf("%s %s says %s=%d and holds %d", n.XMLName.Local, n.attr("name"), attr, got, want[attr])
		}
	}
}

// xsd is what an element may hold.
type xsd struct {
	attrs, required []string
	children        []string
	text            bool // it may hold text
}

var (
	rerun      = xsd{attrs: []string{"message", "type"}, required: []string{"type"}, children: []string{"stackTrace", "system-out", "system-err"}, text: true}
	outcome10  = xsd{attrs: []string{"type", "message"}, text: true}
	output10   = xsd{text: true}
	countAttrs = []string{"name", "tests", "failures", "errors"}
)

// strictRules are those of junit-10.xsd. Whatever they do not name is rejected, and the whole report with it.
var strictRules = map[string]xsd{
	"testsuites": {attrs: append([]string{"time"}, countAttrs...), children: []string{"testsuite"}},
	"testsuite": {
		attrs:    append([]string{"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"}, countAttrs...),
		required: countAttrs,
		children: []string{"testsuite", "properties", "testcase", "system-out", "system-err"},
	},
	"properties": {children: []string{"property"}},
	"property":   {attrs: []string{"name", "value"}, required: []string{"name", "value"}},
	"testcase": {
		attrs: []string{"name", "time", "classname", "group"}, required: []string{"name"},
		children: []string{"skipped", "error", "failure", "rerunFailure", "rerunError", "flakyFailure", "flakyError", "system-out", "system-err"},
	},
	"failure": outcome10, "error": outcome10, "skipped": outcome10,
	"rerunFailure": rerun, "rerunError": rerun, "flakyFailure": rerun, "flakyError": rerun,
	"stackTrace": output10, "system-out": output10, "system-err": output10,
}

// plainRules are those of the JUnit schema that Jenkins' dtkit publishes for all dialects that it has met, with the one thing that no published
// schema has: properties of a case, which Jenkins' junit plugin, Allure and pytest's readers show.
var plainRules = func() map[string]xsd {
	rules := maps.Clone(strictRules)
	rules["testcase"] = xsd{
		attrs:    []string{"name", "assertions", "time", "timestamp", "classname", "status", "class", "file", "line", "log", "group", "url"},
		required: []string{"name"}, children: []string{"skipped", "error", "failure", "system-out", "system-err", "properties"},
	}
	for _, name := range []string{"rerunFailure", "rerunError", "flakyFailure", "flakyError", "stackTrace"} {
		delete(rules, name)
	}
	return rules
}()

// strictTime is the schema's SUREFIRE_TIME, with no more decimals than its earlier releases take.
var strictTime = regexp.MustCompile(`^(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]{0,3})?$`)

func TestJUnitKeepsItsSchema(t *testing.T) {
	for name, r := range map[string]result.Report{"sample": sample(), "diagnosed": diagnosed(), "empty": {}} {
		if problems := breaches(parseXML(t, render(t, JUnitStrict, r)), strictRules); len(problems) > 0 {
			t.Errorf("%s: Jenkins' xunit plugin would reject it:\n%s", name, strings.Join(problems, "\n"))
		}
		if problems := breaches(parseXML(t, render(t, JUnit, r)), plainRules); len(problems) > 0 {
			t.Errorf("%s: it is not as published:\n%s", name, strings.Join(problems, "\n"))
		}
	}
	if len(breaches(parseXML(t, render(t, JUnit, sample())), strictRules)) == 0 {
		t.Error("the rules find nothing in the dialect that breaks them")
	}
}

func breaches(n node, schema map[string]xsd) []string {
	rules, known := schema[n.XMLName.Local]
	if !known {
		return []string{"unknown element " + n.XMLName.Local}
	}
	var problems []string
	for _, a := range n.Attrs {
		if !slices.Contains(rules.attrs, a.Name.Local) {
			problems = append(problems, n.XMLName.Local+" may not have "+a.Name.Local)
		}
		if a.Name.Local == "time" && !strictTime.MatchString(a.Value) {
			problems = append(problems, "bad time "+a.Value)
		}
	}
	for _, name := range rules.required {
		if !slices.ContainsFunc(n.Attrs, func(a xml.Attr) bool { return a.Name.Local == name }) {
			problems = append(problems, n.XMLName.Local+" lacks "+name)
		}
	}
	if !rules.text && strings.TrimSpace(n.Text) != "" {
		problems = append(problems, n.XMLName.Local+" may not hold text")
	}
	for _, child := range n.Nodes {
		if !slices.Contains(rules.children, child.XMLName.Local) {
			problems = append(problems, n.XMLName.Local+" may not hold "+child.XMLName.Local)
		}
		problems = append(problems, breaches(child, schema)...)
	}
	return problems
}

var threeDecimals = regexp.MustCompile(`^[0-9]+\.[0-9]{3}$`)

func TestJUnitPlacesAndTimes(t *testing.T) {
	root := parseXML(t, render(t, JUnit, sample()))
	for _, suite := range root.all("testsuite") {
		for _, c := range suite.all("testcase") {
			if !threeDecimals.MatchString(c.attr("time")) {
				t.Errorf("%s: time %q", c.attr("name"), c.attr("time"))
			}
			if c.attr("file") == "" || c.attr("line") == "" {
				t.Errorf("%s has no file and line", c.attr("name"))
			}
		}
	}
}

func TestJUnitNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, suite := range parseXML(t, render(t, JUnit, sample())).all("testsuite") {
		for _, c := range suite.all("testcase") {
			key := c.attr("classname") + " " + c.attr("name")
			if seen[key] {
				t.Errorf("%s occurs twice", key)
			}
			seen[key] = true
		}
	}
}

// The text begins with the message, and goes from what matters to what proves it.
func TestJUnitFailureText(t *testing.T) {
	c := broken()
	p := newJUnitCells(result.Report{}).cell(&c, "").Failure
	if p.Type != "breakage" {
		t.Errorf("type %q", p.Type)
	}
	if want := "[breakage] preflight.status: expected 200, got 403 AccessForbidden (and 1 more finding)"; p.Message != want {
		t.Errorf("message\n%q, want\n%q", p.Message, want)
	}
	if first, _, _ := strings.Cut(p.Markup, "\n"); first != p.Message {
		t.Errorf("the text begins with %q", first)
	}
	inOrder(t, failureText(t, c), p.Message, "[breakage] preflight.status\n", "(facts 4 and 9)", "[contract] preflight.error-message",
		"browser   preflight.status: PUT from", "> OPTIONS https://s3.example.com/bucket/object", "< HTTP/1.1 403", "<   <Code>AccessForbidden</Code>", "curl      curl -sS")
}

// failureText is the text of a cell's failure as a reader gets it.
func failureText(t *testing.T, c result.Cell) string {
	t.Helper()
	root := parseXML(t, render(t, JUnit, result.Report{Cells: []result.Cell{c}}))
	return root.Nodes[0].all("testcase")[0].all("failure")[0].Text
}

// inOrder fails unless the parts occur one after another.
func inOrder(t *testing.T, text string, parts ...string) {
	t.Helper()
	rest := text
	for _, part := range parts {
		i := strings.Index(rest, part)
		if i < 0 {
			t.Fatalf("%q is missing, or out of order, in:\n%s", part, text)
		}
		rest = rest[i+len(part):]
	}
}

func TestJUnitMessages(t *testing.T) {
	known, bare := setAside()[7], newCell("a/b", "c", "", result.Known)
	bare.Reason = "listed"
	odd := newCell("a/b", "c", "", "sideways")
	flakyCell, empty := flaky(), newCell("a/b", "c", "", result.Failed)
	onlyFlaky := newCell("a/b", "c", "", result.Flaky)
	onlyFlaky.Reason = "first 200, then 403"
	for _, tc := range []struct {
		cell          *result.Cell
		element, want string
	}{
		{&known, "skipped", "known: accepts CONNECT as AllowedMethod <https://example.com/issues/9>"},
		{&bare, "skipped", "known: listed"},
		{&setAside()[5], "skipped", "unsupported: virtual-hosted addressing: the endpoint is an IP address"},
		{&setAside()[0], "error", `connection reset by peer \x1b[2J`},
		{&odd, "error", `the cell has no verdict that a report knows: "sideways"`},
		{&empty, "failure", "failed without a finding"},
		{&onlyFlaky, "failure", "flaky: first 200, then 403"},
		{&flakyCell, "failure", "flaky: the same request was answered in two ways; [breakage] actual.allow-origin: expected Access-Control-Allow-Origin: https://app.example.com, got absent, as is every other CORS header"},
	} {
		out := newJUnitCells(result.Report{}).cell(tc.cell, "")
		got := map[string]*junitProblem{"failure": out.Failure, "error": out.Error, "skipped": out.Skipped}[tc.element]
		if got == nil || got.Message != tc.want {
			t.Errorf("%s cell: %s is %+v, want %q", tc.cell.Verdict, tc.element, got, tc.want)
		}
	}
}

func TestJUnitIsNeverGreenByAccident(t *testing.T) {
	stale, incomplete, unsupported := clean(), clean(), clean()
	stale.Stale = sample().Stale[:1]
	incomplete.Run.Incomplete = "interrupted after 2 of 40 cells"
	unsupported.Cells = setAside()[5:7]
	for _, tc := range []struct {
		name, element, want string
		r                   result.Report
	}{
		{"stale", "failure", "stale known deviation at known.yaml:14: preflight.vary of rules/** no longer occurs", stale},
		{"incomplete", "error", "the run is incomplete: interrupted after 2 of 40 cells", incomplete},
		{"unsupported", "error", "nothing was judged: this endpoint supports none of 2 cells", unsupported},
		{"empty", "error", "nothing was judged: no cell was run", result.Report{}},
	} {
		for _, f := range []Format{JUnit, JUnitStrict} {
			suite := parseXML(t, render(t, f, tc.r)).all("testsuite")[0]
			problems := suite.all("testcase")[0].all(tc.element)
			if suite.attr("name") != runSuite || len(problems) != 1 || problems[0].attr("message") != tc.want {
				t.Errorf("%s, %s: suite %s holds %+v, want %s %q", tc.name, f, suite.attr("name"), suite.Nodes, tc.element, tc.want)
			}
		}
	}
	if good := string(render(t, JUnit, clean())); strings.Contains(good, runSuite) {
		t.Error("a good run has a suite of its own, which would add to its count")
	}
}

func TestJUnitSurvivesEveryCharacter(t *testing.T) {
	var all strings.Builder
	for i := range 0x3000 {
		all.WriteRune(rune(i))
	}
	for i := range 256 {
		all.WriteByte(byte(i))
	}
	all.WriteString("\ufffe\uffff\U0001f600]]>")
	c := reflectedCell("GET", all.String())
	c.Scenario, c.File, c.Reason = all.String(), all.String(), all.String()
	r := result.Report{Cells: []result.Cell{c}, Stale: []result.StaleDeviation{{Where: all.String(), Problem: all.String()}}}
	r.Run.Incomplete, r.Run.ID = all.String(), all.String()
	for _, f := range []Format{JUnit, JUnitStrict} {
		data := render(t, f, r)
		parseXML(t, data)
		if bytes.ContainsAny(data, "\x00\x1b\x7f\u009b\ufffe\uffff") || bytes.Contains(data, []byte("]]>")) {
			t.Errorf("%s holds what XML forbids", f)
		}
	}
}

// A megabyte of header in a failing cell must not become a megabyte of report.
func TestJUnitStaysSmall(t *testing.T) {
	if n := len(render(t, JUnit, sample())); n > 100<<10 {
		t.Errorf("%d bytes", n)
	}
}
