package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"corsprobe/reports"
	"corsprobe/runner/english"
	"corsprobe/runner/fuzz"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// fuzzLine is a line on a terminal that says how far corsprobe fuzz is. Elsewhere it is silent. It is safe for concurrent use.
type fuzzLine struct {
	w       io.Writer
	watched bool
	began   time.Time

	mu       sync.Mutex
	requests int
	out      fuzz.Outcome
	drawn    time.Time
}

func newFuzzLine(w io.Writer) *fuzzLine {
	return &fuzzLine{w: w, watched: isTerminal(w) && os.Getenv("TERM") != "dumb", began: time.Now()}
}

// judged counts a cell's requests.
func (l *fuzzLine) judged(c result.Cell) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests += len(c.Exchanges)
	if time.Since(l.drawn) > time.Second/5 {
		l.draw()
	}
}

func (l *fuzzLine) batch(out fuzz.Outcome) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.out = out
	l.draw()
}

func (l *fuzzLine) draw() {
	if !l.watched {
		return
	}
	l.drawn = time.Now()
	text := l.text(time.Since(l.began))
	if width := columns(l.w); width > 0 && len(text) >= width {
		text = text[:width-1]
	}
	fmt.Fprintf(l.w, "\r\x1b[K%s", reports.Harmless(text))
}

// text is what the line says.
func (l *fuzzLine) text(took time.Duration) string {
	text := fmt.Sprintf("%s, %.0f requests a second, %d of %d facts, %s",
		english.Count(l.out.Questions, "question"), float64(l.requests)/max(took.Seconds(), 0.001), l.out.Coverage.Facts(), len(s3cors.Facts()),
		english.Count(len(l.out.Differences), "difference"))
	var names []string
	for _, d := range l.out.Differences {
		names = append(names, d.Name)
	}
	if len(names) == 0 {
		return text
	}
	return text + ": " + strings.Join(names, ", ")
}

func (l *fuzzLine) clear() {
	if l.watched {
		fmt.Fprint(l.w, "\r\x1b[K")
	}
}
