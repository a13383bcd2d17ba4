package browser

import (
	"context"
	"slices"
	"sync"
)

// pool lends tabs. A page of another origin costs a new renderer, ten times what a request costs, so whoever wants an origin gets a tab
// that is there already, if one is idle.
type pool struct {
	free chan struct{} // one for each idle tab

	mu   sync.Mutex
	idle []*tab // the one that has been idle longest is first
}

func newPool(size int) *pool { return &pool{free: make(chan struct{}, size)} }

// take waits for an idle tab.
func (p *pool) take(ctx context.Context, origin string) (*tab, error) {
	select {
	case <-p.free:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	i := max(0, slices.IndexFunc(p.idle, func(t *tab) bool { return t.origin == origin }))
	t := p.idle[i]
	p.idle = slices.Delete(p.idle, i, i+1)
	return t, nil
}

func (p *pool) give(t *tab) {
	p.mu.Lock()
	p.idle = append(p.idle, t)
	p.mu.Unlock()
	p.free <- struct{}{}
}
