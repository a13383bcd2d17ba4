package runner

import (
	"testing"
	"testing/synctest"
	"time"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"
)

// Once a cell was answered late, right answers are counted however long they take: a slow endpoint is not flaky. A wrong answer among them is no
// late one when no node may lag behind any more.
func TestRightInARow(t *testing.T) {
	for _, c := range []struct {
		name   string
		wrong  func(since time.Duration) bool
		want   result.Verdict
		reason string
	}{
		{"late, then right", func(since time.Duration) bool { return since < 2*time.Second }, result.Passed, ""},
		{
			"late, then right, and wrong again", func(since time.Duration) bool { return since < 2*time.Second || since > staleFirst+time.Second },
			result.Flaky, "asked 6 times, wrong in preflight.status (403 AccessForbidden) and then right",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				s := aStage(t, w)
				s.planned = theCatalogue(t, "origins/exact/one-origin").Scenarios[0]
				step := s.planned.Steps[0]
				if err := s.place.PutCORS(t.Context(), step.After); err != nil {
					t.Fatal(err)
				}
				s.moved(step.After)
				start := time.Now()
				w.took = 500 * time.Millisecond
				w.answer = func(_ string, cfg *s3cors.Configuration) *s3cors.Configuration {
					if c.wrong(time.Since(start)) {
						return nil
					}
					return cfg
				}
				got := s.verdict(t.Context(), step, step.Cells[0])
				if got.Verdict != c.want || got.Reason != c.reason {
					t.Errorf("%s %q, want %s %q", got.Verdict, got.Reason, c.want, c.reason)
				}
			})
		})
	}
}

// A wrong answer that is known is not waited for, although the state before would have it too; where another follows it was late, and is.
func TestKnownOrLate(t *testing.T) {
	for _, c := range []struct {
		name     string
		known    bool
		wrong    int // how often it is answered as if there were no configuration
		want     result.Verdict
		attempts int
	}{
		{"known", true, 1000, result.Failed, 2},
		{"not known", false, 1000, result.Failed, 6},
		{"late, like what is known", true, 1, result.Passed, 14},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				s := aStage(t, w)
				if c.known {
					s.run.opts.Known = &Deviations{List: []scenarios.Deviation{{Cells: "**", Check: "*", Reason: "so it is"}}}
				}
				s.planned = theCatalogue(t, "origins/exact/one-origin").Scenarios[0]
				step := s.planned.Steps[0]
				if err := s.place.PutCORS(t.Context(), step.After); err != nil {
					t.Fatal(err)
				}
				s.moved(step.After)
				asked := 0
				w.took = 500 * time.Millisecond
				w.answer = func(_ string, cfg *s3cors.Configuration) *s3cors.Configuration {
					if asked++; asked <= c.wrong {
						return nil
					}
					return cfg
				}
				if got := s.verdict(t.Context(), step, step.Cells[0]); got.Verdict != c.want || got.Attempts != c.attempts {
					t.Errorf("%s after %d attempts, want %s after %d: %s", got.Verdict, got.Attempts, c.want, c.attempts, got.Reason)
				}
			})
		})
	}
}

// A page's DeleteBucketCors is asked to an end where answers come by turns from a node that knows of each change three seconds later: the
// configuration is there each time that it is asked, and nothing is deleted after a preflight that came too late.
func TestDeletedByAPage(t *testing.T) {
	for _, every := range []int{1, 2, 3} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			s := aStage(t, w)
			s.planned = text(t, "name: a\ncors: {CORSRules: [{AllowedOrigins: [https://app.example], AllowedMethods: [DELETE]}]}\n"+
				"matrix: {origins: [https://app.example], authorisations: signed, operations: DeleteBucketCors}\n").Scenarios[0]
			step := s.planned.Steps[0]
			if err := s.place.PutCORS(t.Context(), step.After); err != nil {
				t.Fatal(err)
			}
			s.moved(step.After)
			w.late(3*time.Second, every)
			begun := time.Now()
			got := s.verdict(t.Context(), step, step.Cells[0])
			if took := time.Since(begun); got.Verdict != result.Passed || took > 10*time.Second {
				t.Errorf("every %d. answer late: %s %q after %s: %+v", every, got.Verdict, got.Reason, took, got.Findings)
			}
		})
	}
}
