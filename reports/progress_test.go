package reports

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"corsprobe/runner/result"
)

// slow gives a progress whose every cell is seen.
func slow(w *bytes.Buffer, total int) *Progress {
	p := NewProgress(w, true, total)
	now := started
	p.now = func() time.Time { now = now.Add(redraw); return now }
	return p
}

func TestProgress(t *testing.T) {
	var out bytes.Buffer
	p := slow(&out, 412)
	for _, v := range []result.Verdict{result.Passed, result.Failed, result.Flaky, result.Known, result.Unsupported, result.Error, result.Error} {
		p.Done(v)
	}
	p.Finish()
	want := "\rcells 1/412\x1b[K" +
		"\rcells 2/412 · 1 failed\x1b[K" +
		"\rcells 3/412 · 2 failed\x1b[K" +
		"\rcells 4/412 · 2 failed\x1b[K" +
		"\rcells 5/412 · 2 failed\x1b[K" +
		"\rcells 6/412 · 2 failed · 1 error\x1b[K" +
		"\rcells 7/412 · 2 failed · 2 errors\x1b[K" +
		"\r\x1b[K"
	if out.String() != want {
		t.Errorf("got\n%q, want\n%q", out.String(), want)
	}
}

func TestProgressIsSilentElsewhere(t *testing.T) {
	var out bytes.Buffer
	p := NewProgress(&out, false, 1)
	p.Done(result.Failed)
	p.Finish()
	unused := NewProgress(&out, true, 1)
	unused.Finish()
	if out.Len() > 0 {
		t.Errorf("got %q", out.String())
	}
}

func TestProgressRedrawsSeldomAndAtTheEnd(t *testing.T) {
	var out bytes.Buffer
	p := NewProgress(&out, true, 100)
	p.now = func() time.Time { return started }
	for range 100 {
		p.Done(result.Passed)
	}
	if want := "\rcells 1/100\x1b[K\rcells 100/100\x1b[K"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func TestProgressFromManyGoroutines(t *testing.T) {
	var out bytes.Buffer
	p := NewProgress(&out, true, 800)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				p.Done(result.Failed)
			}
		})
	}
	wg.Wait()
	if !strings.HasSuffix(out.String(), "\rcells 800/800 · 800 failed\x1b[K") {
		t.Errorf("ends with %q", out.String()[max(0, out.Len()-60):])
	}
}
