package reports

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"corsprobe/runner/result"
)

const (
	// redraw is how often a progress line is rewritten at most: often enough to look alive, seldom enough not to slow a run over ssh.
	redraw = 100 * time.Millisecond
	// tick is how often it is rewritten where nothing happens, so that the time left goes on.
	tick = time.Second
	// A guess of the time left is of no use before this much of the time and of the cells.
	guessAfter, guessShare = 2 * time.Second, 0.05
)

// Progress is one line on a terminal that says how many cells are judged, how many of them failed, how long it may take yet, and what is under
// way. Elsewhere it is silent. It is safe for concurrent use.
type Progress struct {
	w        io.Writer
	terminal bool
	columns  int
	total    int
	began    time.Time
	stop     func()

	mu                   sync.Mutex
	done, failed, errors int
	scenario             string // of the last cell
	drawn                time.Time
	over                 bool
	now                  func() time.Time
}

// NewProgress counts towards total on a terminal of that many columns; 0: 80. Nothing is ever written where w is no terminal.
func NewProgress(w io.Writer, terminal bool, columns, total int) *Progress {
	p := newProgress(w, terminal, columns, total, time.Now)
	if terminal {
		p.stop = every(tick, p.show)
	}
	return p
}

func newProgress(w io.Writer, terminal bool, columns, total int, now func() time.Time) *Progress {
	p := &Progress{w: w, terminal: terminal, columns: cmp.Or(max(0, columns), 80), total: total, began: now(), now: now, stop: func() {}}
	p.show()
	return p
}

// every calls again and again, until the function that it returns is called.
func every(d time.Duration, call func()) (stop func()) {
	ticker, done := time.NewTicker(d), make(chan struct{})
	go func() {
		for {
			select {
			case <-ticker.C:
				call()
			case <-done:
				return
			}
		}
	}()
	return func() { ticker.Stop(); close(done) }
}

// Done counts a cell.
func (p *Progress) Done(c result.Cell) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	p.scenario = c.Scenario
	switch c.Verdict {
	case result.Failed, result.Flaky:
		p.failed++
	case result.Error:
		p.errors++
	}
	if p.done >= p.total || p.now().Sub(p.drawn) >= redraw {
		p.draw()
	}
}

func (p *Progress) show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.draw()
}

// Finish removes the line, so that a report starts on a clean one.
func (p *Progress) Finish() {
	p.stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	p.write("\r\x1b[K")
}

// draw writes the line over the one before. Whoever calls it holds the lock.
func (p *Progress) draw() {
	if !p.over {
		p.drawn = p.now()
		p.write("\r" + p.line() + "\x1b[K")
	}
}

// line is never as wide as the terminal: it would be broken, and stay.
func (p *Progress) line() string {
	parts := []string{fmt.Sprintf("cells %d/%d", p.done, max(p.done, p.total))}
	if p.failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", p.failed))
	}
	if p.errors > 0 {
		parts = append(parts, plural(p.errors, "error"))
	}
	if left := p.remaining(); left != "" {
		parts = append(parts, left)
	}
	if p.scenario != "" {
		parts = append(parts, visible(p.scenario))
	}
	line := strings.Join(parts, " · ")
	if utf8.RuneCountInString(line) >= p.columns {
		line, _ = cut(line, p.columns-2)
		line += "…"
	}
	return line
}

// remaining is a guess of the time left, from what the cells before took; empty where it would be none.
func (p *Progress) remaining() string {
	took := p.now().Sub(p.began)
	if p.done >= p.total || took < guessAfter || float64(p.done) < guessShare*float64(p.total) {
		return ""
	}
	left := time.Duration(float64(took) / float64(p.done) * float64(p.total-p.done))
	return "about " + max(time.Second, left.Round(time.Second)).String() + " left"
}

// write leaves errors aside: a terminal that went away must not fail a run, and the reports will say so if it matters.
func (p *Progress) write(s string) {
	if p.terminal {
		_, _ = io.WriteString(p.w, s)
	}
}
