package probe

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"corsprobe/runner/result"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// unsigned stands for a body's hash in a presigned URL.
const unsigned = "UNSIGNED-PAYLOAD"

// signer keeps the keys that it derives, and is safe for use from several goroutines.
var signer = v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }) // S3 escapes a path once

// Presign puts a signature in the query, as S3's SDKs do for a web application. The request's x-amz-* headers are signed.
func Presign(ctx context.Context, creds aws.Credentials, region string, q Request, expires time.Duration, now time.Time) (Request, error) {
	r, err := plain(ctx, q)
	if err != nil {
		return q, err
	}
	for _, h := range q.Header {
		if strings.HasPrefix(strings.ToLower(h.Name), "x-amz-") {
			r.Header.Add(h.Name, h.Value)
		}
	}
	query := r.URL.Query()
	query.Set("X-Amz-Expires", strconv.Itoa(int(expires.Seconds())))
	r.URL.RawQuery = query.Encode()
	signed, _, err := signer.PresignHTTP(ctx, creds, r, unsigned, "s3", region, now, func(o *v4.SignerOptions) {
		o.DisableHeaderHoisting = true // they are sent as headers, which S3 wants signed
	})
	if err != nil {
		return q, err
	}
	q.URL, err = url.Parse(signed)
	return q, err
}

// Sign puts a signature in the Authorization header.
func Sign(ctx context.Context, creds aws.Credentials, region string, q Request, now time.Time) (Request, error) {
	r, err := plain(ctx, q)
	if err != nil {
		return q, err
	}
	for _, h := range q.Header {
		r.Header.Add(h.Name, h.Value)
	}
	sum := sha256.Sum256(q.Body)
	hash := hex.EncodeToString(sum[:])
	if given := r.Header.Get("X-Amz-Content-Sha256"); given != "" {
		hash = given // a body in chunks, which no one hash is of
	}
	r.Header.Set("X-Amz-Content-Sha256", hash)
	if err := signer.SignHTTP(ctx, creds, r, hash, "s3", region, now); err != nil {
		return q, err
	}
	q.Header = append([]result.Header{}, q.Header...)
	for _, name := range []string{"X-Amz-Content-Sha256", "X-Amz-Date", "X-Amz-Security-Token", "Authorization"} {
		if value := r.Header.Get(name); value != "" && !named(q.Header, name) {
			q.Header = append(q.Header, result.Header{Name: name, Value: value})
		}
	}
	return q, nil
}

func plain(ctx context.Context, q Request) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, q.Method, q.URL.String(), nil)
	if err != nil {
		return nil, err
	}
	if q.Host != "" {
		r.Host = q.Host
	}
	r.ContentLength = int64(len(q.Body))
	return r, nil
}
