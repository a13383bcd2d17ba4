package embedded

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/s3response"
)

// query is what both listings ask for.
type query struct {
	prefix, delimiter, after string
	max                      int32
}

// page is one page of a listing.
type page struct {
	objects  []s3response.Object
	prefixes []types.CommonPrefix
	// next is the last entry of a page that is not the last one.
	next string
}

// list goes through the bucket's keys in order. Keys that share a prefix up to the delimiter make one entry.
func (b *bucket) list(q query) page {
	var found page
	count, last, lastGroup := int32(0), "", ""
	for _, key := range slices.Sorted(maps.Keys(b.objects)) {
		if !strings.HasPrefix(key, q.prefix) || key <= q.after {
			continue
		}
		group := q.group(key)
		// A page that ended with a group is continued after the whole of it.
		if group != "" && (group == lastGroup || group == q.after) {
			continue
		}
		if count == q.max {
			found.next = last
			break
		}
		count++
		if group != "" {
			last, lastGroup = group, group
			found.prefixes = append(found.prefixes, types.CommonPrefix{Prefix: &group})
			continue
		}
		last = key
		found.objects = append(found.objects, b.objects[key].entry(key))
	}
	return found
}

// group is the key's common prefix, empty if it stands for itself.
func (q query) group(key string) string {
	if q.delimiter == "" {
		return ""
	}
	rest := key[len(q.prefix):]
	head, _, ok := strings.Cut(rest, q.delimiter)
	if !ok {
		return ""
	}
	return key[:len(q.prefix)+len(head)+len(q.delimiter)]
}

// entry is an object's line in a listing.
func (o *object) entry(key string) s3response.Object {
	size := int64(len(o.data))
	return s3response.Object{
		ChecksumAlgorithm: []types.ChecksumAlgorithm{o.sum.algorithm},
		ChecksumType:      o.sum.kind,
		ETag:              &o.etag,
		Key:               &key,
		LastModified:      &o.modified,
		Size:              &size,
		StorageClass:      types.ObjectStorageClassStandard,
	}
}

// ListObjects is the listing's first version, continued with a marker.
func (s *store) ListObjects(_ context.Context, input *s3.ListObjectsInput) (s3response.ListObjectsResult, error) {
	q := query{str(input.Prefix), str(input.Delimiter), str(input.Marker), *input.MaxKeys}
	var found page
	err := s.view(*input.Bucket, func(b *bucket) error {
		found = b.list(q)
		return nil
	})
	if err != nil {
		return s3response.ListObjectsResult{}, err
	}
	truncated := found.next != ""
	return s3response.ListObjectsResult{
		CommonPrefixes: found.prefixes,
		Contents:       found.objects,
		Delimiter:      opt(q.delimiter),
		IsTruncated:    &truncated,
		Marker:         opt(q.after),
		MaxKeys:        &q.max,
		Name:           input.Bucket,
		NextMarker:     opt(found.next),
		Prefix:         opt(q.prefix),
	}, nil
}

// ListObjectsV2 is the listing's second version, continued with a token. The token is the last entry's name.
func (s *store) ListObjectsV2(
	_ context.Context, input *s3.ListObjectsV2Input,
) (s3response.ListObjectsV2Result, error) {
	token, after := str(input.ContinuationToken), str(input.StartAfter)
	q := query{str(input.Prefix), str(input.Delimiter), max(token, after), *input.MaxKeys}
	var found page
	err := s.view(*input.Bucket, func(b *bucket) error {
		found = b.list(q)
		return nil
	})
	if err != nil {
		return s3response.ListObjectsV2Result{}, err
	}
	truncated := found.next != ""
	count := int32(len(found.objects) + len(found.prefixes))
	return s3response.ListObjectsV2Result{
		CommonPrefixes:        found.prefixes,
		Contents:              found.objects,
		ContinuationToken:     opt(token),
		Delimiter:             opt(q.delimiter),
		IsTruncated:           &truncated,
		KeyCount:              &count,
		MaxKeys:               &q.max,
		Name:                  input.Bucket,
		NextContinuationToken: opt(found.next),
		Prefix:                opt(q.prefix),
		StartAfter:            opt(after),
	}, nil
}
