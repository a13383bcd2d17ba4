package embedded

import (
	"encoding/xml"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func TestCORSRoundTrip(t *testing.T) {
	_, c := withBucket(t, Options{})
	var large []types.CORSRule
	for i := range 60 {
		large = append(large, rule(fmt.Sprintf("https://site-%02d.example", 59-i), "PUT", "GET"))
	}
	if size, _ := xml.Marshal(large); len(size) < 4096 {
		t.Fatalf("the large configuration has %d bytes only", len(size))
	}
	cases := []struct {
		desc  string
		rules []types.CORSRule
	}{
		{"all fields, nothing sorted", []types.CORSRule{
			{
				ID:             aws.String("second before first"),
				AllowedOrigins: []string{"https://z.example", "https://*.a.example", "http://localhost:8080"},
				AllowedMethods: []string{"PUT", "GET", "DELETE", "HEAD", "POST"},
				AllowedHeaders: []string{"x-amz-*", "Content-Type", "authorization"},
				ExposeHeaders:  []string{"x-amz-version-id", "ETag"},
				MaxAgeSeconds:  aws.Int32(3000),
			},
			rule("*", "GET"),
		}},
		{"over 4 KiB", large},
		{"a smaller one in its place", []types.CORSRule{rule("https://a.example", "GET")}},
	}
	for _, tc := range cases {
		t.Run(tc.desc, func(t *testing.T) {
			putCORS(t, c, tc.rules...)
			// Another request, so that the server's buffers are used again.
			put(t, c, "key", strings.Repeat("x", 8192))
			got, err := c.GetBucketCors(t.Context(), &s3.GetBucketCorsInput{Bucket: pail})
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got.CORSRules, tc.rules) {
				t.Errorf("rules are %+v, want %+v", got.CORSRules, tc.rules)
			}
		})
	}
}

func TestDeleteBucketCorsLeavesTheBucket(t *testing.T) {
	_, c := withBucket(t, Options{})
	putCORS(t, c, rule("*", "GET"))
	for range 2 {
		must(t)(c.DeleteBucketCors(t.Context(), &s3.DeleteBucketCorsInput{Bucket: pail}))
	}
	_, err := c.GetBucketCors(t.Context(), &s3.GetBucketCorsInput{Bucket: pail})
	wantCode(t, err, "NoSuchCORSConfiguration")
	must(t)(c.HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: pail}))
}

// Without CORS of its own a server accepts configurations as ever, says that it has none, and answers without CORS headers.
func TestWithoutCORS(t *testing.T) {
	s, c := withBucket(t, Options{WithoutCORS: true})
	put(t, c, "key", "content")
	putCORS(t, c, rule("https://a.example", "GET"))
	_, err := c.GetBucketCors(t.Context(), &s3.GetBucketCorsInput{Bucket: pail})
	wantCode(t, err, "NoSuchCORSConfiguration")
	got := send(t, "GET", presignGet(t, c, "key"), "", "Origin", "https://a.example")
	got.wantStatus(t, 200)
	got.wantHeader(t, "Access-Control-Allow-Origin", "")
	_, err = c.PutBucketCors(t.Context(), &s3.PutBucketCorsInput{
		Bucket:            aws.String("no-such-pail"),
		CORSConfiguration: &types.CORSConfiguration{CORSRules: []types.CORSRule{rule("*", "GET")}},
	})
	wantCode(t, err, "NoSuchBucket")
	send(t, "GET", s.URL()+"/pail/key", "").wantStatus(t, 403)
}

func TestInvalidCORSIsRefused(t *testing.T) {
	_, c := withBucket(t, Options{})
	putCORS(t, c, rule("https://a.example", "GET"))
	_, err := c.PutBucketCors(t.Context(), &s3.PutBucketCorsInput{
		Bucket:            pail,
		CORSConfiguration: &types.CORSConfiguration{CORSRules: []types.CORSRule{rule("https://*.*", "GET")}},
	})
	wantCode(t, err, "InvalidRequest")
	got, err := c.GetBucketCors(t.Context(), &s3.GetBucketCorsInput{Bucket: pail})
	if err != nil || got.CORSRules[0].AllowedOrigins[0] != "https://a.example" {
		t.Errorf("the stored configuration is %v, %v", got, err)
	}
}

func TestPreflight(t *testing.T) {
	s, c := withBucket(t, Options{})
	putCORS(t, c, rule("https://a.example", "GET", "PUT"))
	cases := []struct {
		desc, url, host, origin, method string
		status                          int
		allow                           string
	}{
		{"listed origin", "/pail/key", "", "https://a.example", "PUT", 200, "https://a.example"},
		{"another origin", "/pail/key", "", "https://b.example", "PUT", 403, ""},
		{"another method", "/pail/key", "", "https://a.example", "DELETE", 403, ""},
		{"the bucket itself", "/pail", "", "https://a.example", "GET", 200, "https://a.example"},
		{"virtual host", "/key", "pail.localhost", "https://a.example", "PUT", 200, "https://a.example"},
		{"virtual host, another origin", "/key", "pail.localhost", "https://b.example", "PUT", 403, ""},
	}
	for _, tc := range cases {
		t.Run(tc.desc, func(t *testing.T) {
			headers := []string{"Origin", tc.origin, "Access-Control-Request-Method", tc.method}
			if tc.host != "" {
				headers = append(headers, "Host", tc.host+s.URL()[strings.LastIndex(s.URL(), ":"):])
			}
			got := send(t, "OPTIONS", s.URL()+tc.url, "", headers...)
			got.wantStatus(t, tc.status)
			got.wantHeader(t, "Access-Control-Allow-Origin", tc.allow)
			if tc.status == 403 && !strings.Contains(got.body, "<Code>AccessForbidden</Code>") {
				t.Errorf("body is %s", got.body)
			}
		})
	}
}

func TestActualAnswerCarriesCORS(t *testing.T) {
	s, c := withBucket(t, Options{})
	put(t, c, "key", "content")
	putCORS(t, c, rule("https://a.example", "GET"))
	signed := presignGet(t, c, "key")
	got := send(t, "GET", signed, "", "Origin", "https://a.example")
	got.wantStatus(t, 200)
	got.wantHeader(t, "Access-Control-Allow-Origin", "https://a.example")
	got = send(t, "GET", signed, "", "Origin", "https://b.example")
	got.wantStatus(t, 200)
	got.wantHeader(t, "Access-Control-Allow-Origin", "")
	send(t, "GET", s.URL()+"/pail/key", "").wantStatus(t, 403)
}

func TestVirtualHostedBucket(t *testing.T) {
	for _, domain := range []string{"", "s3.example"} {
		s, c := withBucket(t, Options{VirtualDomain: domain})
		put(t, c, "dir/key", "content")
		if domain == "" {
			domain = "localhost"
		}
		policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",` +
			`"Action":"s3:GetObject","Resource":"arn:aws:s3:::pail/*"}]}`
		must(t)(c.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: pail, Policy: &policy}))
		port := s.URL()[strings.LastIndex(s.URL(), ":"):]
		got := send(t, "GET", s.URL()+"/dir/key", "", "Host", "pail."+domain+port)
		got.wantStatus(t, 200)
		if got.body != "content" {
			t.Errorf("%s: body is %q", domain, got.body)
		}
	}
}
