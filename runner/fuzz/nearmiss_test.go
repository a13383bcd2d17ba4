package fuzz

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/s3cors"
)

// none is what an edge gives that does not exist.
const none = "(none)"

// made is what an edge of a name makes.
func made[T any](t *testing.T, edges []edge[T], name string, from T) string {
	t.Helper()
	i := slices.IndexFunc(edges, func(e edge[T]) bool { return e.name == name })
	if i < 0 {
		t.Fatalf("there is no edge %s", name)
	}
	value, ok := edges[i].make(random(), from)
	if !ok {
		return none
	}
	return value
}

func random() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func TestOriginEdgesByName(t *testing.T) {
	const literal, pattern, port = "https://app.example.com", "https://*.example.com", "http://localhost:3000"
	for _, c := range []struct{ edge, of, want string }{
		{"fits", literal, literal},
		{"empty-star", pattern, "https://.example.com"},
		{"empty-star", literal, none},
		{"empty-star", "*", none},
		{"star-itself", pattern, pattern},
		{"star-itself", literal, none},
		{"overlap", "https://a*a.example.com", "https://a.example.com"},
		{"overlap", pattern, none},
		{"overlap", literal, none},
		{"slash-in-star", pattern, "https://evil.test/x.example.com"},
		{"two-labels", pattern, "https://a.b.example.com"},
		{"dropped-first", literal, "ttps://app.example.com"},
		{"dropped-last", literal, "https://app.example.co"},
		{"appended", literal, "https://app.example.comm"},
		{"prefixed", literal, "xhttps://app.example.com"},
		{"slash", literal, "https://app.example.com/"},
		{"path", literal, "https://app.example.com/index.html"},
		{"subdomain", literal, "https://sub.app.example.com"},
		{"subdomain", port, "http://sub.localhost:3000"},
		{"subdomain", "null", none},
		{"longer-label", literal, "https://evilapp.example.com"},
		{"superdomain", literal, "https://example.com"},
		{"superdomain", port, none},
		{"other-domain", port, "http://localhost.evil.test:3000"},
		{"root-dot", literal, "https://app.example.com."},
		{"user-name", literal, "https://app.example.com@evil.test"},
		{"host-in-capitals", port, "http://LOCALHOST:3000"},
		{"capitals", literal, "HTTPS://APP.EXAMPLE.COM"},
		{"capitals", "HTTPS://App.Example.com", "https://aPP.eXAMPLE.COM"},
		{"other-scheme", literal, "http://app.example.com"},
		{"other-scheme", port, "https://localhost:3000"},
		{"other-scheme", "null", none},
		{"no-scheme", literal, "app.example.com"},
		{"no-scheme", "app.example.com", none},
		{"no-port", port, "http://localhost"},
		{"no-port", literal, none},
		{"no-port", "http://[::1]", none},
		{"no-port", "http://[::1]:3000", "http://[::1]"},
		{"other-port", literal, "https://app.example.com:8444"},
		{"longer-port", port, "http://localhost:30000"},
		{"longer-port", literal, none},
		{"default-port", literal, "https://app.example.com:443"},
		{"default-port", "http://[::1]", "http://[::1]:80"},
		{"default-port", port, none},
		{"default-port", "capacitor://localhost", none},
		{"as-scheme", "https", "https://app.example.com"},
		{"as-scheme", literal, none},
		{"as-scheme", "*", none},
		{"as-host", "localhost:3000", "https://localhost:3000"},
		{"as-host", "null", none},
		{"null", literal, "null"},
		{"unlisted", literal, "https://unlisted.test"},
	} {
		if got := made(t, originEdges, c.edge, c.of); got != c.want {
			t.Errorf("%s of %s is %s, want %s", c.edge, c.of, got, c.want)
		}
	}
}

// One character is another, and one dot: where, is for chance to say.
func TestChangedInOnePlace(t *testing.T) {
	r := random()
	for range 100 {
		for _, of := range []string{"https://app.example.com", "q", "null"} {
			got := changed(r, of)
			if differing(of, got) != 1 {
				t.Errorf("%s is changed into %s", of, got)
			}
		}
		got, ok := replaced(r, "https://app.example.com", ".", "x")
		if want := []string{"https://appxexample.com", "https://app.examplexcom"}; !ok || !slices.Contains(want, got) {
			t.Errorf("with a dot replaced it is %s, want one of %s", got, want)
		}
	}
	if _, ok := replaced(r, "null", ".", "x"); ok {
		t.Error("null has a dot")
	}
}

