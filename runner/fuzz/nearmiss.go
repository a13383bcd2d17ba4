package fuzz

import (
	"math/rand/v2"
	"strings"
	"unicode"

	"corsprobe/runner/s3cors"
)

// An edge makes something that lies at the edge of what a configuration allows; ok is false where there is no such edge.
type edge[T any] struct {
	name string
	make func(r *rand.Rand, from T) (value string, ok bool)
}

// originEdges make origins of a pattern.
var originEdges = []edge[string]{
	{"fits", func(r *rand.Rand, p string) (string, bool) { return fill(r, p), true }},
	{"empty-star", func(_ *rand.Rand, p string) (string, bool) {
		return strings.Replace(p, "*", "", 1), strings.Contains(p, "*") && p != "*"
	}},
	{"star-itself", func(_ *rand.Rand, p string) (string, bool) { return p, strings.Contains(p, "*") && p != "*" }},
	{"overlap", func(_ *rand.Rand, p string) (string, bool) { return overlap(p) }},
	{"slash-in-star", func(_ *rand.Rand, p string) (string, bool) {
		return strings.Replace(p, "*", "evil.test/x", 1), strings.Contains(p, "*")
	}},
	{"two-labels", func(_ *rand.Rand, p string) (string, bool) {
		return strings.Replace(p, "*", "a.b", 1), strings.Contains(p, "*") && p != "*"
	}},
	{"changed", func(r *rand.Rand, p string) (string, bool) { return changed(r, fill(r, p)), true }},
	{"dot-is-any", func(r *rand.Rand, p string) (string, bool) { return replaced(r, fill(r, p), ".", "x") }},
	{"dropped-first", func(r *rand.Rand, p string) (string, bool) { o := fill(r, p); return o[1:], len(o) > 1 }},
	{"dropped-last", func(r *rand.Rand, p string) (string, bool) { o := fill(r, p); return o[:len(o)-1], len(o) > 1 }},
	{"appended", func(r *rand.Rand, p string) (string, bool) { return fill(r, p) + "m", true }},
	{"prefixed", func(r *rand.Rand, p string) (string, bool) { return "x" + fill(r, p), true }},
	{"slash", func(r *rand.Rand, p string) (string, bool) { return fill(r, p) + "/", true }},
	{"path", func(r *rand.Rand, p string) (string, bool) { return fill(r, p) + "/index.html", true }},
	{"subdomain", atHost(func(host string) string { return "sub." + host })},
	{"longer-label", atHost(func(host string) string { return "evil" + host })},
	{"superdomain", atHost(func(host string) string { _, rest, _ := strings.Cut(host, "."); return rest })},
	{"other-domain", atHost(func(host string) string { return host + ".evil.test" })},
	{"root-dot", atHost(func(host string) string { return host + "." })},
	{"user-name", atHost(func(host string) string { return host + "@evil.test" })},
	{"host-in-capitals", atHost(strings.ToUpper)},
	{"capitals", func(r *rand.Rand, p string) (string, bool) { return recased(fill(r, p)), true }},
	{"other-scheme", func(r *rand.Rand, p string) (string, bool) { return otherScheme(fill(r, p)) }},
	{"no-scheme", func(r *rand.Rand, p string) (string, bool) {
		_, rest, found := strings.Cut(fill(r, p), "://")
		return rest, found
	}},
	{"no-port", atPort(func(string) string { return "" })},
	{"other-port", atPort(func(string) string { return ":8444" })},
	{"longer-port", atPort(func(port string) string { return port + "0" })},
	{"default-port", func(r *rand.Rand, p string) (string, bool) { return withDefaultPort(fill(r, p)) }},
	{"as-scheme", func(_ *rand.Rand, p string) (string, bool) { return p + "://app.example.com", isBare(p) }},
	{"as-host", func(_ *rand.Rand, p string) (string, bool) { return "https://" + p, isBare(p) }},
	{"null", func(*rand.Rand, string) (string, bool) { return "null", true }},
	{"unlisted", func(*rand.Rand, string) (string, bool) { return "https://unlisted.test", true }},
}

// isBare reports a pattern without a star that is no more than a scheme or a host.
func isBare(pattern string) bool { return !strings.ContainsAny(pattern, "*/") && pattern != "null" }

