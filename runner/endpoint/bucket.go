package endpoint

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"corsprobe/runner/pace"
	"corsprobe/runner/s3cors"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// keepKey names an object that keeps every bucket of a run from being empty: one server takes DeleteBucketCors for DeleteBucket, and an empty
// bucket would be gone. It also says whose the bucket is, and goes last.
const keepKey = "corsprobe-keep"

// Bucket is a bucket that the run made, or a user's bucket that it may change.
type Bucket struct {
	e       *Endpoint
	name    string
	owned   bool        // made by this run
	fresh   atomic.Bool // made by this run, and no configuration was put since
	saved   *Journal    // of a user's bucket; nil: the run's own
	hold    *hold       // of a user's bucket that is this run's alone; nil: it is not
	trusted atomic.Bool // its configuration was seen to round-trip
	unsure  bool        // a change of its configuration got no answer, and may yet be carried out
	closed  bool
	absent  *absence // of a name under which there is no bucket; nil: there is one

	mu   sync.Mutex
	keys map[string]bool // handed out in a user's bucket
}

// NewBucket makes a bucket of the run's own, with an object in it that says so.
func (e *Endpoint) NewBucket(ctx context.Context) (*Bucket, error) {
	return e.newBucket(ctx, fmt.Sprintf("corsprobe-%s-%d", e.config.RunID, e.buckets.Add(1)))
}

// NewLonger makes a further bucket of the run's own, whose name begins with another's.
func (e *Endpoint) NewLonger(ctx context.Context, name string) (*Bucket, error) {
	return e.newBucket(ctx, fmt.Sprintf("%s-%d", name, e.buckets.Add(1)))
}

func (e *Endpoint) newBucket(ctx context.Context, name string) (*Bucket, error) {
	b := &Bucket{e: e, name: name, owned: true}
	b.fresh.Store(true)
	if err := e.create(ctx, b.name); err != nil {
		return nil, err
	}
	e.track(b)
	if err := b.patiently(ctx, func() error { return e.mark(ctx, b.name) }); err != nil {
		return nil, errors.Join(err, b.closeSoon(ctx))
	}
	return b, nil
}

// Recreate deletes a bucket of the run's own with all that is in it, and makes it again. Some endpoints need a pause between the two.
func (b *Bucket) Recreate(ctx context.Context) error {
	if !b.owned {
		return fmt.Errorf("the bucket %s is not the run's to delete", b.name)
	}
	if problem, err := b.e.removeAgain(ctx, b.name); err != nil && !missing(err) {
		return because(err, problem)
	}
	b.trusted.Store(false)
	b.fresh.Store(true)
	err := b.e.create(ctx, b.name)
	for pause := 100 * time.Millisecond; pause < budget && (isCall(err, "OperationAborted") || isCall(err, "BucketAlreadyOwnedByYou")) && pace.Wait(ctx, pause); pause *= 2 {
		err = b.e.create(ctx, b.name)
	}
	if err != nil {
		return err
	}
	return b.patiently(ctx, func() error { return b.e.mark(ctx, b.name) })
}

// create makes a bucket. The call is completed even if ctx has ended: an abandoned call might make the bucket after clean-up has looked for
// it.
func (e *Endpoint) create(ctx context.Context, name string) error {
	in := &s3.CreateBucketInput{Bucket: &name}
	if e.config.Region != "us-east-1" {
		in.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(e.config.Region)}
	}
	if err := ctx.Err(); err != nil {
		return e.callError("CreateBucket", err)
	}
	e.enter(name)
	going, end := outlasting(ctx, grace)
	defer end()
	_, err := e.client.CreateBucket(going, in, againAfterAnswer)
	if err = e.callError("CreateBucket", err); err == nil {
		return nil
	}
	return errors.Join(err, e.uncreate(ctx, name, err))
}

