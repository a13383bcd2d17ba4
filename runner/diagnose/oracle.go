package diagnose

import (
	"slices"
	"sync"

	"corsprobe/runner/dialect"
	"corsprobe/runner/result"
)

// Oracle says of single cells, as they are judged, what a known dialect explains of them.
type Oracle struct {
	d     dialect.Dialect
	frame *evidence // the scenarios, without cells
	url   string

	whole *world
	less  []*world // without each deviation in turn

	mu sync.Mutex
}

// NewOracle makes an oracle for the scenarios of one run at one endpoint.
func NewOracle(d dialect.Dialect, scenarios []result.Scenario, url string) *Oracle {
	o := &Oracle{d: d, url: url, frame: read(result.Report{Scenarios: scenarios})}
	o.whole = &world{states: o.frame.play(d)}
	for i := range d {
		o.less = append(o.less, &world{states: o.frame.play(without(d, i))})
	}
	return o
}

// Told is what a dialect says of a cell.
type Told struct {
	// Findings lists for each of the cell's findings the deviations, by their index, without which it would not be explained; nil where the
	// dialect does not explain it.
	Findings [][]int
	// Concerned are the deviations that change what is owed to any of the cell's requests.
	Concerned []int
}

// Tell says what the dialect explains of a cell. A finding is explained where the part of the answer that it speaks of came exactly as it is
// predicted, in an answer of the kind that is predicted.
func (o *Oracle) Tell(c result.Cell) Told {
	e := o.frame.of(c, o.url)
	told := Told{Findings: make([][]int, len(c.Findings))}
	faithful := e.worldOf(o.frame.faithful)
	whole := e.worldOf(o.whole.states)
	for n := range e.cases {
		owed, t := e.try(nil, faithful, n), e.try(o.d, whole, n)
		for i := range o.d {
			less := e.try(without(o.d, i), e.worldOf(o.less[i].states), n)
			if less.missed == t.missed && (less.predicted.changes(t.predicted) == 0) {
				continue
			}
			if !slices.Contains(told.Concerned, i) {
				told.Concerned = append(told.Concerned, i)
			}
			for f, finding := range c.Findings {
				// The finding's part is one that S3 misses, the dialect does not, and the dialect without this deviation does.
				if e.cases[n].explains(finding.Check, owed, t, less) {
					told.Findings[f] = append(told.Findings[f], i)
				}
			}
		}
	}
	return told
}

// explains reports that a finding is explained by a dialect, and not by the dialect without one of its deviations.
func (o observation) explains(check string, owed, with, less trial) bool {
	if o.call == nil && with.predicted.otherKind(o.seen) || with.missed&status != 0 {
		return false
	}
	open := owed.missed &^ with.missed
	if !o.found(open, check) {
		return false
	}
	part := partsOf(check)
	return less.missed&part&^with.missed != 0 || less.missed&status != 0 || o.call == nil && less.predicted.otherKind(o.seen)
}

// partsOf are the parts that a check speaks of.
func partsOf(check string) parts {
	var all parts
	for p := status; p <= deleted; p <<= 1 {
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
	one := &evidence{scenarios: e.scenarios, index: e.index, steps: e.steps, faithful: e.faithful, cells: []result.Cell{c}, worlds: map[string]*world{}}
	one.add(0, c, url)
	return one
}

func (e *evidence) worldOf(states [][]dialect.State) *world {
	return &world{states: states, made: make([]*dialect.Matched, len(e.cases))}
}
