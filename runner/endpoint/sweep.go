package endpoint

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// ours is the name of a bucket that a run made.
var ours = regexp.MustCompile(`^corsprobe-([0-9a-f]{12})-[0-9]+$`)

// runOf is the run that a bucket's name names; empty where it is no run's.
func runOf(bucket string) string {
	if m := ours.FindStringSubmatch(bucket); m != nil {
		return m[1]
	}
	return ""
}

// Sweep removes the buckets that earlier runs left: those with a run's name, holding the object that a run puts in first, and older than that.
// It returns their names.
func Sweep(ctx context.Context, e *Endpoint, olderThan time.Duration, dryRun bool) ([]string, error) {
	if err := e.reachable(ctx); err != nil {
		return nil, err
	}
	var swept []string
	var problems []error
	pages := s3.NewListBucketsPaginator(e.client, &s3.ListBucketsInput{}, func(o *s3.ListBucketsPaginatorOptions) { o.StopOnDuplicateToken = true })
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, once)
		if err != nil {
			return swept, errors.Join(append(problems, e.diagnose(e.callError("ListBuckets", err)))...)
		}
		for _, b := range page.Buckets {
			gone, err := e.sweepOne(ctx, b, olderThan, dryRun)
			if problems = append(problems, err); gone {
				swept = append(swept, aws.ToString(b.Name))
			}
		}
	}
	return swept, errors.Join(problems...)
}

// sweepOne removes a bucket if a run left it. One whose age the server does not tell may be in use.
func (e *Endpoint) sweepOne(ctx context.Context, b types.Bucket, olderThan time.Duration, dryRun bool) (bool, error) {
	name := aws.ToString(b.Name)
	if !ours.MatchString(name) || b.CreationDate == nil || time.Since(*b.CreationDate) < olderThan {
		return false, nil
	}
	if marked, err := e.marked(ctx, name); !marked || dryRun {
		return marked, err
	}
	err := e.remove(ctx, name)
	return err == nil, err
}

// marked reports that a bucket holds the object that a run puts in first.
func (e *Endpoint) marked(ctx context.Context, name string) (bool, error) {
	_, err := e.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &name, Key: aws.String(keepKey)})
	var call *CallError
	if err = e.callError("HeadObject", err); errors.As(err, &call) && call.Status == http.StatusNotFound {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("bucket %s is left alone: %w", name, err)
	}
	return true, nil
}
