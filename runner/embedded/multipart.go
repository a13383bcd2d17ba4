package embedded

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3api/utils"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
)

// noChecksum is what the listing of parts shows where an upload has no checksum.
const noChecksum = "null"

// upload is a multipart upload under way.
type upload struct {
	properties
	key       string
	initiated time.Time
	tags      map[string]string
	sum       checksum // without a value
	parts     map[int32]*part
}

// part is one part. Like an object it is never changed.
type part struct {
	data     []byte
	etag     string
	modified time.Time
	sum      checksum
}

// upload finds an upload. The caller holds the lock.
func (b *bucket) upload(id, key string) (*upload, error) {
	u, ok := b.uploads[id]
	if !ok || u.key != key {
		return nil, s3err.GetNoSuchUploadErr(strings.Clone(id))
	}
	return u, nil
}

// CreateMultipartUpload begins an upload.
func (s *store) CreateMultipartUpload(
	_ context.Context, input s3response.CreateMultipartUploadInput,
) (s3response.InitiateMultipartUploadResult, error) {
	var result s3response.InitiateMultipartUploadResult
	if input.ObjectLockMode != "" || input.ObjectLockLegalHoldStatus == types.ObjectLockLegalHoldStatusOn {
		return result, s3err.GetAPIError(s3err.ErrMissingObjectLockConfigurationNoSpaces)
	}
	tags, err := backend.ParseObjectTags(str(input.Tagging))
	if err != nil {
		return result, err
	}
	u := &upload{
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
		key: str(input.Key), initiated: now(), tags: cloneMap(tags), parts: map[int32]*part{},
		sum: checksum{
			algorithm: types.ChecksumAlgorithm(strings.Clone(string(input.ChecksumAlgorithm))),
			kind:      types.ChecksumType(strings.Clone(string(input.ChecksumType))),
		},
	}
	id := uploadID()
	err = s.update(*input.Bucket, func(b *bucket) error {
		b.uploads[id] = u
		return nil
	})
	return s3response.InitiateMultipartUploadResult{Bucket: str(input.Bucket), Key: u.key, UploadId: id}, err
}

// uploadID is random, in the form of a UUID: the server's own code takes no other for a marker.
func uploadID() string {
	h := randomHex(16)
	return strings.Join([]string{h[:8], h[8:12], "4" + h[13:16], "8" + h[17:20], h[20:]}, "-")
}

// UploadPart stores a part, in place of an earlier one of the same number.
func (s *store) UploadPart(ctx context.Context, input *s3.UploadPartInput) (*s3.UploadPartOutput, error) {
	// Before the body is read: an upload that is not there is refused without it.
	u, err := s.findUpload(*input.Bucket, *input.UploadId, *input.Key)
	if err != nil {
		return nil, err
	}
	sent := sentChecksum(input, input.ChecksumAlgorithm)
	if u.sum.algorithm != "" && sent.algorithm == "" {
		sent.algorithm = u.sum.algorithm
	}
	data, sum, err := readBody(input.Body, sent)
	if err != nil {
		return nil, err
	}
	if err := checkLength(ctx, data, input.ContentLength); err != nil {
		return nil, err
	}
	if u.sum.algorithm != "" && sum.algorithm != u.sum.algorithm {
		return nil, s3err.GetChecksumTypeMismatchErr(u.sum.algorithm, sum.algorithm)
	}
	p := &part{data: data, etag: etagOf(data), modified: now(), sum: sum}
	if err := s.putPart(*input.Bucket, *input.UploadId, *input.Key, *input.PartNumber, p); err != nil {
		return nil, err
	}
	output := &s3.UploadPartOutput{ETag: &p.etag}
	if sent.algorithm != "" {
		sum.put(output)
	}
	return output, nil
}

func (s *store) findUpload(bucketName, id, key string) (*upload, error) {
	var found *upload
	err := s.view(bucketName, func(b *bucket) (err error) {
		found, err = b.upload(id, key)
		return err
	})
	return found, err
}

func (s *store) putPart(bucketName, id, key string, number int32, p *part) error {
	return s.update(bucketName, func(b *bucket) error {
		u, err := b.upload(id, key)
		if err == nil {
			u.parts[number] = p
		}
		return err
	})
}

// UploadPartCopy stores a stretch of an object as a part.
func (s *store) UploadPartCopy(
	_ context.Context, input *s3.UploadPartCopyInput,
) (s3response.CopyPartResult, error) {
	var result s3response.CopyPartResult
	u, err := s.findUpload(*input.Bucket, *input.UploadId, *input.Key)
	if err != nil {
		return result, err
	}
	source, _, _, err := s.source(input.CopySource, backend.PreConditions{
		IfMatch: input.CopySourceIfMatch, IfNoneMatch: input.CopySourceIfNoneMatch,
		IfModSince: input.CopySourceIfModifiedSince, IfUnmodeSince: input.CopySourceIfUnmodifiedSince,
	})
	if err != nil {
		return result, err
	}
	size := int64(len(source.data))
	start, length, err := backend.ParseCopySourceRange(size, str(input.CopySourceRange))
	if err != nil {
		return result, err
	}
	end := min(start+length, size) // an open range comes out one byte too long
	data, sum, err := readBody(bytes.NewReader(source.data[start:end]), checksum{algorithm: u.sum.algorithm})
	if err != nil {
		return result, err
	}
	p := &part{data: data, etag: etagOf(data), modified: now(), sum: sum}
	if err := s.putPart(*input.Bucket, *input.UploadId, *input.Key, *input.PartNumber, p); err != nil {
		return result, err
	}
	result = s3response.CopyPartResult{ETag: &p.etag, LastModified: p.modified}
	if u.sum.algorithm != "" {
		sum.put(&result)
	}
	return result, nil
}

