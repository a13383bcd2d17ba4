package reports

import (
	"fmt"
	"regexp"
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

// markers are what CI systems that read a log take for commands of their own, wherever it stands in a line. The last character of the group is
// the one that is written as an escape to end that.
//
//   - ##vso[…] and ##[…]: Azure Pipelines; the latter is obeyed by GitHub's runner too
//   - ##teamcity[…], ##octopus[…], ##myget[…]: the service messages of these
//   - section_start:…, section_end:…: GitLab's folded sections
//   - travis_fold:…, travis_time:…: Travis CI's
//
// What counts at the start of a line only is in [inert]. Jenkins and Buildkite have marks with control characters too, which are never left.
var markers = regexp.MustCompile(`(##)[A-Za-z]*\[|(section_(?:start|end):|travis_(?:fold|time):)`)

// defused writes the character that makes a marker one by the format given, such as \x%02x.
func defused(s, format string) string {
	if !strings.Contains(s, "##") && !strings.Contains(s, "section_") && !strings.Contains(s, "travis_") {
		return s
	}
	var b strings.Builder
	from := 0
	for _, at := range markers.FindAllStringSubmatchIndex(s, -1) {
		end := max(at[3], at[5]) // of the group that matched; the other's is -1
		b.WriteString(s[from : end-1])
		fmt.Fprintf(&b, format, s[end-1])
		from = end
	}
	b.WriteString(s[from:])
	return b.String()
}

// visible shows what a terminal or an XML parser would act on: control characters, escapes, characters that turn the direction of
// writing, exotic spaces and bytes that are no UTF-8 become \x1b, \u202e and the like, and markers of CI systems lose what makes them one. The
// result is printable text on one line.
func visible(s string) string {
	s = defused(s, `\x%02x`)
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

// lineMarkers are what CI systems obey at the start of a line: :: behind white space is a command of GitHub's runner, ---, +++ and ~~~ with
// something behind them open a group of Buildkite's, and ^^^ +++ the one before.
var lineMarkers = regexp.MustCompile(`^(?: *::|(?:---|\+\+\+|~~~)(?: |$)|\^\^\^ )`)

// inert keeps a line from being a command to a CI system.
func inert(line string) string {
	if !lineMarkers.MatchString(line) {
		return line
	}
	at := len(line) - len(strings.TrimLeft(line, " "))
	return fmt.Sprintf(`%s\x%02x%s`, line[:at], line[at], line[at+1:])
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

// Harmless is a text of several lines, each of them visible and inert: what may hold an endpoint's words can be shown in a terminal or a CI
// system's log.
func Harmless(s string) string {
	lines := visibleLines(s, len(s))
	for i := range lines {
		lines[i] = inert(lines[i])
	}
	return strings.Join(lines, "\n")
}
