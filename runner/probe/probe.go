// Package probe sends one raw HTTP request at a time and keeps the evidence: every header line in the order and case in which it came.
//
// Exchanges hold what was sent and what came, secrets among it: they are for judging. Whoever shows one redacts it first, with
// [Client.Redactor].
package probe

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"corsprobe/runner/pace"
	"corsprobe/runner/redact"
	"corsprobe/runner/result"
)

const (
	// maxBody is how much of a body is kept: an error document is far smaller, and more would make reports unreadable.
	maxBody = 64 << 10
	// maxDrain is how much more of a body is read so that its connection can be used again.
	maxDrain = 1 << 20
)

// Options say how an endpoint is reached. The zero value is usable.
type Options struct {
	Resolve   []Resolve
	CAFile    string // further certificate authorities, PEM
	Insecure  bool   // do not verify certificates
	HTTP2     bool
	Timeout   time.Duration // of one request; 30 s when 0
	UserAgent string
	Secrets   []string // for [Client.Redactor]: never to be shown, wherever they turn up
}

// Client sends requests. It is safe for use from several goroutines.
type Client struct {
	http   *http.Client
	fresh  *http.Client // keeps no connection
	opts   Options
	redact *redact.Redactor
	left   *leavings
	alone  bool // what one connection has carried is what is asked about
}

// Request is one request to send.
type Request struct {
	Kind   string // what it is in a report: "preflight"
	Method string
	URL    *url.URL
	Host   string          // the Host header, where it differs from the URL's
	Header []result.Header // sent in the case given
	Body   []byte
	// Fresh has the request go over a connection of its own: behind one name may stand several nodes, and an idle connection leads to
	// the one that answered before.
	Fresh bool
	// Node is the address that a fresh connection goes to where a name has several, from 1; 0: whichever is next.
	Node int
}

// New makes a client. An error names a file of certificates that cannot be used.
func New(opts Options) (*Client, error) {
	left := &leavings{}
	transport, err := newTransport(opts, left)
	if err != nil {
		return nil, err
	}
	if opts.Timeout == 0 {
		opts.Timeout = 30 * time.Second
	}
	unkept := transport.Clone()
	unkept.DisableKeepAlives = true
	return &Client{
		http:   following(transport),
		fresh:  following(unkept),
		opts:   opts,
		redact: redact.New(opts.Secrets...),
		left:   left,
	}, nil
}

// Alone is a client like this one with connections of its own. It is to be closed.
func (c *Client) Alone() *Client {
	alone := *c
	alone.alone = true
	if t, ok := c.http.Transport.(*http.Transport); ok {
		alone.http = following(t.Clone())
	}
	return &alone
}

// Nodes is how many addresses a name has at most, see [Options.Resolve].
func (c *Client) Nodes() int { return c.opts.Nodes() }

