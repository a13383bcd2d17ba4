package scenarios

import (
	"fmt"
	"strings"
	"testing"

	"corsprobe/runner/s3cors"

	"github.com/google/go-cmp/cmp"
)

const kept = "{CORSRules: [{AllowedOrigins: [before], AllowedMethods: [GET]}]}"

// What a bucket holds after PutBucketCors over another configuration, by S3's facts: what it accepts replaces all (55), what it refuses changes
// nothing (56 to 61, 63, 70).
func TestWhatPutLeaves(t *testing.T) {
	rule := func(more string) string { return "{AllowedOrigins: [after], AllowedMethods: [GET]" + more + "}" }
	config := func(rules ...string) string { return "{CORSRules: [" + strings.Join(rules, ", ") + "]}" }
	document := func(rules string) string {
		return `{document: "<CORSConfiguration>` + rules + `</CORSConfiguration>"}`
	}
	const replaced, unchanged = "after", "before"
	for _, c := range []struct {
		name, put string
		fact      int
		want      string
	}{
		{"a rule", config(rule("")), 55, replaced},
		{"all that a rule may have", config(rule(", ID: one, AllowedHeaders: ['x-*'], ExposeHeaders: [ETag], MaxAgeSeconds: 0")), 55, replaced},
		{"a hundred rules", config(strings.TrimSuffix(strings.Repeat(rule("")+", ", 100), ", ")), 63, replaced},
		{"an origin of nothing", config("{AllowedOrigins: [after, ''], AllowedMethods: [GET]}"), 66, replaced},
		{"an origin without a scheme", config("{AllowedOrigins: [after, localhost], AllowedMethods: [GET]}"), 66, replaced},
		{"an origin with a port and a path", config("{AllowedOrigins: [after, 'http://127.0.0.1:8080/*'], AllowedMethods: [GET]}"), 66, replaced},
		{"an exposed name that no answer has", config(rule(", ExposeHeaders: [GET, PUT]")), 67, replaced},
		{"a document", document("<CORSRule><AllowedOrigin>after</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>"), 55, replaced},

		{"no rules", config(), 56, unchanged},
		{"a rule without origins", config("{AllowedMethods: [GET], AllowedOrigins: []}"), 56, unchanged},
		{"a rule without methods", config("{AllowedOrigins: [after], AllowedMethods: []}"), 56, unchanged},
		{"a broken document", document("<CORSRule>"), 56, unchanged},
		{"an empty rule", document("<CORSRule/>"), 56, unchanged},
		{"seconds that are no number", document("<CORSRule><AllowedOrigin>after</AllowedOrigin><AllowedMethod>GET</AllowedMethod><MaxAgeSeconds>long</MaxAgeSeconds></CORSRule>"), 56, unchanged},
		{"an unknown method", config(rule(""), "{AllowedOrigins: [after], AllowedMethods: [PATCH]}"), 57, unchanged},
		{"a method in lower case", config("{AllowedOrigins: [after], AllowedMethods: [get]}"), 57, unchanged},
		{"a star for a method", config("{AllowedOrigins: [after], AllowedMethods: ['*']}"), 57, unchanged},
		{"two stars in an origin", config("{AllowedOrigins: [after, '*a*'], AllowedMethods: [GET]}"), 58, unchanged},
		{"two stars in a header", config(rule(", AllowedHeaders: ['x-*-*']")), 59, unchanged},
		{"a star in an exposed name", config(rule(", ExposeHeaders: ['x-*']")), 60, unchanged},
		{"a blank in an exposed name", config(rule(", ExposeHeaders: ['x a']")), 61, unchanged},
		{"a hundred and one rules", config(strings.TrimSuffix(strings.Repeat(rule("")+", ", 101), ", ")), 63, unchanged},
		{"a wrong digest", config(rule("")) + ", digest: wrong-md5", 70, unchanged},
		{"no bucket", config(rule("")) + ", on: missing-bucket", 38, unchanged},
	} {
		t.Run(c.name, func(t *testing.T) {
			call := "replace"
			if strings.Contains(c.put, "missing-bucket") {
				call = "put"
			}
			plan := expand(t, "name: a\nsteps:\n  - {name: before, put: "+kept+"}\n  - {name: after, "+call+": "+c.put+"}\n")
			step := plan.Scenarios[0].Steps[1]
			if got := step.After.CORSRules[0].AllowedOrigins[0]; got != c.want {
				t.Errorf("by fact %d the bucket holds what was put %s, want %s", c.fact, got, c.want)
			}
			if got := plan.Scenarios[0].Steps[0].After.CORSRules[0].AllowedOrigins[0]; got != "before" {
				t.Errorf("the step before holds %s", got)
			}
		})
	}
}

