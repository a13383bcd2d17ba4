package redact

import (
	"regexp"
	"testing"
)

// what withoutQuery reads by hand, as an expression.
var secretQuery = regexp.MustCompile(`(?i)((?:x-amz-(?:signature|credential|security-token)|signature|credential|awsaccesskeyid)(?:=|%3D))[^&\s"'<>,]+`)

func FuzzQuery(f *testing.F) {
	for _, text := range []string{
		"", "=", "x=1", "Signature=", "Signature=1", "a?X-Amz-Signature=1&b=2&AWSAccessKeyId=3", "u=http%3A%2F%2Fh%3FSignature%3D12%26x", "signature=signature=1",
		"signature=&signature=2", "x-amz-security-tokenx=1", "Credential%3d=5, credential=6 credential=7<", "=signature=1", "signature=%3D=1",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range text {
			if r == 'ſ' || r == 'K' { // letters that are s and k to an expression, and to no server
				t.Skip()
			}
		}
		if got, want := withoutQuery(text), secretQuery.ReplaceAllString(text, "${1}"+Redacted); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	})
}