// AbortMultipartUpload drops an upload and its parts.
func (s *store) AbortMultipartUpload(_ context.Context, input *s3.AbortMultipartUploadInput) error {
	return s.update(*input.Bucket, func(b *bucket) error {
		u, err := b.upload(*input.UploadId, *input.Key)
		if err != nil {
			return err
		}
		if at := input.IfMatchInitiatedTime; at != nil && at.Unix() != u.initiated.Unix() {
			return s3err.GetPreconditionFailedErr(s3err.ConditionIfMatchInitiatedTime)
		}
		delete(b.uploads, *input.UploadId)
		return nil
	})
}

// CompleteMultipartUpload joins the parts to an object.
func (s *store) CompleteMultipartUpload(
	_ context.Context, input *s3.CompleteMultipartUploadInput,
) (s3response.CompleteMultipartUploadResult, string, error) {
	var result s3response.CompleteMultipartUploadResult
	err := s.update(*input.Bucket, func(b *bucket) error {
		u, err := b.upload(*input.UploadId, *input.Key)
		if err != nil {
			return err
		}
		if kind := input.ChecksumType; kind != "" && kind != u.sum.kind {
			return s3err.GetChecksumTypeMismatchOnMpErr(orNull(u.sum.kind))
		}
		o, err := u.join(*input.UploadId, input.MultipartUpload.Parts)
		if err != nil {
			return err
		}
		if size := int64(len(o.data)); input.MpuObjectSize != nil && size != *input.MpuObjectSize {
			return s3err.GetIncorrectMpObjectSizeErr(size, *input.MpuObjectSize)
		}
		if err := u.verify(o, sentChecksum(input, ""), len(input.MultipartUpload.Parts)); err != nil {
			return err
		}
		if err := b.putIf(u.key, o, input.IfMatch, input.IfNoneMatch); err != nil {
			return err
		}
		delete(b.uploads, *input.UploadId)
		result = s3response.CompleteMultipartUploadResult{Bucket: input.Bucket, Key: input.Key, ETag: &o.etag}
		o.sum.put(&result)
		result.ChecksumType = &o.sum.kind
		return nil
	})
	return result, "", err
}

// join checks the parts that the client lists and makes the object of them.
func (u *upload) join(id string, listed []types.CompletedPart) (*object, error) {
	o := &object{properties: u.properties, modified: now(), tags: u.tags, sum: u.sum}
	var err error
	if o.etag, err = backend.ComputeMultipartETagFromPartETags(listed); err != nil {
		return nil, err
	}
	previous := int32(0)
	var parts []*part
	for i, entry := range listed {
		number := *entry.PartNumber
		if number < 1 {
			return nil, s3err.GetInvalidArgumentErr(s3err.InvalidArgCompleteMpPartNumber, strconv.Itoa(int(number)))
		}
		if number <= previous {
			return nil, s3err.GetAPIError(s3err.ErrInvalidPartOrder)
		}
		previous = number
		p, ok := u.parts[number]
		if !ok || !backend.AreEtagsSame(p.etag, *entry.ETag) {
			return nil, s3err.GetInvalidPartErr(id, number, *entry.ETag)
		}
		if sent := sentChecksum(entry, ""); sent.value != "" && sent.value != p.sum.value {
			return nil, s3err.GetInvalidPartErr(id, number, *entry.ETag)
		}
		if size := int64(len(p.data)); i < len(listed)-1 && size < backend.MinPartSize {
			return nil, s3err.GetEntityTooSmallErr(size, backend.MinPartSize)
		}
		parts = append(parts, p)
		o.data = append(o.data, p.data...)
		o.partEnds = append(o.partEnds, int64(len(o.data)))
	}
	o.sum, err = u.checksum(o.data, parts)
	return o, err
}

// checksum is that of the whole object: of its bytes, or of its parts' checksums if the upload was begun so.
func (u *upload) checksum(data []byte, parts []*part) (checksum, error) {
	if u.sum.kind != types.ChecksumTypeComposite {
		_, sum, err := readBody(bytes.NewReader(data), checksum{algorithm: u.sum.algorithm})
		return sum, err
	}
	composite, err := utils.NewCompositeChecksumReader(hashType(u.sum.algorithm))
	if err != nil {
		return checksum{}, s3err.GetAPIError(s3err.ErrInvalidChecksumAlgorithm)
	}
	for _, p := range parts {
		if err := composite.Process(p.sum.value); err != nil {
			return checksum{}, s3err.GetAPIError(s3err.ErrInvalidPart)
		}
	}
	sum := u.sum
	sum.value = composite.Sum() + "-" + strconv.Itoa(len(parts))
	return sum, nil
}

