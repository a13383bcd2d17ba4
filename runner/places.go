package runner

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"
)

// place is a bucket and what is known of it.
type place struct {
	bucket
	holds   *s3cors.Configuration // the configuration; nil: none
	virgin  bool                  // it never had one
	past    []past                // what it was, and may still be on some nodes
	objects map[string]bool       // objects that are there to be asked for
	refused map[string]string     // keys that the endpoint does not take, and why
}

// past is a state that a bucket was in. Until a time some nodes of the endpoint may answer as if it still were.
type past struct {
	holds    *s3cors.Configuration
	missing  bool // the bucket was not there
	emptied  bool // its objects were gone already
	until    time.Time
	reported *sync.Once // reports once that the wait for it failed
}

// places gives scenarios buckets to play in, and takes them back. A bucket of the run's own serves one scenario after another where its life
// allows; a user's bucket serves all. Cleaning up is done beside the scenarios. It is safe for use from several goroutines.
type places struct {
	run *Run

	mu     sync.Mutex
	idle   []*place
	theirs *place // the user's bucket, once it was taken
	closed sync.WaitGroup
}

// take is a bucket that is ready for a scenario.
func (p *places) take(ctx context.Context, planned scenarios.Planned) (*place, error) {
	if p.run.opts.Bucket != "" {
		return p.takeTheirs(ctx, planned)
	}
	if at := p.takeIdle(needsVirgin(planned)); at != nil {
		return at, nil
	}
	return p.make(ctx)
}

// needsVirgin reports that a scenario shows what a bucket does that never had a configuration.
func needsVirgin(planned scenarios.Planned) bool {
	return planned.Steps[0].Call != scenarios.PutBucketCors
}

// needsEmpty reports that what a bucket holds shows in a scenario. It does not where the first call replaces it.
func needsEmpty(planned scenarios.Planned) bool {
	return needsVirgin(planned) || planned.Steps[0].After == nil
}

// takeIdle is a bucket that an earlier scenario left; nil: there is none that will do.
func (p *places) takeIdle(virgin bool) *place {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.idle, func(at *place) bool { return at.virgin || !virgin })
	if i < 0 {
		return nil
	}
	at := p.idle[i]
	p.idle = slices.Delete(p.idle, i, i+1)
	return at
}

// make is a new bucket of the run's own.
func (p *places) make(ctx context.Context) (*place, error) {
	b, err := p.run.store.NewBucket(ctx)
	if err != nil {
		return nil, err
	}
	return p.newPlace(b), nil
}

// newPlace is a bucket that was just made.
func (p *places) newPlace(b bucket) *place {
	at := &place{bucket: newborn{bucket: b, appearing: p.run.appearing}, virgin: true}
	at.was(p.run.until(past{missing: true}))
	return at
}

// takeTheirs is the user's bucket. It is taken once, and kept until the end of the run.
func (p *places) takeTheirs(ctx context.Context, planned scenarios.Planned) (*place, error) {
	if p.theirs == nil {
		at, err := p.open(ctx)
		if err != nil {
			return nil, err
		}
		p.theirs = at
	}
	if p.run.opts.AssumeConfigured || !needsEmpty(planned) {
		return p.theirs, nil
	}
	return p.theirs, p.empty(ctx, p.theirs, planned)
}

func (p *places) open(ctx context.Context) (*place, error) {
	if p.run.opts.AssumeConfigured {
		b, err := p.run.store.UseBucketAsIs(ctx, p.run.opts.Bucket)
		return &place{bucket: b}, err
	}
	b, err := p.run.store.UseBucket(ctx, p.run.opts.Bucket)
	if err != nil {
		return nil, err
	}
	holds, err := b.GetCORS(ctx)
	if err != nil {
		p.leave(b)
		return nil, fmt.Errorf("its configuration could not be read: %w", err)
	}
	return &place{bucket: b, holds: holds}, nil
}

// trial is a configuration that is put and deleted before anything else, to see that the endpoint keeps configurations: only then is
// DeleteBucketCors sent.
var trial = &s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: []string{"https://corsprobe.example"}, AllowedMethods: []string{http.MethodGet}}}}

