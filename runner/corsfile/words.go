package corsfile

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"corsprobe/runner/suggest"
)

func placeText(p Place) string { return fmt.Sprintf("%d:%d", p.Line, p.Column) }

func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}

// foldKey is a key without case and punctuation: allowed_origins, allowedOrigins and AllowedOrigins are one.
func foldKey(key string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, key)
}

// nearest is the word that was most likely meant, or "" where none is near.
func nearest(word string, words []string) string {
	return suggest.First(suggest.NearestBy(foldKey, word, words, max(2, len(word)/4)))
}
