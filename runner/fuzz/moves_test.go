package fuzz

import (
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/s3cors"
)

// large is a suspect of which there is something to leave out everywhere.
func large() suspect {
	rule := s3cors.Rule{
		ID: "rule", AllowedOrigins: []string{"https://app.example.com", "https://*.example.com:8443"}, AllowedMethods: []string{"DELETE", "PUT"},
		AllowedHeaders: []string{"x-a", "x-b"}, ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: new(int32(5)),
	}
	other := s3cors.Rule{AllowedOrigins: []string{"null"}, AllowedMethods: []string{"GET"}}
	q := Question{Target: "nested-object", Auth: "signed", Origin: new("https://sub.example.com:8443"), Method: "DELETE", Request: new("x-a, x-b"), Further: Further{"connections": "fresh"}}
	return suspect{Case: Case{[]State{
		{CORS: config("https://first.test")}, {},
		{CORS: &s3cors.Configuration{CORSRules: []s3cors.Rule{rule, other}}, Digest: "md5", Questions: []Question{q}},
	}}}
}

// after is what a move makes of a suspect; false: nothing that is smaller and can be asked.
func after(s suspect, m move) (suspect, bool) { return s.moved(m) }

func TestMoves(t *testing.T) {
	origin := func(s suspect) string { return *s.question().Origin }
	rules := func(s suspect) []s3cors.Rule { return s.last().CORS.CORSRules }
	for _, c := range []struct {
		name string
		move move
		got  func(suspect) string
		want string
	}{
		{"the last state alone", onlyLastState, states, "2 rules"},
		{"the state before", stateBefore, states, "1 rules, none"},
		{"a plain question", plainQuestion, func(s suspect) string { return s.question().key() }, (&Question{Target: object, Auth: presigned, Origin: new("https://sub.example.com:8443"), Method: "DELETE", Request: new("x-a, x-b")}).key()},
		{"plain rules", plainRules, func(s suspect) string { return rules(s)[0].ID + strings.Join(rules(s)[0].ExposeHeaders, "") }, ""},
		{"the second rule alone", keepRules(2, 1, 2), func(s suspect) string { return rules(s)[0].AllowedOrigins[0] }, "null"},
		{"the first rule dropped", dropRules(2, 0, 1), func(s suspect) string { return rules(s)[0].AllowedOrigins[0] }, "null"},
		{"no rule at all", dropRules(2, 0, 2), states, none},
		{"rules that are not there", keepRules(2, 2, 4), states, none},
		{"rules of a state that is not there", keepRules(3, 0, 1), states, none},
		{"rules of a deletion", keepRules(1, 0, 1), states, none},
		{"the preflight alone", func(s *suspect) bool { return s.send(Preflight) }, func(s suspect) string { return string(s.question().Send) }, "preflight"},
		{"the actual request alone", func(s *suspect) bool { return s.send(Actual) }, func(s suspect) string { return string(s.question().Send) + shown(s.question().Request) }, "actual-"},
		{"another method, which is allowed in its place", func(s *suspect) bool { return s.method("GET") }, func(s suspect) string {
			return s.question().Method + " " + strings.Join(rules(s)[0].AllowedMethods, " ")
		}, "GET GET PUT"},
		{"the same method", func(s *suspect) bool { return s.method("DELETE") }, states, none},
		{"a shorter host, in both", everywhere("example.com", "a.test"), origin, "https://sub.a.test:8443"},
		{"no port, in both", everywhere(":8443", ""), func(s suspect) string { return origin(s) + " " + rules(s)[0].AllowedOrigins[1] }, "https://sub.example.com https://*.example.com"},
		{"one plain origin", plainer(2, 0, "https://a.test"), func(s suspect) string { return strings.Join(rules(s)[0].AllowedOrigins, " ") }, "https://a.test"},
		{"no connection of its own", func(s *suspect) bool { return s.with("connections", "") }, func(s suspect) string { return strings.Join(s.question().Further.names(), "") }, ""},
		{"a value of a dimension that it has not", func(s *suspect) bool { return s.with("clients", "firefox") }, states, none},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := large()
			before := s.text()
			next, ok := after(s, c.move)
			got := none
			if ok {
				got = c.got(next)
			}
			if got != c.want {
				t.Errorf("%q, want %q\n%s", got, c.want, next.text())
			}
			if s.text() != before {
				t.Errorf("what it was made of has changed:\n%s", s.text())
			}
		})
	}
}

