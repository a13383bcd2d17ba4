package reports

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// How much of a value a format shows. The JSON report has it whole.
const (
	valueLimit    = 300  // characters of one value on a terminal: about four lines
	evidenceLimit = 2000 // characters of one header or body in evidence: what S3's longest error documents need, twice
	headerLimit   = 60   // headers of one message in evidence: three times what S3 sends
)

// visible shows what a terminal or an XML parser would act on: control characters, escapes, characters that turn the direction of
// writing, exotic spaces and bytes that are no UTF-8 become \x1b, \u202e and the like. The result is printable text on one line. What CI
// systems take for a command wherever it stands in a line, ##[, becomes #\x23[.
func visible(s string) string {
	s = strings.ReplaceAll(s, "##[", `#\x23[`)
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + len(s)/4)
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		writeVisible(&b, r, s[:size])
		s = s[size:]
	}
	return b.String()
}

// inert keeps a line from being a command to GitHub's runner, which looks for :: behind the white space that a line begins with.
func inert(line string) string {
	if rest := strings.TrimLeft(line, " "); strings.HasPrefix(rest, "::") {
		return line[:len(line)-len(rest)] + `\x3a` + rest[1:]
	}
	return line
}

// isPlain reports printable ASCII throughout, which nearly everything is.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func writeVisible(b *strings.Builder, r rune, raw string) {
	switch {
	case r == utf8.RuneError && len(raw) == 1:
		fmt.Fprintf(b, `\x%02x`, raw[0])
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\r':
		b.WriteString(`\r`)
	case r == '\t':
		b.WriteString(`\t`)
	case strconv.IsPrint(r):
		b.WriteString(raw)
	case r < utf8.RuneSelf:
		fmt.Fprintf(b, `\x%02x`, r)
	case r <= 0xffff:
		fmt.Fprintf(b, `\u%04x`, r)
	default:
		fmt.Fprintf(b, `\U%08x`, r)
	}
}

// brief is visible text of at most limit characters of s, and how many bytes it leaves out.
func brief(s string, limit int) string {
	head, rest := cut(s, limit)
	if rest == 0 {
		return visible(head)
	}
	return fmt.Sprintf("%s… (%d more bytes)", visible(head), rest)
}

// cut gives the first limit characters of s and the number of bytes that follow them. A byte that is no UTF-8 counts as a character.
func cut(s string, limit int) (head string, rest int) {
	if len(s) <= limit {
		return s, 0
	}
	n := 0
	for i := range s {
		if n == limit {
			return s[:i], len(s) - i
		}
		n++
	}
	return s, 0
}

// visibleLines is brief for text of several lines, such as a body, which keeps them.
func visibleLines(s string, limit int) []string {
	head, rest := cut(s, limit)
	lines := strings.Split(strings.ReplaceAll(head, "\r\n", "\n"), "\n")
	for i := range lines {
		lines[i] = visible(lines[i])
	}
	if rest > 0 {
		lines[len(lines)-1] += fmt.Sprintf("… (%d more bytes)", rest)
	}
	return lines
}

// whole is a text of several lines, each visible and inert.
func whole(s string) string {
	lines := visibleLines(s, len(s))
	for i := range lines {
		lines[i] = inert(lines[i])
	}
	return strings.Join(lines, "\n")
}
