package endpoint_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"corsprobe/runner/endpoint"
)

// What an endpoint makes of a call on a bucket that does not exist goes again; where it refuses the call, nothing is sent beside it.
func TestNoBucket(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int // of PutBucketCors
		made   bool
		calls  int32 // besides
	}{{"refused", 404, false, 0}, {"taken for CreateBucket", 200, true, 2}, {"nobody knows", 500, true, 2}} {
		t.Run(c.name, func(t *testing.T) {
			environment(t)
			var there atomic.Bool
			var others atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.URL.Query().Has("cors") && r.Method == http.MethodPut:
					there.Store(c.made)
					w.WriteHeader(c.status)
				case r.Method == http.MethodDelete && strings.Count(r.URL.Path, "/") == 1:
					others.Add(1)
					there.Store(false)
					w.WriteHeader(http.StatusNoContent)
				default:
					w.WriteHeader(http.StatusNotFound)
				}
			}))
			defer server.Close()
			e := open(t, endpoint.Config{URL: server.URL, Region: "us-east-1", AccessKey: "AKIAEXAMPLE", SecretKey: secret, RunID: runID, JournalDir: t.TempDir()})
			b := e.NoBucket()
			same(t, "status", c.status, b.PutDocument(t.Context(), []byte("<CORSConfiguration/>")).Response.Status)
			must(t, b.Close(t.Context()))
			if there.Load() || others.Load() != c.calls {
				t.Errorf("there: %v, %d buckets deleted, want %d", there.Load(), others.Load(), c.calls)
			}
		})
	}
}

// One false answer to DeleteBucket does not leave a bucket behind: that it is gone has to be said again.
func TestFalselyDeleted(t *testing.T) {
	f := &fake{}
	config := f.start(t)
	lies := 1
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete && strings.Count(r.URL.Path, "/") == 1 && r.URL.Query().Get("cors") == "" && lies > 0 {
			lies--
			fmt.Fprint(w, "<ListAllMyBucketsResult></ListAllMyBucketsResult>")
			return
		}
		f.ServeHTTP(w, r)
	}))
	defer front.Close()
	config.URL = front.URL
	b := newBucket(t, open(t, config))
	must(t, b.Close(t.Context()))
	if !f.gone || lies != 0 {
		t.Errorf("the bucket is gone: %v", f.gone)
	}
}
