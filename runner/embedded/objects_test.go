package embedded

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// contentETag is the MD5 of "content".
const contentETag = `"9a0364b9e99bb480dd25e1f0284c8555"`

func presignGet(t *testing.T, c *s3.Client, key string) string {
	t.Helper()
	signed, err := s3.NewPresignClient(c).PresignGetObject(t.Context(), &s3.GetObjectInput{Bucket: pail, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	return signed.URL
}

func TestObjectRoundTrip(t *testing.T) {
	_, c := withBucket(t, Options{})
	ctx := t.Context()
	key := aws.String("dir/a key+ü")
	stored, err := c.PutObject(ctx, &s3.PutObjectInput{
		Bucket: pail, Key: key, Body: strings.NewReader("content"),
		ContentType: aws.String("text/plain"), CacheControl: aws.String("max-age=5"),
		ContentDisposition: aws.String("inline"), ContentLanguage: aws.String("fr"),
		Metadata: map[string]string{"colour": "red"}, Tagging: aws.String("a=1&b=2"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if *stored.ETag != contentETag {
		t.Errorf("ETag is %s, want %s", *stored.ETag, contentETag)
	}
	got, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: pail, Key: key, ChecksumMode: types.ChecksumModeEnabled})
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(got.Body)
	got.Body.Close()
	head, err := c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: pail, Key: key, ChecksumMode: types.ChecksumModeEnabled})
	if err != nil {
		t.Fatal(err)
	}
	describe := func(values ...any) string { return fmt.Sprint(values...) }
	want := describe("text/plain ", "max-age=5 ", "inline ", "fr ", "red ", contentETag, 7, " ", 2, true)
	if line := describe(*got.ContentType+" ", *got.CacheControl+" ", *got.ContentDisposition+" ",
		*got.ContentLanguage+" ", got.Metadata["colour"]+" ", *got.ETag, *got.ContentLength, " ", *got.TagCount,
		got.ChecksumCRC32 != nil); line != want {
		t.Errorf("GET says %s, want %s", line, want)
	}
	if line := describe(*head.ContentType+" ", *head.CacheControl+" ", *head.ContentDisposition+" ",
		*head.ContentLanguage+" ", head.Metadata["colour"]+" ", *head.ETag, *head.ContentLength, " ", *head.TagCount,
		head.ChecksumCRC32 != nil); line != want {
		t.Errorf("HEAD says %s, want %s", line, want)
	}
	if string(body) != "content" {
		t.Errorf("body is %q", body)
	}
}

func TestObjectMissingAndDeleted(t *testing.T) {
	s, c := withBucket(t, Options{})
	ctx := t.Context()
	key := aws.String("key")
	_, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: pail, Key: key})
	wantCode(t, err, "NoSuchKey")
	_, err = c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: pail, Key: key})
	wantCode(t, err, "NotFound")

	put(t, c, "key", "content")
	for range 2 {
		signed, err := s3.NewPresignClient(c).PresignDeleteObject(ctx, &s3.DeleteObjectInput{Bucket: pail, Key: key})
		if err != nil {
			t.Fatal(err)
		}
		send(t, "DELETE", signed.URL, "").wantStatus(t, 204)
	}
	_, err = c.GetObject(ctx, &s3.GetObjectInput{Bucket: pail, Key: key})
	wantCode(t, err, "NoSuchKey")
	_, err = c.GetObject(ctx, &s3.GetObjectInput{Bucket: pail, Key: key, VersionId: aws.String("x")})
	wantCode(t, err, "InvalidArgument")
	send(t, "DELETE", s.URL()+"/pail/key", "").wantStatus(t, 403)
}

