package lint

import (
	"fmt"
	"regexp"
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

// said renders problems: code, severity, place, what; and what mends it.
func said(all []Problem) []string {
	var lines []string
	for _, p := range all {
		line := fmt.Sprintf("%s %s: %s: %s", p.Code, p.Severity, p.At, p.What)
		if p.Mend != nil {
			line += fmt.Sprintf(" → %q", p.Mend.With)
		}
		lines = append(lines, line)
	}
	return lines
}

func check(t *testing.T, name string, want []string, rules ...s3cors.Rule) {
	t.Helper()
	if diff := cmp.Diff(want, said(Check(&s3cors.Configuration{CORSRules: rules}, Provider{}))); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestNothingToSay(t *testing.T) {
	check(t, "plain", nil, plain(nil))
	check(t, "subdomains", nil, plain(func(r *s3cors.Rule) {
		r.AllowedOrigins = []string{"https://*.example.com", "https://pr-*.example.org", "https://example.net:*", "https://*.my-site.netlify.app", "https://xn--bcher-kva.example", "https://[2001:db8::1]"}
	}))
	check(t, "uploads", nil, plain(func(r *s3cors.Rule) {
		r.AllowedMethods, r.AllowedHeaders, r.ExposeHeaders = []string{"PUT"}, []string{"Content-Type"}, []string{"ETag"}
	}))
	check(t, "signed uploads", nil, plain(func(r *s3cors.Rule) {
		r.AllowedMethods, r.AllowedHeaders, r.ExposeHeaders = []string{"PUT"}, []string{"Content-Type", "Authorization", "x-amz-*", "amz-sdk-*"}, []string{"ETag"}
	}))
	check(t, "every header", nil, plain(func(r *s3cors.Rule) {
		r.AllowedMethods, r.AllowedHeaders, r.ExposeHeaders = []string{"PUT", "POST"}, []string{"*"}, []string{"etag"}
	}))
}

const malformed = "S3 refuses it with MalformedXML: The XML you provided was not well-formed or did not validate against our published schema"

// All that S3 refuses is told at once, each value with its place.
func TestRefused(t *testing.T) {
	check(t, "no rules", []string{"CP101 error: the configuration: " + malformed})
	bad := s3cors.Rule{AllowedOrigins: []string{"https://*.*.example"}, AllowedMethods: []string{"GET", "HEAD", "PATCH", "OPTIONS", "put", "GET, PUT", "*"}, AllowedHeaders: []string{"x-*-*", "a b", "X-A: 1", "x-b, x-c", " x-d"},
		ExposeHeaders: []string{"x-*", "x y", ""}, MaxAgeSeconds: ptr(-1), ID: strings.Repeat("x", 256)}
	const method = "S3 refuses it with InvalidRequest: Found unsupported HTTP method in CORS config. Unsupported method is "
	check(t, "everything wrong", []string{
		`CP105 error: rule 1, AllowedOrigins "https://*.*.example": S3 refuses it with InvalidRequest: AllowedOrigin "https://*.*.example" can not have more than one wildcard`,
		`CP104 error: rule 1, AllowedMethods "PATCH": ` + method + `PATCH → []`,
		`CP104 error: rule 1, AllowedMethods "OPTIONS": ` + method + `OPTIONS → []`,
		`CP104 error: rule 1, AllowedMethods "put": ` + method + `put → ["PUT"]`,
		`CP104 error: rule 1, AllowedMethods "GET, PUT": ` + method + `GET, PUT → ["GET" "PUT"]`,
		`CP104 error: rule 1, AllowedMethods "*": ` + method + `*`,
		`CP106 error: rule 1, AllowedHeaders "x-*-*": S3 refuses it with InvalidRequest`,
		`CP107 error: rule 1, ExposeHeaders "x-*": S3 refuses it with InvalidRequest: ExposeHeader "x-*" contains wildcard. We currently do not support wildcard for ExposeHeader`,
		`CP108 error: rule 1, ExposeHeaders "x y": S3 refuses it with InvalidRequest`,
		`CP109 warning: rule 1, AllowedHeaders "a b": some endpoints refuse this, others take it`,
		`CP109 warning: rule 1, AllowedHeaders "X-A: 1": a value stands behind the name, and no preflight asks for that: some endpoints refuse this, others take it → ["X-A"]`,
		`CP109 warning: rule 1, AllowedHeaders "x-b, x-c": two names stand in one entry, and no preflight asks for that: some endpoints refuse this, others take it → ["x-b" "x-c"]`,
		`CP109 warning: rule 1, AllowedHeaders " x-d": some endpoints refuse this, others take it → ["x-d"]`,
		`CP108 warning: rule 1, ExposeHeaders "": some endpoints refuse this, others take it → []`,
		`CP112 warning: rule 1, ID: some endpoints refuse this, others take it`,
		`CP113 warning: rule 1, MaxAgeSeconds: some endpoints refuse this, others take it`,
	}, bad)
	check(t, "nothing in it", []string{"CP102 error: rule 1, AllowedOrigins: " + malformed, "CP103 error: rule 1, AllowedMethods: " + malformed}, s3cors.Rule{MaxAgeSeconds: ptr(1)})
	many := slices.Repeat([]s3cors.Rule{plain(nil)}, 101)
	if got := said(Check(&s3cors.Configuration{CORSRules: many}, Provider{})); len(got) != 1 || got[0] != "CP110 error: the configuration: S3 refuses it: it has 101 rules, and 100 are allowed" {
		t.Errorf("101 rules: %s", got)
	}
	long := plain(func(r *s3cors.Rule) {
		r.AllowedOrigins = []string{"https://" + strings.Repeat("a", 65536) + ".example.com"}
	})
	if got := said(Check(&s3cors.Configuration{CORSRules: []s3cors.Rule{long}}, Provider{}))[0]; !strings.HasPrefix(got, "CP111 error: the configuration: S3 refuses it: as XML it is 65") {
		t.Errorf("a long document: %s", got)
	}
}

// What is said of an origin, without the place.
func TestOrigins(t *testing.T) {
	const noSlash, stranger = "no browser sends it: it ends in a slash, and an origin has none", "it covers every site, and with credentials: only * itself is answered without"
	for _, c := range []struct {
		origin string
		want   []string
	}{
		{"https://app.example.com/", []string{`CP201 warning: ` + noSlash + ` → ["https://app.example.com"]`}},
		{"https://*.example.com/", []string{`CP201 warning: ` + noSlash + ` → ["https://*.example.com"]`}},
		{"https://app.example.com/*", []string{`CP202 warning: no browser sends it: it has the path "/*", and an origin has none → ["https://app.example.com"]`}},
		{"https://app.example.com:8443/*", []string{`CP202 warning: no browser sends it: it has the path "/*", and an origin has none → ["https://app.example.com:8443"]`}},
		{"https://app.example.com/a/b?c", []string{`CP202 warning: no browser sends it: it has the path "/a/b?c", and an origin has none → ["https://app.example.com"]`}},
		{"https://app.example.com?a", []string{`CP202 warning: no browser sends it: it has a query, and an origin has none → ["https://app.example.com"]`}},
		{"https://app.example.com#a", []string{`CP202 warning: no browser sends it: it has a fragment, and an origin has none → ["https://app.example.com"]`}},
		{"HTTPS://App.Example.com", []string{`CP203 warning: it has upper-case letters, and browsers write lower case → ["https://app.example.com"]`}},
		{"https://app.example.com:443", []string{`CP204 warning: no browser sends it: it names port 443, which browsers leave out for https → ["https://app.example.com"]`}},
		{"https://App.example.com:443/", []string{
			`CP201 warning: ` + noSlash + ` → ["https://app.example.com"]`,
			`CP203 warning: it has upper-case letters, and browsers write lower case → ["https://app.example.com"]`,
			`CP204 warning: no browser sends it: it names port 443, which browsers leave out for https → ["https://app.example.com"]`}},
		{" https://app.example.com\n", []string{`CP205 warning: white space stands around it, which no browser sends → ["https://app.example.com"]`}},
		{"https://a.example.com,https://b.example.com", []string{`CP206 warning: two origins stand in one entry, which matches none of them: they are two entries → ["https://a.example.com" "https://b.example.com"]`}},
		{"https://a.example.com; b.example.com *", []string{`CP206 warning: three origins stand in one entry, which matches none of them: they are three entries → ["https://a.example.com" "b.example.com" "*"]`}},
		{"app.example.com", []string{"CP207 warning: it has no scheme, and no browser sends such an origin"}},
		{"//app.example.com", []string{"CP207 warning: it has no scheme, and no browser sends such an origin"}},
		{"localhost:3000", []string{"CP207 warning: it has no scheme, and no browser sends such an origin"}},
		{"https:/app.example.com", []string{"CP207 warning: no browser sends it: :// must stand between scheme and host"}},
		{"*.example.com", []string{"CP207 warning: it has no scheme: its * covers http too, and whoever is on the way can change a page that comes over http"}},
		{"*.com", []string{"CP207 warning: it has no scheme: its * covers http too, and whoever is on the way can change a page that comes over http", "CP217 warning: it covers https://stranger.com too, which anybody may register"}},
		{"https", []string{"CP208 warning: it is compared as text and covers no origin, whatever the user guide says"}},
		{"file://", []string{"CP209 warning: browsers send Origin null for a page from a file"}},
		{"null", []string{"CP210 warning: a sandboxed frame of any site has the origin null, as have pages from files, data: URLs and old Cordova applications"}},
		{"capacitor://localhost", []string{"CP211 note: an application made with Capacitor sends it on iOS"}},
		{"http://tauri.localhost", []string{"CP211 note: an application made with Tauri sends it on Windows and Android"}},
		{"app://obsidian.md", []string{"CP211 note: an application with the scheme app: sends it, and so does every other that chooses it"}},
		{"chrome-extension://abcdefghijklmnopabcdefghijklmnop", []string{"CP212 note: an extension in Chromium's browsers sends it, with the same id for all users"}},
		{"chrome-extension://*", []string{"CP212 warning: it covers every extension in Chromium's browsers"}},
		{"moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc", []string{"CP212 warning: Firefox gives an extension another random id in each installation, so that this one is one user's"}},
		{"http://app.example.com", []string{"CP213 warning: it is for a page that comes over http, which whoever is on the way can change; the page at https://app.example.com has another origin"}},
		{"*://app.example.com", []string{"CP213 warning: it covers http too, and whoever is on the way can change a page that comes over http"}},
		{"http://pages.example.com/", []string{`CP201 warning: ` + noSlash + ` → ["http://pages.example.com"]`,
			"CP213 warning: it is for a page that comes over http, which whoever is on the way can change; the page at https://pages.example.com has another origin"}},
		{"http://localhost:3000", []string{"CP214 note: it is a developer's own machine"}},
		{"http://localhost:*", []string{"CP214 note: it is a developer's own machine"}},
		{"http://127.0.0.1:8080", []string{"CP214 note: it is a developer's own machine"}},
		{"http://[::1]:8080", []string{"CP214 note: it is a developer's own machine"}},
		{"http://192.168.1.20", []string{"CP214 note: it is a host of a private network"}},
		{"http://nas.local", []string{"CP214 note: it is a host of a private network"}},
		{"https://*", []string{"CP215 warning: " + stranger}},
		{"http://*", []string{"CP215 warning: " + stranger}},
		{"http*", []string{"CP215 warning: " + stranger}},
		{"*://*", nil}, // S3 refuses it
		{"https://*example.com", []string{"CP217 warning: it covers https://strangerexample.com too, which anybody may register"}},
		{"https://example.com*", []string{"CP217 warning: it covers https://example.com.stranger.example too, which anybody may have"}},
		{"https://app.*", []string{"CP217 warning: it covers https://app.stranger.example too, which anybody may have"}},
		{"https://*.com", []string{"CP217 warning: it covers https://stranger.com too, which anybody may register"}},
		{"https://*.co.uk", []string{"CP217 warning: it covers https://stranger.co.uk too, which anybody may register"}},
		{"https://*:8443", []string{"CP217 warning: it covers https://stranger.example:8443 too, which anybody may have"}},
		{"https://*.netlify.app", []string{"CP218 warning: anybody may have a host under netlify.app, a service for many"}},
		{"https://*.github.io", []string{"CP218 warning: anybody may have a host under github.io, a service for many"}},
		{"https://*-team.vercel.app", []string{"CP218 warning: anybody may have a host under vercel.app, a service for many"}},
		{"https://*--my-site.netlify.app", nil},
		{"https://*.amazonaws.com", []string{"CP218 warning: anybody may have a host under amazonaws.com, a service for many"}},
		{"https://*.s3.eu-west-1.amazonaws.com", []string{"CP218 warning: anybody may have a host under s3.eu-west-1.amazonaws.com, a service for many"}},
		{"https://s3.amazonaws.com", []string{"CP219 warning: every bucket at s3.amazonaws.com is a path there, and pages of all of them share this origin"}},
		{"https://my-bucket.s3.amazonaws.com", nil},
		{"https://bücher.example", []string{`CP220 warning: its host is not ASCII, and browsers write it in punycode → ["https://xn--bcher-kva.example"]`}},
		{"htps://app.example.com", []string{`CP223 warning: the scheme "htps" is misspelled, and matches no page`}},
		{"wss://app.example.com", []string{"CP223 warning: a WebSocket has the origin of the page that opened it, and never wss://"}},
		{"https%3A%2F%2Fapp.example.com", []string{`CP224 warning: it is compared as text, with the quotes or the encoding around it → ["https://app.example.com"]`}},
		{"'https://app.example.com'", []string{`CP224 warning: it is compared as text, with the quotes or the encoding around it → ["https://app.example.com"]`}},
		{"", []string{"CP225 warning: it is empty, and no request has an empty origin → []"}},
		{"https://user@app.example.com", []string{"CP225 warning: no browser sends it: it holds a user name"}},
		{"https://app_1.example.com:99999", []string{`CP225 warning: no browser sends it: "99999" is not a port`}},
		{"https://a b", []string{"CP205 warning: white space stands in it, which no browser sends"}},
		{"https://app.example.com:", []string{`CP225 warning: no browser sends it: a colon stands at its end without a port → ["https://app.example.com"]`}},
	} {
		var got []string
		for _, p := range origins(s3cors.Rule{AllowedOrigins: []string{c.origin}, AllowedMethods: []string{"GET"}}) {
			got = append(got, strings.Replace(said([]Problem{p})[0], ": "+p.String(), "", 1))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.origin, diff)
		}
	}
}

// No words of the checks' own trials are told.
func TestOriginsLeakNothing(t *testing.T) {
	for _, value := range []string{"https://app.example.com/upload/*", "https://*.example.com/x", "https://*:99999", "https://a*b/c", "https://*.1.2", "https://*.é.example", "https://*..com", "x*://a/b", "https://*@b"} {
		for _, p := range origins(s3cors.Rule{AllowedOrigins: []string{value}}) {
			if leaked := regexp.MustCompile(`8443|x\.y|x-star|"x"`).FindString(p.What + p.Do); leaked != "" {
				t.Errorf("%s: %s; %s", value, p.What, p.Do)
			}
		}
	}
}

func TestRules(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*s3cors.Rule)
		want   []string
	}{
		{"GET alone", func(r *s3cors.Rule) { r.AllowedMethods = []string{"GET"} }, []string{"CP301 note: rule 1, AllowedMethods: GET does not cover HEAD"}},
		{"uploads without headers", func(r *s3cors.Rule) { r.AllowedMethods, r.ExposeHeaders = []string{"PUT"}, []string{"ETag"} },
			[]string{"CP302 warning: rule 1, AllowedHeaders: an upload with a Content-Type such as image/png, or any x-amz-* header, is refused: no name is allowed by itself"}},
		{"uploads without Content-Type", func(r *s3cors.Rule) {
			r.AllowedMethods, r.AllowedHeaders, r.ExposeHeaders = []string{"PUT"}, []string{"x-amz-acl"}, []string{"ETag"}
		}, []string{"CP303 warning: rule 1, AllowedHeaders: an upload with a Content-Type such as image/png is refused"}},
		{"uploads without ETag", func(r *s3cors.Rule) { r.AllowedMethods, r.AllowedHeaders = []string{"POST"}, []string{"content-type"} },
			[]string{"CP401 warning: rule 1, ExposeHeaders: a script cannot read ETag, and so cannot complete a multipart upload"}},
		{"DELETE needs neither", func(r *s3cors.Rule) { r.AllowedMethods = []string{"DELETE"} }, nil},
		{"Authorization alone", func(r *s3cors.Rule) { r.AllowedHeaders = []string{"Authorization"} },
			[]string{"CP307 warning: rule 1, AllowedHeaders: Authorization is allowed, and an SDK's signed request asks for x-amz-date and x-amz-content-sha256 too"}},
		{"Authorization and a date", func(r *s3cors.Rule) { r.AllowedHeaders = []string{"authorization", "X-Amz-Date"} },
			[]string{"CP307 warning: rule 1, AllowedHeaders: Authorization is allowed, and an SDK's signed request asks for x-amz-content-sha256 too"}},
		{"an SDK's own", func(r *s3cors.Rule) { r.AllowedHeaders = []string{"authorization", "x-amz-*"} },
			[]string{"CP308 warning: rule 1, AllowedHeaders: the AWS SDK for JavaScript asks for amz-sdk-invocation-id and amz-sdk-request too, which x-amz-* does not cover"}},
		{"media", func(r *s3cors.Rule) { r.ID, r.AllowedHeaders = "videos", []string{"if-match"} },
			[]string{"CP309 note: rule 1, AllowedHeaders: the rule is for media, and a player that asks for several ranges, or for the end, is refused"}},
		{"ranges", func(r *s3cors.Rule) { r.AllowedHeaders = []string{"range"} },
			[]string{"CP402 warning: rule 1, ExposeHeaders: a script may ask for a Range and cannot read which it got"}},
		{"forbidden headers", func(r *s3cors.Rule) { r.AllowedHeaders = []string{"Origin"} },
			[]string{`CP304 note: rule 1, AllowedHeaders "Origin": it is useless here: a page cannot set this header, so that no preflight asks for it → []`}},
		{"response headers", func(r *s3cors.Rule) { r.AllowedHeaders = []string{"Access-Control-Allow-Origin", "ETag"} }, []string{
			`CP305 warning: rule 1, AllowedHeaders "Access-Control-Allow-Origin": it is a response's header, and useless here: a page does not send it`,
			`CP305 warning: rule 1, AllowedHeaders "ETag": it is a response's header, and useless here: a page does not send it`}},
		{"exposed in vain", func(r *s3cors.Rule) {
			r.ExposeHeaders = []string{"Access-Control-Allow-Origin", "Set-Cookie", "PUT", "Authorization", "Content-Type"}
		}, []string{
			`CP306 warning: rule 1, ExposeHeaders "Access-Control-Allow-Origin": it is useless here: the browser obeys it whether or not a script may read it`,
			`CP408 warning: rule 1, ExposeHeaders "Set-Cookie": no script can read it, whatever is exposed → []`,
			`CP407 warning: rule 1, ExposeHeaders "PUT": no answer of S3's has such a header`,
			`CP407 warning: rule 1, ExposeHeaders "Authorization": no answer of S3's has such a header`,
			`CP403 note: rule 1, ExposeHeaders "Content-Type": a script can always read it → []`}},
		{"no age", func(r *s3cors.Rule) { r.MaxAgeSeconds = nil }, []string{"CP404 note: rule 1, MaxAgeSeconds: without it a browser keeps a preflight's answer for 5 seconds, and soon asks again"}},
		{"age zero", func(r *s3cors.Rule) { r.MaxAgeSeconds = ptr(0) }, []string{"CP405 warning: rule 1, MaxAgeSeconds: a browser asks before every request"}},
		{"two hours", func(r *s3cors.Rule) { r.MaxAgeSeconds = ptr(7200) }, nil},
		{"above Chromium's", func(r *s3cors.Rule) { r.MaxAgeSeconds = ptr(7201) }, []string{"CP406 note: rule 1, MaxAgeSeconds: Chromium keeps an answer for 7200 seconds at most"}},
		{"above Firefox's", func(r *s3cors.Rule) { r.MaxAgeSeconds = ptr(86401) }, []string{"CP406 note: rule 1, MaxAgeSeconds: Chromium keeps an answer for 7200 seconds at most, Firefox for 86400"}},
		{"read by all", func(r *s3cors.Rule) { r.AllowedOrigins = []string{"*"} }, []string{`CP216 note: rule 1, AllowedOrigins "*": every site may read what it can fetch, and none with credentials such as cookies`}},
		{"written by all", func(r *s3cors.Rule) {
			r.AllowedOrigins, r.AllowedMethods, r.AllowedHeaders, r.ExposeHeaders = []string{"*"}, []string{"PUT", "DELETE"}, []string{"content-type"}, []string{"etag"}
		}, []string{`CP216 warning: rule 1, AllowedOrigins "*": every site may send PUT and DELETE with a presigned URL that it holds, and none with credentials such as cookies`}},
		{"twice", func(r *s3cors.Rule) {
			r.AllowedMethods, r.AllowedHeaders = []string{"GET", "HEAD", "GET"}, []string{"x-a", "X-A"}
		}, []string{
			`CP221 note: rule 1, AllowedMethods "GET": it is listed twice → []`, `CP221 note: rule 1, AllowedHeaders "X-A": it is listed twice → []`}},
		{"covered", func(r *s3cors.Rule) {
			r.AllowedOrigins = []string{"https://a.example.com", "https://*.example.com", "https://*.b.example.com"}
		}, []string{
			`CP222 note: rule 1, AllowedOrigins "https://a.example.com": "https://*.example.com" covers it, so that it does nothing`,
			`CP222 note: rule 1, AllowedOrigins "https://*.b.example.com": "https://*.example.com" covers it, so that it does nothing`}},
		{"a path covers nothing", func(r *s3cors.Rule) { r.AllowedOrigins = []string{"https://a.example.com", "https://a.example.com/*"} }, []string{
			`CP202 warning: rule 1, AllowedOrigins "https://a.example.com/*": no browser sends it: it has the path "/*", and an origin has none → ["https://a.example.com"]`}},
	} {
		check(t, c.name, c.want, plain(c.change))
	}
}

