package runner

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"corsprobe/runner/endpoint"
	"corsprobe/runner/probe"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"
)

// stage is one scenario being played in its bucket.
type stage struct {
	run     *Run
	planned scenarios.Planned
	bucket  *endpoint.Bucket
	holds   *s3cors.Configuration // what the bucket should hold by now; nil: nothing
	lost    string                // the call by which the bucket came to hold what it should not; empty: it holds what it should
	other   string                // another bucket of the run's, without a configuration; empty: none was needed
	longer  string                // the same, of a name that begins with the bucket's
	deleted string                // one that held this configuration and is gone
}

// play carries out the steps in order. An error means that nothing more can be judged.
func (s *stage) play(ctx context.Context) error {
	if err := s.writeObjects(ctx); err != nil {
		return err
	}
	step := s.step
	if s.run.opts.AssumeConfigured {
		step, s.holds = s.assumed, s.planned.Steps[0].After
	}
	for _, planned := range s.planned.Steps {
		if err := step(ctx, planned); err != nil {
			return err
		}
	}
	return nil
}

// writeObjects writes the objects that the scenario's cells ask for.
func (s *stage) writeObjects(ctx context.Context) error {
	for name, body := range s.contents() {
		if err := s.bucket.PutObject(ctx, s.bucket.Key(name), body); err != nil {
			return fmt.Errorf("the object to ask for could not be written: %w", err)
		}
	}
	return nil
}

func (s *stage) step(ctx context.Context, step scenarios.PlannedStep) error {
	if s.lost != "" && step.Call == scenarios.GetBucketCors {
		s.run.forgo(s.planned, step, result.Unsupported, "the bucket does not hold what it should: see "+s.lost)
		return nil
	}
	before := s.holds
	old := s.look(ctx, discriminating(step.After, before))
	trusted, err := s.call(ctx, step)
	if err != nil {
		return err
	}
	if s.lost != "" {
		s.run.forgo(s.planned, step, result.Unsupported, "the bucket does not hold what it should: see "+s.lost)
		return nil
	}
	if !trusted {
		s.run.forgo(s.planned, step, result.Unsupported, "the configuration that these requests need could not be put: see "+step.CallID)
		return nil
	}
	s.holds = step.After
	s.settle(ctx, old)
	return s.probe(ctx, step)
}

// assumed is a step where the configuration is taken as given: no call is made, and what needs another configuration is not asked.
func (s *stage) assumed(ctx context.Context, step scenarios.PlannedStep) error {
	if step.CallID != "" {
		s.run.deliver(s.run.callCell(s.planned, step, result.Unsupported, string(step.Call)+" is not sent: the configuration is taken as given"))
	}
	if !s3cors.Equal(step.After, s.holds) {
		s.run.forgo(s.planned, step, result.Unsupported, "the configuration that is taken as given is the first step's, and this step needs another")
		return nil
	}
	return s.probe(ctx, step)
}

// probe asks the cells of a step, with the further buckets that they need.
func (s *stage) probe(ctx context.Context, step scenarios.PlannedStep) error {
	leave, err := s.neighbours(ctx, step)
	defer leave()
	if err != nil {
		return err
	}
	s.probeAll(ctx, step)
	return nil
}

