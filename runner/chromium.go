package runner

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"corsprobe/runner/browser"
	"corsprobe/runner/fetch"
	"corsprobe/runner/header"
	"corsprobe/runner/judge"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"

	"golang.org/x/net/http/httpguts"
)

// chromium has a page send the cell's requests, and judges the answers that it got. Where Chromium and the model of Fetch come to different
// ends on the same answers, the cell is in error: one of the two is wrong, and no finding may rest on either.
func (s *stage) chromium(ctx context.Context, cell scenarios.Cell, c *result.Cell) {
	if s.run.opts.Browser == nil || c.Verdict == result.Unsupported || c.Verdict == result.Error {
		return
	}
	if why := notForAPage(cell); why != "" {
		c.Chromium = &result.Chromium{NotSent: why}
		return
	}
	actual, err := s.actual(ctx, cell)
	if err != nil {
		return // the cell itself has said why
	}
	q := browser.Request{Origin: *cell.Origin, Method: cell.Method, URL: actual.URL.String(), Headers: pageHeaders(cell), Body: string(actual.Body)}
	o, err := s.run.send(ctx, q)
	if err != nil {
		c.Verdict, c.Reason = result.Error, err.Error()
		return
	}
	c.Chromium = seen(o)
	if o.NotSendable != "" {
		return
	}
	c.Chromium.Disagreement = disagreement(q, o, ownPreflight(cell, q, c.Exchanges))
	if slices.ContainsFunc(c.Findings, needsCredentials) && c.Chromium.Disagreement == "" {
		err = s.withCredentials(ctx, q, c.Chromium)
	}
	switch {
	case err != nil:
		c.Verdict, c.Reason = result.Error, err.Error()
	case c.Chromium.Disagreement != "":
		c.Verdict, c.Reason = result.Error, "Chromium and Fetch's model disagree, please report it: "+c.Chromium.Disagreement
	default:
		answeredOtherwise(cell, actual, o, c)
	}
}

func needsCredentials(f result.Finding) bool { return f.Browser != nil && f.Browser.Credentials }

// withCredentials has the page ask once more, with credentials: include, where the model's verdict depends on them.
func (s *stage) withCredentials(ctx context.Context, q browser.Request, c *result.Chromium) error {
	q.Credentials = true
	o, err := s.run.send(ctx, q)
	if err != nil || o.NotSendable != "" {
		return err
	}
	c.Credentials = &result.ChromiumAnswer{Resolved: o.Resolved, Code: o.Code, Console: o.Console}
	if why := disagreement(q, o, nil); why != "" {
		c.Disagreement = "with credentials: include, " + why
	}
	return nil
}

// answeredOtherwise judges the answers that Chromium got where they differ from those to the run's own requests: an endpoint may answer
// browsers in another way, by a header that only browsers send. Findings on those answers alone come first.
func answeredOtherwise(cell scenarios.Cell, actual request, o browser.Outcome, c *result.Cell) {
	var different []string
	var judged judging
	for _, x := range []struct {
		kind judge.Kind
		came *browser.Exchange
	}{{judge.Preflight, o.Preflight}, {judge.Actual, o.Actual}} {
		if !x.came.Answered() || x.came.Status == http.StatusServiceUnavailable {
			continue
		}
		ex := exchangeOf(x.kind, x.came)
		forOurs := ownHeaders(cell, x.kind, x.came.Status)
		if own := ownAnswer(x.kind, c.Exchanges); own != nil && differs(x.kind, *own, ex.Response) {
			different = append(different, fmt.Sprintf("the %s%s: Chromium got %s, and corsprobe %s", x.kind, forOurs, judge.AtHead(ex.Response), judge.AtHead(*own)))
		}
		if forOurs == "" {
			judged.add(byChromium(actual, x.kind, x.came), cell, ex)
		}
	}
	if len(different) == 0 {
		return
	}
	c.Chromium.Otherwise = strings.Join(different, "; ")
	var found []result.Finding
	for _, f := range judged.exchanges.Findings() {
		if !slices.ContainsFunc(c.Findings, f.Same) && f.How != result.NoDocument {
			f.Check, f.Why = "chromium."+f.Check, f.Why+"; the browser was answered otherwise than corsprobe: "+c.Chromium.Otherwise
			found = append(found, f)
		}
	}
	if len(found) > 0 {
		c.Findings = append(found, c.Findings...)
		c.Checks += len(found)
		if c.Verdict == result.Passed || c.Verdict == result.Known {
			c.Verdict, c.Reason = result.Failed, ""
		}
	}
}

