package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"corsprobe/runner/probe"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors/fact"
	"corsprobe/scenarios"

	"golang.org/x/sync/errgroup"
)

// errMaxTime is why a run ends that takes longer than Options.MaxTime.
var errMaxTime = errors.New("--max-time was over")

// carryOut carries out every scenario, and cleans up.
func (r *Run) carryOut(ctx context.Context) {
	defer close(r.finished)
	if r.opts.MaxTime > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, r.opts.MaxTime, errMaxTime)
		defer cancel()
	}
	stop := r.boundCleaning(ctx)
	defer stop()
	var group errgroup.Group
	group.SetLimit(r.lanes())
	r.waiting.Store(int64(len(r.plan.Scenarios)))
	for _, planned := range longestFirst(r.plan.Scenarios) {
		group.Go(func() error {
			r.scenario(ctx, planned)
			return nil
		})
	}
	_ = group.Wait() // scenarios report through their cells
	r.places.closeAll()
	r.sumUp()
	if ctx.Err() != nil {
		r.stopped = interruptedBy(ctx)
	}
}

// boundCleaning lets clean-up go on after ctx has ended, for Options.CleanUp.
func (r *Run) boundCleaning(ctx context.Context) (stop func()) {
	cleaning, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r.playing, r.cleaning = ctx, cleaning
	forget := context.AfterFunc(ctx, func() { time.AfterFunc(r.opts.CleanUp, cancel) })
	return func() {
		forget()
		cancel()
	}
}

// lanes is how many scenarios are under way at once, each in a bucket of its own. Most of a scenario is one request after the other: as many
// scenarios as requests keep all of those under way. A user's bucket takes one at a time.
func (r *Run) lanes() int {
	if r.opts.Bucket != "" {
		return 1
	}
	return r.opts.Concurrency
}

// longestFirst has scenarios of many steps begin early: each step waits for the one before, and what begins last should not last longest.
func longestFirst(all []scenarios.Planned) []scenarios.Planned {
	ordered := slices.Clone(all)
	slices.SortStableFunc(ordered, func(a, b scenarios.Planned) int { return cmp.Compare(len(b.Steps), len(a.Steps)) })
	return ordered
}

// interruptedBy is why a context has ended, as the beginning of a sentence.
func interruptedBy(ctx context.Context) string {
	if errors.Is(context.Cause(ctx), errMaxTime) {
		return errMaxTime.Error()
	}
	return result.Interrupted
}

func notAsked(ctx context.Context) string { return interruptedBy(ctx) + " before it was asked" }

// scenario carries out one scenario in a bucket. Whatever happens, every cell gets a result and the bucket is cleaned up.
func (r *Run) scenario(ctx context.Context, planned scenarios.Planned) {
	defer func() {
		if p := recover(); p != nil {
			r.addTrouble(fmt.Errorf("%s: panic: %v\n%s", planned.Scenario.ID, p, debug.Stack()))
			r.abandon(planned, "corsprobe itself failed here; please report it")
		}
	}()
	if ctx.Err() != nil {
		r.abandon(planned, notAsked(ctx))
		return
	}
	at, err := r.places.take(ctx, planned)
	if r.waiting.Add(-1) == 0 {
		r.places.closeIdle() // beside the scenarios that are under way
	}
	if err != nil {
		r.abandon(planned, r.reason(ctx, fmt.Errorf("no bucket: %w", err)))
		return
	}
	sound := false
	defer func() { r.places.give(ctx, at, sound) }()
	s := &stage{run: r, planned: planned, place: at}
	defer s.leaveNeighbours()
	defer s.leaveAbsent()
	if err := s.play(ctx); err != nil {
		r.abandon(planned, r.reason(ctx, err))
		return
	}
	sound = s.spoiltBy == "" && !leadsOtherLife(planned)
}

// reason is why nothing more of a scenario can be judged.
func (r *Run) reason(ctx context.Context, err error) string {
	if ctx.Err() != nil {
		return notAsked(ctx)
	}
	return err.Error()
}

// abandon gives every cell of a scenario that has no result yet the verdict error.
func (r *Run) abandon(planned scenarios.Planned, reason string) {
	for _, step := range planned.Steps {
		r.skip(planned, step, result.Error, reason)
	}
}

// skip gives every cell of a step that has no result yet a verdict without judgement.
func (r *Run) skip(planned scenarios.Planned, step scenarios.PlannedStep, verdict result.Verdict, reason string) {
	if step.CallID != "" {
		r.deliver(r.callCell(planned, step, verdict, reason))
	}
	for _, cell := range step.Cells {
		c := newCell(planned, step, cell)
		c.Verdict, c.Reason = verdict, reason
		r.deliver(c)
	}
}

// sumUp reports once, for the run as a whole, the changes that never showed.
func (r *Run) sumUp() {
	for _, w := range []struct {
		p             *patience
		point, choice string
	}{
		{r.effect, "when a configuration takes effect", "no preflight and no actual request showed a change within the time for it; later configurations were given little time, and all were judged as they stood"},
		{r.readBack, "when GetBucketCors shows a change", "it went on returning what was there before; later changes were given little time"},
		{r.appearing, "when a new bucket is there", "calls went on being answered with NoSuchBucket; later buckets were given little time"},
	} {
		if n := w.p.vain(); n > 0 {
			r.notes.add(result.Observation{Point: w.point, Choice: w.choice, Facts: []int{fact.EventuallyConsistent}, Cells: n})
		}
	}
	if client, ok := r.probes.(*probe.Client); ok {
		for _, l := range client.Leavings() {
			r.notes.add(result.Observation{Point: "where the answer to a " + l.Method + " ends", Choice: fmt.Sprintf(garbles, l.Line), Cells: l.Times})
		}
	}
}

// garbles is an endpoint's fault of which no cell can be sure to show it: what is asked over such a connection was asked again over another.
const garbles = "sends more after it, beginning with %q: a fault, for a browser that keeps the connection may take that for the beginning of its next answer"
