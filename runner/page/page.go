// Package page asks one URL of any server for what a page would, in a browser's order, and says what the page gets.
package page

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"corsprobe/runner/fetch"
	"corsprobe/runner/header"
	"corsprobe/runner/judge"
	"corsprobe/runner/probe"
	"corsprobe/runner/redact"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// Request is a request that a page makes to one URL of any server.
type Request struct {
	URL  string // absolute, of http or https
	Page fetch.Request
	// Remarks say what a browser makes of the request before it sends it.
	Remarks []string
	// Send sends the request itself even where it changes something.
	Send bool
	// CORS is what the URL's bucket holds, for S3's model to judge as well; nil: it does not.
	CORS *s3cors.Configuration
}

// Send sends what a browser would send for a page, in its order, and stops where a browser does: at the answer, or at what blocks it.
// Redirects are followed, and every answer is judged. No cookie is ever sent, and credentials are not sent on to another host. The cause,
// where the answers show one, comes first.
func Send(ctx context.Context, client *probe.Client, q Request) result.Page {
	v := &visit{ctx: ctx, client: client, q: q, request: q.Page, url: q.URL, secrets: redact.OfAddress(q.URL)}
	v.page = result.Page{
		Version: result.Version, Origin: q.Page.Origin, Method: fetch.NormalizeMethod(q.Page.Method), URL: q.URL,
		Credentials: q.Page.Credentials == fetch.Include, Headers: slices.Clone(q.Page.UnsafeNames), Notes: slices.Clone(q.Remarks),
	}
	for _, h := range q.Page.Headers {
		v.page.Headers = append(v.page.Headers, h.Name)
		if redact.IsSecretName(h.Name) && len(h.Value) >= leastSecret {
			v.secrets = append(v.secrets, h.Value)
		}
	}
	for v.hop() {
		v.followed++
	}
	v.page.Cause = v.cause()
	return v.redacted()
}

// redacted is the page's result without secrets, as it is returned.
func (v *visit) redacted() result.Page {
	for _, s := range v.page.Steps {
		for i, h := range s.Exchange.Request.Headers {
			if redact.IsSecretName(h.Name) && h.Value != "" {
				s.Exchange.Request.Headers[i].Value = redact.Redacted
			}
		}
	}
	return v.redactor().Page(v.page)
}

// redactor knows what must not be shown, of every address so far.
func (v *visit) redactor() *redact.Redactor { return v.client.Redactor().With(v.secrets...) }

// leastSecret is how long the value of a header has to be to be redacted in answers: a short one would be found in ordinary words.
const leastSecret = 8

// visit is a page's request under way.
type visit struct {
	ctx      context.Context
	client   *probe.Client
	q        Request
	page     result.Page
	request  fetch.Request // as redirects left it
	method   string        // of it, normalised
	url      string        // of the hop
	secrets  []string      // that must not be shown: of every address so far, and of the page's headers
	followed int
}

// hop asks one URL, and reports whether a redirect leads on.
func (v *visit) hop() (on bool) {
	v.method = fetch.NormalizeMethod(v.request.Method)
	foreign, may := fetch.Applies(v.request.Origin, v.url)
	address, err := url.Parse(v.url)
	if !may.Allowed || err != nil {
		return v.end(result.Blocked, may.Sentence)
	}
	if fetch.IsForbiddenMethod(v.method) {
		return v.end(result.Blocked, "script may not use the method "+v.method)
	}
	v.noteNetwork(address)
	if foreign && fetch.NeedsPreflight(v.request) && !v.preflight(address) {
		return false
	}
	if changes(v.method) && !v.q.Send {
		v.note("the %s itself was not sent, for it changes something; --send sends it", v.method)
		return v.end(result.Permitted, "")
	}
	return v.actual(address, foreign)
}

// changes reports that a method is not safe (RFC 9110, 9.2.1).
func changes(method string) bool {
	return !slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, method)
}

func (v *visit) end(gets result.Gets, sentence string) bool {
	v.page.Gets, v.page.Sentence = gets, sentence
	return false
}

// note adds a sentence once.
func (v *visit) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(v.page.Notes, text) {
		v.page.Notes = append(v.page.Notes, text)
	}
}

