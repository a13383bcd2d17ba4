package runner

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"corsprobe/runner/endpoint"
	"corsprobe/runner/pace"
	"corsprobe/runner/probe"
	"corsprobe/runner/redact"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// world is an endpoint in memory that answers as S3's model says. It is a store and a prober at once.
type world struct {
	took   time.Duration // every answer and every call
	answer func(bucket string, cfg *s3cors.Configuration) *s3cors.Configuration
	closes func(ctx context.Context) error // instead of closing at once
	fails  func(call string) error

	mu      sync.Mutex
	buckets map[string]*fakeBucket
	made    int
	under   int // requests under way
	most    int
}

type fakeBucket struct {
	w       *world
	name    string
	cfg     *s3cors.Configuration
	objects map[string]bool
	closed  bool
}

func newWorld() *world { return &world{buckets: map[string]*fakeBucket{}} }

// late has every n-th answer come from a node that knows of a change later.
func (w *world) late(by time.Duration, n int) {
	type state struct {
		now, before *s3cors.Configuration
		since       time.Time
	}
	states, asked := map[string]*state{}, 0
	w.answer = func(name string, cfg *s3cors.Configuration) *s3cors.Configuration {
		s := states[name]
		if s == nil {
			s = &state{}
			states[name] = s
		}
		if s.now != cfg {
			*s = state{now: cfg, before: s.now, since: time.Now()}
		}
		if asked++; asked%n == 0 && time.Since(s.since) < by {
			return s.before
		}
		return cfg
	}
}

func (w *world) URL() string    { return "http://fake.example" }
func (w *world) Region() string { return "us-east-1" }
func (w *world) Credentials(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "key", SecretAccessKey: "secret"}, nil
}
func (w *world) Redactor() *redact.Redactor { return redact.New() }

func (w *world) Address(bucket, key, query, _ string) (*url.URL, string, error) {
	u := &url.URL{Scheme: "http", Host: "fake.example", Path: "/" + strings.Trim(bucket, "/"), RawQuery: query}
	if key != "" {
		u.Path += "/" + strings.TrimPrefix(key, "/")
	}
	return u, "", nil
}

func (w *world) NewBucket(ctx context.Context) (bucket, error) {
	w.mu.Lock()
	w.made++
	name := fmt.Sprintf("own-%d", w.made)
	w.mu.Unlock()
	return w.add(ctx, name)
}

func (w *world) NoBucket() bucket {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := &absentBucket{fakeBucket{w: w, name: "absent"}}
	w.buckets["absent"] = &b.fakeBucket
	return b
}

// absentBucket is a name without a bucket. Who uses it closes it.
type absentBucket struct{ fakeBucket }

func (b *absentBucket) answer(ctx context.Context, call string) result.Exchange {
	var refused *endpoint.CallError
	if err := b.w.call(ctx, call+" on nothing"); errors.As(err, &refused) {
		return refusing(refused.Status, s3cors.Error{Code: refused.Code})
	}
	return refusing(404, s3cors.Error{Code: s3cors.CodeNoSuchBucket})
}

func (b *absentBucket) PutDocument(ctx context.Context, _ []byte, _ ...string) result.Exchange {
	return b.answer(ctx, "PutBucketCors")
}

func (b *absentBucket) GetDocument(ctx context.Context) result.Exchange {
	return b.answer(ctx, "GetBucketCors")
}

func (b *absentBucket) DeleteDocument(ctx context.Context) (result.Exchange, error) {
	return b.answer(ctx, "DeleteBucketCors"), nil
}

func (w *world) NewLonger(ctx context.Context, name string) (bucket, error) {
	return w.add(ctx, name+"-1")
}

func (b *fakeBucket) Recreate(ctx context.Context) error {
	b.objects = map[string]bool{}
	return b.set(ctx, "RecreateBucket", nil)
}

func (w *world) add(ctx context.Context, name string) (bucket, error) {
	if err := w.call(ctx, "CreateBucket"); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	b := &fakeBucket{w: w, name: name, objects: map[string]bool{}}
	w.buckets[name] = b
	return b, nil
}

func (w *world) UseBucket(ctx context.Context, name string) (bucket, error) {
	if err := w.call(ctx, "UseBucket"); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buckets[name], nil
}

func (w *world) UseBucketAsIs(ctx context.Context, name string) (bucket, error) {
	return w.UseBucket(ctx, name)
}

