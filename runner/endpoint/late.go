package endpoint

import (
	"context"
	"errors"
	"time"

	"corsprobe/runner/pace"
	"corsprobe/runner/probe"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// A change of a user's bucket that is given up half-way may be carried out late: after the bucket's own configuration was put back, and seen to
// be there. So no such call is given up in the middle, as far as the time allows; and where one got no answer, the bucket is watched for a while.

// grace is how long a change that is under way is waited for after an interrupt.
const grace = 3 * time.Second

// outlasting is a context that ends so long after another one does.
func outlasting(ctx context.Context, by time.Duration) (going context.Context, end context.CancelFunc) {
	going, cancel := context.WithCancel(context.WithoutCancel(ctx))
	forget := context.AfterFunc(ctx, func() { time.AfterFunc(by, cancel) })
	return going, func() { forget(); cancel() }
}

// change carries a change of the configuration to its end.
func (b *Bucket) change(ctx context.Context, operation string, send func(context.Context) error) error {
	if b.owned || b.saved == nil {
		return send(ctx)
	}
	if err := ctx.Err(); err != nil {
		return b.e.callError(operation, err)
	}
	if err := b.mayChange(); err != nil {
		return err
	}
	ctx, end := outlasting(ctx, grace)
	defer end()
	err := send(ctx)
	var lost *lostError
	if errors.As(err, &lost) && !neverSent(lost) {
		b.unsure = true
	}
	return err
}

// changeRaw is change for a raw request.
func (b *Bucket) changeRaw(ctx context.Context, q probe.Request) (ex result.Exchange) {
	err := b.change(ctx, q.Kind, func(ctx context.Context) error {
		ex = b.call(ctx, q)
		if ex.Error != "" {
			return &lostError{q.Kind, ex.Error, errors.New(ex.Error)}
		}
		return nil
	})
	if err != nil && ex.Error == "" { // it was not sent
		ex = result.Exchange{Kind: q.Kind, Error: err.Error()}
		if ctx.Err() != nil {
			ex.Error = "interrupted"
		}
	}
	return ex
}

// stays watches that the configuration stays what it is, and puts it back again where a late change of the run's replaced it.
func (b *Bucket) stays(ctx context.Context, cfg *s3cors.Configuration) error {
	watch := b.e.settle / 5
	for end := time.Now().Add(watch); time.Now().Before(end) && pace.Wait(ctx, 100*time.Millisecond); {
		got, err := b.GetCORS(ctx)
		if err != nil || s3cors.Same(got, cfg) {
			continue // it was seen to be there; a watch that fails does not undo that
		}
		if err := b.restoreOnce(ctx, cfg); err != nil {
			return err
		}
		end = time.Now().Add(watch)
	}
	return nil
}