// preflight asks whether the request may be sent, and reports that it may.
func (v *visit) preflight(address *url.URL) bool {
	raw := probe.Request{Kind: string(judge.Preflight), Method: http.MethodOptions, URL: address, Header: fetch.PreflightHeaders(v.request)}
	step, ok := v.send(raw)
	if !ok {
		return false
	}
	came := answer(step.Exchange)
	today, standard := fetch.PreflightCheckToday(v.request, came), fetch.PreflightCheck(v.request, came)
	v.judge(step, judge.Preflight, raw)
	v.rule(step, today, &standard)
	v.notes(fetch.MaxAgeNotes(came.Headers))
	if value, granted := fetch.Get(came.Headers, header.AllowOrigin); granted && value != "*" && !fetch.VaryCovers(came.Headers, "Origin") {
		v.note("the preflight's Vary does not list Origin: advice only, for no cache keeps answers to OPTIONS by it")
	}
	if !today.Allowed {
		v.end(result.Blocked, today.Sentence)
	}
	return today.Allowed
}

// actual sends the request itself, and reports whether a redirect leads on.
func (v *visit) actual(address *url.URL, foreign bool) (on bool) {
	raw := probe.Request{Kind: string(judge.Actual), Method: v.method, URL: address, Header: v.headers(foreign)}
	step, ok := v.send(raw)
	if !ok {
		return false
	}
	came := answer(step.Exchange)
	verdict := fetch.Verdict{Allowed: true}
	if foreign {
		verdict = fetch.ActualCheck(v.request, came)
		v.judge(step, judge.Actual, raw)
	} else {
		v.note("the URL is of the page's own origin: CORS has no part in it")
	}
	redirect := fetch.RedirectCheck(v.request, fetch.Hop{URL: v.url, Response: came, Followed: v.followed})
	if verdict.Allowed && !redirect.Verdict.Allowed {
		verdict = redirect.Verdict
	}
	v.rule(step, verdict, nil)
	v.noteCaches(step.Exchange)
	switch {
	case !verdict.Allowed:
		return v.end(result.Blocked, verdict.Sentence)
	case redirect.Follow:
		return v.follow(redirect)
	}
	v.readable(came, foreign)
	if came.Status >= http.StatusBadRequest {
		return v.end(result.Refused, "the page can read the answer, and it is an error: "+statusOf(step.Exchange))
	}
	if foreign {
		v.withoutOrigin(raw, came)
	}
	return v.end(result.Readable, "")
}

// headers are the request's own, those that a browser lets a page set.
func (v *visit) headers(foreign bool) []result.Header {
	lines := []result.Header{{Name: "Accept", Value: "*/*"}}
	if foreign || changes(v.method) {
		lines = append(lines, result.Header{Name: "Origin", Value: v.request.Origin})
	}
	for _, h := range v.request.Headers {
		if !fetch.IsForbiddenRequestHeader(h.Name, h.Value) {
			lines = append(lines, h)
		}
	}
	return lines
}

// follow goes on to a redirect's address. Headers that hold credentials are named in the preflight there, and not sent.
func (v *visit) follow(redirect fetch.Redirect) (on bool) {
	v.notes(redirect.Verdict.Notes)
	from, to := v.url, redirect.URL
	v.request, v.url = redirect.Request, to
	if sameHost(from, to) {
		return true
	}
	v.request.Headers = slices.DeleteFunc(slices.Clone(v.request.Headers), func(h result.Header) bool {
		if !redact.IsSecretName(h.Name) {
			return false
		}
		v.note("%s was not sent on to %s: a browser would send it, if the preflight there lets it", h.Name, hostOf(to))
		v.request.UnsafeNames = append(slices.Clone(v.request.UnsafeNames), strings.ToLower(h.Name))
		return true
	})
	return true
}

func sameHost(a, b string) bool { return hostOf(a) == hostOf(b) }

// hostOf is the host and port of an address, which is fine already.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// send makes one exchange. ok: an answer came.
func (v *visit) send(raw probe.Request) (step *result.PageStep, ok bool) {
	ex := v.client.Do(v.ctx, raw)
	for _, location := range result.Values(ex.Response.Headers, "Location") {
		v.secrets = append(v.secrets, redact.OfAddress(location)...)
	}
	v.page.Steps = append(v.page.Steps, result.PageStep{Exchange: ex, Curl: v.curl(ex)})
	step = &v.page.Steps[len(v.page.Steps)-1]
	if slices.ContainsFunc(ex.Request.Headers, isSecret) {
		v.note("headers that hold credentials are left out of the curl commands")
	}
	if ex.Error != "" {
		v.rule(step, fetch.Unanswered(ex.Error), nil)
		v.end(result.Unreachable, ex.Error)
	}
	return step, ex.Error == ""
}

