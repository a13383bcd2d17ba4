package reports

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"corsprobe/runner/result"
)

// clock is a time that goes on by a step whenever it is asked for.
func clock(step time.Duration) func() time.Time {
	now := started
	return func() time.Time { now = now.Add(step); return now }
}

func judgedIn(v result.Verdict, scenario string) result.Cell {
	return result.Cell{Verdict: v, Scenario: scenario}
}

func TestProgress(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out, true, 0, 412, clock(redraw))
	for _, v := range []result.Verdict{result.Passed, result.Failed, result.Flaky, result.Known, result.Unsupported, result.Error, result.Error} {
		p.Done(judgedIn(v, "origins/exact"))
	}
	p.Finish()
	p.show()
	want := "\rcells 0/412\x1b[K" +
		"\rcells 1/412 · origins/exact\x1b[K" +
		"\rcells 2/412 · 1 failed · origins/exact\x1b[K" +
		"\rcells 3/412 · 2 failed · origins/exact\x1b[K" +
		"\rcells 4/412 · 2 failed · origins/exact\x1b[K" +
		"\rcells 5/412 · 2 failed · origins/exact\x1b[K" +
		"\rcells 6/412 · 2 failed · 1 error · origins/exact\x1b[K" +
		"\rcells 7/412 · 2 failed · 2 errors · origins/exact\x1b[K" +
		"\r\x1b[K"
	if out.String() != want {
		t.Errorf("got\n%q, want\n%q", out.String(), want)
	}
}

// The time left is told once there is something to go by: after 2 s, and after a twentieth of the cells.
func TestProgressGuessesTheTimeLeft(t *testing.T) {
	for _, c := range []struct {
		done, total int
		took        time.Duration
		want        string
	}{
		{50, 100, 10 * time.Second, "about 10s left"},
		{1, 20, 2 * time.Second, "about 38s left"},
		{99, 100, 10 * time.Second, "about 1s left"},
		{10, 1000, 10 * time.Second, ""},
		{50, 100, time.Second, ""},
		{100, 100, 10 * time.Second, ""},
		{500, 1000, 300 * time.Second, "about 5m0s left"},
	} {
		p := newProgress(&bytes.Buffer{}, true, 80, c.total, func() time.Time { return started })
		p.done, p.now = c.done, func() time.Time { return started.Add(c.took) }
		if got := p.remaining(); got != c.want {
			t.Errorf("%d of %d cells after %s: %q, want %q", c.done, c.total, c.took, got, c.want)
		}
	}
}

// A line as wide as the terminal would be broken by it, and stay.
func TestProgressFitsTheTerminal(t *testing.T) {
	for _, columns := range []int{10, 24, 40, 80} {
		p := newProgress(&bytes.Buffer{}, true, columns, 100, clock(redraw))
		p.Done(judgedIn(result.Failed, strings.Repeat("größe/", 20)+"\x1b[2J"))
		if n := utf8.RuneCountInString(p.line()); n >= columns || !strings.HasSuffix(p.line(), "…") {
			t.Errorf("%d columns: %d in %q", columns, n, p.line())
		}
	}
}

func TestProgressIsSilentElsewhere(t *testing.T) {
	var out bytes.Buffer
	p := NewProgress(&out, false, 80, 1)
	p.Done(judgedIn(result.Failed, "a/b"))
	p.Finish()
	if out.Len() > 0 {
		t.Errorf("got %q", out.String())
	}
}

func TestProgressRedrawsSeldomAndAtTheEnd(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out, true, 80, 100, func() time.Time { return started })
	for range 100 {
		p.Done(judgedIn(result.Passed, ""))
	}
	if want := "\rcells 0/100\x1b[K\rcells 100/100\x1b[K"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

// Where nothing happens the line goes on all the same, until the end.
func TestProgressTicks(*testing.T) {
	calls := make(chan struct{}, 1)
	stop := every(time.Millisecond, func() {
		select {
		case calls <- struct{}{}:
		default:
		}
	})
	<-calls
	<-calls
	stop()
}

func TestProgressFromManyGoroutines(t *testing.T) {
	var out bytes.Buffer
	p := NewProgress(&out, true, 80, 800)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				p.Done(judgedIn(result.Failed, ""))
			}
		})
	}
	wg.Wait()
	p.Finish()
	if !strings.HasSuffix(out.String(), "\rcells 800/800 · 800 failed\x1b[K\r\x1b[K") {
		t.Errorf("ends with %q", out.String()[max(0, out.Len()-60):])
	}
}
