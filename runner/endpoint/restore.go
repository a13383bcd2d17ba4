package endpoint

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"corsprobe/runner/pace"
	"corsprobe/runner/s3cors"
)

// putBack restores a user's bucket and checks it. The configuration comes first, because it is what the user misses, and there may be no time
// for more. The journal is removed when nothing is left to do.
func (b *Bucket) putBack(ctx context.Context) error {
	if !b.saved.Restored {
		if err := b.restore(ctx, b.saved.CORS); err != nil {
			return &NotRestored{Bucket: b.name, Journal: b.saved.path, Command: b.e.restoreCommand(b.name), Err: err}
		}
		b.mu.Lock()
		b.saved.Restored = true
		b.mu.Unlock()
		_ = b.saved.write() // whoever finds the journal from now on leaves the configuration alone, which the user may change
	}
	for range 2 { // what was under way when the run was interrupted may have arrived meanwhile
		if err := b.takeAway(ctx, b.saved.Run, b.handedOut); err != nil {
			return err
		}
	}
	return b.letGo(ctx)
}

// remove takes the journal's file away. It may be gone already.
func (j *Journal) remove() error { return unlessMissing(os.Remove(j.path)) }

// takeAway removes the objects of a run from a user's bucket.
func (b *Bucket) takeAway(ctx context.Context, run string, ours func(key string) bool) error {
	c := cleaner{e: b.e, bucket: b.name, prefix: prefixOf(run), ours: ours}
	if err := c.clean(ctx); err != nil {
		return &LeftBehind{Bucket: b.name, Objects: c.prefix, Command: b.e.restoreCommand(b.name), Err: err}
	}
	return nil
}

// restore puts a configuration and checks it. It tries again after a refusal or a wrong answer.
func (b *Bucket) restore(ctx context.Context, cfg *s3cors.Configuration) error {
	err := b.restoreOnce(ctx, cfg)
	for pause := 100 * time.Millisecond; err != nil && pause < b.e.settle/5 && pace.Wait(ctx, pause); pause *= 3 {
		err = b.restoreOnce(ctx, cfg)
	}
	if err == nil && b.unsure {
		err = b.stays(ctx, cfg)
	}
	return err
}

func (b *Bucket) restoreOnce(ctx context.Context, cfg *s3cors.Configuration) error {
	var err error
	if cfg == nil {
		err = b.clear(ctx, b.deleteCORS)
	} else {
		err = b.putCORS(ctx, cfg)
	}
	if err != nil {
		return err
	}
	got, err := b.await(ctx, func(got *s3cors.Configuration) bool { return s3cors.Same(got, cfg) })
	if err == nil && !s3cors.Same(got, cfg) {
		err = errors.New("it reads back otherwise: " + s3cors.Difference(cfg, got))
	}
	return err
}

// await reads the configuration until it is as it should be, or the time is over in which it should be: S3 promises to show a configuration
// eventually.
func (b *Bucket) await(ctx context.Context, right func(*s3cors.Configuration) bool) (*s3cors.Configuration, error) {
	end := time.Now().Add(b.e.settle)
	for pause := 50 * time.Millisecond; ; pause *= 2 {
		got, err := b.GetCORS(ctx)
		if err != nil || right(got) || time.Now().Add(pause).After(end) {
			return got, err
		}
		if !pace.Wait(ctx, pause) {
			return got, ctx.Err()
		}
	}
}

// RestoreOptions say what is put back, and how. The zero value is not usable: Open is needed.
type RestoreOptions struct {
	Dir      string // of the journals; default: the user's own
	Bucket   string // only this one; empty: all
	Endpoint string // only buckets of this endpoint; empty: all
	Region   string // of Endpoint, for what no journal tells
	Unlock   bool   // take over what another machine left: its locks and leases, and the copy of its journal
	DryRun   bool   // send nothing, change nothing
	// Open gives the endpoint that a journal names.
	Open func(Journal) (*Endpoint, error)
}

// Restored is one thing that was done for a bucket, or would be.
type Restored struct {
	Journal
	Done string // a sentence: "configuration put back"
}

