package embedded

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"io"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

var (
	uploadKey = aws.String("big")
	firstPart = bytes.Repeat([]byte("a"), 5<<20)
	lastPart  = []byte("the end")
)

// begin starts an upload and sends its two parts.
func begin(t *testing.T, c *s3.Client, input *s3.CreateMultipartUploadInput) (*string, []types.CompletedPart) {
	t.Helper()
	input.Bucket, input.Key = pail, uploadKey
	created, err := c.CreateMultipartUpload(t.Context(), input)
	if err != nil {
		t.Fatal(err)
	}
	var parts []types.CompletedPart
	for i, content := range [][]byte{firstPart, lastPart} {
		number := int32(i + 1)
		got, err := c.UploadPart(t.Context(), &s3.UploadPartInput{
			Bucket: pail, Key: uploadKey, UploadId: created.UploadId, PartNumber: &number,
			Body: bytes.NewReader(content), ChecksumAlgorithm: input.ChecksumAlgorithm,
		})
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, types.CompletedPart{
			PartNumber: &number, ETag: got.ETag, ChecksumCRC32: got.ChecksumCRC32, ChecksumSHA256: got.ChecksumSHA256,
		})
	}
	return created.UploadId, parts
}

func complete(t *testing.T, c *s3.Client, id *string, parts []types.CompletedPart) (
	*s3.CompleteMultipartUploadOutput, error,
) {
	t.Helper()
	return c.CompleteMultipartUpload(t.Context(), &s3.CompleteMultipartUploadInput{
		Bucket: pail, Key: uploadKey, UploadId: id,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	})
}

// uploadETag is the MD5 of the parts' MD5 and their number.
func uploadETag() string {
	first, last := md5.Sum(firstPart), md5.Sum(lastPart)
	return fmt.Sprintf(`"%x-2"`, md5.Sum(append(first[:], last[:]...)))
}

func TestMultipartUpload(t *testing.T) {
	cases := []struct {
		desc  string
		input s3.CreateMultipartUploadInput
	}{
		{"the SDK's default", s3.CreateMultipartUploadInput{}},
		{"composite checksum", s3.CreateMultipartUploadInput{
			ChecksumAlgorithm: types.ChecksumAlgorithmSha256, ChecksumType: types.ChecksumTypeComposite,
		}},
		{"checksum of the whole", s3.CreateMultipartUploadInput{
			ChecksumAlgorithm: types.ChecksumAlgorithmCrc32, ChecksumType: types.ChecksumTypeFullObject,
		}},
	}
	for _, tc := range cases {
		t.Run(tc.desc, func(t *testing.T) {
			_, c := withBucket(t, Options{})
			tc.input.ContentType = aws.String("text/plain")
			id, parts := begin(t, c, &tc.input)
			done, err := complete(t, c, id, parts)
			if err != nil {
				t.Fatal(err)
			}
			if want := uploadETag(); *done.ETag != want {
				t.Errorf("ETag is %s, want %s", *done.ETag, want)
			}
			got, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: pail, Key: uploadKey})
			if err != nil {
				t.Fatal(err)
			}
			defer got.Body.Close()
			body, _ := io.ReadAll(got.Body)
			if !bytes.Equal(body, append(bytes.Clone(firstPart), lastPart...)) {
				t.Errorf("the object has %d bytes and is not its parts", len(body))
			}
			if *got.ContentType != "text/plain" || *got.ETag != *done.ETag {
				t.Errorf("the object is %s, %s", *got.ContentType, *got.ETag)
			}
			_, err = complete(t, c, id, parts)
			wantCode(t, err, "NoSuchUpload")
		})
	}
}

func TestMultipartPartOfObject(t *testing.T) {
	_, c := withBucket(t, Options{})
	id, parts := begin(t, c, &s3.CreateMultipartUploadInput{})
	must(t)(complete(t, c, id, parts))
	got, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: pail, Key: uploadKey, PartNumber: aws.Int32(2)})
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	body, _ := io.ReadAll(got.Body)
	want := fmt.Sprintf("bytes %d-%d/%d", 5<<20, 5<<20+6, 5<<20+7)
	if !bytes.Equal(body, lastPart) || *got.PartsCount != 2 || *got.ContentRange != want {
		t.Errorf("part 2 is %q of %d, %s", body, *got.PartsCount, *got.ContentRange)
	}
	_, err = c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: pail, Key: uploadKey, PartNumber: aws.Int32(3)})
	wantCode(t, err, "InvalidPartNumber")
}

