package redact

import (
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/result"
)

// Wherever Signature Version 2 and 4 put a key, a credential or a signature, it goes, and what stands beside it stays: a reader needs the
// date and the signed headers.
func TestProtocol(t *testing.T) {
	const signature = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
	for _, c := range []struct{ name, text, want string }{
		{"a presigned URL", "/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20260101T000000Z&X-Amz-Signature=" + signature,
			"/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=REDACTED&X-Amz-Date=20260101T000000Z&X-Amz-Signature=REDACTED"},
		{"a session's", "?X-Amz-Security-Token=IQoJb3JpZ2luX2Vj&x=1", "?X-Amz-Security-Token=REDACTED&x=1"},
		{"in lower case", "?x-amz-signature=" + signature, "?x-amz-signature=REDACTED"},
		{"a URL of version 2", "/k?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Expires=1&Signature=vjbyPxybdZaNmGa%2ByT272YEAiv4%3D", "/k?AWSAccessKeyId=REDACTED&Expires=1&Signature=REDACTED"},
		{"a header", "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + signature,
			"AWS4-HMAC-SHA256 Credential=REDACTED, SignedHeaders=host;x-amz-date, Signature=REDACTED"},
		{"in a command", "curl -i 'http://h/k?X-Amz-Signature=" + signature + "' -H 'A: b'", "curl -i 'http://h/k?X-Amz-Signature=REDACTED' -H 'A: b'"},
		{"in a quoted text", `href="/k?X-Amz-Signature=` + signature + `">`, `href="/k?X-Amz-Signature=REDACTED">`},
		{"a URL within a URL", "/login?next=https%3A%2F%2Fh%2Fk%3FX-Amz-Signature%3D" + signature + "&x=1", "/login?next=https%3A%2F%2Fh%2Fk%3FX-Amz-Signature%3DREDACTED&x=1"},
		{"what S3 says of a wrong signature", "<Error><Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>AKIA</AWSAccessKeyId><StringToSign>AWS4-HMAC-SHA256\n2026</StringToSign><SignatureProvided>" + signature +
			"</SignatureProvided><StringToSignBytes>41 57</StringToSignBytes><CanonicalRequest>GET\n/</CanonicalRequest><CanonicalRequestBytes>47</CanonicalRequestBytes><RequestId>1</RequestId></Error>",
			"<Error><Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>REDACTED</AWSAccessKeyId><StringToSign>REDACTED</StringToSign><SignatureProvided>REDACTED" +
				"</SignatureProvided><StringToSignBytes>REDACTED</StringToSignBytes><CanonicalRequest>REDACTED</CanonicalRequest><CanonicalRequestBytes>REDACTED</CanonicalRequestBytes><RequestId>1</RequestId></Error>"},
		{"words that only sound so", "a signature is missing; credential: none", "a signature is missing; credential: none"},
		{"a form", "name=\"x-amz-signature\"\r\n\r\n" + signature + "\r\n--b\r\nname=\"policy\"\r\n\r\neyJh\r\n--b\r\nname=\"key\"\r\n\r\na\r\n",
			"name=\"x-amz-signature\"\r\n\r\nREDACTED\r\n--b\r\nname=\"policy\"\r\n\r\nREDACTED\r\n--b\r\nname=\"key\"\r\n\r\na\r\n"},
		{"a chunk", "13;chunk-signature=" + signature + "\r\n", "13;chunk-signature=REDACTED\r\n"},
		{"no value", "?X-Amz-Signature=&x=1", "?X-Amz-Signature=&x=1"},
	} {
		if got := Text(c.text); got != c.want {
			t.Errorf("%s:\n %s\nwant\n %s", c.name, got, c.want)
		}
	}
}

// A secret that begins as a shorter one does leaves no rest behind, in whichever order they were given.
func TestSecretsWithinSecrets(t *testing.T) {
	secrets := []string{"minio", "minioadmin", "minioadmin-token-0123"}
	for range 2 {
		r := New(secrets...)
		for text, want := range map[string]string{
			"user minio.":                   "user REDACTED.",
			"user minioadmin.":              "user REDACTED.",
			"token minioadmin-token-0123.":  "token REDACTED.",
			"a body minioadmin-tok":         "a body REDACTED",
			"minio minioadmin, minioadmins": "REDACTED REDACTED, REDACTEDs",
		} {
			if got := r.Text(text); got != want {
				t.Errorf("%q: %q is %q, want %q", secrets, text, got, want)
			}
		}
		slices.Reverse(secrets)
	}
}

// With adds to what is known, and leaves the redactor as it was.
func TestWith(t *testing.T) {
	const text = "first-key second-key"
	var none *Redactor
	one := New("first-key")
	for _, c := range []struct {
		name string
		r    *Redactor
		want string
	}{
		{"none", none, text}, {"none with nothing", none.With(), text}, {"none with one", none.With("second-key"), "first-key REDACTED"},
		{"one with nothing", one.With(), "REDACTED second-key"}, {"one with another", one.With("second-key"), "REDACTED REDACTED"}, {"one, still", one, "REDACTED second-key"},
		{"one with itself", one.With("first-key", ""), "REDACTED second-key"},
	} {
		if got := c.r.Text(text); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Which header lines are as good as a key, whatever their names' case; an empty one gives nothing away.
func TestIsSecret(t *testing.T) {
	for name, want := range map[string]bool{
		"Authorization": true, "authorization": true, "Proxy-Authorization": true, "Cookie": true, "Set-Cookie": true, "X-Amz-Security-Token": true,
		"x-amz-server-side-encryption-customer-key": true, "x-amz-copy-source-server-side-encryption-customer-key": true,
		"x-amz-server-side-encryption-customer-algorithm": false, "Origin": false, "X-Amz-Date": false, "Access-Control-Allow-Headers": false, "WWW-Authenticate": false,
	} {
		if got := IsSecret(result.Header{Name: name, Value: "x"}); got != want {
			t.Errorf("%s: %t, want %t", name, got, want)
		}
		if IsSecret(result.Header{Name: name}) {
			t.Errorf("an empty %s is a secret", name)
		}
	}
}

func TestIsSecretName(t *testing.T) {
	for name, want := range map[string]bool{
		"X-Amz-Signature": true, "sig": true, "access_token": true, "client_secret": true, "password": true, "X-Amz-Credential": true, "AWSAccessKeyId": true, "api_key": true,
		"Policy": true, "sessionid": true, "jwt": true, "oauth": true,
		"partNumber": false, "uploadId": false, "versionId": false, "X-Amz-Date": false, "X-Amz-Expires": false, "response-content-type": false, "": false,
	} {
		if got := IsSecretName(name); got != want {
			t.Errorf("%s: %t, want %t", name, got, want)
		}
	}
}

// A choice of the endpoint's is shown, and a key in its wording is not.
func TestObservations(t *testing.T) {
	given := []result.Observation{{Point: "p", Choice: "answers planted-key", Facts: []int{21}, Cells: 2}}
	got := New("planted-key").Observations(given)
	if got[0].Choice != "answers REDACTED" || got[0].Point != "p" || got[0].Cells != 2 || !strings.Contains(given[0].Choice, "planted-key") {
		t.Errorf("%+v of %+v", got, given)
	}
	if New("x").Observations(nil) != nil {
		t.Error("no observations become an empty list")
	}
}
