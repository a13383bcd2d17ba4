package endpoint

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// Cleaning up has all the time that it takes while nobody is in a hurry, and ten seconds once the run was interrupted.
func TestSoon(t *testing.T) {
	for name, c := range map[string]struct {
		interrupted time.Duration // when the run is; never where negative
		want        time.Duration // when cleaning up ends; never where negative
	}{
		"in time":                  {-1, -1},
		"interrupted before":       {0, budget},
		"interrupted while at it":  {time.Minute, time.Minute + budget},
		"interrupted at the start": {time.Nanosecond, time.Nanosecond + budget},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				run, interrupt := context.WithCancel(t.Context())
				defer interrupt()
				switch {
				case c.interrupted == 0:
					interrupt()
				case c.interrupted > 0:
					time.AfterFunc(c.interrupted, interrupt)
				}
				ctx, end := soon(run)
				defer end()
				began := time.Now()
				select {
				case <-ctx.Done():
					if got := time.Since(began); got != c.want {
						t.Errorf("it ends after %s, want %s", got, c.want)
					}
				case <-time.After(time.Hour):
					if c.want >= 0 {
						t.Errorf("it has not ended after an hour, want %s", c.want)
					}
				}
			})
		})
	}
}
