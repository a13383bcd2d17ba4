package endpoint

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"

	"corsprobe/runner/probe"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// diagnose turns the error of a call into a sentence and an advice.
func (e *Endpoint) diagnose(err error) *Trouble {
	var trouble *Trouble
	var call *CallError
	switch {
	case errors.As(err, &trouble):
		return trouble
	case errors.As(err, &call):
		return e.refusal(call)
	}
	return e.transport(err)
}

// transport says why there was no answer.
func (e *Endpoint) transport(err error) *Trouble {
	t := &Trouble{cause: err}
	root := rootCause(err)
	var dns *net.DNSError
	var hostname x509.HostnameError
	switch {
	case errors.Is(err, context.Canceled):
		t.Summary = "interrupted before " + e.URL() + " answered"
	case errors.Is(err, syscall.ECONNREFUSED):
		t.Summary, t.Hint = e.URL()+" refused the connection", "is the server running, and is the port right?"
	case errors.As(err, &dns) && !dns.IsTimeout:
		t.Summary, t.Hint = fmt.Sprintf("the name %s does not resolve", dns.Name), "check --endpoint, or give --resolve HOST:PORT:ADDR"
	case timedOut(err):
		t.Summary, t.Hint = fmt.Sprintf("%s did not answer within %v", e.URL(), e.config.Timeout), "is it reachable from here? --timeout waits longer"
	case errors.As(err, &hostname):
		t.Summary, t.Hint = fmt.Sprintf("the certificate of %s is for another name: %s", e.URL(), root), "check --endpoint, or give --insecure to go on regardless"
	case untrusted(err):
		t.Summary, t.Hint = fmt.Sprintf("the certificate of %s is not trusted: %s", e.URL(), root), "give its authority with --ca-file, or --insecure to go on regardless"
	case answersPlain(err):
		t.Summary, t.Hint = e.URL()+" does not speak TLS", "try http:// instead of https://"
	case probe.FirstBytes(err) != "":
		return e.noHTTP(probe.FirstBytes(err), err)
	case unreadable(err):
		t.Summary, t.Hint = fmt.Sprintf("%s does not answer as S3 does: %v", e.URL(), err), "check --endpoint"
	default:
		t.Summary, t.Hint = fmt.Sprintf("%s does not answer: %s", e.URL(), e.presentable(reason(err))), "is it up, and is --endpoint right?"
	}
	return t
}

// unreadable reports that an answer came, with the status of a success, and could not be read.
func unreadable(err error) bool {
	var answer *awshttp.ResponseError
	return errors.As(err, &answer) && answer.HTTPStatusCode() != 0
}

func timedOut(err error) bool {
	return os.IsTimeout(rootCause(err)) || errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "Client.Timeout")
}

func untrusted(err error) bool {
	var unknown x509.UnknownAuthorityError
	var certificate *tls.CertificateVerificationError
	return errors.As(err, &unknown) || errors.As(err, &certificate)
}

// answersPlain reports that plain HTTP came back to a TLS handshake.
func answersPlain(err error) bool {
	return strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}

// noHTTP says which protocol a server uses, by the first bytes of its answer.
func (e *Endpoint) noHTTP(first string, err error) *Trouble {
	if e.url.Scheme == "http" && probe.IsTLSOnly(first) {
		return e.plainToTLS(err)
	}
	if !strings.Contains(err.Error(), "malformed HTTP response ") && e.url.Scheme == "http" {
		return &Trouble{fmt.Sprintf("%s speaks no HTTP/1.1: its answer has %q where version and status belong", e.URL(), e.presentable(first)), "check --endpoint, its host and its port", err}
	}
	return &Trouble{fmt.Sprintf("%s speaks %s: its answer begins with %q", e.URL(), probe.DescribeProtocol(first, e.url.Scheme == "https"), e.presentable(first)), "check --endpoint, its host and its port", err}
}

func (e *Endpoint) plainToTLS(err error) *Trouble {
	return &Trouble{e.URL() + " speaks TLS only", "try https:// instead of http://", err}
}

