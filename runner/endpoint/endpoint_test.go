package endpoint_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"corsprobe/runner/embedded"
	"corsprobe/runner/endpoint"
	"corsprobe/runner/probe"
	"corsprobe/runner/s3cors"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

const secret = "a-secret-that-must-not-be-shown"

func TestMain(m *testing.M) {
	// The machine's own settings must not matter, but for its certificate bundle.
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
		_ = os.Unsetenv(name)
	}
	_ = os.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	_ = os.Setenv("AWS_CONFIG_FILE", os.DevNull)
	_ = os.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) { os.Exit(code) }),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"), // ends within ten seconds of the server
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"))
}

// start runs an embedded server; seen is told of every request.
func start(t *testing.T, seen func(x *embedded.Exchange, next func())) (*embedded.Server, endpoint.Config) {
	t.Helper()
	s, err := embedded.Start(t.Context(), embedded.Options{Middleware: seen})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	access, secret := s.Credentials()
	return s, endpoint.Config{URL: s.URL(), Region: s.Region(), AccessKey: access, SecretKey: secret, RunID: "0123456789ab", JournalDir: t.TempDir()}
}

func open(t *testing.T, c endpoint.Config) *endpoint.Endpoint {
	t.Helper()
	e, err := endpoint.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func newBucket(t *testing.T, e *endpoint.Endpoint) *endpoint.Bucket {
	t.Helper()
	b, err := e.NewBucket(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func rules(origins ...string) *s3cors.Configuration {
	return &s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: origins, AllowedMethods: []string{"GET"}}}}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// names lists the buckets that are left.
func names(t *testing.T, e *endpoint.Endpoint) []string {
	t.Helper()
	swept, err := endpoint.Sweep(t.Context(), e, 0, true)
	must(t, err)
	return swept
}

func TestBucketOfItsOwn(t *testing.T) {
	_, config := start(t, nil)
	e := open(t, config)
	b := newBucket(t, e)
	if got := b.Name(); got != "corsprobe-0123456789ab-1" {
		t.Errorf("Name() = %q", got)
	}
	must(t, b.PutObject(t.Context(), "a/b.txt", []byte("x")))
	if got, err := b.GetCORS(t.Context()); got != nil || err != nil {
		t.Errorf("GetCORS of a bare bucket = %v, %v", got, err)
	}
	must(t, b.PutCORS(t.Context(), rules("https://a.example")))
	got, err := b.GetCORS(t.Context())
	must(t, err)
	if diff := cmp.Diff(rules("https://a.example"), got); diff != "" {
		t.Errorf("round trip (-want +got):\n%s", diff)
	}
	must(t, b.DeleteCORS(t.Context()))
	must(t, b.Close(t.Context()))
	must(t, b.Close(t.Context()))
	if left := names(t, e); left != nil {
		t.Errorf("left behind: %v", left)
	}
}

// One server takes DeleteBucketCors for DeleteBucket: it is not sent before the configuration was seen.
func TestDeleteNeedsRoundTrip(t *testing.T) {
	_, config := start(t, nil)
	e := open(t, config)
	b := newBucket(t, e)
	defer func() { must(t, b.Close(context.Background())) }()
	must(t, b.PutCORS(t.Context(), rules("https://a.example")))
	want := "DeleteBucketCors is not sent: the bucket's configuration was not seen to be kept"
	if err := b.DeleteCORS(t.Context()); err == nil || err.Error() != want {
		t.Errorf("DeleteCORS = %v, want %s", err, want)
	}
	if _, err := b.DeleteDocument(t.Context()); err == nil || err.Error() != want {
		t.Errorf("DeleteDocument = %v, want %s", err, want)
	}
	must(t, b.Clear(t.Context()))
}

// PutBucketCors carries both digests that servers want.
func TestPutSendsDigests(t *testing.T) {
	var md5, checksum []string
	_, config := start(t, func(x *embedded.Exchange, next func()) {
		if x.Method() == http.MethodPut && strings.Contains(x.Target(), "?cors") {
			md5, checksum = append(md5, x.RequestHeader("Content-MD5")), append(checksum, x.RequestHeader("x-amz-checksum-crc32"))
		}
		next()
	})
	e := open(t, config)
	b := newBucket(t, e)
	defer func() { must(t, b.Close(context.Background())) }()
	must(t, b.PutCORS(t.Context(), rules("https://a.example")))
	if ex := b.PutDocument(t.Context(), rules("https://a.example").XML()); ex.Response.Status != 200 {
		t.Errorf("PutDocument: %d %s %s", ex.Response.Status, ex.Response.Body, ex.Error)
	}
	if len(md5) != 2 || md5[0] == "" || md5[1] == "" || checksum[0] == "" || checksum[1] == "" {
		t.Errorf("Content-MD5 %q, x-amz-checksum-crc32 %q", md5, checksum)
	}
}

// A user's bucket gets back what it had, and keeps nothing of the run's.
func TestUseBucket(t *testing.T) {
	for _, c := range []struct {
		name string
		had  *s3cors.Configuration
	}{{"with a configuration", rules("https://mine.example")}, {"without one", nil}} {
		t.Run(c.name, func(t *testing.T) {
			_, config := start(t, nil)
			owner := open(t, endpoint.Config{URL: config.URL, Region: config.Region, AccessKey: config.AccessKey, SecretKey: config.SecretKey, RunID: "ffffffffffff"})
			mine := newBucket(t, owner)
			must(t, mine.PutObject(t.Context(), "mine.txt", []byte("mine")))
			if c.had != nil {
				must(t, mine.PutCORS(t.Context(), c.had))
			}

			b, err := open(t, config).UseBucket(t.Context(), mine.Name())
			must(t, err)
			journals, _ := filepath.Glob(filepath.Join(config.JournalDir, "*.json"))
			if len(journals) != 1 {
				t.Fatalf("journals: %v", journals)
			}
			if info, err := os.Stat(journals[0]); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("journal: %v %v", info.Mode(), err)
			}
			must(t, b.PutObject(t.Context(), b.Key("probe.txt"), []byte("x")))
			must(t, b.PutCORS(t.Context(), rules("*")))
			must(t, b.Close(t.Context()))

			got, err := mine.GetCORS(t.Context())
			must(t, err)
			if diff := cmp.Diff(c.had, got); diff != "" {
				t.Errorf("configuration (-had +got):\n%s", diff)
			}
			if journals, _ := filepath.Glob(filepath.Join(config.JournalDir, "*.json")); journals != nil {
				t.Errorf("journals left: %v", journals)
			}
			if keys := listing(t, owner, mine.Name()); strings.Contains(keys, "probe.txt") || !strings.Contains(keys, "mine.txt") {
				t.Errorf("objects left: %s", keys)
			}
			must(t, mine.Close(t.Context()))
		})
	}
}