// differing counts the places in which two texts differ; -1: they are not of one length.
func differing(a, b string) int {
	if len(a) != len(b) {
		return -1
	}
	n := 0
	for i := range len(a) {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}

func TestSplitPort(t *testing.T) {
	for _, c := range []struct{ host, name, port string }{
		{"a.test", "a.test", ""}, {"a.test:80", "a.test", ":80"}, {"[::1]", "[::1]", ""}, {"[::1]:80", "[::1]", ":80"}, {"", "", ""},
	} {
		if name, port := splitPort(c.host); name != c.name || port != c.port {
			t.Errorf("%q is %q and %q, want %q and %q", c.host, name, port, c.name, c.port)
		}
	}
}

func TestMethodEdges(t *testing.T) {
	rule := s3cors.Rule{AllowedMethods: []string{"PUT"}}
	for name, want := range map[string]string{"listed": "PUT", "first": "PUT", "lower": "put", "none": ""} {
		if got := made(t, methodEdges, name, rule); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := made(t, methodEdges, "any", rule); !slices.Contains(s3cors.Methods, got) {
		t.Errorf("any is %s, which S3 does not have", got)
	}
	if got := made(t, methodEdges, "unknown", rule); slices.Contains(s3cors.Methods, got) {
		t.Errorf("unknown is %s, which S3 has", got)
	}
}

func TestHeaderEdges(t *testing.T) {
	nothing := s3cors.Rule{}
	one := s3cors.Rule{AllowedHeaders: []string{"Content-Type"}}
	two := s3cors.Rule{AllowedHeaders: []string{"Content-Type", "range"}}
	overlapping := s3cors.Rule{AllowedHeaders: []string{"x-a*a-id"}}
	for _, c := range []struct {
		edge string
		of   s3cors.Rule
		want string
	}{
		{"all", two, "Content-Type,range"},
		{"all", nothing, none},
		{"one", two, "Content-Type"},
		{"one", nothing, none},
		{"blanks", two, "Content-Type ,  range "},
		{"blanks", nothing, none},
		{"tabs", two, "Content-Type,\trange"},
		{"tabs", one, none},
		{"other-case", one, "cONTENT-tYPE"},
		{"twice", one, "Content-Type,Content-Type"},
		{"twice", nothing, none},
		{"empty-member", two, "Content-Type,,range"},
		{"empty-member", one, none},
		{"unlisted", nothing, "q-unlisted"},
		{"unlisted-first", one, "q-unlisted,Content-Type"},
		{"unlisted-last", one, "Content-Type,q-unlisted"},
		{"unlisted-last", nothing, none},
		{"longer", one, "Content-Typex"},
		{"shorter", one, "Content-Typ"},
		{"prefixed", one, "qContent-Type"},
		{"overlap", overlapping, "x-a-id"},
		{"overlap", one, none},
		{"overlap", nothing, none},
		{"many", one, none},
		{"empty", one, ""},
		{"no-token", one, "x amz"},
	} {
		if got := made(t, headerEdges, c.edge, c.of); got != c.want {
			t.Errorf("%s of %s is %q, want %q", c.edge, c.of.AllowedHeaders, got, c.want)
		}
	}
}

// What fits a rule is allowed by it, and so are as many names as no page asks for.
func TestFittingHeadersFit(t *testing.T) {
	r := random()
	for range 200 {
		rule := rule(r)
		for _, name := range fitting(r, rule) {
			if allowed := allows(rule, name); allowed != (len(rule.AllowedHeaders) > 0) {
				t.Errorf("%s of %s: allowed %t", name, rule.AllowedHeaders, allowed)
			}
		}
		list, ok := many(r, rule)
		if star := slices.ContainsFunc(rule.AllowedHeaders, func(h string) bool { return strings.Contains(h, "*") }); ok != star {
			t.Errorf("many of %s: %t", rule.AllowedHeaders, ok)
		}
		names := namesOf(list)
		if ok && len(slices.Compact(slices.Sorted(slices.Values(names)))) < 10 {
			t.Errorf("only %d different names: %s", len(names), list)
		}
		for _, name := range names {
			if ok && !allows(rule, name) {
				t.Errorf("%s is not allowed by %s", name, rule.AllowedHeaders)
			}
		}
	}
}

func allows(rule s3cors.Rule, name string) bool {
	return slices.ContainsFunc(rule.AllowedHeaders, func(p string) bool { return s3cors.MatchHeader(p, name) })
}
