package page

import (
	"context"
	"net/url"
	"slices"

	"corsprobe/runner/browser"
	"corsprobe/runner/console"
	"corsprobe/runner/fetch"
	"corsprobe/runner/redact"
	"corsprobe/runner/result"
)

// Sender is a real browser.
type Sender interface {
	Send(ctx context.Context, q browser.Request) (browser.Outcome, error)
}

// anyValue is what a page's script sets a header to of which only the name is known: a value that needs permission.
const anyValue = "corsprobe"

// Confirm has a real browser send the page's request, and compares the outcome with p. The error is the browser's own failure.
func Confirm(ctx context.Context, b Sender, q Request, p *result.Page) error {
	switch {
	case len(p.Steps) == 0:
		p.Chromium = &result.Chromium{NotSent: "nothing is sent: " + p.Sentence}
		return nil
	case changes(p.Method) && !q.Send:
		p.Chromium = &result.Chromium{NotSent: "the " + p.Method + " changes something; --send sends it"}
		return nil
	}
	ask := browser.Request{Origin: q.Page.Origin, Method: p.Method, URL: q.URL, Credentials: q.Page.Credentials == fetch.Include, Headers: slices.Clone(q.Page.Headers)}
	for _, name := range q.Page.UnsafeNames {
		ask.Headers = append(ask.Headers, result.Header{Name: name, Value: anyValue})
	}
	o, err := b.Send(ctx, ask)
	if err != nil {
		return err
	}
	clean := redact.New(redact.OfAddress(q.URL)...).Text
	p.Chromium = &result.Chromium{NotSent: o.NotSendable, Resolved: o.Resolved, Readable: o.Readable, Code: o.Code, Console: clean(console.WithoutKeys(o.Console))}
	if o.Actual != nil && o.Resolved {
		p.Chromium.Status = o.Actual.Status
	}
	if o.NotSendable == "" {
		p.Chromium.Disagreement = disagreement(*p, o)
	}
	return nil
}

// disagreement says where the browser and the model differ.
func disagreement(p result.Page, o browser.Outcome) string {
	gets := p.Gets == result.Readable || p.Gets == result.Refused
	switch {
	case gets && !o.Resolved:
		return "the page gets the answer by the model, and Chromium gave it an error: " + o.Code + " " + o.Failed
	case !gets && o.Resolved:
		return "Chromium gave the page the answer, and by the model it is " + string(p.Gets)
	}
	return ""
}

// HostsFor are the only hosts that a browser may be let go to for a page's request: any where the request holds no key; the URL's own where it
// does, so that no redirect carries it on. nil: any.
func HostsFor(q Request) []string {
	u, err := url.Parse(q.URL)
	secret := func(h result.Header) bool { return redact.IsSecretName(h.Name) }
	if err != nil || !slices.ContainsFunc(q.Page.Headers, secret) {
		return nil
	}
	return []string{u.Hostname()}
}