// listing is the raw list of a bucket's objects.
func listing(t *testing.T, e *endpoint.Endpoint, bucket string) string {
	t.Helper()
	u, _, err := e.Address(bucket, "", "list-type=2", "path")
	must(t, err)
	creds, err := e.Credentials(t.Context())
	must(t, err)
	q, err := probe.Sign(t.Context(), creds, e.Region(), probe.Request{Method: http.MethodGet, URL: u}, time.Now())
	must(t, err)
	client, err := probe.New(probe.Options{})
	must(t, err)
	defer client.Close()
	return client.Do(t.Context(), q).Response.Body
}

// After a kill the journal is there, and restore puts back what it says and removes the run's objects.
func TestRestore(t *testing.T) {
	_, config := start(t, nil)
	owner := open(t, endpoint.Config{URL: config.URL, Region: config.Region, AccessKey: config.AccessKey, SecretKey: config.SecretKey, RunID: "ffffffffffff"})
	mine := newBucket(t, owner)
	must(t, mine.PutCORS(t.Context(), rules("https://mine.example")))
	b, err := open(t, config).UseBucket(t.Context(), mine.Name())
	must(t, err)
	must(t, b.PutObject(t.Context(), b.Key("probe.txt"), []byte("x")))
	must(t, b.PutCORS(t.Context(), rules("*"))) // and the process is gone

	broken := filepath.Join(config.JournalDir, "broken.json")
	must(t, os.WriteFile(broken, []byte("{"), 0o600))
	restored, err := endpoint.Restore(t.Context(), config.JournalDir, func(j endpoint.Journal) (*endpoint.Endpoint, error) {
		c := config
		c.URL, c.Region = j.Endpoint, j.Region
		return endpoint.Open(t.Context(), c)
	})
	if want := broken + ": not a journal of corsprobe's: unexpected end of JSON input"; err == nil || err.Error() != want {
		t.Errorf("error = %v, want %s", err, want)
	}
	if len(restored) != 1 || restored[0].Bucket != mine.Name() {
		t.Fatalf("restored %v", restored)
	}
	got, err := mine.GetCORS(t.Context())
	must(t, err)
	if diff := cmp.Diff(rules("https://mine.example"), got); diff != "" {
		t.Errorf("configuration (-had +got):\n%s", diff)
	}
	if keys := listing(t, owner, mine.Name()); strings.Contains(keys, "probe.txt") {
		t.Errorf("objects left: %s", keys)
	}
	must(t, mine.Close(t.Context()))
}

