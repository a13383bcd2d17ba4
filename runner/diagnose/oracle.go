package diagnose

import (
	"corsprobe/runner/dialect"
	"corsprobe/runner/result"
)

// Oracle predicts by a known dialect what single cells get, as they are judged, and so what the dialect explains of them.
type Oracle struct {
	d     dialect.Dialect
	frame *evidence // the scenarios, without cells
	url   string

	whole   *simulation
	without []dialect.Dialect // without each deviation in turn
	less    []*simulation     // of those
}

// NewOracle makes an oracle for the scenarios of one run at one endpoint.
func NewOracle(d dialect.Dialect, scenarios []result.Scenario, url string) *Oracle {
	o := &Oracle{d: d, url: url, frame: read(result.Report{Scenarios: scenarios})}
	o.whole = &simulation{states: o.frame.replay(d)}
	for i := range d {
		o.without = append(o.without, without(d, i))
		o.less = append(o.less, &simulation{states: o.frame.replay(o.without[i])})
	}
	return o
}

// ExplainedCell is what a dialect explains of a cell.
type ExplainedCell struct {
	// Findings lists for each of the cell's findings the deviations, by their index, that explain it; nil where the dialect does not.
	Findings [][]int
	// Concerned are the deviations that change what is owed to any of the cell's requests, but where what came is as right by S3; Shown those of
	// them by which what came is right, and S3's own answer would not be.
	Concerned, Shown []int
}

// Explain says what the dialect explains of a cell. A finding is explained where the part of the answer that it concerns is exactly the
// predicted one, in an answer of the predicted kind.
func (o *Oracle) Explain(c result.Cell) ExplainedCell {
	e := o.frame.of(c, o.url)
	all := ExplainedCell{Findings: make([][]int, len(c.Findings))}
	faithful, whole := e.simulationOf(o.frame.faithful), e.simulationOf(o.whole.states)
	for n := range e.cases {
		owed, with := e.try(nil, faithful, n), e.try(o.d, whole, n)
		less := make([]trial, len(o.d))
		var concerned []int
		for i := range o.d {
			less[i] = e.try(o.without[i], e.simulationOf(o.less[i].states), n)
			if less[i].missed == with.missed && less[i].predicted.changes(&with.predicted) == 0 {
				continue
			}
			concerned = append(concerned, i)
			if owed.missed&less[i].missed&^with.missed != 0 && e.cases[n].ofKind(with) {
				all.Shown = append(all.Shown, i)
			}
		}
		if owed.missed != 0 || with.missed != 0 { // an answer that both S3 and the dialect may give says nothing for or against a deviation
			all.Concerned = append(all.Concerned, concerned...)
		}
		for f, finding := range c.Findings {
			if by := e.cases[n].explained(finding.Check, owed, with, less, concerned); by != nil {
				all.Findings[f] = by
			}
		}
	}
	return all
}

// explained are the deviations that explain a finding: those without which it would not be; where each of several would do, all that concern
// the answer. nil: the dialect does not explain it.
func (o *observation) explained(check string, owed, with trial, less []trial, concerned []int) []int {
	// An answer that came exactly as it is predicted is explained whole, by whichever of S3's own answers it was measured.
	whole := with.missed == 0 && o.isOfKind(check)
	if !o.ofKind(with) || !whole && !o.found(owed.missed&^with.missed, check) {
		return nil
	}
	var needed []int
	for _, i := range concerned {
		open := less[i].missed &^ with.missed
		if open&(partsOf(check)|status) != 0 || o.call == nil && less[i].predicted.otherKind(&o.seen) {
			needed = append(needed, i)
		}
	}
	if needed == nil {
		return concerned
	}
	return needed
}

// ofKind reports that what came is of the kind that is predicted: its status is, and it has CORS headers or has none.
func (o *observation) ofKind(t trial) bool {
	return t.missed&status == 0 && (o.call != nil || !t.predicted.otherKind(&o.seen))
}

// partsOf are the parts that a check compares.
func partsOf(check string) parts {
	var all parts
	for p := status; p < beyond; p <<= 1 {
		for _, name := range checksOf(p) {
			if len(check) > len(name) && check[len(check)-len(name)-1:] == "."+name {
				all |= p
			}
		}
	}
	return all
}

// of is the evidence of one cell in the frame of its run.
func (e *evidence) of(c result.Cell, url string) *evidence {
	one := &evidence{scenarios: e.scenarios, index: e.index, steps: e.steps, faithful: e.faithful, meanings: e.meanings, cells: []result.Cell{c}, simulations: map[string]*simulation{}}
	one.add(0, c, url)
	return one
}

func (e *evidence) simulationOf(states [][]dialect.State) *simulation {
	return &simulation{states: states, matched: make([]*dialect.Matched, len(e.cases))}
}
