package runner

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"corsprobe/runner/endpoint"
	"corsprobe/runner/judge"
	"corsprobe/runner/pace"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"
)

// probeAll asks every cell of a step, as many at once as the run allows. Workers that last ask one after the other: a goroutine a cell would
// grow its stack each time.
func (s *stage) probeAll(ctx context.Context, step scenarios.PlannedStep) {
	var workers sync.WaitGroup
	var next atomic.Int64
	for range min(s.run.opts.Concurrency, len(step.Cells)) {
		workers.Go(func() {
			for n := int(next.Add(1)) - 1; n < len(step.Cells) && ctx.Err() == nil; n = int(next.Add(1)) - 1 {
				s.run.deliver(s.cell(ctx, step, step.Cells[n]))
			}
		})
	}
	workers.Wait()
	if ctx.Err() != nil {
		s.run.skip(s.planned, step, result.Error, notAsked(ctx))
	}
}

// cell asks one cell until it has a verdict, and has the browser send it too.
func (s *stage) cell(ctx context.Context, step scenarios.PlannedStep, cell scenarios.Cell) result.Cell {
	c := s.verdict(ctx, step, cell)
	s.chromium(ctx, cell, &c)
	return c
}

// verdict asks a cell to an end. A wrong answer that is known and could be a late one counts as known at first: it was late where another follows.
func (s *stage) verdict(ctx context.Context, step scenarios.PlannedStep, cell scenarios.Cell) result.Cell {
	c, known := s.twice(ctx, step, cell, nil)
	if known != nil && c.Verdict == result.Flaky {
		c, _ = s.twice(ctx, step, cell, known)
	}
	return c
}

// twice asks a cell, and once more where the first answers were wrong: the same findings twice are a failure, anything else is flaky. late and known
// are [stage.current]'s.
func (s *stage) twice(ctx context.Context, step scenarios.PlannedStep, cell scenarios.Cell, late *attempt) (c result.Cell, known *attempt) {
	first, again, known := s.current(ctx, step, cell, late)
	if first.Verdict != result.Failed && first.Verdict != result.Error {
		return first, known
	}
	second := s.attempt(ctx, step, cell).cell
	second.Attempts = again + 2
	switch {
	case ctx.Err() != nil:
		second.Verdict, second.Reason, second.Findings = result.Error, interruptedBy(ctx)+" while it was asked", nil
	case first.Verdict == second.Verdict && sameFindings(first.Findings, second.Findings):
	case first.Verdict == result.Error && second.Verdict == result.Error:
	default:
		return flaky(first, second), known
	}
	return second, known
}

// rightInARow is how many right answers in a row show that the wrong answer before them came from a node that lagged behind.
const rightInARow = 12

// current asks a cell until its answers no longer fit the state that its bucket was in before: until rightInARow answers in a row are right,
// however long they take. Where a wrong answer comes after a right one when no node may lag behind any more, the cell is flaky, because an
// endpoint that forgets a configuration from time to time is not merely slow. again is how many times it was asked without an end.
//
// late is the last that was answered by what the bucket was before. As long as there is none, what is wrong as is known is not waited for, although
// it fits: known is that answer.
func (s *stage) current(ctx context.Context, step scenarios.PlannedStep, cell scenarios.Cell, late *attempt) (c result.Cell, again int, known *attempt) {
	start := time.Now()
	if late != nil {
		again = late.cell.Attempts + 1 // and the one after it
	}
	var good *attempt // the last right one after a late one
	enough := rightInARow
	if operationChangesBucket(cell) {
		enough = 1 // each time it is asked begins with another change, by which nodes are late anew
	}
	right, pause := 0, firstPause
	for ; ; again++ {
		a := s.attempt(ctx, step, cell)
		a.cell.Attempts = again + 1
		if late == nil && a.outdated != nil && s.run.opts.Known.covers(a.cell) {
			return a.cell, again, &a
		}
		if a.outdated != nil {
			late, right = &a, 0
			if time.Since(start) > s.run.opts.Settle || !pace.Wait(ctx, min(pause, time.Until(a.outdated.until))) {
				s.learn(ctx, start, late, false)
				return a.cell, again, nil
			}
			pause = min(2*pause, longestPause)
			continue
		}
		right++
		passed := a.cell.Verdict == result.Passed
		switch {
		case late == nil:
			return a.cell, again, nil
		case passed && right < enough:
			good = &a
		case a.cell.Verdict == result.Failed && good != nil:
			s.learn(ctx, start, late, false)
			good.cell.Attempts = a.cell.Attempts
			return flaky(late.cell, good.cell), again, nil
		default:
			s.learn(ctx, start, late, passed)
			return a.cell, again, nil
		}
	}
}