// Without a journal the bucket is not touched.
func TestNoJournalNoChange(t *testing.T) {
	var changed []string
	_, config := start(t, func(x *embedded.Exchange, next func()) {
		if x.Method() != http.MethodGet {
			changed = append(changed, x.Method()+" "+x.Target())
		}
		next()
	})
	e := open(t, config)
	mine := newBucket(t, e)
	defer func() { must(t, mine.Close(context.Background())) }()
	config.JournalDir = filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(config.JournalDir, nil, 0o600))
	changed = nil
	if _, err := open(t, config).UseBucket(t.Context(), mine.Name()); err == nil || !strings.Contains(err.Error(), "the journal could not be written, so the bucket is left alone") {
		t.Errorf("error = %v", err)
	}
	if changed != nil {
		t.Errorf("requests: %v", changed)
	}
}

// Only what a run made, and left long ago, is swept.
func TestSweep(t *testing.T) {
	_, config := start(t, nil)
	e := open(t, config)
	left := newBucket(t, e)
	must(t, left.PutObject(t.Context(), "object.txt", []byte("x")))
	for _, c := range []struct {
		older time.Duration
		dry   bool
		want  []string
	}{{time.Hour, false, nil}, {0, true, []string{left.Name()}}, {0, false, []string{left.Name()}}, {0, false, nil}} {
		got, err := endpoint.Sweep(t.Context(), e, c.older, c.dry)
		must(t, err)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("Sweep(%v, %v) (-want +got):\n%s", c.older, c.dry, diff)
		}
	}
}

func TestAddress(t *testing.T) {
	for _, c := range []struct{ url, addressing, style, want string }{
		{"http://127.0.0.1:9000", "", "auto", "http://127.0.0.1:9000/b/k%20e%2By?q"},
		{"http://127.0.0.1:9000", "", "virtual", "virtual-hosted addressing needs a host name, and 127.0.0.1 is an address"},
		{"http://localhost:9000", "", "auto", "http://localhost:9000/b/k%20e%2By?q"},
		{"http://localhost:9000", "", "virtual", "http://b.localhost:9000/k%20e%2By?q"},
		{"https://s3.example.com", "", "auto", "https://b.s3.example.com/k%20e%2By?q"},
		{"https://s3.example.com", "path", "auto", "https://s3.example.com/b/k%20e%2By?q"},
		{"https://s3.example.com", "path", "virtual", "https://b.s3.example.com/k%20e%2By?q"},
		{"https://s3.example.com/base/", "", "path", "https://s3.example.com/base/b/k%20e%2By?q"},
	} {
		e := open(t, endpoint.Config{URL: c.url, Addressing: c.addressing, AccessKey: "a", SecretKey: secret})
		u, _, err := e.Address("b", "k e+y", "q", c.style)
		got := fmt.Sprint(u)
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s %s %s: %s, want %s", c.url, c.addressing, c.style, got, c.want)
		}
	}
	if _, err := endpoint.Open(t.Context(), endpoint.Config{URL: "s3.example.com"}); err == nil || err.Error() != `endpoint "s3.example.com": expected a URL such as https://s3.gra.io.cloud.ovh.net` {
		t.Errorf("error = %v", err)
	}
}

func answer(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func document(code string) string {
	return "<Error><Code>" + code + "</Code><Message>No.</Message><RequestId>1</RequestId></Error>"
}

// except answers as an S3 without buckets does, but for requests that match.
func except(match func(*http.Request) bool, other http.HandlerFunc) http.HandlerFunc {
	kept := "" // the configuration
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case match(r):
			other(w, r)
		case r.URL.Query().Has("cors") && r.Method == http.MethodGet:
			answer(200, "application/xml", kept)(w, r)
		default:
			answer(200, "application/xml", "<ListAllMyBucketsResult/>")(w, r)
		}
	}
}

func corsCall(method string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.URL.Query().Has("cors") && r.Method == method }
}

