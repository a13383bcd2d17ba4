package scenarios

import (
	"fmt"
	"slices"

	"corsprobe/runner/s3cors"
)

// mostCells bounds the cells of one scenario, so that a slip of the pen does not fill the memory.
const mostCells = 1_000_000

// Expand turns scenarios into the plan of a run. The error is of type [Errors]; scenarios that [Load] gave have none, and are expanded as they were
// read: what is changed in one afterwards does not count.
func Expand(all []*Scenario) (Plan, error) {
	var plan Plan
	var errors Errors
	for _, s := range all {
		planned := s.planned // [Load] has expanded it, to find what is impossible
		if planned.Scenario == nil {
			var wrong Errors
			planned, wrong = expandScenario(s)
			errors = append(errors, wrong...)
		}
		plan.Scenarios = append(plan.Scenarios, planned)
	}
	if err := errors.orNil(); err != nil {
		return Plan{}, err
	}
	return plan, nil
}

// expander expands one scenario, and collects what is impossible in it.
type expander struct {
	scenario *Scenario
	errors   Errors
	ids      map[string]bool
	cells    int
}

func (e *expander) fail(at place, what, expected string) {
	e.errors = append(e.errors, Error{File: e.scenario.File, Line: at.line, Column: at.column, What: what, Expected: expected})
}

func expandScenario(s *Scenario) (Planned, Errors) {
	e := &expander{scenario: s, ids: map[string]bool{}}
	planned := Planned{Scenario: s}
	if len(s.Steps) == 0 {
		planned.Steps = []PlannedStep{e.only(s)}
	} else {
		planned.Steps = e.life(s)
	}
	var all []*Cell
	for i := range planned.Steps {
		all = append(all, pointers(planned.Steps[i].Cells)...)
	}
	e.pins(s.Expect, all)
	for i := range s.Steps {
		e.pins(s.Steps[i].Expect, pointers(planned.Steps[i].Cells))
	}
	return planned, e.errors
}

func pointers(cells []Cell) []*Cell {
	all := make([]*Cell, len(cells))
	for i := range cells {
		all[i] = &cells[i]
	}
	return all
}

// only is the step of a scenario without steps.
func (e *expander) only(s *Scenario) PlannedStep {
	step := PlannedStep{CORS: s.CORS, Line: s.where("cors").line}
	if s.CORS != nil && !s.CORS.None {
		step.Call, step.CallID, step.After = PutBucketCors, s.ID+"/"+string(PutBucketCors), s.CORS.Config
	}
	step.Cells = e.matrix(s.ID, s.Matrix, step.After)
	e.alone(s.where("matrix"), step.Cells)
	return step
}

// life plans the steps in order, following what the bucket holds.
func (e *expander) life(s *Scenario) []PlannedStep {
	var steps []PlannedStep
	var holds *s3cors.Configuration
	known := true // what the bucket holds is for the facts to say
	for i := range s.Steps {
		step := &s.Steps[i]
		planned := PlannedStep{Name: step.Name, Line: step.where("").line, Answer: step.Answer, CORS: step.configuration(), Digest: step.Digest, Missing: step.missing()}
		e.order(step, holds, known)
		planned.Call = step.call()
		switch call := planned.Call; {
		case planned.Missing: // it is refused, and was not meant for the bucket
		case call == PutBucketCors:
			if accepted, sure := step.accepted(); accepted {
				holds, known = planned.CORS.parsed(), sure
			} else if !sure {
				known = false
			}
		case call == DeleteBucketCors || call == RecreateBucket:
			holds, known = nil, true
		}
		if !known && step.Matrix != nil {
			e.fail(step.where("matrix"), "requests whose answers nobody knows", "no matrix here: whether S3 takes the configuration is open")
		}
		prefix := s.ID + "/" + step.Name
		planned.CallID, planned.After = prefix+"/"+string(planned.Call), holds
		if step.Matrix != nil {
			planned.Cells = e.matrix(prefix, step.Matrix, holds)
			e.alone(step.where("matrix"), planned.Cells)
		}
		steps = append(steps, planned)
	}
	return steps
}

