package endpoint

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// A server that the endpoint's calls were sent to can end at once: no connection is kept that nobody uses.
func TestCloseLeavesNoConnection(t *testing.T) {
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }))
	server.Config.ConnState = func(c net.Conn, state http.ConnState) {
		mu.Lock()
		defer mu.Unlock()
		if open[c] = true; state == http.StateClosed {
			delete(open, c)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	e, err := Open(t.Context(), Config{URL: server.URL, Region: "us-east-1", AccessKey: "a", SecretKey: "b"})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Check(t.Context()); err == nil {
		t.Fatal("the check of an endpoint that has nothing went well")
	}
	count := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(open)
	}
	if count() == 0 {
		t.Fatal("nothing was asked over a connection that is kept")
	}
	e.Close()
	for end := time.Now().Add(10 * time.Second); count() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d connections are open after Close", count())
		}
	}
}
