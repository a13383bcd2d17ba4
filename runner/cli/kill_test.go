package cli

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rogpeppe/go-internal/testscript"
)

// killed runs a command against the endpoint that was named last, and kills it at its first preflight after a configuration was put, in a
// way that no process can do anything about: killed corsprobe run args...
func killed(ts *testscript.TestScript, _ bool, args []string) {
	reached, released := make(chan struct{}), make(chan struct{})
	var once sync.Once
	var put atomic.Bool
	u, err := url.Parse(ts.Getenv("AWS_ENDPOINT_URL"))
	ts.Check(err)
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(u); r.Out.Host = r.In.Host }, ErrorLog: log.New(io.Discard, "", 0)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut && r.URL.Query().Has("cors") {
			put.Store(true)
		}
		if r.Method == http.MethodOptions && put.Load() {
			once.Do(func() { close(reached) })
			<-released
		}
		proxy.ServeHTTP(w, r)
	}))
	ts.Defer(server.Close)
	ts.Setenv("AWS_ENDPOINT_URL", server.URL)

	path, err := exec.LookPath(args[0])
	ts.Check(err)
	cmd := exec.Command(path, args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "HOME", "XDG_CACHE_HOME", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_EC2_METADATA_DISABLED"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	ts.Check(cmd.Start())
	<-reached
	ts.Check(cmd.Process.Kill())
	_ = cmd.Wait() // killed
	close(released)
}

// configured fails unless a bucket has the configuration of a file: configured BUCKET FILE.
func configured(ts *testscript.TestScript, _ bool, args []string) {
	var want types.CORSConfiguration
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[1])), &want))
	got, err := s3Client(ts).GetBucketCors(context.Background(), &s3.GetBucketCorsInput{Bucket: &args[0]})
	ts.Check(err)
	if diff := cmp.Diff(want.CORSRules, got.CORSRules, cmpopts.IgnoreUnexported(types.CORSRule{})); diff != "" {
		ts.Fatalf("the configuration of %s (-want +got):\n%s", args[0], diff)
	}
}

// startSaying starts a server that says the same whatever it is asked, and keeps its connections open, and names it: says TEXT.
func startSaying(ts *testscript.TestScript, _ bool, args []string) {
	text, err := strconv.Unquote(`"` + strings.ReplaceAll(args[0], `"`, `\"`) + `"`)
	ts.Check(err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go say(conn, text)
		}
	}()
	ts.Setenv("AWS_ENDPOINT_URL", "http://"+l.Addr().String())
}

// say answers every request on a connection with the same text, until the client closes it.
func say(conn net.Conn, text string) {
	defer func() { _ = conn.Close() }()
	for buffer := make([]byte, 64<<10); ; {
		if _, err := conn.Read(buffer); err != nil {
			return
		}
		if _, err := io.WriteString(conn, text); err != nil {
			return
		}
	}
}
