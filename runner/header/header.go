// Package header compares header fields by meaning: lists as lists, whatever their spacing and however many lines they
// are spread over, and everything else byte for byte.
//
// It is pure: it reads header lines and returns what it found, and knows nothing of S3. Names of headers are compared
// without regard to case. Case means the letters A to Z of ASCII and no
// others, and whitespace means space and tab, as in RFC 9110.
package header

import (
	"strings"

	"corsprobe/runner/result"
)

// whitespace is what may stand around a value and around the commas of a list (RFC 9110, section 5.6.3).
const whitespace = " \t"

// Elements returns every element of a comma-separated list over all lines of that name, in order and trimmed. Empty
// elements mean nothing (RFC 9110, section 5.6.1) and are left out.
func Elements(lines []result.Header, name string) []string {
	var elements []string
	for _, value := range result.Values(lines, name) {
		elements = append(elements, split(value)...)
	}
	return elements
}

// Combined returns the values of every line of that name, trimmed and joined by ", ", and how many lines there are.
func Combined(lines []result.Header, name string) (value string, count int) {
	values := trimmed(lines, name)
	return strings.Join(values, ", "), len(values)
}

// Meaning is how the values of a header are compared.
type Meaning int

const (
	// Exact is a single value, compared byte for byte. Two lines are a difference even where both hold what is wanted:
	// a browser joins them into one value that is neither.
	Exact Meaning = iota
	// Sequence is a list, compared element by element, byte for byte and in order.
	Sequence
	// CoversFold is a list that must hold at least the wanted elements, in any case and any order. A * holds all.
	CoversFold
)

// trimmed returns the values of every line of that name without the whitespace around them.
func trimmed(lines []result.Header, name string) []string {
	values := result.Values(lines, name)
	for i := range values {
		values[i] = strings.Trim(values[i], whitespace)
	}
	return values
}

// split returns the elements of one value.
func split(value string) []string {
	var elements []string
	for element := range strings.SplitSeq(value, ",") {
		if element = strings.Trim(element, whitespace); element != "" {
			elements = append(elements, element)
		}
	}
	return elements
}

// lower lower-cases A to Z and leaves every other byte alone: the Kelvin sign is no k in a header.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// equalFold reports whether two strings are the same but for the case of ASCII letters.
func equalFold(a, b string) bool { return lower(a) == lower(b) }