// What keeps an endpoint from being judged is said in one sentence, with what to do, and without a secret.
func TestCheck(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	must(t, closed.Close())
	all := func(*http.Request) bool { return true }
	create := func(r *http.Request) bool {
		return r.Method == http.MethodPut && strings.Count(strings.Trim(r.URL.Path, "/"), "/") == 0 && len(r.URL.Query()) == 0
	}
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		tls     bool
		config  endpoint.Config
		want    string
	}{
		{name: "refused", config: endpoint.Config{URL: "http://" + closed.Addr().String()}, want: "URL refused the connection; is the server running, and is the port right?"},
		{name: "website", handler: answer(200, "text/html", "<html><body>Hi<br></body></html>"), want: "URL is no S3 endpoint: it answers ListBuckets with 200 text/html and no document of S3's; check --endpoint"},
		{name: "missing page", handler: answer(404, "text/plain", "404 page not found"), want: "URL is no S3 endpoint: it answers ListBuckets with 404 text/plain and no document of S3's; check --endpoint"},
		{name: "unknown authority", tls: true, handler: answer(200, "", ""), want: "the certificate of URL is not trusted: x509: certificate signed by unknown authority; give its authority with --ca-file, or --insecure to go on regardless"},
		{name: "access key", handler: answer(403, "application/xml", document("InvalidAccessKeyId")), want: "URL refused ListBuckets: 403 InvalidAccessKeyId: No.; check the access key, and that it belongs to this endpoint"},
		{name: "secret key", handler: answer(403, "application/xml", document("SignatureDoesNotMatch")), want: "URL refused ListBuckets: 403 SignatureDoesNotMatch: No.; check the secret key and --region"},
		{name: "region", handler: answer(301, "application/xml", document("PermanentRedirect")), want: "URL refused ListBuckets: 301 PermanentRedirect: No.; check --region"},
		{name: "no rights", handler: answer(403, "application/xml", document("AccessDenied")), want: "URL refused CreateBucket: 403 AccessDenied: No.; the keys may not do this; with --bucket NAME an existing bucket is used"},
		{name: "no more buckets", handler: except(create, answer(400, "application/xml", document("TooManyBuckets"))), want: "URL refused CreateBucket: 400 TooManyBuckets: No.; remove buckets, or use one that exists with --bucket NAME"},
		{name: "not implemented", handler: except(corsCall(http.MethodPut), answer(501, "application/xml", document("NotImplemented"))), want: "the endpoint does not support PutBucketCors: PutBucketCors: 501 NotImplemented: No.; an endpoint without bucket CORS cannot be judged"},
		{name: "not allowed", handler: except(corsCall(http.MethodPut), answer(405, "application/xml", document("MethodNotAllowed"))), want: "the endpoint does not support PutBucketCors: PutBucketCors: 405 MethodNotAllowed: No.; an endpoint without bucket CORS cannot be judged"},
		{name: "keeps nothing", handler: except(corsCall(http.MethodGet), answer(404, "application/xml", document("NoSuchCORSConfiguration"))), want: "the endpoint accepts PutBucketCors and keeps nothing; an endpoint without bucket CORS cannot be judged"},
		{name: "timeout", handler: except(all, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), config: endpoint.Config{Options: probe.Options{Timeout: 50 * time.Millisecond}}, want: "URL did not answer within 50ms; is it reachable from here? --timeout waits longer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.handler != nil {
				server := httptest.NewUnstartedServer(c.handler)
				server.Config.ErrorLog = nil
				if c.tls {
					server.StartTLS()
				} else {
					server.Start()
				}
				defer server.Close()
				c.config.URL = server.URL
			}
			c.config.AccessKey, c.config.SecretKey, c.config.RunID = "AKIAEXAMPLE", secret, "0123456789ab"
			err := open(t, c.config).Check(t.Context())
			got := strings.ReplaceAll(fmt.Sprint(err), c.config.URL, "URL")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if strings.Contains(fmt.Sprint(err), secret) {
				t.Error("the error holds the secret key")
			}
		})
	}
}

func TestCheckOfAGoodEndpoint(t *testing.T) {
	_, config := start(t, nil)
	e := open(t, config)
	must(t, e.Check(t.Context()))
	if left := names(t, e); left != nil {
		t.Errorf("left behind: %v", left)
	}
	config.SecretKey = "wrong"
	err := open(t, config).Check(t.Context())
	if err == nil || !strings.Contains(err.Error(), "SignatureDoesNotMatch") || !strings.Contains(err.Error(), "check the secret key") {
		t.Errorf("wrong secret: %v", err)
	}
}

func FuzzJournal(f *testing.F) {
	f.Add(`{"endpoint":"http://127.0.0.1:1","region":"r","bucket":"b","run":"x","cors":null}`)
	f.Add(`{`)
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, "j.json"), []byte(text), 0o600))
		opened := 0
		_, err := endpoint.Restore(t.Context(), dir, func(j endpoint.Journal) (*endpoint.Endpoint, error) {
			opened++
			if j.Bucket == "" || j.Endpoint == "" {
				t.Errorf("opened for %+v", j)
			}
			return nil, fmt.Errorf("not here")
		})
		if err == nil {
			t.Error("no error, and nothing was restored")
		}
	})
}
