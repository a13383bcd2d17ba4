package console

import (
	"regexp"
	"slices"
	"strings"

	"corsprobe/runner/redact"
)

// harmless are query parameters that are no credentials, whatever their names or lengths.
var harmless = []string{"x-amz-algorithm", "x-amz-date", "x-amz-expires", "x-amz-signedheaders", "x-amz-sdk-checksum-algorithm", "x-id", "key-marker", "max-keys"}

// longest is how long the value of an unknown parameter may be: a longer one may be a key.
const longest = 32

// shown is an address without credentials, and whether any were left out. It takes any text.
func shown(address string) (text string, secret bool) {
	address, _, _ = strings.Cut(address, "#")
	scheme, rest, found := strings.Cut(address, "://")
	if !found {
		scheme, rest = "", address
	} else {
		scheme += "://"
	}
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	if at := strings.LastIndex(rest[:end], "@"); at >= 0 {
		rest, secret = rest[at+1:], true
	}
	path, query, asked := strings.Cut(rest, "?")
	if !asked {
		return scheme + rest, secret
	}
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		known := slices.Contains(harmless, strings.ToLower(name))
		if value != "" && !known && (redact.IsSecretName(name) || len(value) > longest) {
			pairs[i], secret = name+"="+redact.Redacted, true
		}
	}
	return scheme + path + "?" + strings.Join(pairs, "&"), secret
}

var within = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^\s'"<>]+`)

// WithoutKeys is a text in which the addresses have no credentials.
func WithoutKeys(text string) string {
	return within.ReplaceAllStringFunc(text, func(address string) string {
		kept, _ := shown(address)
		return kept
	})
}
