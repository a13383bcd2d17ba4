package endpoint_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"corsprobe/runner/embedded"
	"corsprobe/runner/endpoint"
	"corsprobe/runner/probe"
	"corsprobe/runner/runnertest/race"
)

// calls are the kinds of calls that a run makes, by what their requests are known by.
var calls = map[string]func(r *http.Request) bool{
	"ListBuckets":         func(r *http.Request) bool { return r.Method == http.MethodGet && r.URL.Path == "/" },
	"CreateBucket":        create,
	"PutObject":           func(r *http.Request) bool { return r.Method == http.MethodPut && strings.Count(r.URL.Path, "/") > 1 },
	"PutBucketCors":       corsCall("PUT"),
	"GetBucketCors":       corsCall("GET"),
	"ListObjects":         func(r *http.Request) bool { return r.URL.Query().Has("list-type") },
	"ListVersions":        func(r *http.Request) bool { return r.URL.Query().Has("versions") },
	"ListUploads":         func(r *http.Request) bool { return r.URL.Query().Has("uploads") },
	"GetObject":           func(r *http.Request) bool { return r.Method == http.MethodGet && strings.Count(r.URL.Path, "/") > 1 },
	"DeleteBucketAndMark": func(r *http.Request) bool { return r.Method == http.MethodDelete },
}

// endless never stops sending, a body or a header.
func endless(status int, head bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		chunk := []byte(strings.Repeat("<Contents><Key>x</Key></Contents>", 2000))
		if head {
			for i := range 1000 {
				w.Header().Add("X-Endless", strconv.Itoa(i)+string(chunk[:8000]))
			}
		}
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<R>")
		for r.Context().Err() == nil {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
}

// An answer without end costs neither memory nor time, whichever call it answers.
func TestEndlessAnswers(t *testing.T) {
	race.Skip(t)
	environment(t)
	for name, match := range calls {
		for kind, handler := range map[string]http.HandlerFunc{"body": endless(200, false), "refusal": endless(403, false), "header": endless(200, true)} {
			if kind == "header" && name != "GetBucketCors" {
				continue // the same code for all, and each is tried three times
			}
			t.Run(name+", "+kind, func(t *testing.T) {
				server := quiet(t, except(match, handler), false)
				config := endpoint.Config{URL: server.URL, AccessKey: "AKIAEXAMPLE", SecretKey: secret, RunID: runID, JournalDir: t.TempDir(), Options: probe.Options{Timeout: 20 * time.Second}}
				e := open(t, config)
				e.Settle(0)
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				began := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				_ = e.Check(ctx) // fails or not: what it costs is the point
				if b, err := e.UseBucket(ctx, "users"); err == nil {
					_ = b.Close(ctx)
				}
				runtime.ReadMemStats(&after)
				if mib := (after.TotalAlloc - before.TotalAlloc) >> 20; mib > 500 {
					t.Errorf("%d MiB were allocated", mib)
				}
				if took := time.Since(began); took > 30*time.Second {
					t.Errorf("it took %v", took)
				}
			})
		}
	}
}

// No redirect takes a signed request to another server; what S3 says of the right region is told.
func TestRedirects(t *testing.T) {
	environment(t)
	var strayed atomic.Int32
	other := quiet(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strayed.Add(1) }), false)
	const signature = "?X-Amz-Signature=0123456789abcdef"
	s3 := func(code, more string) string {
		return "<Error><Code>" + code + "</Code><Message>Elsewhere.</Message>" + more + "</Error>"
	}
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, c := range []struct{ name, body, location, region, want string }{
			{"to another server", "", other.URL + "/elsewhere" + signature, "", "OTHER"},
			{"by S3, with its endpoint", s3("TemporaryRedirect", "<Endpoint>s3.eu-west-1.amazonaws.com</Endpoint>"), other.URL, "", "http://s3.eu-west-1.amazonaws.com"},
			{"by S3, with the bucket's host and region", s3("PermanentRedirect", "<Bucket>corsprobe-0123456789ab-1</Bucket><Endpoint>corsprobe-0123456789ab-1.s3.eu-west-1.amazonaws.com</Endpoint>"), "", "eu-west-1", "http://s3.eu-west-1.amazonaws.com --region eu-west-1"},
		} {
			t.Run(fmt.Sprint(status, " ", c.name), func(t *testing.T) {
				server := quiet(t, except(create, func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "application/xml")
					if c.location != "" {
						w.Header().Set("Location", c.location)
					}
					if c.region != "" {
						w.Header().Set("X-Amz-Bucket-Region", c.region)
					}
					w.WriteHeader(status)
					_, _ = io.WriteString(w, c.body)
				}), false)
				config := endpoint.Config{URL: server.URL, AccessKey: "AKIAEXAMPLE", SecretKey: secret, RunID: runID, JournalDir: t.TempDir()}
				text := strings.ReplaceAll(said(open(t, config).Check(t.Context()), config), other.URL, "OTHER")
				to, _, _ := strings.Cut(c.want, " ")
				for _, part := range []string{"URL redirects CreateBucket to " + to + ", and no redirect is followed with credentials: ", "; give --endpoint " + c.want} {
					if !strings.Contains(text, part) {
						t.Errorf("%s\nwant in it: %s", text, part)
					}
				}
				if strings.Contains(text, "0123456789abcdef") {
					t.Errorf("a signature is shown: %s", text)
				}
			})
		}
	}
	same(t, "requests that strayed", int32(0), strayed.Load())
}

