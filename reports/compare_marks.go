package reports

import (
	"cmp"
	"slices"
	"strings"

	"corsprobe/runner/result"
)

// State is what a run shows of a row, in the words of the table.
type State string

// The states, best first.
const (
	AsS3      State = "as S3"
	Differs   State = "differs"
	CacheRisk State = "cache risk"
	Unsteady  State = "unsteady"
	Breaks    State = "breaks pages"
	Exposes   State = "exposes"
	NoSupport State = "unsupported"
	NotJudged State = "not judged"
	NotAsked  State = "not asked"
)

// States explains the words, in the order of a legend.
var States = []struct {
	State   State
	Meaning string
}{
	{AsS3, "every answer is what S3 owes"},
	{Differs, "an answer differs from S3's, and no browser or cache would notice"},
	{CacheRisk, result.Cache.Meaning()},
	{Unsteady, "the same request is answered in two ways"},
	{Breaks, "a page is stopped from what the configuration permits"},
	{Exposes, "a page may do or read what the configuration forbids"},
	{NoSupport, "the endpoint cannot be asked"},
	{NotJudged, "no judgement was possible"},
	{NotAsked, "the run did not ask"},
}

// stateOf is the word for a class of finding.
func stateOf(c result.Class) State {
	switch c {
	case result.Contract:
		return Differs
	case result.Cache:
		return CacheRisk
	case result.Breakage:
		return Breaks
	default:
		return Exposes // one that is not known is taken for the worst
	}
}

// Mark is one run's cell of the table.
type Mark struct {
	State State `json:"state"`
	// Cells show the state, of those judged; others may deviate in milder ways, see Notes.
	Cells  int `json:"cells,omitempty"`
	Judged int `json:"judged,omitempty"`
	// Aside counts the cells that could not be asked or judged, where others were.
	Aside int `json:"aside,omitempty"`
	// Known: every deviation is a known one.
	Known bool  `json:"known,omitempty"`
	Notes []int `json:"notes,omitempty"` // by number
}

// noteKey is what makes one note of a column.
type noteKey struct {
	column int
	class  result.Class
	check  string
}

// marker makes marks, and knows the notes that they point to.
type marker struct {
	numbers map[noteKey]int
	runs    []Compared
}

func newMarker(runs []Compared) *marker { return &marker{numbers: map[noteKey]int{}, runs: runs} }

// note lists what a run found, worst first, with the numbers that follow the last.
func (m *marker) note(column int, run Compared, name string) []Note {
	var notes []Note
	for _, c := range causesOf(pick(run.Report.Cells, isJudged), func(result.Finding) bool { return true }, byCheck) {
		n := len(m.numbers) + 1
		m.numbers[noteKey{column, c.class, c.check}] = n
		note := Note{Number: n, Column: name, Check: c.check, Class: c.class, Cells: c.cells, Scenarios: c.scenarios, First: c.first.ID, Finding: c.finding}
		if run.Link != "" {
			note.Link = run.Link + "#" + anchor(c.first.ID)
		}
		notes = append(notes, note)
	}
	return notes
}

func isJudged(v result.Verdict) bool { return judgedAs(v) }

// mark sums up cells of one run by the worst that they show.
func (m *marker) mark(column int, cells []*result.Cell) Mark {
	mark := Mark{State: AsS3, Known: true}
	unjudged, deviates := false, false
	for _, c := range cells {
		if !isJudged(c.Verdict) {
			mark.Aside++
			unjudged = unjudged || isError(c.Verdict)
			continue
		}
		mark.Judged++
		mark.count(stateOfCell(c))
		deviates = deviates || c.Verdict != result.Passed
		mark.Known = mark.Known && (c.Verdict == result.Passed || c.Verdict == result.Known)
		for _, f := range c.Findings {
			mark.Notes = append(mark.Notes, m.numbers[noteKey{column, f.Class, f.Check}])
		}
	}
	slices.Sort(mark.Notes)
	mark.Notes = slices.Compact(mark.Notes)
	mark.Known = mark.Known && deviates
	switch {
	case len(cells) == 0:
		mark.State = NotAsked
	case mark.State != AsS3:
	case unjudged:
		mark.State = NotJudged // what was not judged never makes a good word
	case mark.Judged == 0:
		mark.State = NoSupport
	}
	return mark
}

// count takes one cell's state into account: the worst stands, and how many cells show it.
func (m *Mark) count(s State) {
	switch by := badnessOf(s) - badnessOf(m.State); {
	case s == AsS3:
	case by > 0:
		m.State, m.Cells = s, 1
	case by == 0:
		m.Cells++
	}
}

