package probe

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"corsprobe/runner/result"
)

// Behind one name may stand several addresses: a request goes to the one that it asks for, and connections that ask for none take them by turns.
func TestSeveralAddresses(t *testing.T) {
	first := answering(t, "127.0.0.1:0", "first")
	_, port, _ := net.SplitHostPort(first)
	answering(t, "127.0.0.2:"+port, "second")
	r, err := ParseResolve("s3.example.com:" + port + ":127.0.0.1,127.0.0.2")
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Options{Resolve: []Resolve{r}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got := c.Nodes(); got != 2 {
		t.Errorf("%d addresses, want 2", got)
	}
	u, _ := url.Parse("http://s3.example.com:" + port + "/")
	by := func(node int) string {
		ex := c.Do(t.Context(), Request{Method: "GET", URL: u, Fresh: true, Node: node})
		return ex.Error + strings.Join(result.Values(ex.Response.Headers, "X-Node"), "")
	}
	for node, want := range map[int]string{1: "second", 2: "first", 3: "second"} {
		if got := by(node); got != want {
			t.Errorf("address %d is %s, want %s", node, got, want)
		}
	}
	if a, b := by(0), by(0); a == b {
		t.Errorf("both connections lead to the %s", a)
	}
}

// answering is a server at an address that says who it is.
func answering(t *testing.T, address, name string) string {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Skipf("%s cannot be had here: %v", address, err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-Node", name) }))
	_ = server.Listener.Close()
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	return listener.Addr().String()
}
