package reports

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/result"
)

// shownOfCause is how many cases of one cause have their evidence in a JUnit report. It is the same in all others, but for names and values
// that their messages have.
const shownOfCause = 2

// junitCells says what a report has to say of cells, the evidence of a cause only a few times.
type junitCells struct {
	report result.Report
	causes []named
	of     map[string][]int    // the causes of a cell, as indexes
	open   map[string]bool     // cells that the causes do not explain whole
	shown  map[string][]string // ids of the cells whose evidence was shown, by what they show
	linked map[string]bool     // listed deviations whose link was given
}

func newJUnitCells(r result.Report) *junitCells {
	t := &junitCells{report: r, causes: namedCauses(r), of: map[string][]int{}, open: map[string]bool{}, shown: map[string][]string{}, linked: map[string]bool{}}
	for i, c := range t.causes {
		for _, id := range c.Cells {
			t.of[id] = append(t.of[id], i)
		}
	}
	for _, id := range r.Unexplained {
		t.open[id] = true
	}
	return t
}

// suite are the properties of a scenario: the run, and the causes of what failed in it.
func (t *junitCells) suite(cells []*result.Cell) *junitProperties {
	count := make([]int, len(t.causes))
	for _, c := range cells {
		for _, i := range t.of[c.ID] {
			if c.Verdict == result.Failed {
				count[i]++
			}
		}
	}
	r := t.report
	pairs := []string{"endpoint", r.Endpoint.URL, "server", r.Endpoint.Name, "tool", r.Run.Tool, "run", r.Run.ID}
	for i, c := range t.causes {
		if count[i] > 0 {
			pairs = append(pairs, "cause."+strconv.Itoa(i+1), fmt.Sprintf("%s: %s (%s, %d of %s)", c.Class, c.Summary, written(c.Cause), count[i], plural(c.count, "cell")))
		}
	}
	return properties(pairs...)
}

// cell makes a testcase of a cell.
func (t *junitCells) cell(c *result.Cell, name string) *junitCase {
	class := ""
	if f, found := worst(c.Findings); found {
		class = string(f.Class)
	}
	out := &junitCase{Name: name, Properties: t.properties(c, class)}
	out.File, out.Line = ownFile(c)
	switch c.Verdict {
	case result.Passed:
	case result.Known, result.Unsupported:
		out.Skipped = t.skipped(c)
	case result.Failed:
		out.Failure = t.problem(c, class)
	case result.Flaky:
		out.Failure = t.problem(c, "flaky")
	default: // never green by accident
		out.Error = t.problem(c, "error")
	}
	return out
}

// properties say what was asked, and what lies behind the answer.
func (t *junitCells) properties(c *result.Cell, class string) *junitProperties {
	pairs := []string{"cell", c.ID}
	if c.Verdict != result.Passed {
		pairs = append(pairs, "class", class)
	}
	if p := c.Point; p != nil {
		if p.Origin != nil {
			pairs = append(pairs, "origin", *p.Origin)
		}
		pairs = append(pairs, "method", p.Method)
		if p.Headers != "none" {
			pairs = append(pairs, "headers", p.Headers)
		}
	}
	pairs = append(pairs, "facts", strings.Join(factWords(c), " "), "cause", strings.Join(t.behind(c), "; "))
	return properties(pairs...)
}

// behind names what lies behind a cell's findings: the causes of one that failed, the listed deviations of one that is known.
func (t *junitCells) behind(c *result.Cell) []string {
	var all []string
	for _, i := range t.of[c.ID] {
		all = append(all, written(t.causes[i].Cause))
	}
	for _, f := range c.Findings {
		if f.Known != nil && f.Known.Name != "" && !slices.Contains(all, f.Known.Name) {
			all = append(all, f.Known.Name)
		}
	}
	return all
}

// factWords are the numbers of the facts that a cell's findings rest on.
func factWords(c *result.Cell) []string {
	var ids []int
	for _, f := range c.Findings {
		ids = append(ids, f.Facts...)
	}
	slices.Sort(ids)
	var words []string
	for _, id := range slices.Compact(ids) {
		words = append(words, strconv.Itoa(id))
	}
	return words
}

// problem holds the message, and the text that begins with it.
func (t *junitCells) problem(c *result.Cell, kind string) *junitProblem {
	message := messageOf(c)
	lines := append([]string{message, ""}, t.lines(c)...)
	return &junitProblem{Message: message, Type: kind, Markup: markup(strings.Join(lines, "\n"))}
}

// lines tell what is wrong with a cell: with all evidence and the bucket's configuration, or with the cells that have the same.
func (t *junitCells) lines(c *result.Cell) []string {
	var shown []string // cells, one of each thing that this one shows
	for _, key := range t.shows(c) {
		if len(t.shown[key]) < shownOfCause {
			shown = nil
			break
		}
		shown = append(shown, visible(t.shown[key][0]))
	}
	if shown != nil {
		return t.short(c, shown)
	}
	for _, key := range t.shows(c) {
		t.shown[key] = append(t.shown[key], c.ID)
	}
	lines := problemLines(c)
	if config := configurationOf(t.report, c); config != "" {
		lines = append(append(lines, "", "configuration"), visibleLines(strings.TrimRight(config, "\n"), evidenceLimit)...)
	}
	if words := bucketsGoneWords(t.report); words != "" && len(c.Curl) > 0 {
		lines = append(lines, "", words)
	}
	for i := range lines {
		lines[i] = inert(lines[i])
	}
	return lines
}

// short is a line for each finding, and where the like of them is shown whole.
func (t *junitCells) short(c *result.Cell, shown []string) []string {
	var lines []string
	for _, f := range worstFirst(c.Findings) {
		lines = append(lines, inert(fmt.Sprintf("%s: expected %s, got %s", heading(f), brief(f.Expected, valueLimit), brief(f.Got, valueLimit))))
	}
	slices.Sort(shown)
	rows := []row{{label: "cell", value: visible(c.ID)}, {label: "evidence", value: "in the JSON report; the like of it here in " + strings.Join(slices.Compact(shown), ", ")}}
	return append(lines, rowLines("", rows)...)
}

// shows names what evidence of a cell shows: its causes, or where those do not explain all, its checks in its scenario.
func (t *junitCells) shows(c *result.Cell) []string {
	if len(t.of[c.ID]) == 0 || t.open[c.ID] || c.Verdict != result.Failed {
		return []string{strings.Join([]string{c.Scenario, string(c.Verdict), checksOf(c), c.Reason}, "\x00")}
	}
	var all []string
	for _, i := range t.of[c.ID] {
		all = append(all, strconv.Itoa(i))
	}
	return all
}

// skipped says why a case does not count. The link of a listed deviation is given once.
func (t *junitCells) skipped(c *result.Cell) *junitProblem {
	if c.Verdict != result.Known || len(deviationsOf(c)) == 0 {
		return &junitProblem{Message: messageOf(c)}
	}
	var reasons []string
	for _, f := range c.Findings {
		if f.Known == nil {
			continue
		}
		reason := visible(f.Known.Reason)
		if !t.linked[deviation(*f.Known)] {
			t.linked[deviation(*f.Known)] = true
			reason = deviation(*f.Known)
		}
		if !slices.ContainsFunc(reasons, func(told string) bool { return strings.HasPrefix(told, reason) }) {
			reasons = append(reasons, reason)
		}
	}
	return &junitProblem{Message: string(c.Verdict) + ": " + strings.Join(reasons, "; ")}
}
