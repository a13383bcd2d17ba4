package endpoint

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// empty removes every object, version and unfinished upload whose key begins with a prefix.
func (e *Endpoint) empty(ctx context.Context, bucket, prefix string) error {
	return errors.Join(e.abortUploads(ctx, bucket, prefix), e.deleteVersions(ctx, bucket, prefix), e.deleteObjects(ctx, bucket, prefix))
}

// abortUploads ends unfinished uploads. A server that cannot list them has none.
func (e *Endpoint) abortUploads(ctx context.Context, bucket, prefix string) error {
	var problems []error
	pages := s3.NewListMultipartUploadsPaginator(e.client, &s3.ListMultipartUploadsInput{Bucket: &bucket, Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			break
		}
		for _, u := range page.Uploads {
			_, err := e.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &bucket, Key: u.Key, UploadId: u.UploadId})
			problems = append(problems, callError("AbortMultipartUpload", err))
		}
	}
	return errors.Join(problems...)
}

// deleteVersions removes what versioning keeps. A server without versions has none; the version "null" is left to deleteObjects.
func (e *Endpoint) deleteVersions(ctx context.Context, bucket, prefix string) error {
	var problems []error
	remove := func(key, version *string) {
		if id := aws.ToString(version); id != "" && id != "null" {
			_, err := e.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &bucket, Key: key, VersionId: version})
			problems = append(problems, callError("DeleteObject", err))
		}
	}
	pages := s3.NewListObjectVersionsPaginator(e.client, &s3.ListObjectVersionsInput{Bucket: &bucket, Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			break
		}
		for _, v := range page.Versions {
			remove(v.Key, v.VersionId)
		}
		for _, m := range page.DeleteMarkers {
			remove(m.Key, m.VersionId)
		}
	}
	return errors.Join(problems...)
}

func (e *Endpoint) deleteObjects(ctx context.Context, bucket, prefix string) error {
	var problems []error
	pages := s3.NewListObjectsV2Paginator(e.client, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return errors.Join(append(problems, callError("ListObjectsV2", err))...)
		}
		for _, o := range page.Contents {
			_, err := e.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &bucket, Key: o.Key})
			problems = append(problems, callError("DeleteObject", err))
		}
	}
	return errors.Join(problems...)
}
