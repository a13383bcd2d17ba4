package judge

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"corsprobe/runner/fetch"
	"corsprobe/runner/header"
	"corsprobe/runner/result"
)

// mixesOrigins reports that caches may give one origin's answer to another, because of a Vary that lacks Origin where S3's has it
// (fetch#cors-protocol-and-http-caches).
func (x Exchange) mixesOrigins(d Difference) bool {
	return x.Kind == Actual && d.Name == header.Vary && storable(x.Asked.Method, x.Exchange.Response) &&
		fetch.VaryCovers(owedAnswer(x.Owed, x.Exchange).Headers, header.Origin) && !fetch.VaryCovers(x.Exchange.Response.Headers, header.Origin)
}

// storable reports that a cache may keep an answer and give it to others: the method is safe, the status is cacheable by default (RFC 9110,
// section 15.1), and the answer does not forbid it (RFC 9111, section 3).
func storable(method string, r result.Response) bool {
	if method != http.MethodGet && method != http.MethodHead {
		return false
	}
	if !slices.Contains([]int{200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501}, r.Status) {
		return false
	}
	return !slices.ContainsFunc(header.Elements(r.Headers, "Cache-Control"), func(directive string) bool {
		name, _, _ := strings.Cut(strings.ToLower(directive), "=")
		return slices.Contains([]string{"no-store", "private"}, strings.TrimSpace(name))
	})
}

// keepsOtherwise says for how long browsers keep a preflight's permission, where that is longer or shorter than with S3's answer; empty where
// it is the same, or where no page sends the preflight.
func (x Exchange) keepsOtherwise(d Difference) string {
	right, got := owedAnswer(x.Owed, x.Exchange), came(x.Exchange)
	if x.Kind != Preflight || d.Name != header.MaxAge || !x.sendable(x.Exchange) || !fetch.NeedsPreflight(x.Request) ||
		!x.preflightCheck(right, modes[0]).Allowed || !x.preflightCheck(got, modes[0]).Allowed {
		return ""
	}
	var sentences []string
	for _, browser := range fetch.Browsers {
		owed, kept := fetch.PreflightCacheLifetime(right.Headers, browser), fetch.PreflightCacheLifetime(got.Headers, browser)
		if owed != kept {
			sentences = append(sentences, fmt.Sprintf("%s for %d s instead of %d", browser, kept, owed))
		}
	}
	if len(sentences) == 0 {
		return ""
	}
	return "browsers keep the permission otherwise: " + strings.Join(sentences, ", ")
}
