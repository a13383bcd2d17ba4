package runner

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"corsprobe/runner/endpoint"
	"corsprobe/runner/result"
	"corsprobe/runner/runnertest/race"
	"corsprobe/runner/s3cors"

	"github.com/google/go-cmp/cmp"
)

// played is a plan carried out in a world, in the bubble's own time.
func played(t *testing.T, w *world, opts Options, globs ...string) (result.Report, []error, time.Duration) {
	t.Helper()
	begun := time.Now()
	report, trouble := start(t.Context(), theCatalogue(t, globs...), w, w, "run", opts).Finish()
	return report, trouble, time.Since(begun)
}

func verdicts(t *testing.T, report result.Report, allowed ...result.Verdict) {
	t.Helper()
	for _, c := range report.Cells {
		if !slices.Contains(allowed, c.Verdict) {
			t.Errorf("%s is %s %s: %+v", c.ID, c.Verdict, c.Reason, c.Findings)
		}
	}
}

func noneLeft(t *testing.T, w *world, trouble []error) {
	t.Helper()
	if err := errors.Join(trouble...); err != nil {
		t.Errorf("clean-up: %v", err)
	}
	if left := w.left(); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestCarryOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.took = 50 * time.Millisecond
		report, trouble, took := played(t, w, Options{Concurrency: 8})
		verdicts(t, report, result.Passed)
		noneLeft(t, w, trouble)
		if w.most > 8 {
			t.Errorf("%d requests were under way at once", w.most)
		}
		least := time.Duration(report.Summary.Requests) * w.took / 8
		if took > least*13/10+2*time.Second {
			t.Errorf("it took %s; %d requests need %s", took, report.Summary.Requests, least)
		}
		if beside := report.Summary.Requests - report.Summary.CellRequests; beside <= 0 || beside > report.Summary.CellRequests {
			t.Errorf("%d requests beside the cells' own %d", beside, report.Summary.CellRequests)
		}
	})
}

// Buckets serve one scenario after another: far fewer are made than there are scenarios.
func TestFewBuckets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.took = time.Millisecond
		report, trouble, _ := played(t, w, Options{Concurrency: 8}, "origins", "rules", "headers", "methods", "responses")
		verdicts(t, report, result.Passed)
		noneLeft(t, w, trouble)
		virgin := 0
		for _, s := range theCatalogue(t, "origins", "rules", "headers", "methods", "responses").Scenarios {
			if needsVirgin(s) {
				virgin++
			}
		}
		if most := 8 + virgin; w.made > most || w.made == 0 {
			t.Errorf("%d buckets for %d scenarios, want %d at most", w.made, len(report.Scenarios), most)
		}
	})
}

// A bucket whose configuration does not go is not used again.
func TestStubbornBucket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.fails = func(call string) error {
			if call == "DeleteBucketCors" {
				return &endpoint.CallError{Operation: call, Status: http.StatusForbidden, Code: "AccessDenied"}
			}
			return nil
		}
		report, trouble, _ := played(t, w, Options{Concurrency: 2}, "origins/exact")
		verdicts(t, report, result.Passed)
		noneLeft(t, w, trouble)
		if n := len(report.Scenarios); w.made != n {
			t.Errorf("%d buckets for %d scenarios", w.made, n)
		}
	})
}

// What needs a configuration that was refused is not asked, also after a further call that leaves all as it is.
func TestRefusedConfiguration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.fails = func(call string) error {
			if call == "PutBucketCors" {
				return &endpoint.CallError{Operation: call, Status: http.StatusBadRequest, Code: "MalformedXML"}
			}
			return nil
		}
		report, trouble, _ := played(t, w, Options{Concurrency: 2}, "validation/digests/spoilt-digests")
		noneLeft(t, w, trouble)
		got := map[string]int{}
		for _, c := range report.Cells {
			if c.Point != nil {
				got[fmt.Sprint("asked ", c.Verdict)]++
			} else {
				got[fmt.Sprint(c.Step, " ", c.Verdict)]++
			}
		}
		want := map[string]int{"put failed": 1, "malformed passed": 1, "wrong passed": 1, "as-put unsupported": 1, "asked unsupported": 6}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("verdicts (-want +got):\n%s", diff)
		}
	})
}

// An endpoint where no configuration ever takes effect is judged within a minute or two, and that is told once.
func TestNoEffect(t *testing.T) {
	race.Skip(t)
	for name, opts := range map[string]Options{"own buckets": {}, "the user's bucket": {Bucket: "theirs"}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				if _, err := w.add(t.Context(), "theirs"); err != nil {
					t.Fatal(err)
				}
				w.answer = func(string, *s3cors.Configuration) *s3cors.Configuration { return nil }
				report, _, took := played(t, w, opts)
				if took < 30*time.Second || took > 2*time.Minute {
					t.Errorf("it took %s", took)
				}
				if report.Summary.Failed == 0 || report.Summary.Errors > 0 {
					t.Errorf("%+v", report.Summary)
				}
				told := 0
				for _, o := range report.Observations {
					if o.Point == "when a configuration takes effect" {
						told++
					}
				}
				if told != 1 {
					t.Errorf("told %d times: %+v", told, report.Observations)
				}
			})
		})
	}
}

