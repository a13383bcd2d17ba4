package endpoint_test

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"corsprobe/runner/embedded"
	"corsprobe/runner/endpoint"
	"corsprobe/runner/s3cors"

	"github.com/aws/aws-sdk-go-v2/aws"
)

const untrusted = "DeleteBucketCors is not sent: the bucket's configuration was not seen to be kept"

func TestConfigurationRoundTrip(t *testing.T) {
	config := start(t, nil)
	b := newBucket(t, open(t, config))
	for name, cfg := range map[string]*s3cors.Configuration{
		"least": rules("*"),
		"all of it": {CORSRules: []s3cors.Rule{
			{
				ID: "first <&>", AllowedOrigins: []string{"https://b.example", "https://*.a.example"}, AllowedMethods: []string{"PUT", "GET"},
				AllowedHeaders: []string{"x-amz-*", "Content-Type"}, ExposeHeaders: []string{"ETag", "x-b"}, MaxAgeSeconds: aws.Int32(3000),
			},
			{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"HEAD"}, AllowedHeaders: []string{"*"}},
		}},
		"an age of nothing": {CORSRules: []s3cors.Rule{{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}, MaxAgeSeconds: aws.Int32(0)}}},
	} {
		must(t, b.PutCORS(t.Context(), cfg))
		got, err := b.GetCORS(t.Context())
		must(t, err)
		same(t, name, cfg, got)
	}
	must(t, b.DeleteCORS(t.Context()))
	got, err := b.GetCORS(t.Context())
	must(t, err)
	same(t, "deleted", (*s3cors.Configuration)(nil), got)
	must(t, b.Clear(t.Context())) // nothing to do
	must(t, b.Close(t.Context()))
}

// Documents go and come as they are.
func TestDocuments(t *testing.T) {
	config := start(t, nil)
	b := newBucket(t, open(t, config))
	document := rules("https://a.example").XML()
	same(t, "put", 200, b.PutDocument(t.Context(), document).Response.Status)
	if got := b.GetDocument(t.Context()); !strings.Contains(got.Response.Body, "https://a.example") {
		t.Errorf("got %d %s %s", got.Response.Status, got.Response.Body, got.Error)
	}
	same(t, "put nonsense", 400, b.PutDocument(t.Context(), []byte("<x")).Response.Status)
	_, err := b.GetCORS(t.Context())
	must(t, err)
	ex, err := b.DeleteDocument(t.Context())
	must(t, err)
	same(t, "delete", 204, ex.Response.Status)
	must(t, b.Close(t.Context()))
}

// Some servers require Content-MD5, some x-amz-checksum-*: both are sent, and right.
func TestPutSendsDigests(t *testing.T) {
	type digests struct{ MD5, CRC bool }
	var got []digests
	environment(t)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !r.URL.Query().Has("cors") {
			return
		}
		sum := md5.Sum(body)
		crc := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(body))
		got = append(got, digests{
			MD5: r.Header.Get("Content-Md5") == base64.StdEncoding.EncodeToString(sum[:]),
			CRC: r.Header.Get("X-Amz-Checksum-Crc32") == base64.StdEncoding.EncodeToString(crc),
		})
	}))
	defer server.Close()
	b := newBucket(t, open(t, endpoint.Config{URL: server.URL, AccessKey: "AKIAEXAMPLE", SecretKey: secret, RunID: runID}))
	must(t, b.PutCORS(t.Context(), rules("https://a.example")))
	same(t, "status", 200, b.PutDocument(t.Context(), []byte("any")).Response.Status)
	same(t, "digests", []digests{{true, true}, {true, true}}, got)
}

// One server takes DeleteBucketCors for DeleteBucket: it is not sent to a bucket before its configuration was seen.
func TestDeleteNeedsRoundTrip(t *testing.T) {
	var seen recorder
	config := start(t, seen.middleware)
	b := newBucket(t, open(t, config))
	for name, spoil := range map[string]func(){
		"a configuration was put":         func() { must(t, b.PutCORS(t.Context(), rules("*"))) },
		"a document was put":              func() { b.PutDocument(t.Context(), rules("*").XML()) },
		"what was put last was not seen":  func() { seeThenPut(t, b) },
		"the last document was not taken": func() { b.PutDocument(t.Context(), []byte("<x")) },
	} {
		spoil()
		seen.take("")
		same(t, name+": DeleteCORS", untrusted, said(b.DeleteCORS(t.Context()), config))
		_, err := b.DeleteDocument(t.Context())
		same(t, name+": DeleteDocument", untrusted, said(err, config))
		same(t, name+": requests", []string(nil), seen.take(""))
	}
	must(t, b.Clear(t.Context())) // sees it, and may
	must(t, b.Close(t.Context()))
}

func seeThenPut(t *testing.T, b *endpoint.Bucket) {
	t.Helper()
	_, err := b.GetCORS(t.Context())
	must(t, err)
	must(t, b.PutCORS(t.Context(), rules("https://new.example")))
}