// call takes the time of a call, within the pace.
func (w *world) call(ctx context.Context, name string) error {
	end, err := pace.From(ctx).Begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	w.mu.Lock()
	w.under++
	w.most = max(w.most, w.under)
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.under--
	}()
	if w.fails != nil {
		if err := w.fails(name); err != nil {
			return err
		}
	}
	if w.took > 0 && !pace.Wait(ctx, w.took) {
		return ctx.Err()
	}
	return nil
}

func (b *fakeBucket) Name() string           { return b.name }
func (b *fakeBucket) Key(name string) string { return name }

func (b *fakeBucket) PutObject(ctx context.Context, key string, _ []byte) error {
	if err := b.w.call(ctx, "PutObject"); err != nil {
		return err
	}
	b.w.mu.Lock()
	defer b.w.mu.Unlock()
	b.objects[key] = true
	return nil
}

func (b *fakeBucket) set(ctx context.Context, call string, cfg *s3cors.Configuration) error {
	if err := b.w.call(ctx, call); err != nil {
		return err
	}
	b.w.mu.Lock()
	defer b.w.mu.Unlock()
	b.cfg = cfg
	return nil
}

func (b *fakeBucket) PutCORS(ctx context.Context, cfg *s3cors.Configuration) error {
	return b.set(ctx, "PutBucketCors", cfg)
}

func (b *fakeBucket) DeleteCORS(ctx context.Context) error {
	return b.set(ctx, "DeleteBucketCors", nil)
}

func (b *fakeBucket) GetCORS(ctx context.Context) (*s3cors.Configuration, error) {
	if err := b.w.call(ctx, "GetBucketCors"); err != nil {
		return nil, err
	}
	b.w.mu.Lock()
	defer b.w.mu.Unlock()
	return b.cfg, nil
}

func (b *fakeBucket) PutDocument(ctx context.Context, document []byte, digests ...string) result.Exchange {
	switch {
	case slices.Contains(digests, "wrong-md5"):
		return refusing(400, s3cors.Error{Code: s3cors.CodeBadDigest})
	case slices.Contains(digests, "malformed-md5"):
		return refusing(400, s3cors.Error{Code: s3cors.CodeInvalidDigest})
	}
	cfg, err := s3cors.ParseXML(document)
	if err != nil {
		return refusing(400, s3cors.Error{Code: s3cors.CodeMalformedXML, Message: s3cors.MessageMalformedXML})
	}
	if refusal := s3cors.Validate(cfg); refusal != nil {
		return refusing(refusal.Status, s3cors.Error{Code: refusal.Code, Message: refusal.Message})
	}
	return exchanged(200, b.PutCORS(ctx, cfg))
}

func (b *fakeBucket) GetDocument(ctx context.Context) result.Exchange {
	cfg, err := b.GetCORS(ctx)
	if b.closed {
		return refusing(404, s3cors.Error{Code: "NoSuchBucket"})
	}
	if err == nil && cfg == nil {
		ex := refusing(404, s3cors.Error{Code: s3cors.CodeNoSuchCORSConfiguration})
		ex.Response.Body = strings.Replace(ex.Response.Body, "</Error>", "<BucketName>"+b.name+"</BucketName></Error>", 1)
		return ex
	}
	ex := exchanged(200, err)
	if cfg != nil {
		ex.Response.Body = string(cfg.XML())
	}
	return ex
}

func (b *fakeBucket) DeleteDocument(ctx context.Context) (result.Exchange, error) {
	return exchanged(204, b.DeleteCORS(ctx)), nil
}

func (b *fakeBucket) Close(ctx context.Context) error {
	if b.w.closes != nil {
		if err := b.w.closes(ctx); err != nil {
			return err
		}
	}
	b.w.mu.Lock()
	defer b.w.mu.Unlock()
	b.closed = true
	return nil
}

// left are the buckets that nobody closed.
func (w *world) left() (names []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for name, b := range w.buckets {
		if !b.closed {
			names = append(names, name)
		}
	}
	return names
}

