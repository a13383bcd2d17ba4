package reports

import (
	"cmp"
	"slices"
	"strings"

	"corsprobe/runner/result"
)

// scenarioView is a scenario with its cells, by step.
type scenarioView struct {
	Anchor, ID, Description, Place string
	Open, Folded                   bool
	Part                           int // of the evidence, that has its cells'
	Tally                          []count
	Labels                         []string
	Facts                          []int
	References                     []reference
	Steps                          []stepView
}

// reference is a link, or a text that no browser should follow.
type reference struct{ Text, Link string }

type stepView struct {
	Described             bool
	Name, Call, CORS, Put string
	Calls                 []call
	Tables                []matrix
}

// call is a cell that has no place in a matrix.
type call struct {
	Mark  *mark
	Title string
}

// configurationLimit is how many characters of a configuration a page shows.
const configurationLimit = 2000

// describedAs is what the report says of a scenario; nothing but its id, where it says nothing.
func describedAs(r result.Report, id string) result.Scenario {
	if i := slices.IndexFunc(r.Scenarios, func(s result.Scenario) bool { return s.ID == id }); i >= 0 {
		return r.Scenarios[i]
	}
	return result.Scenario{ID: id}
}

// worstScenarios are the cells by scenario: first those that speak against the run, by what the worst of their findings costs and by how
// many cells do, then those that hold something to be known, then all others.
func worstScenarios(r result.Report) []group {
	groups := scenarioGroups(r)
	slices.SortStableFunc(groups, func(a, b group) int {
		x, y := gravityOf(a.cells), gravityOf(b.cells)
		return cmp.Or(cmp.Compare(x.worst, y.worst), cmp.Compare(y.cells, x.cells))
	})
	return groups
}

// gravity is how much a scenario matters to a reader: the less of worst, the more.
type gravity struct{ worst, cells int }

func gravityOf(cells []*result.Cell) gravity {
	none := 2 * (len(result.Classes) + 2) // more than any badness
	g := gravity{worst: none}
	for _, c := range cells {
		at := none - 1 // set aside
		f, found := worst(c.Findings)
		switch {
		case c.Verdict == result.Passed:
			continue
		case found:
			at = badness(f)
		case isWrong(c.Verdict):
			at = len(result.Classes)
		}
		switch {
		case at < g.worst:
			g = gravity{at, 1}
		case at == g.worst:
			g.cells++
		}
	}
	return g
}

func newScenarioView(g group, s result.Scenario, marked func(*result.Cell) *mark) scenarioView {
	first := g.cells[0]
	v := scenarioView{
		Anchor: scenarioAnchor(g.key), ID: visible(g.key), Description: brief(s.Description, evidenceLimit), Place: place(first.File, first.Line),
		Tally: tallyOf(g.cells), Facts: s.Facts,
	}
	for _, l := range s.Labels {
		v.Labels = append(v.Labels, visible(l))
	}
	for _, link := range s.References {
		v.References = append(v.References, reference{Text: brief(link, valueLimit), Link: webLink(link)})
	}
	for _, step := range bySteps(g.cells, s.Steps) {
		v.Steps = append(v.Steps, newStepView(step, marked))
	}
	return v
}

func scenarioAnchor(id string) string { return "s" + anchor(id)[1:] }

// blocksOf is the evidence of a scenario's cells.
func blocksOf(g group, gone bool) []block {
	all := make([]block, len(g.cells))
	for i, c := range g.cells {
		all[i] = newBlock(c, gone)
	}
	return all
}

// tallyOf counts cells by verdict, what needs a look first.
func tallyOf(cells []*result.Cell) []count {
	var s result.Summary
	for _, c := range cells {
		s.Add(*c)
	}
	return verdictCounts(s)
}

// stepCells is a step of a scenario and the cells that were asked in it.
type stepCells struct {
	step      result.Step
	described bool // by the report; nothing but the name is known of any other
	cells     []*result.Cell
}

// bySteps puts cells to their steps: those that the report describes, in order, then any other.
func bySteps(cells []*result.Cell, steps []result.Step) []stepCells {
	groups := groupBy(cells, func(c *result.Cell) string { return c.Step })
	var all []stepCells
	for _, s := range steps {
		i := slices.IndexFunc(groups, func(g group) bool { return g.key == s.Name })
		if i < 0 {
			continue // a selection left none of its cells
		}
		all = append(all, stepCells{s, true, groups[i].cells})
		groups = slices.Delete(groups, i, i+1)
	}
	for _, g := range groups {
		all = append(all, stepCells{result.Step{Name: g.key}, false, g.cells})
	}
	return all
}

func newStepView(s stepCells, marked func(*result.Cell) *mark) stepView {
	v := stepView{Described: s.described, Name: visible(s.step.Name), Call: visible(s.step.Call), CORS: shortConfiguration(s.step.CORS), Put: shortConfiguration(s.step.Put)}
	v.Call = strings.Join(slices.DeleteFunc([]string{v.Call, visible(s.step.On), visible(s.step.Digest)}, func(word string) bool { return word == "" }), ", ")
	var inMatrix []*result.Cell
	for _, c := range s.cells {
		if c.Point == nil {
			v.Calls = append(v.Calls, call{marked(c), brief(c.Title, valueLimit)})
		} else {
			inMatrix = append(inMatrix, c)
		}
	}
	v.Tables = matrices(inMatrix, marked)
	return v
}

// shortConfiguration is a configuration as far as a reader reads it.
func shortConfiguration(cors string) string {
	head, rest := cut(cors, configurationLimit)
	if rest == 0 {
		return Harmless(cors)
	}
	return Harmless(head) + "\n… (" + plural(rest, "more byte") + ", which the JSON report has)"
}
