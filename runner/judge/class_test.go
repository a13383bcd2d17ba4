package judge

import (
	"fmt"
	"strings"
	"testing"

	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"

	"github.com/google/go-cmp/cmp"
)

// whole is a page's request with the answers to its preflight and to itself.
type whole struct {
	origin, method, names string // names: of headers that need permission
	preflight, actual     *result.Response
	everyHeader           bool // the configuration permits all, not a few
	signed                bool // by an Authorization header, which stands in the preflight too
}

// answered is an answer: status, then header lines "Name: value".
func answered(status int, lines ...string) *result.Response {
	r := &result.Response{Status: status}
	for _, l := range lines {
		name, value, _ := strings.Cut(l, ": ")
		r.Headers = append(r.Headers, result.Header{Name: name, Value: value})
	}
	return r
}

// exchanges holds the answers against what S3 owes.
func (w whole) exchanges(cfg *s3cors.Configuration) Exchanges {
	if w.everyHeader {
		rule := cfg.CORSRules[0]
		rule.AllowedHeaders = []string{"*"}
		cfg = &s3cors.Configuration{CORSRules: []s3cors.Rule{rule}}
	}
	page := fetch.Request{Method: w.method, Origin: w.origin, Credentials: fetch.Omit}
	var asked *string
	if w.names != "" {
		page.UnsafeNames, asked = strings.Split(w.names, ","), &w.names
	}
	var request result.Request
	if w.signed {
		request.Headers = []result.Header{{Name: "Authorization", Value: "AWS4-HMAC-SHA256 …"}}
	}
	var all Exchanges
	add := func(kind Kind, q s3cors.Request, answer *result.Response) {
		if answer == nil {
			return
		}
		ex := result.Exchange{Kind: string(kind), Request: request, Response: *answer}
		all = append(all, Exchange{Page: Page{kind, cfg, q, page}, Judgement: Nearest(kind, s3cors.Evaluate(cfg, q), nil, ex), Exchange: ex})
	}
	add(Preflight, s3cors.Request{Method: "OPTIONS", Target: s3cors.Object, Origin: &w.origin, RequestMethod: &w.method, RequestHeaders: asked}, w.preflight)
	add(Actual, s3cors.Request{Method: w.method, Target: s3cors.Object, Origin: &w.origin, Outcome: s3cors.Outcome{Status: []int{200}}}, w.actual)
	return all
}

// open is a configuration for pages that may do much.
var open = &s3cors.Configuration{CORSRules: []s3cors.Rule{{
	AllowedOrigins: []string{app}, AllowedMethods: []string{"GET", "PUT"}, AllowedHeaders: []string{"x-amz-*", "authorization"}, ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: seconds(600),
}}}

func seconds(n int32) *int32 { return &n }

// granted is S3's answer to a preflight under open; further lines go before it, and replace those of their name.
func granted(names string, instead ...string) *result.Response {
	lines := []string{"Access-Control-Allow-Origin: " + app, "Access-Control-Allow-Credentials: true", "Access-Control-Allow-Methods: GET, PUT", "Access-Control-Expose-Headers: ETag",
		"Access-Control-Max-Age: 600", "Vary: " + vary}
	if names != "" {
		lines = append(lines, "Access-Control-Allow-Headers: "+names)
	}
	return answered(200, replaced(lines, instead)...)
}

// readable is S3's answer to a request under open.
func readable(instead ...string) *result.Response {
	return answered(200, replaced([]string{"Access-Control-Allow-Origin: " + app, "Access-Control-Allow-Credentials: true", "Access-Control-Allow-Methods: GET, PUT",
		"Access-Control-Expose-Headers: ETag", "Access-Control-Max-Age: 600", "Vary: " + vary, "ETag: \"1\"", "x-amz-id-2: 7"}, instead)...)
}

// replaced has lines instead of those of the same name; a line without a value only takes one away.
func replaced(lines, instead []string) []string {
	var kept []string
	for _, l := range lines {
		name, _, _ := strings.Cut(l, ": ")
		if !strings.Contains("\n"+strings.Join(instead, "\n"), "\n"+name+":") {
			kept = append(kept, l)
		}
	}
	for _, l := range instead {
		if !strings.HasSuffix(l, ":") {
			kept = append(kept, l)
		}
	}
	return kept
}

