package probe

import (
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"corsprobe/runner/result"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"
)

// The example of AWS's documentation of presigned URLs (Signature Version 4, query string authentication).
func TestPresignKnownVector(t *testing.T) {
	creds := aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
	q, err := Presign(t.Context(), creds, "us-east-1", Request{Method: "GET", URL: parse(t, "https://examplebucket.s3.amazonaws.com/test.txt")},
		86400*time.Second, time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := q.URL.Query().Get("X-Amz-Signature"), "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"; got != want {
		t.Errorf("signature %s, want %s; URL %s", got, want, q.URL)
	}
}

const planted = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

// Nothing secret is in the evidence that is shown, wherever a request or an answer carries it.
func TestNothingSecretInEvidence(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Echo", r.Header.Get("Authorization")+planted)
		w.Header().Set("Set-Cookie", "session="+planted)
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte("<Error><Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>AKIAEXAMPLE</AWSAccessKeyId><StringToSign>AWS4\nx</StringToSign><SignatureProvided>abc</SignatureProvided>" + planted + "</Error>"))
	}))
	defer server.Close()
	creds := aws.Credentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: planted, SessionToken: "the-session-token"}
	c := client(t, Options{Secrets: []string{planted, creds.SessionToken}})
	request := Request{Method: "GET", URL: parse(t, server.URL+"/b/k")}
	signed, err := Sign(t.Context(), creds, "r", request, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	presigned, err := Presign(t.Context(), creds, "r", request, time.Minute, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for name, q := range map[string]Request{"signed": signed, "presigned": presigned} {
		came := c.Do(t.Context(), q)
		shown := c.Redactor().Cell(result.Cell{Exchanges: []result.Exchange{came}, Curl: []string{Curl(came.Request, nil, CurlOptions{Region: "r"})}})
		ex := shown.Exchanges[0]
		all := ex.Request.URL + lines(ex.Request.Headers) + lines(ex.Response.Headers) + ex.Response.Body + shown.Curl[0]
		for _, secret := range []string{planted, "the-session-token", "AKIAEXAMPLE/", "<StringToSign>AWS4", ">abc<", signature(q)} {
			if strings.Contains(all, secret) {
				t.Errorf("%s: %q is in the evidence:\n%s", name, secret, all)
			}
		}
	}
}

func signature(q Request) string {
	if s := q.URL.Query().Get("X-Amz-Signature"); s != "" {
		return s
	}
	value := result.Values(q.Header, "Authorization")[0]
	return value[strings.LastIndex(value, "=")+1:]
}

// The shell gives curl back exactly what was sent, whatever characters are in it.
func TestCurl(t *testing.T) {
	awkward := `it's "$HOME" ` + "`id`" + ` \ !` + "\n" + `&;|<>`
	request := result.Request{
		Method: "PUT", URL: "http://bucket.localhost:9000/a'b?X-Amz-Algorithm=A&X-Amz-Signature=S&uploads=",
		Headers: []result.Header{{Name: "Host", Value: "h"}, {Name: "Origin", Value: awkward}, {Name: "User-Agent", Value: "u"}},
	}
	command := Curl(request, []byte(awkward), CurlOptions{Region: "gra", CAFile: "/ca file.pem", HTTP2: true, Insecure: true, Resolve: []Resolve{{"s3.example.com", "443", "192.0.2.1"}}})
	out, err := exec.Command("sh", "-c", `curl() { for a; do printf '[%s]\n' "$a"; done; }; AWS_ACCESS_KEY_ID=key AWS_SECRET_ACCESS_KEY=secret; `+command).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want := "[-sS]\n[-i]\n[-X]\n[PUT]\n[--resolve]\n[s3.example.com:443:192.0.2.1]\n[--resolve]\n[bucket.localhost:9000:127.0.0.1]\n[--cacert]\n[/ca file.pem]\n[--insecure]\n[--http2]\n" +
		"[-H]\n[Host: h]\n[-H]\n[Origin: " + awkward + "]\n[-H]\n[Content-Type:]\n[-H]\n[x-amz-content-sha256: UNSIGNED-PAYLOAD]\n[--aws-sigv4]\n[aws:amz:gra:s3]\n[--user]\n[key:secret]\n[--data-binary]\n[" + awkward + "]\n[http://bucket.localhost:9000/a'b?uploads=]\n"
	if diff := cmp.Diff(want, string(out)); diff != "" {
		t.Errorf("arguments (-want +got):\n%s", diff)
	}
	for _, c := range []struct{ method, want string }{
		{"GET", "curl -sS -i 'http://h/'"}, {"HEAD", "curl -sS -I 'http://h/'"}, {"OPTIONS", "curl -sS -i -X 'OPTIONS' 'http://h/'"},
	} {
		if got := Curl(result.Request{Method: c.method, URL: "http://h/"}, nil, CurlOptions{}); got != c.want {
			t.Errorf("%s: %s, want %s", c.method, got, c.want)
		}
	}
}
