package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"sort"
	"strings"
	"testing"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"corsprobe/runner/result"
	"corsprobe/runner/runnertest/race"
)

// payloads are what a hostile endpoint sends to spoil a format, a terminal, a CI system or a page.
var payloads = map[string]string{
	"everything":        hostile,
	"cdata":             "]]>",
	"script":            "</text></failure></code></td></details><script>alert(1)</script><!--",
	"entities":          "&lt;&#60;&amp;script&gt; %3Cscript%3E",
	"controls":          "\x00\x01\a\b\t\v\f\r\n\x0e\x1f\x7f\u0080\u0085\u009f",
	"no UTF-8":          "\xff\xfe\xc0\x80\xed\xa0\x80\xf5",
	"terminal":          "\x1b]0;owned\a\x1b[2J\x1b[31m\u009b31m\x1bP+q\x1b\\",
	"bidi":              "\u202e\u2066\u200f\u061c\u2028\u2029\ufeff\u200b\U000e0041",
	"github command":    "::error::owned",
	"github lines":      "x\n::error file=a::owned\r\n  ::stop-commands::t\n::set-output name=a::b",
	"azure command":     "##[error]owned ##vso[task.setvariable]x\n##[add-mask]y",
	"azure variable":    "##vso[task.setvariable variable=PATH;isSecret=false]/owned\n###vso[task.complete result=Succeeded;]x",
	"teamcity message":  "##teamcity[buildStatus status='SUCCESS' text='owned']\n x ##teamcity[testFinished name='a']",
	"octopus message":   "##octopus[setVariable name='YQ==' value='Yg==']",
	"gitlab section":    "section_start:1560896352:owned[collapsed=true]\r\x1b[0Kowned\nsection_end:1560896353:owned\r\x1b[0K",
	"travis fold":       "travis_fold:start:owned\r\x1b[0Kx\ntravis_time:start:a",
	"buildkite groups":  "--- owned\n+++ owned\n~~~ owned\n^^^ +++\n---\n+++\n~~~",
	"pipes":             "a | b || \\| c |\n|---|---|",
	"backticks":         "` `` ``` ```` ```````\n```\n# heading\n~~~\n",
	"mentions":          "@octocat @org/team #1 GH-1 !1 ~label 4f2a01c6c9 :tada:",
	"links":             "[a](javascript:alert(1)) ![b](http://evil.example/x.png) <https://evil.example> https://evil.example www.evil.example",
	"markdown":          "# a\n- b\n> c\n***\n    d\n<details>\n$x$",
	"tap directive":     "# TODO owned # SKIP owned",
	"tap lines":         "x\nok 99 - owned\nnot ok 1\n1..0\nBail out!\n  ---\n  ...\npragma +strict\n# Subtest: x",
	"yaml document":     "...\n---\nowned: true\n",
	"yaml start":        "--- !!binary &a *a {owned: [true]} # x",
	"yaml indicators":   "? : - , [ ] { } # & * ! | > ' \" % @ `",
	"yaml words":        "null",
	"quotes":            `\" \\ ' " \u0000 \x00 \n`,
	"backslash":         `\`,
	"json":              `"},{"type":"summary"}]`,
	"json line":         "\"}\n{\"type\":\"summary\"}",
	"formats of printf": "%s %n %!d(MISSING) %%",
	"space":             " ",
}

// harmless fills the same report. It is no plain word, so that Markdown shows it as it shows a payload.
const harmless = "har:mless"

// filled is a report in which every text is the same. The words that are no text of anybody's – verdicts, classes – stay as they are.
func filled(text string) result.Report {
	origin := text
	r := sample()
	r.Endpoint.Provider, r.Run.Digest, r.Run.Incomplete, r.Run.Shard = "a", "a", "a", &result.Shard{Index: 1, Total: 2}
	r.Scenarios = []result.Scenario{{ID: "a", Description: "a", Labels: []string{"a"}, References: []string{"a"}, Steps: []result.Step{{Name: "a", Call: "a", CORS: "a"}}}}
	for _, kind := range []result.LeftoverKind{result.LeftoverConfiguration, result.LeftoverBucket, result.LeftoverObjects, result.LeftoverOther} {
		r.CleanUp = append(r.CleanUp, result.Leftover{Kind: kind, Bucket: "a", Objects: "a", Journal: "a", Command: "a", Problem: "a"})
	}
	c := &r.Cells[len(r.Cells)-1]
	c.Step, c.Point = "a", &result.Point{Target: "a", Addressing: "a", Authorisation: "a", Origin: &origin, Method: "a", Headers: "a", Adversarial: "a"}
	c.Chromium = &result.Chromium{NotSent: "a", Readable: []string{"a"}, Code: "a", Preflight: []result.Header{{Name: "a", Value: "a"}}, Disagreement: "a"}
	fill(reflect.ValueOf(&r).Elem(), text)
	return r
}

