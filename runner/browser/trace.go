package browser

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"corsprobe/runner/result"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
)

// trace gathers what DevTools reports of one request, of its redirects and of their preflights.
//
// A request is known by DevTools' id and by its type, not by its address: Chromium rewrites some (a ' in a query becomes %27), and a
// redirect changes it. The page has nothing else to fetch.
type trace struct {
	mu      sync.Mutex
	changed chan struct{} // closed and made anew at each event
	byID    map[network.RequestID]*observed
	order   []*observed
	console string
}

// observed is what DevTools reported of one request. The network's account of it (headers and status, DevTools' "extra info") and the page's
// come from two processes, in either order.
type observed struct {
	urls      []string   // as the page announced them: one, and one for each redirect followed
	exchanges []Exchange // as the network saw them, in the same order
	preflight bool
	ended     bool
	failed    string
	code      string
	parameter string
}

func newTrace() *trace {
	t := &trace{changed: make(chan struct{})}
	t.reset()
	return t
}

func (t *trace) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.byID, t.order, t.console = map[network.RequestID]*observed{}, nil, ""
}

// event records what an event says. It is called in the order of the events.
func (t *trace) event(ev any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch e := ev.(type) {
	case *network.EventRequestWillBeSent:
		t.announce(e)
	case *network.EventRequestWillBeSentExtraInfo:
		r := t.request(e.RequestID)
		r.exchanges = append(r.exchanges, Exchange{Sent: lines(e.Headers)})
	case *network.EventResponseReceivedExtraInfo:
		t.request(e.RequestID).answered(int(e.StatusCode), lines(e.Headers))
	case *network.EventLoadingFinished:
		t.request(e.RequestID).ended = true
	case *network.EventLoadingFailed:
		t.request(e.RequestID).fail(e)
	case *log.EventEntryAdded:
		t.logged(e.Entry)
	default:
		return
	}
	close(t.changed)
	t.changed = make(chan struct{})
}

// request is what is known of a request so far; a new record where nothing is.
func (t *trace) request(id network.RequestID) *observed {
	if t.byID[id] == nil {
		t.byID[id] = &observed{}
	}
	return t.byID[id]
}

func (t *trace) announce(e *network.EventRequestWillBeSent) {
	preflight := e.Initiator.Type == network.InitiatorTypePreflight // the method does not show it: a page may send OPTIONS itself
	if e.Type != network.ResourceTypeFetch && !preflight {
		return
	}
	r := t.request(e.RequestID)
	if r.urls == nil {
		t.order = append(t.order, r)
	}
	r.urls, r.preflight = append(r.urls, e.Request.URL), preflight
}

// answered completes the exchange that is under way.
func (r *observed) answered(status int, headers []result.Header) {
	if len(r.exchanges) == 0 {
		r.exchanges = append(r.exchanges, Exchange{})
	}
	last := &r.exchanges[len(r.exchanges)-1]
	last.Status, last.Received = status, headers
}

func (r *observed) fail(e *network.EventLoadingFailed) {
	r.ended, r.failed = true, e.ErrorText
	if e.CorsErrorStatus != nil {
		r.code, r.parameter = string(e.CorsErrorStatus.CorsError), e.CorsErrorStatus.FailedParameter
	}
}

// logged keeps the first error of CORS that a console would show: what follows it is that loading failed, which says nothing.
func (t *trace) logged(e *log.Entry) {
	if e.Level == log.EntryLevelError && t.console == "" && strings.Contains(e.Text, "CORS policy") {
		t.console = e.Text
	}
}

// overdue is how long to wait for DevTools' report once the script has its answer. It comes within milliseconds, except on a busy machine.
const overdue = 10 * time.Second

// wait blocks until DevTools has reported everything, or ctx ends. preflight: the model expects one.
func (t *trace) wait(ctx context.Context, preflight bool) {
	ctx, cancel := context.WithTimeout(ctx, overdue)
	defer cancel()
	for {
		t.mu.Lock()
		complete, changed := t.complete(preflight), t.changed
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
func (t *trace) complete(preflight bool) bool {
	main, preflights := t.page(), t.preflights()
	switch {
	case main == nil || !main.ended:
		return false
	case main.code != "" && t.console == "":
		return false
	case (preflight || main.failedAtPreflight()) && len(preflights) == 0 && !main.failedUnsent():
		return false
	}
	return main.complete() && !slices.ContainsFunc(preflights, func(r *observed) bool { return !r.ended || !r.complete() })
}

// complete reports that an answer is known wherever there must be one.
func (r *observed) complete() bool {
	if r.failedUnsent() || !r.preflight && r.failedAtPreflight() {
		return true
	}
	return len(r.exchanges) >= len(r.urls) && r.exchanges[len(r.exchanges)-1].Status != 0
}

// failedUnsent reports a failure that is not CORS's: of the connection, or of a check before it. No answer needs to have come.
func (r *observed) failedUnsent() bool { return r.failed != "" && r.code == "" }

// failedAtPreflight reports that the answer to a preflight was at fault.
func (r *observed) failedAtPreflight() bool {
	return strings.HasPrefix(r.code, "Preflight") || strings.HasSuffix(r.code, "PreflightResponse")
}

// page is the page's own request; nil before it is announced.
func (t *trace) page() *observed {
	for _, r := range t.order {
		if !r.preflight {
			return r
		}
	}
	return nil
}

func (t *trace) preflights() []*observed {
	var all []*observed
	for _, r := range t.order {
		if r.preflight {
			all = append(all, r)
		}
	}
	return all
}

// outcome is what became of the request, apart from what the script saw.
func (t *trace) outcome() Outcome {
	t.mu.Lock()
	defer t.mu.Unlock()
	o := Outcome{Console: t.console}
	for _, p := range t.preflights() {
		o.Preflights = append(o.Preflights, p.hop(0))
		o.Code, o.Parameter, o.Failed = p.code, p.parameter, p.failed
	}
	if len(o.Preflights) > 0 {
		o.Preflight = &o.Preflights[0]
	}
	r := t.page()
	if r == nil {
		return o
	}
	last := len(r.urls) - 1
	for i := range last {
		o.Redirects = append(o.Redirects, r.hop(i))
	}
	if actual := r.hop(last); actual.Status != 0 {
		o.Actual = &actual
	}
	if r.code != "" {
		o.Code, o.Parameter = r.code, r.parameter
	}
	if r.failed != "" {
		o.Failed = r.failed
	}
	return o
}

// hop is the exchange with one of the addresses.
func (r *observed) hop(i int) Exchange {
	var ex Exchange
	if i < len(r.exchanges) {
		ex = r.exchanges[i]
	}
	ex.URL = r.urls[i]
	return ex
}

// lines sorts DevTools' map of headers into lines; duplicates come joined by line feeds.
func lines(headers network.Headers) []result.Header {
	var all []result.Header
	for name, value := range headers {
		for v := range strings.SplitSeq(fmt.Sprint(value), "\n") {
			all = append(all, result.Header{Name: name, Value: v})
		}
	}
	slices.SortFunc(all, func(a, b result.Header) int { return strings.Compare(a.Name+"\x00"+a.Value, b.Name+"\x00"+b.Value) })
	return all
}
