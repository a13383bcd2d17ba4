package fetch_test

import (
	"testing"

	"corsprobe/runner/fetch"
)

func TestNeedsPreflight(t *testing.T) {
	tests := []struct {
		name string
		req  fetch.Request
		want bool
	}{
		{"GET", fetch.Request{Method: "GET"}, false},
		{"no method", fetch.Request{}, false},
		{"get", fetch.Request{Method: "get"}, false},
		{"POST of a form", fetch.Request{Method: "POST", Headers: head("Content-Type: multipart/form-data; boundary=x")}, false},
		{"POST of JSON", fetch.Request{Method: "POST", Headers: head("Content-Type: application/json")}, true},
		{"PUT", fetch.Request{Method: "PUT"}, true},
		{"DELETE", fetch.Request{Method: "delete"}, true},
		{"OPTIONS", fetch.Request{Method: "OPTIONS"}, true},
		{"patch", fetch.Request{Method: "patch"}, true},
		{"GET with Authorization", fetch.Request{Headers: head("Authorization: AWS4-HMAC-SHA256 x")}, true},
		{"GET of a range", fetch.Request{Headers: head("Range: bytes=0-99")}, false},
		{"GET of a suffix", fetch.Request{Headers: head("Range: bytes=-99")}, true},
		{"forbidden header is not sent", fetch.Request{Headers: head("Origin: x", "Sec-X: y")}, false},
		{"unsafe by name alone", fetch.Request{UnsafeNames: []string{"content-type"}}, true},
		{"unsafe by an empty name", fetch.Request{UnsafeNames: []string{""}}, false},
		{"name that is no token", fetch.Request{Headers: head("a b: 1", ",: 2")}, false},
		{"upload listener", fetch.Request{Method: "POST", UseCORSPreflight: true}, true},
		{"forced", fetch.Request{ForcePreflight: true}, true},
		{"credentials alone", fetch.Request{Credentials: fetch.Include}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { equal(t, "needed", fetch.NeedsPreflight(tt.req), tt.want) })
	}
}

func TestPreflightHeaders(t *testing.T) {
	tests := []struct {
		name string
		req  fetch.Request
		want []string
	}{
		{"method alone", fetch.Request{Method: "put", Origin: page},
			[]string{"Accept: */*", "Access-Control-Request-Method: PUT", "Origin: " + page}},
		{"method as written", fetch.Request{Method: "patch", Origin: "null"},
			[]string{"Accept: */*", "Access-Control-Request-Method: patch", "Origin: null"}},
		{"names sorted without spaces", fetch.Request{Method: "PUT", Origin: page,
			Headers: head("X-Amz-Date: 1", "Content-Type: image/png", "Cookie: a", "Accept: */*"), UnsafeNames: []string{"Authorization", "x-amz-date"}},
			[]string{"Accept: */*", "Access-Control-Request-Method: PUT",
				"Access-Control-Request-Headers: authorization,content-type,x-amz-date", "Origin: " + page}},
		{"forbidden name taken at its word", fetch.Request{Method: "GET", Origin: page, UnsafeNames: []string{"Origin"}},
			[]string{"Accept: */*", "Access-Control-Request-Method: GET", "Access-Control-Request-Headers: origin", "Origin: " + page}},
		{"credentials change nothing", fetch.Request{Method: "DELETE", Origin: page, Credentials: fetch.Include},
			[]string{"Accept: */*", "Access-Control-Request-Method: DELETE", "Origin: " + page}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { equal(t, "headers", fetch.PreflightHeaders(tt.req), head(tt.want...)) })
	}
}

// granted is an answer with 200 that passes the CORS check of a request without credentials and of one with.
func granted(lines ...string) fetch.Response {
	return *answer(200, append([]string{"Access-Control-Allow-Origin: " + page, "Access-Control-Allow-Credentials: true"}, lines...)...)
}