// fill replaces every string that is not empty and of no type of its own.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() && v.Len() > 0 {
			v.SetString(text)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			fill(v.Elem(), text)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fill(v.Index(i), text)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), text)
			}
		}
	}
}

// parser reads a format back by its own rules. The skeleton is what it holds without its values.
type parser func(t *testing.T, data []byte) (skeleton, problems []string)

var parsers = map[Format]parser{
	JSON:   func(_ *testing.T, data []byte) (skeleton, problems []string) { return jsonSkeleton(data) },
	NDJSON: ndjsonSkeleton,
	HTML: func(t *testing.T, data []byte) (skeleton, problems []string) {
		return tags(t, string(data), false), nil
	},
	JUnit:       xmlSkeleton,
	JUnitStrict: strictSkeleton,
	CTRF:        ctrfSkeleton,
	SARIF:       sarifSkeleton,
	TAP:         tapSkeleton,
	Statement:   statementSkeleton,
	Markdown:    func(_ *testing.T, data []byte) (skeleton, problems []string) { return markdownSkeleton(string(data)) },
	GitHub:      func(_ *testing.T, data []byte) (skeleton, problems []string) { return markdownSkeleton(string(data)) },
	Text:        func(*testing.T, []byte) (skeleton, problems []string) { return nil, nil }, // has no grammar: see harm
}

// Whatever an endpoint sends, every format keeps its structure.
func TestHostileAnswersSpoilNoFormat(t *testing.T) {
	race.Skip(t)
	for _, f := range Formats() {
		parse, ok := parsers[f]
		if !ok {
			t.Errorf("%s has no parser here: no format goes without", f)
			continue
		}
		want, problems := parse(t, render(t, f, filled(harmless)))
		if problems != nil {
			t.Fatalf("%s does not read what is harmless: %q", f, problems)
		}
		for name, payload := range payloads {
			t.Run(string(f)+"/"+name, func(t *testing.T) {
				data := render(t, f, filled(payload))
				got, problems := parse(t, data)
				for _, p := range append(problems, harm(data)...) {
					t.Error(p)
				}
				if !slices.Equal(got, want) {
					t.Errorf("the structure differs: %s", firstDifference(want, got))
				}
			})
		}
	}
}

// Annotations are a format of their own: of ten lines, each is a command.
func TestHostileAnswersSpoilNoAnnotation(t *testing.T) {
	want := strings.Count(commands(t, filled(harmless)), "\n")
	for name, payload := range payloads {
		text := commands(t, filled(payload))
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		if len(lines) != want {
			t.Errorf("%s: %d lines, want %d:\n%s", name, len(lines), want, text)
		}
		for _, l := range lines {
			if !command.MatchString(l) {
				t.Errorf("%s: no command: %q", name, l)
			}
			if obeyed(command.ReplaceAllString(l, "")) {
				t.Errorf("%s: another command in one: %q", name, l)
			}
		}
	}
}

// The terminal's other ways to show a report are no format of their own.
func TestHostileAnswersSpoilNoTerminal(t *testing.T) {
	race.Skip(t)
	for _, opts := range []TextOptions{{Verbose: true}, {Width: 40}, {Width: 200, Verbose: true}} {
		for name, payload := range payloads {
			for _, p := range harm([]byte(text(t, filled(payload), opts))) {
				t.Errorf("%s, %+v: %s", name, opts, p)
			}
		}
	}
}

