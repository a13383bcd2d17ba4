// Package runner carries out a plan: it applies each configuration to a bucket, waits until it takes effect, sends every cell's requests,
// and judges the answers with two independent models, S3's (s3cors) and Fetch's (fetch).
//
// [Start] probes ahead in the background; [Run.Wait] gives one cell's result as soon as it is there, [Run.Finish] the whole.
package runner

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"sync"
	"sync/atomic"
	"time"

	"corsprobe/runner/browser"
	"corsprobe/runner/endpoint"
	"corsprobe/runner/pace"
	"corsprobe/runner/probe"
	"corsprobe/runner/result"
	"corsprobe/scenarios"
)

// Options say how a plan is carried out. The zero value is usable.
type Options struct {
	// Concurrency is how many requests are under way at once, those of set-up and clean-up among them; 32 when 0: enough to hide a round
	// trip of 100 ms, few enough for any endpoint.
	Concurrency int
	// Rate is how many requests begin in a second at most; no bound when 0.
	Rate float64
	// Bucket names an existing bucket to use instead of new ones. Its configuration is put back afterwards.
	Bucket string
	// NoLease says, for Changes, that the endpoint is configured to put no lease into Bucket.
	NoLease bool
	// AssumeConfigured takes each scenario's first configuration as given, for an endpoint whose CORS layer is static or global: nothing is
	// put, replaced or deleted, and only what that configuration speaks of is asked.
	AssumeConfigured bool
	// Settle bounds how long a configuration may take to take effect; 30 s when 0, the longest that a provider documents.
	Settle time.Duration
	// MaxTime bounds the run as a whole, but for its clean-up: what was not asked by then is in error. No bound when 0.
	MaxTime time.Duration
	// CleanUp bounds the clean-up of a run that was interrupted, or that MaxTime ended; 10 s when 0, what CI systems give.
	CleanUp time.Duration
	// Keep leaves the run's own buckets in place, so that the curl commands of a report can be tried.
	Keep bool
	// Known are the deviations that do not count; may be nil.
	Known *Deviations
	Tool  string // for the report: "corsprobe 0.1.0"
	// Evidence says of which cells all that was sent and came is kept.
	Evidence Evidence
	// Judged is called after each cell, from several goroutines at once; may be nil.
	Judged func(result.Cell)
	// Browser sends every cell that a page can send once more; may be nil.
	Browser *browser.Browser
	// Curl adds options to the curl commands of the report.
	Curl probe.CurlOptions
}

// Defaults are the options that count where nothing is said.
func Defaults() Options { return Options{}.withDefaults() }

func (o Options) withDefaults() Options {
	o.Concurrency = cmp.Or(o.Concurrency, 32)
	o.Settle = cmp.Or(o.Settle, 30*time.Second)
	o.CleanUp = cmp.Or(o.CleanUp, 10*time.Second)
	if o.Known == nil {
		o.Known = &Deviations{}
	}
	return o
}

// buckets says what becomes of those that are asked.
func (o Options) buckets() result.Buckets {
	switch {
	case o.AssumeConfigured:
		return ""
	case o.Bucket != "":
		return result.BucketsGiven
	case o.Keep:
		return result.BucketsKept
	}
	return result.BucketsRemoved
}

// Run is a plan being carried out.
type Run struct {
	plan      scenarios.Plan
	store     store
	probes    prober
	opts      Options
	id        string
	started   time.Time
	slots     map[string]*slot
	order     []string // ids in the plan's order
	places    *places
	finished  chan struct{}
	notes     notes
	keeping   keeping
	pace      *pace.Pace
	presigner probe.Presigner
	playing   context.Context // the run's own
	cleaning  context.Context // of clean-up: goes on for a while after the run's own has ended
	asked     atomic.Int64    // requests of cells
	waiting   atomic.Int64    // scenarios that have not begun

	// How long the endpoint takes to show an effect of a configuration, the configuration itself, and a new bucket; and how long an old state
	// may still answer after that.
	effect, readBack, appearing, stale *patience

	mu      sync.Mutex
	trouble []error // what clean-up could not do
	stopped string  // why the run is incomplete
}

// slot holds one cell's result once it is there.
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
	return start(ctx, plan, realStore{e}, client, id, opts)
}

