package runner

import (
	"context"
	"errors"
	"net/http"

	"corsprobe/runner/endpoint"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/runner/s3error"
)

// newborn is a bucket that the run has just made, and that some nodes of the endpoint may not know yet: a call that is answered 404
// NoSuchBucket is repeated for a while.
type newborn struct {
	bucket
	appearing *patience
}

func (n newborn) there(ctx context.Context, call func() error) error {
	var answer error
	_, err := n.appearing.until(ctx, func() (bool, error) {
		answer = call()
		return !noSuchBucket(answer), nil
	})
	return errors.Join(answer, err)
}

func noSuchBucket(err error) bool {
	var refused *endpoint.CallError
	return errors.As(err, &refused) && refused.Status == http.StatusNotFound && refused.Code == "NoSuchBucket"
}

func (n newborn) PutObject(ctx context.Context, key string, body []byte) error {
	return n.there(ctx, func() error { return n.bucket.PutObject(ctx, key, body) })
}

func (n newborn) PutCORS(ctx context.Context, cfg *s3cors.Configuration) error {
	return n.there(ctx, func() error { return n.bucket.PutCORS(ctx, cfg) })
}

func (n newborn) GetCORS(ctx context.Context) (cfg *s3cors.Configuration, err error) {
	err = n.there(ctx, func() (err error) {
		cfg, err = n.bucket.GetCORS(ctx)
		return err
	})
	return cfg, err
}

func (n newborn) DeleteCORS(ctx context.Context) error {
	return n.there(ctx, func() error { return n.bucket.DeleteCORS(ctx) })
}

func (n newborn) PutDocument(ctx context.Context, document []byte, digests ...string) (ex result.Exchange) {
	_ = n.there(ctx, func() error {
		ex = n.bucket.PutDocument(ctx, document, digests...)
		return refusedCall(ex)
	})
	return ex
}

func (n newborn) GetDocument(ctx context.Context) (ex result.Exchange) {
	_ = n.there(ctx, func() error {
		ex = n.bucket.GetDocument(ctx)
		return refusedCall(ex)
	})
	return ex
}

func (n newborn) DeleteDocument(ctx context.Context) (ex result.Exchange, err error) {
	_ = n.there(ctx, func() error {
		if ex, err = n.bucket.DeleteDocument(ctx); err != nil {
			return err
		}
		return refusedCall(ex)
	})
	return ex, err
}

// refusedCall is a raw answer as the error that the SDK's calls return; nil where the answer refuses nothing.
func refusedCall(ex result.Exchange) error {
	if ex.Response.Status < http.StatusMultipleChoices {
		return nil
	}
	doc, _ := s3error.Read(ex.Response.Body)
	return &endpoint.CallError{Operation: ex.Kind, Status: ex.Response.Status, Code: doc.Code, Message: doc.Message}
}