// states are how many rules each state holds.
func states(s suspect) string {
	var all []string
	for _, state := range s.States {
		if state.CORS == nil {
			all = append(all, "none")
		} else {
			all = append(all, string(rune('0'+len(state.CORS.CORSRules)))+" rules")
		}
	}
	return strings.Join(all, ", ")
}

// No life begins with a deletion or another call, none has two deletions in a row.
func TestStateMoves(t *testing.T) {
	for _, c := range []struct {
		name   string
		states []State
		want   []string // what is left by each move that leads somewhere
	}{
		{"one", []State{{CORS: config("https://a.test")}}, nil},
		{"two", []State{{CORS: config("https://a.test")}, {CORS: config("https://b.test")}}, []string{"1 rules"}},
		{"a deletion between", []State{{CORS: config("https://a.test")}, {}, {CORS: config("https://b.test")}}, []string{"1 rules", "1 rules, 1 rules"}},
		{"two deletions", []State{{CORS: config("https://a.test")}, {}, {CORS: config("https://b.test")}, {}}, []string{"1 rules, none", "1 rules, 1 rules, none", "1 rules, none"}},
	} {
		s := suspect{Case: Case{c.states}}
		s.last().Questions = asking(1)
		var got []string
		for _, m := range s.stateMoves() {
			if next, ok := after(s, m); ok {
				got = append(got, states(next))
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Of a list of names each is left alone and left out; of a long one it is halves.
func TestNameMoves(t *testing.T) {
	for _, c := range []struct {
		list string
		want []string
	}{
		{"x-a", nil},
		{"x-a,x-b", []string{"x-a", "x-b"}},
		{"x-a, x-b", []string{"x-a", " x-b", "x-b"}},
		{"x-a,x-b,x-c", []string{"x-a", "x-b,x-c", "x-b", "x-a,x-c", "x-c", "x-a,x-b"}},
	} {
		s := suspect{Case: Case{[]State{{CORS: config("https://a.test"), Questions: asking(1)}}}}
		s.question().Request = &c.list
		var got []string
		for _, m := range s.nameMoves() {
			next := s
			next.Case = s.clone()
			if m(&next) && !slices.Contains(got, *next.question().Request) {
				got = append(got, *next.question().Request)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.list, got, c.want)
		}
	}
	s := suspect{Case: Case{[]State{{Questions: asking(1)}}}}
	s.question().Fields = []Field{{"A", "1"}, {"B", "2"}}
	var left []string
	for _, m := range s.nameMoves() {
		next := s
		next.Case = s.clone()
		if m(&next) {
			left = append(left, next.question().Fields[0].Name)
		}
	}
	if want := []string{"B", "A"}; !slices.Equal(left, want) {
		t.Errorf("of two header lines %q are left, want %q", left, want)
	}
}

// What cannot be asked is not proposed.
func TestSound(t *testing.T) {
	sound := func(change func(*suspect)) bool {
		s := suspect{Case: Case{[]State{{CORS: config("https://a.test"), Questions: asking(1)}}}}
		change(&s)
		return s.sound()
	}
	for _, c := range []struct {
		name   string
		change func(*suspect)
		want   bool
	}{
		{"as it is", func(*suspect) {}, true},
		{"a configuration that S3 refuses", func(s *suspect) { s.States[0].CORS = badly() }, false},
		{"in vain what S3 takes", func(s *suspect) { s.States[0].Refused = config("https://b.test") }, false},
		{"in vain for its digest", func(s *suspect) { s.States[0].Refused, s.States[0].Digest = config("https://b.test"), "wrong-md5" }, true},
		{"a word of the format as an origin", func(s *suspect) { s.question().Origin = new("none") }, false},
		{"a life that begins with a call", func(s *suspect) { s.States[0].Call = "PutBucketAcl" }, false},
		{"nothing to put again", func(s *suspect) { s.States[0].CORS, s.question().Further = nil, Further{operations: "PutBucketCors"} }, false},
	} {
		if got := sound(c.change); got != c.want {
			t.Errorf("%s: %t, want %t", c.name, got, c.want)
		}
	}
}
