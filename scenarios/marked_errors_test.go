package scenarios

import (
	"fmt"
	"strings"
	"testing"
)

// marked takes the ¦ from a text, and says where it stood: line and column, from 1.
func marked(text string) (plain, place string) {
	before, after, found := strings.Cut(text, "¦")
	if !found {
		return text, ""
	}
	line := strings.Count(before, "\n") + 1
	column := len([]rune(before[strings.LastIndexByte(before, '\n')+1:])) + 1
	return before + after, fmt.Sprintf("%d:%d", line, column)
}

// pointed holds an error against the place that is marked in a text, and against words that it must have.
func pointed(t *testing.T, name, file, place string, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s is accepted", name)
		return
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 1 || !strings.HasPrefix(lines[0], file+":"+place+": ") {
		t.Errorf("%s: the error is\n%s\nwant one at %s:%s", name, err, file, place)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%s: the error is\n%s\nwant it to speak of %q", name, err, w)
		}
	}
}

const header = "name: a\ncors: none\n"

// Each thing that can be wrong is said at the very place where it stands, with what stands there.
func TestPlacesOfErrors(t *testing.T) {
	for _, c := range []struct {
		name, text string
		words      []string
	}{
		// the scenario itself
		{"a name with a dash at its end", "name: ¦a-\ncors: none\nmatrix: {origins: [x]}\n", []string{`"a-"`}},
		{"an empty name", "name: ¦''\ncors: none\nmatrix: {origins: [x]}\n", []string{`""`}},
		{"a depth that there is not", header + "depth: ¦quik\nmatrix: {origins: [x]}\n", []string{`"quik"`, "quick", `did you mean "quick"?`}},
		{"a label that is a mapping", header + "labels: [good, ¦{a: b}]\nmatrix: {origins: [x]}\n", []string{"a mapping", "a string"}},
		{"the second of two facts", header + "facts: [1, ¦999]\nmatrix: {origins: [x]}\n", []string{"999"}},
		{"a fact of zero", header + "facts: [¦0]\nmatrix: {origins: [x]}\n", nil},

		// configurations
		{"a rule that is a word", "name: a\ncors:\n  CORSRules:\n    - ¦all\nmatrix: {origins: [x]}\n", []string{`"all"`}},
		{"seconds that are a word", "name: a\ncors:\n  CORSRules:\n    - AllowedOrigins: ['*']\n      AllowedMethods: [GET]\n      MaxAgeSeconds: ¦long\nmatrix: {origins: [x]}\n", []string{`"long"`, "whole number"}},
		{"seconds that are a fraction", "name: a\ncors: {CORSRules: [{AllowedOrigins: ['*'], AllowedMethods: [GET], MaxAgeSeconds: ¦1.5}]}\nmatrix: {origins: [x]}\n", []string{"1.5"}},
		{"seconds beyond what S3 has", "name: a\ncors: {CORSRules: [{AllowedOrigins: ['*'], AllowedMethods: [GET], MaxAgeSeconds: ¦99999999999}]}\nmatrix: {origins: [x]}\n", []string{"99999999999"}},
		{"two stars in an origin", "name: a\ncors: ¦{CORSRules: [{AllowedOrigins: ['https://*.a.*'], AllowedMethods: [GET]}]}\nmatrix: {origins: [x]}\n", []string{"S3 refuses", "InvalidRequest", "https://*.a.*", "rule 1", "AllowedOrigins"}},
		{"no rules", "name: a\ncors: ¦{CORSRules: []}\nmatrix: {origins: [x]}\n", []string{"S3 refuses", "MalformedXML"}},
		{"a raw document without steps", "name: a\ncors: ¦{document: <x/>}\nmatrix: {origins: [x]}\n", []string{"raw document", "steps"}},

		// matrices
		{"an unknown dimension", header + "matrix:\n  origins: [x]\n  ¦method: GET\n", []string{`"method"`, `did you mean "methods"?`}},
		{"a list in a list", header + "matrix:\n  origins: [x]\n  methods: [GET, ¦[PUT]]\n", []string{"a list"}},
		{"no origins", header + "matrix: ¦{methods: [GET]}\n", []string{`"origins"`, "missing"}},
		{"an unknown send", header + "matrix: {origins: [x], send: [preflight, ¦post]}\n", []string{`"post"`, "preflight"}},
		{"a header with a blank in its name", header + "matrix:\n  origins: [x]\n  headers:\n    - none\n    - ¦{X A: b}\n", []string{`"X A"`}},
		{"a header of the connection", header + "matrix: {origins: [x], headers: [¦{Host: b}]}\n", []string{"Host"}},
		{"a line break in a header", header + "matrix: {origins: [x], headers: [¦{X-A: \"b\\r\\nc\"}]}\n", []string{"control character"}},
		{"an origin with a NUL", header + "matrix:\n  origins:\n    - x\n    - ¦\"a\\0b\"\n", []string{"control character"}},
		{"an actual OPTIONS", header + "matrix: {origins: [x], methods: [GET, ¦OPTIONS]}\n", []string{"OPTIONS"}},
		{"an actual POST of a listing", header + "matrix: {origins: [x], methods: [¦POST], targets: listing}\n", []string{"POST", "listing"}},
		{"an unknown combination", header + "matrix:\n  origins: [x]\n  combine: ¦pair\n", []string{`"pair"`, `did you mean "pairs"?`}},
		{"a zip that does not close", header + "matrix:\n  origins: [x, y]\n  methods: [GET, PUT, HEAD]\n  combine: ¦zip\n", []string{"2", "3"}},
		{"targets beside operations", header + "matrix:\n  origins: [x]\n  operations: GetObject-range\n  targets: ¦bucket\n", []string{"targets", "operations"}},

		// include and exclude
		{"what an included matrix lacks", header + "matrix:\n  origins: [x]\n  include:\n    - ¦{methods: PUT}\n", []string{`"origins"`}},
		{"a word of an included matrix", header + "matrix:\n  origins: [x]\n  include:\n    - {origins: [y], targets: ¦buckets}\n", []string{`"buckets"`, `did you mean "bucket"?`}},
		{"a selector by what there is not", header + "matrix:\n  origins: [x]\n  exclude:\n    - {¦origin: x}\n", []string{`"origin"`}},
		{"a selector that fits nothing", header + "matrix:\n  origins: [x, y]\n  exclude:\n    - {origins: x}\n    - ¦{origins: z}\n", []string{"no cell"}},

		// pins
		{"a pin of another's status", header + "matrix: {origins: [x]}\nexpect:\n  - reason: r\n    actual: ¦{status: [200, 600]}\n", []string{"600"}},
		{"a pin by a word", header + "matrix: {origins: [x]}\nexpect:\n  - reason: r\n    actual: {status: ¦ok}\n", []string{`"ok"`, "whole number"}},
		{"a pin with a key too many", header + "matrix: {origins: [x]}\nexpect:\n  - reason: r\n    actual: {status: 200}\n    ¦because: x\n", []string{`"because"`}},
		{"a pin of no header's name", header + "matrix: {origins: [x]}\nexpect:\n  - reason: r\n    actual: {headers: {¦'a:': b}}\n", []string{`"a:"`}},
		{"a pin with an empty reason", header + "matrix: {origins: [x]}\nexpect:\n  - reason: ¦''\n    actual: {status: 200}\n", []string{"empty reason"}},

		// steps
		{"a step without a call", "name: a\nsteps:\n  - ¦{name: one, matrix: {origins: [x]}}\n", []string{"0 calls"}},
		{"a step without a name", "name: a\nsteps:\n  - ¦{get: true}\n", []string{`"name"`}},
		{"a step of an odd name", "name: a\nsteps:\n  - {name: ¦One, get: true}\n", []string{`"One"`}},
		{"get: false", "name: a\nsteps:\n  - {name: one, get: ¦false}\n", []string{"get: true"}},
		{"an answer of an odd status", "name: a\nsteps:\n  - {name: one, get: true, answer: ¦{status: 7, reason: r}}\n", []string{"7"}},
		{"an answer without a reason", "name: a\nsteps:\n  - {name: one, get: true, answer: ¦{status: 200}}\n", []string{`"reason"`}},
		{"a digest of none", "name: a\nsteps:\n  - {name: one, delete: true, digest: ¦md5}\n", []string{"digest"}},
		{"a third step that replaces nothing", "name: a\nsteps:\n  - {name: one, put: {CORSRules: [{AllowedOrigins: [a], AllowedMethods: [GET]}]}}\n  - {name: two, delete: true}\n  - {name: three, replace: ¦{CORSRules: [{AllowedOrigins: [a], AllowedMethods: [GET]}]}}\n", []string{"replace", "put"}},
		{"requests after what may be refused", "name: a\nsteps:\n  - name: one\n    put: {CORSRules: [{AllowedOrigins: [a], AllowedMethods: [GET], MaxAgeSeconds: -1}]}\n    matrix: ¦{origins: [x]}\n", []string{"open"}},

		// YAML
		{"a value without a mapping", "name: a\ncors: none\nmatrix: ¦[x]\n", []string{"a list", "a mapping"}},
		{"a key that is a list", "name: a\ncors: none\n¦[a]: b\nmatrix: {origins: [x]}\n", []string{"a list"}},
		{"a key twice within a matrix", header + "matrix:\n  origins: [x]\n  ¦origins: [y]\n", []string{`"origins"`, "twice"}},
		{"a number for a name", "name: ¦7up!\ncors: none\nmatrix: {origins: [x]}\n", []string{`"7up!"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, place := marked(c.text)
			_, err := load(map[string]string{"f.yaml": text})
			pointed(t, c.name, "f.yaml", place, err, c.words...)
		})
	}
}

// What is wrong in a file that a scenario names is said in that file; that there is no such file, at the scenario's word for it.
func TestPlacesInNamedFiles(t *testing.T) {
	const scenario = "name: a\ncorsFile: ¦cors.json\nmatrix: {origins: [x]}\n"
	good := `{"CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]}`
	for _, c := range []struct {
		name, scenario, file, at string
		words                    []string
	}{
		{"nothing there", scenario, "", "f.yaml", []string{"cors.json"}},
		{"no JSON", strings.Replace(scenario, "¦", "", 1), "{\n  \"CORSRules\": [\n    {\"AllowedOrigins\" ¦[\"*\"]}\n  ]\n}", "cors.json", []string{"not JSON"}},
		{"a misspelled key", strings.Replace(scenario, "¦", "", 1), `{"CORSRules": [{¦"AllowedOrigin": ["*"], "AllowedMethods": ["GET"]}]}`, "cors.json", []string{`"AllowedOrigin"`, "AllowedOrigins"}},
		{"one of several", strings.Replace(scenario, "cors.json", "'cors.json#Other'", 1), strings.Replace(good, "¦", "", 1), "f.yaml", []string{"Other"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, place := marked(c.scenario)
			files := map[string]string{"f.yaml": text}
			if c.file != "" {
				inFile, filePlace := marked(c.file)
				files["cors.json"] = inFile
				if filePlace != "" {
					place = filePlace
				}
			}
			_, err := load(files)
			pointed(t, c.name, c.at, place, err, c.words...)
		})
	}
}

// Every error of a file is said, each once, in the order of their places.
func TestAllErrorsAtOnce(t *testing.T) {
	_, err := load(map[string]string{"f.yaml": `name: A
facts: [999]
cors: {CORSRules: [{AllowedOrigins: ['*'], AllowedMethods: [PATCH]}]}
matrix:
  origins: ["a\nb"]
  methods: ['G T']
  targets: [obiect]
  send: preflight
expect:
  - {reason: '', actual: {status: 99}}
`})
	if err == nil {
		t.Fatal("it is accepted")
	}
	var places []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		places = append(places, strings.SplitN(strings.TrimPrefix(line, "f.yaml:"), ": ", 2)[0])
	}
	want := "1:7 2:9 3:7 5:13 6:13 7:13 10:14 10:26"
	if got := strings.Join(places, " "); got != want {
		t.Errorf("errors stand at %s, want %s:\n%s", got, want, err)
	}
}
