package runner

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"corsprobe/runner/fetch"
	"corsprobe/runner/header"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"
)

// classify gives every finding of one exchange its class: Fetch's model is run on the answer that was owed, and on the same answer with
// just that finding's difference. Where no single difference changes what a page gets but all together do, the first bears the class.
func classify(cfg *s3cors.Configuration, q request, owed s3cors.Answer, ex result.Exchange, findings []result.Finding) {
	page := page{cfg: cfg, request: q}
	right := owedAnswer(owed, ex)
	worst := result.Contract
	for i := range findings {
		findings[i].Class = page.class(right, with(right, ex, findings[i]), findings[i])
		if findings[i].Class == result.Exposure || findings[i].Class == result.Breakage {
			worst = findings[i].Class
		}
	}
	if whole := page.effect(right, answer(ex)); len(findings) > 0 && worst == result.Contract && whole != "" {
		findings[0].Class = whole
	}
}

// page is one request as a page makes it, under a configuration.
type page struct {
	cfg     *s3cors.Configuration
	request request
}

func (p page) class(right, came fetch.Response, f result.Finding) result.Class {
	if effect := p.effect(right, came); effect != "" {
		return effect
	}
	// fetch#cors-protocol-and-http-caches: an answer whose Allow-Origin depends on Origin must vary on it. OPTIONS is not cached (RFC 9110, 9.3.7).
	if p.request.send == scenarios.Actual && f.Check == "actual.vary" &&
		header.Compare(right.Headers, "Vary", "Origin") == nil && header.Compare(came.Headers, "Vary", "Origin") != nil {
		return result.Cache
	}
	return result.Contract
}

