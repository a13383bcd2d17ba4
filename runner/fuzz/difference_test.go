package fuzz

import (
	"strings"
	"testing"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"

	"github.com/google/go-cmp/cmp"
)

func TestPatternShape(t *testing.T) {
	for pattern, want := range map[string]string{
		"*": "*", "https://*": "scheme://*", "https://app.*": "text*", "*.example.com": "*text", "https://*.example.com": "text*text", "https://a.test": "literal", "null": "literal", "": "literal",
	} {
		if got := patternShape(pattern); got != want {
			t.Errorf("%q is of the shape %s, want %s", pattern, got, want)
		}
	}
}

// Two differences are of one cause where all that matters is the same, whatever texts they are made of.
func TestCause(t *testing.T) {
	of := func(change func(*suspect)) string {
		s := suspect{Case: Case{[]State{{CORS: config("https://a.test"), Questions: []Question{{Target: object, Auth: presigned, Method: "GET", Origin: new("https://a.test"), Send: Actual}}}}}, finding: finding("actual.vary", result.Cache)}
		change(&s)
		return s.cause()
	}
	base := of(func(*suspect) {})
	for _, c := range []struct {
		name   string
		change func(*suspect)
		same   bool
	}{
		{"another host", func(s *suspect) {
			s.States[0].CORS, s.question().Origin = config("https://b.test"), new("https://b.test")
		}, true},
		{"another text of the answer", func(s *suspect) { s.finding.Got = "Vary: x" }, true},
		{"another check", func(s *suspect) { s.finding.Check = "actual.max-age" }, false},
		{"another class", func(s *suspect) { s.finding.Class = result.Contract }, false},
		{"another way", func(s *suspect) { s.finding.How = result.Value }, false},
		{"no rule that answers", func(s *suspect) { s.question().Origin = new("https://evil.test") }, false},
		{"a pattern", func(s *suspect) { s.States[0].CORS = config("https://*.test") }, false},
		{"another target", func(s *suspect) { s.question().Target = "listing" }, false},
		{"another authorisation", func(s *suspect) { s.question().Auth = "forged" }, false},
		{"a header line", func(s *suspect) { s.question().Fields = []Field{{"Cookie", "a=b"}} }, false},
		{"a further dimension", func(s *suspect) { s.question().Further = Further{"connections": "fresh"} }, false},
		{"a second state", func(s *suspect) { s.States = append([]State{{CORS: config("https://b.test")}}, s.States...) }, false},
		{"the call", func(s *suspect) { s.call = true }, false},
		{"exposed headers", func(s *suspect) { s.States[0].CORS.CORSRules[0].ExposeHeaders = []string{"ETag"} }, false},
	} {
		if got := of(c.change); (got == base) != c.same {
			t.Errorf("%s: %q beside %q, want the same cause: %t", c.name, got, base, c.same)
		}
	}
	elsewhere := func(cfg *s3cors.Configuration) string {
		return of(func(s *suspect) { s.States[0].CORS, s.question().Target = cfg, missingBucket })
	}
	if a, b := elsewhere(config("https://a.test")), elsewhere(config("*")); a != b {
		t.Errorf("of another bucket the configuration tells causes apart: %q, %q", a, b)
	}
}

func TestStateShape(t *testing.T) {
	for _, c := range []struct {
		name  string
		state State
		want  string
	}{
		{"none", State{}, "no configuration"},
		{"a call", State{Call: recreate}, recreate},
		{"in vain", State{Refused: badly()}, "refused: InvalidRequest AllowedMethods"},
		{"in vain for its digest", State{Refused: config("a"), Digest: "wrong-md5"}, "refused: for its digest"},
		{"one rule", State{CORS: config("https://a.test")}, "1 rules: origin literal"},
		{"many rules", State{CORS: &s3cors.Configuration{CORSRules: []s3cors.Rule{
			{AllowedOrigins: []string{"*"}, AllowedHeaders: []string{"*"}}, {AllowedOrigins: []string{"*"}, AllowedHeaders: []string{"x-*"}}, {MaxAgeSeconds: new(int32(1))}, {ExposeHeaders: []string{"ETag"}},
		}}}, "3 rules: exposes, header pattern, headers, headers *, max age, origin *"},
	} {
		if got := c.state.shape(); got != c.want {
			t.Errorf("%s is of the shape %q, want %q", c.name, got, c.want)
		}
	}
}

// A scenario begins with what it costs and how to see it.
func TestScenarioOfADifference(t *testing.T) {
	d := Difference{
		Name: "actual-vary-1", Case: Case{[]State{{CORS: config("https://a.test"), Questions: asking(1)}}},
		Finding: result.Finding{Check: "actual.vary", Class: result.Cache, Expected: "Vary: Origin", Got: "absent", Why: "why", Facts: []int{29}, Browser: &result.Effect{Sentence: "a cache may serve it"}},
		Cell:    result.Cell{Explanation: "Rule 1 matches.", Curl: []string{"curl 'http://localhost/\n'"}},
	}
	want := `# yaml-language-server: $schema=corsprobe.schema.json
# cache, actual.vary: expected Vary: Origin, got absent
# Browsers: a cache may serve it
# Rule 1 matches.
# Found by corsprobe fuzz --seed 9. To see it:
# curl 'http://localhost/
# '
name: actual-vary-1
description: why
facts: [29]
cors:
  CORSRules:
    - AllowedOrigins: ['https://a.test']
      AllowedMethods: [GET]
matrix:
  origins: ['https://0.test']
`
	got, err := d.Scenario(9)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("the scenario (-want +got):\n%s", diff)
	}
	d.Finding.Browser = nil
	if got, err = d.Scenario(9); err != nil || !strings.Contains(string(got), "# Browsers: no page and no cache notices.\n") {
		t.Errorf("where nobody notices: %v\n%s", err, got)
	}
}