// What is not a report of a run is as harmless: what one page gets, runs side by side, and errors.
func TestHostileAnswersSpoilNothingElse(t *testing.T) {
	race.Skip(t)
	for name, payload := range payloads {
		p := visited(result.Blocked)
		fill(reflect.ValueOf(&p).Elem(), payload)
		c := Compare([]Compared{{Name: payload, Report: filled(payload)}, {Name: "b", Report: filled(harmless)}})
		for what, write := range map[string]func(io.Writer) error{
			"page":             func(w io.Writer) error { return WritePage(w, p, TextOptions{}) },
			"page as JSON":     func(w io.Writer) error { return WritePageJSON(w, p) },
			"comparison":       func(w io.Writer) error { return WriteComparison(w, c, TextOptions{Verbose: true}) },
			"error":            func(w io.Writer) error { _, err := io.WriteString(w, Harmless(payload+"\n"+payload)+"\n"); return err },
			"comparison: json": func(w io.Writer) error { return comparisonRenderers[JSON](w, c) },
			"comparison: md":   func(w io.Writer) error { return comparisonRenderers[Markdown](w, c) },
			"comparison: html": func(w io.Writer) error { return comparisonRenderers[HTML](w, c) },
			"support table":    func(w io.Writer) error { return comparisonRenderers[Support](w, c) },
		} {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			for _, problem := range harm(b.Bytes()) {
				t.Errorf("%s, %s: %s", what, name, problem)
			}
		}
	}
}

// harm lists what no format may hold, for any of them may be shown on a terminal, by an editor or in a CI system's log.
func harm(data []byte) (problems []string) {
	if !utf8.Valid(data) {
		problems = append(problems, "no UTF-8")
	}
	if !bytes.HasSuffix(data, []byte("\n")) {
		problems = append(problems, "no line end at the end")
	}
	for i, line := range strings.Split(string(data), "\n") {
		if at := strings.IndexFunc(line, acts); at >= 0 {
			problems = append(problems, fmt.Sprintf("line %d holds %q", i+1, line[at:min(len(line), at+10)]))
		}
		if obeyed(line) {
			problems = append(problems, fmt.Sprintf("line %d is a command to a CI system: %.80q", i+1, line))
		}
	}
	return problems
}

// obeyed reports that some CI system takes a line for a command: their documentation says how they find one.
func obeyed(line string) bool {
	for _, anywhere := range []string{"##[", "##vso[", "##teamcity[", "##octopus[", "##myget[", "section_start:", "section_end:", "travis_fold:", "travis_time:"} {
		if strings.Contains(line, anywhere) {
			return true
		}
	}
	for _, first := range []string{"--- ", "+++ ", "~~~ ", "^^^ +++"} {
		if strings.HasPrefix(line+" ", first) {
			return true
		}
	}
	return strings.HasPrefix(strings.TrimSpace(line), "::")
}

// acts reports characters that do something rather than being shown.
func acts(r rune) bool {
	switch {
	case r < ' ', r >= 0x7f && r < 0xa0, r == 0x061c, r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r == 0xfeff, r >= 0xe0000:
		return true
	}
	return false
}

func TestHarmNotices(t *testing.T) {
	for _, text := range []string{"\xff\n", "no end", "\x1b[2J\n", "a\tb\n", "\u009b\n", "\u202e\n", "\u200b\n", "\U000e0041\n", "::error::x\n", "a\n  ::error::x\n", "a ##[error]x\n", "a\r\n",
		"a ##vso[x]\n", "##teamcity[x]\n", "a section_start:1:b\n", "travis_fold:start:a\n", "--- a\n", "a\n---\n", "+++ a\n", "~~~ a\n", "^^^ +++\n"} {
		if harm([]byte(text)) == nil {
			t.Errorf("takes %q", text)
		}
	}
	if p := harm([]byte("größe – 日本 🙂 a::b --- ## [x] section_start\n")); p != nil {
		t.Errorf("got %q", p)
	}
}

func firstDifference(want, got []string) string {
	for i := range max(len(want), len(got)) {
		a, b := "(the end)", "(the end)"
		if i < len(want) {
			a = want[i]
		}
		if i < len(got) {
			b = got[i]
		}
		if a != b {
			return fmt.Sprintf("part %d is %.300q, not %.300q", i, b, a)
		}
	}
	return "none"
}

// shape lists the keys of decoded JSON or YAML, the lengths of its lists and the types of its values.
func shape(path string, v any) []string {
	switch v := v.(type) {
	case map[string]any:
		var all []string
		for key, value := range v {
			all = append(all, shape(path+"."+key, value)...)
		}
		sort.Strings(all)
		return append([]string{fmt.Sprint(path, " has ", len(v), " keys")}, all...)
	case []any:
		all := []string{fmt.Sprint(path, " has ", len(v), " values")}
		for i, value := range v {
			all = append(all, shape(fmt.Sprint(path, i), value)...)
		}
		return all
	default:
		return []string{fmt.Sprintf("%s is a %T", path, v)}
	}
}