// The region that an error document names is told, too.
func TestRegionInTheDocument(t *testing.T) {
	environment(t)
	server := quiet(t, answer(400, "application/xml", "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The region is wrong.</Message><Region>eu-central-1</Region></Error>"), false)
	config := endpoint.Config{URL: server.URL, AccessKey: "AKIAEXAMPLE", SecretKey: secret, RunID: runID}
	same(t, "error", "URL refused ListBuckets: 400 AuthorizationHeaderMalformed: The region is wrong; give --region eu-central-1", said(open(t, config).Check(t.Context()), config))
}

// Nothing of a URL is shown that may be a secret.
func TestEndpointIsNotShown(t *testing.T) {
	environment(t)
	for _, url := range []string{
		"https://s3.example.com/?X-Amz-Signature=" + secret, "https://s3.example.com#" + secret, "https://me:" + secret + "@s3.example.com", "s3.example.com?" + secret,
		"https://me:" + secret + "%40s3.example.com", "https://s3.example.com/?", "https:///?" + secret, "://?" + secret, "https://me:" + secret + "%40s3.example.com/%zz",
	} {
		_, err := endpoint.Open(t.Context(), endpoint.Config{URL: url})
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v, want an error that does not show the secret", url, err)
		}
	}
}

// Only where the bucket is not found twice it is said to be gone; otherwise, what came instead.
func TestStill(t *testing.T) {
	for _, c := range []struct {
		name     string
		statuses []int
		want     string
	}{
		{"not found", slices.Repeat([]int{404}, 64), "after DeleteBucketCors the bucket corsprobe-0123456789ab-1 does not answer any more: HeadBucket: 404 NotFound"},
		{"not found once", []int{404}, "no error"},
		{"denied", []int{403}, "whether the bucket corsprobe-0123456789ab-1 is there after DeleteBucketCors is not known: HeadBucket: 403 Forbidden: Forbidden"},
		{"in trouble", slices.Repeat([]int{503}, 64), "whether the bucket corsprobe-0123456789ab-1 is there after DeleteBucketCors is not known: HeadBucket: 503 ServiceUnavailable: Service Unavailable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			left := c.statuses
			config := start(t, func(x *embedded.Exchange, next func()) {
				if x.Method() == http.MethodHead && len(left) > 0 {
					x.SetStatus(left[0])
					left = left[1:]
					return
				}
				next()
			})
			e := open(t, config)
			e.Settle(300 * time.Millisecond)
			b := newBucket(t, e)
			must(t, b.PutCORS(t.Context(), rules("*")))
			_, err := b.GetCORS(t.Context())
			must(t, err)
			same(t, "error", c.want, said(b.DeleteCORS(t.Context()), config))
			must(t, b.Close(t.Context()))
		})
	}
}

// Where the time for cleaning up is short, a call that hangs does not take all of it.
func TestCloseWithinItsTime(t *testing.T) {
	var hang atomic.Int32
	release := make(chan struct{})
	config := start(t, func(x *embedded.Exchange, next func()) {
		if x.Method() == http.MethodPut && strings.Contains(x.Target(), "?cors") && hang.Add(-1) >= 0 {
			<-release
			return
		}
		next()
	})
	defer close(release)
	usersBucket(t, config, "users", rules("https://mine.example"))
	b, err := open(t, config).UseBucket(t.Context(), "users")
	must(t, err)
	must(t, b.PutCORS(t.Context(), rules("*")))
	hang.Store(1)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	must(t, b.Close(ctx))
	same(t, "configuration", rules("https://mine.example"), configured(t, config))
}

// When the time is over it is said exactly what was left undone.
func TestCloseOutOfTime(t *testing.T) {
	release := make(chan struct{})
	var hang atomic.Bool
	config := start(t, func(_ *embedded.Exchange, next func()) {
		if hang.Load() {
			<-release
			return
		}
		next()
	})
	usersBucket(t, config, "users", rules("https://mine.example"))
	e := open(t, config)
	users, err := e.UseBucket(t.Context(), "users")
	must(t, err)
	own := newBucket(t, e)
	hang.Store(true)
	for _, b := range []*endpoint.Bucket{users, own} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		began := time.Now()
		err := b.Close(ctx)
		cancel()
		var notRestored *endpoint.NotRestored
		var left *endpoint.LeftBehind
		if !errors.As(err, &notRestored) && !errors.As(err, &left) {
			t.Errorf("%s: %v, want what was left undone", b.Name(), err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s: Close took %v of its second", b.Name(), took)
		}
	}
	hang.Store(false)
	close(release)
	must(t, users.Close(t.Context()))
	must(t, own.Close(t.Context()))
}

// Every reason that the network gives is named.
func TestReasons(t *testing.T) {
	environment(t)
	for _, c := range []struct{ name, url, want string }{
		{"reset", "http://" + resetting(t), "GetBucketCors: connection reset by peer"},
		{"half an answer", "http://" + raw(t, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<R>"), "GetBucketCors: its answer of 200 cannot be read: the connection was closed in the middle of the answer"},
		{"half a head", "http://" + raw(t, "HTTP/1.1 200"), "GetBucketCors: the connection was closed in the middle of the answer"},
		{"garbage", "http://" + raw(t, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n<R<"), "GetBucketCors: its answer of 200 cannot be read: XML syntax error on line 1: expected attribute name in element"},
		{"a TLS alert", "https://" + raw(t, "\x15\x03\x03\x00\x02\x02\x28"), "GetBucketCors: tls: handshake failure"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel() // most of it is waiting
			config := endpoint.Config{URL: c.url, AccessKey: "AKIAEXAMPLE", SecretKey: secret, RunID: runID, JournalDir: t.TempDir()}
			_, err := open(t, config).ReadCORS(t.Context(), "users")
			same(t, "error", c.want, said(err, config))
		})
	}
}
