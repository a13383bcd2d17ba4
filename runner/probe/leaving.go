package probe

import (
	"bufio"
	"bytes"
	"cmp"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Leaving is what answers left behind in their connections: bytes after the end that HTTP gives them (RFC 9112, section 6.3), with which the next
// answer there begins.
type Leaving struct {
	Method string // of the requests that were answered so
	Line   string // the first line of what was left
	Times  int
}

// leavings gathers them. It is safe for use from several goroutines.
type leavings struct {
	mu   sync.Mutex
	seen map[[2]string]int
}

// add notes what an answer left, and gives its first line.
func (l *leavings) add(method, left string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen == nil {
		l.seen = map[[2]string]int{}
	}
	line, _, _ := strings.Cut(left, "\r\n")
	line = cut(line)
	l.seen[[2]string{method, line}]++
	return line
}

// Leavings lists what was left behind since it was last called, the most frequent first. What is left in a connection is seen when that is used
// again or closed.
func (c *Client) Leavings() []Leaving {
	c.left.mu.Lock()
	defer c.left.mu.Unlock()
	var all []Leaving
	defer clear(c.left.seen)
	for key, times := range c.left.seen {
		all = append(all, Leaving{key[0], key[1], times})
	}
	slices.SortFunc(all, func(a, b Leaving) int {
		return cmp.Or(b.Times-a.Times, strings.Compare(a.Method, b.Method), strings.Compare(a.Line, b.Line))
	})
	return all
}

// behind is what came after the end of the answer to a request; empty where the answer is not whole, and for what a server may send unasked: the
// farewell of one that waited too long (408).
func behind(method string, raw []byte) string {
	if len(raw) == maxHead {
		return "" // no more was recorded
	}
	r := bufio.NewReader(bytes.NewReader(raw))
	for {
		answer, err := http.ReadResponse(r, &http.Request{Method: method})
		if err != nil {
			return ""
		}
		_, err = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close() // of a reader in memory
		switch {
		case err != nil:
			return ""
		case answer.StatusCode/100 == 1:
			continue
		}
		left, _ := io.ReadAll(r)
		if bytes.HasPrefix(left, []byte("HTTP/")) {
			return ""
		}
		return string(left)
	}
}

// garbled reports that an answer is none because of what another had left in the connection before it.
func garbled(err error, head headRecord) bool {
	text := err.Error()
	return head.before != "" && (strings.Contains(text, "malformed HTTP") || strings.Contains(text, "readLoopPeekFail"))
}