// ownHeaders says that a refusal may come from headers that the page had to set, with values that mean nothing, to make the preflight ask for
// them: S3 too refuses Authorization beside a presigned URL. Such a refusal is shown, and is no finding. Empty: the answer is not such a
// refusal.
func ownHeaders(cell scenarios.Cell, kind judge.Kind, status int) string {
	if kind != judge.Actual || cell.Headers.Request == nil || *cell.Headers.Request == "" || status < http.StatusBadRequest {
		return ""
	}
	return ", which has values of corsprobe's own in the headers that the cell names"
}

// differs reports that CORS headers, or a preflight's status, differ between two answers. The status of an actual request does not count: it
// was sent before, and an object is deleted only once.
func differs(kind judge.Kind, own, chromiums result.Response) bool {
	if kind == judge.Actual {
		own.Status = chromiums.Status
	}
	return !judge.AlikeAtHead(own, chromiums)
}

// byChromium is a cell's request as Chromium made it.
func byChromium(actual request, kind judge.Kind, came *browser.Exchange) request {
	q := actual
	if kind == judge.Preflight {
		q.send = scenarios.Preflight
		q.cors.Method, q.cors.Outcome = http.MethodOptions, s3cors.Outcome{}
	}
	q.cors.Origin = sentValue(came.Sent, header.Origin)
	q.cors.RequestMethod, q.cors.RequestHeaders = sentValue(came.Sent, header.RequestMethod), sentValue(came.Sent, header.RequestHeaders)
	return q
}

func sentValue(lines []result.Header, name string) *string {
	if values := result.Values(lines, name); len(values) > 0 {
		return &values[0]
	}
	return nil
}

func exchangeOf(kind judge.Kind, came *browser.Exchange) result.Exchange {
	return result.Exchange{Kind: string(kind), Request: result.Request{URL: came.URL, Headers: came.Sent}, Response: result.Response{Status: came.Status, Headers: came.Received}}
}

// ownAnswer is the last answer that the run's own request of that kind had; nil: it sent none.
func ownAnswer(kind judge.Kind, exchanges []result.Exchange) *result.Response {
	for _, ex := range slices.Backward(exchanges) {
		if ex.Kind == string(kind) && ex.Error == "" {
			return &ex.Response
		}
	}
	return nil
}

// mostSends is how many times a page's request is sent that fails on the network. An endpoint may close an idle connection at the very moment
// at which it is used again.
const mostSends = 3

func (r *Run) send(ctx context.Context, q browser.Request) (o browser.Outcome, err error) {
	for range mostSends {
		if o, err = r.opts.Browser.Send(ctx, q); err != nil || o.NotSendable != "" || o.Preflight.Answered() || o.Actual.Answered() {
			break
		}
	}
	return o, err
}

// notForAPage says why a cell is not given to a page at all.
func notForAPage(cell scenarios.Cell) string {
	reads := cell.Method == http.MethodGet || cell.Method == http.MethodHead
	switch {
	case cell.Origin == nil:
		return "a page always sends its origin"
	case cell.Method == "":
		return "a request always has a method"
	case beyondScript(cell):
		return "its operation, client and connection are not a script's to choose"
	case cell.Authorisation == scenarios.Signed:
		return "a page that signs with headers asks for them in its preflight, which this cell does not"
	case !reads && !cell.Target.OfObject():
		return "if it were permitted, it would change a bucket"
	case cell.Headers.Request != nil && !judge.BrowserList(cell.Headers.Request):
		return "no browser writes Access-Control-Request-Headers like that"
	}
	for _, h := range pageHeaders(cell) {
		if !httpguts.ValidHeaderFieldName(h.Name) {
			return fmt.Sprintf("%q is no header name", h.Name)
		}
		if slices.Contains(clientHints, strings.ToLower(h.Name)) {
			return "Chromium sends " + h.Name + " without a preflight, against the standard: it is no judge of it"
		}
	}
	return ""
}