// A user's bucket without a configuration has shown nothing, nor has the fresh bucket of an endpoint that no other has shown to know CORS.
func TestDeleteOfNothing(t *testing.T) {
	var seen recorder
	config := start(t, seen.middleware)
	usersBucket(t, config, "users", nil)
	e := open(t, config)
	users, err := e.UseBucket(t.Context(), "users")
	must(t, err)
	same(t, "user's", untrusted, said(users.DeleteCORS(t.Context()), config))
	must(t, users.Close(t.Context()))

	fresh := newBucket(t, e)
	seen.take("")
	must(t, fresh.DeleteCORS(t.Context()))
	same(t, "requests", []string{
		"PUT /corsprobe-0123456789ab-2?cors=", "GET /corsprobe-0123456789ab-2?cors=", "DELETE /corsprobe-0123456789ab-1?cors=",
	}, seen.take("?cors"))
	_, err = fresh.DeleteDocument(t.Context())
	must(t, err)
	same(t, "requests of the next", []string{"DELETE /corsprobe-0123456789ab-1?cors="}, seen.take("?cors"))
	must(t, fresh.Close(t.Context()))
	same(t, "buckets", []string{"users"}, buckets(t, config))
}

// A trial that could not be cleared away has shown what it was to show, and what is left of it is told.
func TestLeftoversOfAProof(t *testing.T) {
	var refuse atomic.Bool
	config := start(t, func(x *embedded.Exchange, next func()) {
		if trial := strings.HasSuffix(x.Target(), "-2"); trial && x.Method() == http.MethodDelete && refuse.Load() {
			x.SetStatus(http.StatusForbidden)
			x.SetBody(document("AccessDenied"))
			return
		}
		next()
	})
	e := open(t, config)
	fresh := newBucket(t, e)
	refuse.Store(true)
	err := fresh.DeleteCORS(t.Context())
	var left *endpoint.LeftBehind
	if !errors.As(err, &left) || errors.Is(err, endpoint.ErrNotKept) {
		t.Errorf("the deletion says %v, want what is left behind and no more", err)
	}
	refuse.Store(false)
	must(t, fresh.DeleteCORS(t.Context())) // nothing is to be proved any more
}

// ignorant is a server that does not know the subresource: PUT makes the bucket, GET lists it, DELETE removes it.
func ignorant(seen *recorder) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		seen.note(r.Method + " " + r.URL.RequestURI())
		w.Header().Set("Content-Type", "application/xml")
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, "<ListBucketResult><Name>b</Name></ListBucketResult>")
		}
	}
}

func TestDeleteIsNotSentToTheIgnorant(t *testing.T) {
	var seen recorder
	environment(t)
	server := httptest.NewServer(ignorant(&seen))
	defer server.Close()
	config := endpoint.Config{URL: server.URL, AccessKey: "AKIAEXAMPLE", SecretKey: secret, RunID: runID, JournalDir: t.TempDir()}
	e := open(t, config)
	e.Settle(0)
	b := newBucket(t, e)
	keepsNothing := "URL accepts PutBucketCors and keeps nothing" + unjudged
	same(t, "fresh", untrusted+": "+keepsNothing, said(b.DeleteCORS(t.Context()), config))
	must(t, b.PutCORS(t.Context(), rules("*")))
	_, err := b.GetCORS(t.Context())
	must(t, err)
	same(t, "put", untrusted, said(b.DeleteCORS(t.Context()), config))
	same(t, "cleared", untrusted, said(b.Clear(t.Context()), config))
	_, err = e.UseBucket(t.Context(), "users")
	same(t, "user's", "URL answers GetBucketCors without a rule, where S3 would say NoSuchCORSConfiguration"+unjudged, said(err, config))
	for _, line := range seen.take("DELETE") {
		if strings.Contains(line, "cors=") || strings.HasSuffix(line, "?cors") {
			t.Errorf("sent: %s", line)
		}
	}
}

// Where the bucket is gone after all, that is said.
func TestDeleteTookTheBucket(t *testing.T) {
	config := start(t, func(x *embedded.Exchange, next func()) {
		if x.Method() == http.MethodHead {
			x.SetStatus(404)
			return
		}
		next()
	})
	b := newBucket(t, open(t, config))
	must(t, b.PutCORS(t.Context(), rules("*")))
	_, err := b.GetCORS(t.Context())
	must(t, err)
	want := "after DeleteBucketCors the bucket corsprobe-0123456789ab-1 does not answer any more: HeadBucket: 404 NotFound"
	same(t, "error", want, said(b.DeleteCORS(t.Context()), config))
	must(t, b.Close(t.Context()))
}

// A bucket's configuration is read without anything being changed, whoever's the bucket is.
func TestReadCORS(t *testing.T) {
	var sent recorder
	e := open(t, start(t, sent.middleware))
	b := newBucket(t, e)
	got, err := e.ReadCORS(t.Context(), b.Name())
	must(t, err)
	same(t, "none", (*s3cors.Configuration)(nil), got)
	must(t, b.PutCORS(t.Context(), rules("https://a.example")))
	sent.take("")
	got, err = e.ReadCORS(t.Context(), b.Name())
	must(t, err)
	same(t, "one rule", rules("https://a.example"), got)
	if lines := sent.take(""); len(lines) != 1 || !strings.HasPrefix(lines[0], "GET ") {
		t.Errorf("sent: %q, want one GET", lines)
	}
	if _, err = e.ReadCORS(t.Context(), "corsprobe-nonesuch"); err == nil || !strings.Contains(err.Error(), "NoSuchBucket") {
		t.Errorf("error = %v", err)
	}
	must(t, b.Close(t.Context()))
}