// hints are what to do about the refusals that users meet most.
var hints = map[string]string{
	"InvalidAccessKeyId":    "check the access key, and that it belongs to this endpoint",
	"XAdminUserNotFound":    "check the access key, and that it belongs to this endpoint",
	"InvalidToken":          "check AWS_SESSION_TOKEN, and that it goes with the keys",
	"ExpiredToken":          "the keys were for a time only: get new ones",
	"SignatureDoesNotMatch": "check the secret key and --region",
	"RequestTimeTooSkewed":  "set this machine's clock",
	"TooManyBuckets":        "remove buckets, or use one that exists with --bucket NAME",
	"NoSuchBucket":          "check --bucket, and make the bucket first: with --bucket none is made",
}

// regional are the codes that mean a wrong region.
var regional = map[string]bool{
	"AuthorizationHeaderMalformed": true, "PermanentRedirect": true, "TemporaryRedirect": true, "InvalidRegion": true,
	"IllegalLocationConstraintException": true, "InvalidLocationConstraint": true, "AuthorizationQueryParametersError": true,
}

func (e *Endpoint) refusal(call *CallError) *Trouble {
	t := &Trouble{Summary: fmt.Sprintf("%s refused %s", e.URL(), clause(call)), cause: call}
	switch {
	case call.Code == "":
		t.Summary, t.Hint = fmt.Sprintf("%s is no S3 endpoint: it answered %s with %d and no error document of S3's", e.URL(), call.Operation, call.Status), "check --endpoint"
	case call.elsewhere.url != "" && call.Status/100 == 3:
		t.Summary = fmt.Sprintf("%s redirects %s to %s, and no redirect is followed with credentials: %s", e.URL(), call.Operation, e.presentable(call.elsewhere.url), clause(call))
		t.Hint = e.regionHint(call)
	case regional[call.Code] || call.Status == http.StatusMovedPermanently:
		t.Hint = e.regionHint(call)
	case call.Status == http.StatusNotImplemented && strings.HasSuffix(call.Operation, "BucketCors"):
		t.Hint = noCORS
	case call.Code == "NoSuchBucket" && strings.Trim(e.url.Path, "/") != "":
		t.Hint = fmt.Sprintf("check --endpoint: its path %s is taken for a part of every address; leave it out, unless the service documents it", e.presentable(e.url.Path))
	case call.Status == http.StatusForbidden && hints[call.Code] == "":
		t.Hint = deniedHint(call)
	default:
		t.Hint = hints[call.Code]
	}
	return t
}

// clause is a refusal as part of a sentence that goes on.
func clause(call *CallError) string { return strings.TrimSuffix(call.Error(), ".") }

// regionHint says which region or endpoint to use instead, as far as the answer names it.
func (e *Endpoint) regionHint(call *CallError) string {
	var give []string
	if call.elsewhere.url != "" {
		give = append(give, "--endpoint "+e.presentable(call.elsewhere.url))
	}
	if r := call.elsewhere.region; r != "" && r != e.Region() {
		give = append(give, "--region "+e.presentable(r))
	}
	switch {
	case len(give) > 0:
		return "give " + strings.Join(give, " ")
	case e.noRegion:
		return fmt.Sprintf("no region was given, and %s was tried: give --region", e.Region())
	default:
		return "check --region, which is " + e.Region()
	}
}

func deniedHint(call *CallError) string {
	switch call.Operation {
	case "CreateBucket":
		return "the keys may not do this; with --bucket NAME an existing bucket is used"
	case "PutBucketCors", "GetBucketCors", "DeleteBucketCors":
		return "the keys need the rights s3:PutBucketCORS and s3:GetBucketCORS"
	default:
		return "the keys may not do this"
	}
}

// neverSent reports that a call did not reach the endpoint.
func neverSent(err error) bool {
	var dial *net.OpError
	var record tls.RecordHeaderError
	return errors.As(err, &record) || errors.As(err, &dial) && dial.Op == "dial" || untrusted(err) || answersPlain(err)
}
