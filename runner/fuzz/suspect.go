package fuzz

import (
	"net/http"
	"slices"
	"strings"

	"corsprobe/runner/result"
	"corsprobe/scenarios"
)

// suspect is a case that shows one difference in its last state: in the first answer there, or in the configuration call itself.
type suspect struct {
	Case
	call    bool
	finding result.Finding
	cell    result.Cell // that showed it
}

// last is the state that shows the difference, and question what is asked there.
func (s *suspect) last() *State        { return &s.States[len(s.States)-1] }
func (s *suspect) question() *Question { return &s.last().Questions[0] }

// suspected is a case cut down to what can have shown a difference: the states up to the one that did, and the question there. Question -1
// is the state's configuration call.
func suspected(c Case, state, question int, cell result.Cell) suspect {
	s := suspect{Case: Case{c.clone().States[:state+1]}, call: question < 0, finding: shownIn(cell)[0], cell: cell}
	last := s.last()
	if s.call {
		last.Questions = []Question{{Target: object, Auth: presigned, Method: "GET", Send: Actual}} // a scenario asks something
	} else {
		last.Questions = []Question{last.Questions[question]}
	}
	for i := range s.States[:state] {
		s.States[i].Questions = nil
	}
	return s
}

// disagrees reports a cell of which Fetch's model and the browser made something else.
func disagrees(cell result.Cell) bool {
	return cell.Chromium != nil && cell.Chromium.Disagreement != ""
}

// disagreement is that as a difference. It is nothing that the endpoint does.
func disagreement(cell result.Cell) result.Finding {
	return result.Finding{
		Check: "chromium.agreement", Class: result.Contract, How: result.Value,
		Expected: "the same of Fetch's model and of Chromium", Got: cell.Chromium.Disagreement, Why: "one of corsprobe's two judges of pages is wrong: please report it",
	}
}

// shownIn are the differences that a cell shows, the worst first: those that no known deviation explains, if any.
func shownIn(cell result.Cell) []result.Finding {
	if disagrees(cell) {
		return []result.Finding{disagreement(cell)}
	}
	rank := func(f result.Finding) int { return slices.Index(result.Classes, f.Class) }
	all := slices.DeleteFunc(slices.Clone(cell.Findings), func(f result.Finding) bool { return f.Known != nil })
	if len(all) == 0 {
		return cell.Findings
	}
	slices.SortStableFunc(all, func(a, b result.Finding) int { return rank(a) - rank(b) })
	return all
}

// kind is what must stay the same while a case is made smaller.
type kind struct {
	check string
	how   result.How
	class result.Class
}

func kindOf(f result.Finding) kind { return kind{f.Check, f.How, f.Class} }

// shownBy is the cell that shows the difference among the results of a scenario; false: it does not show.
func (s *suspect) shownBy(planned scenarios.Planned, results map[string]result.Cell) (result.Cell, result.Finding, bool) {
	step := planned.Steps[len(planned.Steps)-1]
	id := step.CallID
	if !s.call {
		id = step.Cells[0].ID
	}
	cell := results[id]
	if cell.Verdict != result.Failed && !disagrees(cell) {
		return cell, result.Finding{}, false
	}
	all := shownIn(cell)
	i := slices.IndexFunc(all, func(f result.Finding) bool { return f.Known == nil && kindOf(f) == kindOf(s.finding) })
	if i < 0 {
		return cell, result.Finding{}, false
	}
	return cell, all[i], true
}

// size orders cases: fewer states before fewer rules before fewer members before shorter texts.
func (s *suspect) size() int {
	n := 0
	for _, state := range s.States {
		n += 100_000
		if state.Digest != "" {
			n += 200
		}
		if state.put() == nil {
			continue
		}
		for _, r := range state.put().CORSRules {
			n += 10_000 + texts(r.AllowedOrigins, r.AllowedMethods, r.AllowedHeaders, r.ExposeHeaders) + text(r.ID)
			if r.MaxAgeSeconds != nil {
				n += 100
			}
		}
	}
	return n + s.question().size()
}

func (q *Question) size() int {
	n := q.Further.size()
	if q.Target != object {
		n += 500
	}
	if q.Auth != presigned {
		n += 500
	}
	if q.Method != http.MethodGet {
		n += 50 + len(q.Method)
	}
	if q.Send == Both {
		n += 300
	}
	if q.Origin != nil {
		n += text(*q.Origin)
	}
	if q.Request != nil {
		n += 100 + 20*len(namesOf(*q.Request)) + len(*q.Request)
	}
	for _, f := range q.Fields {
		n += 100 + len(f.Name) + len(f.Value)
	}
	return n
}

// texts weighs members of lists.
func texts(lists ...[]string) int {
	n := 0
	for _, list := range lists {
		for _, member := range list {
			n += 100 + text(member)
		}
	}
	return n
}

// text weighs a text; a star, which means more than it says, weighs as much as a host.
func text(s string) int { return min(len(s), 300) + 20*strings.Count(s, "*") }