func jsonSkeleton(data []byte) (skeleton, problems []string) {
	var v any
	d := json.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&v); err != nil {
		return nil, []string{err.Error()}
	}
	if _, err := d.Token(); err != io.EOF {
		problems = append(problems, "something follows the document")
	}
	return shape("", v), problems
}

func ndjsonSkeleton(_ *testing.T, data []byte) (skeleton, problems []string) {
	if _, problems = readNDJSON(data); problems != nil {
		return nil, problems
	}
	for _, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		keys, more := jsonSkeleton([]byte(line))
		skeleton, problems = append(skeleton, keys...), append(problems, more...)
	}
	return skeleton, problems
}

func xmlSkeleton(t *testing.T, data []byte) (skeleton, problems []string) {
	if bytes.Contains(data, []byte("]]>")) {
		problems = append(problems, "]]> stands in the text")
	}
	return elements("", parseXML(t, data)), problems
}

func strictSkeleton(t *testing.T, data []byte) (skeleton, problems []string) {
	skeleton, problems = xmlSkeleton(t, data)
	return skeleton, append(problems, breaches(parseXML(t, data), strictRules)...)
}

func elements(path string, n node) []string {
	path += "/" + n.XMLName.Local
	all := []string{path}
	for _, a := range n.Attrs {
		all = append(all, path+"@"+a.Name.Local)
	}
	for _, child := range n.Nodes {
		all = append(all, elements(path, child)...)
	}
	return all
}

func ctrfSkeleton(t *testing.T, data []byte) (skeleton, problems []string) {
	if err := fits(t, ctrfRules(t), data); err != nil {
		problems = append(problems, err.Error())
	}
	for _, test := range readCTRF(t, data).Results.Tests {
		skeleton = append(skeleton, test.Status)
	}
	return skeleton, problems
}

func tapSkeleton(_ *testing.T, data []byte) (skeleton, problems []string) {
	points, problems := readTAP(string(data))
	for _, p := range points {
		skeleton = append(skeleton, fmt.Sprintf("%v %q %d", p.ok, p.directive, len(p.diagnostics)))
	}
	return skeleton, problems
}

func statementSkeleton(_ *testing.T, data []byte) (skeleton, problems []string) {
	if _, err := readStatement(data); err != nil {
		return nil, []string{err.Error()}
	}
	var v any
	if err := yaml.Unmarshal(data, &v); err != nil {
		return nil, []string{err.Error()}
	}
	return shape("", v), nil
}

// bounded are the formats that show only so much of an answer. JSON and NDJSON hold an answer as the run kept it.
var bounded = map[Format]int{
	JUnit: 64 << 10, JUnitStrict: 64 << 10, CTRF: 64 << 10, SARIF: 64 << 10, TAP: 64 << 10, Markdown: 32 << 10, GitHub: 32 << 10, Statement: 8 << 10, Text: 32 << 10, HTML: 128 << 10,
}

// Megabytes in an answer make no megabytes of report.
func TestHostileAnswersStayShort(t *testing.T) {
	huge := strings.Repeat("A`|<\x1b", 1<<18)
	c := newCell("a/b", "c", "", result.Failed)
	c.Findings = []result.Finding{{Check: "actual.header.x-" + huge, Class: result.Contract, Expected: huge, Got: huge, Why: huge}}
	c.Browser, c.Explanation = &result.Browser{Owed: huge, Got: huge, Sentence: huge}, huge
	ex := exchange("actual", "GET", "https://app.example.com", 200, "X-Big", huge, huge, "x")
	for range 20_000 {
		ex.Response.Headers = append(ex.Response.Headers, result.Header{Name: "X-Many", Value: "x"})
	}
	ex.Response.Body = huge
	broken := newCell("a/b", "d", "", result.Error)
	broken.Reason, c.Exchanges = huge, []result.Exchange{ex}
	r := result.Report{Endpoint: result.Endpoint{URL: "https://s3.example.com", Server: huge}, Cells: []result.Cell{c, broken}}
	r.Summary = tally(r.Cells)
	for _, f := range Formats() {
		limit, ok := bounded[f]
		if f == JSON || f == NDJSON {
			continue
		}
		if n := len(render(t, f, r)); !ok || n > limit {
			t.Errorf("%s: %d bytes, want at most %d", f, n, limit)
		}
	}
	if n := len(commands(t, r)); n > 8<<10 {
		t.Errorf("annotations: %d bytes", n)
	}
}
