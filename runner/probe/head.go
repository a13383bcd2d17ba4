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

// recordingConn keeps the bytes read since the last request was written: net/http sorts header lines into a map, and the order and case in
// which a server sent them would be lost.
type recordingConn struct {
	net.Conn
	mu   sync.Mutex
	head []byte
}

// Read implements net.Conn.
func (c *recordingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if room := maxHead - len(c.head); room > 0 {
		c.head = append(c.head, p[:min(n, room)]...)
	}
	return n, err
}

func (c *recordingConn) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.head = nil
}

func (c *recordingConn) bytes() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Clone(c.head)
}

// headRecord finds the connection that carried one request.
type headRecord struct{ conn *recordingConn }

func (h *headRecord) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			h.conn, _ = info.Conn.(*recordingConn)
			if h.conn != nil {
				h.conn.reset()
			}
		},
	})
}

// lines are the answer's header lines as sent, or, where the connection was not recorded, as net/http sorted them.
func (h *headRecord) lines(answer *http.Response) []result.Header {
	if h.conn != nil {
		if lines, ok := parseHead(h.conn.bytes()); ok {
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
	var lines []result.Header
	for line := range strings.SplitSeq(fields, "\r\n") {
		if line == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			return nil, false // folded or broken: net/http's reading stands
		}
		lines = append(lines, result.Header{Name: name, Value: strings.Trim(value, " \t")})
	}
	return lines, true
}
