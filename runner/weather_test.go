package runner_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"corsprobe/runner"
	"corsprobe/runner/reference"
	"corsprobe/runner/runnertest"
	"corsprobe/runner/s3cors"
)

// Whatever a faithful endpoint only does for a while, within --settle, is not held against it, and keeps nothing from being judged.
func TestPassingWeather(t *testing.T) {
	var deletions sync.WaitGroup
	for _, c := range []struct {
		name      string
		scenarios []string
		behaviour reference.Behaviour
	}{
		{"one answer in eight asks to slow down", []string{"lifecycle", "isolation", "validation/refused/refused-methods"}, reference.Behaviour{Handler: sometimesBusy(8, "")}},
		{"it says how long to wait", []string{"lifecycle/put-replace-delete/put-replace-delete"}, reference.Behaviour{Handler: sometimesBusy(20, "1")}},
		{"a deleted bucket lingers", []string{"isolation"}, reference.Behaviour{Handler: lingering(1500*time.Millisecond, &deletions)}},
		{"a new bucket is not there at first", []string{"isolation", "lifecycle"}, reference.Behaviour{Handler: absent(1500*time.Millisecond, 1)}},
		{"a new bucket is not there at first on one of two nodes", []string{"isolation", "lifecycle"}, reference.Behaviour{Handler: absent(1500*time.Millisecond, 2)}},
		{"one of two nodes is late with a configuration", []string{"use-cases", "lifecycle"}, lateNode(3 * time.Second)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			plan := runnertest.Catalogue(t, c.scenarios...)
			server := behaving(t, c.behaviour)
			t.Cleanup(deletions.Wait) // before the server closes
			report, trouble := run(t, server, plan, runner.Options{})
			for _, err := range trouble {
				t.Errorf("clean-up: %v", err)
			}
			for _, cell := range report.Cells {
				if !faithful(cell) {
					t.Errorf("%s is %s %s: %+v", cell.ID, cell.Verdict, cell.Reason, cell.Findings)
				}
			}
			if asks := strings.Contains(c.name, "slow down") || strings.Contains(c.name, "wait"); asks != (report.Summary.SlowDowns > 0) {
				t.Errorf("%d pleas to slow down were counted", report.Summary.SlowDowns)
			}
		})
	}
}

// A plea to slow down that never ends keeps configuration calls from being judged, and is no finding.
func TestBusyConfigurationCalls(t *testing.T) {
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodGet} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			server := behaving(t, reference.Behaviour{Handler: func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Method == method && r.URL.Query().Has("cors") {
						w.WriteHeader(http.StatusServiceUnavailable)
						return
					}
					next.ServeHTTP(w, r)
				})
			}})
			plan := runnertest.Catalogue(t, "lifecycle/put-replace-delete/put-replace-delete", "validation/refused/refused-methods")
			report, _ := run(t, server, plan, runner.Options{Settle: 500 * time.Millisecond})
			if report.Summary.Errors == 0 {
				t.Error("nothing is in error")
			}
			for _, c := range report.Cells {
				if len(c.Findings) > 0 {
					t.Errorf("%s is %s: %+v", c.ID, c.Verdict, c.Findings)
				}
			}
		})
	}
}

// sometimesBusy answers one request in n with a plea to slow down.
func sometimesBusy(n int, retryAfter string) func(http.Handler) http.Handler {
	var asked atomic.Int64
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if asked.Add(1)%int64(n) == 0 {
				if retryAfter != "" {
					w.Header().Set("Retry-After", retryAfter)
				}
				w.Header().Set("Content-Type", "application/xml")
				w.WriteHeader(http.StatusServiceUnavailable)
				fmt.Fprint(w, "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>")
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// bucketOf is the bucket of a request in path style, and whether the request is of the bucket itself.
func bucketOf(r *http.Request) (name string, itself bool) {
	name, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return name, key == "" && r.URL.RawQuery == "" || key == "" && r.URL.Query().Has("x-id")
}

// lingering has a deleted bucket stay for a while.
func lingering(delay time.Duration, deletions *sync.WaitGroup) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, itself := bucketOf(r); !itself || r.Method != http.MethodDelete {
				next.ServeHTTP(w, r)
				return
			}
			w.WriteHeader(http.StatusNoContent)
			later := r.Clone(httptest.NewRequest(http.MethodGet, "/", nil).Context()) // outlives the request
			deletions.Add(1)
			time.AfterFunc(delay, func() {
				defer deletions.Done()
				next.ServeHTTP(httptest.NewRecorder(), later)
			})
		})
	}
}

// absent has every n-th request on a new bucket be told for a while that there is none.
func absent(delay time.Duration, n int) func(http.Handler) http.Handler {
	var mu sync.Mutex
	made, asked := map[string]time.Time{}, 0
	unknown := func(r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		name, itself := bucketOf(r)
		if itself && r.Method == http.MethodPut {
			made[name] = time.Now()
			return false
		}
		asked++
		return time.Since(made[name]) < delay && asked%n == 0
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodOptions && r.Header.Get("Origin") == "" || !unknown(r) {
				next.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Content-Type", "application/xml")
			if r.Method == http.MethodOptions {
				w.WriteHeader(http.StatusForbidden)
				fmt.Fprintf(w, "<Error><Code>AccessForbidden</Code><Message>CORSResponse: Bucket not found</Message><Method>%s</Method><ResourceType>BUCKET</ResourceType></Error>", r.Header.Get("Access-Control-Request-Method"))
				return
			}
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, "<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message></Error>")
		})
	}
}

// lateNode has every other answer come from a node that knows of a configuration later.
func lateNode(delay time.Duration) reference.Behaviour {
	late := reference.Late(delay)
	asked := 0
	return reference.Behaviour{Config: func(v reference.View) *s3cors.Configuration {
		old := late.Config(v) // asked every time: it keeps the time of the change
		if asked++; asked%2 == 0 {
			return old
		}
		return v.Own
	}}
}
