package lint

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/s3cors"

	"github.com/google/go-cmp/cmp"
)

func ptr(n int32) *int32 { return &n }

// plain is a rule of which there is nothing to say.
func plain(change func(*s3cors.Rule)) s3cors.Rule {
	r := s3cors.Rule{AllowedOrigins: []string{"https://app.example.com"}, AllowedMethods: []string{"GET", "HEAD"}, MaxAgeSeconds: ptr(600)}
	if change != nil {
		change(&r)
	}
	return r
}

// said renders problems: severity, place, what; and the facts and the standard's anchor.
func said(all []Problem) []string {
	var lines []string
	for _, p := range all {
		lines = append(lines, fmt.Sprintf("%s: %s: %s %v %s", p.Severity, p.Where(), p.What, p.Facts, p.Fetch))
	}
	return lines
}

func check(t *testing.T, name string, want []string, rules ...s3cors.Rule) {
	t.Helper()
	if diff := cmp.Diff(want, said(Check(&s3cors.Configuration{CORSRules: rules}, Limits{}))); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestNothingToSay(t *testing.T) {
	check(t, "plain", nil, plain(nil))
	check(t, "subdomains", nil, plain(func(r *s3cors.Rule) {
		r.AllowedOrigins = []string{"https://*.example.com", "https://pr-*.example.com", "http*://*"}[:2]
	}))
	check(t, "uploads", nil, plain(func(r *s3cors.Rule) {
		r.AllowedMethods, r.AllowedHeaders, r.ExposeHeaders = []string{"PUT"}, []string{"Content-Type"}, []string{"ETag"}
	}))
}

// All that S3 refuses is told at once, each value with its place.
func TestRefused(t *testing.T) {
	check(t, "no rules", []string{"error: the configuration: S3 refuses it with MalformedXML: The XML you provided was not well-formed or did not validate against our published schema [56] "})
	bad := s3cors.Rule{AllowedOrigins: []string{"https://*.*.example"}, AllowedMethods: []string{"GET", "HEAD", "PATCH", "OPTIONS"}, AllowedHeaders: []string{"x-*-*", "a b"}, ExposeHeaders: []string{"x-*"}, MaxAgeSeconds: ptr(-1), ID: strings.Repeat("x", 256)}
	check(t, "everything wrong", []string{
		`error: rule 1, AllowedOrigins "https://*.*.example": S3 refuses it with InvalidRequest: AllowedOrigin "https://*.*.example" can not have more than one wildcard. [58] `,
		`error: rule 1, AllowedMethods "PATCH": S3 refuses it with InvalidRequest: Found unsupported HTTP method in CORS config. Unsupported method is PATCH [57] `,
		`error: rule 1, AllowedMethods "OPTIONS": S3 refuses it with InvalidRequest: Found unsupported HTTP method in CORS config. Unsupported method is OPTIONS [57] `,
		`error: rule 1, AllowedHeaders "x-*-*": S3 refuses it with InvalidRequest [59] `,
		`error: rule 1, ExposeHeaders "x-*": S3 refuses it with InvalidRequest: ExposeHeader "x-*" contains wildcard. We currently do not support wildcard for ExposeHeader. [60] `,
		`warning: rule 1, AllowedHeaders "a b": some endpoints refuse this, others take it [62] `,
		`warning: rule 1, ID: some endpoints refuse this, others take it [65] `,
		`warning: rule 1, MaxAgeSeconds: some endpoints refuse this, others take it [68] `,
	}, bad)
	check(t, "nothing in it", []string{
		"error: rule 1, AllowedOrigins: S3 refuses it with MalformedXML: The XML you provided was not well-formed or did not validate against our published schema [56] ",
		"error: rule 1, AllowedMethods: S3 refuses it with MalformedXML: The XML you provided was not well-formed or did not validate against our published schema [56] ",
	}, s3cors.Rule{MaxAgeSeconds: ptr(1)})
	many := slices.Repeat([]s3cors.Rule{plain(nil)}, 101)
	if got := said(Check(&s3cors.Configuration{CORSRules: many}, Limits{}))[0]; got != "error: the configuration: S3 refuses it: it has 101 rules, and 100 are allowed [63] " {
		t.Errorf("101 rules: %s", got)
	}
	long := plain(func(r *s3cors.Rule) {
		r.AllowedOrigins = []string{"https://" + strings.Repeat("a", 65536) + ".example.com"}
	})
	if got := said(Check(&s3cors.Configuration{CORSRules: []s3cors.Rule{long}}, Limits{}))[0]; !strings.HasPrefix(got, "error: the configuration: S3 refuses it: it is 65") {
		t.Errorf("a long document: %s", got)
	}
}

// Whatever S3's model refuses for sure is an error here, and nothing else is.
func TestErrorsAreRefusals(t *testing.T) {
	values := []string{"", "*", "**", "a*b", "https://a.example", "https://a.example/", "GET", "get", "PATCH", "x-amz-*", "a b", "ETag"}
	for _, a := range values {
		for _, b := range values {
			cfg := &s3cors.Configuration{CORSRules: []s3cors.Rule{plain(func(r *s3cors.Rule) {
				r.AllowedOrigins, r.AllowedHeaders = []string{"https://b.example", a}, []string{b}
			}),
				plain(func(r *s3cors.Rule) { r.AllowedMethods, r.ExposeHeaders = []string{"GET", a}, []string{b} })}}
			refused := s3cors.Validate(cfg)
			errs := slices.ContainsFunc(Check(cfg, Limits{}), func(p Problem) bool { return p.Severity == Error })
			if want := refused != nil && !refused.MayAccept; errs != want {
				t.Errorf("%q and %q: errors %v, want %v (%+v)", a, b, errs, want, refused)
			}
		}
	}
}

func TestOrigins(t *testing.T) {
	for _, c := range []struct{ origin, want, do string }{
		{"https://app.example.com/", "no browser sends such an origin: it ends in a slash, and an origin has none [45 47] origin-header", "write https://app.example.com"},
		{"https://app.example.com/path", "no browser sends such an origin: it has the path \"/path\", and an origin has none [45 47] origin-header", "write https://app.example.com"},
		{"https://App.example.com", "no browser sends such an origin: it has upper-case letters, and browsers write lower case [45 47] origin-header", "write https://app.example.com"},
		{"https://app.example.com:443", "no browser sends such an origin: it names port 443, which browsers leave out for https [45 47] origin-header", "write https://app.example.com"},
		{"app.example.com", "no browser sends such an origin: it has no scheme, such as https:// [45 47] origin-header", "write scheme and host, such as https://app.example.com"},
		{"", "no browser sends such an origin: it is empty [45 47] origin-header", "write scheme and host, such as https://app.example.com"},
		{"https://*.example.com/", "no browser sends such an origin: it ends in a slash, and an origin has none [45 47] origin-header", "write https://*.example.com"},
		{"https", "it is compared as text and covers no origin, whatever the user guide says [49] ", "write https://* for every such origin"},
		{"null", "every site can make itself the origin null, with a sandboxed frame [48] origin-header", "serve the page from an origin of its own, and list that"},
		{"https://*", "it covers every site, and with credentials: only * itself is answered without [20 22 45] cors-protocol-and-credentials", "list the origins that are meant, or *"},
		{"http*", "it covers every site, and with credentials: only * itself is answered without [20 22 45] cors-protocol-and-credentials", "list the origins that are meant, or *"},
		{"https://*example.com", "it covers https://strangerexample.com too, which anybody may have [45 46] ", "put the * between :// and a dot, as in https://*.example.com"},
		{"https://example.com*", "it covers https://example.com.stranger.example too, which anybody may have [45 46] ", "put the * between :// and a dot, as in https://*.example.com"},
		{"https://app.*", "it covers https://app.stranger.example too, which anybody may have [45 46] ", "put the * between :// and a dot, as in https://*.example.com"},
		{"https://*.com", "it covers https://stranger.com too, which anybody may have [45 46] ", "put the * between :// and a dot, as in https://*.example.com"},
		{"https://*:8443", "it covers https://stranger:8443 too, which anybody may have [45 46] ", "put the * between :// and a dot, as in https://*.example.com"},
		{"http://app.example.com", "whoever is on the way can change a page that comes over http, and read as it does [47] origin-header", "write https://app.example.com"},
		{"*.example.com", "it covers http too, and whoever is on the way can change a page that comes over http [45] ", "write https://*.example.com"},
	} {
		all := Check(&s3cors.Configuration{CORSRules: []s3cors.Rule{plain(func(r *s3cors.Rule) { r.AllowedOrigins = []string{c.origin} })}}, Limits{})
		want := []string{fmt.Sprintf("warning: rule 1, AllowedOrigins %q: %s", c.origin, c.want)}
		if diff := cmp.Diff(want, said(all)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.origin, diff)
		} else if all[0].Do != c.do {
			t.Errorf("%s: %s, want %s", c.origin, all[0].Do, c.do)
		}
	}
	for _, origin := range []string{"http://localhost:3000", "http://127.0.0.1:8080", "http://localhost:*"} {
		check(t, origin, []string{fmt.Sprintf("note: rule 1, AllowedOrigins %q: it is a developer's own machine [47] ", origin)}, plain(func(r *s3cors.Rule) { r.AllowedOrigins = []string{origin} }))
	}
	check(t, "read by all", []string{`note: rule 1, AllowedOrigins "*": every site may read what it can fetch, and none with credentials such as cookies [20 22] cors-protocol-and-credentials`},
		plain(func(r *s3cors.Rule) { r.AllowedOrigins = []string{"*"} }))
	check(t, "written by all", []string{
		`warning: rule 1, AllowedOrigins "*": every site may send PUT, DELETE with a presigned URL that it holds, and none with credentials such as cookies [20 22] cors-protocol-and-credentials`,
	}, plain(func(r *s3cors.Rule) {
		r.AllowedOrigins, r.AllowedMethods, r.AllowedHeaders, r.ExposeHeaders = []string{"*"}, []string{"PUT", "DELETE"}, []string{"content-type"}, []string{"etag"}
	}))
}

