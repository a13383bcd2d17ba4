package endpoint

import (
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"net/http"
	"slices"
	"strconv"
	"time"

	"corsprobe/runner/probe"
	"corsprobe/runner/result"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// withContentMD5 adds the digest that S3 once required and that some servers still do (fact 70).
func withContentMD5(o *s3.Options) {
	o.APIOptions = append(o.APIOptions, smithyhttp.AddContentChecksumMiddleware)
}

// PutDocument sends a raw PutBucketCors body, which need not be valid: the SDK would refuse to send some of what S3 must refuse. digests are
// "md5", or S3's checksums in lower case; without any it has both MD5 and CRC32. "wrong-md5" is that of another document, "malformed-md5" none.
func (b *Bucket) PutDocument(ctx context.Context, document []byte, digests ...string) result.Exchange {
	if len(digests) == 0 {
		digests = []string{"md5", "crc32"}
	}
	b.changing()
	lines := []result.Header{{Name: "Content-Type", Value: "application/xml"}}
	if slices.Equal(digests, []string{"trailing"}) {
		return b.changeRaw(ctx, trailing(document, lines))
	}
	for _, name := range digests {
		lines = append(lines, digestLine(name, document))
	}
	b.enterAbsent()
	ex := b.changeRaw(ctx, probe.Request{Kind: "PutBucketCors", Method: http.MethodPut, Body: document, Header: lines})
	b.learnAbsent(ex)
	return ex
}

// digestLine is the header line of one digest of a document.
func digestLine(name string, document []byte) result.Header {
	switch name {
	case "malformed-md5":
		return result.Header{Name: "Content-MD5", Value: "none"}
	case "wrong-md5":
		return digestLine("md5", append([]byte("another "), document...))
	}
	h := hashes[name]()
	_, _ = h.Write(document) // never fails
	header := "x-amz-checksum-" + name
	if name == "md5" {
		header = "Content-MD5"
	}
	return result.Header{Name: header, Value: base64.StdEncoding.EncodeToString(h.Sum(nil))}
}

// trailing has the document in chunks, with CRC32 after the last.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
func trailing(document []byte, lines []result.Header) probe.Request {
	sum := base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(document)))
	body := fmt.Appendf(nil, "%x\r\n%s\r\n0\r\nx-amz-checksum-crc32:%s\r\n\r\n", len(document), document, sum)
	lines = append(lines,
		result.Header{Name: "Content-Encoding", Value: "aws-chunked"},
		result.Header{Name: "x-amz-content-sha256", Value: "STREAMING-UNSIGNED-PAYLOAD-TRAILER"},
		result.Header{Name: "x-amz-decoded-content-length", Value: strconv.Itoa(len(document))},
		result.Header{Name: "x-amz-sdk-checksum-algorithm", Value: "CRC32"},
		result.Header{Name: "x-amz-trailer", Value: "x-amz-checksum-crc32"},
	)
	return probe.Request{Kind: "PutBucketCors", Method: http.MethodPut, Body: body, Header: lines}
}

// hashes are the digests that S3 knows (fact 70).
var hashes = map[string]func() hash.Hash{
	"md5":       md5.New,
	"crc32":     func() hash.Hash { return crc32.NewIEEE() },
	"crc32c":    func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) },
	"sha1":      sha1.New,
	"sha256":    sha256.New,
	"crc64nvme": func() hash.Hash { return crc64.New(crc64.MakeTable(0x9a6c9329ac4bc9b5)) },
}

// GetDocument sends GetBucketCors, and gives the answer as it came.
func (b *Bucket) GetDocument(ctx context.Context) result.Exchange {
	return b.call(ctx, probe.Request{Kind: "GetBucketCors", Method: http.MethodGet})
}

// DeleteDocument sends DeleteBucketCors under the conditions of [Bucket.DeleteCORS], and gives the answer as it came.
func (b *Bucket) DeleteDocument(ctx context.Context) (result.Exchange, error) {
	if b.absent != nil { // there is nothing to lose
		return b.call(ctx, probe.Request{Kind: "DeleteBucketCors", Method: http.MethodDelete}), nil
	}
	if err := b.mayDelete(ctx); err != nil {
		return result.Exchange{}, err
	}
	ex := b.changeRaw(ctx, probe.Request{Kind: "DeleteBucketCors", Method: http.MethodDelete})
	return ex, b.still(ctx)
}

// call sends a configuration call.
func (b *Bucket) call(ctx context.Context, q probe.Request) result.Exchange {
	u, host, err := b.e.Address(b.name, "", "cors=", "auto")
	if err != nil {
		return result.Exchange{Kind: q.Kind, Error: err.Error()}
	}
	q.URL, q.Host = u, host
	return b.e.signed(ctx, q)
}

// signed signs a request and sends it.
func (e *Endpoint) signed(ctx context.Context, q probe.Request) result.Exchange {
	creds, err := e.Credentials(ctx)
	if err == nil {
		q, err = probe.Sign(ctx, creds, e.Region(), q, time.Now())
	}
	if err != nil {
		return result.Exchange{Kind: q.Kind, Error: err.Error()}
	}
	return e.probe.Do(ctx, q)
}
