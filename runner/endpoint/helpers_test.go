package endpoint_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"corsprobe/runner/embedded"
	"corsprobe/runner/endpoint"
	"corsprobe/runner/s3cors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

const (
	secret = "a-secret-that-must-not-be-shown"
	runID  = "0123456789ab"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"), // ends within ten seconds of the server
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"))
}

// environment keeps the settings of whoever runs the tests out of them, the certificate authorities too.
func environment(t *testing.T) {
	t.Helper()
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, "SSL_CERT_") || strings.HasSuffix(strings.ToUpper(name), "_PROXY") {
			t.Setenv(name, "")
		}
	}
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
}

// recorder notes the requests that a server got, as method and target.
type recorder struct {
	mu    sync.Mutex
	lines []string
}

func (r *recorder) note(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, line)
}

// take returns what was noted since it was last called, of those lines that hold a text.
func (r *recorder) take(text string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var taken []string
	for _, line := range r.lines {
		if strings.Contains(line, text) {
			taken = append(taken, line)
		}
	}
	r.lines = nil
	return taken
}

func (r *recorder) middleware(x *embedded.Exchange, next func()) {
	r.note(x.Method() + " " + x.Target())
	next()
}

// start runs an embedded server.
func start(t *testing.T, between embedded.Middleware) endpoint.Config {
	t.Helper()
	environment(t)
	s, err := embedded.Start(t.Context(), embedded.Options{Middleware: between})
	must(t, err)
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	access, secret := s.Credentials()
	return endpoint.Config{URL: s.URL(), Region: s.Region(), AccessKey: access, SecretKey: secret, RunID: runID, JournalDir: t.TempDir()}
}

func open(t *testing.T, c endpoint.Config) *endpoint.Endpoint {
	t.Helper()
	e, err := endpoint.Open(t.Context(), c)
	must(t, err)
	t.Cleanup(e.CloseIdle)
	return e
}

// client is the SDK's own, for looking at a server past the package.
func client(c endpoint.Config) *s3.Client {
	return s3.New(s3.Options{
		BaseEndpoint: &c.URL, Region: c.Region, UsePathStyle: true,
		HTTPClient:  &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, // so that no connection outlives the test
		Credentials: credentials.NewStaticCredentialsProvider(c.AccessKey, c.SecretKey, ""),
	})
}

// usersBucket makes a bucket as a user has it: with an object, and perhaps a configuration.
func usersBucket(t *testing.T, c endpoint.Config, name string, cfg *s3cors.Configuration) {
	t.Helper()
	_, err := client(c).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name})
	must(t, err)
	put(t, c, name, "mine.txt")
	if cfg == nil {
		return
	}
	_, err = client(c).PutBucketCors(t.Context(), &s3.PutBucketCorsInput{Bucket: &name, CORSConfiguration: endpoint.SDKConfiguration(cfg)})
	must(t, err)
}

func put(t *testing.T, c endpoint.Config, bucket, key string) {
	t.Helper()
	_, err := client(c).PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader("x")})
	must(t, err)
}

// keys lists the objects and unfinished uploads of a bucket.
func keys(t *testing.T, c endpoint.Config, bucket string) (objects, uploads []string) {
	t.Helper()
	listed, err := client(c).ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &bucket})
	must(t, err)
	for _, o := range listed.Contents {
		objects = append(objects, aws.ToString(o.Key))
	}
	unfinished, err := client(c).ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: &bucket})
	must(t, err)
	for _, u := range unfinished.Uploads {
		uploads = append(uploads, aws.ToString(u.Key))
	}
	return objects, uploads
}

// buckets lists what there is.
func buckets(t *testing.T, c endpoint.Config) []string {
	t.Helper()
	listed, err := client(c).ListBuckets(t.Context(), &s3.ListBucketsInput{})
	must(t, err)
	var names []string
	for _, b := range listed.Buckets {
		names = append(names, aws.ToString(b.Name))
	}
	return names
}

// only is the one journal of a directory.
func only(t *testing.T, dir string) string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.json"))
	must(t, err)
	if len(paths) != 1 {
		t.Fatalf("journals: %q, want one", paths)
	}
	return paths[0]
}

func rules(origins ...string) *s3cors.Configuration {
	return &s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: origins, AllowedMethods: []string{http.MethodGet}}}}
}

// mortal is an endpoint whose run can end like a killed process.
func mortal(t *testing.T, c endpoint.Config) *endpoint.Endpoint {
	t.Helper()
	e := open(t, c)
	e.Mortal()
	return e
}

func newBucket(t *testing.T, e *endpoint.Endpoint) *endpoint.Bucket {
	t.Helper()
	b, err := e.NewBucket(t.Context())
	must(t, err)
	return b
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// same fails the test where got is not want.
func same(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// said is an error's text, with what changes from run to run left out.
func said(err error, c endpoint.Config) string {
	if err == nil {
		return "no error"
	}
	text := err.Error()
	if c.URL != "" {
		text = strings.ReplaceAll(text, c.URL, "URL")
	}
	if c.JournalDir != "" {
		text = strings.ReplaceAll(text, c.JournalDir, "DIR")
	}
	return holders.ReplaceAllString(text, "HOLDER")
}

// holders are what Holder's String gives of this process.
var holders = regexp.MustCompile(`the run \w+ \(process \d+ on [^,]+, since [-0-9]+ [:0-9]+ UTC\)`)
