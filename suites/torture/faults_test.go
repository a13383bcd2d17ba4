//go:build unix

package torture

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// fault is what an endpoint does instead of answering.
type fault struct {
	name string
	do   func(c *call)
	lies bool // it says that what is there is gone, or was done
}

// strayed counts the requests that followed a redirect.
var strayed atomic.Int64

// faults are what goes wrong. elsewhere is where the redirect points.
func faults(t *testing.T) []fault {
	t.Helper()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strayed.Add(1) }))
	t.Cleanup(elsewhere.Close)
	return []fault{
		{name: "refused connection", do: (*call).refuse},
		{name: "reset before the call", do: (*call).reset},
		{name: "reset after the call", do: func(c *call) { c.answer(); c.reset() }},
		{name: "no answer in time", do: func(c *call) { <-c.r.Context().Done() }},
		{name: "403 ExpiredToken", do: func(c *call) { c.error(403, "ExpiredToken") }},
		{name: "404", do: (*call).missing, lies: true},
		{name: "500 InternalError", do: func(c *call) { c.error(500, "InternalError") }},
		{name: "503 SlowDown", do: func(c *call) { c.error(503, "SlowDown") }},
		{name: "garbage for XML", do: func(c *call) { c.document(200, "<<< \x00 nothing &that; <is/ XML") }},
		{name: "body cut off", do: (*call).cutOff},
		{name: "body without end", do: (*call).endless},
		{name: "redirect", do: func(c *call) { c.w.Header().Set("Location", elsewhere.URL+c.r.URL.RequestURI()); c.w.WriteHeader(307) }},
		{name: "another document", do: (*call).another, lies: true},
	}
}

// refuse closes the connection and takes no other for a while: longer than it takes to try again.
func (c *call) refuse() {
	c.shut()
	c.reset()
	time.AfterFunc(400*time.Millisecond, func() { _ = c.open() })
}

func (c *call) error(status int, code string) {
	c.document(status, "<Error><Code>"+code+"</Code><Message>No.</Message><RequestId>1</RequestId></Error>")
}

func (c *call) document(status int, text string) {
	c.w.Header().Set("Content-Type", "application/xml")
	c.w.WriteHeader(status)
	_, _ = fmt.Fprint(c.w, text)
}

func (c *call) ofCORS() bool { return c.r.URL.Query().Has("cors") }

// missing says that there is nothing, in the way that is worst: for a configuration, that there is none.
func (c *call) missing() {
	switch {
	case c.ofCORS() && c.r.Method == http.MethodGet:
		c.error(404, "NoSuchCORSConfiguration")
	case strings.Count(strings.TrimSuffix(c.r.URL.Path, "/"), "/") > 1:
		c.error(404, "NoSuchKey")
	default:
		c.error(404, "NoSuchBucket")
	}
}

// cutOff sends half an answer.
func (c *call) cutOff() {
	answer := c.answer()
	body := answer.Body.Bytes()
	for name, values := range answer.Header() {
		c.w.Header()[name] = values
	}
	c.w.Header().Set("Content-Length", strconv.Itoa(max(len(body), 2)))
	c.w.WriteHeader(answer.Code)
	_, _ = c.w.Write(body[:len(body)/2])
	_ = http.NewResponseController(c.w).Flush()
	c.reset()
}

func (c *call) endless() {
	c.w.Header().Set("Content-Type", "application/xml")
	c.w.WriteHeader(200)
	chunk := []byte(strings.Repeat("<CORSRule><AllowedOrigin>*</AllowedOrigin></CORSRule>", 1000))
	for begin := []byte("<CORSConfiguration>"); c.r.Context().Err() == nil; begin = nil {
		if _, err := c.w.Write(append(begin, chunk...)); err != nil {
			return
		}
	}
}

// another is a sound answer to another question.
func (c *call) another() {
	if c.ofCORS() {
		c.document(200, "<CORSConfiguration><CORSRule><AllowedOrigin>https://another.example</AllowedOrigin><AllowedMethod>PUT</AllowedMethod></CORSRule></CORSConfiguration>")
		return
	}
	c.document(200, "<ListAllMyBucketsResult><Buckets><Bucket><Name>another</Name></Bucket></Buckets></ListAllMyBucketsResult>")
}
