package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/result"
)

// mostFindings is how many sets of findings a section shows unless asked for all: a screen of them.
const mostFindings = 4

// failures shows cells with findings by scenario, the worst first. Cells with the same findings are shown once.
func (t *textWriter) failures(title string, cells []*result.Cell) {
	if len(cells) == 0 {
		return
	}
	t.section(alarm, fmt.Sprintf("%s: %s", title, plural(len(cells), "cell")))
	groups := groupBy(cells, scenarioPlace)
	slices.SortStableFunc(groups, func(a, b group) int { return cmp.Compare(worstRank(a.cells), worstRank(b.cells)) })
	left := mostFindings
	for i, g := range groups {
		if left <= 0 && !t.opts.Verbose {
			t.unlisted(groups[i:])
			return
		}
		first := g.cells[0]
		t.blank()
		t.line(0, t.paint(bold, visible(first.Scenario))+"  "+t.paint(faint, place(first.File, first.Line)))
		left -= t.scenario(groupBy(g.cells, findingsKey))
	}
}

// worstRank is the rank of the worst class that some cells show.
func worstRank(cells []*result.Cell) int {
	worst := len(result.Classes)
	for _, c := range cells {
		for _, f := range c.Findings {
			worst = min(worst, rank(f.Class))
		}
	}
	return worst
}

// unlisted counts what a section does not show.
func (t *textWriter) unlisted(groups []group) {
	n := 0
	for _, g := range groups {
		n += len(g.cells)
	}
	t.blank()
	t.line(0, fmt.Sprintf("… and %s more of %s; --verbose lists them", plural(n, "cell"), plural(len(groups), "scenario")))
}

// failed shows the failed cells one by one; of those that causes explain, only when asked.
func (t *textWriter) failed(r result.Report) {
	if t.opts.Verbose || len(namedCauses(r)) == 0 {
		t.failures("Failed", pick(r.Cells, isFailed))
		return
	}
	t.failures("Not explained", unexplained(r))
}

func scenarioPlace(c *result.Cell) string {
	return c.Scenario + "\x00" + c.File + "\x00" + strconv.Itoa(c.Line)
}

// findingsKey is the same for cells whose findings are the same to the letter.
func findingsKey(c *result.Cell) string {
	var b strings.Builder
	b.WriteString(c.Reason)
	for _, f := range c.Findings {
		for _, part := range []string{f.Check, string(f.Class), f.Expected, f.Got, f.Why} {
			b.WriteString(strconv.Itoa(len(part)) + ":" + part)
		}
		if f.Known != nil {
			b.WriteString("known " + f.Known.Reason)
		}
	}
	return b.String()
}

// checksOf names the findings of a cell without their values.
func checksOf(c *result.Cell) string {
	names := make([]string, len(c.Findings))
	for i, f := range c.Findings {
		names[i] = heading(f)
	}
	return strings.Join(names, ", ")
}

// scenario shows the first few sets of findings of the same checks, counts those that differ only in their values, and returns how many it showed.
func (t *textWriter) scenario(groups []group) (told int) {
	shown, folded := map[string]int{}, map[string]int{}
	var order []string
	for _, g := range groups {
		checks := checksOf(g.cells[0])
		if shown[checks]++; shown[checks] <= variants || t.opts.Verbose {
			t.findings(g.cells)
			told++
			continue
		}
		if folded[checks] == 0 {
			order = append(order, checks)
		}
		folded[checks] += len(g.cells)
	}
	for _, checks := range order {
		t.blank()
		t.line(2, fmt.Sprintf("… and %s more with other values in %s; --verbose lists them", plural(folded[checks], "cell"), checks))
	}
	return told
}

// findings shows one set of findings and the cells that have it.
func (t *textWriter) findings(cells []*result.Cell) {
	c := cells[0]
	t.blank()
	if len(cells) == 1 {
		t.cell(2, c)
	} else {
		t.line(2, fmt.Sprintf("in %s:", plural(len(cells), "cell")))
		t.list(cells)
	}
	if c.Reason != "" {
		t.rows(4, []row{{label: "reason", value: brief(c.Reason, evidenceLimit)}})
	}
	for _, f := range worstFirst(c.Findings) {
		t.line(4, t.paint(classStyles[f.Class], "["+visible(string(f.Class))+"]")+" "+brief(f.Check, valueLimit))
		t.rows(6, findingRows(f))
	}
	t.evidence(c, len(cells) > 1)
}

// evidence shows what belongs to one cell; of several alike, the first stands for all.
func (t *textWriter) evidence(c *result.Cell, oneOfMany bool) {
	rows := append(cellRows(c), curlRows(c)...)
	if oneOfMany && len(rows) > 0 {
		t.line(4, "of the first:")
	}
	t.rows(4, rows)
	if !t.opts.Verbose {
		return
	}
	for _, ex := range c.Exchanges {
		for _, l := range exchangeLines(ex, valueLimit) {
			t.line(6, l)
		}
	}
}

// cell names a cell: its id, to be copied, and what it is about.
func (t *textWriter) cell(indent int, c *result.Cell) {
	t.line(indent, t.paint(bold, visible(c.ID)))
	if c.Title != "" {
		t.line(indent+2, brief(c.Title, valueLimit))
	}
}

// list names the first few cells of many, or all when asked, one a line.
func (t *textWriter) list(cells []*result.Cell) {
	const indent = 4
	for i, c := range cells {
		if i == listed && !t.opts.Verbose {
			t.line(indent, fmt.Sprintf("… and %d more; --verbose lists them", len(cells)-listed))
			return
		}
		t.line(indent, visible(c.ID)+"  "+t.paint(faint, brief(c.Title, valueLimit)))
	}
}

// errors shows the cells that could not be judged, by reason.
func (t *textWriter) errors(cells []*result.Cell) {
	if len(cells) == 0 {
		return
	}
	t.section(alarm, fmt.Sprintf("Errors: %s without a judgement", plural(len(cells), "cell")))
	for _, g := range groupBy(cells, reasonOf) {
		t.blank()
		t.wrapped(2, brief(g.key, evidenceLimit))
		t.list(g.cells)
		t.rows(4, curlRows(g.cells[0]))
	}
}

func reasonOf(c *result.Cell) string {
	switch {
	case c.Reason != "":
		return c.Reason
	case c.Verdict == result.Error || c.Verdict == result.Unsupported:
		return "no reason was given"
	case c.Verdict == result.Flaky:
		return answeredTwice
	default:
		return fmt.Sprintf("no verdict that a report knows: %q", c.Verdict)
	}
}

func (t *textWriter) wrapped(indent int, text string) {
	for _, l := range Wrap(text, t.width-indent) {
		t.line(indent, l)
	}
}
