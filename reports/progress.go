package reports

import (
	"fmt"
	"io"
	"sync"
	"time"

	"corsprobe/runner/result"
)

// redraw is how often a progress line is rewritten at most: often enough to look alive, seldom enough not to slow a run over ssh.
const redraw = 100 * time.Millisecond

// Progress is one line on a terminal that counts cells as they are judged. Elsewhere it is silent. It is safe for concurrent use.
type Progress struct {
	w        io.Writer
	terminal bool
	total    int

	mu                   sync.Mutex
	done, failed, errors int
	drawn                time.Time
	now                  func() time.Time
}

// NewProgress counts towards total. Nothing is written before the first cell, and nothing ever where w is no terminal.
func NewProgress(w io.Writer, terminal bool, total int) *Progress {
	return &Progress{w: w, terminal: terminal, total: total, now: time.Now}
}

// Done counts a cell.
func (p *Progress) Done(v result.Verdict) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	switch v {
	case result.Failed, result.Flaky:
		p.failed++
	case result.Error:
		p.errors++
	}
	if now := p.now(); p.done >= p.total || now.Sub(p.drawn) >= redraw {
		p.drawn = now
		p.draw("\r" + p.line() + "\x1b[K")
	}
}

// Finish removes the line, so that a report starts on a clean one.
func (p *Progress) Finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done > 0 {
		p.draw("\r\x1b[K")
	}
}

func (p *Progress) line() string {
	line := fmt.Sprintf("cells %d/%d", p.done, max(p.done, p.total))
	if p.failed > 0 {
		line += fmt.Sprintf(" · %d failed", p.failed)
	}
	if p.errors > 0 {
		line += fmt.Sprintf(" · %s", plural(p.errors, "error"))
	}
	return line
}

// draw leaves errors aside: a terminal that went away must not fail a run, and the reports will say so if it matters.
func (p *Progress) draw(s string) {
	if p.terminal {
		_, _ = io.WriteString(p.w, s)
	}
}