func TestRangeAndConditions(t *testing.T) {
	_, c := withBucket(t, Options{})
	put(t, c, "key", "content")
	signed := presignGet(t, c, "key")
	modified := send(t, "GET", signed, "").header.Get("Last-Modified")
	later := time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)
	cases := []struct {
		desc, name, value string
		status            int
		body, contentRng  string
	}{
		{"first bytes", "Range", "bytes=0-2", 206, "con", "bytes 0-2/7"},
		{"from the middle", "Range", "bytes=3-", 206, "tent", "bytes 3-6/7"},
		{"last bytes", "Range", "bytes=-2", 206, "nt", "bytes 5-6/7"},
		{"beyond the end", "Range", "bytes=3-99", 206, "tent", "bytes 3-6/7"},
		{"unknown unit", "Range", "lines=1-2", 200, "content", ""},
		{"same ETag", "If-None-Match", contentETag, 304, "", ""},
		{"another ETag", "If-None-Match", `"other"`, 200, "content", ""},
		{"wanted ETag", "If-Match", contentETag, 200, "content", ""},
		{"unchanged since", "If-Modified-Since", modified, 304, "", ""},
		{"changed since", "If-Modified-Since", later, 200, "content", ""},
	}
	for _, tc := range cases {
		t.Run(tc.desc, func(t *testing.T) {
			got := send(t, "GET", signed, "", tc.name, tc.value)
			got.wantStatus(t, tc.status)
			got.wantHeader(t, "Content-Range", tc.contentRng)
			if got.body != tc.body {
				t.Errorf("body is %q, want %q", got.body, tc.body)
			}
		})
	}
	send(t, "GET", signed, "", "Range", "bytes=7-").wantStatus(t, 416)
	send(t, "GET", signed, "", "If-Match", `"other"`).wantStatus(t, 412)
}

func TestConditionalPut(t *testing.T) {
	_, c := withBucket(t, Options{})
	input := func() *s3.PutObjectInput {
		return &s3.PutObjectInput{
			Bucket: pail, Key: aws.String("key"), Body: strings.NewReader("content"), IfNoneMatch: aws.String("*"),
		}
	}
	must(t)(c.PutObject(t.Context(), input()))
	_, err := c.PutObject(t.Context(), input())
	wantCode(t, err, "PreconditionFailed")
}

func TestWrongChecksumStoresNothing(t *testing.T) {
	_, c := withBucket(t, Options{})
	_, err := c.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: pail, Key: aws.String("key"), Body: strings.NewReader("content"),
		ChecksumCRC32: aws.String("AAAAAA=="),
	})
	wantCode(t, err, "BadDigest")
	_, err = c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: pail, Key: aws.String("key")})
	wantCode(t, err, "NotFound")
}

func TestPresigned(t *testing.T) {
	_, c := withBucket(t, Options{})
	signed, err := s3.NewPresignClient(c).PresignPutObject(t.Context(), &s3.PutObjectInput{
		Bucket: pail, Key: aws.String("key"), ContentType: aws.String("text/plain"),
	})
	if err != nil {
		t.Fatal(err)
	}
	got := send(t, "PUT", signed.URL, "content", "Content-Type", "text/plain")
	got.wantStatus(t, 200)
	got.wantHeader(t, "ETag", contentETag)
	got = send(t, "GET", presignGet(t, c, "key"), "")
	got.wantStatus(t, 200)
	got.wantHeader(t, "Content-Type", "text/plain")
	if got.body != "content" {
		t.Errorf("body is %q", got.body)
	}
}

// A browser's form upload.
func TestPostObject(t *testing.T) {
	_, c := withBucket(t, Options{})
	signed, err := s3.NewPresignClient(c).PresignPostObject(t.Context(), &s3.PutObjectInput{
		Bucket: pail, Key: aws.String("formed"),
	})
	if err != nil {
		t.Fatal(err)
	}
	var form strings.Builder
	w := multipart.NewWriter(&form)
	for name, value := range signed.Values {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	file, err := w.CreateFormFile("file", "name.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(file, "content")
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	form.WriteString("what comes after the last boundary")
	send(t, "POST", signed.URL, form.String(), "Content-Type", w.FormDataContentType()).wantStatus(t, 204)
	if got := send(t, "GET", presignGet(t, c, "formed"), ""); got.body != "content" {
		t.Errorf("body is %q", got.body)
	}
}

func TestWrongCredentials(t *testing.T) {
	s, _ := withBucket(t, Options{})
	access, _ := s.Credentials()
	c := s3.New(client(s).Options(), func(o *s3.Options) { o.Credentials = staticCredentials(access, "wrong") })
	_, err := c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: pail})
	wantCode(t, err, "SignatureDoesNotMatch")
	c = s3.New(client(s).Options(), func(o *s3.Options) { o.Credentials = staticCredentials("nobody", "wrong") })
	_, err = c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: pail})
	// AWS says InvalidAccessKeyId; the stock server with one account says this.
	wantCode(t, err, "XAdminUserNotFound")
}

