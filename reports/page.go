package reports

import (
	"fmt"
	"io"
	"strings"

	"corsprobe/runner/result"
)

// WritePageJSON writes what a page gets as JSON.
func WritePageJSON(w io.Writer, p result.Page) error { return encodeJSON(w, p, "  ") }

// WritePage writes what a page gets of a URL for a person: every exchange, and the verdict in words last.
func WritePage(w io.Writer, p result.Page, opts TextOptions) error {
	t := newTextWriter(w, opts)
	t.line(0, t.paint(bold, visible(p.Method)+" "+visible(p.URL)))
	t.line(0, "from a page of "+visible(p.Origin)+asking(p))
	t.pageCause(p.Cause)
	for _, s := range p.Steps {
		t.step(s)
	}
	t.withoutOrigin(p.WithoutOrigin)
	t.chromium(p.Chromium)
	t.pageNotes(p)
	t.blank()
	colour, words := pageVerdict(p)
	t.line(0, t.paint(colour, words))
	return t.out.Flush()
}

// pageCause shows what lies behind it all, before the exchanges that show it.
func (t *textWriter) pageCause(c *result.PageCause) {
	if c == nil {
		return
	}
	t.blank()
	rows := []row{{label: "cause", value: brief(c.Sentence, evidenceLimit), verbatim: true}}
	for i, do := range c.Do {
		rows = append(rows, row{label: first(i, "do"), value: brief(do, evidenceLimit), verbatim: true})
	}
	for i, likely := range c.Likely {
		rows = append(rows, row{label: first(i, "likely"), value: fmt.Sprintf("%d. %s", i+1, brief(likely, evidenceLimit))})
	}
	t.rows(0, rows)
}

// asking says what the page sends along.
func asking(p result.Page) string {
	var with []string
	if len(p.Headers) > 0 {
		with = append(with, "the headers "+visible(strings.Join(p.Headers, ", ")))
	}
	if p.Credentials {
		with = append(with, "credentials")
	}
	if len(with) == 0 {
		return ""
	}
	return " with " + list(with)
}

// step shows an exchange and what a browser makes of it.
func (t *textWriter) step(s result.PageStep) {
	t.blank()
	for i, l := range exchangeLines(s.Exchange, valueLimit) {
		if i == 0 {
			t.line(0, t.paint(bold, l))
			continue
		}
		t.line(2, l)
	}
	rows := []row{{label: "browser", value: verdictWords(s)}}
	if names := consoleNames(s.Verdict); names != "" {
		rows = append(rows, row{label: "named", value: names})
	}
	if s.Standard != nil {
		rows = append(rows, row{label: "standard", value: "by the standard it is blocked, though browsers let it pass: " + brief(s.Standard.Sentence, evidenceLimit) + " (" + visible(s.Standard.Code) + ")"})
	}
	if s.Explanation != "" {
		rows = append(rows, row{label: "rule", value: brief(s.Explanation, evidenceLimit)})
	}
	for _, f := range worstFirst(s.Findings) {
		rows = append(rows, row{label: "finding", value: heading(f)})
		rows = append(rows, findingRows(f)...)
	}
	t.rows(2, append(rows, row{label: "curl", value: visible(s.Curl), verbatim: true}))
}

// withoutOrigin shows the answer that spoils a page's.
func (t *textWriter) withoutOrigin(ex *result.Exchange) {
	if ex == nil {
		return
	}
	t.section(plain, "Asked without Origin, as an <img> asks:")
	for _, l := range exchangeLines(*ex, valueLimit) {
		t.line(2, l)
	}
}

// chromium shows what a real browser made of the request.
func (t *textWriter) chromium(c *result.Chromium) {
	if c == nil {
		return
	}
	words := "gave the page the answer"
	switch {
	case c.NotSent != "":
		words = "was not asked: " + brief(c.NotSent, evidenceLimit)
	case !c.Resolved && c.Console != "":
		words = "blocked it: " + brief(c.Console, evidenceLimit)
	case !c.Resolved:
		words = "gave the page an error"
	case c.Status != 0:
		words = fmt.Sprintf("gave the page the answer, %d", c.Status)
	}
	t.section(plain, "A real Chromium "+words)
	if c.Disagreement != "" {
		t.wrapped(2, "That is not what the model says, please report it: "+brief(c.Disagreement, evidenceLimit))
	}
}

func verdictWords(s result.PageStep) string {
	switch {
	case s.Exchange.Error != "":
		return "no answer came"
	case !s.Verdict.Allowed:
		return "blocked: " + brief(s.Verdict.Sentence, evidenceLimit) + " (" + visible(s.Verdict.Code) + ")"
	case s.Exchange.Kind == "preflight":
		return "goes on with the request"
	case s.Exchange.Response.Status >= 300 && s.Exchange.Response.Status < 400 && s.Exchange.Response.Status != 304:
		return "follows the redirect"
	default:
		return "gives the page the answer"
	}
}

// consoleNames are the names to search for.
func consoleNames(v result.PageVerdict) string {
	var names []string
	if v.Chromium != "" {
		names = append(names, "Chromium "+visible(v.Chromium))
	}
	if v.Firefox != "" {
		names = append(names, "Firefox "+visible(v.Firefox))
	}
	return strings.Join(names, ", ")
}

// pageNotes says what a script can read, and what else is worth telling.
func (t *textWriter) pageNotes(p result.Page) {
	if (p.Gets == result.Readable || p.Gets == result.Refused) && len(p.Steps) > 0 {
		t.section(bold, "A script")
		t.rows(2, []row{
			{label: "reads", value: orNothing(p.Readable)},
			{label: "not", value: orNothing(p.Hidden)},
		})
	}
	if len(p.Notes) > 0 {
		t.section(bold, "Notes")
		for _, n := range p.Notes {
			t.wrapped(2, brief(n, evidenceLimit))
		}
	}
}

func orNothing(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return visible(strings.Join(names, ", "))
}

// pageVerdict says in words what a page gets.
func pageVerdict(p result.Page) (style, string) {
	found := 0
	for _, s := range p.Steps {
		found += len(s.Findings)
	}
	colour := alarm
	var words string
	switch p.Gets {
	case result.Readable:
		colour, words = green, "Readable: the page gets the answer."
		if p.Cause != nil {
			colour, words = yellow, words+" But "+brief(p.Cause.Sentence, evidenceLimit)+"."
		}
	case result.Permitted:
		colour, words = green, "Permitted: the preflight lets the request go on."
	case result.Refused:
		words = "Refused: " + causeFirst(p) + "."
	case result.Blocked:
		words = "Blocked: " + causeFirst(p) + "."
	default:
		words = "Unreachable: " + brief(p.Sentence, evidenceLimit) + "."
	}
	if found > 0 {
		colour, words = alarm, words+fmt.Sprintf(" Not as S3 answers by this configuration: %s.", plural(found, "finding"))
	}
	return colour, words
}

// causeFirst says why a page does not get what it asked for: what lies behind it, and what a browser says of it.
func causeFirst(p result.Page) string {
	switch {
	case p.Cause == nil:
		return brief(p.Sentence, evidenceLimit)
	case p.Gets == result.Refused:
		return brief(p.Cause.Sentence, evidenceLimit)
	default:
		return brief(p.Cause.Sentence, evidenceLimit) + "; to a browser, " + brief(p.Sentence, evidenceLimit)
	}
}
