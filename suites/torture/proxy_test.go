//go:build unix

package torture

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
)

// proxy stands between corsprobe and an S3 server. It counts the calls that a process makes, and does to each what it is told.
type proxy struct {
	URL     string
	address string
	forward *httputil.ReverseProxy

	mu       sync.Mutex
	listener net.Listener
	server   *http.Server
	calls    []string
	hook     hook // nil: every call is passed on
	closed   bool
}

// hook is what is done to a call, the n-th from 1. It may let the server answer and write that, or do something else. false: the call is passed
// on as if there were no hook.
type hook func(c *call) bool

// call is one request on its way.
type call struct {
	*proxy
	n int
	w http.ResponseWriter
	r *http.Request
}

func startProxy(t *testing.T, backend string) *proxy {
	t.Helper()
	to, err := url.Parse(backend)
	must(t, err)
	quiet := log.New(io.Discard, "", 0)
	p := &proxy{forward: &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host }, // the signature is for that host
		Transport: &http.Transport{DisableCompression: true}, ErrorLog: quiet,
	}}
	p.address = "127.0.0.1:0"
	must(t, p.open())
	p.URL = "http://" + p.address
	t.Cleanup(func() {
		p.mu.Lock()
		p.closed = true
		p.mu.Unlock()
		_ = p.server.Close()
		p.forward.Transport.(*http.Transport).CloseIdleConnections()
	})
	return p
}

// open listens, at the same address as before.
func (p *proxy) open() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil
	}
	l, err := net.Listen("tcp", p.address)
	if err != nil {
		return err
	}
	p.address, p.listener = l.Addr().String(), l
	p.server = &http.Server{Handler: p, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = p.server.Serve(l) }()
	return nil
}

// shut refuses connections from now on, until open.
func (p *proxy) shut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.listener.Close()
}

// do sets what is done to calls from now on, and begins to count anew.
func (p *proxy) do(h hook) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hook, p.calls = h, nil
}

// made are the calls since do.
func (p *proxy) made() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.calls...)
}

// ServeHTTP implements [http.Handler].
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.calls = append(p.calls, r.Method+" "+r.URL.RequestURI())
	c := &call{proxy: p, n: len(p.calls), w: w, r: r}
	h := p.hook
	p.mu.Unlock()
	if h == nil || !h(c) {
		p.forward.ServeHTTP(w, r)
	}
}

// answer lets the server carry out the call, and keeps its answer.
func (c *call) answer() *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	c.forward.ServeHTTP(recorder, c.r)
	return recorder
}

// write passes an answer on.
func (c *call) write(answer *httptest.ResponseRecorder) {
	for name, values := range answer.Header() {
		c.w.Header()[name] = values
	}
	c.w.WriteHeader(answer.Code)
	_, _ = c.w.Write(answer.Body.Bytes())
}

// reset cuts the connection as a crashed server does.
func (c *call) reset() {
	conn, _, err := http.NewResponseController(c.w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
