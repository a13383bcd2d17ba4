package endpoint

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"

	"corsprobe/runner/probe"
	"corsprobe/runner/s3cors"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// keepKey names an object that keeps every bucket of a run from being empty: one server takes DeleteBucketCors for DeleteBucket, and an empty
// bucket would be gone.
const keepKey = "corsprobe-keep"

// Bucket is a bucket in the run's hands.
type Bucket struct {
	e       *Endpoint
	name    string
	owned   bool     // made by this run
	saved   *Journal // of a user's bucket
	trusted bool     // its configuration was seen to round-trip, or is known to be none
	closed  bool
}

// CallError is an S3 call that was refused.
type CallError struct {
	Operation string
	Status    int
	Code      string
	Message   string
}

func (c *CallError) Error() string {
	return fmt.Sprintf("%s: %d %s: %s", c.Operation, c.Status, c.Code, c.Message)
}

// callError turns the SDK's error into a CallError where there was an answer.
func callError(operation string, err error) error {
	if err == nil {
		return nil
	}
	c := &CallError{Operation: operation}
	var answer *awshttp.ResponseError
	if !errors.As(err, &answer) || answer.HTTPStatusCode() == 0 {
		return fmt.Errorf("%s: %s", operation, probe.Redact(rootCause(err).Error()))
	}
	c.Status = answer.HTTPStatusCode()
	var api smithy.APIError
	if errors.As(err, &api) {
		c.Code, c.Message = api.ErrorCode(), probe.Redact(api.ErrorMessage())
	}
	return c
}

func rootCause(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

// NewBucket makes a bucket of the run's own, with an object in it.
func (e *Endpoint) NewBucket(ctx context.Context) (*Bucket, error) {
	b := &Bucket{e: e, name: fmt.Sprintf("corsprobe-%s-%d", e.config.RunID, e.buckets.Add(1)), owned: true, trusted: true}
	in := &s3.CreateBucketInput{Bucket: &b.name}
	if e.config.Region != "us-east-1" {
		in.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(e.config.Region)}
	}
	if _, err := e.client.CreateBucket(ctx, in); err != nil {
		return nil, callError("CreateBucket", err)
	}
	e.hold(b)
	if err := b.PutObject(ctx, keepKey, []byte("corsprobe\n")); err != nil {
		return nil, errors.Join(err, b.Close(context.WithoutCancel(ctx)))
	}
	return b, nil
}

func (e *Endpoint) hold(b *Bucket) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.open[b] = true
}

// Name is the bucket's name.
func (b *Bucket) Name() string { return b.name }

// Key is where an object of the run goes: in a user's bucket all are below one prefix.
func (b *Bucket) Key(name string) string {
	if b.owned {
		return name
	}
	return prefixOf(b.e.config.RunID) + name
}

// prefixOf is what the keys of a run begin with in a user's bucket.
func prefixOf(run string) string { return "corsprobe-" + run + "/" }

// PutObject writes an object.
func (b *Bucket) PutObject(ctx context.Context, key string, body []byte) error {
	_, err := b.e.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &b.name, Key: &key, Body: bytes.NewReader(body)})
	return callError("PutObject", err)
}

// PutCORS puts a configuration, with both Content-MD5 and a checksum: some servers know only one of them.
func (b *Bucket) PutCORS(ctx context.Context, cfg *s3cors.Configuration) error {
	b.trusted = false
	_, err := b.e.client.PutBucketCors(ctx, &s3.PutBucketCorsInput{Bucket: &b.name, CORSConfiguration: sdkConfiguration(cfg)}, withContentMD5)
	return callError("PutBucketCors", err)
}

// GetCORS reads the configuration; nil where there is none.
func (b *Bucket) GetCORS(ctx context.Context) (*s3cors.Configuration, error) {
	out, err := b.e.client.GetBucketCors(ctx, &s3.GetBucketCorsInput{Bucket: &b.name})
	var call *CallError
	if errors.As(callError("GetBucketCors", err), &call) && call.Code == s3cors.CodeNoSuchCORSConfiguration {
		return nil, nil
	}
	if err != nil {
		return nil, callError("GetBucketCors", err)
	}
	cfg := ourConfiguration(out.CORSRules)
	b.trusted = b.trusted || len(cfg.CORSRules) > 0
	return cfg, nil
}

// DeleteCORS removes the configuration. It is refused unless the configuration was seen to round-trip, and checks that the bucket is still
// there afterwards.
func (b *Bucket) DeleteCORS(ctx context.Context) error {
	if !b.trusted {
		return errNotTrusted
	}
	if _, err := b.e.client.DeleteBucketCors(ctx, &s3.DeleteBucketCorsInput{Bucket: &b.name}); err != nil {
		return callError("DeleteBucketCors", err)
	}
	return b.still(ctx)
}

// Clear removes the configuration where there is one.
func (b *Bucket) Clear(ctx context.Context) error {
	cfg, err := b.GetCORS(ctx)
	if err != nil || cfg == nil {
		return err
	}
	return b.DeleteCORS(ctx)
}

var errNotTrusted = errors.New("DeleteBucketCors is not sent: the bucket's configuration was not seen to be kept")

// still makes sure that the bucket is there after DeleteBucketCors.
func (b *Bucket) still(ctx context.Context) error {
	if _, err := b.e.client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &b.name}); err != nil {
		return fmt.Errorf("after DeleteBucketCors the bucket %s does not answer any more: %w", b.name, callError("HeadBucket", err))
	}
	return nil
}

// Close leaves nothing of the run behind: a bucket of its own goes, a user's gets its configuration back. It may be called twice.
func (b *Bucket) Close(ctx context.Context) error {
	if b.closed {
		return nil
	}
	var err error
	if b.owned {
		err = b.e.remove(ctx, b.name)
	} else {
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

// remove empties a bucket of a run's own and deletes it.
func (e *Endpoint) remove(ctx context.Context, name string) error {
	problem := e.empty(ctx, name, "")
	_, err := e.client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &name})
	var call *CallError
	if err = callError("DeleteBucket", err); errors.As(err, &call) && call.Status == http.StatusNotFound {
		return nil
	}
	if err != nil {
		return errors.Join(problem, fmt.Errorf("bucket %s is left behind, corsprobe sweep removes it: %w", name, err))
	}
	return nil
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
