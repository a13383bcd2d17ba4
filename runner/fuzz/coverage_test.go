package fuzz

import (
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/runnertest/race"
	"corsprobe/runner/s3cors"
	"corsprobe/runner/s3cors/fact"
)

// The calls of a life rest on facts, too.
func TestFactsOfStates(t *testing.T) {
	for _, c := range []struct {
		name  string
		state State
		want  []int
	}{
		{"put", State{CORS: config("a")}, []int{fact.PutReplaces, fact.StoredAsPut}},
		{"put with a checksum alone", State{CORS: config("a"), Digest: "crc32"}, []int{fact.PutReplaces, fact.StoredAsPut, fact.ChecksumNeeded}},
		{"deleted", State{}, []int{fact.DeleteAnswered, fact.NoConfiguration}},
		{"in vain", State{Refused: badly()}, s3cors.Validate(badly()).Facts},
		{"in vain for its digest", State{Refused: config("a"), Digest: "malformed-md5"}, []int{fact.ChecksumNeeded}},
		{"another call", State{CORS: config("a"), Call: "PutBucketAcl"}, nil},
	} {
		if got := c.state.facts(); !slices.Equal(got, c.want) {
			t.Errorf("%s rests on %v, want %v", c.name, got, c.want)
		}
	}
}

// A way through the model tells which condition each of the first rules fails, and which answers.
func TestWay(t *testing.T) {
	rule := func(origin, method string) s3cors.Rule {
		return s3cors.Rule{AllowedOrigins: []string{origin}, AllowedMethods: []string{method}}
	}
	const a = "https://a.test"
	for _, c := range []struct {
		name  string
		rules []s3cors.Rule
		want  string
	}{
		{"none", nil, " open in 1"},
		{"the first answers", []s3cors.Rule{rule(a, "GET"), rule(a, "GET")}, " open in 1 answers"},
		{"after another origin", []s3cors.Rule{rule("https://b.test", "GET"), rule(a, "GET")}, " open in 1 origin answers"},
		{"after another method", []s3cors.Rule{rule(a, "PUT"), rule(a, "GET")}, " open in 1 method answers"},
		{"no rule", []s3cors.Rule{rule(a, "PUT"), rule("https://b.test", "GET")}, " open in 1 method origin"},
		{"a late one", []s3cors.Rule{rule(a, "PUT"), rule(a, "PUT"), rule(a, "PUT"), rule(a, "PUT"), rule(a, "GET")}, " open in 1 method method method … true"},
		{"none of many", []s3cors.Rule{rule(a, "PUT"), rule(a, "PUT"), rule(a, "PUT"), rule(a, "PUT")}, " open in 1 method method method … false"},
	} {
		var cfg *s3cors.Configuration
		if c.rules != nil {
			cfg = &s3cors.Configuration{CORSRules: c.rules}
		}
		request := s3cors.Request{Method: "GET", Target: s3cors.Object, Origin: new(a)}
		if got := way(cfg, request, s3cors.Evaluate(cfg, request)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// A question touches the facts that its answers rest on, of the preflight and of the actual request each.
func TestTouched(t *testing.T) {
	q := Question{Target: object, Auth: presigned, Origin: new("https://a.test"), Method: "GET"}
	features, facts := touched(config("https://a.test"), q)
	if len(facts) == 0 || !slices.IsSorted(facts) {
		t.Errorf("it rests on %v", facts)
	}
	kinds := map[string]int{}
	for _, f := range features {
		if f.dimension {
			t.Errorf("%s is combined with others", f.text)
		}
		kind, _, _ := strings.Cut(f.text, " ")
		kinds[kind]++
	}
	if len(kinds) != 2 || kinds["preflight"] < 2 || kinds["actual"] < 2 {
		t.Errorf("it touches %v", kinds)
	}
	q.Send = Actual
	if features, _ = touched(config("https://a.test"), q); slices.ContainsFunc(features, func(f feature) bool { return strings.HasPrefix(f.text, "preflight") }) {
		t.Errorf("without a preflight it touches %v", features)
	}
}

// What a generator makes reaches the model's facts, and all values of every dimension, sooner or later.
func TestGeneratorReaches(t *testing.T) {
	race.Skip(t)
	g := NewGenerator(4)
	seen := map[string]bool{}
	calls, refusals, digests := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for range 900 {
		for _, s := range g.Next().States {
			calls[s.Call] = true
			digests[s.Digest] = true
			if s.Refused != nil && !s3refuses(s) {
				t.Errorf("in vain is put what S3 takes: %s", s.Refused.XML())
			}
			if s.Refused != nil {
				refusals[refusalOf(s.Refused)] = true
			}
			for _, q := range s.Questions {
				seen["target "+q.Target], seen["auth "+q.Auth], seen["send "+string(q.Send)] = true, true, true
				for key, word := range q.Further {
					seen[key+" "+word] = true
				}
				if o, ok := q.operation(); ok && o.Changes && (len(s.Questions) > 1 || q.Auth == presigned || q.Auth == "signed") {
					t.Errorf("%s by %s is one of %d questions", o.Name, q.Auth, len(s.Questions))
				}
			}
		}
	}
	for _, target := range targets {
		if !seen["target "+target] {
			t.Errorf("no question has the target %s", target)
		}
	}
	for _, auth := range authorisations {
		if !seen["auth "+auth] {
			t.Errorf("no question is %s", auth)
		}
	}
	for _, d := range furtherDimensions {
		for _, word := range d.Words[1:] {
			if !seen[d.Key+" "+word] {
				t.Errorf("no question has %s %s", d.Key, word)
			}
		}
	}
	if want := 20; len(calls) < want || !calls[recreate] {
		t.Errorf("%d calls in lives, want %d at least: %v", len(calls), want, calls)
	}
	if len(refusals) < 6 || !refusals["for its digest"] || len(digests) < 8 {
		t.Errorf("%d reasons to refuse and %d digests: %v, %v", len(refusals), len(digests), refusals, digests)
	}
	if g.Coverage.Facts() < 30 {
		t.Errorf("only %d facts", g.Coverage.Facts())
	}
}

func s3refuses(s State) bool { return s.refuses() }
