package endpoint_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"corsprobe/runner/endpoint"
	"corsprobe/runner/probe"
)

func answer(status int, contentType, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func refusal(status int, code string, header ...string) http.HandlerFunc {
	return answer(status, "application/xml", document(code), header...)
}

// except answers as an S3 does that agrees to everything, but for requests that match.
func except(match func(*http.Request) bool, other http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case match(r):
			other(w, r)
		case r.URL.Query().Has("cors") && r.Method == http.MethodGet:
			answer(200, "application/xml", string(rules("*").XML()))(w, r)
		default:
			answer(200, "application/xml", "<ListAllMyBucketsResult/>")(w, r)
		}
	}
}

func corsCall(method string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.URL.Query().Has("cors") && r.Method == method }
}

func create(r *http.Request) bool {
	return r.Method == http.MethodPut && !strings.Contains(strings.Trim(r.URL.Path, "/"), "/") && len(r.URL.Query()) == 0
}

// unjudged ends what is said of an endpoint without bucket CORS.
const unjudged = "; an endpoint without bucket CORS cannot be judged, except by a scenario of its own rules with --assume-configured"

// What keeps an endpoint from being judged is said in one line, with what to do, and without a secret.
func TestCheckTellsRefusals(t *testing.T) {
	environment(t)
	const region = "; no region was given, and us-east-1 was tried: give --region"
	long := strings.Repeat("long ", 100)
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		region  string
		want    string
	}{
		{"website", answer(200, "text/html", "<html><body>Hi<br></body></html>"), "", "URL is no S3 endpoint: it answers ListBuckets with 200 text/html and no document of S3's; check --endpoint"},
		{"website in XHTML", answer(200, "text/html", "<html><body/></html>"), "", "URL is no S3 endpoint: it answers ListBuckets with 200 text/html and no document of S3's; check --endpoint"},
		{"nothing at all", answer(200, "", ""), "", "URL is no S3 endpoint: it answers ListBuckets with 200 without a content type and no document of S3's; check --endpoint"},
		{"missing page", answer(404, "text/plain", "404 page not found"), "", "URL is no S3 endpoint: it answers ListBuckets with 404 text/plain and no document of S3's; check --endpoint"},
		{"redirecting website", answer(302, "text/html", "<a>", "Location", "https://www.example.com/"), "", "URL is no S3 endpoint: it redirects ListBuckets to https://www.example.com/; check --endpoint"},
		{"access key", refusal(403, "InvalidAccessKeyId"), "", "URL refused ListBuckets: 403 InvalidAccessKeyId: No; check the access key, and that it belongs to this endpoint"},
		{"secret key", refusal(403, "SignatureDoesNotMatch"), "", "URL refused ListBuckets: 403 SignatureDoesNotMatch: No; check the secret key and --region"},
		{"clock", refusal(403, "RequestTimeTooSkewed"), "", "URL refused ListBuckets: 403 RequestTimeTooSkewed: No; set this machine's clock"},
		{"token", refusal(400, "ExpiredToken"), "", "URL refused ListBuckets: 400 ExpiredToken: No; the keys were for a time only: get new ones"},
		{"redirect", refusal(301, "PermanentRedirect"), "", "URL refused ListBuckets: 301 PermanentRedirect: No" + region},
		{"redirect that names the region", refusal(301, "PermanentRedirect", "X-Amz-Bucket-Region", "eu-west-1"), "", "URL refused ListBuckets: 301 PermanentRedirect: No; give --region eu-west-1"},
		{"redirect without a document", answer(301, "", ""), "eu-west-1", "URL refused ListBuckets: 301 MovedPermanently: Moved Permanently; check --region, which is eu-west-1"},
		{"region missing", refusal(400, "AuthorizationHeaderMalformed"), "", "URL refused ListBuckets: 400 AuthorizationHeaderMalformed: No" + region},
		{"region wrong", except(create, refusal(400, "IllegalLocationConstraintException")), "eu-west-1", "URL refused CreateBucket: 400 IllegalLocationConstraintException: No; check --region, which is eu-west-1"},
		{"no rights", refusal(403, "AccessDenied"), "", "URL refused CreateBucket: 403 AccessDenied: No; the keys may not do this; with --bucket NAME an existing bucket is used"},
		{"no more buckets", except(create, refusal(400, "TooManyBuckets")), "", "URL refused CreateBucket: 400 TooManyBuckets: No; remove buckets, or use one that exists with --bucket NAME"},
		{"no buckets", except(create, refusal(409, "BucketAlreadyExists")), "", "URL refused CreateBucket: 409 BucketAlreadyExists: No; use a bucket that exists with --bucket NAME"},
		{"not implemented", except(corsCall("PUT"), refusal(501, "NotImplemented")), "", "URL does not take a CORS configuration: PutBucketCors: 501 NotImplemented: No" + unjudged},
		{"not allowed", except(corsCall("PUT"), refusal(405, "MethodNotAllowed")), "", "URL does not take a CORS configuration: PutBucketCors: 405 MethodNotAllowed: No" + unjudged},
		{"unknown subresource", except(corsCall("PUT"), refusal(400, "InvalidRequest")), "", "URL does not take a CORS configuration: PutBucketCors: 400 InvalidRequest: No" + unjudged},
		{"no rights to put", except(corsCall("PUT"), refusal(403, "AccessDenied")), "", "URL refused PutBucketCors: 403 AccessDenied: No; the keys need the rights s3:PutBucketCORS and s3:GetBucketCORS"},
		{"not given back", except(corsCall("GET"), refusal(405, "MethodNotAllowed")), "", "URL does not give back a CORS configuration: GetBucketCors: 405 MethodNotAllowed: No" + unjudged},
		{"keeps nothing", except(corsCall("GET"), refusal(404, "NoSuchCORSConfiguration")), "", "URL accepts PutBucketCors and keeps nothing" + unjudged},
		{"says too much", answer(403, "application/xml", "<Error><Code>Denied</Code><Message>\x09"+secret+"\n&#x9b;31m "+long+"</Message></Error>"), "", "URL refused ListBuckets: 403 Denied: REDACTED 31m " + strings.TrimSuffix(long[:287], " ") + "…; the keys may not do this"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(c.handler)
			defer server.Close()
			config := endpoint.Config{URL: server.URL, Region: c.region, AccessKey: "AKIAEXAMPLE", SecretKey: secret, RunID: runID}
			e := open(t, config)
			e.Settle(0)
			same(t, "error", c.want, said(e.Check(t.Context()), config))
		})
	}
}

