package fetch

import (
	"fmt"
	"strings"

	"corsprobe/runner/header"
	"corsprobe/runner/result"
)

// NeedsPreflight reports whether a browser with an empty preflight cache asks with a preflight before it sends a
// request (fetch#main-fetch, fetch#concept-http-fetch): the method or a header is not safelisted, or a flag asks for it.
func NeedsPreflight(req Request) bool {
	return req.preflightFlag() || req.ForcePreflight ||
		!IsSafelistedMethod(NormalizeMethod(req.Method)) || len(req.unsafeNames()) > 0
}

// preflightFlag is the standard's use-CORS-preflight flag, which a stream for a body sets too (fetch#dom-request).
func (r Request) preflightFlag() bool { return r.UseCORSPreflight || r.StreamBody }

// PreflightHeaders returns the header lines of a request's preflight, which is an OPTIONS to the same address, query
// included (fetch#cors-preflight-fetch-0, steps 1 to 5). Names are lower-case, sorted, and joined by a comma without a
// space. Cookies, Authorization and client certificates are never sent with it. What else browsers add on their own
// (User-Agent, Referer, Sec-Fetch-Mode …) is left out.
func PreflightHeaders(req Request) []result.Header {
	headers := []result.Header{
		{Name: "Accept", Value: "*/*"},
		{Name: header.RequestMethod, Value: NormalizeMethod(req.Method)},
	}
	if names := req.unsafeNames(); len(names) > 0 {
		headers = append(headers, result.Header{Name: header.RequestHeaders, Value: strings.Join(names, ",")})
	}
	return append(headers, result.Header{Name: "Origin", Value: req.Origin})
}

// PreflightCheck says whether the answer to its preflight lets a request go on, in the standard's order: the CORS check,
// a status from 200 to 299, both lists parsed, the method, Authorization, the other headers
// (fetch#cors-preflight-fetch-0, step 7). That the answer is no redirect is looked at first.
func PreflightCheck(req Request, res Response) Verdict {
	return preflightCheck(req, res, false)
}

// PreflightCheckToday is [PreflightCheck] as browsers ship it: * in Access-Control-Allow-Headers covers Authorization
// too when the request carries no credentials (Chrome, Safari, and Firefox by its default preference; browser-compat-data
// authorization_not_covered_by_wildcard, whatwg/fetch#1919).
func PreflightCheckToday(req Request, res Response) Verdict {
	v := preflightCheck(req, res, true)
	if v.Allowed && PreflightCheck(req, res).Reason == AuthorizationNeedsName {
		v.Notes = append(v.Notes, "by the standard authorization must be listed by name, but browsers let * cover it")
	}
	return v
}

// preflightCheck runs the steps. With authorizationByStar, Authorization is a header like others.
func preflightCheck(req Request, res Response, authorizationByStar bool) Verdict {
	if v := notRedirected(res); !v.Allowed {
		return v
	}
	if v := preflightCORSCheck(req, res.Headers); !v.Allowed {
		return v
	}
	if v := okStatusCheck(res); !v.Allowed {
		return v
	}
	methods, err := ExtractHeaderListValues(res.Headers, header.AllowMethods)
	if err != nil {
		return invalidList(AllowMethodsInvalid, res, header.AllowMethods, err)
	}
	headers, err := ExtractHeaderListValues(res.Headers, header.AllowHeaders)
	if err != nil {
		return invalidList(AllowHeadersInvalid, res, header.AllowHeaders, err)
	}
	if v := methodCheck(req, res, methods); !v.Allowed {
		return v
	}
	return headersCheck(req, res, headers, authorizationByStar)
}

// notRedirected is the part of the condition on the status that speaks of redirects. It comes before the CORS check, as in Chromium: a redirect
// without Access-Control-Allow-Origin is told as a redirect. Without a Location an answer is none, whatever its status
// (fetch#concept-response-location-url).
func notRedirected(res Response) Verdict {
	if location, present := Get(res.Headers, "Location"); present && isRedirectStatus(res.Status) {
		return deny(PreflightRedirect, headerIn(res.Headers, "Location"),
			fmt.Sprintf("the preflight was answered with %d, a redirect to %s: browsers do not follow it there", res.Status, quote(location)))
	}
	return allow()
}

// okStatusCheck is the condition on the status (fetch#ok-status).
func okStatusCheck(res Response) Verdict {
	if res.Status < 200 || res.Status > 299 {
		return deny(PreflightStatus, nil,
			fmt.Sprintf("the preflight was answered with %d: only 200 to 299 lets the request go on", res.Status))
	}
	return allow()
}