// alone refuses authorised operations that change the bucket beside cells that would be answered by what comes of it.
func (e *expander) alone(at place, cells []Cell) {
	for _, c := range cells {
		if o, _ := OperationByName(c.Operation); o.Changes && len(cells) > 1 && c.Authorisation.Accepted() {
			e.fail(at, o.Name+", authorised, beside other cells", "a step of its own, for it changes what the others are answered by; or authorisations that S3 refuses, such as anonymous")
		}
	}
}

// order holds put against an empty bucket and replace against one that has something to replace: the words say what is tested.
func (e *expander) order(step *Step, holds *s3cors.Configuration, known bool) {
	switch {
	case step.missing() && step.Replace != nil:
		e.fail(step.where("replace"), "replace on a bucket that does not exist", "put")
	case step.missing():
	case step.Put != nil && holds != nil && known:
		e.fail(step.where("put"), "put on a bucket that has a configuration", "replace, or a delete before")
	case step.Replace != nil && holds == nil && known:
		e.fail(step.where("replace"), "replace on a bucket without a configuration", "put")
	}
}

// missing reports a call on a bucket that does not exist.
func (step *Step) missing() bool { return step.On == NoSuchBucket }

func (step *Step) call() Call {
	switch {
	case step.configuration() != nil:
		return PutBucketCors
	case step.Delete:
		return DeleteBucketCors
	case step.Call != "":
		return step.Call
	default:
		return GetBucketCors
	}
}

// accepted says whether S3 takes the step's configuration, and whether that is sure. What answer pins counts before the model.
func (step *Step) accepted() (accepted, sure bool) {
	if step.Answer != nil && len(step.Answer.Status) > 0 {
		good := 0
		for _, code := range step.Answer.Status {
			if code < 300 {
				good++
			}
		}
		return good == len(step.Answer.Status), good == 0 || good == len(step.Answer.Status)
	}
	if step.Digest.Spoilt() {
		return false, true
	}
	cfg := step.configuration().parsed()
	if cfg == nil {
		return false, true
	}
	refusal := s3cors.Validate(cfg)
	return refusal == nil, refusal == nil || !refusal.MayAccept
}

// parsed is the configuration that is put; nil where its document cannot be parsed.
func (c *CORS) parsed() *s3cors.Configuration {
	if c.Document == "" {
		return c.Config
	}
	cfg, err := s3cors.ParseXML([]byte(c.Document))
	if err != nil {
		return nil
	}
	return cfg
}

// matrix expands a matrix and what it includes.
func (e *expander) matrix(prefix string, m *Matrix, cfg *s3cors.Configuration) []Cell {
	if m == nil {
		return nil
	}
	values := m.values(cfg)
	lengths := make([]int, len(values))
	for i := range values {
		lengths[i] = len(values[i])
	}
	if !e.possible(m, lengths) {
		return nil
	}
	combined := m.combined(lengths)
	cells := make([]Cell, len(combined))
	for i, index := range combined {
		m.fill(&cells[i], values, index)
	}
	cells = e.exclude(m, cells)
	for i := range cells {
		cells[i].ID = cellID(prefix, &cells[i])
		cells[i].Title = title(&cells[i])
		if e.ids[cells[i].ID] {
			e.fail(m.where(""), "the cell "+cells[i].ID+" is there twice", "each combination once")
		}
		e.ids[cells[i].ID] = true
	}
	for i := range m.Include {
		cells = append(cells, e.matrix(prefix, &m.Include[i], cfg)...)
	}
	return cells
}

// combined lists the combinations of a matrix, as indices of each dimension's values.
func (m *Matrix) combined(lengths []int) [][]int {
	switch m.Combine {
	case "zip":
		return zip(lengths)
	case "pairs":
		return pairs(lengths)
	default:
		return product(lengths)
	}
}

