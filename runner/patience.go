package runner

import (
	"cmp"
	"context"
	"corsprobe/runner/pace"
	"sync"
	"time"
)

const (
	firstPause   = 20 * time.Millisecond
	longestPause = time.Second
	// leastPatience is the least time given to an endpoint that never shows a change: a few polls. The catalogue makes some hundreds of
	// changes.
	leastPatience = 300 * time.Millisecond
)

// patience bounds how long a run waits for changes to show. The first waits have all the time that the user gives. Each wait that ends
// without the change divides the time of all others by three, or else an endpoint that never shows a change would be waited for in full with
// every configuration. The time never falls below twice the longest wait that was successful. It is safe for use from several goroutines.
type patience struct {
	mu      sync.Mutex
	most    time.Duration // Options.Settle
	first   time.Duration // the first waits have this; most when 0
	inVain  int
	longest time.Duration // a wait that ended well
	prompt  int           // waits in a row that were over at the first look
}

// remaining is how much longer a wait may take that began at start.
func (p *patience) remaining(start time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := cmp.Or(p.first, p.most)
	for range min(p.inVain, 20) {
		all /= 3
	}
	return min(p.most, max(all, 2*p.longest, leastPatience)) - time.Since(start)
}

// ended records how a wait ended that began at start.
func (p *patience) ended(start time.Time, well bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if well {
		p.longest = max(p.longest, time.Since(start))
	} else {
		p.inVain++
	}
}

func (p *patience) vain() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.inVain
}

// looked records whether a wait was over at the first look.
func (p *patience) looked(prompt bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.prompt++
	if !prompt {
		p.prompt = 0
	}
}

// prompts is how many waits in a row were over at the first look.
func (p *patience) prompts() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.prompt
}

// until polls with growing pauses until shown reports that the wait is over, or an error, or the time is up: then it returns false.
func (p *patience) until(ctx context.Context, shown func() (bool, error)) (bool, error) {
	start := time.Now()
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		done, err := shown()
		if err != nil {
			return false, err
		}
		if done {
			p.looked(pause == firstPause)
			p.ended(start, true)
			return true, nil
		}
		if left := p.remaining(start); left <= 0 || !pace.Wait(ctx, min(pause, left)) {
			break
		}
	}
	p.looked(false)
	if ctx.Err() == nil {
		p.ended(start, false)
	}
	return false, ctx.Err()
}
