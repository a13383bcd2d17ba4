package scenarios

import (
	"slices"
	"strings"
	"sync"
)

// Operation is one of S3's operations as a page sends it, beyond what a target and a method say: with its query, headers and body. Only CORS
// is judged of its answer (fact 39), for which status it has is no matter of CORS.
//
// Placeholders in braces are filled in as it is sent: {etag} and {modified} of the object, {version} of it, {upload} and {part} (its part's
// ETag) of a multipart upload that is begun for it, {source} for a copy, {key} of the object, {md5} of the body, {cors} the configuration that the
// bucket has, {chunk} the signature of a chunk.
type Operation struct {
	Name   string // S3's, and after a dash what is special: "GetObject-range"
	Method string
	Target Target // Object, MissingObject or Bucket
	Query  string
	Fields []Field
	Body   string
	// Form: the body is a form by which a page uploads an object, signed by a policy of its own, and these are its further fields. Requests
	// are anonymous apart from that.
	Form []Field
	// Own: the object is there before, and nobody else's: the operation changes it.
	Own bool
	// Changes: it changes the bucket itself, and with that what others are answered. Where it is authorised, it is its step's only cell.
	Changes bool
	// NoPreflight says why none is sent; empty: one is.
	NoPreflight string
}

// OperationByName finds an operation; false where no operation has that name, or the name stands for no single one.
func OperationByName(name string) (Operation, bool) {
	i, ok := operationAt()[name]
	if !ok {
		return Operation{}, false
	}
	return operationTable[i], true
}

// operationAt is where each operation stands in the table, by its name.
var operationAt = sync.OnceValue(func() map[string]int {
	at := map[string]int{}
	for i, o := range operationTable {
		at[o.Name] = i
	}
	return at
})

// Operations lists every operation.
func Operations() []Operation { return slices.Clone(operationTable) }

const (
	tagging      = `<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet><Tag><Key>colour</Key><Value>blue</Value></Tag></TagSet></Tagging>`
	noUpload     = "corsprobe-no-such-upload"
	versionIsBad = "S3 refuses a preflight with a versionId (fact 14)"
)

// fields pairs names and values.
func fields(namesAndValues ...string) []Field {
	all := []Field{}
	for i := 0; i+1 < len(namesAndValues); i += 2 {
		all = append(all, Field{namesAndValues[i], namesAndValues[i+1]})
	}
	return all
}

var operationTable = slices.Concat(readings, listings, writings, uploads, forms, bucketChanges, errorOperations)

// readings read an object or something of it.
var readings = []Operation{
	{Name: "GetObject-range", Method: "GET", Target: Object, Fields: fields("Range", "bytes=0-3")},
	{Name: "GetObject-range-suffix", Method: "GET", Target: Object, Fields: fields("Range", "bytes=-4")},
	{Name: "GetObject-range-unsatisfiable", Method: "GET", Target: Object, Fields: fields("Range", "bytes=99999999-")},
	{Name: "GetObject-range-suffix-of-none", Method: "GET", Target: Object, Fields: fields("Range", "bytes=-0")},
	{Name: "GetObject-if-range", Method: "GET", Target: Object, Fields: fields("Range", "bytes=0-3", "If-Range", "{etag}")},
	{Name: "GetObject-if-match", Method: "GET", Target: Object, Fields: fields("If-Match", "{etag}")},
	{Name: "GetObject-if-match-fails", Method: "GET", Target: Object, Fields: fields("If-Match", `"0"`)},
	{Name: "GetObject-if-none-match", Method: "GET", Target: Object, Fields: fields("If-None-Match", "{etag}")},
	{Name: "GetObject-if-modified-since", Method: "GET", Target: Object, Fields: fields("If-Modified-Since", "{modified}")},
	{Name: "GetObject-if-unmodified-since", Method: "GET", Target: Object, Fields: fields("If-Unmodified-Since", "Mon, 01 Jan 2001 00:00:00 GMT")},
	{Name: "GetObject-version", Method: "GET", Target: Object, Query: "versionId={version}", NoPreflight: versionIsBad},
	{Name: "GetObject-part", Method: "GET", Target: Object, Query: "partNumber=1"},
	{Name: "GetObject-checksum", Method: "GET", Target: Object, Fields: fields("x-amz-checksum-mode", "ENABLED")},
	{Name: "GetObject-response-disposition", Method: "GET", Target: Object, Query: "response-content-disposition=attachment%3B%20filename%3Da.txt"},
	{Name: "GetObject-response-headers", Method: "GET", Target: Object, Query: "response-cache-control=no-store&response-content-encoding=identity&response-content-language=de&response-content-type=text%2Fcsv&response-expires=0"},
	{Name: "HeadObject-response-type", Method: "HEAD", Target: Object, Query: "response-content-type=text%2Fcsv"},
	{Name: "HeadObject-if-none-match", Method: "HEAD", Target: Object, Fields: fields("If-None-Match", "{etag}")},
	{Name: "HeadObject-range", Method: "HEAD", Target: Object, Fields: fields("Range", "bytes=0-3")},
	{Name: "GetObjectTagging", Method: "GET", Target: Object, Query: "tagging="},
	{Name: "GetObjectAcl", Method: "GET", Target: Object, Query: "acl="},
	{Name: "GetObjectAttributes", Method: "GET", Target: Object, Query: "attributes=", Fields: fields("x-amz-object-attributes", "ETag,ObjectSize")},
	{Name: "GetObject-if-range-fails", Method: "GET", Target: Object, Fields: fields("Range", "bytes=0-3", "If-Range", `"0"`)},
	{Name: "GetObject-if-none-match-range", Method: "GET", Target: Object, Fields: fields("Range", "bytes=0-3", "If-None-Match", "{etag}")},
	{Name: "HeadObject-if-match-fails", Method: "HEAD", Target: Object, Fields: fields("If-Match", `"0"`)},
	{Name: "HeadObject-if-modified-since", Method: "HEAD", Target: Object, Fields: fields("If-Modified-Since", "{modified}")},
	{Name: "HeadObject-range-unsatisfiable", Method: "HEAD", Target: Object, Fields: fields("Range", "bytes=99999999-")},
	{Name: "GetObjectRetention", Method: "GET", Target: Object, Query: "retention="},
	{Name: "GetObjectLegalHold", Method: "GET", Target: Object, Query: "legal-hold="},
	{Name: "GetObject-ranges", Method: "GET", Target: Object, Fields: fields("Range", "bytes=0-1,4-5")},
	{Name: "HeadObject-part", Method: "HEAD", Target: Object, Query: "partNumber=1"},
	{Name: "GetObject-as-text", Method: "GET", Target: Object, Fields: fields("Accept", "text/html")},
}