func TestMultipartRefusals(t *testing.T) {
	_, c := withBucket(t, Options{})
	id, parts := begin(t, c, &s3.CreateMultipartUploadInput{})
	part := func(number int32, etag *string) types.CompletedPart {
		return types.CompletedPart{PartNumber: &number, ETag: etag}
	}
	cases := []struct {
		desc  string
		parts []types.CompletedPart
		code  string
	}{
		{"a part twice", []types.CompletedPart{parts[0], parts[0]}, "InvalidPartOrder"},
		{"a part that is not there", []types.CompletedPart{part(3, parts[0].ETag)}, "InvalidPart"},
		{"another ETag", []types.CompletedPart{part(2, parts[0].ETag)}, "InvalidPart"},
	}
	for _, tc := range cases {
		t.Run(tc.desc, func(t *testing.T) {
			_, err := complete(t, c, id, tc.parts)
			wantCode(t, err, tc.code)
		})
	}
	// The last part put first again is too small for its place.
	small, err := c.UploadPart(t.Context(), &s3.UploadPartInput{
		Bucket: pail, Key: uploadKey, UploadId: id, PartNumber: aws.Int32(1), Body: bytes.NewReader(lastPart),
	})
	if err != nil {
		t.Fatal(err)
	}
	parts[0].ETag, parts[0].ChecksumCRC32 = small.ETag, small.ChecksumCRC32
	_, err = complete(t, c, id, parts)
	wantCode(t, err, "EntityTooSmall")
}

func TestMultipartListsAndAbort(t *testing.T) {
	_, c := withBucket(t, Options{})
	ctx := t.Context()
	id, _ := begin(t, c, &s3.CreateMultipartUploadInput{})
	uploads, err := c.ListMultipartUploads(ctx, &s3.ListMultipartUploadsInput{Bucket: pail})
	if err != nil || len(uploads.Uploads) != 1 || *uploads.Uploads[0].UploadId != *id {
		t.Errorf("uploads are %v, %v", uploads, err)
	}
	parts, err := c.ListParts(ctx, &s3.ListPartsInput{
		Bucket: pail, Key: uploadKey, UploadId: id, MaxParts: aws.Int32(1),
	})
	if err != nil || len(parts.Parts) != 1 || !*parts.IsTruncated || *parts.Parts[0].Size != 5<<20 {
		t.Errorf("parts are %v, %v", parts, err)
	}
	parts, err = c.ListParts(ctx, &s3.ListPartsInput{
		Bucket: pail, Key: uploadKey, UploadId: id, PartNumberMarker: parts.NextPartNumberMarker,
	})
	if err != nil || len(parts.Parts) != 1 || *parts.IsTruncated || *parts.Parts[0].PartNumber != 2 {
		t.Errorf("parts are %v, %v", parts, err)
	}
	abort := &s3.AbortMultipartUploadInput{Bucket: pail, Key: uploadKey, UploadId: id}
	must(t)(c.AbortMultipartUpload(ctx, abort))
	_, err = c.AbortMultipartUpload(ctx, abort)
	wantCode(t, err, "NoSuchUpload")
	_, err = c.ListParts(ctx, &s3.ListPartsInput{Bucket: pail, Key: uploadKey, UploadId: id})
	wantCode(t, err, "NoSuchUpload")
	must(t)(c.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: pail}))
}

func TestMultipartChecksumOfTheWhole(t *testing.T) {
	for _, kind := range []types.ChecksumType{types.ChecksumTypeComposite, types.ChecksumTypeFullObject} {
		_, c := withBucket(t, Options{})
		id, parts := begin(t, c, &s3.CreateMultipartUploadInput{
			ChecksumAlgorithm: types.ChecksumAlgorithmCrc32, ChecksumType: kind,
		})
		input := &s3.CompleteMultipartUploadInput{
			Bucket: pail, Key: uploadKey, UploadId: id, ChecksumType: kind, ChecksumCRC32: aws.String("AAAAAA=="),
			MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
		}
		_, err := c.CompleteMultipartUpload(t.Context(), input)
		wantCode(t, err, "BadDigest")
		// The upload is still there.
		input.ChecksumCRC32 = nil
		must(t)(c.CompleteMultipartUpload(t.Context(), input))
	}
}

func TestUploadPartCopy(t *testing.T) {
	_, c := withBucket(t, Options{})
	ctx := t.Context()
	put(t, c, "from", "content")
	created, err := c.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: pail, Key: uploadKey})
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.UploadPartCopy(ctx, &s3.UploadPartCopyInput{
		Bucket: pail, Key: uploadKey, UploadId: created.UploadId, PartNumber: aws.Int32(1),
		CopySource: aws.String("pail/from"), CopySourceRange: aws.String("bytes=3-6"),
	})
	if err != nil {
		t.Fatal(err)
	}
	must(t)(complete(t, c, created.UploadId, []types.CompletedPart{{
		PartNumber: aws.Int32(1), ETag: got.CopyPartResult.ETag, ChecksumCRC32: got.CopyPartResult.ChecksumCRC32,
	}}))
	if a := send(t, "GET", presignGet(t, c, *uploadKey), ""); a.body != "tent" {
		t.Errorf("the object is %q", a.body)
	}
}