// rule notes a step's verdict, and the standard's where it is another.
func (v *visit) rule(step *result.PageStep, today fetch.Verdict, standard *fetch.Verdict) {
	step.Verdict = v.verdict(today)
	if standard != nil && standard.Allowed != today.Allowed {
		other := v.verdict(*standard)
		step.Standard = &other
	}
	v.notes(today.Notes)
}

func (v *visit) notes(all []string) {
	for _, text := range all {
		v.note("%s", text)
	}
}

func (v *visit) verdict(f fetch.Verdict) result.PageVerdict {
	return result.PageVerdict{Allowed: f.Allowed, Code: string(f.Reason), Sentence: f.Sentence, Chromium: f.Chromium, Firefox: f.Firefox}
}

// judge holds an answer against S3's model, where the configuration is known.
func (v *visit) judge(step *result.PageStep, kind judge.Kind, raw probe.Request) {
	if v.q.CORS == nil || v.followed > 0 {
		return
	}
	asked := s3cors.Request{
		Method: raw.Method, Target: targetOf(raw.URL), Origin: first(raw.Header, "Origin"),
		RequestMethod: first(raw.Header, "Access-Control-Request-Method"), RequestHeaders: first(raw.Header, "Access-Control-Request-Headers"),
	}
	owed := s3cors.Evaluate(v.q.CORS, asked)
	page := judge.Page{Kind: kind, Config: v.q.CORS, Asked: asked, Request: v.request}
	step.Findings, step.Explanation = page.Findings(judge.Nearest(kind, owed, nil, step.Exchange), step.Exchange), owed.Explanation
}

func first(headers []result.Header, name string) *string {
	if values := result.Values(headers, name); len(values) > 0 {
		return &values[0]
	}
	return nil
}

// targetOf takes a URL for a bucket's where it has no key, or lists.
func targetOf(u *url.URL) s3cors.Target {
	if strings.Trim(u.Path, "/") == "" || u.Query().Has("list-type") {
		return s3cors.Bucket
	}
	return s3cors.Object
}

func answer(ex result.Exchange) fetch.Response {
	return fetch.Response{Status: ex.Response.Status, Headers: ex.Response.Headers}
}

// readable notes which headers a script can read.
func (v *visit) readable(came fetch.Response, foreign bool) {
	if !foreign {
		return
	}
	v.page.Readable = fetch.ExposedHeaders(v.request.Credentials, came.Headers)
	for _, h := range came.Headers {
		name := strings.ToLower(h.Name)
		if !slices.Contains(v.page.Readable, name) && !strings.HasPrefix(name, "access-control-") && !slices.Contains(v.page.Hidden, name) {
			v.page.Hidden = append(v.page.Hidden, name)
		}
	}
	slices.Sort(v.page.Hidden)
	if policy := fetch.ResourcePolicyCheck(v.request.Origin, v.url, came.Headers); !policy.Allowed {
		v.note("%s", policy.Sentence)
	}
}

// noteNetwork says where a browser asks the user before it lets a page of the open network reach a private address.
func (v *visit) noteNetwork(address *url.URL) {
	host := address.Hostname()
	ip, err := netip.ParseAddr(host)
	private := err == nil && (ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast())
	if private || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		v.note("%s is an address of a private network: browsers may ask the user before a page reaches it (Local Network Access)", host)
	}
}

// isSecret reports that a header line holds credentials.
func isSecret(h result.Header) bool {
	return redact.IsSecret(h) || h.Value != "" && redact.IsSecretName(h.Name)
}

// curl is the command that repeats an exchange. A signed URL is left for the shell to fill in, because it is a credential.
func (v *visit) curl(ex result.Exchange) string {
	request := ex.Request
	signed := v.redactor().Text(request.URL) != request.URL
	if signed {
		request.URL = "URL"
	}
	request.Headers = slices.DeleteFunc(slices.Clone(request.Headers), isSecret)
	command := probe.Curl(request, nil, probe.CurlOptions{})
	if signed {
		command = strings.TrimSuffix(command, "'URL'") + `"$URL"`
	}
	return command
}