// uncreate deletes a bucket that may exist although CreateBucket failed: where no answer came, or a 5xx.
func (e *Endpoint) uncreate(ctx context.Context, name string, failure error) error {
	var call *CallError
	var lost *lostError
	switch {
	case errors.As(failure, &call) && call.Status < http.StatusInternalServerError, errors.As(failure, &lost) && neverSent(lost):
		e.strike(name)
		return nil
	}
	ctx, cancel := soon(ctx)
	defer cancel()
	if err := e.deleteLate(ctx, name); err != nil && !missing(err) {
		return &LeftBehind{Bucket: name, Command: e.sweepCommand(runOf(name)), Err: err}
	}
	e.strike(name)
	return nil
}

// deleteLate deletes a bucket that may appear only now, because the call that makes it is still under way.
func (e *Endpoint) deleteLate(ctx context.Context, name string) error {
	for pause := 100 * time.Millisecond; ; pause *= 2 {
		if err := e.deleteBucket(ctx, name); !missing(err) || pause > time.Second || !pace.Wait(ctx, pause) {
			return err
		}
	}
}

// againAfterAnswer has the SDK try again only where the endpoint was too busy. Of an endpoint that is not there users should hear at once; and
// where the answer to CreateBucket was lost, the second one would be that the bucket exists, and nobody would know that it is the run's.
func againAfterAnswer(o *s3.Options) { o.Retryer = answered{o.Retryer} }

type answered struct{ aws.Retryer }

func (a answered) IsErrorRetryable(err error) bool {
	var answer *awshttp.ResponseError
	if !errors.As(err, &answer) {
		return false
	}
	busy := answer.HTTPStatusCode() == http.StatusTooManyRequests || answer.HTTPStatusCode() >= http.StatusInternalServerError
	return busy && a.Retryer.IsErrorRetryable(err)
}

// budget is how long cleaning up may take after an interrupt: CI systems grant as much after they have asked a job to end.
const budget = 10 * time.Second

// soon is a context for cleaning up after one that may have ended. While that one has not ended there is no bound: a slow endpoint has its
// time.
func soon(ctx context.Context) (context.Context, context.CancelFunc) {
	if ctx.Err() != nil {
		return context.WithTimeout(context.WithoutCancel(ctx), budget)
	}
	return outlasting(ctx, budget)
}

// closeSoon closes a bucket that is of no use, also after ctx has ended.
func (b *Bucket) closeSoon(ctx context.Context) error {
	ctx, cancel := soon(ctx)
	defer cancel()
	return b.Close(ctx)
}

// track keeps a bucket in mind until it is cleaned up.
func (e *Endpoint) track(b *Bucket) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.open[b] = true
}

// Name is the bucket's name.
func (b *Bucket) Name() string { return b.name }

// Key is where an object of the run goes: in a user's bucket all are below one prefix, and Close removes those that were handed out.
func (b *Bucket) Key(name string) string {
	if b.owned {
		return name
	}
	key := prefixOf(b.e.config.RunID) + name
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.keys == nil {
		b.keys = map[string]bool{}
	}
	b.keys[key] = true
	return key
}

// handedOut reports that a key is the run's to write and to remove.
func (b *Bucket) handedOut(key string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.keys[key]
}

// prefixOf is what the keys of a run begin with in a user's bucket.
func prefixOf(run string) string { return "corsprobe-" + run + "/" }

// PutObject writes an object. In a user's bucket the key must come from [Bucket.Key]: any other may be the user's own object.
func (b *Bucket) PutObject(ctx context.Context, key string, body []byte) error {
	if !b.owned && !b.handedOut(key) {
		return fmt.Errorf("PutObject is not sent: the key %q in the bucket %s is not the run's", key, b.name)
	}
	if !b.owned && ctx.Err() == nil {
		going, end := outlasting(ctx, grace) // an object that is given up while it is written may appear late
		defer end()
		ctx = going
	}
	_, err := b.e.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &b.name, Key: &key, Body: bytes.NewReader(body)})
	return b.e.callError("PutObject", err)
}

// PutCORS puts a configuration, with both Content-MD5 and a checksum: some servers know only one of them.
func (b *Bucket) PutCORS(ctx context.Context, cfg *s3cors.Configuration) error {
	return b.change(ctx, "PutBucketCors", func(ctx context.Context) error { return b.putCORS(ctx, cfg) })
}

