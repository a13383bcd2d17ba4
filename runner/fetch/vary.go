package fetch

import (
	"corsprobe/runner/header"
	"corsprobe/runner/result"

	"golang.org/x/net/http/httpguts"
)

// VaryCovers reports whether an answer's Vary has caches tell requests apart by a header: it lists the name in any case
// of letters, or *, on any of its lines (RFC 9110 section 12.5.5).
func VaryCovers(headers []result.Header, name string) bool {
	values := lines(headers, "Vary")
	return httpguts.HeaderValuesContainsToken(values, "*") || httpguts.HeaderValuesContainsToken(values, name)
}

// NeedsVary reports whether answers of one resource, asked with different origins or with none, show that
// Access-Control-Allow-Origin depends on the request's Origin: it is absent from one and not from another, or has
// different values. Then each of them needs Vary: Origin, the one to a request without Origin too
// (fetch#cors-protocol-and-http-caches). One answer alone shows nothing.
//
// It is for answers to requests themselves. HTTP caches do not store an answer to OPTIONS and the preflight cache does
// not look at Vary, so on a preflight Vary is advice.
func NeedsVary(answers ...[]result.Header) bool {
	for i := 1; i < len(answers); i++ {
		first, inFirst := Get(answers[0], header.AllowOrigin)
		other, inOther := Get(answers[i], header.AllowOrigin)
		if inFirst != inOther || first != other {
			return true
		}
	}
	return false
}
