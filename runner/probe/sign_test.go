package probe

import (
	"encoding/base64"
	"io"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"
	"time"

	"corsprobe/runner/result"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// AWS's own example of an upload in signed chunks: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
func TestSignedChunks(t *testing.T) {
	creds := aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
	now := time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)
	var body strings.Builder
	for _, size := range []struct {
		hex string
		n   int
	}{{"10000", 65536}, {"400", 1024}, {"0", 0}} {
		body.WriteString(size.hex + ";chunk-signature=" + ChunkSignature + "\r\n" + strings.Repeat("a", size.n) + "\r\n")
	}
	q := Request{
		Body:   []byte(body.String()),
		Header: []result.Header{{Name: "Authorization", Value: "AWS4-HMAC-SHA256 …,Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"}},
	}
	got := string(signChunks(creds, "us-east-1", q, now).Body)
	for _, want := range []string{
		"10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n",
		"\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n",
		"\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if len(got) != len(q.Body) {
		t.Errorf("%d bytes, and %d were announced", len(got), len(q.Body))
	}
	for _, broken := range []string{"no chunks", "zz;chunk-signature=0\r\n", "400;chunk-signature=0\r\nshort", "-1;\r\n\r\n"} {
		q.Body = []byte(broken)
		if got := string(signChunks(creds, "us-east-1", q, now).Body); got != broken {
			t.Errorf("%q became %q", broken, got)
		}
	}
}

// A form's fields are what its policy permits, and a field that is given stands in place of the form's own.
func TestForm(t *testing.T) {
	creds := aws.Credentials{AccessKeyID: "key", SecretAccessKey: "secret", SessionToken: "token"}
	further := []result.Header{{Name: "success_action_status", Value: "201"}, {Name: "x-amz-signature", Value: "forged"}}
	body, err := Form(creds, "us-east-1", "bucket", "a b", further, []byte("content"), time.Minute, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]string{}
	last := ""
	for r := multipart.NewReader(strings.NewReader(string(body)), formBoundary); ; {
		part, err := r.NextPart()
		if err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		value, _ := io.ReadAll(part)
		fields[part.FormName()], last = string(value), part.FormName()
	}
	policy, err := base64.StdEncoding.DecodeString(fields["policy"])
	if err != nil {
		t.Fatal(err)
	}
	want := `{"conditions":[{"bucket":"bucket"},{"key":"a b"},{"x-amz-algorithm":"AWS4-HMAC-SHA256"},{"x-amz-credential":"key/20260102/us-east-1/s3/aws4_request"},` +
		`{"x-amz-date":"20260102T030405Z"},{"x-amz-security-token":"token"},{"success_action_status":"201"}],"expiration":"2026-01-02T03:05:05.000Z"}`
	if string(policy) != want {
		t.Errorf("policy %s\nwant   %s", policy, want)
	}
	if last != "file" || fields["file"] != "content" || fields["success_action_status"] != "201" || fields["x-amz-signature"] != "forged" {
		t.Errorf("fields %v, the last of them %s", fields, last)
	}
}

// AWS's own examples: https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html
func TestPresignVersion2(t *testing.T) {
	creds := aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
	for _, address := range []string{"https://s3.amazonaws.com/johnsmith/photos/puppy.jpg", "https://johnsmith.s3.amazonaws.com/photos/puppy.jpg"} {
		u, _ := url.Parse(address)
		got := PresignVersion2(creds, Request{Method: "GET", URL: u}, "johnsmith", 0, time.Unix(1175139620, 0)).URL.Query()
		if got.Get("Signature") != "NpgCjnDzrM+WFzoENXmpNDUsSn8=" || got.Get("Expires") != "1175139620" || got.Get("AWSAccessKeyId") != creds.AccessKeyID {
			t.Errorf("%s: %v", address, got)
		}
	}
}

