package page

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"corsprobe/runner/console"
	"corsprobe/runner/fetch"
	"corsprobe/runner/result"

	"github.com/google/go-cmp/cmp"
)

// stub answers with a status, header lines and a body: by method, and for requests without Origin by "bare".
type stub map[string]struct {
	status int
	lines  []string
	body   string
}

func (s stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, ok := s[r.Method]
	if bare, has := s["bare"]; has && r.Header.Get("Origin") == "" {
		a, ok = bare, true
	}
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	for _, line := range a.lines {
		name, value, _ := strings.Cut(line, ": ")
		w.Header().Add(name, value)
	}
	w.WriteHeader(a.status)
	_, _ = fmt.Fprint(w, a.body)
}

const (
	star = "Access-Control-Allow-Origin: *"
	puts = "Access-Control-Allow-Methods: PUT"
	kept = "Last-Modified: Wed, 01 Jul 2026 00:00:00 GMT"
)

func document(code, message string) string {
	return "<Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>"
}

func TestCause(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers stub
		method  string
		code    string // of the cause; "-": there is none
		says    string
	}{
		{"nothing is wrong", stub{"GET": {200, []string{star}, ""}}, "GET", "-", ""},
		{"permitted", stub{"OPTIONS": {200, []string{star, puts}, ""}}, "PUT", "-", ""},
		{"a browser's word is all there is", stub{"GET": {200, nil, "hello"}}, "GET", "-", ""},
		{"no configuration", stub{"OPTIONS": {403, nil, document("AccessForbidden", "CORSResponse: CORS is not enabled for this bucket.")}}, "PUT",
			"s3-no-configuration", "this bucket has no CORS configuration (403 AccessForbidden)"},
		{"no bucket", stub{"OPTIONS": {403, nil, document("AccessForbidden", "CORSResponse: Bucket not found")}}, "PUT", "s3-cors-no-bucket", "there is no bucket of this name (403 AccessForbidden)"},
		{"a code that is not known", stub{"GET": {400, []string{star}, document("Nonesuch", "What S3 says.")}}, "GET",
			"s3-other", "CORS is right, and S3 refuses the request with 400 Nonesuch: S3 refuses the request: What S3 says."},
		{"a token that has expired", stub{"GET": {400, nil, document("ExpiredToken", "x")}}, "GET", "s3-expired-token", "an error hides behind CORS, 400 ExpiredToken: the session token that signed the request has expired"},
		{"an error without a document", stub{"GET": {502, nil, "bad gateway"}}, "GET", "hidden-error", "an error hides behind CORS: 502"},
		{"a readable one without a document", stub{"GET": {403, []string{star}, ""}}, "GET", "refused", "CORS is right, and the request itself is answered with 403"},
		{"a region in a header", stub{"GET": {301, []string{"X-Amz-Bucket-Region: eu-west-1"}, ""}}, "GET", "s3-region", "the URL names the wrong region or host (301)"},
		{"a malformed authorization tells the region", stub{"GET": {400, []string{star}, "<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message><Region>eu-central-1</Region></Error>"}}, "GET",
			"s3-region", "the URL names the wrong region or host (400 AuthorizationHeaderMalformed)"},
		{"a preflight that wants to be signed", stub{"OPTIONS": {403, nil, document("InvalidAccessKeyId", "x")}}, "PUT", "preflight-authenticated",
			"the preflight is refused with 403 InvalidAccessKeyId for want of a signature, and a preflight is never signed: this is the endpoint's fault, or that of what stands in front of it"},
		{"a web page", stub{"GET": {200, []string{"Content-Type: text/html"}, "<html></html>"}}, "GET", "no-s3", "this is no S3 answer: 200 with a web page (text/html) and none of S3's headers"},
		{"a web page that S3 keeps", stub{"GET": {200, []string{"Content-Type: text/html", "X-Amz-Request-Id: 1"}, "<html></html>"}}, "GET", "-", ""},
		{"a cache", stub{"GET": {200, []string{"CF-Cache-Status: HIT"}, ""}}, "GET", "cached", "a cache in between answered what it had kept, asked for without Origin (CF-Cache-Status: HIT)"},
		{"a cache that was not hit", stub{"GET": {200, []string{"Age: 0", "X-Cache: Miss"}, ""}}, "GET", "-", ""},
		{"no OPTIONS", stub{"OPTIONS": {405, nil, ""}}, "PUT", "no-preflights", "the server does not answer preflights here (405 to OPTIONS)"},
		{"an image first", stub{"GET": {200, []string{star}, ""}, "bare": {200, []string{kept}, ""}}, "GET", "image-first", ""},
		{"an image first, for a while", stub{"GET": {200, []string{star}, ""}, "bare": {200, []string{"Cache-Control: public, max-age=60"}, ""}}, "GET", "image-first", ""},
		{"an image that is not kept", stub{"GET": {200, []string{star}, ""}, "bare": {200, []string{"Cache-Control: max-age=0", kept}, ""}}, "GET", "-", ""},
		{"an image that may not be kept", stub{"GET": {200, []string{star}, ""}, "bare": {200, []string{"Cache-Control: no-store", kept}, ""}}, "GET", "-", ""},
		{"a cache that is told to tell them apart", stub{"GET": {200, []string{star}, ""}, "bare": {200, []string{"Vary: Origin", kept}, ""}}, "GET", "-", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(c.answers)
			t.Cleanup(server.Close)
			p := visitSite(t, Request{URL: server.URL + "/b/k", Page: fetch.Request{Method: c.method, Origin: app, Credentials: fetch.Omit}})
			switch {
			case p.Cause == nil && c.code != "-":
				t.Errorf("no cause, want %s; it is %s", c.code, p.Gets)
			case p.Cause != nil && (p.Cause.Code != c.code || c.says != "" && p.Cause.Sentence != c.says):
				t.Errorf("%s: %s\nwant %s: %s", p.Cause.Code, p.Cause.Sentence, c.code, c.says)
			case p.Cause != nil && len(p.Cause.Do) == 0:
				t.Errorf("%s: nothing is said of what to do", p.Cause.Code)
			}
		})
	}
}

