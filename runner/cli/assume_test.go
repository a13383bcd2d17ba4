package cli

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"

	"corsprobe/runner"
	"corsprobe/runner/endpoint"
	"corsprobe/runner/reference"
	"corsprobe/runner/s3cors"

	"github.com/rogpeppe/go-internal/testscript"
)

// startStatic starts an endpoint with one bucket, named in BUCKET, whose configuration is in a file and cannot be reached from outside:
// static cors.json.
func startStatic(ts *testscript.TestScript, _ bool, args []string) {
	server, err := reference.Start(context.Background())
	ts.Check(err)
	ts.Defer(func() { _ = server.Close(context.Background()) })
	access, secret := server.Credentials()
	data, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	cfg, err := s3cors.ParseJSON(data)
	ts.Check(err)
	e, err := endpoint.Open(context.Background(), endpoint.Config{URL: server.URL(), Region: server.Region(), AccessKey: access, SecretKey: secret, RunID: runner.NewID()})
	ts.Check(err)
	bucket, err := e.NewBucket(context.Background())
	ts.Check(err)
	ts.Check(bucket.PutCORS(context.Background(), cfg))

	target, err := url.Parse(server.URL())
	ts.Check(err)
	proxy := httputil.NewSingleHostReverseProxy(target) // it keeps the Host, and with it the signatures
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("cors") {
			fakes["unimplemented"](w, r)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	ts.Defer(front.Close)
	nameServer(ts, front.URL, server.Credentials)
	ts.Setenv("BUCKET", bucket.Name())
}