func start(ctx context.Context, plan scenarios.Plan, at store, probes prober, id string, opts Options) *Run {
	opts = opts.withDefaults()
	r := &Run{
		plan: plan, store: at, probes: probes, opts: opts, id: id, started: time.Now(), slots: make(map[string]*slot, plan.Results()), finished: make(chan struct{}),
		keeping: keeping{evidence: opts.Evidence},
		pace:    pace.New(pace.Options{Concurrency: opts.Concurrency, Rate: opts.Rate, Patience: min(opts.Settle, mostForBusy)}),
		effect:  &patience{most: opts.Settle}, readBack: &patience{most: opts.Settle}, appearing: &patience{most: opts.Settle},
		stale: &patience{most: opts.Settle, first: staleFirst},
	}
	r.places = &places{run: r}
	opts.Known.prepare(described(plan), at.URL())
	for _, s := range plan.Scenarios {
		for _, step := range s.Steps {
			if step.CallID != "" {
				r.addSlot(step.CallID)
			}
			for _, cell := range step.Cells {
				r.addSlot(cell.ID)
			}
		}
	}
	go r.carryOut(pace.With(ctx, r.pace))
	return r
}

const (
	// mostForBusy is how long one request is repeated at most while the endpoint answers that it is to slow down.
	mostForBusy = 15 * time.Second
	// staleFirst is for how long a wrong answer may come from a node that lags behind, where configurations took effect at once. Where they
	// took longer, this may too.
	staleFirst = 5 * time.Second
)

func (r *Run) addSlot(id string) {
	r.slots[id] = &slot{done: make(chan struct{})}
	r.order = append(r.order, id)
}

// addTrouble records what clean-up could not undo.
func (r *Run) addTrouble(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trouble = append(r.trouble, err)
}

// deliver hands a result to whoever waits for it. The first result of a cell stands.
func (r *Run) deliver(c result.Cell) {
	s := r.slots[c.ID]
	s.once.Do(func() {
		r.opts.Known.apply(&c)
		s.cell, c = r.shown(c)
		close(s.done)
		if r.opts.Judged != nil {
			r.opts.Judged(c)
		}
	})
}

// shown is a cell without secrets: as the run keeps it, and as Options.Judged gets it.
func (r *Run) shown(c result.Cell) (kept, evented result.Cell) {
	short := r.keeping.shortens(&c)
	redactor := r.probes.Redactor()
	if !short {
		c = redactor.Cell(c)
		return c, c
	}
	own := redactor.For(c.Exchanges)
	kept = own.Cell(shortened(c))
	if own != redactor { // which has equal texts share their strings
		r.keeping.share(&kept)
	}
	kept.Findings = r.keeping.sameFindings(kept.Findings)
	if r.opts.Evidence == OnlyProblems {
		return kept, kept
	}
	return kept, redactor.Cell(c)
}

// Wait blocks until the cell or configuration call of that id has its result. An id that is not in the plan is in error, and so is one whose
// result was not there when the context ended.
func (r *Run) Wait(ctx context.Context, id string) result.Cell {
	s, ok := r.slots[id]
	if !ok {
		return result.Cell{ID: id, Verdict: result.Error, Reason: "not in the plan"}
	}
	select {
	case <-s.done:
		return s.cell
	case <-ctx.Done():
		return result.Cell{ID: id, Verdict: result.Error, Reason: "interrupted before its result was there"}
	}
}

// Finish waits for the end of the run, clean-up included, and returns the report and what clean-up could not do.
func (r *Run) Finish() (result.Report, []error) {
	<-r.finished
	redactor := r.probes.Redactor()
	report := result.Report{
		Version:      result.Version,
		Run:          result.Run{ID: r.id, Tool: r.opts.Tool, Started: r.started, Duration: time.Since(r.started), Incomplete: r.stopped, Digest: r.plan.Digest(), Buckets: r.opts.buckets()},
		Endpoint:     result.Endpoint{URL: r.store.URL(), Region: r.store.Region(), Server: redactor.Text(r.notes.server())},
		Observations: redactor.Observations(r.notes.observations()),
		Scenarios:    described(r.plan),
	}
	report.Stale, report.Undecided = r.opts.Known.stale()
	report.Cells = make([]result.Cell, 0, len(r.order))
	for _, id := range r.order {
		report.Cells = append(report.Cells, r.Wait(context.Background(), id))
	}
	report.Summary = result.Summarise(report.Cells)
	report.Summary.Requests, report.Summary.SlowDowns = r.pace.Requests(), r.pace.SlowDowns()
	report.Summary.CellRequests = int(r.asked.Load())
	if r.opts.Browser != nil {
		report.Summary.Chromium = result.SummariseChromium(report.Cells)
	}
	return report, r.trouble // nobody adds to it any more
}