// verify compares the object's checksum with the one that the client sent for the whole.
func (u *upload) verify(o *object, sent checksum, parts int) error {
	if u.sum.algorithm == "" || sent.value == "" || sent.algorithm != o.sum.algorithm {
		return nil
	}
	if o.sum.kind == types.ChecksumTypeComposite && !strings.Contains(sent.value, "-") {
		sent.value += "-" + strconv.Itoa(parts)
	}
	if sent.value != o.sum.value {
		return s3err.GetChecksumBadDigestErr(o.sum.algorithm)
	}
	return nil
}

func orNull[T ~string](value T) T {
	if value == "" {
		return noChecksum
	}
	return value
}

// ListMultipartUploads lists the uploads under way, by key and then by age.
func (s *store) ListMultipartUploads(
	_ context.Context, input *s3.ListMultipartUploadsInput,
) (s3response.ListMultipartUploadsResult, error) {
	prefix, delimiter := str(input.Prefix), str(input.Delimiter)
	keyMarker, idMarker, limit := str(input.KeyMarker), str(input.UploadIdMarker), int(*input.MaxUploads)
	var uploads []s3response.Upload
	err := s.view(*input.Bucket, func(b *bucket) error {
		for id, u := range b.uploads {
			if strings.HasPrefix(u.key, prefix) && (keyMarker == "" || u.key > keyMarker) {
				uploads = append(uploads, s3response.Upload{
					Key: u.key, UploadID: id, Initiated: u.initiated, StorageClass: types.StorageClassStandard,
					ChecksumAlgorithm: u.sum.algorithm, ChecksumType: u.sum.kind,
				})
			}
		}
		return nil
	})
	if err != nil {
		return s3response.ListMultipartUploadsResult{}, err
	}
	slices.SortFunc(uploads, func(a, b s3response.Upload) int {
		if order := strings.Compare(a.Key, b.Key); order != 0 {
			return order
		}
		if order := a.Initiated.Compare(b.Initiated); order != 0 {
			return order
		}
		return strings.Compare(a.UploadID, b.UploadID)
	})
	found, err := backend.ListMultipartUploads(uploads, prefix, delimiter, keyMarker, idMarker, limit)
	if err != nil {
		return s3response.ListMultipartUploadsResult{}, err
	}
	return s3response.ListMultipartUploadsResult{
		Bucket: str(input.Bucket), Prefix: prefix, Delimiter: delimiter,
		KeyMarker: keyMarker, UploadIDMarker: idMarker, MaxUploads: limit,
		NextKeyMarker: found.NextKeyMarker, NextUploadIDMarker: found.NextUploadIDMarker,
		IsTruncated: found.IsTruncated, Uploads: found.Uploads, CommonPrefixes: found.CommonPrefixes,
	}, nil
}

// ListParts lists an upload's parts by number.
func (s *store) ListParts(_ context.Context, input *s3.ListPartsInput) (s3response.ListPartsResult, error) {
	result := s3response.ListPartsResult{
		Bucket: str(input.Bucket), Key: str(input.Key), UploadID: str(input.UploadId),
		MaxParts: int(*input.MaxParts), StorageClass: types.StorageClassStandard,
	}
	if marker := str(input.PartNumberMarker); marker != "" {
		var err error
		if result.PartNumberMarker, err = strconv.Atoi(marker); err != nil {
			return s3response.ListPartsResult{}, s3err.GetInvalidArgMaxLimiter("part-number-marker", marker)
		}
	}
	err := s.view(*input.Bucket, func(b *bucket) error {
		u, err := b.upload(*input.UploadId, *input.Key)
		if err != nil {
			return err
		}
		result.ChecksumAlgorithm, result.ChecksumType = orNull(u.sum.algorithm), orNull(u.sum.kind)
		u.list(&result)
		return nil
	})
	if err != nil {
		return s3response.ListPartsResult{}, err
	}
	return result, nil
}

// list fills the page that begins after the marker.
func (u *upload) list(result *s3response.ListPartsResult) {
	for _, number := range slices.Sorted(maps.Keys(u.parts)) {
		if int(number) <= result.PartNumberMarker {
			continue
		}
		if len(result.Parts) == result.MaxParts {
			result.IsTruncated = true
			return
		}
		p := u.parts[number]
		entry := s3response.Part{
			PartNumber: int(number), ETag: p.etag, LastModified: p.modified, Size: int64(len(p.data)),
		}
		if u.sum.algorithm != "" {
			p.sum.put(&entry)
		}
		result.Parts = append(result.Parts, entry)
		result.NextPartNumberMarker = int(number)
	}
}
