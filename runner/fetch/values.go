package fetch

import (
	"fmt"
	"strings"

	"corsprobe/runner/result"

	"golang.org/x/net/http/httpguts"
)

// httpWhitespace holds the bytes that are cut off both ends of a header's value (fetch#concept-header-value-normalize).
const httpWhitespace = "\t\n\r "

// Get returns the value of a header, several lines joined by a comma and a space, and whether there is such a header at
// all (fetch#concept-header-list-get). Whitespace around each line's value is no part of it.
func Get(headers []result.Header, name string) (value string, present bool) {
	values := lines(headers, name)
	return strings.Join(values, ", "), len(values) > 0
}

// ExtractHeaderListValues returns the elements of a header whose value is a comma-separated list of tokens, over all of
// its lines (fetch#extract-header-list-values). Empty elements are fine and left out. The list is nil if there is no
// such header, and not nil but empty if the header lists nothing. If one element is not a token, the whole list is an error.
func ExtractHeaderListValues(headers []result.Header, name string) ([]string, error) {
	values := lines(headers, name)
	if len(values) == 0 {
		return nil, nil
	}
	list := []string{}
	for _, element := range elements(values) {
		if !isToken(element) {
			return nil, fmt.Errorf("fetch: %s: %w", name, fmt.Errorf("%s is not a token", quote(element)))
		}
		list = append(list, element)
	}
	return list, nil
}

// lines returns the normalised values of a header's lines.
func lines(headers []result.Header, name string) []string {
	var values []string
	for _, h := range headers {
		if byteLower(h.Name) == byteLower(name) {
			values = append(values, strings.Trim(h.Value, httpWhitespace))
		}
	}
	return values
}

// headerIn returns a header as a [Verdict] shows it: its name as the answer first spells it, its lines joined; nil if it is absent.
func headerIn(headers []result.Header, name string) *result.Header {
	value, present := Get(headers, name)
	if !present {
		return nil
	}
	for _, h := range headers {
		if byteLower(h.Name) == byteLower(name) {
			name = h.Name
			break
		}
	}
	return &result.Header{Name: name, Value: value}
}

// elements splits comma-separated values and leaves out what is empty (RFC 9110 section 5.6.1.2).
func elements(values []string) []string {
	var list []string
	for _, value := range values {
		for element := range strings.SplitSeq(value, ",") {
			if element = strings.Trim(element, " \t"); element != "" {
				list = append(list, element)
			}
		}
	}
	return list
}

// isToken reports whether s is a token (RFC 9110 section 5.6.2), the grammar of methods and header names.
func isToken(s string) bool { return httpguts.ValidHeaderFieldName(s) }

func isAlphanumeric(b byte) bool { return isDigit(b) || 'A' <= b && b <= 'Z' || 'a' <= b && b <= 'z' }

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// isDigits reports whether s is one digit or more.
func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// byteLower is the standard's byte-lowercase (infra#byte-lowercase): it changes ASCII letters alone. strings.ToLower would take the Kelvin sign
// for a k, and change bytes that are not UTF-8.
func byteLower(s string) string {
	return mapBytes(s, func(b byte) byte {
		if 'A' <= b && b <= 'Z' {
			return b + 'a' - 'A'
		}
		return b
	})
}

// byteUpper is the standard's byte-uppercase (infra#byte-uppercase).
func byteUpper(s string) string {
	return mapBytes(s, func(b byte) byte {
		if 'a' <= b && b <= 'z' {
			return b - 'a' + 'A'
		}
		return b
	})
}

func mapBytes(s string, f func(byte) byte) string {
	b := []byte(s)
	for i := range b {
		b[i] = f(b[i])
	}
	return string(b)
}

// longest is how many bytes of a value a sentence quotes. A line is meant to be read at a glance; the whole is in
// [Verdict.Header].
const longest = 200

// quote quotes a value for a sentence, cut short where it is very long.
func quote(s string) string {
	if len(s) <= longest {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprintf("%q and %d bytes more", s[:longest], len(s)-longest)
}