// listings read a bucket or something of it.
var listings = []Operation{
	{Name: "ListObjects", Method: "GET", Target: Bucket, Query: "delimiter=%2F&prefix=folder%2F"},
	{Name: "ListObjects-encoded", Method: "GET", Target: Bucket, Query: "encoding-type=url&marker=a&max-keys=2"},
	{Name: "ListObjectsV2-folders", Method: "GET", Target: Bucket, Query: "delimiter=%2F&list-type=2&prefix=folder%2F"},
	{Name: "ListObjectsV2-encoded", Method: "GET", Target: Bucket, Query: "encoding-type=url&list-type=2&max-keys=2&start-after=a"},
	{Name: "ListObjectsV2-bad-token", Method: "GET", Target: Bucket, Query: "continuation-token=corsprobe&list-type=2"},
	{Name: "ListObjectsV2-owners", Method: "GET", Target: Bucket, Query: "fetch-owner=true&list-type=2&max-keys=1"},
	{Name: "ListMultipartUploads", Method: "GET", Target: Bucket, Query: "uploads="},
	{Name: "ListObjectVersions", Method: "GET", Target: Bucket, Query: "versions="},
	{Name: "GetBucketVersioning", Method: "GET", Target: Bucket, Query: "versioning="},
	{Name: "GetBucketAcl", Method: "GET", Target: Bucket, Query: "acl="},
	{Name: "GetBucketTagging", Method: "GET", Target: Bucket, Query: "tagging="},
	{Name: "GetBucketPolicy", Method: "GET", Target: Bucket, Query: "policy="},
	{Name: "GetBucketCors", Method: "GET", Target: Bucket, Query: "cors="},
	{Name: "GetBucketWebsite", Method: "GET", Target: Bucket, Query: "website="},
	{Name: "GetBucketLifecycleConfiguration", Method: "GET", Target: Bucket, Query: "lifecycle="},
	{Name: "GetBucketEncryption", Method: "GET", Target: Bucket, Query: "encryption="},
}

