package reports

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"corsprobe/runner/result"
)

// WritePageJSON writes what a page gets as JSON.
func WritePageJSON(w io.Writer, p result.Page) error { return encodeJSON(w, p, "  ") }

// WritePage writes what a page gets of a URL for a person: every exchange, and the verdict in words last.
func WritePage(w io.Writer, p result.Page, opts TextOptions) error {
	t := &textWriter{out: bufio.NewWriter(w), opts: opts, width: defaultWidth}
	t.line(0, t.paint(bold, visible(p.Method)+" "+visible(p.URL)))
	t.line(0, "from a page of "+visible(p.Origin)+asking(p))
	for _, s := range p.Steps {
		t.step(s)
	}
	t.pageNotes(p)
	t.blank()
	colour, words := pageVerdict(p)
	t.line(0, t.paint(colour, words))
	return t.out.Flush()
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
		rows = append(rows, findingRows(f, valueLimit)...)
	}
	t.rows(2, append(rows, row{label: "curl", value: visible(s.Curl), verbatim: true}))
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
	if p.Gets == result.Readable && len(p.Steps) > 0 {
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
	colour, words := alarm, ""
	switch p.Gets {
	case result.Readable:
		colour, words = green, "Readable: the page gets the answer."
	case result.Permitted:
		colour, words = green, "Permitted: the preflight lets the request go on."
	case result.Blocked:
		words = "Blocked: " + brief(p.Sentence, evidenceLimit) + "."
	default:
		words = "Unreachable: " + brief(p.Sentence, evidenceLimit) + "."
	}
	if found > 0 {
		colour, words = alarm, words+fmt.Sprintf(" Not as S3 answers by this configuration: %s.", plural(found, "finding"))
	}
	return colour, words
}