// fill is an origin that a pattern fits.
func fill(r *rand.Rand, pattern string) string {
	if pattern == "*" {
		return pick(r, []string{"https://any.example.net", "http://localhost:5173", "https://app.example.com"})
	}
	return strings.Replace(pattern, "*", pick(r, []string{"s", "sub", "3000"}), 1)
}

// overlap lays a pattern's two ends over each other: the text begins and ends as it must, and is too short to hold both.
func overlap(pattern string) (string, bool) {
	before, after, found := strings.Cut(pattern, "*")
	for n := min(len(before), len(after)); found && n > 0; n-- {
		if strings.HasSuffix(before, after[:n]) {
			return before + after[n:], true
		}
	}
	return "", false
}

// changed has another character in one place.
func changed(r *rand.Rand, s string) string {
	i := r.IntN(len(s))
	with := "q"
	if s[i] == 'q' {
		with = "z"
	}
	return s[:i] + with + s[i+1:]
}

// replaced has one occurrence of a text replaced.
func replaced(r *rand.Rand, s, old, with string) (string, bool) {
	n := strings.Count(s, old)
	if n == 0 {
		return "", false
	}
	at := 0
	for range r.IntN(n) {
		at += strings.Index(s[at:], old) + len(old)
	}
	at += strings.Index(s[at:], old)
	return s[:at] + with + s[at+len(old):], true
}

func splitPort(host string) (name, port string) {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		return host[:i], host[i:]
	}
	return host, ""
}

// atHost changes an origin's host.
func atHost(change func(string) string) func(*rand.Rand, string) (string, bool) {
	return func(r *rand.Rand, p string) (string, bool) {
		scheme, rest, found := strings.Cut(fill(r, p), "://")
		host, port := splitPort(rest)
		next := change(host)
		return scheme + "://" + next + port, found && next != "" && next != host
	}
}

// atPort changes an origin's port.
func atPort(change func(string) string) func(*rand.Rand, string) (string, bool) {
	return func(r *rand.Rand, p string) (string, bool) {
		scheme, rest, found := strings.Cut(fill(r, p), "://")
		host, port := splitPort(rest)
		next := change(port)
		return scheme + "://" + host + next, found && next != port && next != "0"
	}
}

func withDefaultPort(origin string) (string, bool) {
	scheme, rest, _ := strings.Cut(origin, "://")
	_, port := splitPort(rest)
	usual, known := map[string]string{"http": ":80", "https": ":443"}[scheme]
	return origin + usual, known && port == ""
}

func otherScheme(origin string) (string, bool) {
	scheme, rest, found := strings.Cut(origin, "://")
	if scheme == "https" {
		return "http://" + rest, found
	}
	return "https://" + rest, found
}

// recased has every letter in the other case.
func recased(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsUpper(c) {
			return unicode.ToLower(c)
		}
		return unicode.ToUpper(c)
	}, s)
}

// methodEdges make methods of a rule.
var methodEdges = []edge[s3cors.Rule]{
	{"listed", func(r *rand.Rand, rule s3cors.Rule) (string, bool) { return pick(r, rule.AllowedMethods), true }},
	{"first", func(_ *rand.Rand, rule s3cors.Rule) (string, bool) { return rule.AllowedMethods[0], true }},
	{"any", func(r *rand.Rand, _ s3cors.Rule) (string, bool) { return pick(r, s3cors.Methods), true }},
	{"lower", func(r *rand.Rand, rule s3cors.Rule) (string, bool) {
		return strings.ToLower(pick(r, rule.AllowedMethods)), true
	}},
	{"unknown", func(r *rand.Rand, _ s3cors.Rule) (string, bool) {
		return pick(r, []string{"PATCH", "OPTIONS", "TRACE", "CONNECT", "GETS", "Get"}), true
	}},
	{"none", func(*rand.Rand, s3cors.Rule) (string, bool) { return "", true }},
}