// One that refuses every preflight settles by its actual requests, at once.
func TestSettlesByActualRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.fails = func(call string) error {
			if call == "preflight" {
				return &endpoint.CallError{Status: http.StatusForbidden}
			}
			return nil
		}
		report, _, took := played(t, w, Options{}, "origins/exact", "lifecycle")
		if report.Summary.Failed == 0 || took > 20*time.Second { // some answers look as if they were of before: five seconds are given to them
			t.Errorf("%s: %+v", took, report.Summary)
		}
		for _, o := range report.Observations {
			if strings.HasPrefix(o.Point, "when") {
				t.Errorf("waited in vain: %+v", o)
			}
		}
	})
}

// What shows late within the time to settle is waited for, and held against nobody.
func TestLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.late(7*time.Second, 1)
		report, trouble, _ := played(t, w, Options{}, "origins/exact", "lifecycle/put-replace-delete/put-replace-delete")
		verdicts(t, report, result.Passed)
		noneLeft(t, w, trouble)
	})
}

func TestMaxTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.took = time.Second
		report, trouble, took := played(t, w, Options{Concurrency: 4, MaxTime: 20 * time.Second})
		noneLeft(t, w, trouble)
		if took < 20*time.Second || took > 31*time.Second {
			t.Errorf("it took %s", took)
		}
		if report.Run.Incomplete != "--max-time was over" {
			t.Errorf("incomplete: %q", report.Run.Incomplete)
		}
		verdicts(t, report, result.Passed, result.Error)
		for _, c := range report.Cells {
			if c.Verdict == result.Error && !strings.HasPrefix(c.Reason, "--max-time was over ") {
				t.Errorf("%s: %s", c.ID, c.Reason)
			}
		}
		if report.Summary.Errors == 0 || report.Summary.Passed == 0 {
			t.Errorf("%+v", report.Summary)
		}
	})
}

// Clean-up goes on after an interrupt, for all buckets at once, and no longer than it may.
func TestCleanUpIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.took = time.Second
		var closing atomic.Int64
		w.closes = func(ctx context.Context) error {
			closing.Add(1)
			<-ctx.Done()
			return ctx.Err()
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(5*time.Second, cancel)
		begun := time.Now()
		report, trouble := start(ctx, theCatalogue(t), w, w, "run", Options{Concurrency: 8}).Finish()
		if took := time.Since(begun); took < 15*time.Second || took > 16*time.Second {
			t.Errorf("it took %s, want 5s and ten more", took)
		}
		if n := int(closing.Load()); n != w.made || len(trouble) != n || n < 2 {
			t.Errorf("%d of %d buckets were being closed, %d troubles", n, w.made, len(trouble))
		}
		if report.Run.Incomplete != "interrupted" || report.Summary.Errors == 0 {
			t.Errorf("%q, %+v", report.Run.Incomplete, report.Summary)
		}
	})
}

// A mistake of corsprobe's own ends one scenario, is told, and leaves nothing behind.
func TestPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		var once atomic.Bool
		w.fails = func(call string) error {
			if call == "GetBucketCors" && once.CompareAndSwap(false, true) {
				panic("oh dear")
			}
			return nil
		}
		report, trouble, _ := played(t, w, Options{Concurrency: 1}, "origins/exact")
		noneLeft(t, w, nil)
		if len(trouble) != 1 || !strings.Contains(trouble[0].Error(), "panic: oh dear") {
			t.Errorf("trouble: %v", trouble)
		}
		if report.Summary.Errors == 0 || report.Summary.Passed == 0 {
			t.Errorf("%+v", report.Summary)
		}
	})
}

// Where no bucket can be made every cell says why.
func TestNoBucket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.fails = func(call string) error {
			return &endpoint.CallError{Operation: call, Status: http.StatusForbidden, Code: "TooManyBuckets"}
		}
		report, trouble, _ := played(t, w, Options{}, "origins/exact")
		noneLeft(t, w, trouble)
		for _, c := range report.Cells {
			if c.Verdict != result.Error || c.Reason != "no bucket: CreateBucket: 403 TooManyBuckets" {
				t.Errorf("%s is %s: %s", c.ID, c.Verdict, c.Reason)
			}
		}
	})
}

func TestWaitForStrangers(t *testing.T) {
	w := newWorld()
	run := start(t.Context(), theCatalogue(t, "origins/exact/one-origin"), w, w, "run", Options{})
	if c := run.Wait(t.Context(), "nobody"); c.Verdict != result.Error || c.Reason != "not in the plan" {
		t.Errorf("%+v", c)
	}
	run.Finish()
}
