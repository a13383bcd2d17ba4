package fetch

import (
	"fmt"
	"net/url"
	"strings"

	"corsprobe/runner/result"

	"golang.org/x/net/publicsuffix"
)

const resourcePolicy = "Cross-Origin-Resource-Policy"

// ResourcePolicyCheck says whether a page may use an answer without CORS: in an <img>, <video> or <script> without crossorigin, or by
// fetch() in mode no-cors (fetch#cross-origin-resource-policy-check). A request with CORS is not asked for it, so that an answer that fetch()
// reads may be one that an image of the same address is refused. The page is taken to have no embedder policy of its own.
func ResourcePolicyCheck(origin, target string, headers []result.Header) Verdict {
	value, present := Get(headers, resourcePolicy)
	u, err := url.Parse(target)
	if !present || err != nil || originOf(u) == origin {
		return allow()
	}
	switch value { // with its case, and as a whole: two lines are no policy
	case "same-origin":
	case "same-site":
		if from, err := url.Parse(origin); err == nil && sameSite(from, u) {
			return allow()
		}
	default:
		return allow()
	}
	return deny(ResourcePolicy, headerIn(headers, resourcePolicy),
		fmt.Sprintf("%s is %s: a page of %s may not use the answer without CORS, as an image or a video does", resourcePolicy, quote(value), quote(origin)))
}

// sameSite reports that two origins are of one registrable domain, and that an answer of https is not given to a page of http
// (html#schemelessly-same-site).
func sameSite(from, to *url.URL) bool {
	if byteLower(from.Scheme) != "https" && byteLower(to.Scheme) == "https" {
		return false
	}
	a, b := byteLower(strings.TrimSuffix(from.Hostname(), ".")), byteLower(strings.TrimSuffix(to.Hostname(), "."))
	if a == "" {
		return false
	}
	site, err := publicsuffix.EffectiveTLDPlusOne(a)
	other, otherErr := publicsuffix.EffectiveTLDPlusOne(b)
	if err != nil || otherErr != nil {
		return a == b // an address, a public suffix, or a name of one label
	}
	return a == b || site == other
}
