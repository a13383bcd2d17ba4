package reports

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"corsprobe/runner/result"
)

// writeMarkdown writes for people: a pull request, a step summary, a page of a wiki.
func writeMarkdown(w io.Writer, r result.Report) error {
	_, err := io.WriteString(w, strings.Join(markdownBlocks(r), "\n\n")+"\n")
	return err
}

// markdownLimit is how many rows of one table, and causes of one report, are shown.
const markdownLimit = 50

// markdownBlocks renders the report's blocks, the most important first: a reader who gets only the start of them is not misled.
//
// Markdown has no escape that every renderer honours, and some of them make mentions and links of plain text. So whatever is not this
// file's own word stands in a code span or a fence, which all of them leave alone.
func markdownBlocks(r result.Report) []string {
	var m markdown
	m.head(r)
	m.diagnosis(r)
	m.findings(r)
	m.reasons("Without a judgement", pick(r.Cells, isError))
	m.reasons("Flaky", pick(r.Cells, func(v result.Verdict) bool { return v == result.Flaky }))
	m.stale(r.Stale)
	m.known(knownDeviations(r.Cells))
	m.observations(r.Observations)
	m.reasons("Unsupported", pick(r.Cells, func(v result.Verdict) bool { return v == result.Unsupported }))
	m.add("### The run in numbers")
	m.counts(r.Summary)
	m.levels(Levels(r))
	m.run(r)
	return m.blocks
}

// markdown collects blocks, between which a blank line stands.
type markdown struct{ blocks []string }

func (m *markdown) add(lines ...string) { m.blocks = append(m.blocks, strings.Join(lines, "\n")) }

// table adds a section with a table, or nothing where there are no rows.
func (m *markdown) table(title string, head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	if title != "" {
		m.add("### " + title)
	}
	m.whole(head, rows[:min(len(rows), markdownLimit)])
	if more := len(rows) - markdownLimit; more > 0 {
		m.add("… and " + plural(more, "more row") + ", which the JSON report has.")
	}
}

// whole adds a table of whatever length.
func (m *markdown) whole(head []string, rows [][]string) {
	lines := []string{tableRow(head), "|" + strings.Repeat("---|", len(head))}
	for _, r := range rows {
		lines = append(lines, tableRow(r))
	}
	m.add(lines...)
}

func tableRow(cells []string) string { return "| " + strings.Join(cells, " | ") + " |" }

// fence adds rows as they are. No line can end it: a run of backticks in it is shorter than its own.
func (m *markdown) fence(rows []row) {
	text := strings.Join(rowLines("", rows), "\n")
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	m.add(fence+"text", text, fence)
}

func (m *markdown) head(r result.Report) {
	m.add("## CORS of " + code(r.Endpoint.URL))
	_, words := verdict(r)
	word, why, _ := strings.Cut(words, ":")
	m.add("**" + word + "**: " + prose(why))
	if c := r.Summary.Checks; c != nil {
		m.add(plural(c.Made, "check") + ": " + checkWords(*c) + ".")
	}
	m.leftovers(r.CleanUp)
}

// run says when and with what the run was made.
func (m *markdown) run(r result.Report) {
	facts := []string{code(r.Run.Tool) + " probed " + code(endpoint(r.Endpoint)), took(r.Run.Duration)}
	if !r.Run.Started.IsZero() {
		facts = append(facts, r.Run.Started.UTC().Format("2006-01-02 15:04 UTC"))
	}
	if r.Run.Digest != "" {
		facts = append(facts, "asked "+code(r.Run.Digest))
	}
	m.add(strings.Join(facts, ", ") + ".")
	if words := bucketsGoneWords(r); words != "" {
		m.add(prose(words))
	}
}

// leftovers stand at the top, each with the command that undoes it.
func (m *markdown) leftovers(all []result.Leftover) {
	if len(all) == 0 {
		return
	}
	m.add("### Not cleaned up: " + leftCounts(all))
	for _, l := range all {
		m.fence(leftoverRows(l))
	}
}

func (m *markdown) levels(all []result.Level) {
	rows := make([][]string, len(all))
	for i, l := range all {
		why := ""
		if l.State != result.Reached {
			why = prose(levelWhy(l))
		}
		rows[i] = []string{"**" + l.Name + "**", string(l.State), l.Meaning, why}
	}
	m.table("", []string{"level", "state", "means", "because"}, rows)
}

func (m *markdown) counts(s result.Summary) {
	head, row := []string{"cells"}, []string{strconv.Itoa(s.Cells)}
	add := func(name string, n int) { head, row = append(head, name), append(row, strconv.Itoa(n)) }
	add("passed", s.Passed)
	add("failed", s.Failed)
	add("flaky", s.Flaky)
	add("errors", s.Errors)
	add("known", s.Known)
	add("unsupported", s.Unsupported)
	for _, c := range result.Classes {
		add(string(c), s.Findings[c])
	}
	m.table("", head, [][]string{row})
}

