package probe

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"corsprobe/runner/result"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// SignedChunks is the X-Amz-Content-Sha256 of a body in chunks that are signed one by one, each with the signature of the one before.
const SignedChunks = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"

// ChunkSignature stands in a body for the signature of a chunk until [Sign] has made it: it is as long.
var ChunkSignature = strings.Repeat("0", 2*sha256.Size)

const amzDate = "20060102T150405Z"

func signingScope(region string, now time.Time) string {
	return now.UTC().Format("20060102") + "/" + region + "/s3/aws4_request"
}

// signingKey is the key of a day, a region and S3.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
func signingKey(creds aws.Credentials, region string, now time.Time) []byte {
	key := []byte("AWS4" + creds.SecretAccessKey)
	for part := range strings.SplitSeq(signingScope(region, now), "/") {
		key = hmacSHA256(key, part)
	}
	return key
}

func hmacSHA256(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte(text)) // never fails
	return mac.Sum(nil)
}

func sha256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// signChunks puts the signatures into a signed request's body of chunks: size, signature and line break, data and line break.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
func signChunks(creds aws.Credentials, region string, q Request, now time.Time) Request {
	_, before, _ := strings.Cut(strings.Join(result.Values(q.Header, "Authorization"), ""), "Signature=")
	var body bytes.Buffer
	for rest := q.Body; len(rest) > 0; {
		head, after, found := bytes.Cut(rest, []byte("\r\n"))
		size, _, _ := strings.Cut(string(head), ";")
		n, err := strconv.ParseUint(size, 16, 31)
		if !found || err != nil || len(after) < int(n)+2 {
			return q // no such body, which the endpoint will say
		}
		text := strings.Join([]string{"AWS4-HMAC-SHA256-PAYLOAD", now.UTC().Format(amzDate), signingScope(region, now), before, sha256Hex(nil), sha256Hex(after[:n])}, "\n")
		before = hex.EncodeToString(hmacSHA256(signingKey(creds, region, now), text))
		body.WriteString(size + ";chunk-signature=" + before + "\r\n")
		body.Write(after[:n+2])
		rest = after[n+2:]
	}
	q.Body = body.Bytes()
	return q
}
