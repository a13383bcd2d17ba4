package suites

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"corsprobe/runner/result"
	"corsprobe/scenarios"
	"corsprobe/suites/match"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
)

// together is how many cells share a spec in [DescribeTogether], and mostQuoted how many of them a failure quotes.
const (
	together   = 100
	mostQuoted = 3
)

// DescribeTogether is [Describe] for plans so large that Ginkgo's tree would not fit into memory, which takes five kilobytes a spec: a hundred
// cells of a step share an It, which asserts each of them. Focus and skip see the text of the first of them alone.
func DescribeTogether(plan scenarios.Plan, results Source) bool {
	return describe(plan, results, func(planned scenarios.Planned, s scenarios.PlannedStep, results Source) {
		if s.CallID != "" {
			it(s.CallID, planned, s.Line, results)
		}
		for cells := range slices.Chunk(s.Cells, together) {
			itOf(cells, planned, results)
		}
	})
}

// itOf asserts the results of several cells.
func itOf(cells []scenarios.Cell, planned scenarios.Planned, results Source) {
	id := fmt.Sprintf("%s and %d more", cells[0].ID, len(cells)-1)
	shared.add(id, cells)
	at := types.CodeLocation{FileName: planned.Scenario.File, LineNumber: cells[0].Line}
	ginkgo.It(strings.TrimPrefix(id, planned.Scenario.ID+"/"), at, func(ctx ginkgo.SpecContext) {
		var failed []string
		for i, c := range cells {
			cell := results.Wait(ctx, c.ID)
			if ctx.Err() != nil {
				return // the spec is interrupted already
			}
			state, why := asserted(cell)
			shared.found(id, i, state)
			if state == types.SpecStateFailed {
				failed = append(failed, why)
			}
		}
		if len(failed) > 0 {
			ginkgo.Fail(fmt.Sprintf("%d of %d cells failed:\n%s", len(failed), len(cells), strings.Join(failed[:min(len(failed), mostQuoted)], "\n")))
		}
	})
}

// asserted is the state that a spec of the cell's own would be in, and why where it fails.
func asserted(cell result.Cell) (types.SpecState, string) {
	if cell.Verdict == result.Known || cell.Verdict == result.Unsupported {
		return types.SpecStateSkipped, ""
	}
	conform := match.Conform()
	if ok, err := conform.Match(cell); err != nil {
		return types.SpecStateFailed, err.Error()
	} else if !ok {
		return types.SpecStateFailed, conform.FailureMessage(cell)
	}
	return types.SpecStatePassed, ""
}

// shared are the specs of several cells. There is one, as there is one tree.
var shared = specs{of: map[string]spec{}}

// specs are those of several cells each, by what [ID] gives for them.
type specs struct {
	mu sync.Mutex
	of map[string]spec
}

// spec is of several cells, and what it found of each.
type spec struct {
	cells  []scenarios.Cell
	states []types.SpecState
}

func (s *specs) add(id string, cells []scenarios.Cell) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of[id] = spec{cells, make([]types.SpecState, len(cells))}
}

// found notes what the spec of that id found of its i-th cell.
func (s *specs) found(id string, i int, state types.SpecState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of[id].states[i] = state
}

// each calls f with every cell that a spec asserts, and with its state: the spec's where it has one of its own.
func (s *specs) each(report types.SpecReport, f func(id string, state types.SpecState)) {
	id, ok := ID(report)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	several, ok := s.of[id]
	if !ok {
		f(id, report.State)
		return
	}
	for i, c := range several.cells {
		f(c.ID, several.states[i])
	}
}
