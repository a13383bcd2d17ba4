// Package suggest finds the words that a mistyped one may stand for.
package suggest

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Nearest returns the words that differ from a mistyped one in at most so many letters (their Levenshtein distance), the nearest first and, of
// those equally near, in the order given. The case of letters does not count.
func Nearest[T ~string](word string, words []T, most int) []T {
	return NearestBy(strings.ToLower, word, words, most)
}

// NearestBy is [Nearest] for words that are compared as fold writes them.
func NearestBy[T ~string](fold func(string) string, word string, words []T, most int) []T {
	type near struct {
		word     T
		distance int
	}
	var all []near
	for _, w := range words {
		if d := levenshtein.ComputeDistance(fold(word), fold(string(w))); d <= most {
			all = append(all, near{w, d})
		}
	}
	slices.SortStableFunc(all, func(a, b near) int { return cmp.Compare(a.distance, b.distance) })
	found := make([]T, len(all))
	for i, n := range all {
		found[i] = n.word
	}
	return found
}

// First is the first word of a list, or "" where it is empty: what to suggest where only one word may be.
func First[T ~string](words []T) T {
	if len(words) == 0 {
		return ""
	}
	return words[0]
}
