package redact

import (
	"net/url"
	"regexp"
	"strings"
)

// secretName finds names of query parameters and headers that are as good as a key, of S3's kind and of others'.
var secretName = regexp.MustCompile(`(?i)sig|token|secret|passw|credential|key|auth|policy|session|jwt|hmac`)

// IsSecretName reports that the value of a query's parameter or of a header of that name is probably as good as a key.
func IsSecretName(name string) bool { return secretName.MatchString(name) }

// OfAddress lists what must not be shown of an address, as it is written there and as it is meant.
func OfAddress(address string) []string {
	u, err := url.Parse(address)
	if err != nil {
		return nil
	}
	var all []string
	if password, ok := u.User.Password(); ok {
		all = append(all, password)
	}
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		name, raw, _ := strings.Cut(pair, "=")
		if !IsSecretName(name) {
			continue
		}
		unescaped, err := url.QueryUnescape(raw)
		for _, value := range []string{raw, unescaped} {
			if err == nil && len(value) >= leastSecret {
				all = append(all, value)
			}
		}
	}
	return all
}
