package endpoint_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"corsprobe/runner/embedded"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// A user's bucket loses every key that the run was given, and none besides.
func TestCloseRemovesHandedOutKeys(t *testing.T) {
	config := start(t, nil)
	usersBucket(t, config, "users", nil)
	e := open(t, config)
	b, err := e.UseBucket(t.Context(), "users")
	must(t, err)
	written, uploaded, unwritten := b.Key("probe.txt"), b.Key("post"), b.Key("missing")
	strange := b.Key("a b+ü&.txt")
	same(t, "key", "corsprobe-0123456789ab/probe.txt", written)
	must(t, b.PutObject(t.Context(), written, []byte("x")))
	must(t, b.PutObject(t.Context(), strange, []byte("x")))
	upload(t, config.URL, client(config), uploaded)
	stranger := "corsprobe-0123456789ab/not-handed-out"
	put(t, config, "users", stranger)
	upload(t, config.URL, client(config), stranger)
	upload(t, config.URL, client(config), "mine.bin")

	must(t, b.Close(t.Context()))
	objects, uploads := keys(t, config, "users")
	same(t, "objects", []string{stranger, "mine.txt"}, objects)
	same(t, "uploads", []string{stranger, "mine.bin"}, uploads)
	same(t, "buckets held", 0, e.Held())
	same(t, "key without an object", "corsprobe-0123456789ab/missing", unwritten)
}

func upload(t *testing.T, url string, c *s3.Client, key string) {
	t.Helper()
	bucket := "users"
	if _, err := c.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: &bucket, Key: &key}); err != nil {
		t.Fatalf("%s: %v", url, err)
	}
}

// A bucket that is used as it is has its objects taken away again, and its configuration is neither read nor changed.
func TestUseBucketAsIs(t *testing.T) {
	var seen recorder
	config := start(t, seen.middleware)
	usersBucket(t, config, "users", rules("https://app.example.com"))
	seen.take("")
	e := open(t, config)
	b, err := e.UseBucketAsIs(t.Context(), "users")
	must(t, err)
	must(t, b.PutObject(t.Context(), b.Key("probe.txt"), []byte("x")))
	must(t, b.Close(t.Context()))
	same(t, "calls", []string(nil), seen.take("?cors"))
	objects, _ := keys(t, config, "users")
	same(t, "objects", []string{"mine.txt"}, objects)
	same(t, "buckets held", 0, e.Held())

	_, err = e.UseBucketAsIs(t.Context(), "missing")
	same(t, "missing", "URL refused ListObjectsV2: 404 NoSuchBucket: The specified bucket does not exist; check --bucket, and make the bucket first: with --bucket none is made", said(err, config))
}

// What is the user's is not overwritten either.
func TestPutObjectOfTheUsers(t *testing.T) {
	var seen recorder
	config := start(t, seen.middleware)
	usersBucket(t, config, "users", nil)
	b, err := open(t, config).UseBucket(t.Context(), "users")
	must(t, err)
	seen.take("")
	err = b.PutObject(t.Context(), "mine.txt", []byte("not mine"))
	same(t, "error", `PutObject is not sent: the key "mine.txt" in the bucket users is not the run's`, said(err, config))
	same(t, "requests", []string(nil), seen.take(""))
	must(t, b.Close(t.Context()))
}

// In a versioned bucket every version and marker of the run's keys goes, and no delete is without a version: that would add a marker.
func TestCloseRemovesVersions(t *testing.T) {
	f := &fake{
		versions: []version{{"mine.txt", "m1", false}, {"mine.txt", "m2", true}, {"corsprobe-0123456789ab/other", "o1", false}},
		uploads:  []version{{"mine.bin", "1", false}, {"corsprobe-0123456789ab/probe.txt", "2", false}},
	}
	config := f.start(t)
	b, err := open(t, config).UseBucket(t.Context(), "users")
	must(t, err)
	key := b.Key("probe.txt")
	must(t, b.PutObject(t.Context(), key, []byte("x")))
	must(t, b.PutObject(t.Context(), key, []byte("y")))
	f.add(key, true)
	f.versions = append(f.versions, version{key, "null", false})
	f.take("")
	must(t, b.Close(t.Context()))
	same(t, "versions", []version{{"mine.txt", "m1", false}, {"mine.txt", "m2", true}, {"corsprobe-0123456789ab/other", "o1", false}}, f.versions)
	same(t, "uploads", []version{{"mine.bin", "1", false}}, f.uploads)
	same(t, "deletes", 5+2, len(f.take("DELETE"))) // the lease and the journal's copy, too
}

// A bucket of the run's own is emptied wholly before it goes.
func TestCloseEmptiesOwnBuckets(t *testing.T) {
	f := &fake{}
	config := f.start(t)
	b := newBucket(t, open(t, config))
	for range 3 {
		must(t, b.PutObject(t.Context(), "object.txt", []byte("x")))
	}
	f.add("object.txt", true)
	f.versions = append(f.versions, version{"marked", "null", true}) // as where versioning was suspended
	f.uploads = []version{{"big.bin", "1", false}}
	must(t, b.Close(t.Context()))
	same(t, "versions", 0, len(f.versions))
	same(t, "uploads", 0, len(f.uploads))
	same(t, "bucket gone", true, f.gone)
	f.take("")
	must(t, b.Close(t.Context()))
	same(t, "requests of a second Close", []string(nil), f.take(""))
}