// Every error of S3's comes with something to do.
func TestCauseHasRemedies(t *testing.T) {
	v := &visit{request: fetch.Request{Origin: app, Method: "PUT"}, method: "PUT"}
	for _, code := range []string{"AccessForbidden", "AccessDenied", "SignatureDoesNotMatch", "NoSuchBucket", "BadDigest", "SlowDown", "Nonesuch"} {
		a := answered{meaning: console.ByError(code, "")}
		if do := v.remedies(a); len(do) == 0 {
			t.Errorf("%s: nothing", code)
		}
	}
}

// What to run is filled in, so that a shell takes it as it stands.
func TestCauseCommands(t *testing.T) {
	server := httptest.NewServer(stub{"OPTIONS": {403, nil, document("AccessForbidden", "CORSResponse: This CORS request is not allowed.")}})
	t.Cleanup(server.Close)
	p := visitSite(t, Request{URL: server.URL, Page: fetch.Request{Method: "put", Origin: app, Credentials: fetch.Include, UnsafeNames: []string{"x-b", "x-a"}}})
	want := []string{"aws s3api get-bucket-cors --bucket BUCKET > cors.json", "corsprobe explain --cors cors.json --origin https://app.example.com --method PUT --header x-a --header x-b --credentials"}
	if diff := cmp.Diff(want, p.Cause.Do); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A redirect to a signed address on another host is followed with Origin null, and nothing that is as good as a key is sent there or shown.
func TestSendFollowsSigned(t *testing.T) {
	var came http.Header
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Allow-Headers", "*")
		if r.Method == http.MethodGet && r.Header.Get("Origin") != "" {
			came = r.Header.Clone()
		}
		_, _ = fmt.Fprintf(w, "asked for %s", r.URL)
	}))
	t.Cleanup(store.Close)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Allow-Headers", "*")
		if r.Method == http.MethodGet {
			http.Redirect(w, r, store.URL+"/k?X-Amz-Signature=planted01234567&token=planted%2Btoken", http.StatusFound)
		}
	}))
	t.Cleanup(site.Close)
	p := visitSite(t, Request{URL: site.URL + "/x", Page: fetch.Request{Method: "GET", Origin: app, Credentials: fetch.Omit, Headers: []result.Header{
		{Name: "Authorization", Value: "Bearer planted-bearer"}, {Name: "X-Api-Key", Value: "planted-api-key"}, {Name: "X-Plain", Value: "plain"}}}})
	if p.Gets != result.Readable || len(p.Steps) != 4 {
		t.Fatalf("%s %q after %d exchanges", p.Gets, p.Sentence, len(p.Steps))
	}
	if came.Get("Origin") != "null" || came.Get("Authorization") != "" || came.Get("X-Api-Key") != "" || came.Get("X-Plain") != "plain" {
		t.Errorf("the second host was sent %v", came)
	}
	if shown := fmt.Sprintf("%+v", p); strings.Contains(shown, "planted") {
		t.Errorf("a key is shown: %s", shown)
	}
}
