package endpoint_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"corsprobe/runner/embedded"
	"corsprobe/runner/endpoint"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Only what a run made, and left long ago, is swept.
func TestSweep(t *testing.T) {
	config := start(t, nil)
	const left, unmarked, short, other = "corsprobe-aaaaaaaaaaaa-1", "corsprobe-bbbbbbbbbbbb-1", "corsprobe-results", "users"
	for _, name := range []string{left, unmarked, short, other} {
		_, err := client(config).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name})
		must(t, err)
		put(t, config, name, "object.txt")
		if name != unmarked {
			put(t, config, name, "corsprobe-keep")
		}
	}
	e := open(t, config)
	all := []string{left, unmarked, short, other}
	for _, c := range []struct {
		older time.Duration
		dry   bool
		want  []string
		stay  []string
	}{
		{time.Hour, false, nil, all},
		{0, true, []string{left}, all},
		{0, false, []string{left}, all[1:]},
		{0, false, nil, all[1:]},
	} {
		got, err := endpoint.Sweep(t.Context(), e, c.older, c.dry)
		must(t, err)
		same(t, fmt.Sprintf("Sweep(%v, %v)", c.older, c.dry), c.want, got)
		same(t, "buckets", c.stay, buckets(t, config))
	}
}

// pages answers as a server with more buckets than one list shows.
func pages(dates ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		if r.URL.Path != "/" || r.Method != http.MethodGet {
			return
		}
		page := len(r.URL.Query().Get("continuation-token"))
		fmt.Fprintf(w, "<ListAllMyBucketsResult><Buckets><Bucket><Name>corsprobe-aaaaaaaaaaaa-%d</Name>", page)
		if dates[page] != "" {
			fmt.Fprintf(w, "<CreationDate>%s</CreationDate>", dates[page])
		}
		fmt.Fprint(w, "</Bucket></Buckets>")
		if page+1 < len(dates) {
			fmt.Fprintf(w, "<ContinuationToken>%s</ContinuationToken>", strings.Repeat("t", page+1))
		}
		fmt.Fprint(w, "</ListAllMyBucketsResult>")
	}
}

// All pages are read; a bucket of unknown age may be in use.
func TestSweepReadsEveryPage(t *testing.T) {
	environment(t)
	server := httptest.NewServer(pages("2020-01-01T00:00:00Z", "", "2020-01-01T00:00:00.000Z", time.Now().UTC().Format(time.RFC3339)))
	defer server.Close()
	e := open(t, endpoint.Config{URL: server.URL, AccessKey: "AKIAEXAMPLE", SecretKey: secret})
	got, err := endpoint.Sweep(t.Context(), e, time.Hour, true)
	must(t, err)
	same(t, "swept", []string{"corsprobe-aaaaaaaaaaaa-0", "corsprobe-aaaaaaaaaaaa-2"}, got)
}

func TestSweepTellsErrors(t *testing.T) {
	const left = "corsprobe-aaaaaaaaaaaa-1"
	const sweeps = "; corsprobe sweep --run aaaaaaaaaaaa --endpoint URL --region us-east-1 removes it"
	for _, c := range []struct{ name, method, target, body, want string }{
		{"the list is refused", "GET", "/", document("AccessDenied"), "URL refused ListBuckets: 403 AccessDenied: No; the keys may not do this"},
		{"no S3", "GET", "/", "<html><br></html>", "URL is no S3 endpoint: it answers ListBuckets with 403 application/xml and no document of S3's; check --endpoint"},
		{"the mark is refused", "HEAD", "/" + left + "/corsprobe-keep", "", "bucket " + left + " is left alone: HeadObject: 403 Forbidden: Forbidden"},
		{"the objects are not listed", "GET", "/" + left + "?list-type=2&prefix=", document("AccessDenied"), "the bucket " + left + " is left behind: DeleteBucket: 409 BucketNotEmpty: The bucket you tried to delete is not empty. (ListObjectsV2: 403 AccessDenied: No.)" + sweeps},
		{"the bucket is refused", "DELETE", "/" + left, document("AccessDenied"), "the bucket " + left + " is left behind: DeleteBucket: 403 AccessDenied: No." + sweeps},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := start(t, func(x *embedded.Exchange, next func()) {
				if x.Method() == c.method && strings.TrimSuffix(strings.ReplaceAll(x.Target(), "?x-id=ListBuckets", ""), "/") == strings.TrimSuffix(c.target, "/") {
					x.SetStatus(403)
					x.SetHeader("Content-Type", "application/xml")
					x.SetBody(c.body)
					return
				}
				next()
			})
			name := left
			_, err := client(config).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name})
			must(t, err)
			put(t, config, left, "corsprobe-keep")
			got, err := endpoint.Sweep(t.Context(), open(t, config), 0, false)
			same(t, "swept", []string(nil), got)
			same(t, "error", c.want, said(err, config))
			key := "corsprobe-keep" // what is left must be found by the next sweep
			_, err = client(config).GetObject(t.Context(), &s3.GetObjectInput{Bucket: &name, Key: &key})
			must(t, err)
		})
	}
}
