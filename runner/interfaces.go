package runner

import (
	"context"
	"net/url"

	"corsprobe/runner/endpoint"
	"corsprobe/runner/probe"
	"corsprobe/runner/redact"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// store is what a run needs of an endpoint: it makes and takes buckets there.
type store interface {
	URL() string
	Region() string
	Credentials(ctx context.Context) (aws.Credentials, error)
	Address(bucket, key, query, style string) (u *url.URL, host string, err error)
	// NewBucket makes a bucket of the run's own.
	NewBucket(ctx context.Context) (bucket, error)
	// NewLonger makes one whose name begins with another's.
	NewLonger(ctx context.Context, name string) (bucket, error)
	// NoBucket is a name of the run's own under which there is no bucket.
	NoBucket() bucket
	// UseBucket takes a bucket of the user's, whose configuration is saved first and put back by Close.
	UseBucket(ctx context.Context, name string) (bucket, error)
	// UseBucketAsIs takes one whose configuration is neither read nor changed.
	UseBucketAsIs(ctx context.Context, name string) (bucket, error)
}

// bucket is a bucket that the run uses. [endpoint.Bucket] says what each method promises.
type bucket interface {
	Name() string
	Key(name string) string
	PutObject(ctx context.Context, key string, body []byte) error
	PutCORS(ctx context.Context, cfg *s3cors.Configuration) error
	GetCORS(ctx context.Context) (*s3cors.Configuration, error)
	DeleteCORS(ctx context.Context) error
	PutDocument(ctx context.Context, document []byte, digests ...string) result.Exchange
	GetDocument(ctx context.Context) result.Exchange
	DeleteDocument(ctx context.Context) (result.Exchange, error)
	Recreate(ctx context.Context) error
	Close(ctx context.Context) error
}

// prober sends one request and keeps the evidence, which is redacted before it is shown.
type prober interface {
	Do(ctx context.Context, q probe.Request) result.Exchange
	Redactor() *redact.Redactor
}

// realStore is an endpoint on the network.
type realStore struct{ *endpoint.Endpoint }

func (r realStore) NewBucket(ctx context.Context) (bucket, error) {
	return orNone(r.Endpoint.NewBucket(ctx))
}

func (r realStore) NewLonger(ctx context.Context, name string) (bucket, error) {
	return orNone(r.Endpoint.NewLonger(ctx, name))
}

func (r realStore) NoBucket() bucket { return r.Endpoint.NoBucket() }

func (r realStore) UseBucket(ctx context.Context, name string) (bucket, error) {
	return orNone(r.Endpoint.UseBucket(ctx, name))
}

func (r realStore) UseBucketAsIs(ctx context.Context, name string) (bucket, error) {
	return orNone(r.Endpoint.UseBucketAsIs(ctx, name))
}

// orNone keeps a nil *Bucket from becoming an interface that is not nil.
func orNone(b *endpoint.Bucket, err error) (bucket, error) {
	if err != nil {
		return nil, err
	}
	return b, nil
}
