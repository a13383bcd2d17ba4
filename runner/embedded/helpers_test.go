package embedded

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		// The pool's cleaner sleeps ten seconds between two looks at whether it is to stop. It ends by itself after
		// that; waiting for it would make every run as long.
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"),
		// The clock for the Date header: one for the process, started on first use, with no way to stop it.
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
	)
}

// run starts a server for the length of a test.
func run(t *testing.T, opts Options) *Server {
	t.Helper()
	s, err := Start(t.Context(), opts)
	if err != nil {
		t.Fatalf("Start: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

// web is a client that keeps no connection, so that none outlives a test.
var web = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func staticCredentials(accessKey, secretKey string) aws.CredentialsProviderFunc {
	return func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: secretKey}, nil
	}
}

// client is the SDK's client with the server's own credentials.
func client(s *Server) *s3.Client {
	return s3.NewFromConfig(aws.Config{
		Region:      s.Region(),
		Credentials: staticCredentials(s.Credentials()),
		HTTPClient:  web,
		// As a configuration loaded from the environment has it.
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenSupported,
		// Retries would hide that an answer was refused, and slow the test down.
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	}, func(o *s3.Options) {
		o.BaseEndpoint = aws.String(s.URL())
		o.UsePathStyle = true
	})
}

// withBucket starts a server that has one bucket, "pail".
func withBucket(t *testing.T, opts Options) (*Server, *s3.Client) {
	t.Helper()
	s := run(t, opts)
	c := client(s)
	must(t)(c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: pail}))
	return s, c
}

var pail = aws.String("pail")

// must ends the test on an error.
func must(t *testing.T) func(any, error) {
	t.Helper()
	return func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

// put stores an object in the bucket.
func put(t *testing.T, c *s3.Client, key, content string) {
	t.Helper()
	must(t)(c.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: pail, Key: &key, Body: strings.NewReader(content), ContentType: aws.String("text/plain"),
	}))
}

// wantCode asserts the S3 error code of a refusal.
func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) {
		t.Fatalf("error is %v, want S3 code %s", err, code)
	}
	if got := api.ErrorCode(); got != code {
		t.Errorf("S3 code is %s, want %s (%v)", got, code, err)
	}
}

// answer is what a plain HTTP request got.
type answer struct {
	status int
	header http.Header
	body   string
}

// send makes a plain HTTP request. Headers come as name, value, name, value; "Host" sets the host.
func send(t *testing.T, method, url, body string, headers ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
			continue
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := web.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(content)}
}

// wantStatus asserts a plain answer's status.
func (a answer) wantStatus(t *testing.T, status int) {
	t.Helper()
	if a.status != status {
		t.Errorf("status is %d, want %d; body: %s", a.status, status, a.body)
	}
}

// wantHeader asserts a header of a plain answer; empty means that it must be absent.
func (a answer) wantHeader(t *testing.T, name, value string) {
	t.Helper()
	if got := strings.Join(a.header.Values(name), "; "); got != value {
		t.Errorf("%s is %q, want %q", name, got, value)
	}
}

// rule is a CORS rule for one origin and some methods.
func rule(origin string, methods ...string) types.CORSRule {
	return types.CORSRule{AllowedOrigins: []string{origin}, AllowedMethods: methods, AllowedHeaders: []string{"*"}}
}

// putCORS stores a CORS configuration.
func putCORS(t *testing.T, c *s3.Client, rules ...types.CORSRule) {
	t.Helper()
	must(t)(c.PutBucketCors(t.Context(), &s3.PutBucketCorsInput{
		Bucket: pail, CORSConfiguration: &types.CORSConfiguration{CORSRules: rules},
	}))
}