func TestTogether(t *testing.T) {
	with := func(origin string, methods []string, headers ...string) s3cors.Rule {
		return plain(func(r *s3cors.Rule) {
			r.AllowedOrigins, r.AllowedMethods, r.AllowedHeaders, r.ExposeHeaders = []string{origin}, methods, headers, []string{"ETag"}
		})
	}
	const never = "CP501 it is never reached: rule 1 answers whatever it matches"
	head, put, both := []string{"HEAD"}, []string{"PUT"}, []string{"HEAD", "PUT"}
	for _, c := range []struct {
		name  string
		rules []s3cors.Rule
		want  string // of rule 2; empty: nothing
	}{
		{"the same", []s3cors.Rule{with("https://a.example.com", head), with("https://a.example.com", head)}, never},
		{"within a pattern", []s3cors.Rule{with("https://*.example.com", head), with("https://a.example.com", head)}, never},
		{"a pattern within a pattern", []s3cors.Rule{with("https://*.example.com", head), with("https://*.a.example.com", head)}, never},
		{"wider than the pattern", []s3cors.Rule{with("https://*.a.example.com", head), with("https://*.example.com", head, "x-a")}, ""},
		{"another method", []s3cors.Rule{with("https://a.example.com", head), with("https://a.example.com", put, "x-a")}, ""},
		{"one of two methods", []s3cors.Rule{with("https://a.example.com", head), with("https://a.example.com", both, "")}, ""},
		{"a method of two", []s3cors.Rule{with("https://a.example.com", head, "Content-*"), with("https://a.example.com", both, "content-type")}, "CP502 its HEAD is never reached: rule 1 answers that"},
		{"more headers", []s3cors.Rule{with("https://a.example.com", head, "x-a"), with("https://a.example.com", head, "x-a", "x-b")}, ""},
		{"headers by another case", []s3cors.Rule{with("https://a.example.com", head, "X-*"), with("https://a.example.com", head, "x-a", "x-b-*")}, never},
		{"origins alone", []s3cors.Rule{with("https://a.example.com", head), with("https://b.example.com", head)}, "CP503 rules 1 and 2 differ in their origins alone, and could be one"},
		{"three of four", []s3cors.Rule{with("https://a.example.com", head), with("https://b.example.com", head), with("https://b.example.com", put, "*"), with("https://c.example.com", head)},
			"CP503 rules 1, 2 and 4 differ in their origins alone, and could be one"},
		{"beside *", []s3cors.Rule{with("https://a.example.com", head), with("*", head)}, ""},
	} {
		got := ""
		for _, p := range Check(&s3cors.Configuration{CORSRules: c.rules}, Provider{}) {
			if p.Rule == 1 && strings.HasPrefix(p.Code, "CP5") {
				got += p.Code + " " + p.What
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	named := func(origin string) s3cors.Rule {
		return plain(func(r *s3cors.Rule) {
			r.ID, r.AllowedOrigins, r.AllowedMethods = "x", []string{origin}, []string{"DELETE"}
		})
	}
	check(t, "one ID", []string{`CP504 note: rule 2, ID: rule 1 has the same ID "x"`, "CP503 note: rule 2: rules 1 and 2 differ in their origins alone, and could be one"}, named("https://a.example.com"), named("https://b.example.com"))
}

func TestProvider(t *testing.T) {
	cfg := &s3cors.Configuration{CORSRules: []s3cors.Rule{plain(nil), plain(func(r *s3cors.Rule) { r.AllowedOrigins, r.ID = []string{"https://b.example.com:*"}, "xyz" })}}
	whole, first := len(cfg.XML()), len((&s3cors.Configuration{CORSRules: cfg.CORSRules[:1]}).XML())
	limits := func(less int) []Limit {
		return []Limit{{"rules", 2 - less}, {"document-bytes", whole - less}, {"document-characters", whole - less}, {"rule-bytes", first - less}, {"max-age-seconds", 600 - less}, {"id-characters", 3 - less}}
	}
	p := Provider{Name: "p", Title: "P", NoBucketCORS: true, Limits: limits(1), Points: []Point{
		{Field: "AllowedOrigins", Matches: regexp.MustCompile(`:\*$`), Severity: Error, What: "no port is a pattern", Do: "list ports"},
		{Severity: Note, What: "it is slow", Do: "wait"}}}
	second := whole - first + len((&s3cors.Configuration{}).XML())
	want := []string{
		"CP602 error: the configuration: P has no CORS of a bucket's: PutBucketCors is refused",
		"CP601 warning: the configuration: it has 2 rules, and P is known to allow 1",
		fmt.Sprintf("CP601 warning: the configuration: it is %d bytes long as XML, and P is known to allow %d", whole, whole-1),
		fmt.Sprintf("CP601 warning: the configuration: it has %d characters as XML, and P is known to allow %d", whole, whole-1),
		"CP604 note: the configuration: P: it is slow",
		fmt.Sprintf("CP601 warning: rule 1: the rule is %d bytes long as XML, and P is known to allow %d", first, first-1),
		"CP601 warning: rule 1, MaxAgeSeconds: it is 600, and P is known to allow 599",
		`CP603 error: rule 2, AllowedOrigins "https://b.example.com:*": P: no port is a pattern`,
		fmt.Sprintf("CP601 warning: rule 2: the rule is %d bytes long as XML, and P is known to allow %d", second, first-1),
		"CP601 warning: rule 2, MaxAgeSeconds: it is 600, and P is known to allow 599",
		"CP601 warning: rule 2, ID: it has 3 characters, and P is known to allow 2",
		"CP503 note: rule 2: rules 1 and 2 differ in their origins alone, and could be one",
	}
	if diff := cmp.Diff(want, said(Check(cfg, p))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	at := Provider{Limits: limits(0)[:3]}
	if got := said(Check(&s3cors.Configuration{CORSRules: cfg.CORSRules[:1]}, at)); got != nil {
		t.Errorf("at the limits: %v", got)
	}
}