// Restore restores the user's buckets of runs that did not end as they should. Where one bucket has several journals, the oldest holds the
// user's configuration: each later run saved what the run before it had put.
func Restore(ctx context.Context, opts RestoreOptions) ([]Restored, error) {
	dir, err := journalDir(opts.Dir)
	if err != nil {
		return nil, err
	}
	opts.Dir = dir
	found, err := journals(dir)
	problems := []error{err}
	var done []Restored
	for _, group := range byBucket(found, opts) {
		r := restoration{RestoreOptions: opts, journals: group}
		if err := r.carryOut(ctx); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", r.name(), err))
		}
		done = append(done, r.done...)
	}
	if !opts.DryRun {
		tidy(dir)
	}
	return done, errors.Join(problems...)
}

// byBucket groups journals, the oldest first, by what they are of. What --unlock names has a group even without a journal.
func byBucket(found []Journal, opts RestoreOptions) [][]Journal {
	var groups [][]Journal
	for _, j := range found {
		if opts.Bucket != "" && j.Bucket != opts.Bucket || opts.Endpoint != "" && place(j.Endpoint) != place(opts.Endpoint) {
			continue
		}
		i := slices.IndexFunc(groups, func(g []Journal) bool { return g[0].of(j.Endpoint, j.Bucket) })
		if i < 0 {
			groups = append(groups, nil)
			i = len(groups) - 1
		}
		groups[i] = append(groups[i], j)
	}
	if len(groups) == 0 && opts.Unlock && opts.Bucket != "" && opts.Endpoint != "" {
		groups = append(groups, []Journal{{Endpoint: opts.Endpoint, Region: opts.Region, Bucket: opts.Bucket, Restored: true}})
	}
	return groups
}

// restoration is the work on one bucket.
type restoration struct {
	RestoreOptions
	journals []Journal // the oldest first
	e        *Endpoint
	leases   []leased
	done     []Restored
}

// name says in errors what was being restored: the journal, or the bucket where there is none.
func (r *restoration) name() string {
	if path := r.journals[0].path; path != "" {
		return path
	}
	return r.journals[0].Bucket
}

func (r *restoration) tell(j Journal, format string, args ...any) {
	r.done = append(r.done, Restored{j, fmt.Sprintf(format, args...)})
}

func (r *restoration) carryOut(ctx context.Context) error {
	first := r.journals[0]
	if r.DryRun {
		return r.announce()
	}
	e, err := r.Open(first)
	if err != nil {
		return err
	}
	r.e = e
	l, err := takeLock(bucketLock(r.Dir, first.Endpoint, first.Bucket), e.holder(), r.Unlock)
	if err != nil {
		return e.locked(first.Bucket, err)
	}
	defer l.release()
	if err := r.askBucket(ctx, first.Bucket); err != nil {
		return err
	}
	return r.putRight(ctx)
}

// announce says what would be done.
func (r *restoration) announce() error {
	first := r.journals[0]
	if path := bucketLock(r.Dir, first.Endpoint, first.Bucket); held(path) {
		left, _ := readLock(path)
		return &Trouble{Summary: fmt.Sprintf("the bucket %s is in use by %s", first.Bucket, left), Hint: "wait for it to end"}
	}
	own := r.unrestored()
	switch {
	case own != nil:
		r.tell(*own, "would put back %s, saved by the run %s on %s", describe(own.CORS), oneLine(own.Run), own.Saved.Format(time.DateTime))
	case first.path != "":
		r.tell(first, "would remove objects of the run %s; the configuration was put back", oneLine(first.Run))
	default:
		r.tell(first, "would look in the bucket for what a run of another machine left")
	}
	return nil
}

// describe is a configuration in a few words.
func describe(cfg *s3cors.Configuration) string {
	switch {
	case cfg == nil:
		return "no configuration"
	case len(cfg.CORSRules) == 1:
		return "a configuration of 1 rule"
	}
	return fmt.Sprintf("a configuration of %d rules", len(cfg.CORSRules))
}

// unrestored is the oldest journal whose configuration is still to be put back; nil: none.
func (r *restoration) unrestored() *Journal {
	for i := range r.journals {
		if !r.journals[i].Restored {
			return &r.journals[i]
		}
	}
	return nil
}

// askBucket looks for the leases of the bucket. One of a run without a journal here forbids the work, unless it is to be taken over.
func (r *restoration) askBucket(ctx context.Context, bucket string) error {
	leases, err := r.e.leases(ctx, bucket)
	if err != nil {
		if r.unrestored() != nil {
			return nil // without the right to list there can be no lease; what matters is the configuration
		}
		return r.e.diagnose(err)
	}
	r.leases = leases
	for i, l := range leases {
		if r.knows(l.holder.Run) {
			continue
		}
		if !r.Unlock || l.holder.state() == running {
			return r.e.leasedTo(bucket, &leases[i])
		}
		if err := r.adopt(ctx, bucket, l); err != nil {
			return err
		}
	}
	slices.SortStableFunc(r.journals, func(a, b Journal) int { return a.Saved.Compare(b.Saved) })
	return nil
}

