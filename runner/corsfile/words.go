package corsfile

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

func placeText(p Place) string { return fmt.Sprintf("%d:%d", p.Line, p.Column) }

func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}

// plainKey is a key without case and punctuation: allowed_origins, allowedOrigins and AllowedOrigins are one.
func plainKey(key string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, key)
}

// nearest is the word that was most likely meant, or "" where none is near.
func nearest(word string, words []string) string {
	best, distance := "", max(2, len(word)/4)+1
	for _, w := range words {
		if d := levenshtein.ComputeDistance(plainKey(word), plainKey(w)); d < distance {
			best, distance = w, d
		}
	}
	return best
}

// enumerate writes words as English does: "a", "a and b", "a, b and c".
func enumerate(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
