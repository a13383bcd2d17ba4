package probe

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What comes after an answer's end was left behind.
func TestBehind(t *testing.T) {
	for _, c := range []struct{ name, method, raw, want string }{
		{"nothing", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", ""},
		{"a body that is too long", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhidden", "dden"},
		{"chunks", "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", ""},
		{"chunks that end twice", "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n0\r\n\r\n", "0\r\n\r\n"},
		{"the end of chunks after HEAD", "HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "0\r\n\r\n"},
		{"HEAD", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", ""},
		{"a body of HEAD", "HEAD", "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", "no"},
		{"a body of 204", "DELETE", "HTTP/1.1 204 No Content\r\n\r\nno", "no"},
		{"a body of 304", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\nno", "no"},
		{"an interim answer", "PUT", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""},
		{"after an interim answer", "PUT", "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nx", "x"},
		{"a farewell", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n", ""},
		{"until the end of the connection", "GET", "HTTP/1.0 200 OK\r\n\r\nall of it", ""},
		{"half an answer", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", ""},
		{"half a head", "GET", "HTTP/1.1 200 OK\r\nContent-", ""},
		{"no answer", "GET", "", ""},
		{"what another left", "GET", "0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""},
	} {
		if got := behind(c.method, []byte(c.raw)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// An answer that another had left something before is none: it is asked for again over a connection of its own, and what was left is told.
func TestAnswerBehindLeavings(t *testing.T) {
	for _, c := range []struct{ name, left, want string }{
		{"the end of chunks", "0\r\n\r\n", `[{HEAD 0 1}]`},
		{"a text", "not found\r\n", `[{HEAD not found 1}]`},
		{"an empty line", "\r\n\r\n", `[{HEAD  1}]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := leaving(t, c.left)
			client := client(t, Options{})
			for i, method := range []string{http.MethodHead, http.MethodGet, http.MethodGet} {
				ex := client.Do(t.Context(), Request{Method: method, URL: u})
				if ex.Error != "" || ex.Response.Status != http.StatusOK {
					t.Errorf("answer %d: %d %s", i+1, ex.Response.Status, ex.Error)
				}
			}
			client.Close()
			if diff := cmp.Diff(c.want, fmt.Sprint(client.Leavings())); diff != "" {
				t.Errorf("left behind (-want +got):\n%s", diff)
			}
			if again := client.Leavings(); len(again) > 0 {
				t.Errorf("told twice: %v", again)
			}
		})
	}
}

// Where it is asked what a connection carried before, nothing is asked again.
func TestAloneKeepsItsConnection(t *testing.T) {
	u := raw(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	alone := client(t, Options{}).Alone()
	defer alone.Close()
	alone.Do(t.Context(), Request{Method: http.MethodHead, URL: u})
	ex := alone.Do(t.Context(), Request{Method: http.MethodGet, URL: u})
	if want := `the answer begins with "0", which the answer to a HEAD before it left in the connection`; ex.Error != want {
		t.Errorf("error %q, want %q", ex.Error, want)
	}
}

// leaving is a server that leaves something behind after each answer to HEAD: it comes with the next answer, so that nobody sees it before that.
func leaving(t *testing.T, left string) *url.URL {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	serve := func(conn net.Conn) {
		defer func() { _ = conn.Close() }()
		requests := bufio.NewReader(conn)
		behind := ""
		for {
			r, err := http.ReadRequest(requests)
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte(behind + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
			if behind = ""; r.Method == http.MethodHead {
				behind = left
			}
		}
	}
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { serve(conn) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); all.Wait() }) // after the client, which was made later, is closed
	return parse(t, "http://"+l.Addr().String()+"/x")
}
