package scenarios

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestExpand(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"defaults", good, "object/auto/presigned/https:a.example/GET/-"},
		{"product, the last turning fastest", "name: a\ncors: none\nmatrix: {origins: [x, none], methods: [GET, PUT], headers: [none, a]}\n", `
object/auto/presigned/x/GET/-
object/auto/presigned/x/GET/a
object/auto/presigned/x/PUT/-
object/auto/presigned/x/PUT/a
object/auto/presigned/-/GET/-
object/auto/presigned/-/GET/a
object/auto/presigned/-/PUT/-
object/auto/presigned/-/PUT/a`},
		{"zip", "name: a\ncors: none\nmatrix: {origins: [x, y], methods: [GET, PUT], headers: q, combine: zip}\n", `
object/auto/presigned/x/GET/q
object/auto/presigned/y/PUT/q`},
		{"include and exclude", "name: a\ncors: none\nmatrix:\n  origins: [x, y]\n  methods: [GET, PUT]\n  exclude: [{origins: y, methods: PUT}]\n  include: [{origins: z, targets: bucket, send: preflight, methods: none}]\n", `
object/auto/presigned/x/GET/-
object/auto/presigned/x/PUT/-
object/auto/presigned/y/GET/-
bucket/auto/presigned/z/-/-`},
		{"every dimension", "name: a\ncors: none\nmatrix: {origins: 'null', targets: listing, authorisations: anonymous, addressing: virtual, headers: [{x-amz-meta-a: 'b c'}]}\n",
			"listing/virtual/anonymous/null/GET/x-amz-meta-a=b%20c"},
		{"a configuration", "name: a\ncors: {CORSRules: [{AllowedOrigins: x, AllowedMethods: GET}]}\nmatrix: {origins: x}\n", "PutBucketCors\nobject/auto/presigned/x/GET/-"},
		{"steps", "name: a\nsteps:\n- {name: s, put: {CORSRules: [{AllowedOrigins: x, AllowedMethods: GET}]}, matrix: {origins: x}}\n- {name: g, get: true}\n- {name: d, delete: true, matrix: {origins: x}}\n", `
s/PutBucketCors
s/object/auto/presigned/x/GET/-
g/GetBucketCors
d/DeleteBucketCors
d/object/auto/presigned/x/GET/-`},
		{"odd values", "name: a\ncors: none\nmatrix: {send: preflight, origins: ['', '-', 'a b', 'a/b', 'https://', 'https://-', 'ü', '*'], headers: ['', 'a=b']}\n", `
object/auto/presigned/''/GET/''
object/auto/presigned/''/GET/a%3Db
object/auto/presigned/%2D/GET/''
object/auto/presigned/%2D/GET/a%3Db
object/auto/presigned/a%20b/GET/''
object/auto/presigned/a%20b/GET/a%3Db
object/auto/presigned/a%2Fb/GET/''
object/auto/presigned/a%2Fb/GET/a%3Db
object/auto/presigned/https:/GET/''
object/auto/presigned/https:/GET/a%3Db
object/auto/presigned/https:-/GET/''
object/auto/presigned/https:-/GET/a%3Db
object/auto/presigned/%C3%BC/GET/''
object/auto/presigned/%C3%BC/GET/a%3Db
object/auto/presigned/%2A/GET/''
object/auto/presigned/%2A/GET/a%3Db`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := strings.Join(ids(expand(t, c.text)), "\n")
			if diff := cmp.Diff(strings.TrimPrefix(c.want, "\n"), got); diff != "" {
				t.Errorf("ids (-want +got):\n%s", diff)
			}
		})
	}
}

// What the bucket holds after each step is S3's to say: a refused call changes nothing.
func TestAfter(t *testing.T) {
	plan := expand(t, `
name: a
steps:
- {name: good, put: {CORSRules: [{AllowedOrigins: x, AllowedMethods: GET}]}}
- {name: bad, replace: {CORSRules: [{AllowedOrigins: y, AllowedMethods: PATCH}]}}
- {name: worse, replace: {document: <nonsense/>}}
- {name: pinned, replace: {CORSRules: [{AllowedOrigins: z, AllowedMethods: GET}]}, answer: {status: [400, 501], reason: not here}}
- {name: raw, replace: {document: <CORSConfiguration><CORSRule><AllowedOrigin>w</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>}}
- {name: gone, delete: true}
`)
	var got []string
	for _, step := range plan.Scenarios[0].Steps {
		holds := "nothing"
		if step.After != nil {
			holds = step.After.CORSRules[0].AllowedOrigins[0]
		}
		got = append(got, step.Name+" "+holds)
	}
	if diff := cmp.Diff([]string{"good x", "bad x", "worse x", "pinned x", "raw w", "gone nothing"}, got); diff != "" {
		t.Errorf("after each step (-want +got):\n%s", diff)
	}
}

func TestPins(t *testing.T) {
	plan := expand(t, `
name: a
cors: none
matrix: {origins: [https://a.example, none], methods: [GET, PUT]}
expect:
- {reason: everywhere, actual: {status: [200, 204]}}
- {cells: {origins: "https://*", methods: PUT}, reason: here, preflight: {headers: {Vary: [a, b], X-A: absent}, error: E}}
`)
	var got []string
	for _, c := range plan.Scenarios[0].Steps[0].Cells {
		var reasons []string
		for _, p := range c.Pins {
			reasons = append(reasons, p.Reason)
		}
		got = append(got, strings.Join(reasons, "+"))
	}
	if diff := cmp.Diff([]string{"everywhere", "everywhere+here", "everywhere", "everywhere"}, got); diff != "" {
		t.Errorf("pins of the cells (-want +got):\n%s", diff)
	}
	want := headerPins{{"Vary", []string{"a", "b"}}, {"X-A", []string{"absent"}}}
	if diff := cmp.Diff(want, plan.Scenarios[0].Steps[0].Cells[1].Pins[1].Preflight.Headers); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}