func TestDeleteObjects(t *testing.T) {
	_, c := withBucket(t, Options{})
	put(t, c, "a", "content")
	put(t, c, "b", "content")
	output, err := c.DeleteObjects(t.Context(), &s3.DeleteObjectsInput{Bucket: pail, Delete: &types.Delete{
		Objects: []types.ObjectIdentifier{{Key: aws.String("a")}, {Key: aws.String("absent")}},
	}})
	if err != nil || len(output.Deleted) != 2 || len(output.Errors) != 0 {
		t.Errorf("deleted: %v, %v", output, err)
	}
	left, err := c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: pail})
	if err != nil || len(left.Contents) != 1 || *left.Contents[0].Key != "b" {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestListing(t *testing.T) {
	_, c := withBucket(t, Options{})
	for _, key := range []string{"a", "b/1", "b/2", "b/3", "c", "d/1"} {
		put(t, c, key, "content")
	}
	cases := []struct {
		desc, prefix, delimiter, after string
		max                            int32
		want                           string
	}{
		{"all", "", "", "", 1000, "[a b/1 b/2 b/3 c d/1]"},
		{"a prefix", "b/", "", "", 1000, "[b/1 b/2 b/3]"},
		{"a page", "", "", "", 2, "[a b/1 +]"},
		{"none", "", "", "", 0, "[]"},
		{"after a key", "", "", "b/2", 1000, "[b/3 c d/1]"},
		{"grouped", "", "/", "", 1000, "[a c b/ d/]"},
		{"a page that ends with a group", "", "/", "", 2, "[a b/ +]"},
		{"after a group", "", "/", "b/", 1000, "[c d/]"},
		{"grouped below a prefix", "b/", "/", "", 1000, "[b/1 b/2 b/3]"},
	}
	for _, tc := range cases {
		t.Run(tc.desc, func(t *testing.T) {
			second, err := c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{
				Bucket: pail, Prefix: &tc.prefix, Delimiter: &tc.delimiter, StartAfter: &tc.after, MaxKeys: &tc.max,
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := listed(second.Contents, second.CommonPrefixes, *second.IsTruncated); got != tc.want {
				t.Errorf("version 2 lists %s, want %s", got, tc.want)
			}
			first, err := c.ListObjects(t.Context(), &s3.ListObjectsInput{
				Bucket: pail, Prefix: &tc.prefix, Delimiter: &tc.delimiter, Marker: &tc.after, MaxKeys: &tc.max,
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := listed(first.Contents, first.CommonPrefixes, *first.IsTruncated); got != tc.want {
				t.Errorf("version 1 lists %s, want %s", got, tc.want)
			}
		})
	}
}

func listed(objects []types.Object, prefixes []types.CommonPrefix, truncated bool) string {
	var names []string
	for _, o := range objects {
		names = append(names, *o.Key)
	}
	for _, p := range prefixes {
		names = append(names, *p.Prefix)
	}
	if truncated {
		names = append(names, "+")
	}
	return fmt.Sprint(names)
}

func TestListingPages(t *testing.T) {
	_, c := withBucket(t, Options{})
	for _, key := range []string{"a/1", "a/2", "b", "c/1", "c/2", "d"} {
		put(t, c, key, "content")
	}
	pages := s3.NewListObjectsV2Paginator(c, &s3.ListObjectsV2Input{
		Bucket: pail, Delimiter: aws.String("/"), MaxKeys: aws.Int32(1),
	})
	var got []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, listed(page.Contents, page.CommonPrefixes, false))
	}
	if want := "[[a/] [b] [c/] [d]]"; fmt.Sprint(got) != want {
		t.Errorf("pages are %v, want %s", got, want)
	}
}

func TestCopyObject(t *testing.T) {
	_, c := withBucket(t, Options{})
	ctx := t.Context()
	put(t, c, "from", "content")
	output, err := c.CopyObject(ctx, &s3.CopyObjectInput{
		Bucket: pail, Key: aws.String("to"), CopySource: aws.String("pail/from"),
	})
	if err != nil || *output.CopyObjectResult.ETag != contentETag {
		t.Fatalf("copy: %v, %v", output, err)
	}
	head, err := c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: pail, Key: aws.String("to")})
	if err != nil || *head.ContentType != "text/plain" || *head.ContentLength != 7 {
		t.Errorf("the copy is %v, %v", head, err)
	}
	onto := &s3.CopyObjectInput{Bucket: pail, Key: aws.String("from"), CopySource: aws.String("pail/from")}
	_, err = c.CopyObject(ctx, onto)
	wantCode(t, err, "InvalidRequest")
	onto.MetadataDirective, onto.ContentType = types.MetadataDirectiveReplace, aws.String("text/html")
	must(t)(c.CopyObject(ctx, onto))
	head, err = c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: pail, Key: aws.String("from")})
	if err != nil || *head.ContentType != "text/html" {
		t.Errorf("the object is %v, %v", head, err)
	}
	_, err = c.CopyObject(ctx, &s3.CopyObjectInput{
		Bucket: pail, Key: aws.String("to"), CopySource: aws.String("pail/absent"),
	})
	wantCode(t, err, "NoSuchKey")
}

