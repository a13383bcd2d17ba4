package lint

import (
	"regexp"
	"strings"

	"corsprobe/runner/lint/code"
)

// directive is a comment that switches codes off.
type directive struct {
	codes []string
	line  int // 0: the whole file
}

var comment = regexp.MustCompile(`(?m)(?:#|//|/\*|<!--)[^\n]*?\bcorsprobe:[ \t]*(disable(?:-next-line|-line)?)[ \t=:]+((?:[A-Za-z0-9-]+(?:[ \t]*,[ \t]*|[ \t]+)?)+)`)

// directives finds the comments of a file. Words that are no codes end the list: an explanation may follow.
func directives(text string) []directive {
	if !strings.Contains(text, "corsprobe:") {
		return nil
	}
	var all []directive
	for _, at := range comment.FindAllStringSubmatchIndex(text, -1) {
		d := directive{}
		for _, word := range strings.FieldsFunc(text[at[4]:at[5]], func(r rune) bool { return strings.ContainsRune(", \t", r) }) {
			c, ok := code.ByID(word)
			if !ok {
				break
			}
			d.codes = append(d.codes, c.ID)
		}
		here := strings.Count(text[:at[0]], "\n") + 1
		switch text[at[2]:at[3]] {
		case "disable-line":
			d.line = here
		case "disable-next-line":
			d.line = here + 1
		}
		all = append(all, d)
	}
	return all
}

func (d directive) covers(f Finding) bool {
	for _, id := range d.codes {
		if id == f.Code && (d.line == 0 || d.line == f.Place.Line) {
			return true
		}
	}
	return false
}