// possible refuses a matrix that is too large, and a zip of lists of different lengths.
func (e *expander) possible(m *Matrix, lengths []int) bool {
	product := 1
	for _, n := range lengths {
		product = min(product*n, mostCells+1)
	}
	switch longest := slices.Max(lengths); m.Combine {
	case "zip":
		for _, n := range lengths {
			if n != 1 && n != longest {
				e.fail(m.where("combine"), fmt.Sprintf("a zip of lists of %d and %d values", n, longest), "lists of the same length, or of one value")
				return false
			}
		}
		e.cells += longest
	case "pairs":
		e.cells += len(pairOrder(lengths)) // at most: each combination closes one pair or more
	default:
		e.cells += product
	}
	if e.cells > mostCells {
		e.fail(m.where(""), fmt.Sprintf("the scenario has more than %d cells", mostCells), "a smaller matrix")
		return false
	}
	return true
}

// exclude leaves out what the matrix excludes.
func (e *expander) exclude(m *Matrix, cells []Cell) []Cell {
	for i := range m.Exclude {
		selector := &m.Exclude[i]
		left := slices.DeleteFunc(slices.Clone(cells), func(c Cell) bool { return selector.Matches(c) })
		if len(left) == len(cells) {
			e.fail(selector.where(""), "excludes no cell of the matrix", "a selector that matches one")
		}
		cells = left
	}
	if len(cells) == 0 {
		e.fail(m.where(""), "no cell is left of the matrix", "at least one")
	}
	return cells
}

// pins attaches each pin to the cells that it selects.
func (e *expander) pins(pins []Pin, cells []*Cell) {
	for i := range pins {
		pin := &pins[i]
		matched, preflight, actual := 0, false, false
		for _, c := range cells {
			if pin.Cells.Matches(*c) {
				matched++
				c.Pins = append(c.Pins, *pin)
				preflight = preflight || slices.Contains(c.Send, Preflight)
				actual = actual || slices.Contains(c.Send, Actual)
			}
		}
		switch {
		case matched == 0:
			e.fail(pin.where("cells"), "matches no cell", "a selector that matches one")
		case pin.Preflight != nil && !preflight:
			e.fail(pin.where("preflight"), "none of these cells sends a preflight", "actual")
		case pin.Actual != nil && !actual:
			e.fail(pin.where("actual"), "none of these cells sends an actual request", "preflight")
		}
	}
}

// Matches reports whether a cell is meant.
func (s Selector) Matches(c Cell) bool {
	for i, globs := range s.Patterns {
		if !globs.fits(&dimensions[i], c) {
			return false
		}
	}
	return true
}

// Cells counts the cells of a plan, configuration calls not among them.
func (p Plan) Cells() int {
	n := 0
	for _, s := range p.Scenarios {
		for _, step := range s.Steps {
			n += len(step.Cells)
		}
	}
	return n
}

// Filter keeps the cells whose id is kept, and with them every call of their scenarios: a step rests on those before it.
func (p Plan) Filter(keep func(id string) bool) Plan {
	var kept Plan
	for _, s := range p.Scenarios {
		some := false
		steps := slices.Clone(s.Steps)
		for i := range steps {
			steps[i].Cells = slices.DeleteFunc(slices.Clone(steps[i].Cells), func(c Cell) bool { return !keep(c.ID) })
			some = some || len(steps[i].Cells) > 0 || steps[i].CallID != "" && keep(steps[i].CallID)
		}
		if some {
			kept.Scenarios = append(kept.Scenarios, Planned{Scenario: s.Scenario, Steps: steps})
		}
	}
	return kept
}

// IDs lists the ids of a plan's calls and cells in order.
func (p Plan) IDs() []string {
	var ids []string
	for _, s := range p.Scenarios {
		for _, step := range s.Steps {
			if step.CallID != "" {
				ids = append(ids, step.CallID)
			}
			for _, c := range step.Cells {
				ids = append(ids, c.ID)
			}
		}
	}
	return ids
}
