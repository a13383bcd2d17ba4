package reports

import (
	"slices"

	"corsprobe/runner/result"
)

// scenarioView is a scenario with its cells, by step.
type scenarioView struct {
	Anchor, ID, Description, Place string
	Open                           bool // it holds something to be looked at
	Tally                          []count
	Labels                         []string
	Facts                          []int
	References                     []reference
	Steps                          []stepView
}

// reference is a link, or a text that no browser should follow.
type reference struct{ Text, Link string }

type stepView struct {
	Described        bool
	Name, Call, CORS string
	Calls            []call
	Tables           []matrix
	Blocks           []block
}

// call is a cell that has no place in a matrix.
type call struct {
	Mark  *mark
	Title string
}

// describedAs is what the report says of a scenario; nothing but its id, where it says nothing.
func describedAs(r result.Report, id string) result.Scenario {
	if i := slices.IndexFunc(r.Scenarios, func(s result.Scenario) bool { return s.ID == id }); i >= 0 {
		return r.Scenarios[i]
	}
	return result.Scenario{ID: id}
}

func newScenarioView(g group, s result.Scenario, standsFor map[*result.Cell]*result.Cell) scenarioView {
	first := g.cells[0]
	v := scenarioView{
		Anchor: "s" + anchor(g.key)[1:], ID: visible(g.key), Description: brief(s.Description, evidenceLimit), Place: place(first.File, first.Line),
		Tally: tallyOf(g.cells), Facts: s.Facts,
	}
	for _, l := range s.Labels {
		v.Labels = append(v.Labels, visible(l))
	}
	for _, link := range s.References {
		v.References = append(v.References, reference{Text: brief(link, valueLimit), Link: webLink(link)})
	}
	marked := func(c *result.Cell) *mark {
		m := newMark(c)
		if other := standsFor[c]; other != nil {
			m.Link = anchor(other.ID)
		}
		return m
	}
	stands := map[*result.Cell]int{}
	for _, c := range g.cells {
		stands[standsFor[c]]++
		v.Open = v.Open || c.Verdict == result.Failed || c.Verdict == result.Flaky || isError(c.Verdict)
	}
	for _, step := range bySteps(g.cells, s.Steps) {
		view := newStepView(step, marked)
		for _, c := range step.cells {
			if standsFor[c] == c {
				view.Blocks = append(view.Blocks, newBlock(c, stands[c]))
			}
		}
		v.Steps = append(v.Steps, view)
	}
	return v
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
	v := stepView{Described: s.described, Name: visible(s.step.Name), Call: visible(s.step.Call), CORS: Harmless(s.step.CORS)}
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