func TestTitles(t *testing.T) {
	plan := expand(t, `
name: a
cors: none
matrix:
  origins: [https://a.example]
  include:
  - {origins: none, methods: PUT, headers: "x-a, x-b", authorisations: anonymous}
  - {origins: "", methods: none, send: preflight, targets: missing-bucket, headers: "", addressing: path}
  - {origins: "null", headers: [{X-A: b}]}
`)
	var got []string
	for _, c := range plan.Scenarios[0].Steps[0].Cells {
		got = append(got, c.Title)
	}
	want := []string{
		"GET from https://a.example",
		"PUT without Origin asking for x-a, x-b, anonymous",
		"no method of a missing bucket from an empty Origin asking for nothing, path-style",
		"GET from null with X-A: b",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("titles (-want +got):\n%s", diff)
	}
}

// The catalogue's ids are names that reports, baselines and known deviations hold on to: a change here breaks them.
func TestCatalogueIDs(t *testing.T) {
	all, err := Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Expand(all)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, s := range plan.Scenarios {
		fmt.Fprintf(&b, "%s\n", s.Scenario.ID)
		for _, id := range ids(Plan{Scenarios: []Planned{s}}) {
			fmt.Fprintf(&b, "  %s\n", id)
		}
	}
	golden(t, "testdata/catalogue.golden", b.String())
}

// No two cells have the same id, whatever their values.
func TestIDsAreInjective(t *testing.T) {
	text := rapid.OneOf(rapid.SampledFrom([]string{"", "-", "''", "%2D", "a", "a:b", "://", "https://", "https://a", "https:a", "a=b", "a&b", "a/b", "*", "x%20y", "x y"}), rapid.String())
	headers := rapid.Custom(func(t *rapid.T) Headers {
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 0:
			return Headers{}
		case 1:
			s := text.Draw(t, "request")
			return Headers{Request: &s}
		}
		var h Headers
		for range rapid.IntRange(1, 2).Draw(t, "fields") {
			h.Fields = append(h.Fields, Field{rapid.StringMatching("[a-z]{1,2}").Draw(t, "name"), text.Draw(t, "value")})
		}
		return h
	})
	cell := rapid.Custom(func(t *rapid.T) Cell {
		c := Cell{Target: Object, Addressing: Auto, Authorisation: Presigned, Method: text.Draw(t, "method"), Headers: headers.Draw(t, "headers")}
		if rapid.Bool().Draw(t, "has origin") {
			o := text.Draw(t, "origin")
			c.Origin = &o
		}
		return c
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := cell.Draw(t, "a"), cell.Draw(t, "b")
		idA, idB := cellID("s", &a), cellID("s", &b)
		if (idA == idB) != cmp.Equal(a, b) {
			t.Fatalf("ids %q and %q of %v and %v", idA, idB, a, b)
		}
		if strings.Count(idA, "/") != 6 {
			t.Fatalf("id %q has other than seven parts", idA)
		}
	})
}

func TestFilter(t *testing.T) {
	plan := expand(t, "name: a\nsteps:\n- {name: s, put: {CORSRules: [{AllowedOrigins: x, AllowedMethods: GET}]}, matrix: {origins: [x, y]}}\n- {name: d, delete: true, matrix: {origins: x}}\n")
	for _, c := range []struct{ glob, want string }{
		{"f/a/s/object/**", "s/PutBucketCors s/object/auto/presigned/x/GET/- s/object/auto/presigned/y/GET/- d/DeleteBucketCors"},
		{"**/y/**", "s/PutBucketCors s/object/auto/presigned/y/GET/- d/DeleteBucketCors"},
		{"**/DeleteBucketCors", "s/PutBucketCors d/DeleteBucketCors"},
		{"f/b", ""},
	} {
		kept := plan.Filter(func(id string) bool { return Glob(c.glob, id) })
		if diff := cmp.Diff(c.want, strings.Join(ids(kept), " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.glob, diff)
		}
	}
	if n := plan.Cells(); n != 3 {
		t.Errorf("the filters changed the plan: %d cells, want 3", n)
	}
}

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, id string
		want        bool
	}{
		{"a/b", "a/b", true}, {"a", "a/b", true}, {"a/", "a/b", true}, {"b", "a/b", false}, {"*/b", "a/b", true}, {"*", "a/b/c", true},
		{"**/c", "a/b/c", true}, {"**/c", "c", true}, {"a/**/c", "a/c", true}, {"a/**/c", "a/b/b/c", true}, {"a/**/c", "a/b", false},
		{"a/b/c", "a/b", false}, {"x*z", "xyz", true}, {"x*z", "xy", false}, {"*a*b*", "xaxbx", true}, {"**", "a/b", true}, {"a*", "b", false},
	} {
		if got := Glob(c.pattern, c.id); got != c.want {
			t.Errorf("Glob(%q, %q) = %v, want %v", c.pattern, c.id, got, c.want)
		}
	}
}

func BenchmarkExpand(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		var origins strings.Builder
		for i := range n / 10 {
			fmt.Fprintf(&origins, "'https://o%d.example', ", i)
		}
		text := "name: a\ncors: none\nmatrix:\n  origins: [" + origins.String() + "]\n  methods: [GET, PUT]\n  headers: [none, a, b, c, d]\n"
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				all, err := load(map[string]string{"f.yaml": text})
				if err != nil {
					b.Fatal(err)
				}
				plan, err := Expand(all)
				if err != nil || plan.Cells() != n {
					b.Fatalf("%d cells, %v", plan.Cells(), err)
				}
			}
		})
	}
}
