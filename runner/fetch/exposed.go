package fetch

import (
	"slices"

	"corsprobe/runner/header"
	"corsprobe/runner/result"
)

// ExposedHeaders returns the names, among the headers that an answer has, that script can read: lower-case, sorted and
// each once (fetch#concept-filtered-response-cors). It takes for granted that the answer passed [ActualCheck].
func ExposedHeaders(credentials Credentials, headers []result.Header) []string {
	expose := exposedNames(credentials, headers)
	var names []string
	for _, h := range headers {
		if expose(h.Name) {
			names = append(names, h.Name)
		}
	}
	return sortedLowercaseSet(names)
}

// CanRead reports whether script could read a header of that name from an answer with those header lines. It does not
// ask whether the answer has such a header: what is not there reads as null.
func CanRead(name string, credentials Credentials, headers []result.Header) bool {
	return exposedNames(credentials, headers)(name)
}

// SafelistedResponseHeaders are the headers that script can read of any answer that it is given, in lower case
// (fetch#cors-safelisted-response-header-name).
var SafelistedResponseHeaders = []string{"cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma"}

// IsSafelistedResponseHeader reports whether script can read a header without Access-Control-Expose-Headers
// (fetch#cors-safelisted-response-header-name).
func IsSafelistedResponseHeader(name string) bool {
	return slices.Contains(SafelistedResponseHeaders, byteLower(name))
}

// exposedNames returns a test for the names that an answer exposes (fetch#main-fetch). A list that cannot be
// parsed exposes nothing, and * is an ordinary name when the request carried credentials.
func exposedNames(credentials Credentials, headers []result.Header) func(name string) bool {
	list, _ := ExtractHeaderListValues(headers, header.ExposeHeaders)
	all := credentials != Include && slices.Contains(list, "*")
	return func(name string) bool {
		switch byteLower(name) {
		case "set-cookie", "set-cookie2": // forbidden response-header names (fetch#forbidden-response-header-name)
			return false
		}
		return all || IsSafelistedResponseHeader(name) || containsFold(list, name)
	}
}

// containsFold reports whether a list has a name in any case of letters.
func containsFold(list []string, name string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return byteLower(s) == byteLower(name) })
}
