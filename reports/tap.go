package reports

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"corsprobe/runner/result"
)

// writeTAP writes TAP version 14: a test point for what is wrong with the run as a whole, and one a cell. A known deviation is TAP's TODO: a
// failure that does not count.
func writeTAP(w io.Writer, r result.Report) error {
	problems := runProblems(r)
	t := tapWriter{out: bufio.NewWriter(w)}
	t.line("TAP version 14")
	t.line("1.." + strconv.Itoa(len(problems)+len(r.Cells)))
	t.line("# " + escapeTAP(visible(r.Run.Tool)+" probed "+endpoint(r.Endpoint)))
	for _, p := range problems {
		t.point(false, p.name, "")
		t.diagnostics(p.file, p.line, p.message, nil)
	}
	for i := range r.Cells {
		t.cell(&r.Cells[i])
	}
	return t.out.Flush()
}

// tapWriter writes lines. The first error sticks to out, and its Flush returns it.
type tapWriter struct {
	out *bufio.Writer
	n   int // test points so far
}

func (t *tapWriter) line(text string) { _, _ = t.out.WriteString(text + "\n") }

// point writes a test point. A directive has its name and its reason.
func (t *tapWriter) point(ok bool, name, directive string) {
	t.n++
	word := "ok"
	if !ok {
		word = "not ok"
	}
	text := fmt.Sprintf("%s %d - %s", word, t.n, escapeTAP(name))
	if directive != "" {
		text += " # " + directive
	}
	t.line(text)
}

func (t *tapWriter) cell(c *result.Cell) {
	id := visible(c.ID)
	switch c.Verdict {
	case result.Passed:
		t.point(true, id, "")
	case result.Unsupported:
		t.point(true, id, "SKIP "+escapeTAP(reasonBehind(c)))
	case result.Known:
		t.point(false, id, "TODO "+escapeTAP(reasonBehind(c)))
	default:
		t.point(false, id, "")
		t.diagnostics(visible(c.File), c.Line, messageOf(c), problemLines(c))
	}
}

// reasonBehind is the message of a known or unsupported cell without the verdict's name, which the directive says.
func reasonBehind(c *result.Cell) string {
	return strings.TrimPrefix(messageOf(c), string(c.Verdict)+": ")
}

// diagnostics writes the YAML block of a test point. All text is in double quotes, which older harnesses' readers of YAML know as well.
func (t *tapWriter) diagnostics(file string, line int, message string, details []string) {
	t.line("  ---")
	t.line("  message: " + quoteYAML(message))
	t.line("  severity: fail")
	if file != "" {
		t.line("  at:")
		t.line("    file: " + quoteYAML(file))
		t.line("    line: " + strconv.Itoa(line))
	}
	if len(details) > 0 {
		t.line("  details:")
	}
	for _, d := range details {
		t.line("    - " + quoteYAML(d))
	}
	t.line("  ...")
}

// escapeTAP writes visible text so that nothing in it begins a directive.
func escapeTAP(s string) string { return tapEscaper.Replace(s) }

var tapEscaper = strings.NewReplacer(`\`, `\\`, `#`, `\#`)

// quoteYAML quotes visible text, in which nothing else needs an escape.
func quoteYAML(s string) string { return `"` + yamlEscaper.Replace(s) + `"` }

var yamlEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`)
