package endpoint

import (
	"context"
	"errors"
	"regexp"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// ours is the name of a bucket that a run made.
var ours = regexp.MustCompile(`^corsprobe-[0-9a-f]{12}-[0-9]+$`)

// Sweep removes the buckets that earlier runs left: those with a run's name, holding the object that a run puts in first, and older than that.
// It returns their names.
func Sweep(ctx context.Context, e *Endpoint, olderThan time.Duration, dryRun bool) ([]string, error) {
	out, err := e.client.ListBuckets(ctx, &s3.ListBucketsInput{}, once)
	if err != nil {
		return nil, e.diagnose(err)
	}
	var swept []string
	var problems []error
	for _, b := range out.Buckets {
		name := aws.ToString(b.Name)
		if !ours.MatchString(name) || time.Since(aws.ToTime(b.CreationDate)) < olderThan || !e.keeps(ctx, name) {
			continue
		}
		if !dryRun {
			if err := e.remove(ctx, name); err != nil {
				problems = append(problems, err)
				continue
			}
		}
		swept = append(swept, name)
	}
	return swept, errors.Join(problems...)
}

func (e *Endpoint) keeps(ctx context.Context, name string) bool {
	_, err := e.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &name, Key: aws.String(keepKey)})
	return err == nil
}
