package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"corsprobe/runner/reference"
	"corsprobe/runner/result"
	"corsprobe/runner/runnertest/race"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

const agreed = `{"CORSRules": [
  {"AllowedOrigins": ["https://app.example.com"], "AllowedMethods": ["GET", "PUT"], "AllowedHeaders": ["Content-*", "x-amz-*", "authorization"], "ExposeHeaders": ["ETag"]},
  {"AllowedOrigins": ["*"], "AllowedMethods": ["GET", "HEAD"]}
]}`

// What explain says of a request is what a probe of a faithful endpoint comes to: what the page gets, at which step it is blocked, and why.
func TestExplainAgreesWithProbe(t *testing.T) {
	race.Skip(t)
	address := faithful(t)
	file := filepath.Join(t.TempDir(), "cors.json")
	if err := os.WriteFile(file, []byte(agreed), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, origin := range []string{"https://app.example.com", "https://other.example.org", "null"} {
		for _, method := range []string{"GET", "put", "patch", "DELETE", "HEAD", "post"} {
			for _, headers := range [][]string{nil, {"content-type: image/png"}, {"content-type: text/plain"}, {"range"}, {"Authorization: x", "x-amz-date: 1"}, {"x-other"}} {
				for _, credentials := range []bool{false, true} {
					args := []string{"--origin", origin, "--method", method, "--json"}
					for _, h := range headers {
						args = append(args, "--header", h)
					}
					if credentials {
						args = append(args, "--credentials")
					}
					said, came := explained(t, append([]string{"explain", "--cors", file}, args...)), probed(t, append([]string{"probe", address, "--send"}, args...))
					if said != came {
						t.Errorf("%v: explain says %s, probe %s", args, said, came)
					}
				}
			}
		}
	}
}

// faithful is the address of an object at an endpoint that answers as S3 does, in a bucket with that configuration.
func faithful(t *testing.T) string {
	t.Helper()
	server, err := reference.StartWith(context.Background(), reference.Behaviour{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close(context.Background()) })
	access, secret := server.Credentials()
	client := s3.New(s3.Options{BaseEndpoint: aws.String(server.URL()), Region: "us-east-1", UsePathStyle: true, Credentials: credentials.NewStaticCredentialsProvider(access, secret, "")})
	if _, err = client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("media")}); err != nil {
		t.Fatal(err)
	}
	var cfg types.CORSConfiguration
	if err = json.Unmarshal([]byte(agreed), &cfg); err != nil {
		t.Fatal(err)
	}
	if _, err = client.PutBucketCors(t.Context(), &s3.PutBucketCorsInput{Bucket: aws.String("media"), CORSConfiguration: &cfg}); err != nil {
		t.Fatal(err)
	}
	return server.URL() + "/media/k"
}

func run(t *testing.T, args []string, into any) {
	t.Helper()
	var out, problems bytes.Buffer
	if code := Main(args, &out, &problems); code > 1 {
		t.Fatalf("%v: exit code %d: %s", args, code, problems.String())
	}
	if err := json.Unmarshal(out.Bytes(), into); err != nil {
		t.Fatalf("%v: %v", args, err)
	}
}

// explained and probed say in a line what a page gets, and the verdict of each step.
func explained(t *testing.T, args []string) string {
	var e result.Explanation
	run(t, args, &e)
	line := string(e.Gets)
	for _, a := range []*result.ExplainedAnswer{e.Preflight, e.Actual} {
		if a != nil {
			line += fmt.Sprintf(" %v/%s", a.Verdict.Allowed, a.Verdict.Code)
		}
	}
	return line
}

func probed(t *testing.T, args []string) string {
	var p result.Page
	run(t, args, &p)
	line := string(p.Gets)
	if p.Gets == result.Refused {
		line = string(result.Readable) // nobody may read the object without a signature; CORS has no part in that
	}
	for _, s := range p.Steps {
		line += fmt.Sprintf(" %v/%s", s.Verdict.Allowed, s.Verdict.Code)
	}
	return line
}
