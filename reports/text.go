package reports

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"corsprobe/runner/result"
)

// TextOptions say how a report is shown to a person.
type TextOptions struct {
	Color   bool // ANSI colours, which never carry a meaning alone
	Width   int  // columns to wrap sentences at; 0: 100
	Verbose bool // list every cell, and show the exchanges of those that failed
	Quiet   bool // the verdict alone
}

const (
	defaultWidth = 100
	leastWidth   = 40 // narrower columns are worse to read than lines that the terminal breaks
	listed       = 3  // cells that are named of many alike
	variants     = 2  // sets of findings that are shown of many that differ only in their values
	few          = 3  // entries that a section tells in full unless asked for all; of more it says how many
)

// WriteText writes what a terminal shows: what went wrong first, the verdict in words last.
func WriteText(w io.Writer, r result.Report, opts TextOptions) error {
	t := newTextWriter(w, opts)
	if opts.Quiet {
		t.verdict(r)
		return t.out.Flush()
	}
	t.head(r)
	t.diagnosis(r, opts.Verbose)
	t.failed(r)
	t.errors(pick(r.Cells, isError))
	t.failures("Flaky", pick(r.Cells, func(v result.Verdict) bool { return v == result.Flaky }))
	t.known(r)
	t.unsupported(pick(r.Cells, func(v result.Verdict) bool { return v == result.Unsupported }))
	t.stale(r.Stale)
	t.observations(r.Observations)
	if len(namedCauses(r)) == 0 {
		t.causes(causes(r.Cells))
	}
	t.baseline(r.Baseline)
	t.folded()
	t.summary(r)
	t.blank()
	t.bucketsGone(r)
	t.verdict(r)
	return t.out.Flush()
}

// verdict ends a report: with what the run came to, and what its clean-up left.
func (t *textWriter) verdict(r result.Report) {
	colour, words := verdict(r)
	if asKnown(r) {
		colour = yellow
	}
	t.sentence(0, colour, words)
	t.leftovers(r.CleanUp)
}

func isFailed(v result.Verdict) bool { return v == result.Failed }

// isError also takes verdicts that a report does not know: nothing may be green by accident.
func isError(v result.Verdict) bool {
	switch v {
	case result.Passed, result.Failed, result.Known, result.Flaky, result.Unsupported:
		return false
	}
	return true
}

// textWriter writes lines. The first error sticks to out, and its Flush returns it.
type textWriter struct {
	out   *bufio.Writer
	opts  TextOptions
	width int
	more  []string // what was left out
}

func newTextWriter(w io.Writer, opts TextOptions) *textWriter {
	t := &textWriter{out: bufio.NewWriter(w), opts: opts, width: max(leastWidth, opts.Width)}
	if opts.Width == 0 {
		t.width = defaultWidth
	}
	return t
}

// style is the parameter of an ANSI "select graphic rendition".
type style string

const (
	plain  style = ""
	bold   style = "1"
	faint  style = "2"
	red    style = "31"
	green  style = "32"
	yellow style = "33"
	cyan   style = "36"
	alarm  style = "1;31"
)

var classStyles = map[result.Class]style{
	result.Exposure: alarm,
	result.Breakage: red,
	result.Cache:    yellow,
	result.Contract: cyan,
}

func (t *textWriter) paint(s style, text string) string {
	if !t.opts.Color || s == plain {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// line writes one line. Writes are not checked one by one, see textWriter.
func (t *textWriter) line(indent int, text string) {
	text = inert(text)
	_, _ = fmt.Fprintf(t.out, "%*s%s\n", indent, "", text)
}

func (t *textWriter) blank() { t.line(0, "") }

// section starts a part of the report.
func (t *textWriter) section(s style, title string) {
	t.blank()
	t.line(0, t.paint(s, title))
}

// sentence writes one that is wrapped where the width is known, for a terminal, and else stays in one line, which is searched and cut.
func (t *textWriter) sentence(indent int, s style, text string) {
	lines := []string{text}
	if t.opts.Width > 0 {
		lines = Wrap(text, t.width-indent)
	}
	for _, l := range lines {
		t.line(indent, t.paint(s, l))
	}
}

// rows writes labelled values in a column, long ones wrapped under themselves.
func (t *textWriter) rows(indent int, rows []row) {
	for _, r := range rows {
		label := t.paint(faint, fmt.Sprintf("%-*s", labelWidth, r.label))
		lines := []string{r.value}
		if !r.verbatim {
			lines = Wrap(r.value, t.width-indent-labelWidth-2)
		}
		t.line(indent, label+"  "+lines[0])
		for _, l := range lines[1:] {
			t.line(indent+labelWidth+2, l)
		}
	}
}

// Wrap breaks text at spaces into lines of at most width characters. A word that is longer stays whole, to be copied.
func Wrap(text string, width int) []string {
	var lines []string
	for utf8.RuneCountInString(text) > width {
		head, _ := cut(text, width+1)
		i := strings.LastIndexByte(head, ' ')
		if i <= 0 {
			if i = strings.IndexByte(text[1:], ' ') + 1; i == 0 {
				break
			}
		}
		lines, text = append(lines, text[:i]), text[i+1:]
	}
	return append(lines, text)
}

// head says what was probed and how much.
func (t *textWriter) head(r result.Report) {
	scenarios := map[string]bool{}
	for i := range r.Cells {
		scenarios[r.Cells[i].Scenario] = true
	}
	tool := r.Run.Tool
	if tool == "" {
		tool = "corsprobe"
	}
	rest := fmt.Sprintf(" probed %s: %s of %s%s", endpoint(r.Endpoint), plural(len(r.Cells), "cell"), plural(len(scenarios), "scenario"), shard(r.Run))
	lines := []string{visible(tool) + rest}
	if t.opts.Width > 0 {
		lines = Wrap(lines[0], t.width)
	}
	t.line(0, t.paint(bold, visible(tool))+strings.TrimPrefix(lines[0], visible(tool)))
	for _, l := range lines[1:] {
		t.line(0, l)
	}
}

// endpoint renders a URL with what is known of the server behind it.
func endpoint(e result.Endpoint) string {
	var known []string
	if e.Name != "" {
		known = append(known, brief(e.Name, valueLimit))
	} else if e.Embedded {
		known = append(known, "embedded server")
	}
	if e.Server != "" {
		known = append(known, "Server: "+brief(e.Server, valueLimit))
	}
	if e.Region != "" {
		known = append(known, "region "+visible(e.Region))
	}
	if len(known) == 0 {
		return visible(e.URL)
	}
	return visible(e.URL) + " (" + strings.Join(known, ", ") + ")"
}

// shard says which part of a plan was asked.
func shard(run result.Run) string {
	if run.Shard == nil {
		return ""
	}
	return fmt.Sprintf(", shard %d of %d", run.Shard.Index, run.Shard.Total)
}
