package permit

import (
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/dialect/dialecttest"
	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// later has a PUT that only the second rule permits.
var later = &s3cors.Configuration{CORSRules: []s3cors.Rule{
	{AllowedOrigins: []string{"https://app.example.com", "*"}, AllowedMethods: []string{"GET"}, ExposeHeaders: []string{"ETag"}},
	{AllowedOrigins: []string{"https://app.example.com", "https://*.example.com", "http://localhost:*", "https://no.example.com/"}, AllowedMethods: []string{"GET", "PUT"}, AllowedHeaders: []string{"x-amz-*", "*", "Host"}},
}}

// TestIntents: what S3 serves by the rule itself; what an earlier rule answers, or no browser sends, is no intent of the rule's.
func TestIntents(t *testing.T) {
	var got []string
	for _, i := range Intents(later) {
		text := i.Page.Method + " " + i.Page.Origin
		if i.Header >= 0 {
			text += " " + i.Page.UnsafeNames[0]
		}
		got = append(got, text)
	}
	want := []string{
		"GET https://app.example.com", "GET https://stranger.example",
		"GET https://app.example.com x-amz-example", "GET https://app.example.com x-amz-meta-example",
		"PUT https://app.example.com", "PUT https://app.example.com x-amz-example", "PUT https://app.example.com x-amz-meta-example",
	}
	for _, origin := range []string{"https://stranger.example.com", "http://localhost:3000"} {
		want = append(want, "GET "+origin+" x-amz-example", "GET "+origin+" x-amz-meta-example", "PUT "+origin, "PUT "+origin+" x-amz-example", "PUT "+origin+" x-amz-meta-example")
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestAt: what S3's own dialect answers is what S3 answers, and the deviations at fault are named, others not.
func TestAt(t *testing.T) {
	page := fetch.Request{Origin: "https://app.example.com", Method: "PUT", Credentials: fetch.Omit}
	faithful := At(Provider{Name: "s3"}, later, page)
	if e := Explain(later, page); faithful.Gets != e.Gets || len(faithful.By) != 0 || faithful.Preflight.Status != e.Preflight.Status || !slices.Equal(faithful.Readable, e.Readable) {
		t.Errorf("S3's own dialect: got %+v", faithful)
	}
	got := At(Provider{Dialect: dialecttest.Dialect(t, "vary-missing", "max-age-missing", "rule-by-origin-alone", "expose-headers-missing")}, later, page)
	if got.Gets != result.Blocked || got.Preflight.Status != 403 || got.Actual != nil || len(got.By) != 1 || got.By[0].Deviation != "rule-by-origin-alone" {
		t.Errorf("got %+v", got)
	}
	both := At(Provider{Dialect: dialecttest.Dialect(t, "preflight-204", "vary-missing")}, later, page)
	if both.Gets != result.Readable || len(both.By) != 2 {
		t.Errorf("got %+v", both)
	}
	if refused := At(Provider{Dialect: dialecttest.Dialect(t, "most-rules: 1")}, later, page); refused.Refused != "PutBucketCors is answered 400 InvalidRequest" || refused.Gets != result.Blocked || refused.By[0].Deviation != "most-rules: 1" {
		t.Errorf("got %+v", refused)
	}
	if none := At(Provider{NoBucketCORS: true}, later, page); none.Refused != "it has no CORS of a bucket's" || none.Gets != result.Blocked {
		t.Errorf("got %+v", none)
	}
}

// TestEitherIsEnough: where each of two deviations alone has the page blocked, both are named.
func TestEitherIsEnough(t *testing.T) {
	page := fetch.Request{Origin: "https://app.example.com", Method: "PUT", Credentials: fetch.Omit}
	_, by := Blocks(dialecttest.Dialect(t, "rule-by-origin-alone", "only-first-rule"), later, page)
	if by.String() != "rule-by-origin-alone, only-first-rule" {
		t.Errorf("by %s", by)
	}
	if sentence, by := Blocks(dialecttest.Dialect(t, "vary-missing"), later, page); sentence != "" || by != nil {
		t.Errorf("%s by %s", sentence, by)
	}
}

func TestLost(t *testing.T) {
	if lost := Lost(nil, later); len(lost) != 0 {
		t.Errorf("S3 itself loses %+v", lost)
	}
	for _, l := range Lost(dialecttest.Dialect(t, "expose-headers-missing"), later) {
		if l.Sentence != "" || !slices.Equal(l.Unread, []string{"ETag"}) || l.By.String() != "expose-headers-missing" {
			t.Errorf("got %+v", l)
		}
	}
	c := Compare([]Provider{{Title: "A", Dialect: dialecttest.Dialect(t, "delete-never")}, {Title: "B", Dialect: dialecttest.Dialect(t, "rule-by-origin-alone")}, {Title: "C", NoBucketCORS: true}}, later)
	for _, q := range c.Requests {
		blocked := q.Rule == 2
		if !q.At[0].Works() || q.At[1].Works() == blocked || q.At[2].Works() {
			t.Errorf("got %+v", q)
		}
	}
}