func (b *Bucket) putCORS(ctx context.Context, cfg *s3cors.Configuration) error {
	b.changing()
	_, err := b.e.client.PutBucketCors(ctx, &s3.PutBucketCorsInput{Bucket: &b.name, CORSConfiguration: sdkConfiguration(cfg)}, withContentMD5)
	return b.e.callError("PutBucketCors", err)
}

// changing notes that a configuration is put: whether the bucket keeps it has to be seen again.
func (b *Bucket) changing() {
	b.trusted.Store(false)
	b.fresh.Store(false)
}

// ReadCORS reads the configuration of any bucket, and changes nothing; nil where there is none.
func (e *Endpoint) ReadCORS(ctx context.Context, bucket string) (*s3cors.Configuration, error) {
	return (&Bucket{e: e, name: bucket}).GetCORS(ctx)
}

// GetCORS reads the configuration; nil where there is none.
func (b *Bucket) GetCORS(ctx context.Context) (*s3cors.Configuration, error) {
	return b.getCORS(ctx)
}

func (b *Bucket) getCORS(ctx context.Context, options ...func(*s3.Options)) (*s3cors.Configuration, error) {
	out, err := b.e.client.GetBucketCors(ctx, &s3.GetBucketCorsInput{Bucket: &b.name}, options...)
	err = b.e.callError("GetBucketCors", err)
	if isCall(err, s3cors.CodeNoSuchCORSConfiguration) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	cfg := ourConfiguration(out.CORSRules)
	if len(cfg.CORSRules) > 0 { // a server that does not know of CORS would have listed objects
		b.trusted.Store(true)
		b.e.knowsCORS.Store(true)
	}
	return cfg, nil
}

// DeleteCORS removes the configuration. It is refused unless the configuration was seen to round-trip, and checks that the bucket is still
// there afterwards.
func (b *Bucket) DeleteCORS(ctx context.Context) error {
	return b.change(ctx, "DeleteBucketCors", b.deleteCORS)
}

func (b *Bucket) deleteCORS(ctx context.Context) error {
	if err := b.mayDelete(ctx); err != nil {
		return err
	}
	if _, err := b.e.client.DeleteBucketCors(ctx, &s3.DeleteBucketCorsInput{Bucket: &b.name}); err != nil {
		return b.e.callError("DeleteBucketCors", err)
	}
	return b.still(ctx)
}

// Clear removes the configuration where there is one.
func (b *Bucket) Clear(ctx context.Context) error { return b.clear(ctx, b.DeleteCORS) }

func (b *Bucket) clear(ctx context.Context, remove func(context.Context) error) error {
	cfg, err := b.GetCORS(ctx)
	if err != nil || cfg == nil {
		return err
	}
	return remove(ctx)
}

// ErrNotKept is why DeleteBucketCors is not sent: some servers take it for DeleteBucket where there is no configuration.
var ErrNotKept = errors.New("DeleteBucketCors is not sent: the bucket's configuration was not seen to be kept")

// mayDelete says why DeleteBucketCors must not be sent. A bucket that the run has just made has no configuration to show it; there another
// bucket must have shown that the endpoint keeps configurations.
func (b *Bucket) mayDelete(ctx context.Context) error {
	switch {
	case b.trusted.Load():
		return nil
	case b.fresh.Load():
		return b.e.proveCORS(ctx)
	default:
		return ErrNotKept
	}
}

// still makes sure that the bucket exists after DeleteBucketCors.
func (b *Bucket) still(ctx context.Context) error {
	err := b.answers(ctx)
	switch {
	case missing(err):
		return fmt.Errorf("after DeleteBucketCors the bucket %s does not answer any more: %w", b.name, err)
	case err != nil:
		return fmt.Errorf("whether the bucket %s is there after DeleteBucketCors is not known: %w", b.name, err)
	}
	return nil
}

// Close leaves nothing of the run behind: a bucket of its own goes, a user's gets its configuration back where that was changed. It may be called twice.
func (b *Bucket) Close(ctx context.Context) error {
	if b.closed {
		return nil
	}
	var err error
	switch {
	case b.absent != nil && !b.absent.doubtful:
		b.e.strike(b.name)
	case b.owned:
		err = b.e.remove(ctx, b.name)
	default:
		err = b.putBack(ctx)
	}
	if err == nil {
		b.closed = true
		b.e.mu.Lock()
		delete(b.e.open, b)
		b.e.mu.Unlock()
	}
	return err
}