func TestRules(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*s3cors.Rule)
		want   []string
	}{
		{"GET alone", func(r *s3cors.Rule) { r.AllowedMethods = []string{"GET"} }, []string{"note: rule 1, AllowedMethods: GET does not cover HEAD [40] "}},
		{"uploads without headers", func(r *s3cors.Rule) { r.AllowedMethods, r.ExposeHeaders = []string{"PUT"}, []string{"ETag"} },
			[]string{"warning: rule 1, AllowedHeaders: an upload with a Content-Type such as image/png, or any x-amz-* header, is refused: no name is allowed by itself [52] cors-safelisted-request-header"}},
		{"uploads without ETag", func(r *s3cors.Rule) { r.AllowedMethods, r.AllowedHeaders = []string{"POST"}, []string{"content-type"} },
			[]string{"warning: rule 1, ExposeHeaders: a script cannot read ETag, and so cannot complete a multipart upload [27] cors-safelisted-response-header-name"}},
		{"DELETE needs no ETag", func(r *s3cors.Rule) {
			r.AllowedMethods, r.AllowedHeaders = []string{"DELETE"}, []string{"content-type"}
		}, nil},
		{"ranges", func(r *s3cors.Rule) { r.AllowedHeaders = []string{"range"} },
			[]string{"warning: rule 1, ExposeHeaders: a script may ask for a Range and cannot read which it got [27] cors-safelisted-response-header-name"}},
		{"patterns", func(r *s3cors.Rule) { r.AllowedHeaders = []string{"x-amz-*"} },
			[]string{`note: rule 1, AllowedHeaders "x-amz-*": S3 answers with the names that were asked for; an endpoint that answers with the rule's own list stops browsers, for which a pattern is a name and * does not cover Authorization [24 51] cors-preflight-fetch-0`}},
		{"forbidden headers", func(r *s3cors.Rule) { r.AllowedHeaders = []string{"Origin"} },
			[]string{`note: rule 1, AllowedHeaders "Origin": a page cannot set this header, so that no preflight asks for it [] forbidden-request-header`}},
		{"always readable", func(r *s3cors.Rule) { r.ExposeHeaders = []string{"Content-Type"} },
			[]string{`note: rule 1, ExposeHeaders "Content-Type": a script can always read it [] cors-safelisted-response-header-name`}},
		{"no age", func(r *s3cors.Rule) { r.MaxAgeSeconds = nil }, []string{"note: rule 1, MaxAgeSeconds: without it a browser keeps a preflight's answer for 5 seconds, and soon asks again [28] cors-preflight-cache"}},
		{"age zero", func(r *s3cors.Rule) { r.MaxAgeSeconds = ptr(0) }, []string{"warning: rule 1, MaxAgeSeconds: a browser asks before every request [28] cors-preflight-cache"}},
		{"two hours", func(r *s3cors.Rule) { r.MaxAgeSeconds = ptr(7200) }, nil},
		{"above Chromium's", func(r *s3cors.Rule) { r.MaxAgeSeconds = ptr(7201) }, []string{"note: rule 1, MaxAgeSeconds: Chromium keeps an answer for 7200 seconds at most [28] cors-preflight-cache"}},
		{"above Firefox's", func(r *s3cors.Rule) { r.MaxAgeSeconds = ptr(86401) }, []string{"note: rule 1, MaxAgeSeconds: Chromium keeps an answer for 7200 seconds at most, Firefox for 86400 [28] cors-preflight-cache"}},
	} {
		check(t, c.name, c.want, plain(c.change))
	}
}

