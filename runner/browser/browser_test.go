package browser

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"corsprobe/runner/fetch"
	"corsprobe/runner/result"

	"github.com/google/go-cmp/cmp"
)

// start starts Chromium. Where there is none the test is skipped, unless CORSPROBE_REQUIRE_BROWSER is set.
func start(t testing.TB) *Browser {
	t.Helper()
	return startWith(t, Options{Hosts: []string{"127.0.0.1"}})
}

func startWith(t testing.TB, opts Options) *Browser {
	t.Helper()
	b, err := Start(context.Background(), opts)
	if errors.Is(err, ErrNotFound) && os.Getenv("CORSPROBE_REQUIRE_BROWSER") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// shared is a Chromium that tests share which neither set it up nor end it.
func shared(t testing.TB) *Browser {
	t.Helper()
	b, err := sharedChromium()
	if errors.Is(err, ErrNotFound) && os.Getenv("CORSPROBE_REQUIRE_BROWSER") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var endShared = func() {}

var sharedChromium = sync.OnceValues(func() (*Browser, error) {
	b, err := Start(context.Background(), Options{Hosts: []string{"127.0.0.1"}})
	if err == nil {
		endShared = b.Close
	}
	return b, err
})

// answer is what the server of a test gives to a path.
type answer struct {
	preflight, actual       []string // header lines
	preflightCode, httpCode int      // 200 when 0
}

// serve answers each path as the case of that name says.
func serve(t testing.TB, answers map[string]answer) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := answers[strings.TrimPrefix(r.URL.Path, "/")]
		headers, code := a.actual, a.httpCode
		if r.Method == http.MethodOptions {
			headers, code = a.preflight, a.preflightCode
		}
		for _, line := range headers {
			name, value, _ := strings.Cut(line, ": ")
			w.Header().Add(name, value)
		}
		if code == 0 {
			code = 200
		}
		w.WriteHeader(code)
		if code != http.StatusNoContent && r.Method != http.MethodOptions {
			fmt.Fprint(w, "hello")
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

const app = "https://app.example.com"

func header(lines ...string) []result.Header {
	var all []result.Header
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		all = append(all, result.Header{Name: name, Value: value})
	}
	return all
}

var cases = []struct {
	name      string
	request   Request
	answer    answer
	resolved  bool
	code      string
	readable  string
	preflight bool
}{
	{"simple", Request{Origin: app, Method: "GET"}, answer{actual: []string{"Access-Control-Allow-Origin: *", "X-Secret: 1"}}, true, "", "content-length content-type", false},
	{"exposed", Request{Origin: app, Method: "GET"}, answer{actual: []string{"Access-Control-Allow-Origin: *", "ETag: x", "X-A: 1", "Access-Control-Expose-Headers: ETag"}}, true, "", "content-length content-type etag", false},
	{"denied", Request{Origin: app, Method: "GET"}, answer{}, false, "MissingAllowOriginHeader", "", false},
	{"another-origin", Request{Origin: app, Method: "GET"}, answer{actual: []string{"Access-Control-Allow-Origin: https://other.example.com"}}, false, "AllowOriginMismatch", "", false},
	{"two-origins", Request{Origin: app, Method: "GET"}, answer{actual: []string{"Access-Control-Allow-Origin: *", "Access-Control-Allow-Origin: *"}}, false, "MultipleAllowOriginValues", "", false},
	{"readable-404", Request{Origin: app, Method: "GET"}, answer{actual: []string{"Access-Control-Allow-Origin: *"}, httpCode: 404}, true, "", "content-length content-type", false},
	{"preflighted", Request{Origin: app, Method: "PUT", Headers: header("x-amz-date: 1"), Body: "x"},
		answer{preflight: []string{"Access-Control-Allow-Origin: " + app, "Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: x-amz-date"}, actual: []string{"Access-Control-Allow-Origin: " + app}},
		true, "", "content-length content-type", true},
	{"method-not-listed", Request{Origin: app, Method: "DELETE"}, answer{preflight: []string{"Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: GET, PUT"}}, false, "MethodDisallowedByPreflightResponse", "", true},
	{"patterns-in-allow-headers", Request{Origin: app, Method: "GET", Headers: header("x-amz-date: 1")},
		answer{preflight: []string{"Access-Control-Allow-Origin: *", "Access-Control-Allow-Headers: x-amz-*"}}, false, "HeaderDisallowedByPreflightResponse", "", true},
	{"preflight-403", Request{Origin: app, Method: "PUT"}, answer{preflight: []string{"Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: PUT"}, preflightCode: 403}, false, "PreflightInvalidStatus", "", true},
	{"preflight-204", Request{Origin: app, Method: "PUT"}, answer{preflight: []string{"Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: PUT"}, preflightCode: 204, actual: []string{"Access-Control-Allow-Origin: *"}}, true, "", "content-length content-type", true},
	{"preflight-without-origin", Request{Origin: app, Method: "PUT"}, answer{preflight: []string{"Access-Control-Allow-Methods: PUT"}}, false, "PreflightMissingAllowOriginHeader", "", true},
	{"credentials-with-star", Request{Origin: app, Method: "GET", Credentials: true}, answer{actual: []string{"Access-Control-Allow-Origin: *", "Access-Control-Allow-Credentials: true"}}, false, "WildcardOriginNotAllowed", "", false},
	{"credentials", Request{Origin: app, Method: "GET", Credentials: true}, answer{actual: []string{"Access-Control-Allow-Origin: " + app, "Access-Control-Allow-Credentials: true"}}, true, "", "content-length content-type", false},
	{"credentials-in-upper-case", Request{Origin: app, Method: "GET", Credentials: true}, answer{actual: []string{"Access-Control-Allow-Origin: " + app, "Access-Control-Allow-Credentials: True"}}, false, "InvalidAllowCredentials", "", false},
	{"authorization-under-star", Request{Origin: app, Method: "GET", Headers: header("Authorization: a")},
		answer{preflight: []string{"Access-Control-Allow-Origin: *", "Access-Control-Allow-Headers: *"}, actual: []string{"Access-Control-Allow-Origin: *"}}, true, "", "content-length content-type", true},
	{"authorization-not-listed", Request{Origin: app, Method: "GET", Headers: header("Authorization: a", "X-A: 1")},
		answer{preflight: []string{"Access-Control-Allow-Origin: *", "Access-Control-Allow-Headers: x-a"}}, false, "HeaderDisallowedByPreflightResponse", "", true},
	{"star-with-credentials", Request{Origin: app, Method: "PUT", Credentials: true, Headers: header("X-A: 1")},
		answer{preflight: []string{"Access-Control-Allow-Origin: " + app, "Access-Control-Allow-Credentials: true", "Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: *"}}, false, "HeaderDisallowedByPreflightResponse", "", true},
	{"everything-exposed", Request{Origin: app, Method: "GET"}, answer{actual: []string{"Access-Control-Allow-Origin: *", "Access-Control-Expose-Headers: *", "X-A: 1", "Set-Cookie: a=b"}}, true, "", "access-control-allow-origin access-control-expose-headers content-length content-type date x-a", false},
	{"null-origin", Request{Origin: "null", Method: "GET"}, answer{actual: []string{"Access-Control-Allow-Origin: null"}}, true, "", "content-length content-type", false},
	{"http-origin-with-port", Request{Origin: "http://localhost:3000", Method: "GET"}, answer{actual: []string{"Access-Control-Allow-Origin: http://localhost:3000"}}, true, "", "content-length content-type", false},
}

// What Chromium makes of an answer is what it is known to make of it, and what the model says of the very answers that Chromium saw.
func TestChromium(t *testing.T) {
	b := shared(t)
	answers := map[string]answer{}
	for _, c := range cases {
		answers[c.name] = c.answer
	}
	server := serve(t, answers)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.request.URL = server + "/" + c.name
			o, err := b.Send(t.Context(), c.request)
			if err != nil {
				t.Fatal(err)
			}
			if o.Resolved != c.resolved || o.Code != c.code || strings.Join(o.Readable, " ") != c.readable || (o.Preflight != nil) != c.preflight {
				t.Errorf("resolved %v, code %q, readable %v, preflight %v; want %v, %q, %q, %v\n%+v", o.Resolved, o.Code, o.Readable, o.Preflight != nil, c.resolved, c.code, c.readable, c.preflight, o)
			}
			model := fetch.Evaluate(modelled(c.request), response(o.Preflight), response(o.Actual))
			if model.Browsers.Allowed != o.Resolved || model.PreflightNeeded != (o.Preflight != nil) {
				t.Errorf("the model says %+v", model)
			}
			if o.Code != "" && (model.Browsers.Chromium != "k"+o.Code || !strings.Contains(o.Console, "blocked by CORS policy") || o.Failed == "") {
				t.Errorf("the model's name is %s; code %q, console %q, failed %q", model.Browsers.Chromium, o.Code, o.Console, o.Failed)
			}
		})
	}
}

