package probe

import (
	"bufio"
	"context"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"corsprobe/runner/result"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func parse(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func client(t *testing.T, opts Options) *Client {
	t.Helper()
	c, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// raw is a server that reads a request's head and writes what answers lists, one a request, then closes.
func raw(t *testing.T, answers ...string) *url.URL {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		requests := bufio.NewReader(conn)
		for _, a := range answers {
			if _, err := http.ReadRequest(requests); err != nil {
				return
			}
			_, _ = conn.Write([]byte(a))
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return parse(t, "http://"+l.Addr().String()+"/x")
}

func lines(headers []result.Header) string {
	var b strings.Builder
	for _, h := range headers {
		fmt.Fprintf(&b, "%s: %s\n", h.Name, h.Value)
	}
	return b.String()
}

// Header lines are kept as a server sent them: order, case and duplicates.
func TestAnswersAsSent(t *testing.T) {
	for _, c := range []struct{ name, method, answer, want, err string }{
		{"order, case and duplicates", "GET", "HTTP/1.1 200 OK\r\nvary: b\r\nACCESS-Control-Allow-Origin:  *  \r\nVary: a\r\nContent-Length: 2\r\nvary: b\r\n\r\nhi",
			"200 HTTP/1.1\nvary: b\nACCESS-Control-Allow-Origin: *\nVary: a\nContent-Length: 2\nvary: b\nhi", ""},
		{"interim answers", "GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\nX: y\r\n\r\n", "204 HTTP/1.1\nX: y\n", ""},
		{"chunks", "GET", "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n2\r\nno\r\n1\r\n!\r\n0\r\n\r\n", "403 HTTP/1.1\nTransfer-Encoding: chunked\nA: b\nno!", ""},
		{"HEAD", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", "200 HTTP/1.1\nContent-Length: 100\n", ""},
		{"304", "GET", "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n", "304 HTTP/1.1\nETag: \"x\"\n", ""},
		{"HTTP/1.0 until the end", "GET", "HTTP/1.0 200 OK\r\nA: b\r\n\r\nall of it", "200 HTTP/1.0\nA: b\nall of it", ""},
		{"folded line, as net/http reads it", "GET", "HTTP/1.1 200 OK\r\nB: c\r\n d\r\nContent-Length: 0\r\n\r\n", "200 HTTP/1.1\nB: c d\nContent-Length: 0\n", ""},
		{"invalid UTF-8", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na\xffb", "200 HTTP/1.1\nContent-Length: 3\na\uFFFDb", ""},
		{"no answer", "GET", "", "", "the connection was closed without an answer"},
		{"half a body", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "200 HTTP/1.1\nContent-Length: 10\nhalf", "the connection was closed without an answer"},
		{"no HTTP", "GET", "hello\r\n\r\n", "", `the server speaks no HTTP/1.1: its answer begins with "hello"`},
		{"an SSH server", "GET", "SSH-2.0-OpenSSH_9.2\r\n", "", `the server speaks no HTTP/1.1, and looks like an SSH server: its answer begins with "SSH-2.0-OpenSSH_9.2"`},
		{"a mail server", "GET", "220 mail ESMTP\r\n", "", `the server speaks no HTTP/1.1: its answer has "mail" where version and status belong`},
		{"TLS", "GET", "\x15\x03\x01\x00\x02\x02\x46", "", "the server speaks TLS only: try https:// instead of http://"},
		{"redirect, not followed", "GET", "HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "301 HTTP/1.1\nLocation: http://127.0.0.1:1/\nContent-Length: 0\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			ex := client(t, Options{}).Do(t.Context(), Request{Method: c.method, URL: raw(t, c.answer)})
			got := ""
			if ex.Response.Status != 0 {
				got = fmt.Sprintf("%d %s\n%s%s", ex.Response.Status, ex.Response.Proto, lines(ex.Response.Headers), ex.Response.Body)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if ex.Error != c.err {
				t.Errorf("error %q, want %q", ex.Error, c.err)
			}
		})
	}
}

// One connection serves several requests, each with its own answer.
func TestKeepAlive(t *testing.T) {
	u := raw(t, "HTTP/1.1 200 OK\r\nN: 1\r\nContent-Length: 1\r\n\r\na", "HTTP/1.1 200 OK\r\nN: 2\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nN: 3\r\nContent-Length: 0\r\n\r\n")
	c := client(t, Options{})
	for i := 1; i <= 3; i++ {
		ex := c.Do(t.Context(), Request{Method: "OPTIONS", URL: u})
		if got := result.Values(ex.Response.Headers, "N"); len(got) != 1 || got[0] != strconv.Itoa(i) {
			t.Errorf("request %d got N %v %s", i, got, ex.Error)
		}
	}
}

// Requests go out as given, and the evidence says the same.
func TestRequestsAsGiven(t *testing.T) {
	var got string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = fmt.Sprintf("%s %s %s %q", r.Method, r.Host, r.RequestURI, r.Header)
	}))
	defer server.Close()
	ex := client(t, Options{UserAgent: "corsprobe/test"}).Do(t.Context(), Request{
		Method: "OPTIONS", URL: parse(t, server.URL+"/a%2Fb?x=%20"), Host: "bucket.example.com",
		Header: []result.Header{{Name: "Origin", Value: "https://ü.example"}, {Name: "X-A", Value: "1"}, {Name: "X-A", Value: "2"}},
	})
	want := `OPTIONS bucket.example.com /a%2Fb?x=%20 map["Origin":["https://ü.example"] "User-Agent":["corsprobe/test"] "X-A":["1" "2"]]`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("Host: bucket.example.com\nUser-Agent: corsprobe/test\nOrigin: https://ü.example\nX-A: 1\nX-A: 2\n", lines(ex.Request.Headers)); diff != "" {
		t.Errorf("evidence (-want +got):\n%s", diff)
	}
	bad := client(t, Options{}).Do(t.Context(), Request{Method: "GET", URL: parse(t, server.URL), Header: []result.Header{{Name: "A", Value: "b\r\nC: d"}}})
	if want := `header "A" cannot be sent: it has a line break or NUL`; bad.Error != want {
		t.Errorf("error %q, want %q", bad.Error, want)
	}
}

// What is signed, sent and shown is one host.
func TestHost(t *testing.T) {
	for _, c := range []struct{ address, host, want string }{
		{"http://s3.example/", "", "s3.example"}, {"http://s3.example:8080/", "", "s3.example:8080"}, {"http://s3.example:/", "", "s3.example"},
		{"http://[::1]:/", "", "[::1]"}, {"http://127.0.0.1:1/", "s3.example:", "s3.example:"},
	} {
		q := Request{Method: http.MethodGet, URL: parse(t, c.address), Host: c.host}
		r, err := client(t, Options{}).build(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		shown := client(t, Options{}).sent(q).Headers[0].Value
		if r.Host != c.want || unsignedRequest(q).Host != c.want || shown != c.want {
			t.Errorf("%s %s: sends %q, signs %q, shows %q, want %q", c.address, c.host, r.Host, unsignedRequest(q).Host, shown, c.want)
		}
	}
}

func TestLargeBody(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 3*maxBody)) }))
	defer server.Close()
	ex := client(t, Options{}).Do(t.Context(), Request{Method: "GET", URL: parse(t, server.URL)})
	if len(ex.Response.Body) != maxBody || !ex.Response.Truncated {
		t.Errorf("%d bytes kept, truncated %v; want %d, true", len(ex.Response.Body), ex.Response.Truncated, maxBody)
	}
}