// Each call of a life leaves what S3 leaves: deletion nothing, a bucket made again nothing, other calls all as it is.
func TestWhatCallsLeave(t *testing.T) {
	for _, c := range []struct {
		step, call, id string
		holds          bool
	}{
		{"delete: true", "DeleteBucketCors", "f/a/two/DeleteBucketCors", false},
		{"get: true", "GetBucketCors", "f/a/two/GetBucketCors", true},
		{"call: RecreateBucket", "RecreateBucket", "f/a/two/RecreateBucket", false},
		{"call: PutObject", "PutObject", "f/a/two/PutObject", true},
		{"call: PutBucketWebsite", "PutBucketWebsite", "f/a/two/PutBucketWebsite", true},
		{"delete: true, on: missing-bucket", "DeleteBucketCors", "f/a/two/DeleteBucketCors", true},
	} {
		plan := expand(t, "name: a\nsteps:\n  - {name: one, put: "+kept+"}\n  - {name: two, "+c.step+"}\n")
		step := plan.Scenarios[0].Steps[1]
		if string(step.Call) != c.call || step.CallID != c.id || (step.After != nil) != c.holds || step.Missing != strings.Contains(c.step, "missing") {
			t.Errorf("%s: the call is %s with the id %s, and the bucket holds %v; want %s, %s, something: %t", c.step, step.Call, step.CallID, step.After, c.call, c.id, c.holds)
		}
	}
}

// A plan counts what is judged, and lists it in the order in which it is asked.
func TestPlanCounts(t *testing.T) {
	plan := expand(t, "name: one\ncors: "+kept+"\nmatrix: {origins: [x, y], methods: [GET, PUT]}\n---\nname: two\ncors: none\nmatrix: {origins: [x]}\n---\nname: three\nsteps:\n  - {name: a, get: true}\n  - {name: b, delete: true, matrix: {origins: [x]}}\n")
	for _, c := range []struct {
		name             string
		plan             Plan
		cells, results   int
		first, last      string
		scenarioResults0 int
	}{
		{"all", plan, 6, 9, "f/one/PutBucketCors", "f/three/b/object/auto/presigned/x/GET/-", 5},
		{"one scenario", plan.Filter(func(id string) bool { return Glob("f/two", id) }), 1, 1, "f/two/object/auto/presigned/x/GET/-", "f/two/object/auto/presigned/x/GET/-", 1},
		{"one cell with what it needs", plan.Filter(func(id string) bool { return Glob("f/one/object/*/*/y/PUT", id) }), 1, 2, "f/one/PutBucketCors", "f/one/object/auto/presigned/y/PUT/-", 2},
	} {
		ids := c.plan.IDs()
		if c.plan.Cells() != c.cells || c.plan.Results() != c.results || len(ids) != c.results || ids[0] != c.first || ids[len(ids)-1] != c.last || c.plan.Scenarios[0].Results() != c.scenarioResults0 {
			t.Errorf("%s: %d cells, %d results, %d of the first scenario, ids %q", c.name, c.plan.Cells(), c.plan.Results(), c.plan.Scenarios[0].Results(), ids)
		}
	}
}

// A digest tells apart what is put, how and where, and in which order.
func TestDigestOfCalls(t *testing.T) {
	step := func(more string) string {
		return expand(t, "name: a\nsteps:\n  - {name: one, put: {CORSRules: [{AllowedOrigins: [a, b], AllowedMethods: [GET]}]}"+more+"}\n").Digest()
	}
	base := step("")
	for more, same := range map[string]bool{
		", answer: {status: 200, reason: why}": true, ", digest: wrong-md5": false, ", digest: malformed-md5": false, ", on: missing-bucket": false,
	} {
		if got := step(more); (got == base) != same {
			t.Errorf("with %q the digest is the same: %t, want %t", more, got == base, same)
		}
	}
	one, two := "- {name: one, get: true}\n", "- {name: two, delete: true}\n"
	if expand(t, "name: a\nsteps:\n"+one+two).Digest() == expand(t, "name: a\nsteps:\n"+two+one).Digest() {
		t.Error("the order of steps makes no difference")
	}
}