func modelled(q Request) fetch.Request {
	credentials := fetch.Omit
	if q.Credentials {
		credentials = fetch.Include
	}
	return fetch.Request{Method: q.Method, Headers: q.Headers, Origin: q.Origin, Credentials: credentials}
}

func response(ex *Exchange) *fetch.Response {
	if ex == nil {
		return nil
	}
	return &fetch.Response{Status: ex.Status, Headers: ex.Received}
}

// A preflight carries what the standard says, and no answer of it is kept for the next request.
func TestPreflights(t *testing.T) {
	b := shared(t)
	var mu sync.Mutex
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Allow-Methods", "PUT")
		w.Header().Set("Access-Control-Allow-Headers", "content-type, x-b, x-a")
		w.Header().Set("Access-Control-Max-Age", "600")
		if r.Method == http.MethodOptions {
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, r.Header.Get("Access-Control-Request-Method")+" "+r.Header.Get("Access-Control-Request-Headers")+" "+r.Header.Get("Origin"))
		}
	}))
	defer server.Close()
	q := Request{Origin: app, Method: "PUT", URL: server.URL + "/", Headers: header("X-B: 1", "Content-Type: image/png", "X-A: 2"), Body: "x"}
	for range 3 {
		o, err := b.Send(t.Context(), q)
		if err != nil || !o.Resolved {
			t.Fatalf("%+v %v", o, err)
		}
		var got []string
		for _, h := range o.Preflight.Sent {
			if name := strings.ToLower(h.Name); strings.HasPrefix(name, "access-control-") || name == "origin" {
				got = append(got, name+": "+h.Value)
			}
		}
		want := []string{"access-control-request-headers: content-type,x-a,x-b", "access-control-request-method: PUT", "origin: " + app}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("preflight (-want +got):\n%s", diff)
		}
	}
	want := "PUT content-type,x-a,x-b " + app
	if diff := cmp.Diff([]string{want, want, want}, asked); diff != "" {
		t.Errorf("preflights at the server (-want +got):\n%s", diff)
	}
}