// clientHints are safelisted in Chromium, and not in the standard; Chromium drops a User-Agent that a page sets.
var clientHints = []string{"device-memory", "downlink", "dpr", "ect", "rtt", "save-data", "user-agent", "viewport-width", "width"}

// pageHeaders are the headers that the page's script sets: those of the cell, or its names with a value that needs permission.
func pageHeaders(cell scenarios.Cell) []result.Header {
	if cell.Headers.Request == nil {
		return fieldLines(cell.Headers.Fields)
	}
	var all []result.Header
	for name := range strings.SplitSeq(*cell.Headers.Request, ",") {
		if name != "" {
			value := "corsprobe"
			if fetch.IsSafelistedRequestHeader(name, value) {
				value = "(corsprobe)"
			}
			all = append(all, result.Header{Name: name, Value: value})
		}
	}
	return all
}

func seen(o browser.Outcome) *result.Chromium {
	c := &result.Chromium{NotSent: o.NotSendable, Resolved: o.Resolved, Readable: o.Readable, Code: o.Code, Console: o.Console}
	if o.Actual != nil && o.Resolved {
		c.Status = o.Actual.Status
	}
	if o.Preflight != nil {
		c.Preflight = asked(o.Preflight.Sent)
	}
	return c
}

// asked keeps what a preflight asks, in the order of the names.
func asked(lines []result.Header) []result.Header {
	var all []result.Header
	for _, name := range []string{"Access-Control-Request-Headers", "Access-Control-Request-Method", "Origin"} {
		for _, v := range result.Values(lines, name) {
			all = append(all, result.Header{Name: name, Value: v})
		}
	}
	return all
}

// ownPreflight is what the run's own preflight asked, where a browser would ask the same.
func ownPreflight(cell scenarios.Cell, q browser.Request, exchanges []result.Exchange) []result.Header {
	names := fetch.UnsafeRequestHeaderNames(q.Headers)
	if asks := requestedHeaders(cell); asks != nil && *asks != strings.Join(names, ",") {
		return nil
	}
	for _, ex := range exchanges {
		if ex.Kind == string(scenarios.Preflight) {
			return asked(ex.Request.Headers)
		}
	}
	return nil
}

// disagreement says where the model comes to another end than the browser on the very answers that the browser had. own is what the run's own
// preflight asked for; nil where that is not to be compared.
func disagreement(q browser.Request, o browser.Outcome, own []result.Header) string {
	page := fetch.Request{Method: q.Method, Headers: q.Headers, Origin: q.Origin, Credentials: fetch.Omit}
	if q.Credentials {
		page.Credentials = fetch.Include
	}
	model := fetch.Evaluate(page, came(o.Preflight), came(o.Actual))
	verdict := model.Browsers
	switch {
	case !o.Preflight.Answered() && !o.Actual.Answered():
		return "no answer came to the page: " + o.Failed
	case model.PreflightNeeded != (o.Preflight != nil):
		return fmt.Sprintf("a preflight is needed by the model: %v; one was sent: %v", model.PreflightNeeded, o.Preflight != nil)
	case verdict.Allowed && !o.Resolved:
		return "the model lets the page have the answer, Chromium does not: " + o.Code + " " + o.Failed
	case !verdict.Allowed && o.Resolved:
		return "Chromium lets the page have the answer, the model does not: " + verdict.Sentence
	case o.Resolved && !slices.Equal(lower(model.Readable), o.Readable):
		return fmt.Sprintf("a script may read %v by the model, and could read %v", lower(model.Readable), o.Readable)
	case o.Preflight != nil && own != nil && !slices.Equal(own, asked(o.Preflight.Sent)):
		return fmt.Sprintf("the preflights differ: %v, and Chromium's %v", own, asked(o.Preflight.Sent))
	}
	return ""
}

func came(ex *browser.Exchange) *fetch.Response {
	if !ex.Answered() {
		return nil
	}
	return &fetch.Response{Status: ex.Status, Headers: ex.Received}
}

func lower(names []string) []string {
	var all []string
	for _, n := range names {
		all = append(all, strings.ToLower(n))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// beyondScript reports a cell that says more of its requests than a script can.
func beyondScript(cell scenarios.Cell) bool {
	return operated(cell) || clientLines(cell, scenarios.Actual) != nil || cell.Connection != "" && cell.Connection != scenarios.Shared
}
