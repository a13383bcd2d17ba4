package pace

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(Options{Concurrency: 3})
		var under, most atomic.Int64
		var wg sync.WaitGroup
		start := time.Now()
		for range 12 {
			wg.Go(func() {
				end, err := p.Begin(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				defer end()
				most.Store(max(most.Load(), under.Add(1)))
				time.Sleep(time.Second)
				under.Add(-1)
			})
		}
		wg.Wait()
		if most.Load() != 3 || time.Since(start) != 4*time.Second || p.Requests() != 12 {
			t.Errorf("%d at once, %s, %d requests; want 3, 4s, 12", most.Load(), time.Since(start), p.Requests())
		}
	})
}

func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(Options{Concurrency: 8, Rate: 4})
		start := time.Now()
		for range 9 {
			end, err := p.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			end()
		}
		if took := time.Since(start).Round(time.Millisecond); took != 2*time.Second {
			t.Errorf("9 requests took %s, want 2s: the first goes at once", took)
		}
	})
}

func TestBeginEnds(t *testing.T) {
	p := New(Options{Concurrency: 1, Rate: 0.001})
	end, err := p.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Begin(ctx); err == nil {
		t.Error("a slot was given though there was none")
	}
	end()
	if _, err := p.Begin(ctx); err == nil {
		t.Error("a request was begun faster than the rate allows")
	}
	if n := len(p.slots); n != 0 {
		t.Errorf("%d slots are still taken", n)
	}
}

func TestAgain(t *testing.T) {
	for _, c := range []struct {
		name       string
		status     int
		retryAfter string
		patience   time.Duration
		again      int           // times
		least, all time.Duration // that they take together
	}{
		{"answered", 200, "", time.Minute, 0, 0, 0},
		{"refused", 403, "1", time.Minute, 0, 0, 0},
		{"busy, and no patience", 503, "", 0, 0, 0, 0},
		{"busy: pauses double until five seconds", 503, "", 20 * time.Second, 7, 6 * time.Second, 20 * time.Second},
		{"busy by another status", 429, "", time.Second, 2, 200 * time.Millisecond, time.Second},
		{"a longer pause is asked for", 503, "4", 9 * time.Second, 2, 8 * time.Second, 8 * time.Second},
		{"a longer one than there is patience", 503, "10", 9 * time.Second, 0, 0, 0},
		{"what nobody understands", 503, "soon", 400 * time.Millisecond, 1, 100 * time.Millisecond, 400 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := New(Options{Patience: c.patience})
				asking, start, again := p.Ask(), time.Now(), 0
				for asking.Again(t.Context(), c.status, c.retryAfter) {
					again++
				}
				if took := time.Since(start); again < c.again || took < c.least || took > c.all {
					t.Errorf("asked again %d times in %s; want %d or more in %s to %s", again, took, c.again, c.least, c.all)
				}
				if want := again + 1; Busy(c.status) && p.SlowDowns() != want {
					t.Errorf("%d pleas were counted, want %d", p.SlowDowns(), want)
				}
			})
		})
	}
}

// Requests that were refused together do not come back together.
func TestJitter(t *testing.T) {
	seen := map[time.Duration]bool{}
	for range 20 {
		pause := (&Asking{}).next("")
		if pause < firstPause/2 || pause > firstPause {
			t.Errorf("a first pause of %s", pause)
		}
		seen[pause] = true
	}
	if len(seen) < 2 {
		t.Error("all pauses are alike")
	}
}

// An endpoint that answers nothing else is not waited for once a request; one that answers again is given all the time anew.
func TestPatienceIsUsedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(Options{Patience: 16 * time.Second})
		exhaust := func() time.Duration {
			start := time.Now()
			asking := p.Ask()
			for again := true; again; {
				again = asking.Again(t.Context(), http.StatusServiceUnavailable, "")
			}
			return time.Since(start)
		}
		for range 10 {
			exhaust()
		}
		if took := exhaust(); took > 2*firstPause {
			t.Errorf("after ten in vain, the next request still took %s", took)
		}
		asking := p.Ask()
		asking.Again(t.Context(), http.StatusServiceUnavailable, "")
		asking.Again(t.Context(), http.StatusOK, "")
		if took := exhaust(); took < 8*time.Second {
			t.Errorf("after an answer, a request was given up after %s", took)
		}
	})
}

func TestAsked(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "3": 3 * time.Second, "-3": 0, "86400": most, "9999999999999999999": 0,
		now.Add(7 * time.Second).Format(http.TimeFormat):  7 * time.Second,
		now.Add(-7 * time.Second).Format(http.TimeFormat): 0,
		now.Add(time.Hour).Format(http.TimeFormat):        most,
	} {
		if got := asked(text, now); got != want {
			t.Errorf("Retry-After %q asks for %s, want %s", text, got, want)
		}
	}
}

// Without a pace nothing is limited, and nothing sent again.
func TestNone(t *testing.T) {
	p := From(t.Context())
	end, err := p.Begin(t.Context())
	if err != nil || p.Ask().Again(t.Context(), http.StatusServiceUnavailable, "") {
		t.Errorf("%v, or sent again", err)
	}
	end()
	if q := New(Options{}); From(With(t.Context(), q)) != q {
		t.Error("a context does not carry its pace")
	}
}

func TestWait(t *testing.T) {
	if !Wait(t.Context(), time.Nanosecond) {
		t.Error("a pause that passed is one that the context ended")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if Wait(ended, time.Hour) {
		t.Error("a pause that the context ended is one that passed")
	}
}
