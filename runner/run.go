// Package runner carries out a plan: it applies each configuration to a bucket, waits until it takes effect, sends every cell's requests,
// and judges the answers with two independent models, S3's (s3cors) and Fetch's (fetch).
//
// [Start] probes ahead in the background; [Run.Wait] gives one cell's result as soon as it is there, [Run.Finish] the whole.
package runner

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"corsprobe/runner/browser"
	"corsprobe/runner/endpoint"
	"corsprobe/runner/probe"
	"corsprobe/runner/result"
	"corsprobe/scenarios"

	"golang.org/x/sync/errgroup"
)

// Options say how a plan is carried out. The zero value is usable.
type Options struct {
	// Workers is how many requests are under way at once; 16 when 0: enough to hide a round trip of 100 ms, few enough for any endpoint.
	Workers int
	// Buckets is how many scenarios are under way at once, each in a bucket of its own; 4 when 0. One with Bucket.
	Buckets int
	// Bucket names an existing bucket to use instead of new ones. Its configuration is put back afterwards.
	Bucket string
	// AssumeConfigured takes each scenario's first configuration as given, for an endpoint whose CORS layer is static or global: nothing is
	// put, replaced or deleted, and only what that configuration speaks of is asked.
	AssumeConfigured bool
	// Settle bounds how long a configuration may take to take effect; 30 s when 0, the longest that a provider documents.
	Settle time.Duration
	// Keep leaves the run's own buckets in place, so that the curl commands of a report can be tried.
	Keep bool
	// Known are the deviations that do not count; may be nil.
	Known *Deviations
	Tool  string // for the report: "corsprobe 0.1.0"
	// Judged is called after each cell, from several goroutines at once; may be nil.
	Judged func(result.Cell)
	// Browser sends every cell that a page can send once more; may be nil.
	Browser *browser.Browser
	// Curl adds options to the curl commands of the report.
	Curl probe.CurlOptions
}

func (o Options) withDefaults() Options {
	if o.Workers == 0 {
		o.Workers = 16
	}
	if o.Buckets == 0 {
		o.Buckets = 4
	}
	if o.Bucket != "" {
		o.Buckets = 1
	}
	if o.Settle == 0 {
		o.Settle = 30 * time.Second
	}
	if o.Known == nil {
		o.Known = &Deviations{}
	}
	return o
}

// Run is a plan being carried out.
type Run struct {
	plan     scenarios.Plan
	endpoint *endpoint.Endpoint
	client   *probe.Client
	opts     Options
	id       string
	started  time.Time
	tokens   chan struct{} // one a request under way
	slots    map[string]*slot
	left     map[string]chan struct{} // by scenario, closed once its bucket is cleaned up
	order    []string                 // ids in the plan's order
	finished chan struct{}
	notes    notes

	mu      sync.Mutex
	trouble []error // what clean-up could not do
	stopped string  // why the run is incomplete
}

// slot is where one cell's result will be.
type slot struct {
	done chan struct{}
	once sync.Once
	cell result.Cell
}

// NewID names a run and what it makes: six random bytes, so that two runs never share a bucket.
func NewID() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// Start begins to carry out the plan and returns at once. Cancelling ctx ends the run early: what was not judged by then is in error,
// buckets are cleaned up all the same.
func Start(ctx context.Context, plan scenarios.Plan, e *endpoint.Endpoint, client *probe.Client, id string, opts Options) *Run {
	opts = opts.withDefaults()
	r := &Run{
		plan: plan, endpoint: e, client: client, opts: opts, id: id, started: time.Now(),
		tokens: make(chan struct{}, opts.Workers), slots: map[string]*slot{}, left: map[string]chan struct{}{}, finished: make(chan struct{}),
	}
	for _, s := range plan.Scenarios {
		r.left[s.Scenario.ID] = make(chan struct{})
		for _, step := range s.Steps {
			if step.CallID != "" {
				r.addSlot(step.CallID)
			}
			for _, cell := range step.Cells {
				r.addSlot(cell.ID)
			}
		}
	}
	go r.carryOut(ctx)
	return r
}

func (r *Run) addSlot(id string) {
	r.slots[id] = &slot{done: make(chan struct{})}
	r.order = append(r.order, id)
}

func (r *Run) carryOut(ctx context.Context) {
	defer close(r.finished)
	defer r.interrupted(ctx)
	release, err := r.hold(ctx)
	if err != nil {
		for _, planned := range r.plan.Scenarios {
			r.abandon(planned, "no bucket: "+err.Error())
			close(r.left[planned.Scenario.ID])
		}
		return
	}
	defer release()
	var group errgroup.Group
	group.SetLimit(r.opts.Buckets)
	for _, planned := range r.plan.Scenarios {
		group.Go(func() error {
			r.scenario(ctx, planned)
			return nil
		})
	}
	_ = group.Wait() // scenarios report through their cells
}

// interrupted notes that the run was, so that it is incomplete.
func (r *Run) interrupted(ctx context.Context) {
	if ctx.Err() != nil {
		r.mu.Lock()
		r.stopped = "interrupted"
		r.mu.Unlock()
	}
}

// hold keeps a user's bucket for this run from its first scenario to its last.
func (r *Run) hold(ctx context.Context) (release func(), err error) {
	if r.opts.Bucket == "" || r.opts.AssumeConfigured || ctx.Err() != nil {
		return func() {}, nil
	}
	if err := r.endpoint.Hold(ctx, r.opts.Bucket); err != nil {
		return nil, err
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := r.endpoint.Release(ctx, r.opts.Bucket); err != nil {
			r.addTrouble(err)
		}
	}, nil
}

