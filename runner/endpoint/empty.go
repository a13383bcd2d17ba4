package endpoint

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"
)

// cleaner removes objects, with all their versions and unfinished uploads, from a bucket.
type cleaner struct {
	e              *Endpoint
	bucket, prefix string
	ours           func(key string) bool // no other key is touched; nil: all below the prefix are
	last           string                // this one is removed when all others are gone; empty: none is
	lots           bool                  // DeleteObjects may be sent; only in a bucket of the run's own, where it can do no harm
	unlisted       error                 // why versions or uploads could not be listed: of interest only where something stays
}

// clean removes what is ours. A server that cannot list versions or uploads mostly has none: that alone is no problem.
func (c *cleaner) clean(ctx context.Context) error {
	err := errors.Join(c.abortUploads(ctx), c.deleteVersions(ctx), c.deleteObjects(ctx))
	if err != nil || c.last == "" {
		return err
	}
	last := &cleaner{e: c.e, bucket: c.bucket, prefix: c.last}
	err = errors.Join(last.deleteVersions(ctx), last.deleteObjects(ctx))
	c.unlisted = errors.Join(c.unlisted, last.unlisted)
	return err
}

// mostPages is how many pages of a list are read: ten thousand buckets or a thousand objects each. A server that sends more does not end its
// lists.
const mostPages = 1000

var errNoEnd = fmt.Errorf("the list goes on after %d pages", mostPages)

// mine reports that a key may be removed. The prefix is checked here too, because not every server lists only the keys that begin with it.
func (c *cleaner) mine(key string) bool {
	return strings.HasPrefix(key, c.prefix) && (c.last == "" || key != c.last) && (c.ours == nil || c.ours(key))
}

func (c *cleaner) notListed(err error) {
	var call *CallError
	if errors.As(err, &call) && call.Status == http.StatusNotImplemented {
		return // there are none then
	}
	c.unlisted = errors.Join(c.unlisted, err)
}

func (c *cleaner) abortUploads(ctx context.Context) error {
	var problems []error
	pages := s3.NewListMultipartUploadsPaginator(c.e.client, &s3.ListMultipartUploadsInput{Bucket: &c.bucket, Prefix: &c.prefix})
	for n := 0; pages.HasMorePages(); n++ {
		if n == mostPages {
			return errors.Join(append(problems, errNoEnd)...)
		}
		page, err := pages.NextPage(ctx)
		if err != nil {
			c.notListed(c.e.callError("ListMultipartUploads", err))
			break
		}
		problems = append(problems, each(page.Uploads, func(u types.MultipartUpload) error { return c.abortUpload(ctx, u) }))
	}
	return errors.Join(problems...)
}

func (c *cleaner) abortUpload(ctx context.Context, u types.MultipartUpload) error {
	if !c.mine(aws.ToString(u.Key)) {
		return nil
	}
	_, err := c.e.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &c.bucket, Key: u.Key, UploadId: u.UploadId})
	if err = c.e.callError("AbortMultipartUpload", err); isCall(err, "NoSuchUpload") {
		return nil
	}
	return err
}

// each does something with every item, several at a time, and joins the errors.
func each[T any](items []T, do func(T) error) error {
	var group errgroup.Group
	group.SetLimit(atOnce)
	problems := make([]error, len(items))
	for i, item := range items {
		group.Go(func() error {
			problems[i] = do(item)
			return nil
		})
	}
	_ = group.Wait() // the problems are in their places
	return errors.Join(problems...)
}

// atOnce is how many objects of one bucket are removed at once, as far as the pace allows it.
const atOnce = 16

// deleteVersions removes every version and delete marker by its ID: without one, a versioned bucket would only get one marker more.
func (c *cleaner) deleteVersions(ctx context.Context) error {
	var problems []error
	pages := s3.NewListObjectVersionsPaginator(c.e.client, &s3.ListObjectVersionsInput{Bucket: &c.bucket, Prefix: &c.prefix})
	for n := 0; pages.HasMorePages(); n++ {
		if n == mostPages {
			return errors.Join(append(problems, errNoEnd)...)
		}
		page, err := pages.NextPage(ctx)
		if err != nil {
			c.notListed(c.e.callError("ListObjectVersions", err))
			break
		}
		var found []types.ObjectIdentifier
		add := func(key, version *string) {
			if c.mine(aws.ToString(key)) && aws.ToString(version) != "" {
				found = append(found, types.ObjectIdentifier{Key: key, VersionId: version})
			}
		}
		for _, v := range page.Versions {
			add(v.Key, v.VersionId)
		}
		for _, m := range page.DeleteMarkers {
			add(m.Key, m.VersionId)
		}
		problems = append(problems, each(c.deleteLots(ctx, found), func(o types.ObjectIdentifier) error { return c.deleteVersion(ctx, o.Key, o.VersionId) }))
	}
	return errors.Join(problems...)
}

func (c *cleaner) deleteVersion(ctx context.Context, key, version *string) error {
	_, err := c.e.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &c.bucket, Key: key, VersionId: version})
	err = c.e.callError("DeleteObject", err)
	var call *CallError
	if *version == "null" && errors.As(err, &call) && (call.Status == http.StatusBadRequest || call.Status == http.StatusNotImplemented) {
		return nil // a server without versions refuses this ID; deleteObjects finds the object
	}
	return err
}

func (c *cleaner) deleteObjects(ctx context.Context) error {
	var problems []error
	pages := s3.NewListObjectsV2Paginator(c.e.client, &s3.ListObjectsV2Input{Bucket: &c.bucket, Prefix: &c.prefix})
	for n := 0; pages.HasMorePages(); n++ {
		if n == mostPages {
			return errors.Join(append(problems, errNoEnd)...)
		}
		page, err := pages.NextPage(ctx)
		if err != nil {
			return errors.Join(append(problems, c.e.callError("ListObjectsV2", err))...)
		}
		var found []types.ObjectIdentifier
		for _, o := range page.Contents {
			if c.mine(aws.ToString(o.Key)) {
				found = append(found, types.ObjectIdentifier{Key: o.Key})
			}
		}
		problems = append(problems, each(c.deleteLots(ctx, found), func(o types.ObjectIdentifier) error { return c.deleteObject(ctx, o.Key) }))
	}
	return errors.Join(problems...)
}

func (c *cleaner) deleteObject(ctx context.Context, key *string) error {
	out, err := c.e.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &c.bucket, Key: key})
	if err != nil {
		return c.e.callError("DeleteObject", err)
	}
	if aws.ToBool(out.DeleteMarker) {
		return errors.Join(fmt.Errorf("the object %s in %s is only marked as deleted, its versions stay", *key, c.bucket), c.unlisted)
	}
	return nil
}
