package page

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"

	gocmp "github.com/google/go-cmp/cmp"
)

// lines reads header lines, separated by |.
func lines(text string) []result.Header {
	var all []result.Header
	for line := range strings.SplitSeq(text, "|") {
		if name, value, found := strings.Cut(line, ": "); found {
			all = append(all, result.Header{Name: name, Value: value})
		}
	}
	return all
}

// Whether a browser may use an answer again without asking (RFC 9111, 4.2 and 5.2.2): no-store and no-cache forbid it wherever they stand, max-age
// goes before Expires, an Expires that is no date or no later than Date is stale, and a Last-Modified gives some time.
func TestIsKept(t *testing.T) {
	const date, later, modified = "Date: Wed, 01 Jul 2026 00:00:00 GMT", "Expires: Thu, 02 Jul 2026 00:00:00 GMT", "Last-Modified: Mon, 01 Jun 2026 00:00:00 GMT"
	for headers, want := range map[string]bool{
		"":                                                           false,
		"ETag: \"1\"":                                                false,
		modified:                                                     true,
		"Cache-Control: public":                                      false,
		"Cache-Control: public|" + modified:                          true,
		"Cache-Control: max-age=60":                                  true,
		"Cache-Control: MAX-AGE=\"60\"":                              true,
		"Cache-Control: max-age=0|" + modified:                       false,
		"Cache-Control: max-age=-1|" + modified:                      false,
		"Cache-Control: no-store|" + modified:                        false,
		"Cache-Control: no-cache|" + modified:                        false,
		"Cache-Control: max-age=60, no-store":                        false,
		"Cache-Control: max-age=60, No-Cache":                        false,
		"Cache-Control: max-age=60|Cache-Control: no-store":          false,
		date + "|" + later:                                           true,
		later:                                                        true,
		date + "|" + later + "|Cache-Control: max-age=0":             false,
		date + "|Expires: Wed, 01 Jul 2026 00:00:00 GMT":             false,
		date + "|Expires: Tue, 30 Jun 2026 00:00:00 GMT":             false,
		date + "|Expires: 0":                                         false,
		"Expires: -1|" + modified:                                    false,
		date + "|Expires: Tue, 30 Jun 2026 00:00:00 GMT|" + modified: false,
	} {
		if got := isKept(fetch.Response{Headers: lines(headers)}); got != want {
			t.Errorf("%q: %t, want %t", headers, got, want)
		}
	}
}

// An answer to an <img> spoils a page's where a cache may keep it for the page, and the page cannot read it.
func TestSpoils(t *testing.T) {
	const kept = "Cache-Control: max-age=60"
	page := fetch.Response{Status: 200, Headers: lines("Access-Control-Allow-Origin: *")}
	for _, c := range []struct {
		name   string
		status int
		lines  string
		want   bool
	}{
		{"kept", 200, kept, true},
		{"not kept", 200, "", false},
		{"readable", 200, kept + "|Access-Control-Allow-Origin: *", false},
		{"told apart", 200, kept + "|Vary: Accept-Encoding, origin", false},
		{"never used again", 200, kept + "|Vary: *", false},
		{"told apart by something else", 200, kept + "|Vary: Accept-Encoding", true},
		{"an error", 403, kept, false},
	} {
		if got := spoils(page, fetch.Response{Status: c.status, Headers: lines(c.lines)}); got != c.want {
			t.Errorf("%s: %t, want %t", c.name, got, c.want)
		}
	}
	if spoils(fetch.Response{Status: 404}, fetch.Response{Status: 200, Headers: lines(kept)}) {
		t.Error("an error of the page's own is spoilt")
	}
}

func TestIsFromCache(t *testing.T) {
	for headers, want := range map[string]bool{
		"": false, "Age: 0": false, "Age: 1": true, "Age: soon": false, "age:  12 ": true, "X-Cache: Hit from cloudfront": true, "X-Cache: Miss from cloudfront": false,
		"CF-Cache-Status: HIT": true, "CF-Cache-Status: DYNAMIC": false, "X-Proxy-Cache: hit": true, "X-Cache-Status: EXPIRED": false, "Via: 1.1 varnish": false, "X-Served-By: cache-hit": false,
	} {
		if got := isFromCache(result.Exchange{Response: result.Response{Headers: lines(headers)}}); got != want {
			t.Errorf("%q: %t, want %t", headers, got, want)
		}
	}
}

func TestTrace(t *testing.T) {
	ex := result.Exchange{Response: result.Response{Headers: lines("Via: 1.1 a|ETag: \"1\"|Age: 5|via: 1.1 b")}}
	if diff := gocmp.Diff([]string{"Age: 5", "Via: 1.1 a", "Via: 1.1 b"}, trace(ex)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A URL is a bucket's where it has no key, or lists.
func TestTargetOf(t *testing.T) {
	for address, want := range map[string]s3cors.Target{
		"https://b.s3.example.com": s3cors.Bucket, "https://b.s3.example.com/": s3cors.Bucket, "https://b.s3.example.com/?list-type=2": s3cors.Bucket, "https://s3.example.com/b?list-type=2&prefix=a": s3cors.Bucket,
		"https://b.s3.example.com/k": s3cors.Object, "https://b.s3.example.com/a/b?versionId=1": s3cors.Object,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := targetOf(u); got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
}

// Another scheme or port is another host: nothing that is as good as a key goes there.
func TestSameHost(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"https://h/a", "https://h/b?c", true}, {"https://h/a", "http://h/a", false}, {"https://h:8443/", "https://h/", false}, {"https://h", "https://g", false}, {"https://u:p@h/", "https://h/", true},
	} {
		if got := sameHost(c.a, c.b); got != c.want {
			t.Errorf("%s and %s: %t, want %t", c.a, c.b, got, c.want)
		}
	}
}

// A browser that carries a key goes to the URL's host alone; else anywhere.
func TestHostsForKeys(t *testing.T) {
	for _, c := range []struct {
		header string
		want   []string
	}{
		{"", nil}, {"X-Amz-Date", nil}, {"Content-Type", nil}, {"Authorization", []string{"s3.example.com"}}, {"X-Amz-Security-Token", []string{"s3.example.com"}}, {"X-Api-Key", []string{"s3.example.com"}},
	} {
		q := Request{URL: "https://s3.example.com:9000/b/k", Page: fetch.Request{Headers: []result.Header{{Name: c.header, Value: "v"}}}}
		if got := HostsFor(q); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.header, got, c.want)
		}
	}
}

// Safe methods change nothing (RFC 9110, 9.2.1); of what is not known, it is not believed.
func TestChanges(t *testing.T) {
	for method, want := range map[string]bool{"GET": false, "HEAD": false, "OPTIONS": false, "PUT": true, "POST": true, "DELETE": true, "PATCH": true, "get": true, "X": true} {
		if got := changes(method); got != want {
			t.Errorf("%s: %t, want %t", method, got, want)
		}
	}
}
