package endpoint

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"

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

// Check tries, in a bucket of its own, everything that a run needs: that the endpoint is there, is S3, takes the keys, makes buckets, and keeps
// a CORS configuration. What it makes it removes.
func (e *Endpoint) Check(ctx context.Context) error {
	if _, err := e.Credentials(ctx); err != nil {
		return &Trouble{"no credentials", "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a --profile", err}
	}
	if trouble := e.foreign(ctx); trouble != nil {
		return trouble
	}
	if _, err := e.client.ListBuckets(ctx, &s3.ListBucketsInput{}, once); err != nil {
		if trouble := e.diagnose(err); trouble.Summary != "" && !refusedList(err) {
			return trouble
		}
	}
	b, err := e.NewBucket(ctx)
	if err != nil {
		trouble := e.diagnose(err)
		if trouble.Hint == "" {
			trouble.Hint = "use a bucket that exists with --bucket NAME"
		}
		return trouble
	}
	err = b.tryCORS(ctx)
	return errors.Join(err, b.Close(context.WithoutCancel(ctx)))
}

// foreign says that something else than S3 answers: the SDK takes a website's page for an empty list of buckets.
func (e *Endpoint) foreign(ctx context.Context) error {
	root := *e.url
	root.Path += "/"
	ex := e.signed(ctx, probe.Request{Kind: "ListBuckets", Method: http.MethodGet, URL: &root})
	var document struct{ XMLName xml.Name }
	if ex.Error != "" || ex.Response.Status >= 300 && ex.Response.Body == "" {
		return nil // the calls that follow will say more
	}
	if xml.Unmarshal([]byte(ex.Response.Body), &document) != nil || document.XMLName.Local == "html" {
		kind := strings.Join(result.Values(ex.Response.Headers, "Content-Type"), ", ")
		return &Trouble{Summary: fmt.Sprintf("%s is no S3 endpoint: it answers ListBuckets with %d %s and no document of S3's", e.URL(), ex.Response.Status, kind), Hint: "check --endpoint"}
	}
	return nil
}

// once keeps the SDK from trying again: a refusal should come within a second.
func once(o *s3.Options) { o.Retryer = aws.NopRetryer{} }

// refusedList reports that only ListBuckets was denied, which a run does not need.
func refusedList(err error) bool {
	var call *CallError
	return errors.As(callError("ListBuckets", err), &call) && call.Code == "AccessDenied"
}

// tryCORS proves that a configuration is kept.
func (b *Bucket) tryCORS(ctx context.Context) error {
	cfg := &s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: []string{"https://corsprobe.example"}, AllowedMethods: []string{http.MethodGet}}}}
	if err := b.PutCORS(ctx, cfg); err != nil {
		return &Trouble{"the endpoint does not support PutBucketCors: " + err.Error(), "an endpoint without bucket CORS cannot be judged", err}
	}
	got, err := b.GetCORS(ctx)
	if err != nil {
		return &Trouble{"the endpoint does not give back a CORS configuration: " + err.Error(), "an endpoint without bucket CORS cannot be judged", err}
	}
	if got == nil || len(got.CORSRules) == 0 {
		return &Trouble{Summary: "the endpoint accepts PutBucketCors and keeps nothing", Hint: "an endpoint without bucket CORS cannot be judged"}
	}
	return nil
}

// diagnose turns an error of the SDK into a sentence and an advice.
func (e *Endpoint) diagnose(err error) *Trouble {
	var call *CallError
	if !errors.As(err, &call) {
		errors.As(callError("ListBuckets", err), &call)
	}
	if call != nil {
		return e.refusal(call)
	}
	return e.transport(err)
}

func (e *Endpoint) transport(err error) *Trouble {
	var unknown x509.UnknownAuthorityError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var dns *net.DNSError
	t := &Trouble{Summary: fmt.Sprintf("%s does not answer: %s", e.URL(), rootCause(err)), cause: err}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		t.Summary, t.Hint = e.URL()+" refused the connection", "is the server running, and is the port right?"
	case os.IsTimeout(rootCause(err)), errors.Is(err, context.DeadlineExceeded), strings.Contains(err.Error(), "Client.Timeout"):
		t.Summary, t.Hint = fmt.Sprintf("%s did not answer within %v", e.URL(), e.config.Timeout), "is it reachable from here? --timeout waits longer"
	case errors.As(err, &dns):
		t.Summary, t.Hint = fmt.Sprintf("the name %s does not resolve", dns.Name), "check --endpoint, or give --resolve HOST:PORT:ADDR"
	case errors.As(err, &unknown), errors.As(err, &certificate):
		t.Summary, t.Hint = fmt.Sprintf("the certificate of %s is not trusted: %s", e.URL(), rootCause(err)), "give its authority with --ca-file, or --insecure to go on regardless"
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		t.Summary, t.Hint = e.URL()+" does not speak TLS", "try http:// instead of https://"
	}
	return t
}

// hints are what to do about the refusals that users meet most.
var hints = map[string]string{
	"InvalidAccessKeyId":           "check the access key, and that it belongs to this endpoint",
	"XAdminUserNotFound":           "check the access key, and that it belongs to this endpoint",
	"SignatureDoesNotMatch":        "check the secret key and --region",
	"AccessDenied":                 "the keys may not do this; with --bucket NAME an existing bucket is used",
	"RequestTimeTooSkewed":         "set this machine's clock",
	"AuthorizationHeaderMalformed": "check --region",
	"PermanentRedirect":            "check --region",
	"TooManyBuckets":               "remove buckets, or use one that exists with --bucket NAME",
}

func (e *Endpoint) refusal(call *CallError) *Trouble {
	t := &Trouble{Summary: fmt.Sprintf("%s refused %s: %d %s: %s", e.URL(), call.Operation, call.Status, call.Code, call.Message), Hint: hints[call.Code], cause: call}
	if call.Code == "" || !strings.Contains(call.Message+call.Code, " ") && call.Status == http.StatusOK {
		t.Summary, t.Hint = fmt.Sprintf("%s is no S3 endpoint: it answered %s with %d and no error document of S3's", e.URL(), call.Operation, call.Status), "check --endpoint"
	}
	return t
}