func TestTimeoutAndInterruption(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer server.Close()
	c := client(t, Options{Timeout: 30 * time.Millisecond})
	if ex := c.Do(t.Context(), Request{Method: "GET", URL: parse(t, server.URL)}); ex.Error != "no answer within 30ms" {
		t.Errorf("error %q", ex.Error)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if ex := c.Do(ctx, Request{Method: "GET", URL: parse(t, server.URL)}); ex.Error != "interrupted" {
		t.Errorf("error %q", ex.Error)
	}
}

func TestTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	server.Config.ErrorLog = nil
	authority := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(authority, block, 0o600); err != nil {
		t.Fatal(err)
	}
	port := parse(t, server.URL).Port()
	named := []Resolve{{Host: "example.com", Port: port, Addr: "127.0.0.1"}} // a name of httptest's certificate
	for _, c := range []struct {
		name        string
		opts        Options
		bundle      string
		proto, fail string
	}{
		{"unknown authority", Options{}, "", "", "certificate signed by unknown authority"},
		{"--insecure", Options{Insecure: true}, "", "HTTP/1.1", ""},
		{"--ca-file", Options{CAFile: authority}, "", "HTTP/1.1", ""},
		{"AWS_CA_BUNDLE", Options{}, authority, "HTTP/1.1", ""},
		{"HTTP/2", Options{CAFile: authority, HTTP2: true}, "", "HTTP/2.0", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("AWS_CA_BUNDLE", c.bundle)
			c.opts.Resolve = named
			ex := client(t, c.opts).Do(t.Context(), Request{Method: "GET", URL: parse(t, "https://example.com:"+port+"/")})
			if ex.Response.Proto != c.proto || !strings.Contains(ex.Error, c.fail) || (c.fail == "") != (ex.Error == "") {
				t.Errorf("%s %q, want %s %q", ex.Response.Proto, ex.Error, c.proto, c.fail)
			}
		})
	}
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Options{CAFile: empty}); err == nil || err.Error() != "certificate authorities: "+empty+" holds no certificate in PEM" {
		t.Errorf("error = %v", err)
	}
}

func TestParseResolve(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"s3.example.com:443:127.0.0.1", "{s3.example.com 443 127.0.0.1} <nil>"},
		{"*:443:[::1]", "{* 443 ::1} <nil>"},
		{"s3.example.com:443", "{  } --resolve s3.example.com:443: expected HOST:PORT:ADDR, as in s3.example.com:443:127.0.0.1"},
		{"s3.example.com:443:127.0.0.1,[::1]", "{s3.example.com 443 127.0.0.1,::1} <nil>"},
		{"s3.example.com:443:127.0.0.1,", "{  } --resolve s3.example.com:443:127.0.0.1,:  is no IP address"},
		{"s3.example.com:443:nowhere", "{  } --resolve s3.example.com:443:nowhere: nowhere is no IP address"},
	} {
		r, err := ParseResolve(c.text)
		if got := fmt.Sprint(r, " ", err); got != c.want {
			t.Errorf("%s: %s, want %s", c.text, got, c.want)
		}
	}
}
