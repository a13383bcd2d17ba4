package probe

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"

	"corsprobe/runner/result"
)

// An answer without a body sets its connection free before its head was looked at. It must not be given the next request's head.
func TestHeadsStayApart(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Echo", r.Header.Get("Origin"))
	}))
	defer server.Close()
	address, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	client, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var all sync.WaitGroup
	for worker := range 16 {
		all.Go(func() {
			for i := range 300 {
				want := fmt.Sprintf("https://o%d-%d.example", worker, i)
				ex := client.Do(context.Background(), Request{Method: "OPTIONS", URL: address, Header: []result.Header{{Name: "Origin", Value: want}}})
				if got := result.Values(ex.Response.Headers, "X-Echo"); len(got) != 1 || got[0] != want {
					t.Errorf("X-Echo %q, want %q (%s)", got, want, ex.Error)
				}
			}
		})
	}
	all.Wait()
}

// The same, step by step.
func TestRecordingOutlivesItsTurn(t *testing.T) {
	client, server := net.Pipe()
	defer func() { _, _ = client.Close(), server.Close() }()
	conn := &recordingConn{Conn: client}
	receive := func(text string) *recording {
		r, _ := conn.begin(http.MethodGet)
		go func() { _, _ = server.Write([]byte(text)) }()
		if _, err := io.ReadFull(conn, make([]byte, len(text))); err != nil {
			t.Fatal(err)
		}
		return r
	}
	first, second := receive("first"), receive("second")
	if got := string(first.bytes()) + " " + string(second.bytes()); got != "first second" {
		t.Errorf("recorded %q, want %q", got, "first second")
	}
}
