package probe

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the signature of version 2 is made with it
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"corsprobe/runner/result"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// unsigned stands for a body's hash in a presigned URL.
const unsigned = "UNSIGNED-PAYLOAD"

// signers hold one for each secret key. A signer keeps the keys that it derives by the access key's id and the day alone: shared by a right
// and a wrong secret of one id, it signs with the right one where the wrong one is meant, and the other way round.
var signers sync.Map

func signerOf(creds aws.Credentials) *v4.Signer {
	signer, known := signers.Load(creds.SecretAccessKey)
	if !known {
		signer, _ = signers.LoadOrStore(creds.SecretAccessKey, v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })) // S3 escapes a path once
	}
	return signer.(*v4.Signer) //nolint:forcetypeassert // nothing else is stored
}

// Presigner presigns requests. One that differs from an earlier one in nothing that is signed, within the same second, has the earlier one's
// URL: most cells of a matrix ask for one object in ways that their signatures do not tell apart. The zero value is usable, from several
// goroutines.
type Presigner struct {
	mu   sync.Mutex
	made map[presigned]url.URL
}

// mostPresigned bounds what is kept. Seconds pass, and their URLs with them.
const mostPresigned = 1000

// Presign is [Presign].
func (p *Presigner) Presign(ctx context.Context, creds aws.Credentials, region string, q Request, expires time.Duration, now time.Time) (Request, error) {
	key := allSigned(creds, region, q, expires, now)
	if u, ok := p.earlier(key); ok {
		q.URL = &u
		return q, nil
	}
	q, err := Presign(ctx, creds, region, q, expires, now)
	if err == nil {
		p.keep(key, *q.URL)
	}
	return q, err
}

func (p *Presigner) earlier(key presigned) (url.URL, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	u, ok := p.made[key]
	return u, ok
}

func (p *Presigner) keep(key presigned, u url.URL) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.made == nil || len(p.made) >= mostPresigned {
		p.made = map[presigned]url.URL{}
	}
	p.made[key] = u
}

// presigned is all that a presigned URL depends on.
type presigned struct {
	key, secret, token, region string
	expires                    time.Duration
	now                        int64 // in seconds
	method, url, host, amz     string
	body                       int // its length
}

func allSigned(creds aws.Credentials, region string, q Request, expires time.Duration, now time.Time) presigned {
	var amz []string
	for _, h := range q.Header {
		if isAmz(h.Name) {
			amz = append(amz, h.Name, h.Value)
		}
	}
	return presigned{
		key: creds.AccessKeyID, secret: creds.SecretAccessKey, token: creds.SessionToken, region: region, expires: expires, now: now.Unix(),
		method: q.Method, url: q.URL.String(), host: q.Host, amz: strings.Join(amz, "\x00"), body: len(q.Body),
	}
}

func isAmz(name string) bool { return len(name) >= 6 && strings.EqualFold(name[:6], "x-amz-") }

// Presign puts a signature in the query, as S3's SDKs do for a web application. The request's x-amz-* headers are signed.
func Presign(ctx context.Context, creds aws.Credentials, region string, q Request, expires time.Duration, now time.Time) (Request, error) {
	r := unsignedRequest(q)
	for _, h := range q.Header {
		if isAmz(h.Name) {
			r.Header.Add(h.Name, h.Value)
		}
	}
	query := r.URL.Query()
	query.Set("X-Amz-Expires", strconv.Itoa(int(expires.Seconds())))
	r.URL.RawQuery = query.Encode()
	signed, _, err := signerOf(creds).PresignHTTP(ctx, creds, r, unsigned, "s3", region, now, func(o *v4.SignerOptions) {
		o.DisableHeaderHoisting = true // they are sent as headers, which S3 wants signed
	})
	if err != nil {
		return q, err
	}
	_, r.URL.RawQuery, _ = strings.Cut(signed, "?")
	q.URL = r.URL
	return q, nil
}

// subresources are the parameters that the signature of version 2 covers.
var subresources = []string{"acl", "cors", "delete", "lifecycle", "location", "partNumber", "policy", "response-cache-control", "response-content-disposition",
	"response-content-encoding", "response-content-language", "response-content-type", "response-expires", "tagging", "uploadId", "uploads", "versionId", "versioning", "versions", "website"}

// PresignVersion2 puts a signature of version 2 in the query, which S3 had before and which many servers still take.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html#RESTAuthenticationQueryStringAuth
func PresignVersion2(creds aws.Credentials, q Request, bucket string, expires time.Duration, now time.Time) Request {
	query := q.URL.Query()
	until := strconv.FormatInt(now.Add(expires).Unix(), 10)
	resource := q.URL.EscapedPath()
	if q.Host != "" || strings.HasPrefix(q.URL.Host, bucket+".") {
		resource = "/" + bucket + resource
	}
	var parameters []string
	for _, name := range subresources {
		if value, there := query[name]; there {
			if value[0] != "" {
				name += "=" + value[0]
			}
			parameters = append(parameters, name)
		}
	}
	if len(parameters) > 0 {
		resource += "?" + strings.Join(parameters, "&")
	}
	amz := ""
	if creds.SessionToken != "" {
		query.Set("x-amz-security-token", creds.SessionToken)
		amz = "x-amz-security-token:" + creds.SessionToken + "\n"
	}
	mac := hmac.New(sha1.New, []byte(creds.SecretAccessKey))
	_, _ = mac.Write([]byte(strings.Join([]string{q.Method, "", strings.Join(result.Values(q.Header, "Content-Type"), ""), until, amz + resource}, "\n"))) // never fails
	query.Set("AWSAccessKeyId", creds.AccessKeyID)
	query.Set("Expires", until)
	query.Set("Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	signed := *q.URL
	signed.RawQuery = query.Encode()
	q.URL = &signed
	return q
}

// Sign puts a signature in the Authorization header.
func Sign(ctx context.Context, creds aws.Credentials, region string, q Request, now time.Time) (Request, error) {
	r := unsignedRequest(q)
	for _, h := range q.Header {
		if !onTheWay(h.Name) {
			r.Header.Add(h.Name, h.Value)
		}
	}
	hash := sha256Hex(q.Body)
	if given := r.Header.Get("X-Amz-Content-Sha256"); given != "" {
		hash = given // a body in chunks, which no one hash is of
	}
	r.Header.Set("X-Amz-Content-Sha256", hash)
	if err := signerOf(creds).SignHTTP(ctx, creds, r, hash, "s3", region, now); err != nil {
		return q, err
	}
	q.Header = append([]result.Header{}, q.Header...)
	for _, name := range []string{"X-Amz-Content-Sha256", "X-Amz-Date", "X-Amz-Security-Token", "Authorization"} {
		if value := r.Header.Get(name); value != "" && !named(q.Header, name) {
			q.Header = append(q.Header, result.Header{Name: name, Value: value})
		}
	}
	if hash == SignedChunks {
		q = signChunks(creds, region, q, now)
	}
	return q, nil
}

// onTheWay reports headers that proxies write. No client signs them, for the next proxy changes them.
func onTheWay(name string) bool {
	name = strings.ToLower(name)
	return name == "via" || name == "forwarded" || strings.HasPrefix(name, "x-forwarded-")
}

// unsignedRequest is as much of a request as a signer reads.
func unsignedRequest(q Request) *http.Request {
	u := *q.URL
	return &http.Request{Method: q.Method, URL: &u, Host: q.host(), Header: http.Header{}, ContentLength: int64(len(q.Body))}
}