// refused is S3's refusal of a preflight for an object.
func refused(method string) *result.Response {
	r := answered(403)
	r.Body = `<Error><Code>AccessForbidden</Code><Message>` + s3cors.MessageNotAllowed + `</Message><Method>` + method + `</Method><ResourceType>OBJECT</ResourceType></Error>`
	return r
}

func TestClasses(t *testing.T) {
	const evil = "https://evil.example"
	reflected := []string{"Access-Control-Allow-Origin: " + evil, "Access-Control-Allow-Credentials: true", "Access-Control-Allow-Methods: GET, PUT", "Vary: " + vary}
	noGrant := answered(200)
	for _, c := range []struct {
		name    string
		request whole
		want    []string // check, class and what a browser makes of it
	}{
		{"as S3 answers", whole{origin: app, method: "PUT", names: "x-amz-date", preflight: granted("x-amz-date"), actual: readable()}, nil},

		{"no page sends a preflight for a plain GET, so nothing follows from a grant", whole{origin: evil, method: "GET", preflight: answered(200, reflected...), actual: noGrant},
			[]string{"preflight.status contract"}},
		{"nor from a refusal", whole{origin: app, method: "GET", preflight: refused("GET"), actual: readable()}, []string{"preflight.status contract"}},
		{"a HEAD likewise, a preflight alone", whole{origin: evil, method: "HEAD", preflight: answered(200, reflected...)}, []string{"preflight.status contract"}},

		{"a request that is sent, and read", whole{origin: evil, method: "PUT", preflight: answered(200, reflected...), actual: answered(200, reflected...)},
			[]string{"preflight.status exposure: PUT from https://evil.example: S3 refuses the preflight; here the browser sends the request, and the page can read the answer",
				"actual.allow-origin exposure: PUT from https://evil.example: S3 keeps the answer from the page; here the page can read it"}},
		{"a request that is sent, and not read", whole{origin: evil, method: "PUT", preflight: answered(200, reflected...), actual: noGrant},
			[]string{"preflight.status exposure: PUT from https://evil.example: S3 refuses the preflight; here the browser sends the request, and keeps the answer from the page: " +
				"the answer has no Access-Control-Allow-Origin (kMissingAllowOriginHeader)"}},
		{"an answer that no page comes to", whole{origin: evil, method: "PUT", preflight: refused("PUT"), actual: answered(200, reflected...)},
			[]string{"actual.allow-origin contract"}},
		{"an answer to a plain GET that is read", whole{origin: evil, method: "GET", preflight: refused("GET"), actual: answered(200, reflected...)},
			[]string{"actual.allow-origin exposure: GET from https://evil.example: S3 keeps the answer from the page; here the page can read it"}},

		{"a preflight that is refused", whole{origin: app, method: "PUT", names: "x-amz-date", preflight: refused("PUT"), actual: readable()},
			[]string{"preflight.status breakage: PUT from https://app.example.com with x-amz-date: S3 permits it; here the browser blocks it at the preflight: " +
				"the preflight's answer has no Access-Control-Allow-Origin (kPreflightMissingAllowOriginHeader) blocked"}},
		{"a name that is cut short", whole{origin: app, method: "GET", names: "x-amz-meta-title", preflight: granted("x-amz-meta"), actual: readable()},
			[]string{"preflight.allow-headers breakage: GET from https://app.example.com with x-amz-meta-title: S3 permits it; here the browser blocks it at the preflight: " +
				`x-amz-meta-title is not in Access-Control-Allow-Headers "x-amz-meta" (kHeaderDisallowedByPreflightResponse) blocked`}},
		{"an answer that is kept from the page", whole{origin: app, method: "GET", actual: readable("Access-Control-Allow-Origin:", "Access-Control-Allow-Credentials:", "Access-Control-Allow-Methods:",
			"Access-Control-Expose-Headers:", "Access-Control-Max-Age:", "Vary:")},
			[]string{"actual.allow-origin breakage: GET from https://app.example.com: S3 lets the page read the answer; here the browser blocks it: " +
				"the answer has no Access-Control-Allow-Origin (kMissingAllowOriginHeader) blocked"}},
		{"an error in place of the answer", whole{origin: app, method: "GET", actual: func() *result.Response { r := readable(); r.Status = 500; return r }()},
			[]string{"actual.status breakage: GET from https://app.example.com: S3 answers with what the page asks for; here it gets an error, 500"}},

		{"with credentials only", whole{origin: app, method: "GET", actual: readable("Access-Control-Allow-Credentials:")},
			[]string{"actual.allow-credentials breakage: GET from https://app.example.com with credentials: include: S3 lets the page read the answer; here the browser blocks it: " +
				"the answer has no Access-Control-Allow-Credentials, and the request carries credentials (kInvalidAllowCredentials) blocked credentials"}},
		{"* for Authorization", whole{origin: app, method: "GET", names: "authorization", everyHeader: true, preflight: granted("*"), actual: readable()},
			[]string{"preflight.allow-headers breakage: GET from https://app.example.com with authorization: S3 permits it; here the browser blocks it at the preflight: " +
				`authorization is not in Access-Control-Allow-Headers "*": * does not cover it, it must be listed by name (kHeaderDisallowedByPreflightResponse)` +
				"; that is the standard's word, and browsers as they ship let * cover Authorization blocked standard"}},

		{"more headers to read", whole{origin: app, method: "GET", actual: readable("Access-Control-Expose-Headers: ETag, x-amz-id-2")},
			[]string{"actual.expose-headers exposure: GET from https://app.example.com: a script can read x-amz-id-2, which S3 keeps from it"}},
		{"fewer headers to read", whole{origin: app, method: "GET", actual: readable("Access-Control-Expose-Headers:")},
			[]string{"actual.expose-headers breakage: GET from https://app.example.com: a script cannot read etag, which S3 exposes"}},
		{"a permission for more, which browsers keep", whole{origin: app, method: "PUT", preflight: granted("", "Access-Control-Allow-Methods: GET, PUT, DELETE"), actual: readable()},
			[]string{"preflight.allow-methods exposure: PUT from https://app.example.com: the browser keeps this permission, and sends DELETE without asking, which the configuration forbids"}},

		{"methods in lower case, of which GET needs no permission", whole{origin: app, method: "PUT", preflight: granted("", "Access-Control-Allow-Methods: get, put"), actual: readable()},
			[]string{"preflight.allow-methods breakage: PUT from https://app.example.com: S3 permits it; here the browser blocks it at the preflight: " +
				`PUT is not in Access-Control-Allow-Methods "get, put": browsers compare methods with their case (kMethodDisallowedByPreflightResponse) blocked`}},
		{"a cache that mixes origins up", whole{origin: app, method: "GET", actual: readable("Vary: Accept")},
			[]string{"actual.vary cache: a cache may give this answer to another origin, or one without Access-Control-Allow-Origin to this page"}},
		{"no cache keeps an answer to PUT", whole{origin: app, method: "PUT", preflight: granted(""), actual: readable("Vary:")}, []string{"actual.vary contract"}},
		{"nor what says no-store", whole{origin: app, method: "GET", actual: readable("Vary:", "Cache-Control: max-age=0, No-Store")}, []string{"actual.vary contract"}},
		{"nor what is private", whole{origin: app, method: "GET", actual: readable("Vary:", `Cache-Control: private="x"`)}, []string{"actual.vary contract"}},
		{"Vary on a preflight is advice", whole{origin: app, method: "PUT", preflight: granted("", "Vary:"), actual: readable()}, []string{"preflight.vary contract"}},

		{"a permission that browsers keep for longer", whole{origin: app, method: "PUT", preflight: granted("", "Access-Control-Max-Age: 6000"), actual: readable()},
			[]string{"preflight.max-age cache: browsers keep the permission otherwise: Chromium for 6000 s instead of 600, Firefox for 6000 s instead of 600"}},
		{"one that every browser keeps for as long", whole{origin: app, method: "PUT", preflight: granted("", "Access-Control-Max-Age: +600"), actual: readable()},
			[]string{"preflight.max-age cache: browsers keep the permission otherwise: Firefox for 0 s instead of 600"}},
		{"no permission is kept of an answer", whole{origin: app, method: "GET", actual: readable("Access-Control-Max-Age: 6000")}, []string{"actual.max-age contract"}},
		{"nor where no page asks for one", whole{origin: app, method: "GET", preflight: granted("", "Access-Control-Max-Age: 6000"), actual: readable()}, []string{"preflight.max-age contract"}},

		{"an origin that no browser writes", whole{origin: "https://app.example.com/", method: "GET", actual: answered(200, "Access-Control-Allow-Origin: https://app.example.com/")},
			[]string{"actual.allow-origin contract"}},
		{"a host that no browser writes", whole{origin: "https://x.a+b", method: "GET", actual: answered(200, "Access-Control-Allow-Origin: https://x.a+b")}, []string{"actual.allow-origin contract"}},
		{"a name that no browser asks for", whole{origin: app, method: "GET", names: "x-amz-a(b)", preflight: granted("x-amz-a(b)"), actual: readable()}, []string{"preflight.status contract"}},
		{"a name that no page may set", whole{origin: app, method: "GET", names: "cookie", preflight: granted("cookie"), actual: readable()}, []string{"preflight.status contract"}},
		{"a method that no page may use", whole{origin: app, method: "TRACE", preflight: granted(""), actual: nil}, []string{"preflight.status contract"}},
		{"a preflight with an Authorization header", whole{origin: evil, method: "PUT", preflight: answered(200, reflected...), signed: true}, []string{"preflight.status contract"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range c.request.exchanges(open).Findings() {
				text := f.Check + " " + string(f.Class)
				if f.Browser != nil {
					text += ": " + f.Browser.Sentence
					if f.Browser.Blocked {
						text += " blocked"
					}
					if f.Browser.Credentials {
						text += " credentials"
					}
					if f.Browser.By != "" {
						text += " " + string(f.Browser.By)
					}
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What a page gets of its request as a whole is told of all its exchanges, not of the last.
func TestDescribe(t *testing.T) {
	for _, c := range []struct {
		name    string
		request whole
		want    string
	}{
		{"readable", whole{origin: app, method: "PUT", preflight: granted(""), actual: readable()}, "owed readable, got readable"},
		{"permitted", whole{origin: app, method: "PUT", preflight: granted("")}, "owed permitted, got permitted"},
		{"blocked at the preflight", whole{origin: app, method: "PUT", preflight: refused("PUT"), actual: readable()},
			"owed readable, got blocked: the preflight's answer has no Access-Control-Allow-Origin (preflight-allow-origin-missing)"},
		{"blocked as owed", whole{origin: "https://evil.example", method: "GET", preflight: refused("GET"), actual: answered(200)},
			"owed blocked: the answer has no Access-Control-Allow-Origin, got blocked: the answer has no Access-Control-Allow-Origin (allow-origin-missing)"},
		{"without a preflight", whole{origin: app, method: "GET", preflight: granted("")},
			"owed no browser sends a preflight for such a request, got no browser sends a preflight for such a request"},
		{"the request alone", whole{origin: app, method: "PUT", actual: readable()},
			"owed readable where its preflight is permitted, which is not asked here, got readable where its preflight is permitted, which is not asked here"},
		{"not sent", whole{origin: "https://x.a+b", method: "GET", actual: answered(200)}, "owed no browser sends such a request for a page, got no browser sends such a request for a page"},
	} {
		b := c.request.exchanges(open).Describe()
		got := fmt.Sprintf("owed %s, got %s", b.Owed, b.Got)
		if b.Code != "" {
			got += " (" + b.Code + ")"
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if b := (Exchanges{}).Describe(); b != nil {
		t.Errorf("of no exchange: %+v", b)
	}
}

func TestExplanation(t *testing.T) {
	for _, c := range []struct{ preflight, actual, want string }{
		{"", "A.", "A."}, {"P.", "", "P."}, {"A.", "A.", "A."}, {"P.", "A.", "The preflight: P. The request itself: A."},
	} {
		if got := Explanation(c.preflight, c.actual); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
