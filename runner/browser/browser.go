// Package browser has a real Chromium send requests for a page of any origin, and reports what became of them.
//
// The page is not fetched from anywhere: the DevTools Fetch domain answers for its URL, so that https://app.example.com, which nobody need
// own, is a page like any other. What its script then requests goes out to the network for real.
package browser

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"corsprobe/runner/result"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// Options say how Chromium is started.
type Options struct {
	Path     string // of the executable; found when empty
	AtOnce   int    // how many requests are under way at once; 4 when 0
	Insecure bool   // do not verify certificates
	// Resolve maps host names, as Chromium's --host-resolver-rules has it: "MAP s3.example.com 127.0.0.1".
	Resolve []string
	// Hosts are the only ones that Chromium may look up or connect to, with "*.s3.example.com" for those under one; any but Chromium's own
	// services when empty. A host that Resolve maps is not among them.
	Hosts []string
}

// Browser is a running Chromium. It is safe for use from several goroutines.
type Browser struct {
	main    context.Context
	kill    func() // ends it at once, and waits for that; for one call only
	version string
	tabs    *pool
	forget  func() bool // the end of the context that it was started with
	ended   sync.Once
}

// Start starts Chromium. It lives until Close, or until ctx ends.
func Start(ctx context.Context, opts Options) (*Browser, error) {
	path, err := Find(opts.Path)
	if err != nil {
		return nil, err
	}
	if opts.AtOnce == 0 {
		opts.AtOnce = 4
	}
	// The end of ctx ends a Chromium that is not ready at once, and asks one that is to close.
	starting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	b := newBrowser(starting, cancel, flags(path, opts), opts.AtOnce)
	b.forget = context.AfterFunc(ctx, cancel)
	err = b.open()
	b.forget()
	if err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		b.end()
		return nil, fmt.Errorf("starting %s: %w", path, because(ctx, err))
	}
	b.forget = context.AfterFunc(ctx, b.end)
	return b, nil
}

func newBrowser(ctx context.Context, cancel func(), flags []chromedp.ExecAllocatorOption, atOnce int) *Browser {
	quiet := func(string, ...any) {}
	allocated, stop := chromedp.NewExecAllocator(ctx, flags...)
	main, end := chromedp.NewContext(allocated, chromedp.WithErrorf(quiet), chromedp.WithLogf(quiet))
	tabs := newPool(atOnce, func(ctx context.Context) (*tab, error) { return newTab(ctx, main) })
	return &Browser{main: main, tabs: tabs, kill: func() { cancel(); end(); stop() }}
}

// open also opens the first tab: what hinders that is known before the first request.
func (b *Browser) open() (err error) {
	if b.version, err = chromedp.Run(b.main, version); err != nil {
		return err
	}
	t, err := b.tabs.take(b.main, "")
	if err == nil {
		b.tabs.give(t)
	}
	return err
}

func version(ctx context.Context, t *chromedp.Target) (string, error) {
	v, err := cdp.Call(ctx, t, browser.GetVersion, cdp.Empty{})
	product := strings.Replace(v.Product, "HeadlessChrome/", "Chromium ", 1)
	return strings.Replace(product, "Chrome/", "Chromium ", 1), err
}

// Version names the browser, "Chromium 120.0.6099.224".
func (b *Browser) Version() string { return b.version }

// farewell is how long Chromium has to close by itself, before it is killed.
const farewell = 5 * time.Second

// Close ends Chromium and removes its profile. A second Close does nothing.
func (b *Browser) Close() {
	b.forget()
	b.end()
}

// end asks Chromium to close before it kills it: killed, it would leave a directory of its own behind.
func (b *Browser) end() {
	b.ended.Do(func() {
		if b.started() {
			bounded, cancel := context.WithTimeout(b.main, farewell)
			defer cancel()
			_ = chromedp.Cancel(bounded) // if it fails, what follows kills
		}
		b.kill()
	})
}

// started reports that there is a Chromium to ask. Of one that there is not, chromedp.Cancel would wait for the end for ever, as would a
// second call of what kills it.
func (b *Browser) started() bool {
	c := chromedp.FromContext(b.main)
	return c != nil && c.Browser != nil
}

// Request is what a page's script asks for.
type Request struct {
	Origin      string // of the page, as a browser writes it, or "null"
	Method, URL string
	Headers     []result.Header // that the script sets
	Body        string          // sent without a type of its own
	Credentials bool            // credentials: include
}

// Outcome is what became of a request.
type Outcome struct {
	NotSendable string    // why no page can send it; all else is empty then
	Resolved    bool      // the script was given an answer
	Readable    []string  // names of the answer's headers that the script could read, in lower case and sorted
	Code        string    // DevTools' name of the CORS error: "PreflightMissingAllowOriginHeader"
	Parameter   string    // what Code is about, where it is about one value: the header that is not allowed
	Console     string    // what a console says of Code: "Access to fetch at … has been blocked by CORS policy: …"
	Failed      string    // Chromium's net error, where the request failed: "net::ERR_FAILED"
	Preflight   *Exchange // the first; nil: none was sent
	Actual      *Exchange // the last; nil: not sent, or not answered
	// Redirects are the exchanges before Actual: each of them answered with a redirect that Chromium followed.
	Redirects []Exchange
	// Preflights are all of them: after a redirect, another may be needed.
	Preflights []Exchange
}

// Exchange is one request as Chromium sent it, and the answer as it came.
type Exchange struct {
	URL      string          // as Chromium writes it
	Sent     []result.Header // sorted by name
	Status   int             // 0: no answer
	Received []result.Header
}

// Answered reports that an answer came.
func (e *Exchange) Answered() bool { return e != nil && e.Status != 0 }

// Send has a page send a request. The error is Chromium's own trouble, never the endpoint's.
func (b *Browser) Send(ctx context.Context, q Request) (Outcome, error) {
	if why := notSendable(q); why != "" {
		return Outcome{NotSendable: why}, nil
	}
	t, err := b.tabs.take(ctx, q.Origin)
	if err != nil {
		return Outcome{}, err
	}
	defer b.tabs.give(t)
	return t.send(ctx, q)
}
