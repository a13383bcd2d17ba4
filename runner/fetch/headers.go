package fetch

import (
	"slices"
	"strings"

	"corsprobe/runner/result"
)

const (
	// MaxSafelistedValue is how many bytes the value of a safelisted request header may have
	// (fetch#cors-safelisted-request-header, step 1).
	MaxSafelistedValue = 128
	// MaxSafelistedTotal is how many bytes the values of a request's safelisted headers may have together
	// (fetch#cors-unsafe-request-header-names, step 4).
	MaxSafelistedTotal = 1024
)

// IsForbiddenRequestHeader reports whether script cannot set a header, so that no browser ever sends it on a page's
// behalf or asks for it in a preflight (fetch#forbidden-request-header). The value matters for X-HTTP-Method and its
// like only.
func IsForbiddenRequestHeader(name, value string) bool {
	name = byteLower(name)
	switch name {
	case "accept-charset", "accept-encoding", "access-control-request-headers", "access-control-request-method",
		"connection", "content-length", "cookie", "cookie2", "date", "dnt", "expect", "host", "keep-alive", "origin",
		"referer", "set-cookie", "te", "trailer", "transfer-encoding", "upgrade", "via":
		return true
	case "x-http-method", "x-http-method-override", "x-method-override":
		return slices.ContainsFunc(elements([]string{value}), IsForbiddenMethod)
	}
	return strings.HasPrefix(name, "proxy-") || strings.HasPrefix(name, "sec-")
}

// IsSafelistedRequestHeader reports whether a header with that value needs no preflight
// (fetch#cors-safelisted-request-header).
func IsSafelistedRequestHeader(name, value string) bool {
	if len(value) > MaxSafelistedValue {
		return false
	}
	switch byteLower(name) {
	case "accept":
		return !hasUnsafeByte(value)
	case "accept-language", "content-language":
		return isLanguageList(value)
	case "content-type":
		return !hasUnsafeByte(value) && isFormType(value)
	case "range":
		return isSimpleRange(value)
	}
	return false
}

// UnsafeRequestHeaderNames returns the names of the headers that need a preflight, lower-case, sorted and each once
// (fetch#cors-unsafe-request-header-names). When the safelisted values together exceed [MaxSafelistedTotal], all of
// their names are among them.
func UnsafeRequestHeaderNames(headers []result.Header) []string {
	var unsafe, safelisted []string
	total := 0
	for _, h := range headers {
		value := strings.Trim(h.Value, httpWhitespace)
		if IsSafelistedRequestHeader(h.Name, value) {
			safelisted = append(safelisted, h.Name)
			total += len(value)
		} else {
			unsafe = append(unsafe, h.Name)
		}
	}
	if total > MaxSafelistedTotal {
		unsafe = append(unsafe, safelisted...)
	}
	return sortedLowercaseSet(unsafe)
}

// unsafeNames returns the names that a request's preflight asks for: those of its headers and those given by name.
func (r Request) unsafeNames() []string {
	headers := slices.DeleteFunc(slices.Clone(r.Headers), func(h result.Header) bool {
		return IsForbiddenRequestHeader(h.Name, h.Value)
	})
	return sortedLowercaseSet(append(UnsafeRequestHeaderNames(headers), r.UnsafeNames...))
}

// sortedLowercaseSet is the standard's step of that name (fetch#convert-header-names-to-a-sorted-lowercase-set). Names
// that are not tokens are left out: script cannot set such headers, and browsers take no answer with them.
func sortedLowercaseSet(names []string) []string {
	var set []string
	for _, name := range names {
		if isToken(name) {
			set = append(set, byteLower(name))
		}
	}
	slices.Sort(set)
	return slices.Compact(set)
}

// hasUnsafeByte reports whether a value holds a CORS-unsafe request-header byte
// (fetch#cors-unsafe-request-header-byte).
func hasUnsafeByte(value string) bool {
	for i := range len(value) {
		b := value[i]
		if b < 0x20 && b != '\t' || b == 0x7f || strings.IndexByte(`"():<>?@[\]{}`, b) >= 0 {
			return true
		}
	}
	return false
}

// isLanguageList reports whether a value has only the bytes that Accept-Language and Content-Language may have.
func isLanguageList(value string) bool {
	for i := range len(value) {
		if !isAlphanumeric(value[i]) && strings.IndexByte(" *,-.;=", value[i]) < 0 {
			return false
		}
	}
	return true
}

// isFormType reports whether a value's MIME essence is one that an HTML form can send.
func isFormType(value string) bool {
	essence, _, _ := strings.Cut(value, ";")
	switch byteLower(strings.Trim(essence, httpWhitespace)) {
	case "application/x-www-form-urlencoded", "multipart/form-data", "text/plain":
		return true
	}
	return false
}

// isSimpleRange reports whether a value is a single range with a first byte, and not one that ends before it starts
// (fetch#simple-range-header-value).
func isSimpleRange(value string) bool {
	span, ok := strings.CutPrefix(value, "bytes=")
	first, last, dash := strings.Cut(span, "-")
	if !ok || !dash || !isDigits(first) {
		return false
	}
	return last == "" || isDigits(last) && !isGreater(first, last)
}

// isGreater compares two runs of digits as numbers, however long they are.
func isGreater(a, b string) bool {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if len(a) != len(b) {
		return len(a) > len(b)
	}
	return a > b
}
