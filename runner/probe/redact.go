package probe

import (
	"regexp"
	"slices"
	"strings"
)

// redacted replaces what must not be shown.
const redacted = "REDACTED"

var (
	secretQuery = regexp.MustCompile(`(?i)((?:x-amz-(?:signature|credential|security-token)|signature|credential|awsaccesskeyid)=)[^&\s"'<>,]+`)
	secretXML   = regexp.MustCompile(`(?is)(<(AWSAccessKeyId|StringToSign|StringToSignBytes|CanonicalRequest|CanonicalRequestBytes|SignatureProvided)>).*?(</)`)
)

// Redact removes signatures, credentials and tokens from a text, wherever S3's protocol puts them.
func Redact(text string) string {
	text = secretQuery.ReplaceAllString(text, "${1}"+redacted)
	return secretXML.ReplaceAllString(text, "${1}"+redacted+"${3}")
}

// NewRedactor is Redact, and removes those secrets too, wherever they turn up.
func NewRedactor(secrets ...string) func(string) string {
	var pairs []string
	for _, s := range secrets {
		if s != "" {
			pairs = append(pairs, s, redacted)
		}
	}
	replacer := strings.NewReplacer(pairs...)
	return func(text string) string { return Redact(replacer.Replace(text)) }
}

var secretHeaders = []string{"authorization", "proxy-authorization", "cookie", "set-cookie", "x-amz-security-token"}

func redactHeader(name, value string) string {
	if slices.Contains(secretHeaders, strings.ToLower(name)) && value != "" {
		return redacted
	}
	return value
}
