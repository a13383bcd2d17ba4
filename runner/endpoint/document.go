package endpoint

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"net/http"
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

// PutDocument sends a raw PutBucketCors body, which need not be valid: the SDK would refuse to send some of what S3 must refuse.
func (b *Bucket) PutDocument(ctx context.Context, document []byte) result.Exchange {
	b.trusted, b.fresh = false, false
	sum := md5.Sum(document)
	crc := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(document))
	return b.changeRaw(ctx, probe.Request{Kind: "PutBucketCors", Method: http.MethodPut, Body: document, Header: []result.Header{
		{Name: "Content-Type", Value: "application/xml"},
		{Name: "Content-MD5", Value: base64.StdEncoding.EncodeToString(sum[:])},
		{Name: "x-amz-checksum-crc32", Value: base64.StdEncoding.EncodeToString(crc)},
	}})
}

// GetDocument sends GetBucketCors, and gives the answer as it came.
func (b *Bucket) GetDocument(ctx context.Context) result.Exchange {
	return b.call(ctx, probe.Request{Kind: "GetBucketCors", Method: http.MethodGet})
}

// DeleteDocument sends DeleteBucketCors under the conditions of [Bucket.DeleteCORS], and gives the answer as it came.
func (b *Bucket) DeleteDocument(ctx context.Context) (result.Exchange, error) {
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
