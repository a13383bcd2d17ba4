package fuzz

import (
	"testing"

	"corsprobe/runner/s3cors"

	"github.com/google/go-cmp/cmp"
)

func TestYAML(t *testing.T) {
	origin := new("https://a.test")
	get := Question{Target: object, Auth: presigned, Origin: origin, Method: "GET"}
	full := &s3cors.Configuration{CORSRules: []s3cors.Rule{{
		ID: "a: b", AllowedOrigins: []string{"*", "null"}, AllowedMethods: []string{"GET", "PUT"}, AllowedHeaders: []string{"x-*"}, ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: new(int32(0)),
	}}}
	for _, c := range []struct {
		name  string
		of    Case
		facts []int
		want  string
	}{
		{"as usual", Case{[]State{{CORS: config("https://a.test"), Questions: []Question{get}}}}, nil, `name: x
cors:
  CORSRules:
    - AllowedOrigins: ['https://a.test']
      AllowedMethods: [GET]
matrix:
  origins: ['https://a.test']
`},
		{"all of a rule", Case{[]State{{CORS: full, Questions: []Question{get}}}}, []int{20, 23}, `name: x
facts: [20, 23]
cors:
  CORSRules:
    - ID: 'a: b'
      AllowedOrigins: ['*', "null"]
      AllowedMethods: [GET, PUT]
      AllowedHeaders: [x-*]
      ExposeHeaders: [ETag]
      MaxAgeSeconds: 0
matrix:
  origins: ['https://a.test']
`},
		{"all of a question", Case{[]State{{Questions: []Question{{Target: "listing", Auth: "signed", Method: "", Send: Preflight, Request: new(" x-a,"), Further: Further{"clients": "firefox"}}}}}}, nil, `name: x
cors: none
matrix:
  targets: listing
  origins: [none]
  methods: none
  headers: [' x-a,']
  send: preflight
  authorisations: signed
  clients: firefox
`},
		{"headers in their order, and an operation", Case{[]State{{Questions: []Question{
			{Target: object, Auth: presigned, Origin: new(""), Method: "PUT", Fields: []Field{{"X-B", "1"}, {"X-A", "on"}}},
			{Target: object, Auth: presigned, Origin: origin, Method: "PUT", Further: Further{operations: "CopyObject"}},
		}}}}, nil, `name: x
cors: none
matrix:
  origins: [""]
  methods: PUT
  headers: [{X-B: "1", X-A: on}]
  include:
    - origins: ['https://a.test']
      operations: CopyObject
`},
		{"a life", Case{[]State{
			{CORS: config("https://a.test"), Digest: "sha256", Questions: []Question{get}},
			{CORS: config("https://a.test"), Refused: badly(), Questions: []Question{get}},
			{CORS: config("https://a.test"), Call: "PutBucketAcl", Questions: []Question{get}},
			{Questions: []Question{get}},
			{CORS: config("https://b.test"), Questions: []Question{get}},
			{Call: recreate},
		}}, nil, `name: x
steps:
  - name: state-1
    put:
      CORSRules:
        - AllowedOrigins: ['https://a.test']
          AllowedMethods: [GET]
    digest: sha256
    matrix:
      origins: ['https://a.test']
  - name: state-2
    replace:
      CORSRules:
        - AllowedOrigins: ['https://bad.test']
          AllowedMethods: [PATCH]
    matrix:
      origins: ['https://a.test']
  - name: state-3
    call: PutBucketAcl
    matrix:
      origins: ['https://a.test']
  - name: state-4
    delete: true
    matrix:
      origins: ['https://a.test']
  - name: state-5
    put:
      CORSRules:
        - AllowedOrigins: ['https://b.test']
          AllowedMethods: [GET]
    matrix:
      origins: ['https://a.test']
  - name: state-6
    call: RecreateBucket
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := YAML(c.of, "x", "", c.facts)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(got)); diff != "" {
				t.Errorf("the scenario (-want +got):\n%s", diff)
			}
			plan, err := Read(got)
			if err != nil {
				t.Fatalf("it is none: %v", err)
			}
			cells := 0
			for _, step := range plan.Scenarios[0].Steps {
				cells += len(step.Cells)
			}
			if cells != c.of.Questions() {
				t.Errorf("%d cells for %d questions", cells, c.of.Questions())
			}
		})
	}
}

// Scenarios of one plan have numbers, from the one that is asked for.
func TestPlanNumbersCases(t *testing.T) {
	plan, err := Plan(cases(1, 3), 7)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"case-7", "case-8", "case-9"} {
		if got := plan.Scenarios[i].Scenario.Name; got != want {
			t.Errorf("scenario %d is %s, want %s", i, got, want)
		}
	}
}

func TestVisible(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a\tb", "# a\uFFFDb\n"}, {"a\nb", "# a\n# b\n"}, {"a\u202eb", "# a\uFFFDb\n"}, {"\u2066\x7f\u0085", "# \uFFFD\uFFFD\uFFFD\n"}, {"bücher 日本", "# bücher 日本\n"}, {"", ""},
	} {
		if got := comment(c.text); got != c.want {
			t.Errorf("%q is commented as %q, want %q", c.text, got, c.want)
		}
	}
}