// A path in the endpoint's address is blamed for a bucket that nobody named.
func TestCheckTellsThePath(t *testing.T) {
	environment(t)
	server := httptest.NewServer(refusal(404, "NoSuchBucket"))
	defer server.Close()
	config := endpoint.Config{URL: server.URL + "/storage/v1", AccessKey: "AKIAEXAMPLE", SecretKey: secret, RunID: runID}
	same(t, "error", "URL refused ListBuckets: 404 NoSuchBucket: No; check --endpoint: its path /storage/v1 is taken for a part of every address; leave it out, unless the service documents it",
		said(open(t, config).Check(t.Context()), config))
}

// Where the configuration is taken as given, an endpoint without bucket CORS is fit to be asked; one that makes no buckets is not.
func TestCheckBuckets(t *testing.T) {
	environment(t)
	for want, handler := range map[string]http.HandlerFunc{
		"no error": except(corsCall("PUT"), refusal(501, "NotImplemented")),
		"URL refused CreateBucket: 403 AccessDenied: No; the keys may not do this; with --bucket NAME an existing bucket is used": refusal(403, "AccessDenied"),
	} {
		server := httptest.NewServer(handler)
		defer server.Close()
		config := endpoint.Config{URL: server.URL, AccessKey: "AKIAEXAMPLE", SecretKey: secret, RunID: runID}
		same(t, "error", want, said(open(t, config).CheckBuckets(t.Context()), config))
	}
}