func (r *restoration) knows(run string) bool {
	return run != "" && slices.ContainsFunc(r.journals, func(j Journal) bool { return j.Run == run })
}

// adopt takes up what the run of a lease left: the copy of its journal, where it came so far.
func (r *restoration) adopt(ctx context.Context, bucket string, l leased) error {
	if l.holder.Run == "" || strings.Contains(l.holder.Run, "/") {
		return nil // there is only the lease
	}
	j, err := r.e.saved(ctx, bucket, l.holder.Run)
	if err != nil {
		return err
	}
	if j == nil { // it was killed before it saved anything, so that it changed nothing
		j = &Journal{Bucket: bucket, Run: l.holder.Run, Restored: true, Saved: l.holder.Time}
	}
	j.Endpoint, j.Region = r.e.URL(), r.e.Region() // not what the object says
	r.journals = append(r.journals, *j)
	return nil
}

// putRight puts the configuration back, and then takes away the objects and leases of all the runs, and their journals.
func (r *restoration) putRight(ctx context.Context) error {
	own := r.unrestored()
	if own != nil {
		b := &Bucket{e: r.e, name: own.Bucket, saved: own, unsure: true} // nobody knows what was under way when the run was killed
		if err := b.restore(ctx, own.CORS); err != nil {
			return &NotRestored{Bucket: own.Bucket, Journal: own.where(), Command: r.again(own), Err: err}
		}
		r.tell(*own, "configuration put back")
	}
	var problems []error
	for i := range r.journals {
		problems = append(problems, r.settle(ctx, &r.journals[i], own))
	}
	for _, l := range r.leases {
		if err := r.e.deleteLease(ctx, r.journals[0].Bucket, l.key); err != nil {
			problems = append(problems, err)
		} else if len(r.done) == 0 { // there was nothing else
			r.tell(r.journals[0], "lease of %s removed", l.of())
		}
	}
	return errors.Join(problems...)
}

// where is the file that holds the configuration, or the object where it came from the bucket itself.
func (j *Journal) where() string {
	if j.path == "" {
		return "the object " + savedKey(j.Run) + " in that bucket"
	}
	return j.path
}

// again is the command that tries once more.
func (r *restoration) again(j *Journal) string {
	if j.path == "" {
		return r.e.unlockCommand(j.Bucket)
	}
	return r.e.restoreCommand(j.Bucket)
}

func (l leased) of() string {
	if l.holder.Run == "" {
		return "an unknown run"
	}
	return l.holder.String()
}

// settle removes what one run left beside the configuration. Its journal is removed if the configuration that it saved is the one that the
// bucket has now; a journal with another one is of a run that came later and found the bucket changed: it is set aside, and never put back.
func (r *restoration) settle(ctx context.Context, j, own *Journal) error {
	if j.Run != "" { // nobody else writes below the prefix with the run's random name
		b := &Bucket{e: r.e, name: j.Bucket}
		if err := b.takeAway(ctx, j.Run, nil); err != nil {
			if j.path != "" && (j == own || j.Restored) {
				j.Restored = true
				err = errors.Join(err, j.write())
			}
			return err
		}
	}
	switch {
	case j.path == "":
		return nil
	case j.Restored:
		r.tell(*j, "objects of the run removed")
		return j.remove()
	case j == own || own != nil && s3cors.Same(j.CORS, own.CORS):
		return j.remove()
	}
	aside := j.path + ".superseded"
	if err := os.Rename(j.path, aside); err != nil {
		return err
	}
	r.tell(*j, "the run %s found the bucket changed by the run %s, and saved that: not put back, kept as %s", oneLine(j.Run), oneLine(own.Run), aside)
	return nil
}

// deleteLease removes a lease with all its versions.
func (e *Endpoint) deleteLease(ctx context.Context, bucket, key string) error {
	c := cleaner{e: e, bucket: bucket, prefix: key, ours: func(k string) bool { return k == key }}
	if err := c.clean(ctx); err != nil {
		return &LeftBehind{Bucket: bucket, Objects: key, Command: e.unlockCommand(bucket), Err: err}
	}
	return nil
}