// The catalogue as it was: a version has what came with it and before, and the newest has all. What is the user's own is in every version.
func TestCatalogueAsOf(t *testing.T) {
	all, err := Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Expand(all)
	if err != nil {
		t.Fatal(err)
	}
	versions := CatalogueVersions()
	newest, before := versions[0].Version, 0
	for version := 1; version <= newest; version++ {
		now, since := len(plan.AsOf(version).Scenarios), len(plan.Since(version).Scenarios)
		if now <= before || now+since != len(plan.Scenarios) {
			t.Errorf("version %d has %d scenarios and %d came later, of %d; the version before had %d", version, now, since, len(plan.Scenarios), before)
		}
		before = now
	}
	if before != len(plan.Scenarios) || !plan.HasCatalogue() {
		t.Errorf("the newest version has %d scenarios, want all %d", before, len(plan.Scenarios))
	}
	if first := versions[len(versions)-1]; len(plan.AsOf(1).Scenarios) != first.Scenarios {
		t.Errorf("version 1 has %d scenarios, and says %d", len(plan.AsOf(1).Scenarios), first.Scenarios)
	}
	for version, want := range map[int]string{
		0: fmt.Sprintf("there is no version 0 of the catalogue: expected one from 1 to %d", newest), 1: "<nil>", newest: "<nil>",
		newest + 1: fmt.Sprintf("there is no version %d of the catalogue: expected one from 1 to %d", newest+1, newest),
	} {
		if got := fmt.Sprint(CheckCatalogueVersion(version)); got != want {
			t.Errorf("version %d: %s, want %s", version, got, want)
		}
	}
}

// What was recorded in a cell is told in a line.
func TestPartsInWords(t *testing.T) {
	for _, c := range []struct {
		parts *Parts
		want  string
	}{
		{nil, "nothing"},
		{&Parts{Status: []int{200}}, "200"},
		{&Parts{Status: []int{403}, Error: []string{"AccessForbidden"}}, "403 AccessForbidden"},
		{&Parts{Status: []int{200}, Headers: headerPins{{"Vary", []string{"Origin"}}, {"X-A", []string{"absent", "1"}}}}, "200, Vary: Origin, X-A: absent or 1"},
	} {
		if got := c.parts.String(); got != c.want {
			t.Errorf("%+v is %q, want %q", c.parts, got, c.want)
		}
	}
}

// A configuration with what is known of S3 comes out of a generated scenario as it went in, and its matrix asks for what it names.
func TestGeneratedMatrix(t *testing.T) {
	for _, c := range []struct {
		name             string
		rule             s3cors.Rule
		origins, headers []string
	}{
		{"plain", s3cors.Rule{AllowedOrigins: []string{"https://a.example"}, AllowedMethods: []string{"GET"}}, []string{"https://a.example", "none", "adversarial"}, []string{"none", "x-corsprobe-unlisted"}},
		{"a pattern is asked for by its neighbours", s3cors.Rule{AllowedOrigins: []string{"https://*.a.example"}, AllowedMethods: []string{"GET"}}, []string{"none", "adversarial"}, []string{"none", "x-corsprobe-unlisted"}},
		{"every header", s3cors.Rule{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}, AllowedHeaders: []string{"*"}}, []string{"none", "adversarial"},
			[]string{"none", "authorization", "content-type", "x-amz-date", "authorization,content-type,x-amz-date"}},
		{"headers by name and by pattern", s3cors.Rule{AllowedOrigins: []string{"https://a.example"}, AllowedMethods: []string{"GET"}, AllowedHeaders: []string{"X-B", "x-a-*"}}, []string{"https://a.example", "none", "adversarial"},
			[]string{"none", "x-a-corsprobe", "x-b", "x-a-corsprobe,x-b", "x-corsprobe-unlisted"}},
		{"what means something else in a matrix", s3cors.Rule{AllowedOrigins: []string{"none", "adversarial", "", "https://a.example"}, AllowedMethods: []string{"GET"}}, []string{"https://a.example", "none", "adversarial"}, []string{"none", "x-corsprobe-unlisted"}},
	} {
		cfg := &s3cors.Configuration{CORSRules: []s3cors.Rule{c.rule}}
		m := matrixFor(cfg)
		if diff := cmp.Diff(c.origins, m.Origins) + cmp.Diff(c.headers, m.Headers); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		file, err := Generate("My bucket!", "words: \"quoted\"", "", cfg)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		all, err := load(map[string]string{"g.yaml": string(file)})
		if err != nil || len(all) != 1 || all[0].Name != "my-bucket" || !s3cors.Equal(all[0].CORS.Config, cfg) {
			t.Errorf("%s: read back as %+v, %v:\n%s", c.name, all, err, file)
		}
	}
	for text, want := range map[string]string{"My bucket!": "my-bucket", "--a__b--": "a-b", "ÜÜ": "bucket", "": "bucket"} {
		if got := slug(text); got != want {
			t.Errorf("the name of %q is %q, want %q", text, got, want)
		}
	}
}