func TestShadowed(t *testing.T) {
	with := func(origin string, methods []string, headers ...string) s3cors.Rule {
		return plain(func(r *s3cors.Rule) {
			r.AllowedOrigins, r.AllowedMethods, r.AllowedHeaders, r.ExposeHeaders = []string{origin}, methods, headers, []string{"ETag"}
		})
	}
	get, put, both := []string{"HEAD"}, []string{"PUT"}, []string{"HEAD", "PUT"}
	for _, c := range []struct {
		name  string
		rules []s3cors.Rule
		want  string // of rule 2; empty: nothing
	}{
		{"the same", []s3cors.Rule{with("https://a.example.com", get), with("https://a.example.com", get)}, "it is never reached: rule 1 answers whatever it matches"},
		{"within a pattern", []s3cors.Rule{with("https://*.example.com", get), with("https://a.example.com", get)}, "it is never reached: rule 1 answers whatever it matches"},
		{"a pattern within a pattern", []s3cors.Rule{with("https://*.example.com", get), with("https://*.a.example.com", get)}, "it is never reached: rule 1 answers whatever it matches"},
		{"wider than the pattern", []s3cors.Rule{with("https://*.a.example.com", get), with("https://*.example.com", get)}, ""},
		{"another method", []s3cors.Rule{with("https://a.example.com", get), with("https://a.example.com", put, "x-a")}, ""},
		{"one of two methods", []s3cors.Rule{with("https://a.example.com", get), with("https://a.example.com", both, "")}, ""},
		{"a method of two", []s3cors.Rule{with("https://a.example.com", get, "Content-*"), with("https://a.example.com", both, "content-type")}, "its HEAD is never reached: rule 1 answers that"},
		{"more headers", []s3cors.Rule{with("https://a.example.com", get, "x-a"), with("https://a.example.com", get, "x-a", "x-b")}, ""},
		{"headers by another case", []s3cors.Rule{with("https://a.example.com", get, "X-*"), with("https://a.example.com", get, "x-a", "x-b-*")}, "it is never reached: rule 1 answers whatever it matches"},
	} {
		got := ""
		for _, p := range Check(&s3cors.Configuration{CORSRules: c.rules}, Limits{}) {
			if p.Rule == 1 && slices.Contains(p.Facts, 44) {
				got += p.What
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestLimits(t *testing.T) {
	cfg := &s3cors.Configuration{CORSRules: []s3cors.Rule{plain(nil), plain(func(r *s3cors.Rule) { r.AllowedOrigins = []string{"https://b.example.com"} })}}
	n := len(cfg.XML())
	want := []string{"warning: the configuration: it has 2 rules, and the provider is known to allow 1 [63] ",
		fmt.Sprintf("warning: the configuration: it is %d bytes long, and the provider is known to allow %d [64] ", n, n-1),
		"warning: rule 1, MaxAgeSeconds: the provider is known to allow 599 [28] ", "warning: rule 2, MaxAgeSeconds: the provider is known to allow 599 [28] "}
	if diff := cmp.Diff(want, said(Check(cfg, Limits{Rules: 1, DocumentBytes: n - 1, MaxAgeSeconds: 599}))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := Check(cfg, Limits{Rules: 2, DocumentBytes: n, MaxAgeSeconds: 600}); got != nil {
		t.Errorf("at the limits: %v", said(got))
	}
}

// Every problem says what to do, and rests on a fact or on the standard.
func TestProblemsAreComplete(t *testing.T) {
	cfg := &s3cors.Configuration{CORSRules: []s3cors.Rule{
		{AllowedOrigins: []string{"*", "null", "https", "https://*", "HTTPS://A/", "http://a.example", "*.a.example", "https://a*", "a**"}, AllowedMethods: []string{"GET", "PUT", "get"}, AllowedHeaders: []string{"range", "*", "origin", "a b"}, ExposeHeaders: []string{"*", "expires"}},
		{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}, MaxAgeSeconds: ptr(90000)}, {},
	}}
	all := Check(cfg, Limits{})
	if len(all) < 20 {
		t.Errorf("only %d problems", len(all))
	}
	for _, p := range all {
		if p.What == "" || p.Do == "" || len(p.Facts) == 0 && p.Fetch == "" {
			t.Errorf("incomplete: %+v", p)
		}
		for _, f := range p.Facts {
			if _, ok := s3cors.FactByID(f); !ok {
				t.Errorf("%s rests on fact %d, which there is not", p.What, f)
			}
		}
	}
}
