package endpoint

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"corsprobe/runner/probe"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// Bounds of an answer. The longest that a run asks S3 for is a page of ten thousand buckets, half of that; anything longer does not come from
// S3.
const (
	longestHead   = 1 << 20
	longestAnswer = 4 << 20
	longestError  = 64 << 10 // of an error document: more is cut off
)

// httpClient is the SDK's own kind of client, as it insists on one where AWS_CA_BUNDLE is set.
func httpClient(c Config) (*awshttp.BuildableClient, error) {
	tlsConfig, err := probe.TLSConfig(c.Options)
	if err != nil {
		return nil, err
	}
	return awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.TLSClientConfig = tlsConfig
		t.DialContext = probe.DialContext(c.Options)
		t.MaxResponseHeaderBytes = longestHead
		t.IdleConnTimeout = 30 * time.Second
		t.DisableCompression = true // a small answer could become an endless one
		if !c.HTTP2 {               // as the probes
			t.ForceAttemptHTTP2 = false
			t.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
		}
	}).WithTimeout(c.Timeout), nil
}

// guard is the client that S3 calls are made with. It follows no redirect, because a signed request is meant for one endpoint alone, and it
// bounds how much of an answer is read.
type guard struct {
	client  *http.Client
	timeout time.Duration
}

func newGuard(c *awshttp.BuildableClient) *guard {
	return &guard{timeout: c.GetTimeout(), client: &http.Client{
		Transport:     c.GetTransport(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Do implements [aws.HTTPClient].
func (g *guard) Do(r *http.Request) (*http.Response, error) {
	client := *g.client
	client.Timeout = attemptTime(r.Context(), g.timeout)
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode >= http.StatusMultipleChoices {
		answer.Body = keepError(answer.Body)
		return answer, nil
	}
	answer.Body = &bounded{answer.Body, longestAnswer}
	return answer, nil
}

// CloseIdleConnections closes those over which nothing is under way.
func (g *guard) CloseIdleConnections() { g.client.CloseIdleConnections() }

// attemptTime is how long one try of a call may take. Where time is short, a third of it: an endpoint that does not answer once should not cost
// all the time that there is for cleaning up.
func attemptTime(ctx context.Context, most time.Duration) time.Duration {
	end, ok := ctx.Deadline()
	if !ok {
		return most
	}
	return min(most, max(time.Until(end)/3, 100*time.Millisecond))
}

// bounded is a body that is refused where it does not end.
type bounded struct {
	io.ReadCloser
	left int
}

var errTooLong = fmt.Errorf("the answer is longer than %d MiB", longestAnswer>>20)

// Read implements [io.Reader].
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// errorBody is the beginning of a refusal's body, which can be looked at after the SDK has read it.
type errorBody struct {
	*bytes.Reader
	text []byte
}

func keepError(body io.ReadCloser) *errorBody {
	defer func() { _ = body.Close() }()
	text, _ := io.ReadAll(io.LimitReader(body, longestError)) // what came is all that there is to go by
	return &errorBody{bytes.NewReader(text), text}
}

// Close implements [io.Closer].
func (*errorBody) Close() error { return nil }

// elsewhere is where an answer says that a bucket is to be found.
type elsewhere struct {
	region string // empty: it does not say
	url    string // of the endpoint, without path and query; empty: it does not say
}

// elsewhereIn reads what S3 says of the right region: in a header, in the error document, or as a redirect.
func elsewhereIn(answer *http.Response, own *url.URL) elsewhere {
	var document struct{ Endpoint, Region, Bucket string }
	if kept, ok := answer.Body.(*errorBody); ok {
		_ = xml.Unmarshal(kept.text, &document) // without one there is the header
	}
	found := elsewhere{region: firstOf(answer.Header.Get("X-Amz-Bucket-Region"), document.Region)}
	to, err := url.Parse(answer.Header.Get("Location"))
	switch {
	case document.Endpoint != "":
		to, err = url.Parse(own.Scheme + "://" + document.Endpoint)
	case answer.StatusCode/100 != 3 || answer.Header.Get("Location") == "":
		return found
	}
	if err != nil || to.Host == "" {
		return found
	}
	host := withoutBucket(to.Host, document.Bucket, answer.Request)
	if host != own.Host {
		found.url = firstOf(to.Scheme, own.Scheme) + "://" + host
	}
	return found
}

// withoutBucket takes the bucket's name off a host of virtual-hosted style.
func withoutBucket(host, bucket string, request *http.Request) string {
	if bucket == "" && request != nil {
		bucket, _, _ = strings.Cut(strings.TrimPrefix(request.URL.Path, "/"), "/")
	}
	if bucket == "" {
		return host
	}
	return strings.TrimPrefix(host, bucket+".")
}

// newRetryer repeats calls as the SDK does, but without its budget of retries for the client as a whole: that protects a service from many
// clients, and would fail the last calls of a run on a bad day.
func newRetryer(attempts int) aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.RateLimiter = ratelimit.None
		o.MaxBackoff = 2 * time.Second
		if attempts > 0 {
			o.MaxAttempts = attempts
		}
	})
}

// rootCause is what an error comes down to: of several, the first.
func rootCause(err error) error {
	for {
		next := errors.Unwrap(err)
		if joined, ok := err.(interface{ Unwrap() []error }); ok && len(joined.Unwrap()) > 0 {
			next = joined.Unwrap()[0]
		}
		if next == nil {
			return err
		}
		err = next
	}
}