func TestPreflightCheck(t *testing.T) {
	const acam, acah = "Access-Control-Allow-Methods: ", "Access-Control-Allow-Headers: "
	req := func(method string, names ...string) fetch.Request {
		return fetch.Request{Method: method, UnsafeNames: names, Origin: page, Credentials: fetch.Omit}
	}
	with := func(r fetch.Request) fetch.Request { r.Credentials = fetch.Include; return r }
	flagged := func(r fetch.Request) fetch.Request { r.UseCORSPreflight = true; return r }
	tests := []struct {
		name     string
		req      fetch.Request
		res      fetch.Response
		reason   fetch.Reason
		sentence string
	}{
		{"method listed", req("PUT"), granted(acam + "GET, PUT"), "", ""},
		{"method on the second line", req("PUT"), granted(acam+"GET", acam+"PUT"), "", ""},
		{"method by star", req("PUT"), granted(acam + "*"), "", ""},
		{"safelisted without a list", req("POST", "x-a"), granted(acah + "x-a"), "", ""},
		{"safelisted and another listed", req("GET", "x-a"), granted(acam+"PUT", acah+"x-a"), "", ""},
		{"list starts with a comma", req("PUT"), granted(acam + ",PUT"), "", ""},
		{"put is normalised", req("put"), granted(acam + "PUT"), "", ""},
		{"header in another case", req("PUT", "X-Amz-Date"), granted(acam+"PUT", acah+"x-AMZ-date"), "", ""},
		{"header by star", req("PUT", "x-amz-date"), granted(acam+"PUT", acah+"*"), "", ""},
		{"authorization by name", req("PUT", "Authorization"), granted(acam+"PUT", acah+"authorization"), "", ""},
		{"authorization by name beside star", req("PUT", "Authorization", "x-a"), granted(acam+"*", acah+"*, Authorization"), "", ""},
		{"credentials and all by name", with(req("PUT", "x-a")), granted(acam+"PUT", acah+"x-a"), "", ""},
		{"flag without lists", flagged(req("POST")), granted(), "", ""},
		{"flag grants an unsafe method too", flagged(req("PUT")), granted(), "", ""},
		{"status 204", req("PUT"), fetch.Response{Status: 204, Headers: granted(acam + "PUT").Headers}, "", ""},
		{"status 299", req("PUT"), fetch.Response{Status: 299, Headers: granted(acam + "PUT").Headers}, "", ""},

		{"origin missing", req("PUT"), *answer(200, acam+"PUT"),
			fetch.PreflightAllowOriginMissing, "the preflight's answer has no Access-Control-Allow-Origin"},
		{"origin before status", req("PUT"), *answer(403),
			fetch.PreflightAllowOriginMissing, "the preflight's answer has no Access-Control-Allow-Origin"},
		{"two origins", req("PUT"), *answer(200, "Access-Control-Allow-Origin: https://a, https://b"),
			fetch.PreflightAllowOriginMultiple, `the preflight's answer has Access-Control-Allow-Origin "https://a, https://b": only one origin, or *, is allowed`},
		{"no origin at all", req("PUT"), *answer(200, "Access-Control-Allow-Origin: example"),
			fetch.PreflightAllowOriginInvalid, `the preflight's answer has Access-Control-Allow-Origin "example", which is not an origin: it has no scheme, such as https://`},
		{"another origin", req("PUT"), *answer(200, "Access-Control-Allow-Origin: https://b.example"),
			fetch.PreflightAllowOriginMismatch, `the preflight's answer has Access-Control-Allow-Origin "https://b.example", not "https://app.example.com"`},
		{"star and credentials", with(req("PUT")), *answer(200, "Access-Control-Allow-Origin: *", acam+"PUT"),
			fetch.PreflightWildcardWithCredentials, `the preflight's answer has Access-Control-Allow-Origin "*", which does not cover a request with credentials`},
		{"credentials not granted", with(req("PUT")), *answer(200, "Access-Control-Allow-Origin: "+page, acam+"PUT"),
			fetch.PreflightCredentialsNotTrue, "the preflight's answer has no Access-Control-Allow-Credentials, and the request carries credentials"},

		{"400", req("PUT"), fetch.Response{Status: 400, Headers: granted(acam + "PUT").Headers},
			fetch.PreflightStatus, "the preflight was answered with 400: only 200 to 299 lets the request go on"},
		{"403", req("PUT"), fetch.Response{Status: 403, Headers: granted(acam + "PUT").Headers},
			fetch.PreflightStatus, "the preflight was answered with 403: only 200 to 299 lets the request go on"},
		{"501", req("PUT"), fetch.Response{Status: 501, Headers: granted(acam + "PUT").Headers},
			fetch.PreflightStatus, "the preflight was answered with 501: only 200 to 299 lets the request go on"},
		{"300", req("PUT"), fetch.Response{Status: 300, Headers: granted().Headers},
			fetch.PreflightStatus, "the preflight was answered with 300: only 200 to 299 lets the request go on"},
		{"304", req("PUT"), fetch.Response{Status: 304, Headers: granted().Headers},
			fetch.PreflightStatus, "the preflight was answered with 304: only 200 to 299 lets the request go on"},
		{"199", req("PUT"), fetch.Response{Status: 199, Headers: granted().Headers},
			fetch.PreflightStatus, "the preflight was answered with 199: only 200 to 299 lets the request go on"},
		{"301 without Location", req("PUT"), fetch.Response{Status: 301, Headers: granted().Headers},
			fetch.PreflightStatus, "the preflight was answered with 301: only 200 to 299 lets the request go on"},
		{"307 with Location", req("PUT"), fetch.Response{Status: 307, Headers: granted("Location: https://b.example/").Headers},
			fetch.PreflightRedirect, `the preflight was answered with 307, a redirect to "https://b.example/": browsers do not follow it there`},
		{"redirected, and no origin granted", req("PUT"), *answer(301, "Location: https://b.example/"),
			fetch.PreflightRedirect, `the preflight was answered with 301, a redirect to "https://b.example/": browsers do not follow it there`},
		{"a redirect to nowhere", req("PUT"), *answer(301), fetch.PreflightAllowOriginMissing, "the preflight's answer has no Access-Control-Allow-Origin"},
		{"status before lists", req("PUT"), fetch.Response{Status: 500, Headers: granted(acam + "a b").Headers},
			fetch.PreflightStatus, "the preflight was answered with 500: only 200 to 299 lets the request go on"},

		{"methods spoilt", req("PUT"), granted(acam + "PUT, a b"),
			fetch.AllowMethodsInvalid, `Access-Control-Allow-Methods cannot be parsed, so nothing in it counts: "a b" is not a token`},
		{"methods spoilt for a safelisted one", req("GET", "x-a"), granted(acam+"Bad value", acah+"x-a"),
			fetch.AllowMethodsInvalid, `Access-Control-Allow-Methods cannot be parsed, so nothing in it counts: "Bad value" is not a token`},
		{"headers spoilt", req("PUT"), granted(acam+"PUT", acah+"x-a;x-b"),
			fetch.AllowHeadersInvalid, `Access-Control-Allow-Headers cannot be parsed, so nothing in it counts: "x-a;x-b" is not a token`},
		{"both spoilt", req("PUT"), granted(acah+"a b", acam+"c d"),
			fetch.AllowMethodsInvalid, `Access-Control-Allow-Methods cannot be parsed, so nothing in it counts: "c d" is not a token`},
		{"parse before method", req("PUT"), granted(acam+"GET", acah+"a b"),
			fetch.AllowHeadersInvalid, `Access-Control-Allow-Headers cannot be parsed, so nothing in it counts: "a b" is not a token`},

		{"method not listed", req("PUT"), granted(acam + "GET, HEAD"),
			fetch.MethodDenied, `PUT is not in Access-Control-Allow-Methods "GET, HEAD"`},
		{"no list of methods", req("DELETE"), granted(),
			fetch.MethodDenied, "DELETE is not granted: the preflight's answer has no Access-Control-Allow-Methods"},
		{"empty list of methods", req("DELETE"), granted(acam),
			fetch.MethodDenied, `DELETE is not in Access-Control-Allow-Methods ""`},
		{"flag with an empty list", flagged(req("PUT")), granted(acam),
			fetch.MethodDenied, `PUT is not in Access-Control-Allow-Methods ""`},
		{"flag with another list", flagged(req("PUT")), granted(acam + "DELETE"),
			fetch.MethodDenied, `PUT is not in Access-Control-Allow-Methods "DELETE"`},
		{"patch and PATCH", req("patch"), granted(acam + "PATCH"),
			fetch.MethodDenied, `patch is not in Access-Control-Allow-Methods "PATCH": browsers compare methods with their case`},
		{"PUT and put", req("PUT"), granted(acam + "put"),
			fetch.MethodDenied, `PUT is not in Access-Control-Allow-Methods "put": browsers compare methods with their case`},
		{"method star with credentials", with(req("PUT")), granted(acam + "*"),
			fetch.MethodDenied, `PUT is not in Access-Control-Allow-Methods "*": * stands for itself alone when the request carries credentials`},
		{"method before headers", req("PUT", "authorization"), granted(acam+"GET", acah+"x-b"),
			fetch.MethodDenied, `PUT is not in Access-Control-Allow-Methods "GET"`},

		{"header not listed", req("PUT", "x-amz-date"), granted(acam+"PUT", acah+"content-type"),
			fetch.HeaderDenied, `x-amz-date is not in Access-Control-Allow-Headers "content-type"`},
		{"two headers not listed", req("PUT", "x-b", "x-a", "x-c"), granted(acam+"PUT", acah+"x-c"),
			fetch.HeaderDenied, `x-a and x-b are not in Access-Control-Allow-Headers "x-c"`},
		{"three headers and no list", req("PUT", "x-b", "x-a", "x-c"), granted(acam + "PUT"),
			fetch.HeaderDenied, "x-a, x-b and x-c are not granted: the preflight's answer has no Access-Control-Allow-Headers"},
		{"pattern", req("PUT", "x-amz-date"), granted(acam+"PUT", acah+"x-amz-*"),
			fetch.HeaderDenied, `x-amz-date is not in Access-Control-Allow-Headers "x-amz-*": browsers take "x-amz-*" for a literal name`},
		{"pattern in another case", req("PUT", "x-amz-date"), granted(acam+"PUT", acah+"content-type, X-Amz-*"),
			fetch.HeaderDenied, `x-amz-date is not in Access-Control-Allow-Headers "content-type, X-Amz-*": browsers take "X-Amz-*" for a literal name`},
		{"pattern of other names", req("PUT", "content-type"), granted(acam+"PUT", acah+"x-amz-*"),
			fetch.HeaderDenied, `content-type is not in Access-Control-Allow-Headers "x-amz-*"`},
		{"header star with credentials", with(req("PUT", "x-a")), granted(acam+"PUT", acah+"*"),
			fetch.HeaderDenied, `x-a is not in Access-Control-Allow-Headers "*": * stands for itself alone when the request carries credentials`},
		{"forced content-type", req("POST", "content-type"), granted(),
			fetch.HeaderDenied, "content-type is not granted: the preflight's answer has no Access-Control-Allow-Headers"},

		{"authorization under star", req("PUT", "Authorization"), granted(acam+"PUT", acah+"*"),
			fetch.AuthorizationNeedsName, `authorization is not in Access-Control-Allow-Headers "*": * does not cover it, it must be listed by name`},
		{"authorization under star, others covered", req("PUT", "authorization", "x-a"), granted(acam+"PUT", acah+"*"),
			fetch.AuthorizationNeedsName, `authorization is not in Access-Control-Allow-Headers "*": * does not cover it, it must be listed by name`},
		{"authorization under star with credentials", with(req("PUT", "authorization")), granted(acam+"PUT", acah+"*"),
			fetch.AuthorizationNeedsName, `authorization is not in Access-Control-Allow-Headers "*": * does not cover it, it must be listed by name`},
		{"authorization and more under star with credentials", with(req("PUT", "authorization", "x-a")), granted(acam+"PUT", acah+"*"),
			fetch.AuthorizationNeedsName, `authorization and x-a are not in Access-Control-Allow-Headers "*": * stands for itself alone when the request carries credentials`},
		{"authorization before others", req("PUT", "a-first", "authorization"), granted(acam+"PUT", acah+"x-b"),
			fetch.AuthorizationNeedsName, `a-first and authorization are not in Access-Control-Allow-Headers "x-b"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			verdict(t, "preflight", fetch.PreflightCheck(tt.req, tt.res), tt.reason, tt.sentence)
		})
	}
}

func TestPreflightCheckToday(t *testing.T) {
	req := fetch.Request{Method: "PUT", Headers: head("Authorization: x"), Origin: page}
	star := granted("Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: *")
	v := fetch.PreflightCheckToday(req, star)
	verdict(t, "without credentials", v, "", "")
	equal(t, "notes", v.Notes, []string{"by the standard authorization must be listed by name, but browsers let * cover it"})

	req.Credentials = fetch.Include
	verdict(t, "with credentials", fetch.PreflightCheckToday(req, star), fetch.AuthorizationNeedsName,
		`authorization is not in Access-Control-Allow-Headers "*": * does not cover it, it must be listed by name`)

	req.Credentials = fetch.Omit
	verdict(t, "without star", fetch.PreflightCheckToday(req, granted("Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: x-a")),
		fetch.AuthorizationNeedsName, `authorization is not in Access-Control-Allow-Headers "x-a"`)
}

func TestPreflightCheckNotesPatterns(t *testing.T) {
	req := fetch.Request{Method: "GET", Headers: head("X-A: 1"), Origin: page}
	v := fetch.PreflightCheck(req, granted("Access-Control-Allow-Headers: x-a, x-amz-*, *"))
	equal(t, "notes", v.Notes, []string{`browsers take "x-amz-*" in Access-Control-Allow-Headers for a literal name`})
}

func TestPreflightCheckShowsTheHeader(t *testing.T) {
	req := fetch.Request{Method: "PUT", Headers: head("X-A: 1"), Origin: page}
	v := fetch.PreflightCheck(req, granted("access-control-allow-methods: GET", "Access-Control-Allow-Methods: HEAD"))
	equal(t, "methods", v.Header, &head("access-control-allow-methods: GET, HEAD")[0])
	v = fetch.PreflightCheck(req, granted("Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: x-b"))
	equal(t, "headers", v.Header, &head("Access-Control-Allow-Headers: x-b")[0])
	if v = fetch.PreflightCheck(req, granted()); v.Header != nil {
		t.Errorf("a header that is absent is shown: %v", v.Header)
	}
}