// learn records how the wait ended for an answer that fitted an earlier state. Cells of the same state count as one wait.
func (s *stage) learn(ctx context.Context, start time.Time, late *attempt, well bool) {
	switch {
	case ctx.Err() != nil:
	case well:
		s.run.stale.ended(start, true)
	default:
		late.outdated.reported.Do(func() { s.run.stale.ended(start, false) })
	}
}

func flaky(first, second result.Cell) result.Cell {
	c := first
	if len(c.Findings) == 0 {
		c = second
	}
	c.Verdict, c.Attempts = result.Flaky, second.Attempts
	times := "twice"
	if c.Attempts > 2 {
		times = fmt.Sprintf("%d times", c.Attempts)
	}
	c.Reason = fmt.Sprintf("asked %s, %s and then %s", times, outcome(first, second), outcome(second, first))
	c.Exchanges = append(append([]result.Exchange{}, first.Exchanges...), second.Exchanges...)
	return c
}

// outcome says what one of two attempts came to: the first finding that the other attempt does not have.
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

// attempt is a cell that was asked once.
type attempt struct {
	cell     result.Cell
	sent     []*request // one an exchange
	judging  judging
	wrong    bool  // an answer differs from what was owed
	outdated *past // the earlier state of the bucket by which all answers would be right; nil: there is none
}

func (s *stage) attempt(ctx context.Context, step scenarios.PlannedStep, cell scenarios.Cell) (a attempt) {
	a = attempt{cell: newCell(s.planned, step, cell)}
	defer func() { s.run.complete(&a) }()
	requests, err := s.requests(ctx, cell)
	var unsupported *endpoint.Unsupported
	switch {
	case errors.As(err, &unsupported):
		a.cell.Verdict, a.cell.Reason = result.Unsupported, unsupported.Error()
		return a
	case err != nil:
		a.cell.Verdict, a.cell.Reason = result.Error, err.Error()
		return a
	}
	if operationChangesBucket(cell) {
		s.steady(ctx, requests[0], cell)
	}
	for i := range requests {
		q := &requests[i]
		if !s.send(ctx, q, cell, &a) {
			return a
		}
		if q.send == scenarios.Actual && operationChangesBucket(cell) {
			s.changed = true
		}
	}
	a.judging.conclude(&a.cell)
	switch {
	case len(a.cell.Findings) > 0:
		a.cell.Verdict = result.Failed
	case a.judging.unoffered != "":
		a.cell.Verdict, a.cell.Reason = result.Unsupported, a.judging.unoffered
	default:
		a.cell.Verdict = result.Passed
	}
	return a
}

// complete adds the explanation of a cell's verdict and the commands that repeat its requests, unless nobody will see them.
func (r *Run) complete(a *attempt) {
	if a.cell.Verdict == result.Passed && r.opts.Evidence == OnlyProblems {
		return
	}
	for i, ex := range a.cell.Exchanges {
		a.cell.Curl = append(a.cell.Curl, r.curl(*a.sent[i], ex))
	}
	if a.cell.Verdict != result.Error {
		a.judging.explain(&a.cell)
	}
}

// send makes one exchange of a cell and adds it to the attempt. false: there is no answer to judge.
func (s *stage) send(ctx context.Context, q *request, cell scenarios.Cell, a *attempt) bool {
	for _, ex := range s.exchanges(ctx, *q, cell) {
		if !s.received(ctx, q, cell, ex, a) {
			return false
		}
	}
	return true
}