// probeAll asks every cell of a step, as many at once as the run allows.
func (s *stage) probeAll(ctx context.Context, step scenarios.PlannedStep) {
	var wg sync.WaitGroup
	for _, cell := range step.Cells {
		if s.run.acquire(ctx) != nil {
			break
		}
		wg.Go(func() {
			defer s.run.release()
			s.run.deliver(s.cell(ctx, step, cell))
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		s.run.forgo(s.planned, step, result.Error, "interrupted before it was asked")
	}
}

// cell asks one cell, and again where the first answers were wrong: the same findings twice are a failure, anything else is flaky.
func (s *stage) cell(ctx context.Context, step scenarios.PlannedStep, cell scenarios.Cell) result.Cell {
	c := s.settled(ctx, step, cell)
	s.chromium(ctx, cell, &c)
	return c
}

// settled asks until there is a verdict.
func (s *stage) settled(ctx context.Context, step scenarios.PlannedStep, cell scenarios.Cell) result.Cell {
	first := s.ask(ctx, step, cell)
	if first.Verdict != result.Failed && first.Verdict != result.Error {
		return first
	}
	second := s.ask(ctx, step, cell)
	second.Attempts = 2
	switch {
	case ctx.Err() != nil:
		second.Verdict, second.Reason, second.Findings = result.Error, "interrupted while it was asked", nil
	case first.Verdict == second.Verdict && sameFindings(first.Findings, second.Findings):
	case first.Verdict == result.Error && second.Verdict == result.Error:
	default:
		return flaky(first, second)
	}
	return second
}

func flaky(first, second result.Cell) result.Cell {
	c := first
	if len(c.Findings) == 0 {
		c = second
	}
	c.Verdict, c.Attempts = result.Flaky, 2
	c.Reason = fmt.Sprintf("asked twice, %s and then %s", outcome(first, second), outcome(second, first))
	c.Exchanges = append(append([]result.Exchange{}, first.Exchanges...), second.Exchanges...)
	return c
}

// outcome says what one of two attempts came to: its first finding that the other has not.
func outcome(c, other result.Cell) string {
	switch {
	case c.Verdict == result.Error:
		return "without an answer"
	case len(c.Findings) == 0:
		return "right"
	}
	for _, f := range c.Findings {
		if !slices.ContainsFunc(other.Findings, f.Same) {
			return "wrong in " + f.Check + " (" + f.Got + ")"
		}
	}
	return "wrong in fewer ways"
}

func sameFindings(a, b []result.Finding) bool {
	return slices.EqualFunc(a, b, result.Finding.Same)
}

// ask sends a cell's requests once and judges the answers.
func (s *stage) ask(ctx context.Context, step scenarios.PlannedStep, cell scenarios.Cell) result.Cell {
	c := newCell(s.planned, step, cell)
	requests, err := s.requests(ctx, cell)
	var unsupported *endpoint.Unsupported
	switch {
	case errors.As(err, &unsupported):
		c.Verdict, c.Reason = result.Unsupported, unsupported.Error()
		return c
	case err != nil:
		c.Verdict, c.Reason = result.Error, err.Error()
		return c
	}
	var j judging
	for _, q := range requests {
		s.send(ctx, q, cell, &c, &j)
	}
	j.conclude(&c)
	if c.Verdict == "" && len(c.Findings) == 0 && j.unoffered != "" {
		c.Verdict, c.Reason = result.Unsupported, j.unoffered
	}
	if c.Verdict == "" {
		c.Verdict = result.Passed
		if len(c.Findings) > 0 {
			c.Verdict = result.Failed
		}
	}
	return c
}

// send makes one exchange of a cell and adds what it came to.
func (s *stage) send(ctx context.Context, q request, cell scenarios.Cell, c *result.Cell, j *judging) {
	if c.Verdict == result.Error {
		return
	}
	for _, ex := range s.exchanges(ctx, q, cell) {
		s.add(q, cell, ex, c, j)
	}
}

// add adds what one exchange came to.
func (s *stage) add(q request, cell scenarios.Cell, ex result.Exchange, c *result.Cell, j *judging) {
	shorten(&ex.Response, cell)
	c.Exchanges = append(c.Exchanges, ex)
	c.Curl = append(c.Curl, s.run.curl(q, ex))
	c.Duration += ex.Took
	if ex.Error != "" {
		c.Verdict, c.Reason = result.Error, ex.Error
		return
	}
	if slowDown(ex) {
		c.Verdict, c.Reason = result.Error, "the endpoint asks to slow down (503), however often it is asked: try fewer --workers"
		return
	}
	s.run.notes.saw(ex)
	if why := notOffered(cell, q.send, ex); why != "" {
		j.unoffered = why
		return
	}
	s.run.notes.chose(j.add(q, cell, ex).Choices)
}

// mostAsked is how often a request is sent that is answered with 503: no judgement of anything, but the plea for time.
const mostAsked = 4

// ask sends a request, and again, after a while, as long as the endpoint asks to slow down.
func (r *Run) ask(ctx context.Context, client *probe.Client, q probe.Request) result.Exchange {
	ex := client.Do(ctx, q)
	for pause := 200 * time.Millisecond; slowDown(ex) && pause < 200*time.Millisecond<<(mostAsked-1); pause *= 2 {
		select {
		case <-time.After(pause):
			ex = client.Do(ctx, q)
		case <-ctx.Done():
			return ex
		}
	}
	return ex
}

func slowDown(ex result.Exchange) bool { return ex.Response.Status == http.StatusServiceUnavailable }

// newCell is a result without a verdict yet.
func newCell(planned scenarios.Planned, step scenarios.PlannedStep, cell scenarios.Cell) result.Cell {
	return result.Cell{
		ID: cell.ID, Scenario: planned.Scenario.ID, Title: cell.Title,
		File: planned.Scenario.File, Line: cell.Line, Step: step.Name, Point: point(cell), Attempts: 1,
	}
}