// findings shows what no cause explains, each check once, by its first cell.
func (m *markdown) findings(r result.Report) {
	all := causesOf(openCells(r), func(f result.Finding) bool { return f.Known == nil }, how)
	class := result.Class("")
	if len(all) > 0 && len(namedCauses(r)) > 0 {
		m.add("### Not explained")
	}
	for i, c := range all {
		if i == markdownLimit {
			m.add("… and " + plural(len(all)-i, "more cause") + ", which the JSON report has.")
			return
		}
		if i == 0 || c.class != class {
			class = c.class
			m.add("### " + classTitle(class))
		}
		m.add(code(c.check) + " in " + plural(c.cells, "cell") + " of " + plural(c.scenarios, "scenario") + ", the first at " + code(place(c.first.File, c.first.Line)))
		rows := append(findingRows(c.finding), row{label: "cell", value: visible(c.first.ID)})
		m.fence(append(append(rows, cellRows(c.first)...), curlRows(c.first)...))
	}
}

func classTitle(c result.Class) string {
	if meaning := c.Meaning(); meaning != "" {
		return string(c) + ": " + meaning
	}
	return code(string(c))
}

// reasons shows cells by the reason that they have.
func (m *markdown) reasons(title string, cells []*result.Cell) {
	var rows [][]string
	for _, g := range groupBy(cells, reasonOf) {
		rows = append(rows, []string{strconv.Itoa(len(g.cells)), prose(g.key), code(g.cells[0].ID)})
	}
	m.table(title+": "+plural(len(cells), "cell"), []string{"cells", "reason", "the first"}, rows)
}

func (m *markdown) stale(all []result.StaleDeviation) {
	var rows [][]string
	for _, d := range all {
		rows = append(rows, []string{code(d.Where), code(d.Check), code(d.Cells), prose(d.Problem)})
	}
	m.table("Stale known deviations, to remove or correct", []string{"where", "check", "cells", "problem"}, rows)
}

func (m *markdown) known(all []knownDeviation) {
	var rows [][]string
	for _, d := range all {
		checks := make([]string, len(d.checks))
		for i, c := range d.checks {
			checks[i] = code(c)
		}
		rows = append(rows, []string{strconv.Itoa(d.cells), strings.Join(checks, " "), prose(d.Reason), link(d.Link)})
	}
	m.table("Known deviations", []string{"cells", "checks", "reason", "link"}, rows)
}

func (m *markdown) observations(all []result.Observation) {
	var rows [][]string
	for _, o := range all {
		rows = append(rows, []string{prose(o.Point), prose(o.Choice), strconv.Itoa(o.Cells), factNumbers(o.Facts)})
	}
	m.table("Observed, where S3's behaviour is open", []string{"on", "this endpoint", "cells", "facts"}, rows)
}

// code renders a value, whatever it holds, as a code span. A table would take a pipe for a column's end even there, and a backtick ends a
// span: values with either are written in character references.
func code(s string) string {
	switch s = brief(s, valueLimit); {
	case s == "":
		return ""
	case strings.ContainsAny(s, "`|"):
		return "<code>" + references(s) + "</code>"
	default:
		return "`" + s + "`"
	}
}

// references writes ASCII's punctuation as character references, which mean nothing to Markdown.
func references(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", r) {
			fmt.Fprintf(&b, "&#%d;", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// plainWord is a word that no renderer takes for anything else. GH-1, www.example.com, :tada: and 4f2a01c are not plain.
var plainWord = regexp.MustCompile(`^[('"]?(?:\pL+(?:[-']\pL+)*|\d{1,6}|S3(?:'s)?)[.,;:!?)'"]*$`)

// prose renders a sentence, with what is not a plain word in code spans.
func prose(s string) string {
	words := strings.Fields(brief(s, valueLimit))
	for i, w := range words {
		if !plainWord.MatchString(w) {
			words[i] = code(w)
		}
	}
	return strings.Join(words, " ")
}

var plainLink = regexp.MustCompile(`^https?://[A-Za-z0-9.-]+(?::\d+)?(?:/[A-Za-z0-9._~/%=+-]*)?(?:\?[A-Za-z0-9._~/%=+-]*)?(?:#[A-Za-z0-9._~/%=+-]*)?$`)

// link renders an address that can be followed; anything else that stands for one is only shown.
func link(s string) string {
	if len(s) <= valueLimit && plainLink.MatchString(s) {
		return "<" + s + ">"
	}
	return code(s)
}