// empty takes the configuration of a user's bucket away, which was saved before, for a scenario that begins with none.
func (p *places) empty(ctx context.Context, at *place, planned scenarios.Planned) error {
	if at.holds == nil && deletesNothing(planned) {
		if err := p.putTrial(ctx, at); err != nil {
			return fmt.Errorf("the bucket could not be prepared: %w", err)
		}
	}
	if at.holds == nil {
		return nil
	}
	s := &stage{run: p.run, place: at}
	questions := s.questions(ctx, nil, at.holds)
	if err := at.remove(ctx); err != nil {
		return fmt.Errorf("the bucket's configuration could not be taken away: %w", err)
	}
	gone, err := s.deletionShows(ctx)
	if err == nil && !gone {
		err = errors.New("the bucket's configuration could not be taken away: GetBucketCors still returns it")
	}
	if err != nil {
		return err
	}
	s.moved(nil)
	s.settle(ctx, questions)
	return nil
}

// deletesNothing reports that a scenario sends DeleteBucketCors to a bucket that has nothing to be deleted.
func deletesNothing(planned scenarios.Planned) bool {
	for _, step := range planned.Steps {
		if step.Call == scenarios.DeleteBucketCors && !step.Missing || step.After != nil {
			return step.After == nil
		}
	}
	return false
}

// remove takes the configuration away. It is read first: DeleteBucketCors is only sent where that has just been seen.
func (at *place) remove(ctx context.Context) error {
	if _, err := at.GetCORS(ctx); err != nil {
		return err
	}
	return at.DeleteCORS(ctx)
}

func (p *places) putTrial(ctx context.Context, at *place) error {
	if err := at.PutCORS(ctx, trial); err != nil {
		return err
	}
	at.holds = trial
	kept, err := p.run.readBack.until(ctx, func() (bool, error) {
		got, err := at.GetCORS(ctx)
		return s3cors.Equal(got, trial), err
	})
	if err == nil && !kept {
		err = errors.New("PutBucketCors was answered, and GetBucketCors returns something else")
	}
	return err
}

// give takes a bucket back when a scenario has ended. One of the run's own is used again where another scenario waits and it can be emptied at
// once; otherwise it is removed, beside the scenarios that follow.
func (p *places) give(ctx context.Context, at *place, sound bool) {
	if at == p.theirs {
		return
	}
	if sound && ctx.Err() == nil && p.run.waiting.Load() > 0 && p.emptied(ctx, at) {
		p.keep(at)
		return
	}
	p.closed.Go(func() { p.leave(at.bucket) })
}

// keep has a bucket ready for the next scenario, unless the last has begun meanwhile.
func (p *places) keep(at *place) {
	p.mu.Lock()
	p.idle = append(p.idle, at)
	p.mu.Unlock()
	if p.run.waiting.Load() == 0 {
		p.closeIdle()
	}
}

// emptied deletes the configuration, and reports that the deletion showed at once.
func (p *places) emptied(ctx context.Context, at *place) bool {
	if at.holds == nil {
		return true
	}
	if len(discriminating(nil, at.holds)) == 0 {
		return false
	}
	s := &stage{run: p.run, place: at}
	questions := s.ask(ctx, nil, discriminating(nil, at.holds)[:1])
	if at.DeleteCORS(ctx) != nil {
		return false
	}
	if got, err := at.GetCORS(ctx); err != nil || got != nil {
		return false
	}
	s.moved(nil)
	return len(questions) > 0 && s.shows(ctx, questions[0])
}

// closeAll cleans up all buckets at once.
func (p *places) closeAll() {
	p.closeIdle()
	if p.theirs != nil {
		p.closed.Go(func() { p.leave(p.theirs.bucket) })
	}
	p.closed.Wait()
}

// closeIdle removes the buckets that nobody is in, and does not wait for that.
func (p *places) closeIdle() {
	for at := p.takeIdle(false); at != nil; at = p.takeIdle(false) {
		p.closed.Go(func() { p.leave(at.bucket) })
	}
}

// longestCleaning bounds the cleaning up of one bucket of a run that was not interrupted.
const longestCleaning = 5 * time.Minute

// leave cleans up a bucket, even after the run was interrupted.
func (p *places) leave(b bucket) {
	if p.run.opts.Keep && p.run.opts.Bucket == "" {
		return
	}
	most := longestCleaning
	if p.run.playing.Err() != nil {
		most = p.run.opts.CleanUp // so that Close knows how short the time is
	}
	ctx, cancel := context.WithTimeout(p.run.cleaning, most)
	defer cancel()
	if err := b.Close(ctx); err != nil {
		p.run.addTrouble(err)
	}
}

// was records a state that a bucket is no longer in.
func (at *place) was(state past) {
	now := time.Now()
	var still []past
	for _, s := range at.past {
		if s.until.After(now) {
			still = append(still, s)
		}
	}
	at.past = append(still, state)
}
