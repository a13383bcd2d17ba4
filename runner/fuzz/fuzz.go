package fuzz

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"corsprobe/runner/result"
	"corsprobe/scenarios"
)

// Carrier carries out a plan. It gives the report, whose cells are redacted, and what clean-up could not do.
type Carrier func(ctx context.Context, plan scenarios.Plan) (result.Report, []error)

// Options say how long is asked, and how. Carry is needed, and one of Questions and For.
type Options struct {
	Seed uint64
	// Questions is how many are asked, those of shrinking not counted; no bound when 0.
	Questions int
	// For bounds the asking; shrinking comes on top, within its own bounds. No bound when 0.
	For time.Duration
	// Differences is how many are looked for at most; 50 when 0.
	Differences int
	Carry       Carrier
	// Pages has questions asked that a page in a browser can ask, for a Carrier that has one ask them too.
	Pages bool
	// Batch is called after each batch with what there is so far; may be nil.
	Batch func(Outcome)
}

// Outcome is what was asked, and what came of it.
type Outcome struct {
	Seed        uint64
	Questions   int // asked and judged, calls among them; those of shrinking not counted
	Requests    int // all that was sent
	Coverage    Coverage
	Differences []Difference
	// Flaky are the cells that were answered in two ways, and Errors those that could not be judged, each up to mostKept.
	Flaky, Errors          []result.Cell
	FlakyCells, ErrorCells int // all of them
	Known                  int // cells that are as the known deviations say
	Pages                  int // cells that a page in a browser asked as well
	Unsupported            int
	Incomplete             string // why it ended early
	Trouble                []error
	Endpoint               result.Endpoint
	Observations           []result.Observation
	Started                time.Time
	Duration               time.Duration
}

const (
	firstBatch, lastBatch = 4, 16 // cases in a batch: what is found at once is shown at once
	mostSuspects          = 6     // differences that are made smaller after one batch
	mostOfKind            = 4     // of one kind that are made smaller in all: the same kind may have several causes
	mostKept              = 20
)

// session is a run under way.
type session struct {
	opts      Options
	cases     int // asked, so that no two have one name
	out       Outcome
	causes    map[string]int // index into out.Differences
	shrunk    map[kind]int   // how many of a kind were made smaller
	sightings map[kind]int   // cells of a kind
}

// Run has cases asked until a bound is reached, and makes what differs as small as it gets. Where the context ends, what was found by then is
// given, and Incomplete says so.
func Run(ctx context.Context, opts Options) Outcome {
	opts.Differences = cmp.Or(opts.Differences, 50)
	s := &session{opts: opts, causes: map[string]int{}, shrunk: map[kind]int{}, sightings: map[kind]int{}}
	s.out.Seed, s.out.Started = opts.Seed, time.Now()
	g := NewGenerator(opts.Seed)
	g.pages = opts.Pages
	for size := firstBatch; s.goesOn(ctx); size = min(2*size, lastBatch) {
		cases := s.batch(g, size)
		s.out.Coverage = g.Coverage
		if err := s.play(ctx, cases); err != nil {
			s.out.Incomplete = cmp.Or(s.out.Incomplete, err.Error())
			break
		}
		if opts.Batch != nil {
			opts.Batch(s.out)
		}
	}
	if ctx.Err() != nil {
		s.out.Incomplete = cmp.Or(s.out.Incomplete, "interrupted")
	}
	s.out.Duration = time.Since(s.out.Started)
	return s.out
}

func (s *session) goesOn(ctx context.Context) bool {
	timeLeft := s.opts.For == 0 || time.Since(s.out.Started) < s.opts.For
	left := s.opts.Questions == 0 || s.out.Questions < s.opts.Questions
	return ctx.Err() == nil && timeLeft && left && len(s.out.Differences) < s.opts.Differences
}

// batch makes the next cases, and no more questions than are left to be asked.
func (s *session) batch(g *Generator, size int) []Case {
	var cases []Case
	left := s.opts.Questions - s.out.Questions
	for range size {
		c := g.Next()
		if s.opts.Questions > 0 {
			c = c.first(left)
			left -= c.Questions()
		}
		cases = append(cases, c)
		if s.opts.Questions > 0 && left <= 0 {
			break
		}
	}
	return cases
}

// first is a case with no more than so many questions.
func (c Case) first(n int) Case {
	for i := range c.States {
		s := &c.States[i]
		if len(s.Questions) >= n {
			s.Questions = s.Questions[:n]
			return Case{c.States[:i+1]}
		}
		n -= len(s.Questions)
	}
	return c
}

// errBlind: nothing can be found out this way.
var errBlind = errors.New("nothing of a whole batch could be judged")

// play asks a batch, and makes smaller what differs.
func (s *session) play(ctx context.Context, cases []Case) error {
	plan, results, err := s.ask(ctx, cases)
	if err != nil {
		return err
	}
	before := s.out.ErrorCells
	judged := 0
	var suspects []suspect
	for i, c := range cases {
		for k, step := range plan.Scenarios[i].Steps {
			for n, id := range idsOf(step) {
				cell := results[id]
				judged++
				if s.count(cell) {
					suspects = append(suspects, suspected(c, k, n-1, cell))
				}
			}
			s.out.Questions += len(step.Cells)
		}
	}
	if judged > 0 && s.out.ErrorCells-before == judged {
		return errBlind
	}
	return s.reduce(ctx, s.worthwhile(suspects))
}

