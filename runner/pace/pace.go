// Package pace keeps the requests of a run within what an endpoint can bear: so many under way at once, so many a second, and with growing
// pauses where it asks to slow down.
//
// A pace travels in the context, so that it holds for the probes and for what the AWS SDK sends alike: see [With] and [From].
package pace

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

const (
	firstPause   = 200 * time.Millisecond
	longestPause = 5 * time.Second
	// most bounds what an endpoint may ask for by Retry-After.
	most = 30 * time.Second
)

// Options say what an endpoint can bear.
type Options struct {
	// Concurrency is how many requests may be under way at once; 1 when 0.
	Concurrency int
	// Rate is how many requests may begin in a second; without bound when 0.
	Rate float64
	// Patience bounds the pauses before one request is given up that is answered with a plea to slow down; none when 0.
	Patience time.Duration
}

// Pace is the budget that all requests of a run share. It is safe for use from several goroutines; nil sets no limits and never pauses.
type Pace struct {
	slots     chan struct{}
	limit     *rate.Limiter
	requests  atomic.Int64
	slowDowns atomic.Int64

	full time.Duration // Options.Patience

	mu       sync.Mutex
	patience time.Duration // what is left of it, after requests that were given up
}

// New makes a budget.
func New(o Options) *Pace {
	p := &Pace{slots: make(chan struct{}, max(1, o.Concurrency)), full: o.Patience, patience: o.Patience}
	if o.Rate > 0 {
		p.limit = rate.NewLimiter(rate.Limit(o.Rate), 1)
	}
	return p
}

// Requests is how many requests were begun, those that were sent again included.
func (p *Pace) Requests() int { return int(p.requests.Load()) }

// SlowDowns is how many answers asked to slow down.
func (p *Pace) SlowDowns() int { return int(p.slowDowns.Load()) }

// Begin waits until one more request may be sent; end must be called when its answer was read. The error is the context's.
func (p *Pace) Begin(ctx context.Context) (end func(), err error) {
	if p == nil {
		return func() {}, nil
	}
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if p.limit != nil {
		if err := p.limit.Wait(ctx); err != nil {
			<-p.slots
			return nil, err
		}
	}
	p.requests.Add(1)
	return func() { <-p.slots }, nil
}

// Busy reports that an answer says nothing but that the endpoint wants time.
func Busy(status int) bool {
	return status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests
}

// Asking counts the pauses of one request that is answered with pleas to slow down.
type Asking struct {
	pace   *Pace
	pauses int
	paused time.Duration
}

// Ask begins the count for one request.
func (p *Pace) Ask() *Asking { return &Asking{pace: p} }

// Again is called with each answer. It reports that the answer was a plea for time, and that the time has now been given: the request is to
// be sent once more. Pauses double, none is longer than five seconds unless Retry-After asks for more (RFC 9110, 10.2.3), and each is
// shortened by chance, so that requests that were refused together do not come back together.
func (a *Asking) Again(ctx context.Context, status int, retryAfter string) bool {
	if a.pace == nil {
		return false
	}
	if !Busy(status) {
		a.served()
		return false
	}
	a.pace.slowDowns.Add(1)
	pause := a.next(retryAfter)
	if a.paused+pause > a.pace.allowed() {
		a.pace.givenUp()
		return false
	}
	a.paused += pause
	a.pauses++
	return Wait(ctx, pause)
}

// Wait pauses; false: the context ended first.
func Wait(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// next is the pause before the next attempt.
func (a *Asking) next(retryAfter string) time.Duration {
	pause := min(firstPause<<min(a.pauses, 16), longestPause)
	pause -= time.Duration(rand.Int64N(int64(pause) / 2)) //nolint:gosec // chance enough
	return max(pause, asked(retryAfter, time.Now()))
}

// asked reads a Retry-After: seconds or a date. What cannot be read asks for nothing.
func asked(retryAfter string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(retryAfter); err == nil {
		return time.Duration(min(max(seconds, 0), int(most/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(retryAfter); err == nil {
		return min(max(at.Sub(now), 0), most)
	}
	return 0
}

func (p *Pace) allowed() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.patience
}

// givenUp shortens what the next requests are given: an endpoint that answers nothing else would otherwise be waited for once a request.
func (p *Pace) givenUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.patience = max(p.patience/2, min(p.patience, 2*firstPause))
}

// served gives back the full patience: whoever waited got an answer in the end.
func (a *Asking) served() {
	if a.pauses == 0 {
		return
	}
	a.pace.mu.Lock()
	defer a.pace.mu.Unlock()
	a.pace.patience = a.pace.full
}

type key struct{}

// With has every request under the context keep to the pace.
func With(ctx context.Context, p *Pace) context.Context { return context.WithValue(ctx, key{}, p) }

// From is the pace of a context; nil: none.
func From(ctx context.Context) *Pace {
	p, _ := ctx.Value(key{}).(*Pace)
	return p
}
