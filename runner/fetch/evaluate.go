package fetch

import (
	"fmt"
	"slices"
)

// Outcome is what a browser makes of a request and its answers.
type Outcome struct {
	// Standard is the verdict by the Fetch standard.
	Standard Verdict
	// Browsers is the verdict of browsers as they ship, see [PreflightCheckToday]. It allows wherever Standard does.
	Browsers Verdict
	// PreflightNeeded is whether a browser would have sent a preflight. It sends none where script may not use the method.
	PreflightNeeded bool
	// Readable are the names of the answer's headers that script can read, see [ExposedHeaders]; empty if browsers hide
	// the answer, or if no answer was given.
	Readable []string
}

// Evaluate judges a request by its answers, either of which may be nil:
//
//   - Without a preflight's answer where one is needed, the answer to the request alone is judged.
//   - Without an answer to the request, the preflight's alone is judged: whether the request may be sent.
//   - A preflight's answer where no preflight is needed counts for nothing, since no browser would ask for it. A note
//     says so. To have it count set [Request.ForcePreflight].
//   - With nothing left to judge the verdict is [Unanswered].
//
// A method that script may not use is denied whatever the answers.
func Evaluate(req Request, preflight, actual *Response) Outcome {
	o := Outcome{
		PreflightNeeded: NeedsPreflight(req) && !isRefused(req),
		Standard:        judge(req, preflight, actual, PreflightCheck),
		Browsers:        judge(req, preflight, actual, PreflightCheckToday),
	}
	if actual != nil && o.Browsers.Allowed {
		o.Readable = ExposedHeaders(req.Credentials, actual.Headers)
	}
	return o
}

// judge runs the checks in the order a browser comes to them.
func judge(req Request, preflight, actual *Response, check func(Request, Response) Verdict) Verdict {
	needed := NeedsPreflight(req)
	switch {
	case isRefused(req):
		return deny(MethodForbidden, nil, "script may not use the method "+quote(req.Method))
	case needed && preflight == nil && actual == nil:
		return Unanswered("neither to the preflight nor to the request")
	case !needed && actual == nil:
		return Unanswered("the request needs no preflight, and has no answer itself")
	case !needed && preflight != nil:
		return withNotes(ActualCheck(req, *actual), "no browser sends a preflight for this request")
	case preflight == nil:
		return ActualCheck(req, *actual)
	}
	v := check(req, *preflight)
	if !v.Allowed || actual == nil {
		return v
	}
	return withNotes(ActualCheck(req, *actual), v.Notes...)
}

// isRefused reports whether a browser refuses a request to script because of its method, so that it sends nothing at all
// (fetch#dom-request, fetch#forbidden-method).
func isRefused(req Request) bool {
	return IsForbiddenMethod(req.Method) || !isToken(NormalizeMethod(req.Method))
}

// ActualCheck says whether script may see the answer to the request itself: the CORS check, whatever the status
// (fetch#concept-http-fetch). A denial only hides the answer, which a note says where the request changed something.
func ActualCheck(req Request, res Response) Verdict {
	v := CORSCheck(req.Origin, req.Credentials, res.Headers)
	switch method := NormalizeMethod(req.Method); {
	case res.Status == 304:
		v.Notes = append(v.Notes, "after 304 script gets the answer that the browser kept, if it kept one, with this answer's headers over its own")
	case res.Status == 407:
		v.Notes = append(v.Notes, "407 is for the proxy's own dialogue and does not reach the page")
	case !v.Allowed && hasEffect(method) && res.Status >= 200 && res.Status <= 299:
		v.Notes = append(v.Notes, fmt.Sprintf("the %s was carried out all the same: a browser only hides the answer", method))
	}
	return v
}

// hasEffect reports whether a method changes something on the server: it is not safe in the sense of RFC 9110 section
// 9.2.1.
func hasEffect(method string) bool {
	return !slices.Contains([]string{"GET", "HEAD", "OPTIONS"}, method)
}

// withNotes puts notes before those that a verdict has.
func withNotes(v Verdict, notes ...string) Verdict {
	v.Notes = append(slices.Clone(notes), v.Notes...)
	return v
}
