// Package browser has a real Chromium send requests for a page of any origin, and tells what became of them.
//
// The page is not fetched from anywhere: the DevTools Fetch domain answers for its URL, so that https://app.example.com, which nobody need
// own, is a page like any other. What its script then requests goes out to the network for real.
package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"

	"corsprobe/runner/result"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// ErrNotFound is that no Chromium is installed.
var ErrNotFound = errors.New("no Chromium found: install one (Debian and Ubuntu: apt-get install chromium; others: https://www.chromium.org/getting-involved/download-chromium/), or name its executable with --browser-path")

// names are what Chromium's executable is called.
var names = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "headless-shell", "chrome-headless-shell"}

// Find returns the path of an executable: the one named, or the first that is installed.
func Find(path string) (string, error) {
	if path != "" {
		found, err := exec.LookPath(path)
		if err != nil {
			return "", fmt.Errorf("--browser-path %s: %w", path, err)
		}
		return found, nil
	}
	for _, name := range names {
		if found, err := exec.LookPath(name); err == nil {
			return found, nil
		}
	}
	return "", ErrNotFound
}

// Options say how Chromium is started.
type Options struct {
	Path     string // of the executable; found when empty
	Tabs     int    // how many requests are under way at once; 4 when 0
	Insecure bool   // do not verify certificates
	// Resolve maps host names, as Chromium's --host-resolver-rules has it: "MAP s3.example.com 127.0.0.1".
	Resolve []string
}

// Browser is a running Chromium. It is safe for use from several goroutines.
type Browser struct {
	ctx     context.Context
	cancel  []context.CancelFunc
	version string
	idle    chan *tab

	mu  sync.Mutex
	all []*tab
}

// Start starts Chromium. It lives until Close, or until ctx ends.
func Start(ctx context.Context, opts Options) (*Browser, error) {
	path, err := Find(opts.Path)
	if err != nil {
		return nil, err
	}
	if opts.Tabs == 0 {
		opts.Tabs = 4
	}
	allocated, stop := chromedp.NewExecAllocator(ctx, flags(path, opts)...)
	main, closeMain := chromedp.NewContext(allocated, chromedp.WithErrorf(func(string, ...any) {}), chromedp.WithLogf(func(string, ...any) {}))
	b := &Browser{ctx: main, cancel: []context.CancelFunc{closeMain, stop}, idle: make(chan *tab, opts.Tabs)}
	if b.version, err = chromedp.Run(main, version); err != nil {
		b.Close()
		return nil, fmt.Errorf("starting %s: %w", path, err)
	}
	for range opts.Tabs {
		t, err := newTab(main)
		if err != nil {
			b.Close()
			return nil, err
		}
		b.all = append(b.all, t)
		b.idle <- t
	}
	return b, nil
}

func version(ctx context.Context, t *chromedp.Target) (string, error) {
	v, err := cdp.Call(ctx, t, browser.GetVersion, cdp.Empty{})
	product := strings.Replace(v.Product, "HeadlessChrome/", "Chromium ", 1)
	return strings.Replace(product, "Chrome/", "Chromium ", 1), err
}

// flags keep Chromium from talking to anybody but the endpoint, and from guarding a laboratory's loopback addresses against pages.
func flags(path string, opts Options) []chromedp.ExecAllocatorOption {
	all := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-domain-reliability", true),
		chromedp.Flag("no-pings", true),
		// Pages of public origins may ask loopback and private addresses, http pages stay http, and https pages may ask http endpoints.
		chromedp.Flag("disable-features", "site-per-process,Translate,BlinkGenPropertyTrees,OptimizationHints,MediaRouter,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessSendPreflights,PrivateNetworkAccessRespectPreflightResults,LocalNetworkAccessChecks,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable"),
		chromedp.Flag("allow-running-insecure-content", true),
	)
	if os.Geteuid() == 0 {
		all = append(all, chromedp.NoSandbox) // Chromium's sandbox refuses root
	}
	if opts.Insecure {
		all = append(all, chromedp.IgnoreCertErrors)
	}
	if len(opts.Resolve) > 0 {
		all = append(all, chromedp.Flag("host-resolver-rules", strings.Join(opts.Resolve, ",")))
	}
	return all
}

// Version names the browser, "Chromium 120.0.6099.224".
func (b *Browser) Version() string { return b.version }

// Close ends Chromium and removes its profile.
func (b *Browser) Close() {
	for _, t := range b.all {
		t.cancel()
	}
	for _, cancel := range b.cancel {
		cancel()
	}
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
	Failed      string    // Chromium's net error, where the request failed: "net::ERR_FAILED"
	Preflight   *Exchange // nil: none was sent
	Actual      *Exchange // nil: not sent
}

// Exchange is one request as Chromium sent it, and the answer as it came.
type Exchange struct {
	Sent     []result.Header // sorted by name
	Status   int             // 0: no answer
	Received []result.Header
}

// Send has a page send a request. The error is Chromium's own trouble, never the endpoint's.
func (b *Browser) Send(ctx context.Context, q Request) (Outcome, error) {
	if why := notSendable(q); why != "" {
		return Outcome{NotSendable: why}, nil
	}
	select {
	case t := <-b.idle:
		defer func() { b.idle <- t }()
		return t.send(ctx, q)
	case <-ctx.Done():
		return Outcome{}, ctx.Err()
	}
}
