package browser

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// pagePath is where the page of an origin is; only documents of that path are answered for.
const pagePath = "/corsprobe-page"

// nullHost has the page of the opaque origin: its document is sandboxed, so that its origin is null.
const nullHost = "https://null.corsprobe.test"

// document is the page. Its icon is of no bytes, so that Chromium asks for none.
const document = "<!doctype html><title>corsprobe</title><link rel=icon href=data:,>"

// longest bounds one request of a page.
const longest = 30 * time.Second

// tab is one page, of one origin at a time. It sends one request at a time.
type tab struct {
	ctx    context.Context
	origin string // empty: of none yet, or of none any more
	trace  *trace
	caches string // the cache mode of its requests
}

// newTab opens one that outlives ctx.
func newTab(ctx, main context.Context) (*tab, error) {
	lasting, cancel := context.WithCancel(main)
	goOn := context.AfterFunc(ctx, cancel)
	t := &tab{trace: newTrace(), caches: "no-store"}
	err := t.open(lasting)
	if !goOn() || err != nil {
		cancel()
		return nil, because(ctx, fmt.Errorf("opening a page in Chromium: %w", err))
	}
	return t, nil
}

// open makes a target of no window: what Chromium shows of one costs more processor time than all that its page does.
func (t *tab) open(ctx context.Context) error {
	created, err := chromedp.CallBrowser(ctx, target.CreateTarget, target.CreateTargetParams{URL: "about:blank", Hidden: new(true)})
	if err != nil {
		return err
	}
	t.ctx, _ = chromedp.NewContext(ctx, chromedp.WithTargetID(created.TargetID)) // ends with ctx
	return t.prepare()
}

func (t *tab) prepare() error {
	if err := chromedp.Listen(t.ctx, t.event); err != nil {
		return err
	}
	if _, err := chromedp.Call(t.ctx, network.Enable, network.EnableParams{}); err != nil {
		return err
	}
	if _, err := chromedp.Call(t.ctx, log.Enable, cdp.Empty{}); err != nil {
		return err
	}
	if err := t.disableCache(true); err != nil {
		return err
	}
	pattern := &fetch.RequestPattern{URLPattern: "*" + pagePath, ResourceType: network.ResourceTypeDocument}
	_, err := chromedp.Call(t.ctx, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{pattern}})
	return err
}

// disableCache has Chromium keep nothing and take nothing that it kept, preflights included.
func (t *tab) disableCache(disabled bool) error {
	_, err := chromedp.Call(t.ctx, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: disabled})
	return err
}

// event takes DevTools' events in their order. It must not wait for Chromium, which would then send no further event.
func (t *tab) event(ev any) {
	if e, ok := ev.(*fetch.EventRequestPaused); ok {
		go t.fulfil(e.RequestID, e.Request.URL)
		return
	}
	t.trace.event(ev)
}

// fulfil answers for the page's URL. Where it fails, the navigation fails with an error.
func (t *tab) fulfil(id fetch.RequestID, url string) {
	headers := []*fetch.HeaderEntry{{Name: "Content-Type", Value: "text/html; charset=utf-8"}, {Name: "Cache-Control", Value: "no-store"}}
	if strings.HasPrefix(url, nullHost) {
		headers = append(headers, &fetch.HeaderEntry{Name: "Content-Security-Policy", Value: "sandbox allow-scripts"})
	}
	_, _ = chromedp.Call(t.ctx, fetch.FulfillRequest, fetch.FulfillRequestParams{
		RequestID: id, ResponseCode: 200, ResponseHeaders: headers, Body: []byte(document),
	})
}

// mayKeep reports that Chromium may have kept a preflight's answer, so that none need be sent.
func (t *tab) mayKeep() bool { return t.caches != "no-store" }

// send moves the tab to the origin, where it is not there yet, and runs the script.
func (t *tab) send(ctx context.Context, q Request) (Outcome, error) {
	bounded, cancel := context.WithTimeout(t.ctx, longest)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	if err := t.move(bounded, q.Origin); err != nil {
		return Outcome{}, because(ctx, fmt.Errorf("opening a page of %s in Chromium: %w", q.Origin, err))
	}
	t.trace.reset()
	answer, err := chromedp.Run(bounded, chromedp.Evaluate[answered](script(q, t.caches), chromedp.EvalAwaitPromise))
	if err != nil {
		t.origin = "" // the request may still be under way: the next one takes a new page
		return Outcome{}, because(ctx, fmt.Errorf("running a page's script in Chromium: %w", err))
	}
	if answer.Refused != "" {
		return Outcome{NotSendable: "Chromium does not make such a request: " + answer.Refused}, nil
	}
	t.trace.wait(bounded, expectsPreflight(q) && !t.mayKeep())
	o := t.trace.outcome()
	o.Resolved, o.Readable = answer.Resolved, answer.Readable
	slices.Sort(o.Readable)
	return o, nil
}

// because prefers the caller's own reason for an end to the one that Chromium's driver gives.
func because(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func (t *tab) move(ctx context.Context, origin string) error {
	if t.origin == origin {
		return nil
	}
	t.origin = ""
	at := origin
	if origin == "null" {
		at = nullHost
	}
	if _, err := chromedp.Run(ctx, chromedp.Navigate(at+pagePath)); err != nil {
		return err
	}
	own, err := chromedp.Run(ctx, chromedp.Evaluate[string]("self.origin"))
	if err != nil {
		return err
	}
	if own != origin {
		return fmt.Errorf("its origin is %s", own)
	}
	t.origin = origin
	return nil
}