func TestObjectTagging(t *testing.T) {
	_, c := withBucket(t, Options{})
	ctx := t.Context()
	key := aws.String("key")
	put(t, c, "key", "content")
	must(t)(c.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{Bucket: pail, Key: key, Tagging: &types.Tagging{
		TagSet: []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}},
	}}))
	tags, err := c.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: pail, Key: key})
	if err != nil || len(tags.TagSet) != 1 || *tags.TagSet[0].Key != "a" {
		t.Errorf("tags are %v, %v", tags, err)
	}
	must(t)(c.DeleteObjectTagging(ctx, &s3.DeleteObjectTaggingInput{Bucket: pail, Key: key}))
	tags, err = c.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: pail, Key: key})
	if err != nil || len(tags.TagSet) != 0 {
		t.Errorf("tags are %v, %v", tags, err)
	}
}

func TestObjectAttributes(t *testing.T) {
	_, c := withBucket(t, Options{})
	put(t, c, "key", "content")
	got, err := c.GetObjectAttributes(t.Context(), &s3.GetObjectAttributesInput{
		Bucket: pail, Key: aws.String("key"), ObjectAttributes: []types.ObjectAttributes{"ETag", "ObjectSize"},
	})
	if err != nil || `"`+*got.ETag+`"` != contentETag || *got.ObjectSize != 7 {
		t.Errorf("attributes are %v, %v", got, err)
	}
}

func TestConcurrentUse(t *testing.T) {
	s, c := withBucket(t, Options{})
	putCORS(t, c, rule("https://a.example", "GET"))
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			key := fmt.Sprintf("key-%02d", i)
			content := strings.Repeat(key, 100)
			_, err := c.PutObject(t.Context(), &s3.PutObjectInput{
				Bucket: pail, Key: &key, Body: strings.NewReader(content), Metadata: map[string]string{"k": key},
			})
			if err != nil {
				t.Error(err)
				return
			}
			got, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: pail, Key: &key})
			if err != nil {
				t.Error(err)
				return
			}
			body, _ := io.ReadAll(got.Body)
			got.Body.Close()
			if string(body) != content || got.Metadata["k"] != key {
				t.Errorf("%s holds %.20q and %v", key, body, got.Metadata)
			}
			putCORS(t, c, rule("https://a.example", "GET"))
			send(t, "OPTIONS", s.URL()+"/pail/"+key, "", "Origin", "https://a.example",
				"Access-Control-Request-Method", "GET").wantStatus(t, 200)
		})
	}
	group.Wait()
	list, err := c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: pail})
	if err != nil || len(list.Contents) != 16 {
		t.Fatalf("list: %v, %v", list, err)
	}
	for i, o := range list.Contents {
		if want := fmt.Sprintf("key-%02d", i); *o.Key != want {
			t.Errorf("key %d is %q, want %q", i, *o.Key, want)
		}
	}
}
