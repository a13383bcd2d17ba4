package probe

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"

	"corsprobe/runner/result"
)

// maxHead bounds what is kept of an answer's head; net/http refuses heads over 10 MiB long after.
const maxHead = 1 << 20

// recordingConn keeps the bytes read for each request: net/http sorts header lines into a map, and the order and case in which a server
// sent them would be lost.
type recordingConn struct {
	net.Conn
	left    *leavings
	mu      sync.Mutex
	current *recording // of the request under way; nil before the first
	method  string     // of that request
}

// recording is what came for one request. It outlives the request's turn on the connection: an answer without a body sets the connection
// free for the next request before the first one has looked at it.
type recording struct {
	mu  sync.Mutex
	raw []byte
}

func (r *recording) add(p []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.raw = append(r.raw, p[:min(len(p), maxHead-len(r.raw))]...)
}

// bytes are what has come until now. More is added behind it, and nothing of it changes.
func (r *recording) bytes() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.raw
}

// Read implements net.Conn.
func (c *recordingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current != nil {
		c.current.add(p[:n])
	}
	return n, err
}

// begin starts the recording of the next request's answer, and gives the method of the request before; empty: there was none.
func (c *recordingConn) begin(method string) (r *recording, before string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before = c.method
	c.current, c.method = &recording{}, method
	return c.current, before
}

// Close implements net.Conn. A connection in which something was left behind is closed as soon as net/http sees it there.
func (c *recordingConn) Close() error {
	err := c.Conn.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current != nil && c.left != nil {
		if left := behind(c.method, c.current.bytes()); left != "" {
			c.left.add(c.method, left)
		}
		c.current = nil
	}
	return err
}

// headRecord finds what came for one request.
type headRecord struct {
	recording *recording
	before    string // the method of what was asked before over the connection; empty: nothing
}

func (h *headRecord) trace(ctx context.Context, method string) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			h.recording, h.before = nil, "" // of an earlier connection that had been closed while idle
			if conn, ok := info.Conn.(*recordingConn); ok {
				h.recording, h.before = conn.begin(method)
			}
		},
	})
}

// lines are the answer's header lines as sent, or, where the connection was not recorded, as net/http sorted them.
func (h *headRecord) lines(answer *http.Response) []result.Header {
	if h.recording != nil {
		if lines, ok := parseHead(h.recording.bytes()); ok {
			return lines
		}
	}
	var lines []result.Header
	for _, name := range sortedNames(answer.Header) {
		for _, value := range answer.Header[name] {
			lines = append(lines, result.Header{Name: name, Value: value})
		}
	}
	return lines
}

// parseHead reads the header lines of the first answer that is not an interim one (1xx). false where the bytes hold no whole head.
func parseHead(raw []byte) ([]result.Header, bool) {
	for {
		head, rest, found := bytes.Cut(raw, []byte("\r\n\r\n"))
		if !found {
			return nil, false
		}
		status, fields, _ := strings.Cut(string(head), "\r\n")
		if _, code, ok := strings.Cut(status, " "); ok && strings.HasPrefix(code, "1") {
			raw = rest
			continue
		}
		return parseLines(fields)
	}
}

func parseLines(fields string) ([]result.Header, bool) {
	lines := make([]result.Header, 0, 1+strings.Count(fields, "\r\n"))
	for line := range strings.SplitSeq(fields, "\r\n") {
		if line == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			return nil, false // folded or broken lines: net/http's reading is used
		}
		lines = append(lines, result.Header{Name: name, Value: strings.Trim(value, " \t")})
	}
	return lines, true
}
