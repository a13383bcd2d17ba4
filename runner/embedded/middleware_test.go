package embedded

import (
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func TestMiddlewareAltersAnswers(t *testing.T) {
	s, c := withBucket(t, Options{Middleware: func(x *Exchange, next func()) {
		next()
		if x.Method() != "OPTIONS" {
			return
		}
		x.DelHeader("Access-Control-Allow-Methods")
		x.SetHeader("Access-Control-Allow-Origin", "*")
		x.AddHeader("Access-Control-Allow-Origin", "null")
		x.SetHeader("X-Seen", strings.Join([]string{
			x.Host(), x.Target(), x.RequestHeader("origin"), strings.Join(x.Header("Access-Control-Allow-Origin"), "+"),
		}, " "))
	}})
	putCORS(t, c, rule("https://a.example", "GET"))
	got := send(t, "OPTIONS", s.URL()+"/pail/k?q=1", "", "Origin", "https://a.example", "Host", "localhost",
		"Access-Control-Request-Method", "GET")
	got.wantStatus(t, 200)
	got.wantHeader(t, "Access-Control-Allow-Origin", "*; null")
	got.wantHeader(t, "Access-Control-Allow-Methods", "")
	got.wantHeader(t, "X-Seen", "localhost /pail/k?q=1 https://a.example *+null")
}

func TestMiddlewareReplacesAnswers(t *testing.T) {
	var bodies atomic.Value
	s, c := withBucket(t, Options{Middleware: func(x *Exchange, next func()) {
		next()
		if x.Method() == "GET" && strings.HasPrefix(x.Target(), "/pail/key") {
			bodies.Store(x.Body())
			x.SetStatus(x.Status() + 3)
			x.SetBody("something else")
		}
	}})
	put(t, c, "key", "content")
	got := send(t, "GET", presignGet(t, c, "key"), "")
	got.wantStatus(t, 203)
	if got.body != "something else" {
		t.Errorf("body is %q", got.body)
	}
	got.wantHeader(t, "Content-Length", "14")
	if bodies.Load() != "content" {
		t.Errorf("the middleware saw body %q", bodies.Load())
	}
	send(t, "GET", s.URL()+"/pail/key", "").wantStatus(t, 406)
}

func TestMiddlewareAnswersItself(t *testing.T) {
	s := run(t, Options{Middleware: func(x *Exchange, _ func()) {
		x.SetStatus(503)
		x.SetBody("busy")
	}})
	got := send(t, "GET", s.URL()+"/", "")
	got.wantStatus(t, 503)
	if got.body != "busy" {
		t.Errorf("body is %q", got.body)
	}
}

func TestMiddlewareAborts(t *testing.T) {
	s := run(t, Options{Middleware: func(x *Exchange, _ func()) { x.Abort() }})
	if resp, err := web.Get(s.URL() + "/"); err == nil {
		resp.Body.Close()
		t.Errorf("status is %d, want no answer", resp.StatusCode)
	}
}

func TestMiddlewareDoesNotSeeTheStart(t *testing.T) {
	var calls atomic.Int32
	s := run(t, Options{Middleware: func(_ *Exchange, next func()) {
		calls.Add(1)
		next()
	}})
	must(t)(client(s).ListBuckets(t.Context(), &s3.ListBucketsInput{}))
	if got := calls.Load(); got != 1 {
		t.Errorf("the middleware was called %d times, want once", got)
	}
}