// remove empties a bucket of a run's own and deletes it. Requests that were under way when the run was interrupted may arrive while the
// bucket is being emptied: then it is emptied again. NoSuchBucket may come from a node that does not know the bucket yet: it is believed when
// it comes twice.
func (e *Endpoint) remove(ctx context.Context, name string) error {
	problem, err := e.removeAgain(ctx, name)
	if err == nil || missing(err) {
		e.strike(name)
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	_ = e.mark(ctx, name) // the caller reports the bucket that is left behind
	return &LeftBehind{Bucket: name, Command: e.sweepCommand(runOf(name)), Err: because(err, problem)}
}

// removeAgain removes a bucket, and again for a while where it is not empty after all, or is said to be missing. Only the first time are its
// objects removed in lots: that they were gone may have been said in vain.
func (e *Endpoint) removeAgain(ctx context.Context, name string) (problem, err error) {
	problem, err = e.removeOnce(ctx, name, true)
	for pause := 100 * time.Millisecond; pause < time.Second && (isCall(err, "BucketNotEmpty") || missing(err)) && pace.Wait(ctx, pause); pause *= 2 {
		problem, err = e.removeOnce(ctx, name, false)
	}
	return problem, err
}

// because puts the cause of an error in brackets behind it, where one is known.
func because(err, cause error) error {
	if cause == nil {
		return err
	}
	return fmt.Errorf("%w (%w)", err, cause)
}

// removeOnce returns why the bucket could not be emptied, and why it could not be deleted: the first matters only with the second.
func (e *Endpoint) removeOnce(ctx context.Context, name string, lots bool) (problem, err error) {
	c := cleaner{e: e, bucket: name, last: keepKey, lots: lots}
	problem = c.clean(ctx)
	if err = e.deleteBucket(ctx, name); err == nil {
		if again := e.deleteBucket(ctx, name); isCall(again, "BucketNotEmpty") { // one answer alone is not believed
			err = again
		}
	}
	if isCall(err, "BucketNotEmpty") {
		problem = errors.Join(problem, c.unlisted)
	}
	return problem, err
}

func (e *Endpoint) deleteBucket(ctx context.Context, name string) error {
	_, err := e.client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &name})
	return e.callError("DeleteBucket", err)
}

// mark puts in the object by which a sweep knows a run's bucket, and whose it is.
func (e *Endpoint) mark(ctx context.Context, name string) error {
	body, err := json.Marshal(e.holder())
	if err != nil {
		return err
	}
	return (&Bucket{e: e, name: name, owned: true}).PutObject(ctx, keepKey, body)
}

func sdkConfiguration(cfg *s3cors.Configuration) *types.CORSConfiguration {
	out := &types.CORSConfiguration{CORSRules: []types.CORSRule{}}
	for _, r := range cfg.CORSRules {
		rule := types.CORSRule{AllowedOrigins: r.AllowedOrigins, AllowedMethods: r.AllowedMethods, AllowedHeaders: r.AllowedHeaders, ExposeHeaders: r.ExposeHeaders, MaxAgeSeconds: r.MaxAgeSeconds}
		if r.ID != "" {
			rule.ID = aws.String(r.ID)
		}
		out.CORSRules = append(out.CORSRules, rule)
	}
	return out
}

func ourConfiguration(rules []types.CORSRule) *s3cors.Configuration {
	cfg := &s3cors.Configuration{}
	for _, r := range rules {
		cfg.CORSRules = append(cfg.CORSRules, s3cors.Rule{ID: aws.ToString(r.ID), AllowedOrigins: r.AllowedOrigins, AllowedMethods: r.AllowedMethods, AllowedHeaders: r.AllowedHeaders, ExposeHeaders: r.ExposeHeaders, MaxAgeSeconds: r.MaxAgeSeconds})
	}
	return cfg
}
