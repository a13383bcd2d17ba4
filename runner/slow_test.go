package runner_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"corsprobe/runner"
	"corsprobe/runner/reference"
	"corsprobe/runner/result"
	"corsprobe/runner/runnertest"
)

// An endpoint that asks to slow down is asked again, and is blamed for nothing. One that never stops asking is not judged.
func TestSlowDown(t *testing.T) {
	plan := runnertest.Catalogue(t, "origins/exact/one-origin/object/auto/presigned/https:app.example.com/GET/-")
	for name, c := range map[string]struct {
		busy    func(n int64) bool // whether the n-th preflight is refused
		verdict result.Verdict
		reason  string
	}{
		"now and then": {func(n int64) bool { return n%2 == 0 }, result.Passed, ""},
		"always":       {func(int64) bool { return true }, result.Error, "the endpoint asks to slow down (503), however often it is asked: try a lower --concurrency, or --rate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int64
			server, err := reference.StartWith(t.Context(), reference.Behaviour{Handler: func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodOptions && c.busy(asked.Add(1)) {
						w.WriteHeader(http.StatusServiceUnavailable)
						return
					}
					next.ServeHTTP(w, r)
				})
			}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = server.Close(context.Background()) })
			report, _ := run(t, server, plan, runner.Options{Settle: 100 * time.Millisecond})
			for _, cell := range report.Cells {
				if !strings.HasSuffix(cell.ID, "PutBucketCors") && (cell.Verdict != c.verdict || cell.Reason != c.reason) {
					t.Errorf("%s is %s: %s", cell.ID, cell.Verdict, cell.Reason)
				}
			}
		})
	}
}
