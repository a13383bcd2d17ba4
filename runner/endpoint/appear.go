package endpoint

import (
	"context"
	"corsprobe/runner/pace"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// answers reports that the bucket is not there.
func (b *Bucket) answers(ctx context.Context) error {
	return b.patiently(ctx, func() error {
		_, err := b.e.client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &b.name})
		return b.e.callError("HeadBucket", err)
	})
}

// patiently makes a call again that is answered with 404: some nodes of an endpoint may not know of a new bucket yet.
func (b *Bucket) patiently(ctx context.Context, call func() error) error {
	end := time.Now().Add(b.e.settle)
	for pause := 50 * time.Millisecond; ; pause *= 2 {
		err := call()
		if !missing(err) || time.Now().Add(pause).After(end) || !pace.Wait(ctx, pause) {
			return err
		}
	}
}

// missing reports that a call was answered with 404.
func missing(err error) bool { return isStatus(err, http.StatusNotFound) }