// writings change an object of their own.
var writings = []Operation{
	{Name: "PutObject-if-none-match", Method: "PUT", Target: Object, Own: true, Fields: fields("If-None-Match", "*"), Body: "new\n"},
	{Name: "PutObject-if-match", Method: "PUT", Target: Object, Own: true, Fields: fields("If-Match", `"0"`), Body: "new\n"},
	{Name: "PutObject-metadata", Method: "PUT", Target: Object, Fields: fields("Content-Type", "image/png", "Cache-Control", "no-store", "Content-Disposition", "attachment", "x-amz-meta-title", "holiday", "x-amz-storage-class", "STANDARD"), Body: "new\n"},
	{Name: "PutObject-md5", Method: "PUT", Target: Object, Fields: fields("Content-MD5", "{md5}"), Body: "new\n"},
	{Name: "PutObject-checksum", Method: "PUT", Target: Object, Fields: fields("x-amz-checksum-crc32", "kxa5SQ==", "x-amz-sdk-checksum-algorithm", "CRC32"), Body: "corsprobe was here\n"},
	{Name: "PutObject-trailer", Method: "PUT", Target: Object, Body: "13\r\ncorsprobe was here\n\r\n0\r\nx-amz-checksum-crc32:kxa5SQ==\r\n\r\n",
		Fields: fields("Content-Encoding", "aws-chunked", "x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x-amz-decoded-content-length", "19", "x-amz-sdk-checksum-algorithm", "CRC32", "x-amz-trailer", "x-amz-checksum-crc32")},
	{Name: "PutObject-chunks", Method: "PUT", Target: Object, Body: "13;chunk-signature={chunk}\r\ncorsprobe was here\n\r\n0;chunk-signature={chunk}\r\n\r\n",
		Fields: fields("Content-Encoding", "aws-chunked", "x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "x-amz-decoded-content-length", "19")},
	{Name: "PutObject-compressed", Method: "PUT", Target: Object, Fields: fields("Content-Encoding", "gzip", "Content-Type", "text/css"), Body: "new\n"},
	{Name: "PutObject-encrypted", Method: "PUT", Target: Object, Fields: fields("x-amz-server-side-encryption", "AES256"), Body: "new\n"},
	{Name: "PutObject-tagged", Method: "PUT", Target: Object, Fields: fields("x-amz-tagging", "colour=blue"), Body: "new\n"},
	{Name: "PutObject-expect", Method: "PUT", Target: Object, Fields: fields("Expect", "100-continue"), Body: "new\n"},
	{Name: "CopyObject-replace", Method: "PUT", Target: Object, Fields: fields("x-amz-copy-source", "{source}", "x-amz-metadata-directive", "REPLACE", "Content-Type", "image/png")},
	{Name: "CopyObject-if-match-fails", Method: "PUT", Target: Object, Fields: fields("x-amz-copy-source", "{source}", "x-amz-copy-source-if-match", `"0"`)},
	{Name: "DeleteObject-version", Method: "DELETE", Target: Object, Own: true, Query: "versionId={version}", NoPreflight: versionIsBad},
	{Name: "PutBucketCors", Method: "PUT", Target: Bucket, Query: "cors=", Fields: fields("Content-MD5", "{md5}", "Content-Type", "application/xml"), Body: "{cors}"},
	{Name: "CopyObject", Method: "PUT", Target: Object, Fields: fields("x-amz-copy-source", "{source}")},
	{Name: "PutObjectTagging", Method: "PUT", Target: Object, Own: true, Query: "tagging=", Fields: fields("Content-MD5", "{md5}", "Content-Type", "application/xml"), Body: tagging},
	{Name: "DeleteObjectTagging", Method: "DELETE", Target: Object, Own: true, Query: "tagging="},
	{Name: "PutObjectAcl", Method: "PUT", Target: Object, Own: true, Query: "acl=", Fields: fields("x-amz-acl", "private")},
	{Name: "DeleteObject", Method: "DELETE", Target: Object, Own: true},
	{Name: "DeleteObjects", Method: "POST", Target: Bucket, Query: "delete=", Fields: fields("Content-MD5", "{md5}", "Content-Type", "application/xml"), Body: "<Delete><Object><Key>{key}</Key></Object><Quiet>true</Quiet></Delete>"},
}

// uploads are the life of a multipart upload.
var uploads = []Operation{
	{Name: "CreateMultipartUpload", Method: "POST", Target: Object, Query: "uploads=", Fields: fields("Content-Type", "video/mp4")},
	{Name: "UploadPart", Method: "PUT", Target: Object, Query: "partNumber=1&uploadId={upload}", Body: "a part\n"},
	{Name: "UploadPartCopy", Method: "PUT", Target: Object, Query: "partNumber=1&uploadId={upload}", Fields: fields("x-amz-copy-source", "{source}")},
	{Name: "ListParts", Method: "GET", Target: Object, Query: "uploadId={upload}"},
	{Name: "CompleteMultipartUpload", Method: "POST", Target: Object, Query: "uploadId={upload}", Fields: fields("Content-Type", "application/xml"),
		Body: "<CompleteMultipartUpload><Part><ETag>{part}</ETag><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>"},
	{Name: "AbortMultipartUpload", Method: "DELETE", Target: Object, Query: "uploadId={upload}"},
}

// forms upload an object by a page's form. What headers S3 answers them with is open (fact 42).
var forms = []Operation{
	{Name: "PostObject", Method: "POST", Target: Bucket, Form: fields(), Body: "corsprobe was here\n"},
	{Name: "PostObject-created", Method: "POST", Target: Bucket, Form: fields("success_action_status", "201"), Body: "corsprobe was here\n"},
	{Name: "PostObject-redirect", Method: "POST", Target: Bucket, Form: fields("success_action_redirect", "https://app.example.com/done"), Body: "corsprobe was here\n"},
	{Name: "PostObject-forged", Method: "POST", Target: Bucket, Form: fields("x-amz-signature", strings.Repeat("0", 64)), Body: "corsprobe was here\n"},
}

// bucketChanges change a bucket, what a page has no business to do; it may be told so.
var bucketChanges = []Operation{
	{Name: "DeleteBucketCors", Method: "DELETE", Target: Bucket, Changes: true, Query: "cors="},
	{Name: "PutBucketAcl", Method: "PUT", Target: Bucket, Changes: true, Query: "acl=", Fields: fields("x-amz-acl", "private")},
	{Name: "PutBucketPolicy", Method: "PUT", Target: Bucket, Changes: true, Query: "policy=", Fields: fields("Content-MD5", "{md5}"), Body: `{"Version":"2012-10-17","Statement":[]}`},
	{Name: "DeleteBucketPolicy", Method: "DELETE", Target: Bucket, Changes: true, Query: "policy="},
	{Name: "PutBucketTagging", Method: "PUT", Target: Bucket, Changes: true, Query: "tagging=", Fields: fields("Content-MD5", "{md5}", "Content-Type", "application/xml"), Body: tagging},
	{Name: "DeleteBucketTagging", Method: "DELETE", Target: Bucket, Changes: true, Query: "tagging="},
	{Name: "PutBucketVersioning", Method: "PUT", Target: Bucket, Changes: true, Query: "versioning=", Fields: fields("Content-MD5", "{md5}", "Content-Type", "application/xml"),
		Body: "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>"},
	{Name: "DeleteBucketWebsite", Method: "DELETE", Target: Bucket, Changes: true, Query: "website="},
}

// errorOperations are refused by S3, each for a reason of its own.
var errorOperations = []Operation{
	{Name: "NoSuchUpload", Method: "GET", Target: Object, Query: "uploadId=" + noUpload},
	{Name: "NoSuchUpload-abort", Method: "DELETE", Target: Object, Query: "uploadId=" + noUpload},
	{Name: "NoSuchUpload-complete", Method: "POST", Target: Object, Query: "uploadId=" + noUpload, Fields: fields("Content-Type", "application/xml"),
		Body: "<CompleteMultipartUpload><Part><ETag>0</ETag><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>"},
	{Name: "InvalidPart", Method: "POST", Target: Object, Query: "uploadId={upload}", Fields: fields("Content-Type", "application/xml"),
		Body: "<CompleteMultipartUpload><Part><ETag>0</ETag><PartNumber>7</PartNumber></Part></CompleteMultipartUpload>"},
	{Name: "NoSuchVersion", Method: "GET", Target: Object, Query: "versionId=corsprobe", NoPreflight: versionIsBad},
	{Name: "NoSuchTagging", Method: "GET", Target: MissingObject, Query: "tagging="},
	{Name: "NoSuchKey-as-text", Method: "GET", Target: MissingObject, Fields: fields("Accept", "text/html")},
	{Name: "NoSuchSource", Method: "PUT", Target: Object, Fields: fields("x-amz-copy-source", "{source}-missing")},
	{Name: "BadDigest", Method: "PUT", Target: Object, Fields: fields("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="), Body: "new\n"},
	{Name: "InvalidDigest", Method: "PUT", Target: Object, Fields: fields("Content-MD5", "none"), Body: "new\n"},
	{Name: "MalformedXML", Method: "PUT", Target: Object, Own: true, Query: "tagging=", Fields: fields("Content-MD5", "{md5}"), Body: "<Tagging>"},
	{Name: "MalformedXML-delete", Method: "POST", Target: Bucket, Query: "delete=", Fields: fields("Content-MD5", "{md5}"), Body: "<Delete>"},
	{Name: "InvalidArgument", Method: "GET", Target: Bucket, Query: "list-type=2&max-keys=many"},
	{Name: "InvalidStorageClass", Method: "PUT", Target: Object, Fields: fields("x-amz-storage-class", "CORSPROBE"), Body: "new\n"},
	{Name: "MethodNotAllowed", Method: "POST", Target: Object, Body: "new\n"},
}

// Mentions reports that the operation has a placeholder.
func (o Operation) Mentions(placeholder string) bool {
	inFields := slices.ContainsFunc(o.Fields, func(f Field) bool { return strings.Contains(f.Value, placeholder) })
	return inFields || strings.Contains(o.Query, placeholder) || strings.Contains(o.Body, placeholder)
}
