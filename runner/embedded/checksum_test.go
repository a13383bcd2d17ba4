package embedded

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// sendTrailing uploads in the form that SDKs use for streams: chunks, and a checksum after the last one.
func sendTrailing(t *testing.T, s *Server, key, content, crc string) answer {
	t.Helper()
	const payload = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
	body := "7\r\n" + content + "\r\n0\r\nx-amz-checksum-crc32:" + crc + "\r\n\r\n"
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, s.URL()+"/pail/"+key, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"Content-Encoding": "aws-chunked", "X-Amz-Content-Sha256": payload,
		"X-Amz-Decoded-Content-Length": "7", "X-Amz-Trailer": "x-amz-checksum-crc32",
	} {
		req.Header.Set(name, value)
	}
	access, secret := s.Credentials()
	err = v4.NewSigner().SignHTTP(t.Context(), aws.Credentials{AccessKeyID: access, SecretAccessKey: secret},
		req, payload, "s3", s.Region(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	resp, err := web.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return answer{status: resp.StatusCode, header: resp.Header}
}

func TestTrailingChecksum(t *testing.T) {
	s, c := withBucket(t, Options{})
	crc := base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte("content"))))
	sendTrailing(t, s, "right", "content", crc).wantStatus(t, 200)
	got, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{
		Bucket: pail, Key: aws.String("right"), ChecksumMode: types.ChecksumModeEnabled,
	})
	if err != nil || *got.ContentLength != 7 || aws.ToString(got.ChecksumCRC32) != crc {
		t.Errorf("the object is %v, %v", got, err)
	}
	sendTrailing(t, s, "wrong", "content", "AAAAAA==").wantStatus(t, 400)
	_, err = c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: pail, Key: aws.String("wrong")})
	wantCode(t, err, "NotFound")
}
