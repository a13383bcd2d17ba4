package judge

import (
	"slices"
	"strings"

	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"

	"golang.org/x/net/http/httpguts"
)

// Page is one exchange of a page's request, under a configuration.
type Page struct {
	Kind    Kind
	Config  *s3cors.Configuration // that answers the request; nil: none
	Asked   s3cors.Request        // as S3 sees it
	Request fetch.Request         // as the page makes it
}

// Findings are the differences of a request's one exchange in words, each with its class, where nothing is known of the other exchange.
func (p Page) Findings(j Judgement, ex result.Exchange) []result.Finding {
	return Exchanges{{Page: p, Judgement: j, Exchange: ex}}.Findings()
}

// sendable reports that a browser sends such a request for a page: from an origin as browsers write it, with a method that a page may use,
// and a preflight as browsers write it (fetch#cors-preflight-fetch-0), without an Authorization header.
func (p Page) sendable(ex result.Exchange) bool {
	q := p.Asked
	if q.Origin == nil || fetch.ValidOrigin(*q.Origin) != nil {
		return false
	}
	if p.Kind == Actual {
		return q.RequestMethod == nil && q.RequestHeaders == nil && pageMethod(q.Method) // forbidden to pages
	}
	return q.RequestMethod != nil && pageMethod(*q.RequestMethod) && BrowserList(q.RequestHeaders) &&
		len(result.Values(ex.Request.Headers, "Authorization")) == 0
}

// pageMethod reports that a page may use a method, and that a browser writes it so.
func pageMethod(method string) bool {
	return httpguts.ValidHeaderFieldName(method) && !fetch.IsForbiddenMethod(method) && fetch.NormalizeMethod(method) == method
}

// BrowserList reports that a value of Access-Control-Request-Headers is one that browsers write: names that a page can set, in lower case,
// sorted, each once, without blanks (fetch#cors-preflight-fetch-0).
func BrowserList(names *string) bool {
	if names == nil {
		return true
	}
	all := strings.Split(*names, ",")
	once := slices.Compact(slices.Sorted(slices.Values(all)))
	return *names == strings.ToLower(*names) && slices.Equal(all, once) && !slices.ContainsFunc(all, func(name string) bool {
		return !httpguts.ValidHeaderFieldName(name) || fetch.IsForbiddenRequestHeader(name, "")
	})
}

// preflightCheck is Fetch's check of a preflight's answer, by the standard or as browsers ship it.
func (p Page) preflightCheck(a fetch.Response, m mode) fetch.Verdict {
	q := p.Request
	q.Credentials = m.credentials
	if m.today {
		return fetch.PreflightCheckToday(q, a)
	}
	return fetch.PreflightCheck(q, a)
}

func (p Page) actualCheck(a fetch.Response, m mode) fetch.Verdict {
	q := p.Request
	q.Credentials = m.credentials
	return fetch.ActualCheck(q, a)
}

// grants reports that a preflight's answer lets the page use a method and one header; an empty header: the method alone.
func (p Page) grants(a fetch.Response, method, name string, m mode) bool {
	p.Request.Method = method
	if name != "" {
		p.Request.Headers, p.Request.UnsafeNames = nil, []string{strings.ToLower(name)}
	}
	return p.preflightCheck(a, m).Allowed
}

// forbids reports that S3 would refuse that method and those headers to the page.
func (p Page) forbids(method string, headers *string) bool {
	q := p.Asked
	q.RequestMethod, q.RequestHeaders = &method, headers
	return s3cors.Answers(p.Config, q).Rule < 0
}
