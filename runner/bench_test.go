package runner_test

import (
	"net/http"
	"testing"
	"time"

	"corsprobe/runner"
	"corsprobe/runner/reference"
	"corsprobe/runner/runnertest"
)

// BenchmarkCatalogue is the whole catalogue against an endpoint that answers after 50 ms: how long it takes beside the time that its
// requests need at the least, and how many of them are not the cells' own.
//
//	go test ./runner -run - -bench Catalogue -benchtime 1x
func BenchmarkCatalogue(b *testing.B) {
	const delay, concurrency = 50 * time.Millisecond, 32
	server := behaving(b, reference.Behaviour{Handler: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(delay)
			next.ServeHTTP(w, r)
		})
	}})
	plan := runnertest.Catalogue(b)
	for b.Loop() {
		begun := time.Now()
		report, trouble := run(b, server, plan, runner.Options{Concurrency: concurrency})
		took := time.Since(begun)
		if s := report.Summary; s.Passed+s.Unsupported != s.Cells || s.Unsupported > s.Cells/20 || len(trouble) > 0 { // some operations the endpoint in memory lacks
			b.Fatalf("%+v, clean-up: %v", s, trouble)
		}
		least := time.Duration(report.Summary.Requests) * delay / concurrency
		b.ReportMetric(took.Seconds(), "s/run")
		b.ReportMetric(least.Seconds(), "s/least")
		b.ReportMetric((took.Seconds()-2)/least.Seconds(), "ratio-after-2s")
		b.ReportMetric(float64(report.Summary.Requests), "requests")
		b.ReportMetric(float64(report.Summary.Requests-report.Summary.CellRequests), "beside-cells")
	}
}
