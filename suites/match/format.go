package match

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"corsprobe/runner/result"

	"github.com/onsi/gomega/format"
)

// message renders the three parts of a failure, the last of which may be empty.
func message(actual, relation, expected string) string {
	text := "Expected\n" + format.IndentString(actual, 1) + "\n" + relation
	if expected != "" {
		text += "\n" + format.IndentString(expected, 1)
	}
	return text
}

// value renders something that came from a server, or is as long: what cannot be printed is quoted, and what is longer
// than gomega's own limit is cut with a hint how to see the whole.
func value(s string) string {
	cut := 0
	if limit := format.MaxLength; limit > 0 && len(s) > limit {
		for limit > 0 && !utf8.RuneStart(s[limit]) {
			limit--
		}
		cut = len(s) - limit
		s = s[:limit]
	}
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		s = strconv.Quote(s)
	}
	if cut > 0 {
		s += fmt.Sprintf("... and %d bytes more; format.MaxLength = 0 shows them", cut)
	}
	return s
}

// block is [value] for a text of several lines.
func block(s string) string {
	lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")), "\n")
	for i, line := range lines {
		lines[i] = value(line)
	}
	return strings.Join(lines, "\n")
}

// show renders the lines of the named headers as they came, or that there are none.
func (a answer) show(names ...string) string {
	var lines []string
	for _, h := range a.headers {
		for _, name := range names {
			if strings.EqualFold(h.Name, name) {
				lines = append(lines, line(h))
			}
		}
	}
	if lines == nil {
		return a.kind() + " without " + strings.Join(names, " or ")
	}
	return strings.Join(lines, "\n")
}

// summary renders the status and every header of the CORS protocol.
func (a answer) summary() string {
	lines := []string{a.kind()}
	for _, h := range a.headers {
		if isCORS(h.Name) {
			lines = append(lines, line(h))
		}
	}
	return strings.Join(lines, "\n")
}

// kind names an answer by its status, where it has one.
func (a answer) kind() string {
	if a.status == 0 {
		return "headers"
	}
	return statusText(a.status)
}

func line(h result.Header) string { return value(h.Name) + ": " + value(h.Value) }

// statusText renders a status with its name: "403 Forbidden".
func statusText(status int) string {
	return strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))
}
