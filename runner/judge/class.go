package judge

import (
	"net/http"
	"slices"
	"strings"

	"corsprobe/runner/fetch"
	"corsprobe/runner/header"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// Page is one request as a page makes it, under a configuration.
type Page struct {
	Kind    Kind
	Config  *s3cors.Configuration // that answers the request; nil: none
	Asked   s3cors.Request        // as S3 sees it
	Request fetch.Request         // as the page makes it
}

// Findings are the differences of one exchange in words, each with its class: Fetch's model is run on the answer that was owed, and on the
// same answer with just that difference. Where no single difference changes what a page gets but all together do, the first bears the class.
func (p Page) Findings(j Judgement, ex result.Exchange) []result.Finding {
	right := owedAnswer(j.Owed, ex)
	var findings []result.Finding
	worst := result.Contract
	for _, d := range j.Differences {
		f := d.Finding()
		f.Class = p.class(right, with(right, ex, d), d, ex)
		if f.Class == result.Exposure || f.Class == result.Breakage {
			worst = f.Class
		}
		findings = append(findings, f)
	}
	if whole := p.effect(right, answer(ex), ex); len(findings) > 0 && worst == result.Contract && whole != "" {
		findings[0].Class = whole
	}
	return findings
}

func (p Page) class(right, came fetch.Response, d Difference, ex result.Exchange) result.Class {
	if effect := p.effect(right, came, ex); effect != "" {
		return effect
	}
	// fetch#cors-protocol-and-http-caches: an answer whose Allow-Origin depends on Origin must vary on it. OPTIONS is not cached (RFC 9110, 9.3.7).
	if p.Kind == Actual && d.Name == header.Vary &&
		fetch.VaryCovers(right.Headers, header.Origin) && !fetch.VaryCovers(came.Headers, header.Origin) {
		return result.Cache
	}
	return result.Contract
}

// effect compares what a page gets of two answers, without credentials and with them; "" where it is the same.
func (p Page) effect(right, came fetch.Response, ex result.Exchange) result.Class {
	if !p.sendable(ex) {
		return ""
	}
	effect := result.Class("")
	for _, credentials := range []fetch.Credentials{fetch.Omit, fetch.Include} {
		owed, got := p.gets(right, credentials), p.gets(came, credentials)
		switch {
		case got.more(owed):
			return result.Exposure
		case owed.more(got):
			effect = result.Breakage
		}
	}
	if p.Kind == Preflight && p.grantsForbidden(right, came) {
		return result.Exposure
	}
	return effect
}

// sendable reports that a browser sends such a request for a page: from an origin as browsers write it, and a preflight without an
// Authorization header, for a normalised method, asking for names in lower case, sorted, without blanks (fetch#cors-preflight-fetch-0).
func (p Page) sendable(ex result.Exchange) bool {
	q := p.Asked
	if q.Origin == nil || fetch.ValidOrigin(*q.Origin) != nil {
		return false
	}
	if p.Kind != Preflight {
		return q.RequestMethod == nil && q.RequestHeaders == nil // forbidden to pages
	}
	return q.RequestMethod != nil && !strings.EqualFold(*q.RequestMethod, "connect") && normal(*q.RequestMethod) && BrowserList(q.RequestHeaders) &&
		len(result.Values(ex.Request.Headers, "Authorization")) == 0
}

// normal reports that a method is as Fetch normalises it: six names are upper-cased, others left alone.
func normal(method string) bool {
	upper := strings.ToUpper(method)
	return method == upper || !slices.Contains([]string{"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"}, upper)
}

// BrowserList reports that a value of Access-Control-Request-Headers is one that browsers write: in lower case, sorted, without blanks
// (fetch#cors-preflight-fetch-0).
func BrowserList(names *string) bool {
	if names == nil {
		return true
	}
	all := strings.Split(*names, ",")
	return *names == strings.ToLower(*names) && !strings.Contains(*names, " ") && slices.IsSorted(all) && !slices.Contains(all, "")
}

// gain is what a page gets of one answer.
type gain struct {
	allowed  bool     // the preflight is passed, or the answer readable
	served   bool     // readable, and not an error
	readable []string // headers that a script can read
}

// more reports that g holds something that h does not.
func (g gain) more(h gain) bool {
	return (g.allowed && !h.allowed) || (g.served && !h.served) || slices.ContainsFunc(g.readable, func(name string) bool {
		return !slices.Contains(h.readable, name)
	})
}

func (p Page) gets(a fetch.Response, credentials fetch.Credentials) gain {
	q := p.Request
	q.Credentials = credentials
	if p.Kind == Preflight {
		return gain{allowed: fetch.PreflightCheck(q, a).Allowed}
	}
	g := gain{allowed: fetch.ActualCheck(q, a).Allowed}
	g.served = g.allowed && a.Status < http.StatusBadRequest
	if g.allowed {
		g.readable = fetch.ExposedHeaders(credentials, a.Headers)
	}
	return g
}

// grantsForbidden reports that a preflight's answer lets a page go on with other methods or headers than it asked for, which the
// configuration forbids: browsers keep the answer and ask no more.
func (p Page) grantsForbidden(right, came fetch.Response) bool {
	for _, m := range header.Elements(came.Headers, header.AllowMethods) {
		if m == "*" {
			m = http.MethodDelete
		}
		if p.forbids(m, p.Asked.RequestHeaders) && p.grants(came, m, "") && !p.grants(right, m, "") {
			return true
		}
	}
	for _, name := range header.Elements(came.Headers, header.AllowHeaders) {
		if name == "*" {
			name = "x-corsprobe-unlisted"
		}
		if p.forbids(p.Request.Method, &name) && p.grants(came, p.Request.Method, name) && !p.grants(right, p.Request.Method, name) {
			return true
		}
	}
	return false
}

func (p Page) grants(a fetch.Response, method, name string) bool {
	q := p.Request
	q.Method = method
	if name != "" {
		q.Headers, q.UnsafeNames = nil, []string{strings.ToLower(name)}
	}
	return fetch.PreflightCheck(q, a).Allowed
}

// forbids reports that S3 would refuse that method and those headers to the page.
func (p Page) forbids(method string, headers *string) bool {
	q := p.Asked
	q.RequestMethod, q.RequestHeaders = &method, headers
	return s3cors.Evaluate(p.Config, q).Rule < 0
}

func answer(ex result.Exchange) fetch.Response {
	return fetch.Response{Status: ex.Response.Status, Headers: ex.Response.Headers}
}

// owedAnswer is the answer that was owed: what came, with the status and every CORS header as S3 would have sent them.
func owedAnswer(owed s3cors.Answer, ex result.Exchange) fetch.Response {
	a := fetch.Response{Status: ex.Response.Status}
	if len(owed.Status) > 0 && !slices.Contains(owed.Status, a.Status) {
		a.Status = owed.Status[0]
	}
	for _, line := range ex.Response.Headers {
		if !judgedHeader(line.Name) || slices.Contains(owed.Free, s3cors.HeaderNamed(line.Name).Name) {
			a.Headers = append(a.Headers, line)
		}
	}
	for _, h := range s3cors.Headers {
		if value, ok := owed.Headers[h.Name]; ok && !slices.Contains(owed.Free, h.Name) {
			a.Headers = append(a.Headers, result.Header{Name: h.Name, Value: value})
		}
	}
	return a
}

func judgedHeader(name string) bool {
	return slices.ContainsFunc(s3cors.Headers, func(h s3cors.Header) bool { return strings.EqualFold(h.Name, name) })
}

// with is the right answer with one difference: a header's lines as they came, or the whole answer where the difference stands for all of it.
func with(right fetch.Response, ex result.Exchange, d Difference) fetch.Response {
	switch {
	case d.whole():
		return answer(ex)
	case d.Name == "":
		return right
	}
	changed := fetch.Response{Status: right.Status}
	for _, line := range right.Headers {
		if !strings.EqualFold(line.Name, d.Name) {
			changed.Headers = append(changed.Headers, line)
		}
	}
	changed.Headers = append(changed.Headers, named(ex.Response.Headers, d.Name)...)
	return changed
}
