package page

import (
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/fetch"
	"corsprobe/runner/probe"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"

	gocmp "github.com/google/go-cmp/cmp"
)

const app = "https://app.example.com"

// site is a server whose answers are header lines, by "METHOD path"; what it was asked is noted.
type site struct {
	*httptest.Server
	answers map[string][]string // the first is the status
	asked   []string
}

func newSite(t *testing.T, answers map[string][]string) *site {
	t.Helper()
	s := &site{answers: answers}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		what := r.Method + " " + r.URL.Path
		s.asked = append(s.asked, what+" "+cmp.Or(r.Header.Get("Origin"), "absent"))
		lines, known := s.answers[what]
		if !known {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		if origin := r.Header.Get("Origin"); origin == "" && slices.Contains(lines, "echo") {
			lines = lines[:1]
		}
		status := 0
		_, _ = fmt.Sscan(lines[0], &status)
		for _, line := range lines[1:] {
			if line == "echo" {
				line = "Access-Control-Allow-Origin: " + r.Header.Get("Origin")
			}
			name, value, _ := strings.Cut(line, ": ")
			w.Header().Add(name, value)
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(s.Close)
	return s
}

func visitSite(t *testing.T, q Request) result.Page {
	t.Helper()
	client, err := probe.New(probe.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return Send(t.Context(), client, q)
}

func TestSend(t *testing.T) {
	get := fetch.Request{Method: "GET", Origin: app, Credentials: fetch.Omit}
	put := fetch.Request{Method: "put", Origin: app, Credentials: fetch.Omit}
	granted := []string{"204", "echo", "Access-Control-Allow-Methods: PUT", "Vary: Origin"}
	for _, c := range []struct {
		name    string
		answers map[string][]string
		page    fetch.Request
		path    string
		send    bool
		want    string   // what the page gets, and the code where it is blocked
		asked   []string // with the Origin that came
		note    string   // one of the notes, apart from that on the network; "-": there is no other
	}{
		{"simple", map[string][]string{"GET /x": {"200", "Access-Control-Allow-Origin: *"}}, get, "/x", false, "readable", []string{"GET /x " + app, "GET /x absent"}, "-"},
		{"readable, and not as an image", map[string][]string{"GET /x": {"200", "Access-Control-Allow-Origin: *", "Cross-Origin-Resource-Policy: same-origin"}}, get, "/x", false, "readable",
			[]string{"GET /x " + app, "GET /x absent"}, `Cross-Origin-Resource-Policy is "same-origin": a page of "https://app.example.com" may not use the answer without CORS, as an image or a video does`},
		{"an error that can be read is no success", map[string][]string{"GET /x": {"404", "Access-Control-Allow-Origin: *"}}, get, "/x", false, "refused", []string{"GET /x " + app}, "-"},
		{"hidden", map[string][]string{"GET /x": {"200"}}, get, "/x", false, "blocked allow-origin-missing", []string{"GET /x " + app}, "-"},
		{"with credentials", map[string][]string{"GET /x": {"200", "Access-Control-Allow-Origin: *"}},
			fetch.Request{Method: "GET", Origin: app, Credentials: fetch.Include}, "/x", false, "blocked wildcard-with-credentials", []string{"GET /x " + app}, "-"},
		{"a cache would mix up", map[string][]string{"GET /x": {"200", "echo"}}, get, "/x", false, "readable", []string{"GET /x " + app, "GET /x absent"},
			"Access-Control-Allow-Origin follows the request's Origin, and Vary does not list Origin: a cache may give this answer to another origin, or one without the header to this page"},
		{"a constant origin needs no Vary", map[string][]string{"GET /x": {"200", "Access-Control-Allow-Origin: " + app}}, get, "/x", false, "readable",
			[]string{"GET /x " + app, "GET /x absent"}, "-"},
		{"Vary is there", map[string][]string{"GET /x": {"200", "echo", "Vary: Origin"}}, get, "/x", false, "readable", []string{"GET /x " + app, "GET /x absent"}, "-"},
		{"permitted", map[string][]string{"OPTIONS /x": granted}, put, "/x", false, "permitted", []string{"OPTIONS /x " + app},
			"the PUT itself was not sent, for it changes something; --send sends it"},
		{"refused before it is sent", map[string][]string{"OPTIONS /x": {"403"}}, put, "/x", true, "blocked preflight-allow-origin-missing", []string{"OPTIONS /x " + app}, "-"},
		{"sent", map[string][]string{"OPTIONS /x": granted, "PUT /x": {"200", "echo", "Vary: Origin"}}, put, "/x", true, "readable", []string{"OPTIONS /x " + app, "PUT /x " + app}, "-"},
		{"sent, and hidden", map[string][]string{"OPTIONS /x": granted, "PUT /x": {"200"}}, put, "/x", true, "blocked allow-origin-missing", []string{"OPTIONS /x " + app, "PUT /x " + app},
			"the PUT was carried out all the same: a browser only hides the answer"},
		{"the cache of preflights", map[string][]string{"OPTIONS /x": {"200", "Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: *", "Access-Control-Max-Age: 86401"}}, put, "/x", false,
			"permitted", []string{"OPTIONS /x " + app}, `Access-Control-Max-Age "86401" is cut to 7200 in Chromium`},
		{"advice on a preflight", map[string][]string{"OPTIONS /x": {"200", "echo", "Access-Control-Allow-Methods: PUT"}}, put, "/x", false, "permitted", []string{"OPTIONS /x " + app},
			"the preflight's Vary does not list Origin: advice only, for no cache keeps answers to OPTIONS by it"},
		{"a redirect", map[string][]string{"GET /x": {"302", "Access-Control-Allow-Origin: *", "Location: /y"}, "GET /y": {"200", "Access-Control-Allow-Origin: *"}}, get, "/x", false, "readable",
			[]string{"GET /x " + app, "GET /y " + app, "GET /y absent"}, "-"},
		{"a redirect without the header", map[string][]string{"GET /x": {"302", "Location: /y"}}, get, "/x", false, "blocked allow-origin-missing", []string{"GET /x " + app}, "-"},
		{"a preflight is not redirected", map[string][]string{"OPTIONS /x": {"307", "echo", "Location: /y"}}, put, "/x", false, "blocked preflight-redirect", []string{"OPTIONS /x " + app},
			"the preflight's Vary does not list Origin: advice only, for no cache keeps answers to OPTIONS by it"},
		{"nor one without a word of CORS", map[string][]string{"OPTIONS /x": {"301", "Location: /y"}}, put, "/x", false, "blocked preflight-redirect", []string{"OPTIONS /x " + app}, "-"},
		{"round and round", map[string][]string{"GET /x": {"302", "Access-Control-Allow-Origin: *", "Location: /x"}}, get, "/x", false, "blocked redirect-limit", nil, "-"},
		{"a signed redirect", map[string][]string{"GET /x": {"307", "Access-Control-Allow-Origin: *", "Location: /y?X-Amz-Signature=0123456789"}, "GET /y": {"200", "Access-Control-Allow-Origin: *"}}, get, "/x", false,
			"readable", []string{"GET /x " + app, "GET /y " + app, "GET /y absent"}, "-"},
		{"a forbidden method", nil, fetch.Request{Method: "TRACE", Origin: app}, "/x", true, "blocked", nil, "-"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t, c.answers)
			p := visitSite(t, Request{URL: s.URL + c.path, Page: c.page, Send: c.send})
			got := string(p.Gets)
			if n := len(p.Steps); n > 0 && p.Gets == result.Blocked {
				got += " " + p.Steps[n-1].Verdict.Code
			}
			if got != c.want {
				t.Errorf("gets %s, want %s: %s", got, c.want, p.Sentence)
			}
			if c.asked != nil || len(c.answers) == 0 {
				if diff := gocmp.Diff(c.asked, s.asked); diff != "" {
					t.Errorf("asked (-want +got):\n%s", diff)
				}
			}
			notes := slices.DeleteFunc(p.Notes, func(n string) bool { return strings.HasPrefix(n, "127.0.0.1 is an address of a private network") })
			if c.note == "-" && len(notes) > 0 || c.note != "-" && !slices.Contains(notes, c.note) {
				t.Errorf("notes %q, want %q", notes, c.note)
			}
		})
	}
}

// What a browser does before it sends anything.
func TestSendNothing(t *testing.T) {
	for _, c := range []struct{ url, want string }{
		{"http://media.example.com/", `a page of "https://app.example.com" may not ask "http://media.example.com/": it is not https`},
		{"https://media.example.com:25/", "browsers do not connect to port 25"},
	} {
		p := visitSite(t, Request{URL: c.url, Page: fetch.Request{Method: "GET", Origin: app}})
		if p.Gets != result.Blocked || p.Sentence != c.want || len(p.Steps) > 0 {
			t.Errorf("%s: %s %q after %d exchanges, want blocked %q", c.url, p.Gets, p.Sentence, len(p.Steps), c.want)
		}
	}
}

func TestSendUnreachable(t *testing.T) {
	s := newSite(t, nil)
	s.Close()
	p := visitSite(t, Request{URL: s.URL, Page: fetch.Request{Method: "GET", Origin: app}})
	if p.Gets != result.Unreachable || !strings.Contains(p.Sentence, "refused") {
		t.Errorf("%s %q", p.Gets, p.Sentence)
	}
}

func TestSendReadable(t *testing.T) {
	s := newSite(t, map[string][]string{"GET /x": {"200", "Access-Control-Allow-Origin: *", "Access-Control-Expose-Headers: ETag", "ETag: \"1\"", "X-Amz-Request-Id: 7", "Set-Cookie: a=b"}})
	p := visitSite(t, Request{URL: s.URL + "/x", Page: fetch.Request{Method: "GET", Origin: app, Credentials: fetch.Omit}})
	got := [][]string{p.Readable, p.Hidden}
	if diff := gocmp.Diff([][]string{{"content-length", "etag"}, {"date", "set-cookie", "x-amz-request-id"}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Between a page and its own origin there is no CORS.
func TestSendOwnOrigin(t *testing.T) {
	s := newSite(t, map[string][]string{"PUT /x": {"200"}})
	p := visitSite(t, Request{URL: s.URL + "/x", Page: fetch.Request{Method: "PUT", Origin: s.URL}, Send: true})
	if p.Gets != result.Readable || len(p.Steps) != 1 || p.WithoutOrigin != nil {
		t.Errorf("%s after %d exchanges: %s", p.Gets, len(p.Steps), p.Sentence)
	}
}

// The standard wants authorization by name, and browsers let * cover it.
func TestSendToday(t *testing.T) {
	s := newSite(t, map[string][]string{
		"OPTIONS /x": {"200", "Access-Control-Allow-Origin: *", "Access-Control-Allow-Headers: *"},
		"GET /x":     {"200", "Access-Control-Allow-Origin: *"},
	})
	q := fetch.Request{Method: "GET", Origin: app, Credentials: fetch.Omit, Headers: []result.Header{{Name: "Authorization", Value: "Bearer the-token-itself"}}}
	p := visitSite(t, Request{URL: s.URL + "/x", Page: q})
	if p.Gets != result.Readable || p.Steps[0].Standard == nil || p.Steps[0].Standard.Code != "authorization-needs-name" {
		t.Errorf("%s, by the standard %+v", p.Gets, p.Steps[0].Standard)
	}
	if all := fmt.Sprintf("%+v", p); strings.Contains(all, "the-token-itself") || strings.Contains(all, "sigv4") {
		t.Errorf("the token is shown, or curl takes it for S3's: %s", all)
	}
}

// With the bucket's configuration S3's model judges the answers too.
func TestSendByConfiguration(t *testing.T) {
	s := newSite(t, map[string][]string{"GET /b/x": {"200", "Access-Control-Allow-Origin: *"}})
	cfg := &s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: []string{app}, AllowedMethods: []string{"GET"}}}}
	p := visitSite(t, Request{URL: s.URL + "/b/x", Page: fetch.Request{Method: "GET", Origin: app, Credentials: fetch.Omit}, CORS: cfg})
	var checks []string
	for _, f := range p.Steps[0].Findings {
		checks = append(checks, f.Check+" "+string(f.Class))
	}
	want := []string{"actual.allow-origin breakage", "actual.allow-credentials breakage", "actual.allow-methods contract", "actual.vary cache"}
	if diff := gocmp.Diff(want, checks); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !strings.HasPrefix(p.Steps[0].Explanation, "Rule 1 matches") {
		t.Errorf("explanation %q", p.Steps[0].Explanation)
	}
}

// A signed URL is as good as a key: neither report nor command shows it, and the command still works.
func TestSendSigned(t *testing.T) {
	s := newSite(t, map[string][]string{"OPTIONS /x": {"403"}})
	p := visitSite(t, Request{URL: s.URL + "/x?X-Amz-Credential=AKIAEXAMPLE&X-Amz-Signature=0123456789abcdef", Page: fetch.Request{Method: "PUT", Origin: app}})
	if all := fmt.Sprintf("%+v", p); strings.Contains(all, "0123456789abcdef") || strings.Contains(all, "AKIAEXAMPLE") {
		t.Error("the signature is shown")
	}
	want := `curl -sS -i -X 'OPTIONS' -H 'Access-Control-Request-Method: PUT' -H 'Origin: https://app.example.com' "$URL"`
	if p.Steps[0].Curl != want {
		t.Errorf("got  %s\nwant %s", p.Steps[0].Curl, want)
	}
}