// scenario carries out one scenario in a bucket. Whatever happens, every cell gets a result and the bucket is cleaned up.
func (r *Run) scenario(ctx context.Context, planned scenarios.Planned) {
	defer close(r.left[planned.Scenario.ID])
	defer func() {
		if p := recover(); p != nil {
			r.addTrouble(fmt.Errorf("%s: panic: %v\n%s", planned.Scenario.ID, p, debug.Stack()))
			r.abandon(planned, "corsprobe itself failed here; please report it")
		}
	}()
	if ctx.Err() != nil {
		r.abandon(planned, "interrupted before it was asked")
		return
	}
	bucket, err := r.bucket(ctx)
	if err != nil {
		r.abandon(planned, "no bucket: "+err.Error())
		return
	}
	defer r.leave(bucket)
	stage := &stage{run: r, planned: planned, bucket: bucket}
	if err := stage.play(ctx); err != nil {
		r.abandon(planned, err.Error())
	}
}

func (r *Run) bucket(ctx context.Context) (*endpoint.Bucket, error) {
	switch {
	case r.opts.Bucket == "":
		return r.endpoint.NewBucket(ctx)
	case r.opts.AssumeConfigured:
		return r.endpoint.UseBucketAsIs(ctx, r.opts.Bucket)
	default:
		return r.endpoint.UseBucket(ctx, r.opts.Bucket)
	}
}

// leave cleans up, also after ctx was cancelled.
func (r *Run) leave(b *endpoint.Bucket) {
	if r.opts.Keep && r.opts.Bucket == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := b.Close(ctx); err != nil {
		r.addTrouble(err)
	}
}

func (r *Run) addTrouble(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trouble = append(r.trouble, err)
}

// abandon gives every cell of a scenario that has no result yet the verdict error.
func (r *Run) abandon(planned scenarios.Planned, reason string) {
	for _, step := range planned.Steps {
		r.forgo(planned, step, result.Error, reason)
	}
}

// forgo gives every cell of a step that has no result yet a verdict without judgement.
func (r *Run) forgo(planned scenarios.Planned, step scenarios.PlannedStep, verdict result.Verdict, reason string) {
	if step.CallID != "" {
		r.deliver(r.callCell(planned, step, verdict, reason))
	}
	for _, cell := range step.Cells {
		c := newCell(planned, step, cell)
		c.Verdict, c.Reason = verdict, reason
		r.deliver(c)
	}
}

// deliver hands a result to whoever waits for it. The first result of a cell stands.
func (r *Run) deliver(c result.Cell) {
	s := r.slots[c.ID]
	s.once.Do(func() {
		r.opts.Known.apply(&c)
		s.cell = c
		close(s.done)
		if r.opts.Judged != nil {
			r.opts.Judged(c)
		}
	})
}

// Wait blocks until the cell or configuration call of that id has its result. An id that is not in the plan is in error.
func (r *Run) Wait(id string) result.Cell {
	s, ok := r.slots[id]
	if !ok {
		return result.Cell{ID: id, Verdict: result.Error, Reason: "not in the plan"}
	}
	<-s.done
	return s.cell
}

// Left blocks until nothing is left of the scenario of that id on the endpoint.
func (r *Run) Left(scenario string) {
	if left, ok := r.left[scenario]; ok {
		<-left
	}
	if last := len(r.plan.Scenarios) - 1; last >= 0 && r.plan.Scenarios[last].Scenario.ID == scenario {
		<-r.finished // a user's bucket is let go after its last use
	}
}

// Finish waits for the end of the run, clean-up included, and returns the report and what clean-up could not do.
func (r *Run) Finish() (result.Report, []error) {
	<-r.finished
	report := result.Report{
		Version:      result.Version,
		Run:          result.Run{ID: r.id, Tool: r.opts.Tool, Started: r.started, Duration: time.Since(r.started), Incomplete: r.stopped, Digest: r.plan.Digest()},
		Endpoint:     result.Endpoint{URL: r.endpoint.URL(), Region: r.endpoint.Region(), Server: r.notes.server()},
		Observations: r.notes.observations(),
		Scenarios:    described(r.plan),
	}
	report.Stale, report.Undecided = r.opts.Known.stale()
	for _, id := range r.order {
		report.Cells = append(report.Cells, r.Wait(id))
	}
	report.Summary = Summarise(report.Cells)
	if r.opts.Browser != nil {
		report.Summary.Chromium = summariseChromium(report.Cells)
	}
	return report, r.trouble
}

// Summarise counts verdicts, and the findings of failed and flaky cells by class.
func Summarise(cells []result.Cell) result.Summary {
	s := result.Summary{Cells: len(cells), Findings: map[result.Class]int{}}
	counts := map[result.Verdict]*int{
		result.Passed: &s.Passed, result.Failed: &s.Failed, result.Known: &s.Known,
		result.Flaky: &s.Flaky, result.Unsupported: &s.Unsupported, result.Error: &s.Errors,
	}
	for _, c := range cells {
		if n, ok := counts[c.Verdict]; ok {
			*n++
		} else {
			s.Errors++ // a verdict that a later release wrote
		}
		for _, f := range c.Findings {
			if f.Known == nil && (c.Verdict == result.Failed || c.Verdict == result.Flaky) {
				s.Findings[f.Class]++
			}
		}
	}
	return s
}

// acquire takes the right to have one more request under way.
func (r *Run) acquire(ctx context.Context) error {
	select {
	case r.tokens <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *Run) release() { <-r.tokens }
