package reports

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"corsprobe/runner/result"
)

// mark is a cell as a matrix shows it. A glyph and a word stand beside every colour.
type mark struct {
	Anchor  string // names the cell from run to run
	Verdict string
	Class   string // the worst of its findings'
	Glyph   string
	Word    string
	Kind    int // index of what the filter knows of it, see kinds
}

var glyphs = map[result.Verdict]string{
	result.Passed: "✓", result.Failed: "✗", result.Known: "≈", result.Flaky: "⇄", result.Unsupported: "–", result.Error: "!",
}

func newMark(c *result.Cell) *mark {
	m := &mark{Anchor: anchor(c.ID), Verdict: string(c.Verdict)}
	if isError(c.Verdict) {
		m.Verdict = string(result.Error)
	}
	m.Glyph, m.Word = glyphs[result.Verdict(m.Verdict)], m.Verdict
	if f, found := worst(c.Findings); found {
		m.Class = className(f.Class)
	}
	switch {
	case m.Class == "":
	case c.Verdict == result.Failed:
		m.Word = m.Class
	case c.Verdict == result.Flaky:
		m.Word += " " + m.Class
	}
	return m
}

// className is a class that the page has a colour for.
func className(c result.Class) string {
	if slices.Contains(result.Classes, c) {
		return string(c)
	}
	return "unknown"
}

// anchor is a name for the fragment of a URL that hangs on an id alone, whatever characters that has.
func anchor(id string) string {
	sum := sha256.Sum256([]byte(id))
	return "c-" + hex.EncodeToString(sum[:6])
}

// block is the evidence of a cell.
type block struct {
	Mark      *mark
	ID, Place string
	Title     string
	Checks    string
	Reason    string // why there is no finding, or no judgement
	Findings  []findingView
	Rows      []row
	Exchanges []exchangeView
	Curl      []string
}

type findingView struct {
	Heading, Class     string
	Expected, Got, Why string
	Facts              []int
	Known              *deviationView
}

type deviationView struct{ Reason, Link string }

// newBlock tells all of a cell. Where its bucket is gone it has the command that makes one again.
func newBlock(c *result.Cell, gone bool) block {
	b := block{
		Mark: newMark(c), ID: visible(c.ID), Place: place(c.File, c.Line), Title: brief(c.Title, valueLimit),
		Checks: checksOf(c), Reason: noteOf(c),
		Rows: append(cellRows(c), chromiumRows(c.Chromium)...),
	}
	for _, f := range worstFirst(c.Findings) {
		b.Findings = append(b.Findings, newFindingView(f))
	}
	for _, ex := range c.Exchanges {
		b.Exchanges = append(b.Exchanges, newExchangeView(ex, c.Findings))
	}
	for _, command := range c.Curl {
		b.Curl = append(b.Curl, Harmless(command))
	}
	if gone && len(c.Curl) > 0 {
		b.Curl = append(b.Curl, "corsprobe reproduce REPORT.json '"+strings.ReplaceAll(visible(c.ID), "'", `'\''`)+"'")
	}
	return b
}

// noteOf is what a cell's findings do not tell.
func noteOf(c *result.Cell) string {
	switch {
	case c.Verdict == result.Known:
		return "" // each finding tells
	case c.Verdict == result.Failed && len(c.Findings) == 0:
		return failedMessage(c)
	case c.Reason != "" || c.Verdict == result.Unsupported || isError(c.Verdict):
		return brief(reasonOf(c), evidenceLimit)
	}
	return ""
}

func newFindingView(f result.Finding) findingView {
	v := findingView{
		Heading: heading(f), Class: visible(string(f.Class)),
		Expected: brief(f.Expected, evidenceLimit), Got: brief(f.Got, evidenceLimit), Why: brief(f.Why, evidenceLimit), Facts: f.Facts,
	}
	if f.Known != nil {
		d := newDeviationView(*f.Known)
		v.Known = &d
	}
	return v
}

func newDeviationView(d result.Deviation) deviationView {
	return deviationView{Reason: brief(d.Reason, evidenceLimit), Link: webLink(d.Link)}
}

// webLink is a link that a reader may follow; empty for anything but http and https.
func webLink(link string) string {
	if strings.HasPrefix(link, "https://") || strings.HasPrefix(link, "http://") {
		return visible(link)
	}
	return ""
}

// chromiumRows says what a page in a real browser got.
func chromiumRows(c *result.Chromium) []row {
	switch {
	case c == nil:
		return nil
	case c.NotSent != "":
		return []row{{label: "Chromium", value: "was not given it: " + brief(c.NotSent, evidenceLimit)}}
	}
	var rows []row
	if c.Otherwise != "" {
		rows = append(rows, row{label: "otherwise", value: brief(c.Otherwise, evidenceLimit)})
	}
	rows = append(rows, row{label: "Chromium", value: chromiumSentence(c)})
	if a := c.Credentials; a != nil {
		rows = append(rows, row{label: "include", value: "with credentials: include it " + gave(a.Resolved, a.Code)})
	}
	if len(c.Preflight) > 0 {
		rows = append(rows, row{label: "asked first", value: strings.Join(headerLines("", c.Preflight, valueLimit), "; ")})
	}
	if c.Disagreement != "" {
		rows = append(rows, row{label: "disagrees", value: brief(c.Disagreement, evidenceLimit)})
	}
	return rows
}

func gave(resolved bool, code string) string {
	if resolved {
		return "gave the script the answer"
	}
	return "kept the answer from the script: " + brief(cmp.Or(code, "no code was given"), valueLimit)
}

func chromiumSentence(c *result.Chromium) string {
	if !c.Resolved {
		return gave(c.Resolved, c.Code)
	}
	readable := "no header"
	if len(c.Readable) > 0 {
		readable = brief(strings.Join(c.Readable, ", "), evidenceLimit)
	}
	return gave(c.Resolved, "") + ", " + statusLine(result.Response{Status: c.Status}) + ", to read of its headers: " + readable
}