// What stays is told, with why.
func TestCloseTellsWhatStays(t *testing.T) {
	f := &fake{refuse: map[string]int{"GET /users?prefix=corsprobe-0123456789ab%2F&versions": 403}}
	config := f.start(t)
	b, err := open(t, config).UseBucket(t.Context(), "users")
	must(t, err)
	must(t, b.PutObject(t.Context(), b.Key("probe.txt"), []byte("x")))
	want := "objects below corsprobe-0123456789ab/ in the bucket users may be left behind: " +
		"the object corsprobe-0123456789ab/probe.txt in users is only marked as deleted, its versions stay\nListObjectVersions: 403 Refused: No.; corsprobe restore --bucket users removes them"
	same(t, "error", want, said(b.Close(t.Context()), config))

	f.mu.Lock()
	f.refuse = nil
	f.mu.Unlock()
	must(t, b.Close(t.Context())) // tries again, and the journal that is gone does not matter
	same(t, "versions", 0, len(f.versions))
}

// A bucket that cannot be removed keeps the object by which sweep finds it.
func TestLeftBehindIsMarked(t *testing.T) {
	var stay atomic.Bool
	config := start(t, func(x *embedded.Exchange, next func()) {
		if stay.Load() && x.Method() == "DELETE" && !strings.Contains(strings.Trim(x.Target(), "/"), "/") {
			x.SetStatus(409)
			x.SetHeader("Content-Type", "application/xml")
			x.SetBody(document("OperationAborted"))
			return
		}
		next()
	})
	e := open(t, config)
	b := newBucket(t, e)
	stay.Store(true)
	want := "the bucket corsprobe-0123456789ab-1 is left behind: DeleteBucket: 409 OperationAborted: No.; corsprobe sweep --run 0123456789ab --endpoint URL --region us-east-1 removes it"
	same(t, "error", want, said(b.Close(t.Context()), config))
	objects, _ := keys(t, config, b.Name())
	same(t, "objects", []string{"corsprobe-keep"}, objects)
	same(t, "buckets held", 1, e.Held())
	stay.Store(false)
	must(t, b.Close(t.Context()))
	same(t, "buckets", []string(nil), buckets(t, config))
	same(t, "buckets held", 0, e.Held())
}

// Whatever goes wrong while a bucket is made, it is not left behind.
func TestNewBucketLeavesNothing(t *testing.T) {
	for _, c := range []struct {
		name, method, target string
		act                  func(x *embedded.Exchange, next func())
		want                 string
	}{
		{"the answer to CreateBucket is lost", "PUT", "/corsprobe-0123456789ab-1", func(x *embedded.Exchange, next func()) { next(); x.Abort() }, "CreateBucket: the connection was closed without an answer"},
		{"the object is refused", "PUT", "/corsprobe-0123456789ab-1/corsprobe-keep", func(x *embedded.Exchange, _ func()) {
			x.SetStatus(403)
			x.SetHeader("Content-Type", "application/xml")
			x.SetBody(document("AccessDenied"))
		}, "PutObject: 403 AccessDenied: No."},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := start(t, func(x *embedded.Exchange, next func()) {
				if path, _, _ := strings.Cut(x.Target(), "?"); x.Method() == c.method && path == c.target {
					c.act(x, next)
					return
				}
				next()
			})
			_, err := open(t, config).NewBucket(t.Context())
			same(t, "error", c.want, said(err, config))
			same(t, "buckets", []string(nil), buckets(t, config))
		})
	}
}

// An interrupt while the bucket is made leaves nothing either, even where what was under way arrives while the bucket is being emptied.
func TestNewBucketInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	emptying, once := make(chan struct{}), sync.Once{}
	config := start(t, func(x *embedded.Exchange, next func()) {
		switch {
		case x.Method() == "PUT" && strings.Contains(x.Target(), "corsprobe-keep"):
			cancel()
			<-emptying
		case x.Method() == "GET" && strings.Contains(x.Target(), "list-type"):
			once.Do(func() { close(emptying) })
		}
		next()
	})
	_, err := open(t, config).NewBucket(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want one of the context", err)
	}
	same(t, "buckets", []string(nil), buckets(t, config))
}

// A bucket that is not empty yet is emptied again.
func TestCloseEmptiesAgain(t *testing.T) {
	var f fake
	var late sync.Once
	f.before = func(line string) {
		if strings.HasPrefix(line, "DELETE /corsprobe-0123456789ab-1?") || line == "DELETE /corsprobe-0123456789ab-1" {
			late.Do(func() { f.add("late.txt", false) })
		}
	}
	config := f.start(t)
	b := newBucket(t, open(t, config))
	must(t, b.Close(t.Context()))
	same(t, "versions", 0, len(f.versions))
	same(t, "bucket gone", true, f.gone)
}
