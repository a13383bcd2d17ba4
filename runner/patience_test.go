package runner

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestPatience(t *testing.T) {
	for _, c := range []struct {
		name   string
		p      *patience
		inVain int
		well   time.Duration // what a wait took that ended well; 0: none did
		want   time.Duration
	}{
		{"at first", &patience{most: 30 * time.Second}, 0, 0, 30 * time.Second},
		{"once in vain", &patience{most: 30 * time.Second}, 1, 0, 10 * time.Second},
		{"three times in vain", &patience{most: 27 * time.Second}, 3, 0, time.Second},
		{"ever so often", &patience{most: 30 * time.Second}, 100, 0, leastPatience},
		{"in vain, but others took long", &patience{most: 30 * time.Second}, 100, 4 * time.Second, 8 * time.Second},
		{"others took nearly all", &patience{most: 30 * time.Second}, 100, 20 * time.Second, 30 * time.Second},
		{"little to begin with", &patience{most: 100 * time.Millisecond}, 5, 0, 100 * time.Millisecond},
		{"the first have less", &patience{most: 30 * time.Second, first: 5 * time.Second}, 0, 0, 5 * time.Second},
		{"the first have less, but others took long", &patience{most: 30 * time.Second, first: 5 * time.Second}, 0, 7 * time.Second, 14 * time.Second},
		{"less than the least of the first", &patience{most: time.Second, first: 5 * time.Second}, 0, 0, time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				for range c.inVain {
					c.p.ended(start, false)
				}
				if c.well > 0 {
					c.p.ended(start.Add(-c.well), true)
				}
				if got := c.p.remaining(start); got != c.want {
					t.Errorf("%s, want %s", got, c.want)
				}
				time.Sleep(time.Second)
				if got := c.p.remaining(start); got != c.want-time.Second {
					t.Errorf("a second later %s, want %s", got, c.want-time.Second)
				}
			})
		})
	}
}

func TestUntil(t *testing.T) {
	failure := errors.New("oh dear")
	for _, c := range []struct {
		name   string
		shown  func(after time.Duration) (bool, error)
		want   bool
		err    error
		took   time.Duration // within a pause
		inVain int
	}{
		{"at once", func(time.Duration) (bool, error) { return true, nil }, true, nil, 0, 0},
		{"after three seconds", func(d time.Duration) (bool, error) { return d >= 3*time.Second, nil }, true, nil, 3 * time.Second, 0},
		{"never", func(time.Duration) (bool, error) { return false, nil }, false, nil, 9 * time.Second, 1},
		{"an error", func(time.Duration) (bool, error) { return false, failure }, false, failure, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &patience{most: 9 * time.Second}
				start := time.Now()
				got, err := p.until(t.Context(), func() (bool, error) { return c.shown(time.Since(start)) })
				took := time.Since(start)
				if got != c.want || !errors.Is(err, c.err) || took < c.took || took > c.took+longestPause || p.vain() != c.inVain {
					t.Errorf("%v %v after %s, %d in vain; want %v %v after %s, %d", got, err, took, p.vain(), c.want, c.err, c.took, c.inVain)
				}
			})
		})
	}
}

// A wait that the run's end cuts short was not in vain; one that others' experience cuts short was.
func TestUntilCutShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		never := func() (bool, error) { return false, nil }
		p := &patience{most: time.Hour}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if shown, err := p.until(ctx, never); shown || !errors.Is(err, context.DeadlineExceeded) || p.vain() != 0 {
			t.Errorf("%v %v, %d in vain", shown, err, p.vain())
		}
		time.AfterFunc(10*time.Second, func() {
			for range 20 {
				p.ended(time.Now(), false)
			}
		})
		start := time.Now()
		if _, err := p.until(t.Context(), never); err != nil || time.Since(start) > 12*time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
	})
}
