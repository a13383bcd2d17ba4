package reports

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// How much evidence a page holds. Beside a cell's few words it is nearly all of the page, so a report of many failures shows it for the
// first of those that are alike. The JSON report has all.
const (
	fullEvidence = 1000   // cells that did not pass, each with evidence of its own
	shownAlike   = listed // of more, how many of a scenario's cells with findings of the same checks
	lineLimit    = 200    // lines of one exchange
)

// mark is a cell as a matrix shows it. A glyph and a word stand beside every colour.
type mark struct {
	Anchor  string // names the cell from run to run
	Link    string // the anchor of the block that holds its evidence; empty for a cell that passed
	Verdict string
	Class   string // the worst of its findings'
	Classes string // all of them
	Glyph   string
	Word    string
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
	if f, any := worst(c.Findings); any {
		m.Class, m.Classes = className(f.Class), classesOf(c)
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

func classesOf(c *result.Cell) string {
	var all []string
	for _, f := range worstFirst(c.Findings) {
		if name := className(f.Class); !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return strings.Join(all, " ")
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

// standIns says for each cell that did not pass which cell's evidence stands for it: mostly its own.
func standIns(cells []result.Cell) map[*result.Cell]*result.Cell {
	judged := pick(cells, func(v result.Verdict) bool { return v != result.Passed })
	own := len(judged) <= fullEvidence
	stands := make(map[*result.Cell]*result.Cell, len(judged))
	for _, g := range groupBy(judged, alikeKey) {
		for i, c := range g.cells {
			stands[c] = c
			if !own && i >= shownAlike {
				stands[c] = g.cells[0]
			}
		}
	}
	return stands
}

// alikeKey is the same for cells of a scenario that fail in the same way.
func alikeKey(c *result.Cell) string {
	return strings.Join([]string{c.Scenario, string(c.Verdict), checksOf(c), c.Reason}, "\x00")
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
	Facts     []factView
	Exchanges []exchangeView
	Curl      []string
	More      string // the cells that it stands for, beside its own
}

type findingView struct {
	Heading, Class     string
	Expected, Got, Why string
	Facts              []int
	Known              *deviationView
}

type deviationView struct{ Reason, Link string }

func newBlock(c *result.Cell, standsFor int) block {
	b := block{
		Mark: newMark(c), ID: visible(c.ID), Place: place(c.File, c.Line), Title: brief(c.Title, valueLimit),
		Checks: checksOf(c), Reason: noteOf(c),
		Rows: append(cellRows(c), chromiumRows(c.Chromium)...),
	}
	for _, f := range worstFirst(c.Findings) {
		b.Findings = append(b.Findings, newFindingView(f))
	}
	b.Facts = factsOf(c.Findings)
	for _, ex := range c.Exchanges {
		b.Exchanges = append(b.Exchanges, newExchangeView(ex, c.Findings))
	}
	for _, command := range c.Curl {
		b.Curl = append(b.Curl, Harmless(command))
	}
	if standsFor > 1 {
		b.More = plural(standsFor-1, "more cell")
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

// factsOf lists the facts that findings rest on, each once.
func factsOf(findings []result.Finding) []factView {
	var ids []int
	for _, f := range findings {
		ids = append(ids, f.Facts...)
	}
	return factViews(ids)
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

// exchangeView is a request and its answer, line by line, the lines that findings concern with the names of their checks.
type exchangeView struct {
	Kind  string
	Lines []evidenceLine
}

type evidenceLine struct{ Text, Checks string }

func newExchangeView(ex result.Exchange, findings []result.Finding) exchangeView {
	var lines []evidenceLine
	for _, text := range requestLines(ex.Request, evidenceLimit) {
		lines = append(lines, evidenceLine{Text: text})
	}
	lines = append(lines, evidenceLine{})
	if ex.Error != "" {
		lines = append(lines, evidenceLine{Text: "! " + brief(ex.Error, evidenceLimit)})
	} else {
		lines = append(lines, answerLines(ex, findings)...)
	}
	if more := len(lines) - lineLimit; more > 0 {
		lines = append(lines[:lineLimit], evidenceLine{Text: "… and " + plural(more, "more line")})
	}
	return exchangeView{Kind: visible(ex.Kind), Lines: lines}
}

// answerLines are an answer's. A header that a finding concerns and that did not come has a line too, which says so.
func answerLines(ex result.Exchange, findings []result.Finding) []evidenceLine {
	parts := partsOf(ex.Kind, findings)
	lines := []evidenceLine{{Text: "< " + statusLine(ex.Response), Checks: parts.named("status")}}
	for _, h := range ex.Response.Headers {
		lines = append(lines, evidenceLine{Text: headerLines("< ", []result.Header{h}, evidenceLimit)[0], Checks: parts.named(s3cors.CheckOf(h.Name))})
	}
	for _, h := range s3cors.Headers {
		if len(result.Values(ex.Response.Headers, h.Name)) == 0 && parts.named(h.Check) != "" {
			lines = append(lines, evidenceLine{Text: "  no " + h.Name, Checks: parts.named(h.Check)})
		}
	}
	return append(lines, documentLines(ex.Response, parts)...)
}

// inDocument are the parts that are read from a body, and what they are there.
var inDocument = []struct{ part, element string }{
	{"error-code", "<Code>"}, {"error-message", "<Message>"}, {"error-method", "<Method>"}, {"error-resource-type", "<ResourceType>"},
	{"error-bucket-name", "<BucketName>"}, {"round-trip", "<CORSConfiguration"},
}

// documentLines are a body's. A part that a finding concerns and that is not there has a line too.
func documentLines(r result.Response, parts concerned) []evidenceLine {
	var lines []evidenceLine
	for _, text := range bodyLines(r, evidenceLimit) {
		l := evidenceLine{Text: text}
		for _, in := range inDocument {
			if strings.Contains(text, in.element) {
				l.Checks = joined(l.Checks, parts.named(in.part))
			}
		}
		lines = append(lines, l)
	}
	for _, in := range inDocument {
		if checks := parts.named(in.part); checks != "" && !strings.Contains(r.Body, in.element) {
			lines = append(lines, evidenceLine{Text: "  no " + in.element, Checks: checks})
		}
	}
	return lines
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + ", " + b
}

// concerned are the parts of an answer that findings concern: "allow-origin", "status", "header.x-amz-id".
type concerned struct {
	prefix string // of the checks
	parts  []string
}

func partsOf(kind string, findings []result.Finding) concerned {
	c := concerned{prefix: kind + "."}
	if strings.HasSuffix(kind, "BucketCors") {
		c.prefix = "config."
	}
	for _, f := range findings {
		if part, ok := strings.CutPrefix(f.Check, c.prefix); ok {
			c.parts = append(c.parts, part)
		}
	}
	return c
}

// named is the check of that part, where a finding concerns it.
func (c concerned) named(part string) string {
	if slices.Contains(c.parts, part) {
		return visible(c.prefix + part)
	}
	return ""
}
