package endpoint_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"corsprobe/runner/endpoint"
	"corsprobe/runner/pace"
)

// A call that is answered with a plea to slow down is sent again as it was: the same path, the same body, signed anew.
func TestCallSentAgain(t *testing.T) {
	var mu sync.Mutex
	var sent []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		sent = append(sent, r.Method+" "+r.URL.Path+" "+string(body))
		if len(sent)%3 != 0 {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(server.Close)
	e, err := endpoint.Open(t.Context(), endpoint.Config{URL: server.URL, AccessKey: "key", SecretKey: "secret", RunID: "0123456789ab"})
	if err != nil {
		t.Fatal(err)
	}
	p := pace.New(pace.Options{Concurrency: 1, Patience: time.Minute})
	b, err := e.NewBucket(pace.With(t.Context(), p))
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range sent {
		want := "PUT /" + b.Name() + " "
		if i >= 3 {
			want = "PUT /" + b.Name() + "/corsprobe-keep {\"run\":"
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("request %d was %q, want %q", i+1, got, want)
		}
	}
	if p.Requests() != 6 || p.SlowDowns() != 4 {
		t.Errorf("%d requests and %d pleas, want 6 and 4", p.Requests(), p.SlowDowns())
	}
}

// The SDK's calls count within the pace's concurrency.
func TestCallsKeepPace(t *testing.T) {
	var under, most atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		most.Store(max(most.Load(), under.Add(1)))
		time.Sleep(5 * time.Millisecond)
		under.Add(-1)
		w.WriteHeader(http.StatusOK)
	}))
	t.Cleanup(server.Close)
	e, err := endpoint.Open(t.Context(), endpoint.Config{URL: server.URL, AccessKey: "key", SecretKey: "secret", RunID: "0123456789ab"})
	if err != nil {
		t.Fatal(err)
	}
	ctx := pace.With(t.Context(), pace.New(pace.Options{Concurrency: 2}))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := e.NewBucket(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most.Load() > 2 {
		t.Errorf("%d requests were under way at once", most.Load())
	}
}
