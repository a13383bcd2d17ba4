package browser

import (
	"context"
	"slices"
	"sync"
)

// pool lends tabs, some at a time. A page of another origin costs several times what a request does, so there are more tabs than are lent, and
// whoever wants an origin gets one that is there already, if it is idle.
type pool struct {
	open func(context.Context) (*tab, error)
	lent chan struct{} // holds one for each

	mu     sync.Mutex
	opened int
	idle   []*tab // the one that has been idle longest is first
}

// tabsEach is how many tabs there may be for each that is lent: with four, half as many move as with one, and more save no more than they cost.
const tabsEach = 4

func newPool(atOnce int, open func(context.Context) (*tab, error)) *pool {
	return &pool{open: open, lent: make(chan struct{}, atOnce)}
}

// take waits until a tab may be lent. Whoever takes one gives it back.
func (p *pool) take(ctx context.Context, origin string) (*tab, error) {
	select {
	case p.lent <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if t := p.choose(origin); t != nil {
		return t, nil
	}
	t, err := p.open(ctx)
	if err != nil {
		p.mu.Lock()
		p.opened--
		p.mu.Unlock()
		<-p.lent
	}
	return t, err
}

// choose takes out an idle tab: the origin's, one of none yet, or the one that has been idle longest; nil, where another is to be opened.
func (p *pool) choose(origin string) *tab {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, wanted := range []string{origin, ""} {
		if i := slices.IndexFunc(p.idle, func(t *tab) bool { return t.origin == wanted }); i >= 0 {
			return p.remove(i)
		}
	}
	if p.opened < tabsEach*cap(p.lent) {
		p.opened++
		return nil
	}
	return p.remove(0)
}

func (p *pool) remove(i int) *tab {
	t := p.idle[i]
	p.idle = slices.Delete(p.idle, i, i+1)
	return t
}

func (p *pool) give(t *tab) {
	p.mu.Lock()
	p.idle = append(p.idle, t)
	p.mu.Unlock()
	<-p.lent
}
