package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"corsprobe/runner/result"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// pagePath is where the page of an origin is; only documents of that path are answered for.
const pagePath = "/corsprobe-page"

// nullHost has the page of the opaque origin: its document is sandboxed, so that its origin is null.
const nullHost = "https://null.corsprobe.test"

// longest bounds one request of a page.
const longest = 30 * time.Second

// tab is one page, of one origin at a time. It sends one request at a time.
type tab struct {
	ctx    context.Context
	cancel context.CancelFunc
	origin string
	trace  *trace
}

func newTab(main context.Context) (*tab, error) {
	ctx, cancel := chromedp.NewContext(main)
	t := &tab{ctx: ctx, cancel: cancel, trace: newTrace()}
	if _, err := chromedp.Run(ctx, t.prepare); err != nil {
		cancel()
		return nil, fmt.Errorf("opening a page in Chromium: %w", err)
	}
	return t, nil
}

func (t *tab) prepare(_ context.Context, target *chromedp.Target) (chromedp.Void, error) {
	listen(t, target, fetch.RequestPaused, func(e fetch.EventRequestPaused) { t.document(target, e.RequestID, e.Request.URL) })
	t.trace.listen(t, target)
	_, err := cdp.Call(t.ctx, target, network.Enable, network.EnableParams{})
	if err == nil { // the cache of preflights too
		_, err = cdp.Call(t.ctx, target, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true})
	}
	if err == nil {
		pattern := &fetch.RequestPattern{URLPattern: "*" + pagePath, ResourceType: network.ResourceTypeDocument}
		_, err = cdp.Call(t.ctx, target, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{pattern}})
	}
	return chromedp.Void{}, err
}

// listen calls f for every event of a kind, until the tab is closed.
func listen[E any](t *tab, target *chromedp.Target, kind cdp.Event[E], f func(E)) {
	events := cdp.Events(t.ctx, target, kind)
	go func() {
		for e, err := range events {
			if err != nil {
				return
			}
			f(e)
		}
	}()
}

// document answers for the page's URL.
func (t *tab) document(target *chromedp.Target, id fetch.RequestID, url string) {
	headers := []*fetch.HeaderEntry{{Name: "Content-Type", Value: "text/html; charset=utf-8"}, {Name: "Cache-Control", Value: "no-store"}}
	if strings.HasPrefix(url, nullHost) {
		headers = append(headers, &fetch.HeaderEntry{Name: "Content-Security-Policy", Value: "sandbox allow-scripts"})
	}
	_, _ = cdp.Call(t.ctx, target, fetch.FulfillRequest, fetch.FulfillRequestParams{ // the navigation tells what failed
		RequestID: id, ResponseCode: 200, ResponseHeaders: headers, Body: []byte("<!doctype html><title>corsprobe</title><link rel=icon href=data:,>"),
	})
}

// send moves the tab to the origin, where it is not there yet, and runs the script.
func (t *tab) send(ctx context.Context, q Request) (Outcome, error) {
	bounded, cancel := context.WithTimeout(t.ctx, longest)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	if err := t.move(bounded, q.Origin); err != nil {
		t.origin = ""
		return Outcome{}, fmt.Errorf("opening a page of %s in Chromium: %w", q.Origin, err)
	}
	t.trace.reset(q.URL)
	answer, err := chromedp.Run(bounded, chromedp.Evaluate[answered](script(q), chromedp.EvalAwaitPromise))
	if err != nil {
		t.origin = ""
		return Outcome{}, fmt.Errorf("running a page's script in Chromium: %w", err)
	}
	t.trace.wait(bounded, needsPreflight(q))
	o := t.trace.outcome()
	o.Resolved, o.Readable = answer.Resolved, answer.Readable
	slices.Sort(o.Readable)
	return o, nil
}

func (t *tab) move(ctx context.Context, origin string) error {
	if t.origin == origin {
		return nil
	}
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

// answered is what the script was given.
type answered struct {
	Resolved bool     `json:"resolved"`
	Readable []string `json:"readable"`
}

// script fetches as a web application would. The body is bytes, so that the browser adds no Content-Type.
func script(q Request) string {
	type argument struct {
		URL, Method, Body, Credentials string
		Headers                        [][2]string
	}
	a := argument{URL: q.URL, Method: q.Method, Body: q.Body, Credentials: "omit", Headers: [][2]string{}}
	if q.Credentials {
		a.Credentials = "include"
	}
	for _, h := range q.Headers {
		a.Headers = append(a.Headers, [2]string{h.Name, h.Value})
	}
	data, err := json.Marshal(a)
	if err != nil {
		panic(err) // strings only
	}
	return `(async a => {
  try {
    const init = {method: a.Method, headers: a.Headers, credentials: a.Credentials, cache: "no-store", mode: "cors"};
    if (a.Body) init.body = new TextEncoder().encode(a.Body);
    const r = await fetch(a.URL, init);
    await r.arrayBuffer().catch(() => {});
    return {resolved: true, readable: [...r.headers.keys()]};
  } catch (e) {
    return {resolved: false, readable: []};
  }
})(` + string(data) + `)`
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
