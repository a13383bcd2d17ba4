package browser

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
)

// recorder permits everything to everybody, and keeps what was asked.
type recorder struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

// record answers each request by then; nil: with a bare 200.
func record(t testing.TB, then http.HandlerFunc) *recorder {
	t.Helper()
	r := &recorder{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.mu.Lock()
		r.asked = append(r.asked, q.Method+" "+q.RequestURI)
		r.mu.Unlock()
		for _, name := range []string{"Origin", "Methods", "Headers"} {
			w.Header().Set("Access-Control-Allow-"+name, "*")
		}
		w.Header().Set("Access-Control-Max-Age", "600")
		if then != nil && q.Method != http.MethodOptions {
			then(w, q)
		}
	}))
	t.Cleanup(r.Close)
	return r
}

// take returns what was asked since the last time.
func (r *recorder) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	asked := r.asked
	r.asked = nil
	return asked
}

func send(t *testing.T, b *Browser, q Request) Outcome {
	t.Helper()
	o, err := b.Send(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// Each of a tab's two precautions has every preflight sent, without the address being changed; without both, one serves for all.
func TestPreflightCache(t *testing.T) {
	b := startWith(t, Options{AtOnce: 1, Hosts: []string{"127.0.0.1"}})
	tab := b.tabs.idle[0]
	each, once := "OPTIONS PUT OPTIONS PUT OPTIONS PUT", "OPTIONS PUT PUT PUT"
	for _, c := range []struct {
		disabled bool
		caches   string
		want     string
	}{{true, tab.caches, each}, {false, "default", once}, {true, "default", each}, {false, "no-store", each}, {true, tab.caches, each}} {
		server := record(t, nil) // of an address of its own: what was kept for another does not count
		tab.caches = c.caches
		if err := tab.disableCache(c.disabled); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if o := send(t, b, Request{Origin: app, Method: "PUT", URL: server.URL + "/key?X-Amz-Signature=1"}); !o.Resolved {
				t.Fatalf("%+v", o)
			}
		}
		got := strings.Join(server.take(), " ")
		if got = strings.ReplaceAll(got, " /key?X-Amz-Signature=1", ""); got != c.want {
			t.Errorf("cache disabled: %v, mode %s: %s, want %s", c.disabled, c.caches, got, c.want)
		}
	}
}

// A redirect that Chromium follows is told apart from the answer that the script gets, and so are its preflights.
func TestRedirects(t *testing.T) {
	b := shared(t)
	server := record(t, func(w http.ResponseWriter, q *http.Request) {
		if name, found := strings.CutPrefix(q.URL.Path, "/from/"); found {
			w.Header().Set("Location", "/"+name)
			w.WriteHeader(http.StatusTemporaryRedirect)
		}
		if q.URL.Path == "/closed" {
			w.Header().Del("Access-Control-Allow-Origin")
		}
	})
	for _, c := range []struct {
		method, to string
		code       string
		preflights int
	}{{"GET", "open", "", 0}, {"PUT", "open", "", 2}, {"GET", "closed", "MissingAllowOriginHeader", 0}} {
		o := send(t, b, Request{Origin: app, Method: c.method, URL: server.URL + "/from/" + c.to})
		if o.Resolved != (c.code == "") || o.Code != c.code || len(o.Redirects) != 1 || len(o.Preflights) != c.preflights || o.Actual == nil {
			t.Fatalf("%+v: %+v", c, o)
		}
		if r := o.Redirects[0]; r.Status != 307 || r.URL != server.URL+"/from/"+c.to || len(result.Values(r.Received, "Location")) != 1 {
			t.Errorf("%+v: redirect %+v", c, r)
		}
		if o.Actual.Status != 200 || o.Actual.URL != server.URL+"/"+c.to {
			t.Errorf("%+v: actual %+v", c, o.Actual)
		}
	}
}

// An address that Chromium writes in its own way is the same request.
func TestRewrittenAddress(t *testing.T) {
	b := shared(t)
	server := record(t, nil)
	for _, at := range []string{"/a?x='b'|c", "/a b", "/#fragment", "/a/../b", "/\u00e9"} {
		if o := send(t, b, Request{Origin: app, Method: "PUT", URL: server.URL + at}); !o.Resolved || o.Actual == nil || o.Preflight == nil {
			t.Errorf("%s: %+v", at, o)
		}
	}
}

// Values and bodies go out byte for byte.
func TestBytes(t *testing.T) {
	b := shared(t)
	var mu sync.Mutex
	var value, body string
	server := record(t, func(_ http.ResponseWriter, q *http.Request) {
		data := make([]byte, 16)
		n, _ := q.Body.Read(data)
		mu.Lock()
		defer mu.Unlock()
		value, body = q.Header.Get("X-A"), string(data[:n])
	})
	const bytes = "\xe9 \xc3\xa9"
	if o := send(t, b, Request{Origin: app, Method: "PUT", URL: server.URL, Headers: header("X-A: " + bytes), Body: bytes + "\x00\xff"}); !o.Resolved {
		t.Fatalf("%+v", o)
	}
	mu.Lock()
	defer mu.Unlock()
	if value != bytes || body != bytes+"\x00\xff" {
		t.Errorf("header %q, body %q", value, body)
	}
}

// What Chromium refuses to make is not taken for a refusal of the endpoint's.
func TestRefused(t *testing.T) {
	b := shared(t)
	server := record(t, nil)
	for name, q := range map[string]Request{
		"a GET with a body":     {Method: "GET", Body: "x"},
		"a method with a space": {Method: "G T"},
		"a header with a space": {Method: "GET", Headers: header("X A: 1")},
		"a value of two lines":  {Method: "GET", Headers: []result.Header{{Name: "X-A", Value: "1\n2"}}},
	} {
		q.Origin, q.URL = app, server.URL
		if o := send(t, b, q); !strings.HasPrefix(o.NotSendable, "Chromium does not make such a request: ") || o.Resolved {
			t.Errorf("%s: %+v", name, o)
		}
	}
	if asked := server.take(); asked != nil {
		t.Errorf("asked %q", asked)
	}
}

// Where Chromium departs from the standard on what needs a preflight. The model follows the standard: should this test fail, Chromium has
// changed.
func TestDepartures(t *testing.T) {
	b := shared(t)
	server := record(t, nil)
	for line, sent := range map[string]bool{
		"User-Agent: mine": false, // a page may set it, and Chromium drops it
		"Save-Data: on":    true, "DPR: 1": true, "Width: 1": true, "Viewport-Width: 1": true, "Device-Memory: 1": true, "Downlink: 1": true,
		"RTT: 1": true, "ECT: 4g": true, // client hints count as safelisted
	} {
		q := Request{Origin: app, Method: "GET", URL: server.URL, Headers: header(line)}
		o := send(t, b, q)
		if o.Preflight != nil || !o.Resolved || !fetch.NeedsPreflight(modelled(q)) {
			t.Errorf("%s: %+v", line, o)
		}
		if asked := server.take(); !slices.Equal(asked, []string{"GET /"}) {
			t.Errorf("%s: the server was asked %q", line, asked)
		}
		got := result.Values(o.Actual.Sent, q.Headers[0].Name)
		if (len(got) == 1 && got[0] == q.Headers[0].Value) != sent {
			t.Errorf("%s: sent %q", line, got)
		}
	}
}

// No answer is the transport's, not CORS's.
func TestNoAnswer(t *testing.T) {
	b := shared(t)
	server := httptest.NewServer(nil)
	server.Close()
	for _, method := range []string{"GET", "PUT"} {
		o := send(t, b, Request{Origin: app, Method: method, URL: server.URL})
		if o.Resolved || o.Code != "" || o.Failed != "net::ERR_CONNECTION_REFUSED" || o.Actual != nil || (o.Preflight != nil) != (method == "PUT") {
			t.Errorf("%s: %+v", method, o)
		}
	}
}

// Who gives up gets their own reason, and the tab is of use again.
func TestGivingUp(t *testing.T) {
	b := startWith(t, Options{AtOnce: 1, Hosts: []string{"127.0.0.1"}})
	release := make(chan struct{})
	server := record(t, func(_ http.ResponseWriter, q *http.Request) {
		if q.URL.Path == "/slow" {
			<-release
		}
	})
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	given := make(chan error, 2)
	for range cap(given) { // one has the tab, the other waits for it
		go func() {
			_, err := b.Send(ctx, Request{Origin: app, Method: "GET", URL: server.URL + "/slow"})
			given <- err
		}()
	}
	for range cap(given) {
		if err := <-given; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error = %v", err)
		}
	}
	if o := send(t, b, Request{Origin: app, Method: "PUT", URL: server.URL + "/fast"}); !o.Resolved || o.Preflight == nil {
		t.Errorf("%+v", o)
	}
}