// Do answers a request by the model.
func (w *world) Do(ctx context.Context, q probe.Request) result.Exchange {
	err := w.call(ctx, q.Kind)
	var refused *endpoint.CallError
	if errors.As(err, &refused) {
		return result.Exchange{Kind: q.Kind, Response: result.Response{Status: refused.Status}}
	}
	if err != nil {
		return result.Exchange{Kind: q.Kind, Error: err.Error()}
	}
	name, key, _ := strings.Cut(strings.TrimPrefix(q.URL.Path, "/"), "/")
	w.mu.Lock()
	b := w.buckets[name]
	asked := s3cors.Request{
		Method: q.Method, Target: s3cors.Object, BucketMissing: name != "" && (b == nil || b.closed),
		Origin: sent(q, "Origin"), RequestMethod: sent(q, "Access-Control-Request-Method"), RequestHeaders: sent(q, "Access-Control-Request-Headers"),
	}
	var cfg *s3cors.Configuration
	if b != nil {
		cfg = b.cfg
	}
	if w.answer != nil {
		cfg = w.answer(name, cfg)
	}
	w.mu.Unlock()
	switch {
	case name == "":
		asked.Target = s3cors.Service
	case key == "":
		asked.Target = s3cors.Bucket
	}
	asked.Outcome = outcomeAt(q, key, asked.BucketMissing)
	ex := written(s3cors.Evaluate(cfg, asked).Answers[0])
	ex.Kind = q.Kind
	if q.Method == http.MethodDelete && key == "" && q.URL.Query().Has("cors") && b != nil {
		w.mu.Lock()
		b.cfg = nil
		if w.answer != nil {
			w.answer(name, nil) // of the change, which is answered by later
		}
		w.mu.Unlock()
	}
	if q.Method == http.MethodPost && q.URL.Query().Has("uploads") {
		ex.Response.Body = "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
	}
	return ex
}

func outcomeAt(q probe.Request, key string, missing bool) s3cors.Outcome {
	switch {
	case missing:
		return s3cors.Outcome{Status: []int{404}, Code: "NoSuchBucket"}
	case strings.HasPrefix(key, "missing-") && (q.Method == http.MethodGet || q.Method == http.MethodHead):
		return s3cors.Outcome{Status: []int{404}, Code: "NoSuchKey"}
	case q.Method == http.MethodDelete:
		return s3cors.Outcome{Status: []int{204}}
	}
	return s3cors.Outcome{Status: []int{200}}
}

func sent(q probe.Request, name string) *string {
	if values := result.Values(q.Header, name); len(values) > 0 {
		return &values[0]
	}
	return nil
}

// written is an answer of the model as it comes over the network.
func written(a s3cors.Answer) result.Exchange {
	ex := exchanged(200, nil)
	if len(a.Status) > 0 {
		ex.Response.Status = a.Status[0]
	}
	if a.Error != nil {
		ex = refusing(ex.Response.Status, *a.Error)
	}
	for name, value := range a.Headers {
		ex.Response.Headers = append(ex.Response.Headers, result.Header{Name: name, Value: value})
	}
	return ex
}

func exchanged(status int, err error) result.Exchange {
	if err != nil {
		return result.Exchange{Error: err.Error()}
	}
	return result.Exchange{Response: result.Response{Status: status}}
}

func refusing(status int, e s3cors.Error) result.Exchange {
	type document struct {
		XMLName                             xml.Name `xml:"Error"`
		Code, Message, Method, ResourceType string   `xml:",omitempty"`
	}
	body, _ := xml.Marshal(document{Code: e.Code, Message: e.Message, Method: e.Method, ResourceType: e.ResourceType})
	ex := exchanged(status, nil)
	ex.Response.Body = string(body)
	return ex
}

// catalogue is the plan of all depths. Tests only read it.
var catalogue = sync.OnceValues(func() (scenarios.Plan, error) {
	loaded, err := scenarios.Catalogue()
	if err != nil {
		return scenarios.Plan{}, err
	}
	return scenarios.Expand(loaded)
})

// theCatalogue is the plan of what fits one of the globs; of everything without any.
func theCatalogue(t testing.TB, globs ...string) scenarios.Plan {
	t.Helper()
	all, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	plan := all.UpTo(scenarios.Normal)
	if len(globs) == 0 {
		return plan
	}
	return plan.Filter(func(id string) bool {
		for _, glob := range globs {
			if scenarios.Glob(glob, id) {
				return true
			}
		}
		return false
	})
}

// noBucketYet is what a node answers that does not know of a bucket.
var noBucketYet = &endpoint.CallError{Status: http.StatusNotFound, Code: "NoSuchBucket"}