// badnessOf is a state's place in the legend.
func badnessOf(s State) int {
	return slices.IndexFunc(States, func(known struct {
		State   State
		Meaning string
	}) bool {
		return known.State == s
	})
}

// stateOfCell is the worst that one judged cell shows.
func stateOfCell(c *result.Cell) State {
	state := AsS3
	if c.Verdict == result.Flaky {
		state = Unsteady
	}
	for _, f := range c.Findings {
		if s := stateOf(f.Class); badnessOf(s) > badnessOf(state) {
			state = s
		}
	}
	if state == AsS3 && c.Verdict != result.Passed {
		return NotJudged // it failed, and nothing says why
	}
	return state
}

// topics lists every scenario of every run, by topic, in the order in which they first occur.
func (m *marker) topics(runs []Compared) []Topic {
	order := scenarioOrder(runs)
	byColumn := make([]map[string][]*result.Cell, len(runs))
	meaning := map[string]string{}
	for i, run := range runs {
		byColumn[i] = map[string][]*result.Cell{}
		for j := range run.Report.Cells {
			c := &run.Report.Cells[j]
			byColumn[i][c.Scenario] = append(byColumn[i][c.Scenario], c)
		}
		for _, s := range run.Report.Scenarios {
			meaning[s.ID] = s.Description
		}
	}
	row := func(name string, scenarios ...string) Row {
		r := Row{Name: name, Meaning: meaning[name]}
		for i := range runs {
			var cells []*result.Cell
			for _, s := range scenarios {
				cells = append(cells, byColumn[i][s]...)
			}
			r.Marks = append(r.Marks, m.mark(i, cells))
		}
		return r
	}
	var topics []Topic
	for _, g := range order {
		t := Topic{Row: row(g[0], g[1:]...)}
		t.Meaning = plural(len(g)-1, "scenario")
		for _, s := range g[1:] {
			t.Scenarios = append(t.Scenarios, row(s, s))
		}
		topics = append(topics, t)
	}
	return topics
}

// scenarioOrder lists topics, each followed by its scenarios. A topic is the first part of a scenario's id.
func scenarioOrder(runs []Compared) [][]string {
	at, seen := map[string]int{}, map[string]bool{}
	var order [][]string
	for _, run := range runs {
		for i := range run.Report.Cells {
			s := run.Report.Cells[i].Scenario
			if seen[s] {
				continue
			}
			seen[s] = true
			topic, _, _ := strings.Cut(s, "/")
			n, known := at[topic]
			if !known {
				n = len(order)
				at[topic] = n
				order = append(order, []string{topic})
			}
			order[n] = append(order[n], s)
		}
	}
	return order
}

// checks lists the checks that found something, the worst of them first, then by how many cells show them.
func (m *marker) checks(notes []Note) []Row {
	worstOf, cells := map[string]int{}, map[string]int{}
	var names []string
	for _, n := range notes {
		if _, seen := worstOf[n.Check]; !seen {
			names = append(names, n.Check)
			worstOf[n.Check] = rank(n.Class)
		}
		worstOf[n.Check] = min(worstOf[n.Check], rank(n.Class))
		cells[n.Check] += n.Cells
	}
	slices.SortStableFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(worstOf[a], worstOf[b]), cells[b]-cells[a], cmp.Compare(a, b))
	})
	rows := make([]Row, len(names))
	for i, name := range names {
		rows[i].Name = name
		for column := range m.runs {
			mark := m.mark(column, m.showing(column, name))
			if mark.State == NotJudged && mark.Judged > 0 {
				mark.State = AsS3 // wherever it was looked at
			}
			rows[i].Marks = append(rows[i].Marks, mark)
		}
	}
	return rows
}

// showing is a run's cells with nothing of them but one check.
func (m *marker) showing(column int, check string) []*result.Cell {
	cells := make([]*result.Cell, len(m.runs[column].Report.Cells))
	for i, c := range m.runs[column].Report.Cells {
		all := c.Findings
		c.Findings = nil
		for _, f := range all {
			if f.Check == check {
				c.Findings = append(c.Findings, f)
			}
		}
		if isJudged(c.Verdict) {
			c.Verdict = verdictOf(c.Findings)
		}
		cells[i] = &c
	}
	return cells
}

// verdictOf is that of a cell with just these findings.
func verdictOf(findings []result.Finding) result.Verdict {
	switch {
	case len(findings) == 0:
		return result.Passed
	case slices.ContainsFunc(findings, func(f result.Finding) bool { return f.Known == nil }):
		return result.Failed
	default:
		return result.Known
	}
}