func TestNotSendable(t *testing.T) {
	for _, c := range []struct {
		name string
		q    Request
		want string
	}{
		{"trailing slash", Request{Origin: app + "/", Method: "GET"}, "no page has the origin https://app.example.com/: "},
		{"no URL", Request{Origin: "example.origin", Method: "GET"}, "no page has the origin example.origin: "},
		{"application", Request{Origin: "capacitor://localhost", Method: "GET"}, "the origin capacitor://localhost belongs to an application, not to a page"},
		{"TRACE", Request{Origin: app, Method: "TRACE"}, "a page may not use the method TRACE"},
		{"lower case", Request{Origin: app, Method: "get"}, "a browser makes GET of the method get"},
		{"forbidden header", Request{Origin: app, Method: "GET", Headers: header("Cookie: a")}, "a page may not set the header Cookie"},
		{"empty origin", Request{Method: "GET"}, "no page has the origin : "},
		{"path", Request{Origin: app + "/x", Method: "GET"}, "no page has the origin "},
		{"upper case", Request{Origin: "https://APP.example.com", Method: "GET"}, "no page has the origin "},
		{"user", Request{Origin: "https://me@app.example.com", Method: "GET"}, "no page has the origin "},
		{"two origins", Request{Origin: app + ", " + app, Method: "GET"}, "no page has the origin "},
		{"forbidden method in an override", Request{Origin: app, Method: "GET", Headers: header("X-HTTP-Method-Override: TRACE")}, "a page may not set the header X-HTTP-Method-Override"},
		{"same origin", Request{Origin: "https://s3.example.com", Method: "GET"}, "the endpoint is of the page's own origin"},
		{"blocked port", Request{Origin: app, Method: "GET", URL: "http://127.0.0.1:1/"}, "browsers do not connect to port 1"},
		{"not http", Request{Origin: app, Method: "GET", URL: "ftp://s3.example.com/"}, `"ftp://s3.example.com/" is not an http or https address`},
		{"mixed content", Request{Origin: app, Method: "GET", URL: "http://s3.example.com/"}, ""},
		{"fine", Request{Origin: app, Method: "PATCH", Headers: header("X-A: a")}, ""},
	} {
		if c.q.URL == "" {
			c.q.URL = "https://s3.example.com/bucket/key"
		}
		if got := notSendable(c.q); !strings.HasPrefix(got, c.want) || (c.want == "") != (got == "") {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestFind(t *testing.T) {
	if _, err := Find("/nonesuch/chromium"); err == nil || !strings.HasPrefix(err.Error(), "--browser-path /nonesuch/chromium: ") {
		t.Errorf("error = %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := Find(""); !errors.Is(err, ErrNotFound) {
		t.Errorf("error = %v", err)
	}
}

// BenchmarkSend is a preflight and a request: from pages of one origin, from as many origins as there are tabs, and from a new origin each
// time. It sends as many at once as there are tabs.
func BenchmarkSend(b *testing.B) {
	browser := start(b)
	server := serve(b, map[string]answer{"x": {preflight: []string{"Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: PUT"}, actual: []string{"Access-Control-Allow-Origin: *"}}})
	for name, origins := range map[string]int64{"one-origin": 1, "four-origins": 4, "new-origins": 1 << 62} {
		b.Run(name, func(b *testing.B) { benchmarkSend(b, browser, server+"/x", origins) })
	}
}

func benchmarkSend(b *testing.B, browser *Browser, url string, origins int64) {
	var sent atomic.Int64
	b.SetParallelism(max(1, 4/runtime.GOMAXPROCS(0)))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			origin := fmt.Sprintf("https://o%d.example.com", sent.Add(1)%origins)
			if o, err := browser.Send(context.Background(), Request{Origin: origin, Method: "PUT", URL: url}); err != nil || !o.Resolved {
				b.Errorf("%+v %v", o, err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "cells/s")
}
