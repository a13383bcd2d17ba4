package reports

import (
	"cmp"
	"slices"

	"corsprobe/runner/result"
)

// cause is one check that found the same class of difference in some cells: most often one thing that the endpoint does.
type cause struct {
	class     result.Class
	check     string
	cells     int
	scenarios int
	first     *result.Cell // that shows it
	finding   result.Finding
}

// causes groups the findings of failed and flaky cells that are not known, worst first, then by how many cells show them.
func causes(cells []result.Cell) []cause {
	type key struct {
		class result.Class
		check string
	}
	index := map[key]int{}
	seen := map[key]map[string]bool{}
	var all []cause
	for i := range cells {
		c := &cells[i]
		if c.Verdict != result.Failed && c.Verdict != result.Flaky {
			continue
		}
		for _, f := range c.Findings {
			k := key{f.Class, f.Check}
			if f.Known != nil {
				continue
			}
			at, ok := index[k]
			if !ok {
				at = len(all)
				index[k], seen[k] = at, map[string]bool{}
				all = append(all, cause{class: f.Class, check: f.Check, first: c, finding: f})
			}
			all[at].cells++
			seen[k][c.Scenario] = true
			all[at].scenarios = len(seen[k])
		}
	}
	slices.SortStableFunc(all, func(a, b cause) int { return cmp.Or(cmp.Compare(rank(a.class), rank(b.class)), b.cells-a.cells) })
	return all
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
		t.line(2, t.paint(classStyles[c.class], "["+visible(string(c.class))+"]")+" "+visible(c.check)+": "+plural(c.cells, "cell")+" of "+plural(c.scenarios, "scenario"))
		t.rows(4, []row{
			{label: "as in", value: visible(c.first.ID), verbatim: true},
			{label: "expected", value: brief(c.finding.Expected, valueLimit)},
			{label: "got", value: brief(c.finding.Got, valueLimit)},
		})
	}
}
