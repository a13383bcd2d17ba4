package runner

import (
	"net/http"
	"testing"

	"corsprobe/runner/browser"
	"corsprobe/runner/result"
	"corsprobe/scenarios"

	"github.com/google/go-cmp/cmp"
)

func headerLines(namesAndValues ...string) []result.Header {
	var all []result.Header
	for i := 0; i < len(namesAndValues); i += 2 {
		all = append(all, result.Header{Name: namesAndValues[i], Value: namesAndValues[i+1]})
	}
	return all
}

// Where the browser and Fetch's model come to different ends on the same answers, that is said, and how.
func TestDisagreement(t *testing.T) {
	get := browser.Request{Origin: app, Method: http.MethodGet, URL: "https://s3.example/b/k"}
	put := browser.Request{Origin: app, Method: http.MethodPut, URL: get.URL}
	granted := headerLines("access-control-allow-origin", app, "access-control-allow-methods", "PUT", "access-control-expose-headers", "ETag", "etag", "1", "x-amz-id-2", "a")
	sent := headerLines("Origin", app, "Access-Control-Request-Method", "PUT", "User-Agent", "x")
	answered := func(status int, lines []result.Header) *browser.Exchange {
		return &browser.Exchange{Sent: sent, Status: status, Received: lines}
	}
	for _, c := range []struct {
		name string
		page browser.Request
		came browser.Outcome
		own  []result.Header
		want string
	}{
		{"both let it through", get, browser.Outcome{Actual: answered(200, granted), Resolved: true, Readable: []string{"etag"}}, nil, ""},
		{"both block it", get, browser.Outcome{Actual: answered(200, nil), Code: "MissingAllowOriginHeader"}, nil, ""},
		{"both let the preflight through", put, browser.Outcome{Preflight: answered(200, granted), Actual: answered(200, granted), Resolved: true, Readable: []string{"etag"}}, asked(sent), ""},
		{"both stop at the preflight", put, browser.Outcome{Preflight: answered(403, nil), Code: "PreflightInvalidStatus"}, nil, ""},
		{"no answer", get, browser.Outcome{Failed: "net::ERR_CONNECTION_RESET"}, nil, "no answer came to the page: net::ERR_CONNECTION_RESET"},
		{"a preflight that the model does not need", get, browser.Outcome{Preflight: answered(200, granted), Actual: answered(200, granted), Resolved: true}, nil, "a preflight is needed by the model: false; one was sent: true"},
		{"no preflight where the model needs one", put, browser.Outcome{Actual: answered(200, granted), Resolved: true}, nil, "a preflight is needed by the model: true; one was sent: false"},
		{"blocked, and the model permits", get, browser.Outcome{Actual: answered(200, granted), Code: "InvalidAllowOriginValue", Failed: "net::ERR_FAILED"}, nil,
			"the model lets the page have the answer, Chromium does not: InvalidAllowOriginValue net::ERR_FAILED"},
		{"permitted, and the model blocks", get, browser.Outcome{Actual: answered(200, nil), Resolved: true}, nil, "Chromium lets the page have the answer, the model does not: the answer has no Access-Control-Allow-Origin"},
		{"other headers are readable", get, browser.Outcome{Actual: answered(200, granted), Resolved: true, Readable: []string{"etag", "x-amz-id-2"}}, nil, "a script may read [etag] by the model, and could read [etag x-amz-id-2]"},
		{"another preflight than the run's", put, browser.Outcome{Preflight: answered(200, granted), Actual: answered(200, granted), Resolved: true, Readable: []string{"etag"}}, headerLines("Origin", "null"),
			"the preflights differ: [{Origin null}], and Chromium's [{Access-Control-Request-Method PUT} {Origin " + app + "}]"},
	} {
		if diff := cmp.Diff(c.want, disagreement(c.page, c.came, c.own)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	credentials := get
	credentials.Credentials = true
	star := browser.Outcome{Actual: answered(200, headerLines("access-control-allow-origin", "*"))}
	if got := disagreement(credentials, star, nil); got != "" {
		t.Errorf("* does not let credentials through: %s", got)
	}
	if got := disagreement(get, star, nil); got == "" {
		t.Error("* lets a page without credentials through, and Chromium is said to block it")
	}
}

// A cell that no page can send, or that would change more than an object of the run's, is not given to a browser, and says why.
func TestNotForAPage(t *testing.T) {
	origin, unsorted, sorted, hint := app, "x-b,x-a", "x-a,x-b", "downlink,x-a"
	page := scenarios.Cell{Origin: &origin, Method: http.MethodGet, Target: scenarios.Object, Authorisation: scenarios.Presigned}
	for _, c := range []struct {
		name   string
		change func(*scenarios.Cell)
		want   string
	}{
		{"a page's", func(*scenarios.Cell) {}, ""},
		{"a page's names", func(c *scenarios.Cell) { c.Headers.Request = &sorted }, ""},
		{"a page's headers", func(c *scenarios.Cell) { c.Headers.Fields = []scenarios.Field{{Name: "X-A", Value: "1"}} }, ""},
		{"a page's upload", func(c *scenarios.Cell) { c.Method = http.MethodPut }, ""},
		{"a page that reads a bucket", func(c *scenarios.Cell) { c.Target = scenarios.Bucket }, ""},
		{"no origin", func(c *scenarios.Cell) { c.Origin = nil }, "a page always sends its origin"},
		{"no method", func(c *scenarios.Cell) { c.Method = "" }, "a request always has a method"},
		{"a connection of its own", func(c *scenarios.Cell) { c.Connection = scenarios.Fresh }, "its operation, client and connection are not a script's to choose"},
		{"any connection", func(c *scenarios.Cell) { c.Connection = scenarios.Shared }, ""},
		{"signed", func(c *scenarios.Cell) { c.Authorisation = scenarios.Signed }, "a page that signs with headers asks for them in its preflight, which this cell does not"},
		{"a change of a bucket", func(c *scenarios.Cell) { c.Method, c.Target = http.MethodDelete, scenarios.Bucket }, "if it were permitted, it would change a bucket"},
		{"names in another order", func(c *scenarios.Cell) { c.Headers.Request = &unsorted }, "no browser writes Access-Control-Request-Headers like that"},
		{"a client hint", func(c *scenarios.Cell) { c.Headers.Request = &hint }, "Chromium sends downlink without a preflight, against the standard: it is no judge of it"},
		{"a header that is none", func(c *scenarios.Cell) { c.Headers.Fields = []scenarios.Field{{Name: "X A", Value: "1"}} }, `"X A" is no header name`},
	} {
		cell := page
		c.change(&cell)
		if got := notForAPage(cell); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// A page sets each name that the cell asks for with a value that needs permission: a safelisted name would else not be asked for.
func TestPageHeaders(t *testing.T) {
	for request, want := range map[string][]result.Header{
		"":                           nil,
		"x-amz-date":                 headerLines("x-amz-date", "corsprobe"),
		"accept,content-type,,x-a":   headerLines("accept", "(corsprobe)", "content-type", "corsprobe", "x-a", "corsprobe"),
		"accept-language,x-amz-acl,": headerLines("accept-language", "(corsprobe)", "x-amz-acl", "corsprobe"),
	} {
		if diff := cmp.Diff(want, pageHeaders(scenarios.Cell{Headers: scenarios.Headers{Request: &request}})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", request, diff)
		}
	}
	fields := scenarios.Cell{Headers: scenarios.Headers{Fields: []scenarios.Field{{Name: "Content-Type", Value: "text/plain"}}}}
	if diff := cmp.Diff(headerLines("Content-Type", "text/plain"), pageHeaders(fields)); diff != "" {
		t.Errorf("real headers (-want +got):\n%s", diff)
	}
}

// What the browser made of a cell: the status is told where a script could read it, and of a preflight what it asked.
func TestSeen(t *testing.T) {
	sent := headerLines("User-Agent", "x", "origin", app, "access-control-request-method", "PUT", "access-control-request-headers", "x-a")
	asks := headerLines("Access-Control-Request-Headers", "x-a", "Access-Control-Request-Method", "PUT", "Origin", app)
	for _, c := range []struct {
		name string
		came browser.Outcome
		want result.Chromium
	}{
		{"readable", browser.Outcome{Actual: &browser.Exchange{Status: 206}, Resolved: true, Readable: []string{"etag"}}, result.Chromium{Resolved: true, Status: 206, Readable: []string{"etag"}}},
		{"blocked", browser.Outcome{Actual: &browser.Exchange{Status: 200}, Code: "a", Console: "b"}, result.Chromium{Code: "a", Console: "b"}},
		{"stopped at the preflight", browser.Outcome{Preflight: &browser.Exchange{Sent: sent, Status: 403}, Code: "a"}, result.Chromium{Code: "a", Preflight: asks}},
		{"not sent", browser.Outcome{NotSendable: "why"}, result.Chromium{NotSent: "why"}},
	} {
		if diff := cmp.Diff(&c.want, seen(c.came)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}
