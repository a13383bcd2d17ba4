package endpoint

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"corsprobe/runner/probe"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Trouble says in one sentence why an endpoint cannot be judged, and what to do.
type Trouble struct {
	Summary, Hint string
	cause         error
}

func (t *Trouble) Error() string {
	if t.Hint == "" {
		return t.Summary
	}
	return t.Summary + "; " + t.Hint
}

func (t *Trouble) Unwrap() error { return t.cause }

// noCORS is the advice where there is nothing to judge.
const noCORS = "an endpoint without bucket CORS cannot be judged, except by a scenario of its own rules with --assume-configured"

// Check tries, in a bucket of its own, everything that a run needs: that the endpoint is there, is S3, takes the keys, makes buckets, and keeps
// a CORS configuration. What it makes it removes.
func (e *Endpoint) Check(ctx context.Context) error { return e.check(ctx, (*Bucket).tryCORS) }

// CheckBuckets is [Endpoint.Check] without the CORS configuration, for an endpoint that is taken to have one.
func (e *Endpoint) CheckBuckets(ctx context.Context) error {
	return e.check(ctx, func(*Bucket, context.Context) error { return nil })
}

func (e *Endpoint) check(ctx context.Context, try func(*Bucket, context.Context) error) error {
	if err := e.reachable(ctx); err != nil {
		return err
	}
	if _, err := e.client.ListBuckets(ctx, &s3.ListBucketsInput{}, once); err != nil {
		if err = e.callError("ListBuckets", err); !isCall(err, "AccessDenied") { // a run does not list buckets
			return e.diagnose(err)
		}
	}
	return errors.Join(e.tryBucket(ctx, try))
}

// tryBucket makes a bucket for a trial, and removes it; left is why that stays behind.
func (e *Endpoint) tryBucket(ctx context.Context, try func(*Bucket, context.Context) error) (failure, left error) {
	b, err := e.NewBucket(ctx)
	if err != nil {
		trouble := e.diagnose(err)
		if trouble.Hint == "" {
			trouble.Hint = "use a bucket that exists with --bucket NAME"
		}
		return trouble, nil
	}
	return try(b, ctx), b.closeSoon(ctx)
}

// proveCORS makes sure that the endpoint knows of bucket CORS, with a bucket of its own where no other has shown it.
func (e *Endpoint) proveCORS(ctx context.Context) error {
	if e.knowsCORS.Load() {
		return nil
	}
	failure, left := e.tryBucket(ctx, (*Bucket).tryCORS)
	if failure != nil {
		return errors.Join(fmt.Errorf("%w: %w", ErrNotKept, failure), left)
	}
	return left
}

// reachable says what is wrong before the first call: no keys, or no S3.
func (e *Endpoint) reachable(ctx context.Context) error {
	if err := e.keyless(ctx); err != nil {
		return err
	}
	return e.foreign(ctx)
}

func (e *Endpoint) keyless(ctx context.Context) error {
	if _, err := e.Credentials(ctx); err != nil {
		return &Trouble{"no credentials", "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a --profile", err}
	}
	return nil
}

// foreign says that something else than S3 answers: the SDK takes a website's page for an empty list of buckets.
func (e *Endpoint) foreign(ctx context.Context) error {
	root := *e.url
	root.Path += "/"
	ex := e.signed(ctx, probe.Request{Kind: "ListBuckets", Method: http.MethodGet, URL: &root})
	if ex.Error != "" || isS3(ex.Response.Body) {
		return nil // the calls that follow will say more
	}
	status, body := ex.Response.Status, ex.Response.Body
	to := withoutQuery(strings.Join(result.Values(ex.Response.Headers, "Location"), ", "))
	kind := strings.TrimSpace(strings.Join(result.Values(ex.Response.Headers, "Content-Type"), ", "))
	switch {
	case status == http.StatusBadRequest && wantsTLS(body):
		return e.plainToTLS(nil)
	case status >= 300 && status < 400 && to != "":
		return &Trouble{Summary: fmt.Sprintf("%s is no S3 endpoint: it redirects ListBuckets to %s", e.URL(), e.presentable(to)), Hint: "check --endpoint"}
	case status >= 300 && body == "":
		return nil // the SDK names what an answer without a document means
	}
	if kind == "" {
		kind = "without a content type"
	}
	return &Trouble{Summary: fmt.Sprintf("%s is no S3 endpoint: it answers ListBuckets with %d %s and no document of S3's", e.URL(), status, e.presentable(kind)), Hint: "check --endpoint"}
}

// withoutQuery is a URL without its query, which may be a signature.
func withoutQuery(text string) string {
	before, _, _ := strings.Cut(text, "?")
	return before
}

// isS3 reports that a body may be S3's: XML, and no page.
func isS3(body string) bool {
	var document struct{ XMLName xml.Name }
	return xml.Unmarshal([]byte(body), &document) == nil && !strings.EqualFold(document.XMLName.Local, "html")
}

// wantsTLS knows what Go, nginx and Apache answer when plain HTTP comes to a port for TLS.
func wantsTLS(body string) bool {
	for _, text := range []string{"HTTP request to an HTTPS server", "plain HTTP request was sent to HTTPS port", "speaking plain HTTP to an SSL-enabled"} {
		if strings.Contains(body, text) {
			return true
		}
	}
	return false
}

// once keeps the SDK from trying again: a refusal should come within a second.
func once(o *s3.Options) { o.Retryer = aws.NopRetryer{} }

// tryCORS proves that a configuration is kept.
func (b *Bucket) tryCORS(ctx context.Context) error {
	cfg := &s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: []string{"https://corsprobe.example"}, AllowedMethods: []string{http.MethodGet}}}}
	if err := b.PutCORS(ctx, cfg); err != nil {
		return b.e.without("take", err)
	}
	kept := func(got *s3cors.Configuration) bool { return got != nil && len(got.CORSRules) > 0 }
	got, err := b.await(ctx, kept)
	if err != nil {
		return b.e.without("give back", err)
	}
	if !kept(got) {
		return &Trouble{Summary: b.e.URL() + " accepts PutBucketCors and keeps nothing", Hint: noCORS}
	}
	return nil
}

// without says that the endpoint does not take or give back a configuration. Where that is for another reason than not knowing of CORS, the
// reason is told.
func (e *Endpoint) without(verb string, err error) error {
	var call *CallError
	if !errors.As(err, &call) || call.Status == http.StatusForbidden || call.Status == http.StatusServiceUnavailable {
		return e.diagnose(err)
	}
	return &Trouble{fmt.Sprintf("%s does not %s a CORS configuration: %s", e.URL(), verb, clause(call)), noCORS, err}
}
