package fetch_test

import (
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
)

// mode makes a credentials mode of a number.
func mode(n uint8) fetch.Credentials {
	return []fetch.Credentials{fetch.Omit, fetch.SameOrigin, fetch.Include}[n%3]
}

// consistent fails a test unless a verdict is filled as its documentation says.
func consistent(t *testing.T, v fetch.Verdict) {
	t.Helper()
	denied := v.Reason != "" && v.Sentence != "" && v.Reason.Info().Meaning != ""
	silent := v.Reason == "" && v.Sentence == "" && v.Header == nil && v.Chromium == "" && v.Firefox == ""
	if v.Allowed && !silent || !v.Allowed && !denied {
		t.Errorf("the verdict contradicts itself: %+v", v)
	}
	if strings.HasSuffix(v.Sentence, ": ") {
		t.Errorf("the sentence stops short: %q", v.Sentence)
	}
}

// A check allows only the origin to the letter or, without credentials, the lone star.
func FuzzCORSCheck(f *testing.F) {
	f.Add(page, uint8(0), "*", "")
	f.Add(page, uint8(2), page, "true")
	f.Add("null", uint8(2), "https://[::1", "True")
	f.Fuzz(func(t *testing.T, origin string, n uint8, acao, acac string) {
		headers := []result.Header{{Name: "access-control-allow-origin", Value: acao}, {Name: "Access-Control-Allow-Credentials", Value: acac}}
		v := fetch.CORSCheck(origin, mode(n), headers)
		consistent(t, v)
		value, _ := fetch.Get(headers, "Access-Control-Allow-Origin")
		grant, _ := fetch.Get(headers, "Access-Control-Allow-Credentials")
		want := value == origin && value != "" && value != "*"
		if mode(n) == fetch.Include {
			want = want && grant == "true"
		} else {
			want = want || value == "*"
		}
		equal(t, "allowed", v.Allowed, want)
	})
}

// What the standard allows browsers allow; what a preflight lets through has a good status and grants every name.
func FuzzEvaluate(f *testing.F) {
	f.Add("PUT", "x-amz-date", "1", uint8(0), 200, page, "true", "GET, PUT", "x-amz-*", "*")
	f.Add("get", "Authorization", "x", uint8(1), 204, "*", "", "*", "*", "etag")
	f.Add("pat ch", "content-type", "text/plain", uint8(2), 307, "null", "true", ",", "a b", "")
	f.Add("GET", ",", "", uint8(16), 200, "*", "", "", "", "")
	f.Fuzz(func(t *testing.T, method, name, value string, n uint8, status int, acao, acac, acam, acah, aceh string) {
		req := fetch.Request{Method: method, Headers: []result.Header{{Name: name, Value: value}}, Origin: page,
			Credentials: mode(n), UseCORSPreflight: n&8 != 0, ForcePreflight: n&16 != 0}
		res := fetch.Response{Status: status, Headers: []result.Header{
			{Name: "Access-Control-Allow-Origin", Value: acao}, {Name: "Access-Control-Allow-Credentials", Value: acac},
			{Name: "Access-Control-Allow-Methods", Value: acam}, {Name: "Access-Control-Allow-Headers", Value: acah},
			{Name: "Access-Control-Expose-Headers", Value: aceh}, {Name: "Set-Cookie", Value: "a"},
		}}
		o := fetch.Evaluate(req, &res, &res)
		consistent(t, o.Standard)
		consistent(t, o.Browsers)
		if o.Standard.Allowed && !o.Browsers.Allowed {
			t.Errorf("browsers deny what the standard allows: %q", o.Browsers.Sentence)
		}
		if o.Standard.Allowed && o.PreflightNeeded && (status < 200 || status > 299) {
			t.Errorf("a preflight with %d let the request through", status)
		}
		if v := fetch.CORSCheck(page, req.Credentials, res.Headers); !v.Allowed && o.Browsers.Allowed {
			t.Errorf("allowed against the CORS check: %q", v.Sentence)
		}
		if slices.Contains(o.Readable, "set-cookie") || !slices.IsSorted(o.Readable) {
			t.Errorf("readable %q", o.Readable)
		}
		if names, _ := fetch.Get(fetch.PreflightHeaders(req), "Access-Control-Request-Headers"); strings.HasSuffix(names, ",") {
			t.Errorf("an empty name is asked for: %q", names)
		}
	})
}

// An origin that is valid survives in an address: the page at it is not cross-origin to itself.
func FuzzValidOrigin(f *testing.F) {
	for _, seed := range []string{page, "null", "http://[::1]:80", "https://127.1", "https://a:0", "x://", "https://a.b:08"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, origin string) {
		if fetch.ValidOrigin(origin) != nil || !strings.HasPrefix(origin, "http") {
			return
		}
		if cross, v := fetch.Applies(origin, origin+"/x"); v.Allowed && cross {
			t.Errorf("%q is cross-origin to itself", origin)
		}
	})
}

// A redirect that is followed leads to an address of http or https, with a verdict that allows.
func FuzzRedirectCheck(f *testing.F) {
	f.Add("POST", 303, "/x", "*")
	f.Add("GET", 307, "https://u:p@eu.example.com/", page)
	f.Fuzz(func(t *testing.T, method string, status int, location, acao string) {
		r := fetch.RedirectCheck(fetch.Request{Method: method, Origin: page},
			fetch.Hop{URL: "https://s3.example.com/a", Response: fetch.Response{Status: status, Headers: []result.Header{
				{Name: "Location", Value: location}, {Name: "Access-Control-Allow-Origin", Value: acao}}}})
		consistent(t, r.Verdict)
		if r.Follow && (!r.Verdict.Allowed || !strings.HasPrefix(r.URL, "http")) {
			t.Errorf("followed to %q with %+v", r.URL, r.Verdict)
		}
	})
}

func BenchmarkEvaluate(b *testing.B) {
	req := fetch.Request{Method: "PUT", Origin: page, Headers: head("Authorization: x", "Content-Type: image/png", "X-Amz-Date: 1")}
	preflight := answer(200, "Access-Control-Allow-Origin: "+page, "Access-Control-Allow-Methods: GET, PUT, POST, DELETE, HEAD",
		"Access-Control-Allow-Headers: authorization, content-type, x-amz-date", "Access-Control-Max-Age: 3000", "Vary: Origin")
	actual := answer(200, "Access-Control-Allow-Origin: "+page, "Access-Control-Expose-Headers: ETag", "ETag: x")
	b.ReportAllocs()
	for b.Loop() {
		fetch.Evaluate(req, preflight, actual)
	}
}
