package endpoint

import (
	"context"
	"errors"
	"fmt"
	"time"

	"corsprobe/runner/pace"
	"corsprobe/runner/s3cors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// UseBucket takes a bucket that exists, for this run alone until it is closed. Its configuration is saved, in memory and, beside the lease, in the
// bucket, and in a journal on disk before anything is changed.
func (e *Endpoint) UseBucket(ctx context.Context, name string) (*Bucket, error) {
	b := &Bucket{e: e, name: name, hold: &hold{}}
	err := b.take(ctx)
	if err == nil {
		err = b.save(ctx)
	}
	if err != nil {
		ctx, cancel := soon(ctx)
		defer cancel()
		return nil, errors.Join(err, b.letGo(ctx))
	}
	e.track(b)
	return b, nil
}

// save reads a bucket's configuration and keeps it.
func (b *Bucket) save(ctx context.Context) error {
	cfg, err := b.held(ctx)
	if err != nil {
		return err
	}
	b.saved.CORS, b.saved.Saved = cfg, time.Now().UTC()
	copied := *b.saved
	copied.Restored = false
	if err := b.hold.copyJournal(ctx, b.e, &copied); err != nil {
		return b.e.notLeased(ctx, b.name, err)
	}
	return nil
}

// mayChange has the journal hold the configuration, before the first change of it. Until then a restore leaves the bucket's alone: nothing of it
// was changed, and what was read of it may have been wrong.
func (b *Bucket) mayChange() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.hold == nil || !b.saved.Restored {
		return nil
	}
	j := *b.saved
	j.Restored = false
	if err := j.write(); err != nil {
		return unwritten(err)
	}
	b.saved.Restored = false
	return nil
}

// letGo takes away all that tells of this run in a bucket that has its own configuration: the lease, then the journal, then the lock. While the
// lease is there the journal stays, by which restore finds it.
func (b *Bucket) letGo(ctx context.Context) error {
	if b.hold != nil {
		if err := b.hold.withdraw(ctx, b.e, b.name); err != nil {
			return &LeftBehind{Bucket: b.name, Objects: leaseKey, Command: b.e.restoreCommand(b.name), Err: err}
		}
	}
	if b.saved != nil {
		if err := b.saved.remove(); err != nil {
			return err
		}
	}
	if b.hold != nil && b.hold.lock != nil {
		b.hold.lock.release()
	}
	return nil
}

// UseBucketAsIs takes a bucket that exists, for a run that only asks: its configuration is neither read nor changed, and several runs may use it
// at once. A journal is kept all the same, of the objects that are to be taken away, where it can be told from it whether the run is under way.
func (e *Endpoint) UseBucketAsIs(ctx context.Context, name string) (*Bucket, error) {
	if trouble := e.reachable(ctx); trouble != nil {
		return nil, trouble
	}
	if _, err := e.client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &name, MaxKeys: aws.Int32(1)}, againAfterAnswer); err != nil {
		return nil, e.diagnose(e.callError("ListObjectsV2", err))
	}
	j, err := e.newJournal(name)
	if err != nil {
		return nil, err
	}
	if j.Restored = true; j.Holder.Space != "" {
		_ = j.write() // without it the run goes on: nothing of the user's is changed
	}
	b := &Bucket{e: e, name: name, saved: j}
	e.track(b)
	return b, nil
}

// held is the configuration that a user's bucket has. An answer without rules is none that could be put back: S3 keeps no such configuration.
func (b *Bucket) held(ctx context.Context) (*s3cors.Configuration, error) {
	cfg, err := b.agreed(ctx)
	if err == nil && (cfg == nil || len(cfg.CORSRules) > 0) {
		return cfg, nil
	}
	if trouble := b.e.foreign(ctx); trouble != nil {
		return nil, trouble
	}
	if err != nil {
		return nil, b.e.diagnose(err)
	}
	return nil, &Trouble{Summary: b.e.URL() + " answers GetBucketCors without a rule, where S3 would say NoSuchCORSConfiguration", Hint: noCORS}
}

// mostReads bounds how often a configuration is read until two answers in a row agree.
const mostReads = 6

// agreed reads the configuration until two answers in a row agree: on the strength of a single wrong one the user's would be overwritten by
// what it said, or deleted.
func (b *Bucket) agreed(ctx context.Context) (*s3cors.Configuration, error) {
	last, err := b.getCORS(ctx, againAfterAnswer)
	for reads := 1; err == nil && reads < mostReads; reads++ {
		var next *s3cors.Configuration
		if next, err = b.getCORS(ctx, againAfterAnswer); err != nil {
			break
		}
		if s3cors.Same(last, next) {
			return next, nil
		}
		if last = next; !pace.Wait(ctx, time.Duration(reads)*50*time.Millisecond) {
			err = ctx.Err()
		}
	}
	if err == nil {
		err = &Trouble{
			Summary: fmt.Sprintf("%s answered GetBucketCors %d times, and never twice in a row the same: what the bucket %s holds cannot be saved, and it is left alone", b.e.URL(), mostReads, b.name),
			Hint:    "was its configuration changed just now? try again later",
		}
	}
	return nil, err
}
