package embedded

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
)

// object is one stored object. It is never changed once stored: a change stores another one, so that an answer under
// way may read it without a lock.
type object struct {
	properties
	data     []byte
	etag     string // with its quotes
	modified time.Time
	sum      checksum
	tags     map[string]string
	// partEnds holds, for an object uploaded in parts, where each part ends.
	partEnds []int64
}

// properties are the headers that are stored with an object and come back with it.
type properties struct {
	contentType, contentEncoding, contentDisposition, contentLanguage string
	cacheControl, expires, redirect                                   string
	metadata                                                          map[string]string
}

// etagOf is the quoted MD5 of the content.
func etagOf(data []byte) string {
	sum := md5.Sum(data)
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

// object finds an object. The caller holds the lock.
func (b *bucket) object(key string) (*object, error) {
	o, ok := b.objects[key]
	if !ok {
		return nil, s3err.GetAPIError(s3err.ErrNoSuchKey)
	}
	return o, nil
}

// find returns an object; it needs no lock after that.
func (s *store) find(bucketName, key, version string) (*object, error) {
	if err := checkVersion(version); err != nil {
		return nil, err
	}
	var found *object
	err := s.view(bucketName, func(b *bucket) (err error) {
		found, err = b.object(key)
		return err
	})
	return found, err
}

// putIf stores an object where If-Match and If-None-Match allow it.
func (s *store) putIf(bucketName, key string, o *object, ifMatch, ifNoneMatch *string) error {
	return s.update(bucketName, func(b *bucket) error {
		return b.putIf(key, o, ifMatch, ifNoneMatch)
	})
}

func (b *bucket) putIf(key string, o *object, ifMatch, ifNoneMatch *string) error {
	etag := ""
	existing, exists := b.objects[key]
	if exists {
		etag = existing.etag
	}
	if err := backend.EvaluateObjectPutPreconditions(etag, ifMatch, ifNoneMatch, exists); err != nil {
		return err
	}
	b.objects[key] = o
	return nil
}

// PutObject stores an object, whole or not at all.
func (s *store) PutObject(ctx context.Context, input s3response.PutObjectInput) (s3response.PutObjectOutput, error) {
	var none s3response.PutObjectOutput
	if input.ObjectLockMode != "" || input.ObjectLockLegalHoldStatus == types.ObjectLockLegalHoldStatusOn {
		return none, s3err.GetAPIError(s3err.ErrMissingObjectLockConfigurationNoSpaces)
	}
	tags, err := backend.ParseObjectTags(str(input.Tagging))
	if err != nil {
		return none, err
	}
	data, sum, err := readBody(input.Body, sentChecksum(input, input.ChecksumAlgorithm))
	if err != nil {
		return none, err
	}
	if err := checkLength(ctx, data, input.ContentLength); err != nil {
		return none, err
	}
	o := &object{
		properties: properties{
			contentType:        str(input.ContentType),
			contentEncoding:    str(input.ContentEncoding),
			contentDisposition: str(input.ContentDisposition),
			contentLanguage:    str(input.ContentLanguage),
			cacheControl:       str(input.CacheControl),
			expires:            str(input.Expires),
			redirect:           str(input.WebsiteRedirectLocation),
			metadata:           cloneMap(input.Metadata),
		},
		data: data, etag: etagOf(data), modified: now(), sum: sum, tags: cloneMap(tags),
	}
	if err := s.putIf(*input.Bucket, str(input.Key), o, input.IfMatch, input.IfNoneMatch); err != nil {
		return none, err
	}
	size := int64(len(data))
	output := s3response.PutObjectOutput{ETag: o.etag, Size: &size}
	sum.put(&output)
	return output, nil
}

// section is the part of an object that a request asks for.
type section struct {
	start, length int64
	contentRange  *string // nil for the whole
	parts         *int32
}

// section applies a Range header or a part number; the server refuses both together.
func (o *object) section(rangeHeader string, partNumber *int32) (section, error) {
	size := int64(len(o.data))
	if partNumber != nil {
		return o.part(*partNumber)
	}
	start, length, partial, err := backend.ParseObjectRange(size, rangeHeader)
	if err != nil {
		return section{}, err
	}
	if !partial {
		return section{length: size}, nil
	}
	return section{start, length, contentRange(start, length, size), nil}, nil
}

// part is the section of one part. An object that was not uploaded in parts has one.
func (o *object) part(number int32) (section, error) {
	size := int64(len(o.data))
	ends, count := o.partEnds, int32(len(o.partEnds))
	if count == 0 {
		ends, count = []int64{size}, 1
	}
	if number > count {
		return section{}, s3err.GetInvalidPartNumberRangeErr(count, number)
	}
	var found section
	if number > 1 {
		found.start = ends[number-2]
	}
	found.length = ends[number-1] - found.start
	if found.length > 0 {
		found.contentRange = contentRange(found.start, found.length, size)
	}
	if o.partEnds != nil {
		found.parts = &count
	}
	return found, nil
}

func contentRange(start, length, size int64) *string {
	return opt(fmt.Sprintf("bytes %d-%d/%d", start, start+length-1, size))
}

// tagCount is nil without tags, whose header is then left out.
func (o *object) tagCount() *int32 {
	if len(o.tags) == 0 {
		return nil
	}
	count := int32(len(o.tags))
	return &count
}

// GetObject returns an object or a section of it.
func (s *store) GetObject(_ context.Context, input *s3.GetObjectInput) (*s3.GetObjectOutput, error) {
	o, err := s.find(*input.Bucket, *input.Key, str(input.VersionId))
	if err != nil {
		return nil, err
	}
	if err := backend.EvaluatePreconditions(o.etag, o.modified, backend.PreConditions{
		IfMatch: input.IfMatch, IfNoneMatch: input.IfNoneMatch,
		IfModSince: input.IfModifiedSince, IfUnmodeSince: input.IfUnmodifiedSince,
	}); err != nil {
		return nil, err
	}
	part, err := o.section(str(input.Range), input.PartNumber)
	if err != nil {
		return nil, err
	}
	output := &s3.GetObjectOutput{
		AcceptRanges:            opt("bytes"),
		Body:                    io.NopCloser(bytes.NewReader(o.data[part.start : part.start+part.length])),
		CacheControl:            opt(o.cacheControl),
		ContentDisposition:      opt(o.contentDisposition),
		ContentEncoding:         opt(o.contentEncoding),
		ContentLanguage:         opt(o.contentLanguage),
		ContentLength:           &part.length,
		ContentRange:            part.contentRange,
		ContentType:             opt(o.contentType),
		ETag:                    opt(o.etag),
		ExpiresString:           opt(o.expires),
		LastModified:            &o.modified,
		Metadata:                maps.Clone(o.metadata),
		PartsCount:              part.parts,
		StorageClass:            types.StorageClassStandard,
		TagCount:                o.tagCount(),
		WebsiteRedirectLocation: opt(o.redirect),
	}
	if input.ChecksumMode == types.ChecksumModeEnabled && part.length == int64(len(o.data)) {
		o.sum.put(output)
	}
	return output, nil
}

// HeadObject is GetObject without the content.
func (s *store) HeadObject(ctx context.Context, input *s3.HeadObjectInput) (*s3.HeadObjectOutput, error) {
	got, err := s.GetObject(ctx, &s3.GetObjectInput{
		Bucket: input.Bucket, Key: input.Key, VersionId: input.VersionId,
		Range: input.Range, PartNumber: input.PartNumber, ChecksumMode: input.ChecksumMode,
		IfMatch: input.IfMatch, IfNoneMatch: input.IfNoneMatch,
		IfModifiedSince: input.IfModifiedSince, IfUnmodifiedSince: input.IfUnmodifiedSince,
	})
	if err != nil {
		return nil, err
	}
	output := &s3.HeadObjectOutput{
		AcceptRanges:            got.AcceptRanges,
		CacheControl:            got.CacheControl,
		ContentDisposition:      got.ContentDisposition,
		ContentEncoding:         got.ContentEncoding,
		ContentLanguage:         got.ContentLanguage,
		ContentLength:           got.ContentLength,
		ContentRange:            got.ContentRange,
		ContentType:             got.ContentType,
		ETag:                    got.ETag,
		ExpiresString:           got.ExpiresString,
		LastModified:            got.LastModified,
		Metadata:                got.Metadata,
		PartsCount:              got.PartsCount,
		StorageClass:            got.StorageClass,
		TagCount:                got.TagCount,
		WebsiteRedirectLocation: got.WebsiteRedirectLocation,
	}
	sum := sentChecksum(got, "")
	sum.kind = got.ChecksumType
	sum.put(output)
	return output, nil
}

// GetObjectAttributes returns what HeadObject knows, as a document.
func (s *store) GetObjectAttributes(
	_ context.Context, input *s3.GetObjectAttributesInput,
) (s3response.GetObjectAttributesResponse, error) {
	o, err := s.find(*input.Bucket, *input.Key, str(input.VersionId))
	if err != nil {
		return s3response.GetObjectAttributesResponse{}, err
	}
	size := int64(len(o.data))
	var sum types.Checksum
	o.sum.put(&sum)
	return s3response.GetObjectAttributesResponse{
		ETag:         backend.TrimEtag(&o.etag),
		ObjectSize:   &size,
		StorageClass: types.StorageClassStandard,
		LastModified: &o.modified,
		Checksum:     &sum,
	}, nil
}

// DeleteObject removes an object. One that is not there is as good as removed.
func (s *store) DeleteObject(_ context.Context, input *s3.DeleteObjectInput) (*s3.DeleteObjectOutput, error) {
	if err := checkVersion(str(input.VersionId)); err != nil {
		return nil, err
	}
	err := s.update(*input.Bucket, func(b *bucket) error {
		o, ok := b.objects[*input.Key]
		if !ok {
			return nil
		}
		err := backend.EvaluateObjectDeletePreconditions(o.etag, o.modified, int64(len(o.data)),
			backend.ObjectDeletePreconditions{
				IfMatch:            input.IfMatch,
				IfMatchLastModTime: input.IfMatchLastModifiedTime,
				IfMatchSize:        input.IfMatchSize,
			})
		if err == nil {
			delete(b.objects, *input.Key)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &s3.DeleteObjectOutput{}, nil
}

// DeleteObjects removes several objects and tells the fate of each.
func (s *store) DeleteObjects(ctx context.Context, input *s3.DeleteObjectsInput) (s3response.DeleteResult, error) {
	var result s3response.DeleteResult
	for _, id := range input.Delete.Objects {
		_, err := s.DeleteObject(ctx, &s3.DeleteObjectInput{
			Bucket: input.Bucket, Key: id.Key, VersionId: id.VersionId,
		})
		if err != nil {
			result.Error = append(result.Error, s3err.ObjectDeleteError(id.Key, id.VersionId, err))
			continue
		}
		result.Deleted = append(result.Deleted, types.DeletedObject{Key: id.Key, VersionId: id.VersionId})
	}
	return result, nil
}

// source finds the object that a copy names and applies the copy's conditions.
func (s *store) source(copySource *string, conditions backend.PreConditions) (*object, string, string, error) {
	bucketName, key, version, err := backend.ParseCopySource(str(copySource))
	if err != nil {
		return nil, "", "", err
	}
	o, err := s.find(bucketName, key, version)
	if err != nil {
		return nil, "", "", err
	}
	return o, bucketName, key, backend.EvaluatePreconditions(o.etag, o.modified, conditions)
}

// CopyObject stores a copy of an object, or the object over itself with other properties.
func (s *store) CopyObject(
	_ context.Context, input s3response.CopyObjectInput,
) (s3response.CopyObjectOutput, error) {
	var none s3response.CopyObjectOutput
	source, sourceBucket, sourceKey, err := s.source(input.CopySource, backend.PreConditions{
		IfMatch: input.CopySourceIfMatch, IfNoneMatch: input.CopySourceIfNoneMatch,
		IfModSince: input.CopySourceIfModifiedSince, IfUnmodeSince: input.CopySourceIfUnmodifiedSince,
	})
	if err != nil {
		return none, err
	}
	replace := input.MetadataDirective == types.MetadataDirectiveReplace
	if !replace && sourceBucket == *input.Bucket && sourceKey == *input.Key {
		return none, s3err.GetAPIError(s3err.ErrInvalidCopyDest)
	}
	o, err := copied(source, input, replace)
	if err != nil {
		return none, err
	}
	if err := s.putIf(*input.Bucket, str(input.Key), o, nil, nil); err != nil {
		return none, err
	}
	result := &s3response.CopyObjectResult{ETag: &o.etag, LastModified: &o.modified}
	o.sum.put(result)
	return s3response.CopyObjectOutput{CopyObjectResult: result}, nil
}

// copied makes the object that a copy stores. The redirect is never taken from the source.
func copied(source *object, input s3response.CopyObjectInput, replace bool) (*object, error) {
	o := *source
	o.modified, o.etag, o.partEnds = now(), etagOf(source.data), nil
	if replace {
		o.properties = properties{
			contentType:        str(input.ContentType),
			contentEncoding:    str(input.ContentEncoding),
			contentDisposition: str(input.ContentDisposition),
			contentLanguage:    str(input.ContentLanguage),
			cacheControl:       str(input.CacheControl),
			expires:            str(input.Expires),
			metadata:           cloneMap(input.Metadata),
		}
	}
	o.redirect = str(input.WebsiteRedirectLocation)
	if input.TaggingDirective == types.TaggingDirectiveReplace {
		tags, err := backend.ParseObjectTags(str(input.Tagging))
		if err != nil {
			return nil, err
		}
		o.tags = cloneMap(tags)
	}
	algorithm := source.sum.algorithm
	if input.ChecksumAlgorithm != "" {
		algorithm = input.ChecksumAlgorithm
	}
	var err error
	_, o.sum, err = readBody(bytes.NewReader(o.data), checksum{
		algorithm: types.ChecksumAlgorithm(strings.Clone(string(algorithm))),
	})
	return &o, err
}

// PutObjectTagging replaces an object's tags.
func (s *store) PutObjectTagging(
	_ context.Context, bucketName, key, version string, tags map[string]string,
) error {
	if err := checkVersion(version); err != nil {
		return err
	}
	return s.update(bucketName, func(b *bucket) error {
		o, err := b.object(key)
		if err != nil {
			return err
		}
		tagged := *o
		tagged.tags = cloneMap(tags)
		b.objects[strings.Clone(key)] = &tagged
		return nil
	})
}

// GetObjectTagging returns an object's tags, perhaps none.
func (s *store) GetObjectTagging(
	_ context.Context, bucketName, key, version string,
) (map[string]string, error) {
	o, err := s.find(bucketName, key, version)
	if err != nil {
		return nil, err
	}
	return maps.Clone(o.tags), nil
}

// DeleteObjectTagging removes an object's tags.
func (s *store) DeleteObjectTagging(ctx context.Context, bucketName, key, version string) error {
	return s.PutObjectTagging(ctx, bucketName, key, version, nil)
}