// What proxies write is sent, and not signed: the next proxy changes it.
func TestProxiesHeadersAreNotSigned(t *testing.T) {
	u, _ := url.Parse("https://s3.example.com/bucket/key")
	q := Request{Method: "GET", URL: u, Header: []result.Header{{Name: "Via", Value: "1.1 a"}, {Name: "X-Forwarded-For", Value: "203.0.113.7"}, {Name: "Range", Value: "bytes=0-3"}}}
	q, err := Sign(t.Context(), aws.Credentials{AccessKeyID: "key", SecretAccessKey: "secret"}, "us-east-1", q, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(result.Values(q.Header, "Authorization"), ""); !strings.Contains(got, "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,") {
		t.Errorf("signed are %s", got)
	}
	if got := result.Values(q.Header, "X-Forwarded-For"); len(got) != 1 {
		t.Errorf("X-Forwarded-For %q is sent", got)
	}
}

// A wrong secret makes a wrong signature, whichever was used before with the same access key.
func TestSecretsOfOneKey(t *testing.T) {
	at := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	signature := func(secret string) string {
		u, err := url.Parse("http://127.0.0.1/bucket/key")
		if err != nil {
			t.Fatal(err)
		}
		q, err := Presign(t.Context(), aws.Credentials{AccessKeyID: "one", SecretAccessKey: secret}, "us-east-1", Request{Method: "GET", URL: u}, time.Minute, at)
		if err != nil {
			t.Fatal(err)
		}
		return q.URL.Query().Get("X-Amz-Signature")
	}
	right, wrong := signature("right"), signature("wrong")
	if right == wrong || right == "" {
		t.Errorf("a wrong secret signs %s, as the right one does", wrong)
	}
	if again := signature("right"); again != right {
		t.Errorf("the right secret signs %s after a wrong one, %s before", again, right)
	}
}

// A presigner gives what Presign gives, whatever differs, and makes what is the same once.
func TestPresigner(t *testing.T) {
	at := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	type asked struct {
		creds   aws.Credentials
		region  string
		request Request
		expires time.Duration
		now     time.Time
	}
	address := func(text string) *url.URL {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	usual := func() asked {
		return asked{aws.Credentials{AccessKeyID: "one", SecretAccessKey: "right"}, "us-east-1", Request{Method: "GET", URL: address("http://127.0.0.1/bucket/key")}, time.Minute, at}
	}
	var p Presigner
	for _, c := range []struct {
		what   string
		change func(*asked)
		made   int // by then
	}{
		{"nothing", func(*asked) {}, 1},
		{"a header that is not signed", func(a *asked) { a.request.Header = []result.Header{{Name: "Origin", Value: "https://a.example"}} }, 1},
		{"a part of a second", func(a *asked) { a.now = at.Add(999 * time.Millisecond) }, 1},
		{"a second", func(a *asked) { a.now = at.Add(time.Second) }, 2},
		{"the method", func(a *asked) { a.request.Method = "PUT" }, 3},
		{"the key", func(a *asked) { a.request.URL = address("http://127.0.0.1/bucket/other") }, 4},
		{"the query", func(a *asked) { a.request.URL = address("http://127.0.0.1/bucket/key?uploads=") }, 5},
		{"the host", func(a *asked) { a.request.Host = "bucket.example" }, 6},
		{"the body's length", func(a *asked) { a.request.Body = []byte("x") }, 7},
		{"a signed header", func(a *asked) { a.request.Header = []result.Header{{Name: "X-Amz-Acl", Value: "private"}} }, 8},
		{"its value", func(a *asked) { a.request.Header = []result.Header{{Name: "X-Amz-Acl", Value: "public-read"}} }, 9},
		{"the time it lasts", func(a *asked) { a.expires = time.Hour }, 10},
		{"the region", func(a *asked) { a.region = "eu-west-1" }, 11},
		{"the access key", func(a *asked) { a.creds.AccessKeyID = "other" }, 12},
		{"the secret", func(a *asked) { a.creds.SecretAccessKey = "wrong" }, 13},
		{"the token", func(a *asked) { a.creds.SessionToken = "token" }, 14},
	} {
		a := usual()
		c.change(&a)
		want, err := Presign(t.Context(), a.creds, a.region, a.request, a.expires, a.now)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			got, err := p.Presign(t.Context(), a.creds, a.region, a.request, a.expires, a.now)
			if err != nil {
				t.Fatal(err)
			}
			if got.URL.String() != want.URL.String() {
				t.Errorf("%s differs: %s, want %s", c.what, got.URL, want.URL)
			}
			got.URL.RawQuery = "changed" // the caller's own
		}
		if len(p.made) != c.made {
			t.Errorf("%s differs: %d signatures made, want %d", c.what, len(p.made), c.made)
		}
	}
}