// idsOf are the ids of a step: the call's, empty where there is none, and those of its cells.
func idsOf(step scenarios.PlannedStep) []string {
	ids := []string{step.CallID}
	for _, c := range step.Cells {
		ids = append(ids, c.ID)
	}
	return ids
}

// count notes what became of a cell, and reports that it shows a difference.
func (s *session) count(cell result.Cell) bool {
	if cell.Chromium != nil && cell.Chromium.NotSent == "" {
		s.out.Pages++
	}
	if disagrees(cell) {
		s.sightings[kindOf(disagreement(cell))]++
		return true
	}
	switch cell.Verdict {
	case result.Failed:
		s.sightings[kindOf(shownIn(cell)[0])]++
		return true
	case result.Flaky:
		s.out.FlakyCells++
		s.out.Flaky = kept(s.out.Flaky, cell)
	case result.Error:
		s.out.ErrorCells++
		s.out.Errors = kept(s.out.Errors, cell)
	case result.Known:
		s.out.Known++
	case result.Unsupported:
		s.out.Unsupported++
	}
	return false
}

func kept(cells []result.Cell, next result.Cell) []result.Cell {
	if len(cells) == mostKept {
		return cells
	}
	return append(cells, next)
}

// worthwhile chooses what is made smaller: of each kind the smallest, those of the worst class first.
func (s *session) worthwhile(suspects []suspect) []suspect {
	slices.SortStableFunc(suspects, func(a, b suspect) int {
		return cmp.Or(cmp.Compare(slices.Index(result.Classes, a.finding.Class), slices.Index(result.Classes, b.finding.Class)), cmp.Compare(a.size(), b.size()))
	})
	var chosen []suspect
	here := map[kind]bool{}
	for _, next := range suspects {
		k := kindOf(next.finding)
		if len(chosen) < mostSuspects && !here[k] && s.shrunk[k] < mostOfKind {
			here[k] = true
			s.shrunk[k]++
			chosen = append(chosen, next)
		}
	}
	return chosen
}

// reduce makes suspects smaller, and keeps those that are of a new cause.
func (s *session) reduce(ctx context.Context, suspects []suspect) error {
	if len(suspects) == 0 {
		return nil
	}
	after := s.out.Questions
	all, err := shrink(ctx, s.ask, suspects)
	for _, done := range all {
		k := kindOf(done.best.finding)
		cause := done.best.cause()
		if _, known := s.causes[cause]; known {
			continue
		}
		s.causes[cause] = len(s.out.Differences)
		s.out.Differences = append(s.out.Differences, Difference{
			Name: s.name(k.check), Case: done.best.Case, Finding: done.best.finding, Cell: done.best.cell, After: after, Tries: done.tries,
		})
	}
	for i := range s.out.Differences {
		d := &s.out.Differences[i]
		d.Times = s.sightings[kindOf(d.Finding)]
	}
	return err
}

// name is a scenario's that no other difference has.
func (s *session) name(check string) string {
	slug := strings.ReplaceAll(check, ".", "-")
	n := 1
	for _, d := range s.out.Differences {
		if d.Finding.Check == check {
			n++
		}
	}
	return fmt.Sprintf("%s-%d", slug, n)
}

// ask carries cases out.
func (s *session) ask(ctx context.Context, cases []Case) (scenarios.Plan, map[string]result.Cell, error) {
	plan, err := Plan(cases, s.cases+1)
	s.cases += len(cases)
	if err != nil {
		return plan, nil, fmt.Errorf("corsprobe's own defect, please report it: seed %d: %w", s.opts.Seed, err)
	}
	report, trouble := s.opts.Carry(ctx, plan)
	s.out.Requests += report.Summary.Requests
	s.out.Trouble = append(s.out.Trouble, trouble...)
	s.out.Endpoint = report.Endpoint
	s.observe(report.Observations)
	results := map[string]result.Cell{}
	for _, c := range report.Cells {
		results[c.ID] = c
	}
	if ctx.Err() != nil {
		return plan, results, ctx.Err()
	}
	return plan, results, nil
}

// observe keeps each of an endpoint's choices once.
func (s *session) observe(all []result.Observation) {
	for _, o := range all {
		i := slices.IndexFunc(s.out.Observations, func(known result.Observation) bool { return known.Point == o.Point && known.Choice == o.Choice })
		if i >= 0 {
			s.out.Observations[i].Cells += o.Cells
		} else {
			s.out.Observations = append(s.out.Observations, o)
		}
	}
}

// Report is the outcome as reports show it: the smallest case of each difference, and what was flaky or in error.
func (o Outcome) Report(id, tool string) result.Report {
	r := result.Report{
		Version: result.Version, Run: result.Run{ID: id, Tool: tool, Started: o.Started, Duration: o.Duration, Incomplete: o.Incomplete},
		Endpoint: o.Endpoint, Observations: o.Observations, Cells: []result.Cell{},
	}
	for _, d := range o.Differences {
		cell := d.Cell
		cell.Scenario, cell.File, cell.Line = d.Name, d.Name+".yaml", 0
		if _, rest, found := strings.Cut(cell.ID, "/"); found {
			_, rest, _ = strings.Cut(rest, "/")
			cell.ID = d.Name + "/" + rest
		}
		r.Cells = append(r.Cells, cell)
	}
	r.Cells = slices.Concat(r.Cells, o.Flaky, o.Errors)
	r.Summary = result.Summarise(r.Cells)
	r.Summary.Requests = o.Requests
	return r
}
