package fetch

import (
	"fmt"
	"net/url"
	"slices"

	"corsprobe/runner/header"
	"corsprobe/runner/result"
)

// MaxRedirects is how many redirects a browser follows for one request (fetch#http-redirect-fetch, step 7).
const MaxRedirects = 20

// Hop is an answer to a request itself, which may be a redirect, and where it came from.
type Hop struct {
	// URL is the address that was asked, absolute.
	URL string
	// Response is what it answered.
	Response Response
	// Followed is how many redirects were followed before this answer.
	Followed int
}

// Redirect is what a browser does after a [Hop].
type Redirect struct {
	// Verdict denies where the hop ends in a network error.
	Verdict Verdict
	// Follow is whether a browser goes on to URL with Request. It is false for an answer that is no redirect.
	Follow bool
	// URL is the next address, empty unless Follow is set.
	URL string
	// Request is the next request: its method may be GET now, its Origin "null", and some headers gone. It may need a
	// preflight of its own, see [NeedsPreflight].
	Request Request
}

// RedirectCheck says what a browser makes of one answer on the way to the last one (fetch#http-fetch,
// fetch#http-redirect-fetch): the CORS check counts for a redirect too, the next address must not hold a user name or
// password, and the next request may have to change. Call it for each hop with the request that the one before returned.
func RedirectCheck(req Request, hop Hop) Redirect {
	from, err := url.Parse(hop.URL)
	if err != nil || !isHTTP(from) {
		return Redirect{Verdict: deny(NotHTTP, nil, quote(hop.URL)+" is not an http or https address")}
	}
	cors := originOf(from) != req.Origin
	if v := CORSCheck(req.Origin, req.Credentials, hop.Response.Headers); cors && !v.Allowed {
		return Redirect{Verdict: v}
	}
	location, present := Get(hop.Response.Headers, "Location")
	if !isRedirectStatus(hop.Response.Status) || !present {
		return Redirect{Verdict: allow()}
	}
	to, err := from.Parse(location)
	if v := locationCheck(req, hop, to, err, cors); !v.Allowed {
		return Redirect{Verdict: v}
	}
	next := req.redirected(hop.Response.Status, originOf(from), originOf(to))
	return Redirect{Verdict: allow(redirectNotes(req, next)...), Follow: true, URL: to.String(), Request: next}
}

// locationCheck is the steps on the next address (fetch#http-redirect-fetch, steps 4 to 11).
func locationCheck(req Request, hop Hop, to *url.URL, err error, cors bool) Verdict {
	line := headerIn(hop.Response.Headers, "Location")
	switch {
	case len(lines(hop.Response.Headers, "Location")) > 1:
		return deny(RedirectInvalid, line, "the redirect has more than one Location: "+quote(line.Value))
	case err != nil:
		return deny(RedirectInvalid, line, fmt.Sprintf("the redirect's Location %s is not an address", quote(line.Value)))
	case !isHTTP(to):
		return deny(NotHTTP, line, fmt.Sprintf("the redirect goes to %s, not to an http or https address", quote(line.Value)))
	case hop.Followed >= MaxRedirects:
		return deny(RedirectLimit, line, fmt.Sprintf("%d redirects were followed, and a browser stops there", MaxRedirects))
	case includesCredentials(to) && (cors || originOf(to) != req.Origin):
		return deny(RedirectCredentials, line,
			fmt.Sprintf("the redirect's Location %s holds a user name or password", quote(line.Value)))
	case req.StreamBody && hop.Response.Status != 303:
		return deny(RedirectStream, nil,
			fmt.Sprintf("the request's body is a stream, which cannot be sent again after %d: only 303 can be followed", hop.Response.Status))
	}
	return allow()
}

// includesCredentials reports whether an address holds a user name or password (url#include-credentials).
func includesCredentials(u *url.URL) bool {
	password, _ := u.User.Password()
	return u.User.Username() != "" || password != ""
}

// redirected is the request after a redirect (fetch#http-redirect-fetch, steps 12 to 14).
func (r Request) redirected(status int, from, to string) Request {
	next := r
	next.Method = NormalizeMethod(r.Method)
	if rewritesMethod(status, next.Method) {
		next.Method = "GET"
		next = next.without("content-encoding", "content-language", "content-location", "content-type")
		next.StreamBody = false
	}
	if from != to {
		next = next.without(authorization)
		if from != r.Origin {
			next.Origin = "null" // redirect-taint (fetch#concept-request-tainted-origin)
		}
	}
	return next
}

// without returns the request without headers of those names.
func (r Request) without(names ...string) Request {
	r.Headers = slices.DeleteFunc(slices.Clone(r.Headers), func(h result.Header) bool { return containsFold(names, h.Name) })
	r.UnsafeNames = slices.DeleteFunc(slices.Clone(r.UnsafeNames), func(s string) bool { return containsFold(names, s) })
	return r
}

// rewritesMethod reports whether a redirect turns a request into a GET without a body.
func rewritesMethod(status int, method string) bool {
	switch status {
	case 301, 302:
		return method == "POST"
	case 303:
		return method != "GET" && method != "HEAD"
	}
	return false
}

// redirectNotes tells what a redirect changed that the next answer has to reckon with.
func redirectNotes(before, after Request) []string {
	var notes []string
	if method := NormalizeMethod(before.Method); method != after.Method {
		notes = append(notes, fmt.Sprintf("the redirect makes a %s of the %s", after.Method, method))
	}
	if before.Origin != after.Origin {
		notes = append(notes, fmt.Sprintf("the next request's Origin is null, because the redirect leads from one "+
			"foreign origin to another: only %s * or null matches it", header.AllowOrigin))
	}
	return notes
}

// isRedirectStatus reports whether a status is one that browsers follow (fetch#redirect-status).
func isRedirectStatus(status int) bool {
	switch status {
	case 301, 302, 303, 307, 308:
		return true
	}
	return false
}
