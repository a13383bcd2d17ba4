package browser

import (
	"fmt"
	"slices"
	"strings"

	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
)

// notSendable says why no page can send a request; empty where one can.
func notSendable(q Request) string {
	if err := fetch.ValidOrigin(q.Origin); err != nil {
		return "no page has the origin " + q.Origin + ": " + err.Error()
	}
	if q.Origin != "null" && !strings.HasPrefix(q.Origin, "http://") && !strings.HasPrefix(q.Origin, "https://") {
		return "the origin " + q.Origin + " belongs to an application, not to a page"
	}
	if fetch.IsForbiddenMethod(q.Method) {
		return "a page may not use the method " + q.Method
	}
	if m := fetch.NormalizeMethod(q.Method); m != q.Method {
		return fmt.Sprintf("a browser makes %s of the method %s", m, q.Method)
	}
	for _, h := range q.Headers {
		if fetch.IsForbiddenRequestHeader(h.Name, h.Value) {
			return "a page may not set the header " + h.Name
		}
	}
	return badAddress(q)
}

// badAddress says why a page's request to the address is none that CORS has a part in. Mixed content is not among the reasons, for the
// browser was started so that it lets it pass.
func badAddress(q Request) string {
	crossOrigin, v := fetch.Applies(q.Origin, q.URL)
	switch {
	case !v.Allowed && v.Reason != fetch.MixedContent:
		return v.Sentence
	case !crossOrigin:
		return "the endpoint is of the page's own origin, so the request is none of CORS's"
	}
	return ""
}

// safelistedByChromium are request headers for which Chromium sends no preflight although the standard wants one: client hints, which it
// counts as safelisted, and User-Agent, which it drops.
var safelistedByChromium = []string{"User-Agent", "Save-Data", "DPR", "Width", "Viewport-Width", "Device-Memory", "Downlink", "RTT", "ECT"}

// expectsPreflight reports that Chromium sends a preflight. It only decides what to wait for: what was sent is what Chromium reports.
func expectsPreflight(q Request) bool {
	headers := slices.DeleteFunc(slices.Clone(q.Headers), func(h result.Header) bool {
		return slices.ContainsFunc(safelistedByChromium, func(name string) bool { return strings.EqualFold(name, h.Name) })
	})
	return fetch.NeedsPreflight(fetch.Request{Method: q.Method, Headers: headers, Origin: q.Origin})
}
