package scenarios

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"corsprobe/runner/suggest"
)

// Error is one thing that is wrong in a file.
type Error struct {
	File         string
	Line, Column int    // from 1; 0 where the file as a whole is meant
	What         string // "unknown key \"orgins\""
	Expected     string // "one of name, cors …"; may be empty
	DidYouMean   string // may be empty
}

// Error is the whole on one line: file:line:column: what, expected …; did you mean …?
func (e Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", e.Line, e.Column)
	}
	b.WriteString(": " + e.What)
	if e.Expected != "" {
		b.WriteString(", expected " + e.Expected)
	}
	if e.DidYouMean != "" {
		fmt.Fprintf(&b, "; did you mean %q?", e.DidYouMean)
	}
	return b.String()
}

// Errors is everything that is wrong, in the order of files and places.
type Errors []Error

// Error lists the errors, one a line.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// orNil is the errors sorted, or nil where there are none: an empty Errors in an error would not be nil.
func (es Errors) orNil() error {
	if len(es) == 0 {
		return nil
	}
	slices.SortStableFunc(es, func(a, b Error) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.Compact(es)
}

// nearest is the word that was most likely meant, or "" where none is near.
func nearest(word string, words []string) string {
	return suggest.First(suggest.Nearest(word, words, max(2, len(word)/3)))
}
