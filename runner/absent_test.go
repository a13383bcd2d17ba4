package runner

import (
	"path"
	"strings"
	"testing"
	"testing/synctest"

	"corsprobe/runner/endpoint"
	"corsprobe/runner/result"
)

// Calls on a bucket that does not exist are judged, where the endpoint lets it be known; what came of them is taken away whatever it was.
func TestOnMissing(t *testing.T) {
	for _, c := range []struct {
		name   string
		opts   Options
		answer *endpoint.CallError // to the call on nothing; nil: as S3
		call   string
		want   string // of the call's cell
	}{
		{"as S3", Options{}, nil, "put-missing/PutBucketCors", "passed"},
		{"accepted", Options{}, &endpoint.CallError{Status: 200}, "put-missing/PutBucketCors", "failed: config.status 404 NoSuchBucket 200"},
		{"another code", Options{}, &endpoint.CallError{Status: 404, Code: "NoSuchCORSConfiguration"}, "get-missing/GetBucketCors", "failed: config.error-code NoSuchBucket NoSuchCORSConfiguration"},
		{"deleted", Options{}, &endpoint.CallError{Status: 204}, "delete-missing/DeleteBucketCors", "failed: config.status 404 NoSuchBucket 204"},
		{"not told", Options{}, &endpoint.CallError{Status: 403, Code: "AccessDenied"}, "get-missing/GetBucketCors", "unsupported: the endpoint does not tell these credentials that the bucket does not exist: it answers 403 AccessDenied"},
		{"not implemented", Options{}, &endpoint.CallError{Status: 501}, "delete-missing/DeleteBucketCors", "unsupported: the endpoint does not tell these credentials that the bucket does not exist: it answers 501"},
		{
			"deletion beside a user's bucket", Options{Bucket: "theirs"}, &endpoint.CallError{Status: 204}, "delete-missing/DeleteBucketCors",
			"unsupported: DeleteBucketCors is not sent to a bucket that does not exist: with --bucket no other is changed, not even one that should not be there",
		},
		{
			"beside a user's bucket", Options{Bucket: "theirs"}, &endpoint.CallError{Status: 200}, "put-missing/PutBucketCors",
			"unsupported: PutBucketCors is not sent to a bucket that does not exist: with --bucket no other is changed, not even one that should not be there",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				w.buckets["theirs"] = &fakeBucket{w: w, name: "theirs", objects: map[string]bool{}, closed: c.opts.Bucket == ""}
				w.fails = func(call string) error {
					if c.answer != nil && call == path.Base(c.call)+" on nothing" {
						return c.answer
					}
					return nil
				}
				report, trouble, _ := played(t, w, c.opts, "lifecycle/put-replace-delete/missing-bucket")
				noneLeft(t, w, trouble)
				for _, cell := range report.Cells {
					if got := shown(cell); strings.HasSuffix(cell.ID, "/"+c.call) && got != c.want {
						t.Errorf("%s is %s, want %s", cell.ID, got, c.want)
					}
				}
			})
		})
	}
}

// shown is a verdict with what it rests on.
func shown(c result.Cell) string {
	text := string(c.Verdict)
	if c.Reason != "" {
		text += ": " + c.Reason
	}
	for _, f := range c.Findings {
		text += ": " + f.Check + " " + f.Expected + " " + f.Got
	}
	return text
}