// With a bucket of the user's own nothing else is asked, and the same is told.
func TestUseBucketTellsRefusals(t *testing.T) {
	environment(t)
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		want    string
	}{
		{"website", answer(200, "text/html", "<html><body>Hi<br></body></html>"), "URL is no S3 endpoint: it answers ListBuckets with 200 text/html and no document of S3's; check --endpoint"},
		{"no rights", refusal(403, "AccessDenied"), "URL refused ListObjectsV2: 403 AccessDenied: No; a run tells others by an object in the bucket that it is in use, and needs the rights s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject; where nobody else uses the bucket, --no-lease goes without"},
		{"no rights to read it", except(corsCall("GET"), refusal(403, "AccessDenied")), "URL refused GetBucketCors: 403 AccessDenied: No; the keys need the rights s3:PutBucketCORS and s3:GetBucketCORS"},
		{"secret key", refusal(403, "SignatureDoesNotMatch"), "URL refused ListObjectsV2: 403 SignatureDoesNotMatch: No; check the secret key and --region"},
		{"without CORS", except(corsCall("GET"), refusal(501, "NotImplemented")), "URL refused GetBucketCors: 501 NotImplemented: No" + unjudged},
		{"other region", refusal(301, "PermanentRedirect", "X-Amz-Bucket-Region", "eu-west-1"), "URL refused ListObjectsV2: 301 PermanentRedirect: No; give --region eu-west-1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(c.handler)
			defer server.Close()
			config := endpoint.Config{URL: server.URL, AccessKey: "AKIAEXAMPLE", SecretKey: secret, RunID: runID, JournalDir: t.TempDir()}
			_, err := open(t, config).UseBucket(t.Context(), "users")
			same(t, "error", c.want, said(err, config))
			left, _ := os.ReadDir(config.JournalDir)
			same(t, "journals", 0, len(left))
		})
	}
}

// A real server's refusal of wrong keys, and a real server that is well.
func TestCheckOfAServer(t *testing.T) {
	config := start(t, nil)
	must(t, open(t, config).Check(t.Context()))
	same(t, "buckets", []string(nil), buckets(t, config))
	wrongSecret, wrongKey := config, config
	wrongSecret.SecretKey = secret
	wrongKey.AccessKey = "AKIAEXAMPLE"
	for want, wrong := range map[string]endpoint.Config{
		"URL refused ListBuckets: 403 SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your key and signing method; check the secret key and --region": wrongSecret,
		"URL refused ListBuckets: 404 XAdminUserNotFound: No user exists with the provided access key ID; check the access key, and that it belongs to this endpoint":                                             wrongKey,
	} {
		same(t, "error", want, said(open(t, wrong).Check(t.Context()), wrong))
	}
}

func TestNoCredentials(t *testing.T) {
	environment(t)
	var seen recorder
	server := httptest.NewServer(ignorant(&seen))
	defer server.Close()
	config := endpoint.Config{URL: server.URL, RunID: runID, JournalDir: t.TempDir()}
	e := open(t, config)
	const want = "no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a --profile"
	same(t, "Check", want, said(e.Check(t.Context()), config))
	_, err := e.UseBucket(t.Context(), "users")
	same(t, "UseBucket", want, said(err, config))
	_, err = endpoint.Sweep(t.Context(), e, endpoint.SweepOptions{})
	same(t, "Sweep", want, said(err, config))
	same(t, "requests", []string(nil), seen.take(""))
}

// What is wrong in the settings is said without a request.
func TestOpenRefuses(t *testing.T) {
	environment(t)
	file := filepath.Join(t.TempDir(), "ca.pem")
	must(t, os.WriteFile(file, []byte("no PEM"), 0o600))
	for want, config := range map[string]endpoint.Config{
		`endpoint "s3.example.com": expected a URL such as https://s3.gra.io.cloud.ovh.net`:                               {URL: "s3.example.com"},
		`endpoint "ftp://s3.example.com": expected a URL such as https://s3.gra.io.cloud.ovh.net`:                         {URL: "ftp://s3.example.com"},
		`endpoint: a URL without user and password is expected; keys go into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`: {URL: "https://me:" + secret + "@s3.example.com"},
		`certificate authorities: /nowhere/ca.pem: no such file or directory`:                                             {URL: "https://s3.example.com", Options: probe.Options{CAFile: "/nowhere/ca.pem"}},
		fmt.Sprintf(`certificate authorities: %s holds no certificate in PEM`, file):                                      {URL: "https://s3.example.com", Options: probe.Options{CAFile: file}},
		`AWS configuration: failed to get shared config profile, nobody`:                                                  {URL: "https://s3.example.com", Profile: "nobody"},
	} {
		_, err := endpoint.Open(t.Context(), config)
		same(t, "error", want, said(err, endpoint.Config{}))
	}
}
