package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"corsprobe/runner/result"
)

// cause is one check that found the same class of difference in some cells, and for statuses and codes the same difference: most often one
// thing that the endpoint does.
type cause struct {
	class     result.Class
	check     string
	cells     int
	scenarios int
	first     *result.Cell // that shows it
	finding   result.Finding

	last *result.Cell    // that was counted
	seen map[string]bool // scenarios
}

// causes groups the findings of failed and flaky cells that are not known, worst first, then by how many cells show them.
func causes(cells []result.Cell) []cause {
	return causesOf(pick(cells, func(v result.Verdict) bool { return v == result.Failed || v == result.Flaky }),
		func(f result.Finding) bool { return f.Known == nil }, how)
}

// causesOf groups those findings of cells that count, as [causes] does. how tells apart further what is of one class and check.
func causesOf(cells []*result.Cell, counts func(result.Finding) bool, how func(result.Finding) string) []cause {
	type key struct {
		class      result.Class
		check, how string
	}
	index := map[key]int{}
	var all []cause
	for _, c := range cells {
		for _, f := range c.Findings {
			if !counts(f) {
				continue
			}
			k := key{f.Class, f.Check, how(f)}
			at, ok := index[k]
			if !ok {
				at = len(all)
				index[k] = at
				all = append(all, cause{class: f.Class, check: f.Check, first: c, finding: f, seen: map[string]bool{}})
			}
			all[at].add(c)
		}
	}
	slices.SortStableFunc(all, func(a, b cause) int { return cmp.Or(cmp.Compare(rank(a.class), rank(b.class)), b.cells-a.cells) })
	return all
}

// byCheck tells nothing apart beyond class and check.
func byCheck(result.Finding) string { return "" }

// how tells apart what an endpoint does in one check. Values of headers go with the request; a status and a code are as few as what is done.
func how(f result.Finding) string {
	if !strings.HasSuffix(f.Check, ".status") && !strings.HasSuffix(f.Check, ".error-code") {
		return ""
	}
	got := f.Got
	if f.Came != nil && len(f.Came.Status) > 0 {
		got = fmt.Sprint(f.Came.Status, f.Came.Code) // without the headers that came with it
	}
	return f.Expected + "\n" + got
}

// add counts a cell once, however often it shows the cause.
func (c *cause) add(cell *result.Cell) {
	if c.last == cell {
		return
	}
	c.last, c.seen[cell.Scenario] = cell, true
	c.cells++
	c.scenarios = len(c.seen)
}

// fewCauses is how many findings need no table of causes.
const fewCauses = 2

// causes shows what a long list of failures comes down to.
func (t *textWriter) causes(all []cause) {
	if len(all) <= fewCauses {
		return
	}
	t.section(bold, "What it comes down to, worst first")
	for _, c := range all {
		t.line(2, t.paint(classStyles[c.class], "["+visible(string(c.class))+"]")+" "+brief(c.check, valueLimit)+": "+plural(c.cells, "cell")+" of "+plural(c.scenarios, "scenario"))
		t.rows(4, []row{
			{label: "as in", value: visible(c.first.ID), verbatim: true},
			{label: "expected", value: brief(c.finding.Expected, valueLimit)},
			{label: "got", value: brief(c.finding.Got, valueLimit)},
		})
	}
}