// headerEdges make values of Access-Control-Request-Headers of a rule.
var headerEdges = []edge[s3cors.Rule]{
	{"all", func(r *rand.Rand, rule s3cors.Rule) (string, bool) {
		return strings.Join(fitting(r, rule), ","), len(rule.AllowedHeaders) > 0
	}},
	{"one", func(r *rand.Rand, rule s3cors.Rule) (string, bool) {
		f := fitting(r, rule)
		return f[0], len(rule.AllowedHeaders) > 0
	}},
	{"blanks", func(r *rand.Rand, rule s3cors.Rule) (string, bool) {
		return strings.Join(fitting(r, rule), " ,  ") + " ", len(rule.AllowedHeaders) > 0
	}},
	{"tabs", func(r *rand.Rand, rule s3cors.Rule) (string, bool) {
		return strings.Join(fitting(r, rule), ",\t"), len(rule.AllowedHeaders) > 1
	}},
	{"other-case", func(r *rand.Rand, rule s3cors.Rule) (string, bool) {
		return recased(strings.Join(fitting(r, rule), ", ")), len(rule.AllowedHeaders) > 0
	}},
	{"twice", func(r *rand.Rand, rule s3cors.Rule) (string, bool) {
		f := fitting(r, rule)[0]
		return f + "," + f, len(rule.AllowedHeaders) > 0
	}},
	{"many", many},
	{"empty-member", func(r *rand.Rand, rule s3cors.Rule) (string, bool) {
		return strings.Join(fitting(r, rule), ",,"), len(rule.AllowedHeaders) > 1
	}},
	{"unlisted", func(*rand.Rand, s3cors.Rule) (string, bool) { return "q-unlisted", true }},
	{"unlisted-first", func(r *rand.Rand, rule s3cors.Rule) (string, bool) {
		return "q-unlisted," + strings.Join(fitting(r, rule), ","), len(rule.AllowedHeaders) > 0
	}},
	{"unlisted-last", func(r *rand.Rand, rule s3cors.Rule) (string, bool) {
		return strings.Join(fitting(r, rule), ",") + ",q-unlisted", len(rule.AllowedHeaders) > 0
	}},
	{"longer", func(r *rand.Rand, rule s3cors.Rule) (string, bool) {
		return pick(r, fitting(r, rule)) + "x", len(rule.AllowedHeaders) > 0
	}},
	{"shorter", func(r *rand.Rand, rule s3cors.Rule) (string, bool) {
		f := pick(r, fitting(r, rule))
		return f[:len(f)-1], len(rule.AllowedHeaders) > 0 && len(f) > 1
	}},
	{"prefixed", func(r *rand.Rand, rule s3cors.Rule) (string, bool) {
		return "q" + pick(r, fitting(r, rule)), len(rule.AllowedHeaders) > 0
	}},
	{"overlap", func(r *rand.Rand, rule s3cors.Rule) (string, bool) {
		if len(rule.AllowedHeaders) == 0 {
			return "", false
		}
		return overlap(pick(r, rule.AllowedHeaders))
	}},
	{"safelisted", func(r *rand.Rand, _ s3cors.Rule) (string, bool) {
		return pick(r, []string{"accept", "content-type", "accept-language", "origin"}), true
	}},
	{"usual", func(r *rand.Rand, _ s3cors.Rule) (string, bool) {
		return strings.ToLower(strings.Join(some(r, names, 1, 5), ",")), true
	}},
	{"empty", func(*rand.Rand, s3cors.Rule) (string, bool) { return "", true }},
	{"no-token", func(*rand.Rand, s3cors.Rule) (string, bool) { return "x amz", true }},
}

// fitting are names that a rule allows, one for each entry; one that is none where the rule allows nothing.
func fitting(r *rand.Rand, rule s3cors.Rule) []string {
	if len(rule.AllowedHeaders) == 0 {
		return []string{"q-unlisted"}
	}
	var all []string
	for _, pattern := range rule.AllowedHeaders {
		star := pick(r, []string{"a", "date", "x-custom-name"})
		if pattern == "*" {
			star = strings.ToLower(pick(r, names))
		}
		all = append(all, strings.Replace(pattern, "*", star, 1))
	}
	return all
}

// many are as many names as no page that was seen asks for, all allowed.
func many(r *rand.Rand, rule s3cors.Rule) (string, bool) {
	for _, pattern := range rule.AllowedHeaders {
		if !strings.Contains(pattern, "*") {
			continue
		}
		var all []string
		for i := range 10 + r.IntN(51) {
			all = append(all, strings.Replace(pattern, "*", "x-many-"+string(rune('a'+i%26))+strings.Repeat("i", i/26), 1))
		}
		return strings.ToLower(strings.Join(all, ",")), true
	}
	return "", false
}
