// Package english writes numbers and lists as English does.
package english

import (
	"strconv"
	"strings"
)

// Count writes "1 cell" and "2 cells".
func Count(n int, noun string) string { return CountOf(n, noun, noun+"s") }

// CountOf is [Count] with a plural of its own: "1 entry", "2 entries".
func CountOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// And writes "a", "a and b", "a, b and c".
func And[T ~string](words []T) string { return enumerate(words, " and ") }

// Or writes "a", "a or b", "a, b or c".
func Or[T ~string](words []T) string { return enumerate(words, " or ") }

func enumerate[T ~string](words []T, last string) string {
	var b strings.Builder
	for i, w := range words {
		switch {
		case i == 0:
		case i == len(words)-1:
			b.WriteString(last)
		default:
			b.WriteString(", ")
		}
		b.WriteString(string(w))
	}
	return b.String()
}
