package cli

import (
	"context"
	"strings"
	"sync/atomic"

	"corsprobe/runner/embedded"

	"github.com/rogpeppe/go-internal/testscript"
)

// startSpoilt starts an embedded server at which clean-up fails, and names it in the AWS variables: spoilt putback | buckets | trial | objects.
// Everything that comes before works.
func startSpoilt(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 || spoilt[args[0]] == nil {
		ts.Fatalf("usage: spoilt putback | buckets | trial | objects")
	}
	var cleaning atomic.Bool // set by the first object that is taken away, and by the second change of a user's bucket: the put-back
	var changes atomic.Int32
	server, err := embedded.Start(context.Background(), embedded.Options{Middleware: func(x *embedded.Exchange, next func()) {
		path, query, _ := strings.Cut(x.Target(), "?")
		c := spoiltCall{x.Method(), path, query}
		if c.method == "DELETE" && c.ofObject() || c.ofCORS() && c.path == "/media" && changes.Add(1) == 2 {
			cleaning.Store(true)
		}
		if cleaning.Load() && spoilt[args[0]](c) {
			x.SetStatus(403)
			x.SetHeader("Content-Type", "application/xml")
			x.SetBody("<Error><Code>ExpiredToken</Code><Message>The provided token has expired.\n##vso[task.complete result=Succeeded;]</Message><RequestId>1</RequestId></Error>")
			return
		}
		next()
	}})
	ts.Check(err)
	ts.Defer(func() { _ = server.Close(context.Background()) })
	nameServer(ts, server.URL(), server.Credentials)
}

type spoiltCall struct{ method, path, query string }

func (c spoiltCall) ofObject() bool { return strings.Count(strings.TrimSuffix(c.path, "/"), "/") > 1 }

func (c spoiltCall) ofCORS() bool { return strings.HasPrefix(c.query, "cors") && c.method != "GET" }

func (c spoiltCall) deletesBucket() bool { return c.method == "DELETE" && !c.ofObject() && !c.ofCORS() }

// spoilt are the calls that are refused once clean-up has begun. A run's first bucket is the one that it tries the endpoint with.
var spoilt = map[string]func(spoiltCall) bool{
	"putback": spoiltCall.ofCORS,
	"buckets": func(c spoiltCall) bool { return c.deletesBucket() && !strings.HasSuffix(c.path, "-1") },
	"trial":   func(c spoiltCall) bool { return c.deletesBucket() && strings.HasSuffix(c.path, "-1") },
	"objects": func(c spoiltCall) bool { return c.method == "DELETE" && c.ofObject() },
}