// effect compares what a page gets of two answers, without credentials and with them; "" where it is the same.
func (p page) effect(right, came fetch.Response) result.Class {
	if !p.sendable() {
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
	if p.request.send == scenarios.Preflight && p.grantsForbidden(right, came) {
		return result.Exposure
	}
	return effect
}

// sendable reports that a browser sends such a request for a page: from an origin as browsers write it, and a preflight without an
// Authorization header, for a normalised method, asking for names in lower case, sorted, without blanks (fetch#cors-preflight-fetch-0).
func (p page) sendable() bool {
	q := p.request.cors
	if q.Origin == nil || fetch.ValidOrigin(*q.Origin) != nil {
		return false
	}
	if p.request.send != scenarios.Preflight {
		return q.RequestMethod == nil && q.RequestHeaders == nil // forbidden to pages
	}
	return q.RequestMethod != nil && !strings.EqualFold(*q.RequestMethod, "connect") && normal(*q.RequestMethod) && browserList(q.RequestHeaders) &&
		len(result.Values(p.request.Header, "Authorization")) == 0
}

// normal reports that a method is as Fetch normalises it: six names are upper-cased, others left alone.
func normal(method string) bool {
	upper := strings.ToUpper(method)
	return method == upper || !slices.Contains([]string{"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"}, upper)
}

func browserList(names *string) bool {
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

func (p page) gets(a fetch.Response, credentials fetch.Credentials) gain {
	q := p.request.fetch
	q.Credentials = credentials
	if p.request.send == scenarios.Preflight {
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
func (p page) grantsForbidden(right, came fetch.Response) bool {
	for _, m := range header.Elements(came.Headers, "Access-Control-Allow-Methods") {
		if m == "*" {
			m = http.MethodDelete
		}
		if p.forbids(m, p.request.cors.RequestHeaders) && p.grants(came, m, "") && !p.grants(right, m, "") {
			return true
		}
	}
	for _, name := range header.Elements(came.Headers, "Access-Control-Allow-Headers") {
		if name == "*" {
			name = "x-corsprobe-unlisted"
		}
		if p.forbids(p.request.fetch.Method, &name) && p.grants(came, p.request.fetch.Method, name) && !p.grants(right, p.request.fetch.Method, name) {
			return true
		}
	}
	return false
}

func (p page) grants(a fetch.Response, method, name string) bool {
	q := p.request.fetch
	q.Method = method
	if name != "" {
		q.Headers, q.UnsafeNames = nil, []string{strings.ToLower(name)}
	}
	return fetch.PreflightCheck(q, a).Allowed
}

// forbids reports that S3 would refuse that method and those headers to the page.
func (p page) forbids(method string, headers *string) bool {
	q := p.request.cors
	q.RequestMethod, q.RequestHeaders = &method, headers
	return s3cors.Evaluate(p.cfg, q).Rule < 0
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
		if !judged(line.Name) || slices.Contains(owed.Free, canonicalHeader(line.Name)) {
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

func judged(name string) bool {
	return slices.ContainsFunc(s3cors.Headers, func(h struct{ Check, Name string }) bool { return strings.EqualFold(h.Name, name) })
}

// with is the right answer with one finding's difference: a header's lines as they came, or the whole answer where the finding stands
// for all of it.
func with(right fetch.Response, ex result.Exchange, f result.Finding) fetch.Response {
	part := f.Check[strings.Index(f.Check, ".")+1:]
	if part == "status" || (part == "allow-origin" && (strings.HasPrefix(f.Got, "absent, as is") || strings.HasSuffix(f.Expected, " absent"))) {
		return answer(ex)
	}
	name := ""
	for _, h := range s3cors.Headers {
		if h.Check == part {
			name = h.Name
		}
	}
	if name == "" {
		return right
	}
	changed := fetch.Response{Status: right.Status}
	for _, line := range right.Headers {
		if !strings.EqualFold(line.Name, name) {
			changed.Headers = append(changed.Headers, line)
		}
	}
	for _, value := range result.Values(ex.Response.Headers, name) {
		changed.Headers = append(changed.Headers, result.Header{Name: name, Value: value})
	}
	return changed
}

// describe says in one line what a page gets, from the answer owed and from the one that came.
func describe(q request, owed s3cors.Answer, ex result.Exchange) *result.Browser {
	if q.cors.Origin == nil {
		return nil
	}
	right, came := owedAnswer(owed, ex), answer(ex)
	want, got := check(q, right, fetch.Omit), check(q, came, fetch.Omit)
	how := ""
	if want.Allowed == got.Allowed {
		if w, g := check(q, right, fetch.Include), check(q, came, fetch.Include); w.Allowed != g.Allowed {
			want, got, how = w, g, " with credentials"
		}
	}
	b := &result.Browser{Owed: words(q.send, want), Got: words(q.send, got)}
	if !got.Allowed {
		b.Code = string(got.Reason)
	}
	if want.Allowed != got.Allowed {
		b.Sentence = fmt.Sprintf("%s from %s%s%s: S3 owes %s; here %s", q.fetch.Method, *q.cors.Origin, how, asking(q), owes(q.send, want), happens(q.send, got))
	}
	return b
}

func check(q request, a fetch.Response, credentials fetch.Credentials) fetch.Verdict {
	p := q.fetch
	p.Credentials = credentials
	if q.send == scenarios.Preflight {
		return fetch.PreflightCheck(p, a)
	}
	return fetch.ActualCheck(p, a)
}

func asking(q request) string {
	if names := q.cors.RequestHeaders; names != nil && q.send == scenarios.Preflight {
		return " with " + *names
	}
	return ""
}

func words(send scenarios.Send, v fetch.Verdict) string {
	switch {
	case !v.Allowed:
		return "blocked: " + v.Sentence
	case send == scenarios.Preflight:
		return "permitted"
	default:
		return "readable"
	}
}

func owes(send scenarios.Send, v fetch.Verdict) string {
	switch {
	case !v.Allowed:
		return "no permission"
	case send == scenarios.Preflight:
		return "permission"
	default:
		return "a readable answer"
	}
}

func happens(send scenarios.Send, v fetch.Verdict) string {
	switch {
	case !v.Allowed:
		return fmt.Sprintf("the browser blocks it: %s (%s)", v.Sentence, v.Chromium)
	case send == scenarios.Preflight:
		return "the browser lets the page go on"
	default:
		return "a page can read the answer"
	}
}

// worse keeps the description that has something to say.
func worse(a, b *result.Browser) *result.Browser {
	if a == nil || (b != nil && a.Sentence == "" && b.Sentence != "") {
		return b
	}
	return a
}
