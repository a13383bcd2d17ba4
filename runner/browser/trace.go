package browser

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// trace gathers what DevTools tells of one request and of its preflight. Events come in any order.
type trace struct {
	mu      sync.Mutex
	url     string
	changed chan struct{} // closed and made anew at each event
	byID    map[network.RequestID]*told
	order   []network.RequestID
}

// told is what was said of one request.
type told struct {
	announced bool // as one of the page's, to the URL asked for
	preflight bool
	ended     bool
	failed    string
	code      string
	exchange  Exchange
}

func newTrace() *trace {
	t := &trace{changed: make(chan struct{})}
	t.reset("")
	return t
}

func (t *trace) reset(url string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.url, t.byID, t.order = url, map[network.RequestID]*told{}, nil
}

// of is what is known of a request so far.
func (t *trace) of(id network.RequestID) *told {
	if t.byID[id] == nil {
		t.byID[id] = &told{}
		t.order = append(t.order, id)
	}
	return t.byID[id]
}

// listen follows the target's network events.
func (t *trace) listen(on *tab, target *chromedp.Target) {
	listen(on, target, network.RequestWillBeSent, func(e network.EventRequestWillBeSent) {
		t.add(e.RequestID, func(r *told) {
			r.announced = e.Request.URL == t.url
			r.preflight = e.Request.Method == http.MethodOptions && e.Type != network.ResourceTypeFetch // a page may send OPTIONS itself
		})
	})
	listen(on, target, network.RequestWillBeSentExtraInfo, func(e network.EventRequestWillBeSentExtraInfo) {
		t.add(e.RequestID, func(r *told) { r.exchange.Sent = lines(e.Headers) })
	})
	listen(on, target, network.ResponseReceivedExtraInfo, func(e network.EventResponseReceivedExtraInfo) {
		t.add(e.RequestID, func(r *told) { r.exchange.Status, r.exchange.Received = int(e.StatusCode), lines(e.Headers) })
	})
	listen(on, target, network.LoadingFinished, func(e network.EventLoadingFinished) {
		t.add(e.RequestID, func(r *told) { r.ended = true })
	})
	listen(on, target, network.LoadingFailed, func(e network.EventLoadingFailed) {
		t.add(e.RequestID, func(r *told) {
			r.ended, r.failed = true, e.ErrorText
			if e.CorsErrorStatus != nil {
				r.code = string(e.CorsErrorStatus.CorsError)
			}
		})
	})
}

// add notes something of a request.
func (t *trace) add(id network.RequestID, note func(*told)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	note(t.of(id))
	close(t.changed)
	t.changed = make(chan struct{})
}

// overdue is how long a preflight that should have been sent is waited for, once all else is told.
const overdue = time.Second

// wait blocks until all is told, or ctx ends.
func (t *trace) wait(ctx context.Context, preflight bool) {
	ctx, cancel := context.WithTimeout(ctx, overdue)
	defer cancel()
	for {
		t.mu.Lock()
		complete, changed := t.complete() && (!preflight || t.find(true) != nil), t.changed
		t.mu.Unlock()
		if complete {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// complete reports that the page's request has ended, and that of all that was sent the headers are known.
func (t *trace) complete() bool {
	main := t.find(false)
	if main == nil || !main.ended {
		return false
	}
	if p := t.find(true); p != nil && (!p.ended || p.failed == "" && p.exchange.Status == 0) {
		return false
	}
	return main.failed != "" || main.exchange.Status != 0
}

func (t *trace) find(preflight bool) *told {
	for _, id := range t.order {
		if r := t.byID[id]; r.announced && r.preflight == preflight {
			return r
		}
	}
	return nil
}

func (t *trace) outcome() Outcome {
	t.mu.Lock()
	defer t.mu.Unlock()
	var o Outcome
	if p := t.find(true); p != nil {
		o.Preflight = &p.exchange
		o.Code, o.Failed = p.code, p.failed
	}
	if r := t.find(false); r != nil {
		if r.exchange.Sent != nil && r.exchange.Status != 0 {
			o.Actual = &r.exchange
		}
		if r.code != "" {
			o.Code = r.code
		}
		if r.failed != "" {
			o.Failed = r.failed
		}
	}
	return o
}