// received judges one exchange, and adds it to the attempt.
func (s *stage) received(ctx context.Context, q *request, cell scenarios.Cell, ex result.Exchange, a *attempt) bool {
	c := &a.cell
	shorten(&ex.Response, cell)
	s.noteObject(cell, *q, &ex)
	c.Exchanges = append(c.Exchanges, ex)
	a.sent = append(a.sent, q)
	c.Duration += ex.Took
	if why := unanswered(ctx, ex); why != "" {
		c.Verdict, c.Reason, a.outdated = result.Error, why, nil
		return false
	}
	s.run.notes.saw(ex)
	if why := notOffered(cell, q.send, ex); why != "" {
		a.judging.unoffered = why
		return true
	}
	judged := a.judging.add(*q, cell, ex)
	s.run.notes.chose(judged.Choices)
	if len(judged.Differences) > 0 {
		right := s.rightBefore(*q, cell, ex)
		if !a.wrong || right == nil {
			a.outdated = right
		}
		a.wrong = true
	}
	return true
}

// rightBefore is the earlier state of the bucket by which an answer would be right, and in which some nodes may still be; nil: none.
func (s *stage) rightBefore(q request, cell scenarios.Cell, ex result.Exchange) *past {
	for _, state := range slices.Backward(s.pastOf(cell.Target)) { // the latest lasts longest
		if !state.until.After(time.Now()) {
			continue
		}
		cors := q.cors
		cors.BucketMissing = state.missing
		if q.send == scenarios.Actual {
			cors.Outcome = state.outcome(cell)
		}
		if len(judge.Nearest(judge.Kind(q.send), s3cors.Answers(state.holds, cors), nil, ex).Differences) == 0 {
			return &state
		}
	}
	return nil
}

// pastOf lists the earlier states of the bucket that a target names.
func (s *stage) pastOf(target scenarios.Target) []past {
	switch target {
	case scenarios.DeletedBucket:
		return s.deleted.past
	case scenarios.OtherBucket:
		return s.other.past
	case scenarios.LongerBucket:
		return s.longer.past
	case scenarios.MissingBucket, scenarios.Service:
		return nil
	default:
		return s.place.past
	}
}

// outcome is the status and error code that an actual request should have in that state, apart from CORS.
func (state past) outcome(cell scenarios.Cell) s3cors.Outcome {
	if state.missing {
		return s3cors.Outcome{Status: []int{http.StatusNotFound}, Code: "NoSuchBucket"}
	}
	switch {
	case isMissing(cell.Target) && state.emptied:
		cell.Target = scenarios.MissingObject
	case isMissing(cell.Target):
		cell.Target = scenarios.Object
	}
	return outcomeOf(cell)
}

// whyNot is why a call cannot be judged.
func whyNot(ctx context.Context, err error) string {
	if ctx.Err() != nil {
		return interruptedBy(ctx) + " while it was asked"
	}
	return err.Error()
}

// answered reports that an exchange holds an answer by which the endpoint can be judged.
func answered(ex result.Exchange) bool {
	return ex.Error == "" && !pace.Busy(ex.Response.Status)
}

// unanswered says why an exchange cannot be judged; empty: it can.
func unanswered(ctx context.Context, ex result.Exchange) string {
	switch {
	case ex.Error != "" && ctx.Err() != nil:
		return interruptedBy(ctx) + " while it was asked"
	case ex.Error != "":
		return ex.Error
	case pace.Busy(ex.Response.Status):
		return busy(ex.Response.Status)
	}
	return ""
}

// busy is the reason given where an endpoint asked to slow down until the run gave up.
func busy(status int) string {
	return fmt.Sprintf("the endpoint asks to slow down (%d), however often it is asked: try a lower --concurrency, or --rate", status)
}

// newCell is a result without a verdict yet.
func newCell(planned scenarios.Planned, step scenarios.PlannedStep, cell scenarios.Cell) result.Cell {
	return result.Cell{
		ID: cell.ID, Scenario: planned.Scenario.ID, Title: cell.Title,
		File: planned.Scenario.File, Line: cell.Line, Step: step.Name, Point: point(cell), Attempts: 1,
	}
}
