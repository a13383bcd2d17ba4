package permit

import (
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const app = "https://app.example.com"

func rule(origins, methods, headers string) s3cors.Rule {
	return s3cors.Rule{AllowedOrigins: strings.Fields(origins), AllowedMethods: strings.Fields(methods), AllowedHeaders: strings.Fields(headers)}
}

func rules(all ...s3cors.Rule) *s3cors.Configuration { return &s3cors.Configuration{CORSRules: all} }

func TestRequest(t *testing.T) {
	for _, c := range []struct {
		name    string
		page    Page
		asks    string // method and the names that a preflight asks for
		remarks []string
	}{
		{"plain", Page{Origin: app, Method: "GET"}, "GET ", nil},
		{"no method is GET", Page{Origin: app}, "GET ", nil},
		{"put", Page{Origin: app, Method: "put"}, "PUT ", []string{"put is sent as PUT: browsers write DELETE, GET, HEAD, OPTIONS, POST and PUT in upper case"}},
		{"patch", Page{Origin: app, Method: "patch"}, "patch ", []string{
			"patch is sent as it is written, and is not PATCH: browsers write DELETE, GET, HEAD, OPTIONS, POST and PUT alone in upper case",
			"S3 has no method patch: a rule can list GET, PUT, POST, DELETE, HEAD"}},
		{"by name", Page{Origin: app, Headers: []string{"X-Amz-Date"}}, "GET x-amz-date", nil},
		{"range by name", Page{Origin: app, Headers: []string{"Range"}}, "GET range", []string{
			"range by name alone counts as needing permission; with one range with a start, such as bytes=0-1 it is safelisted and needs none: give it as 'range: VALUE'"}},
		{"range that is safelisted", Page{Origin: app, Headers: []string{"Range: bytes=0-1"}}, "GET ", []string{"range is safelisted with this value: a browser sends it without asking"}},
		{"range that is not", Page{Origin: app, Headers: []string{"Range: bytes=-1"}}, "GET range", []string{"range needs permission with this value: it is safelisted only with one range with a start, such as bytes=0-1"}},
		{"an ordinary header with its value", Page{Origin: app, Headers: []string{"x-amz-meta-a: b"}}, "GET x-amz-meta-a", nil},
		{"a signature", Page{Origin: app, Headers: []string{"authorization", "x-amz-date"}}, "GET authorization,x-amz-date", []string{
			"an SDK's signed request does not come with authorization alone: it asks for x-amz-content-sha256 too, and JavaScript's for amz-sdk-invocation-id, amz-sdk-request, x-amz-user-agent"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			q, remarks, err := c.page.Request()
			if err != nil {
				t.Fatal(err)
			}
			if got := fetch.NormalizeMethod(q.Method) + " " + strings.Join(asked(q), ","); got != c.asks {
				t.Errorf("asks %q, want %q", got, c.asks)
			}
			if diff := cmp.Diff(c.remarks, remarks); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Everything that no page can ask for is said at once, and values are not repeated.
func TestRequestRefused(t *testing.T) {
	_, _, err := Page{Origin: "https://App.example.com/", Method: "G T", Headers: []string{"host: planted", "a b", "x: \x00planted", "sec-fetch-mode"}}.Request()
	want := `--origin: "https://App.example.com/": it ends in a slash, and an origin has none
--method "G T": this is no method
--header host: no page can set this header; the browser does, or nobody
--header: "a b" is no name of a header
--header x: its value holds a line break or NUL
--header sec-fetch-mode: no page can set this header; the browser does, or nobody`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	if _, _, err := (Page{}).Request(); err == nil || err.Error() != "--origin is needed: the page's origin, such as https://app.example.com" {
		t.Errorf("without an origin: %v", err)
	}
}

func TestAgainstOrigin(t *testing.T) {
	for _, c := range []struct{ entry, origin, want string }{
		{"https://app.example.com/", app, `"https://app.example.com/": no browser sends it, because it ends in a slash, and an origin has none`},
		{"http://app.example.com/", app, `"http://app.example.com/": no browser sends it, because it ends in a slash, and an origin has none; and it is http, and the page is https`},
		{"http://app.example.com", app, `"http://app.example.com": it is http, and the page is https`},
		{"https://app.example.com:443", app, `"https://app.example.com:443": no browser sends it, because it names port 443, which browsers leave out for https`},
		{"https://app.example.com:8443", app, `"https://app.example.com:8443": it has port 8443, and the page has no port`},
		{"http://localhost", "http://localhost:3000", `"http://localhost": it has no port, and the page has port 3000`},
		{"https://App.example.com", app, `"https://App.example.com": no browser sends it, because it has upper-case letters, and browsers write lower case`},
		{"app.example.com", app, `"app.example.com": no browser sends it, because it has no scheme, such as https://`},
		{"https://app.example.com/*", app, `"https://app.example.com/*": no browser sends it, because it has the path "/*", and an origin has none`},
		{`"https://app.example.com"`, app, `"\"https://app.example.com\"": no browser sends it, because it has quotes around it`},
		{" https://app.example.com", app, `" https://app.example.com": no browser sends it, because it holds white space`},
		{"https://*.example.com", "https://example.com", `"https://*.example.com": it covers what is below example.com, and not example.com itself`},
		{"http://*.example.com", app, `"http://*.example.com": it is http, and the page is https`},
		{"https://example.com", "https://www.example.com", `"https://example.com": hosts with www. and without it are two`},
		{"https://example.com", app, `"https://example.com": it does not cover the hosts below example.com`},
		{"http://localhost:*", "http://localhost", `"http://localhost:*": it has any port, and the page has no port`},
		{"https://other.example.org", app, ""},
		{"https", app, `"https": no browser sends it, because it has no scheme, such as https://`},
		{"null", app, ""},
		{"https://*", "http://app.example.com", `"https://*": it is https, and the page is http`},
	} {
		if got := againstOrigin(c.entry, c.origin); got != c.want {
			t.Errorf("%s for %s\n got %s\nwant %s", c.entry, c.origin, got, c.want)
		}
	}
}

func explain(t *testing.T, cfg *s3cors.Configuration, p Page) result.Explanation {
	t.Helper()
	q, _, err := p.Request()
	if err != nil {
		t.Fatal(err)
	}
	return Explain(cfg, q)
}

// Everything that stands against a rule is named, every header too.
func TestExplainRules(t *testing.T) {
	cfg := rules(
		rule("https://*.example.org", "GET", ""),
		rule(app, "GET HEAD", "Authorization"),
		rule(app, "PUT", "x-amz-* content-type authorization"),
		rule("*", "PUT", "*"),
	)
	e := explain(t, cfg, Page{Origin: app, Method: "put", Headers: []string{"authorization", "x-amz-date", "x-amz-content-sha256"}})
	var got []string
	for _, r := range e.Rules {
		got = append(got, r.Sentence)
	}
	want := []string{
		"Rule 1: origin https://app.example.com does not fit AllowedOrigins (https://*.example.org); PUT is not in AllowedMethods (GET); the rule has no AllowedHeaders, and the page sends authorization, x-amz-content-sha256, x-amz-date.",
		"Rule 2: PUT is not in AllowedMethods (GET, HEAD); AllowedHeaders (Authorization) lacks x-amz-content-sha256, x-amz-date.",
		"Rule 3 matches: origin https://app.example.com is listed, PUT is listed, authorization is listed, x-amz-content-sha256 fits x-amz-*, x-amz-date fits x-amz-*.",
		"Rule 4 would match too; the first that matches answers.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if e.Gets != result.Readable || e.Preflight == nil || e.Actual == nil || e.Change != nil {
		t.Errorf("gets %s, change %v", e.Gets, e.Change)
	}
}

// A rule for authorization alone lets the request through that was asked about, and none that an SDK signs.
func TestExplainSigned(t *testing.T) {
	e := explain(t, rules(rule("*", "GET", "Authorization")), Page{Origin: app, Headers: []string{"authorization"}})
	want := []string{"rule 1 covers authorization and not x-amz-content-sha256, x-amz-date: an SDK's signed request would be refused"}
	if diff := cmp.Diff(want, e.Notes); diff != "" || e.Gets != result.Readable {
		t.Errorf("%s (-want +got):\n%s", e.Gets, diff)
	}
}

func TestSmallest(t *testing.T) {
	for _, c := range []struct {
		name string
		cfg  *s3cors.Configuration
		page Page
		what string
		also []string
	}{
		{"a method", rules(rule(app, "GET", "")), Page{Origin: app, Method: "PUT"}, "add PUT to AllowedMethods of rule 1", nil},
		{"every header", rules(rule(app, "PUT", "content-type")), Page{Origin: app, Method: "PUT", Headers: []string{"x-amz-date", "authorization", "content-type"}},
			"add authorization, x-amz-date to AllowedHeaders of rule 1", nil},
		{"an origin", rules(rule("https://a.example.com", "GET", "")), Page{Origin: app}, "add https://app.example.com to AllowedOrigins of rule 1", nil},
		{"an origin that was meant", rules(rule("https://a.example.com http://app.example.com/", "GET", "")), Page{Origin: app},
			`write https://app.example.com in place of "http://app.example.com/" in AllowedOrigins of rule 1`, nil},
		{"an origin without a scheme", rules(rule("app.example.com", "GET", "")), Page{Origin: app}, `write https://app.example.com in place of "app.example.com" in AllowedOrigins of rule 1`, nil},
		{"the rule that is nearest", rules(rule("https://a.example.com", "GET", ""), rule(app, "PUT", "*")), Page{Origin: app}, "add GET to AllowedMethods of rule 2", nil},
		{"no stranger gains a method", rules(rule("*", "GET", "*")), Page{Origin: app, Method: "PUT"}, "add a rule for https://app.example.com", nil},
		{"not of a pattern either", rules(rule("https://*.example.com", "GET", "*")), Page{Origin: app, Method: "DELETE"}, "add a rule for https://app.example.com", nil},
		{"a header harms nobody", rules(rule("*", "PUT", "content-type")), Page{Origin: app, Method: "PUT", Headers: []string{"x-amz-meta-a"}}, "add x-amz-meta-a to AllowedHeaders of rule 1", nil},
		{"credentials and *", rules(rule("*", "GET", "*")), Page{Origin: app, Credentials: true}, "add a rule for https://app.example.com before the others", nil},
		{"what else it permits", rules(rule("https://a.example.com", "GET DELETE", "")), Page{Origin: app}, "add https://app.example.com to AllowedOrigins of rule 1",
			[]string{"it permits DELETE from https://app.example.com as well"}},
		{"whom else it permits", rules(rule("https://a.example.com "+app, "GET", "")), Page{Origin: app, Method: "PUT"}, "add PUT to AllowedMethods of rule 1",
			[]string{"it permits PUT from https://a.example.com as well"}},
		{"nothing helps", rules(rule(app, "GET", "")), Page{Origin: app, Method: "patch"}, "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := explain(t, c.cfg, c.page)
			if e.Gets != result.Blocked {
				t.Fatalf("it is %s", e.Gets)
			}
			if e.Change == nil {
				if c.what != "" || !slices.Contains(e.Notes, "no change of the configuration permits this request") {
					t.Errorf("no change, want %s; notes %q", c.what, e.Notes)
				}
				return
			}
			if got := strings.Join(e.Change.What, ", "); got != c.what {
				t.Errorf("%s, want %s\n%s", got, c.what, e.Change.Diff)
			}
			if diff := cmp.Diff(c.also, e.Change.Also); diff != "" {
				t.Errorf("also (-want +got):\n%s", diff)
			}
			changed, err := s3cors.ParseJSON([]byte(e.Change.Configuration))
			if err != nil {
				t.Fatal(err)
			}
			if after := explain(t, changed, c.page); after.Gets != result.Readable {
				t.Errorf("after the change it is %s: %s", after.Gets, after.Sentence)
			}
		})
	}
}

func TestDiff(t *testing.T) {
	e := explain(t, rules(rule(app, "GET", "")), Page{Origin: app, Method: "PUT"})
	want := `--- cors.json
+++ cors.json
@@ -5,7 +5,8 @@
         "https://app.example.com"
       ],
       "AllowedMethods": [
-        "GET"
+        "GET",
+        "PUT"
       ]
     }
   ]
`
	if diff := cmp.Diff(want, e.Change.Diff); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The rules' own words agree with S3's model on every request.
func TestRulesAgreeWithModel(t *testing.T) {
	origins := []string{"*", app, "http://app.example.com", "https://*.example.com", "https://app.example.com/", "null"}
	methods := []string{"GET", "PUT", "POST", "DELETE", "HEAD"}
	const unknown = "patch" // which no rule can list
	headers := []string{"*", "x-amz-*", "content-type", "Authorization"}
	rapid.Check(t, func(t *rapid.T) {
		cfg := &s3cors.Configuration{CORSRules: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) s3cors.Rule {
			return s3cors.Rule{
				AllowedOrigins: rapid.SliceOfN(rapid.SampledFrom(origins), 1, 2).Draw(t, "origins"),
				AllowedMethods: rapid.SliceOfN(rapid.SampledFrom(methods), 1, 2).Draw(t, "methods"),
				AllowedHeaders: rapid.SliceOfN(rapid.SampledFrom(headers), 0, 2).Draw(t, "headers"),
			}
		}), 1, 3).Draw(t, "rules")}
		p := Page{
			Origin: rapid.SampledFrom([]string{app, "http://app.example.com", "https://other.example.org"}).Draw(t, "origin"), Method: rapid.SampledFrom(append(methods, unknown)).Draw(t, "method"),
			Headers: rapid.SliceOfN(rapid.SampledFrom([]string{"content-type", "x-amz-date", "x-other"}), 0, 2).Draw(t, "asked"), Credentials: rapid.Bool().Draw(t, "credentials"),
		}
		q, _, err := p.Request()
		if err != nil {
			t.Fatal(err)
		}
		e := Explain(cfg, q)
		for i, v := range s3cors.Explain(cfg, preflightOf(q, e.Method)) {
			if e.Rules[i].Matched != v.Matched || e.Rules[i].Answers != v.Answers {
				t.Fatalf("rule %d: %+v, and the model says %+v", i+1, e.Rules[i], v)
			}
		}
		if e.Gets == result.Blocked && e.Change == nil && p.Method != unknown {
			t.Fatalf("no change permits %+v by\n%s", p, cfg.JSON())
		}
	})
}