// following is a client that follows no redirect.
func following(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Close closes idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Redactor removes the client's secrets from evidence. It is to be used once, where evidence is handed over to be shown.
func (c *Client) Redactor() *redact.Redactor { return c.redact }

// Do sends a request, at the context's [pace], and again as long as that allows where the answer only asks for time. It never fails: where
// there was no answer, the exchange says why.
func (c *Client) Do(ctx context.Context, q Request) result.Exchange {
	p := pace.From(ctx)
	for asking := p.Ask(); ; {
		end, err := p.Begin(ctx)
		if err != nil {
			return result.Exchange{Kind: q.Kind, Start: time.Now(), Request: c.sent(q), Error: "interrupted"}
		}
		ex, mixed := c.once(ctx, q)
		if mixed && !c.alone {
			q.Fresh = true
			ex, _ = c.once(ctx, q)
		}
		end()
		if !asking.Again(ctx, ex.Response.Status, strings.Join(result.Values(ex.Response.Headers, "Retry-After"), "")) {
			return ex
		}
	}
}

// once sends a request. mixed: there is no answer because another left something in the connection.
func (c *Client) once(ctx context.Context, q Request) (ex result.Exchange, mixed bool) {
	ex = result.Exchange{Kind: q.Kind, Start: time.Now()}
	ex.Request = c.sent(q)
	ctx, cancel := context.WithTimeout(ctx, c.opts.Timeout)
	defer cancel()
	client := c.http
	if q.Fresh {
		client = c.fresh
	}
	if q.Fresh && q.Node > 0 {
		ctx = context.WithValue(ctx, node{}, q.Node)
	}
	var head headRecord
	r, err := c.build(head.trace(ctx, q.Method), q)
	if err != nil {
		ex.Error = err.Error()
		return ex, false
	}
	answer, err := client.Do(r)
	if err != nil {
		ex.Error, ex.Took = c.sentence(ctx, err), time.Since(ex.Start)
		if mixed = garbled(err, head); mixed {
			line := c.left.add(head.before, string(head.recording.bytes()))
			ex.Error = fmt.Sprintf("the answer begins with %q, which the answer to a %s before it left in the connection", line, head.before)
		}
		return ex, mixed
	}
	defer func() { _ = answer.Body.Close() }()
	ex.Response, err = c.received(answer, &head)
	if err != nil {
		ex.Error = c.sentence(ctx, err)
	}
	ex.Took = time.Since(ex.Start)
	return ex, false
}

func (c *Client) build(ctx context.Context, q Request) (*http.Request, error) {
	var body io.Reader
	if len(q.Body) > 0 {
		body = bytes.NewReader(q.Body)
	}
	r, err := http.NewRequestWithContext(ctx, q.Method, "", body)
	if err != nil {
		return nil, err
	}
	r.URL, r.Host = q.URL, q.host()
	if !named(q.Header, "User-Agent") {
		r.Header["User-Agent"] = []string{c.opts.UserAgent}
	}
	for _, h := range q.Header {
		if strings.ContainsAny(h.Name, "\r\n\x00") || strings.ContainsAny(h.Value, "\r\n\x00") {
			return nil, fmt.Errorf("header %q cannot be sent: it has a line break or NUL", h.Name)
		}
		r.Header[h.Name] = append(r.Header[h.Name], h.Value)
	}
	return r, nil
}

// host is what the Host header says. As net/http does, it leaves out an empty port.
func (q Request) host() string { return cmp.Or(q.Host, strings.TrimSuffix(q.URL.Host, ":")) }

func named(lines []result.Header, name string) bool {
	return slices.ContainsFunc(lines, func(h result.Header) bool { return h.Is(name) })
}

// sent is the request as evidence.
func (c *Client) sent(q Request) result.Request {
	lines := append(make([]result.Header, 0, 2+len(q.Header)), result.Header{Name: "Host", Value: q.host()})
	if c.opts.UserAgent != "" && !named(q.Header, "User-Agent") {
		lines = append(lines, result.Header{Name: "User-Agent", Value: c.opts.UserAgent})
	}
	return result.Request{Method: q.Method, URL: q.URL.String(), Headers: append(lines, q.Header...)}
}

func (c *Client) received(answer *http.Response, head *headRecord) (result.Response, error) {
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxBody+1))
	r := result.Response{Status: answer.StatusCode, Proto: answer.Proto, Headers: head.lines(answer)}
	if len(body) > maxBody {
		body, r.Truncated = body[:maxBody], true
		_, _ = io.CopyN(io.Discard, answer.Body, maxDrain)
	}
	r.Body = text(decoded(answer.Header.Get("Content-Encoding"), body))
	return r, err
}

// text makes a body fit to be shown.
func text(body []byte) string {
	if utf8.Valid(body) {
		return string(body)
	}
	return strings.ToValidUTF8(string(body), "\uFFFD")
}

// sentence says in a few words why there was no answer.
func (c *Client) sentence(ctx context.Context, err error) string {
	var urlError *url.Error
	if errors.As(err, &urlError) {
		err = urlError.Err
	}
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Sprintf("no answer within %s", c.opts.Timeout)
	case errors.Is(ctx.Err(), context.Canceled):
		return "interrupted"
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed without an answer"
	}
	if text := otherProtocol(err); text != "" {
		return text
	}
	return err.Error()
}

// sortedNames lists the names of a header map.
func sortedNames(h http.Header) []string {
	var names []string
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
