package fetch_test

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/fetch"
	"corsprobe/runner/result"

	"gopkg.in/yaml.v3"
)

// wptFile holds the facts of web-platform-tests; its head explains the fields.
const wptFile = "testdata/wpt.yaml"

// wptCase is one of them.
type wptCase struct {
	Test      string
	Case      string
	Request   wptRequest
	Redirects []wptAnswer
	Preflight *wptAnswer
	Answer    *wptAnswer
	Expect    wptOutcome
	WPT       *wptOutcome
	Because   string
}

type wptRequest struct {
	Origin, URL, Method string
	Credentials         fetch.Credentials
	Headers             []string
	Upload              bool
	Followed            int
}

type wptAnswer struct {
	Preflight *wptAnswer
	Status    int
	Headers   []string
}

type wptOutcome struct {
	Preflight, Allowed *bool
	Reason             fetch.Reason
	Browsers           *bool
	Reads, Hides       []string
	Asks               *string
	Method, Origin     string
	Sends              *[]string
	After              float64
	Cached             *bool
	BrowsersCached     *bool `yaml:"browsers_cached"`
}

// loadWPT reads the table. A field that it does not know is an error.
func loadWPT(t *testing.T) []wptCase {
	t.Helper()
	text, err := os.ReadFile(wptFile)
	if err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	var cases []wptCase
	if err := decoder.Decode(&cases); err != nil {
		t.Fatalf("%s: %v", wptFile, err)
	}
	return cases
}

// name is how a failure names a case: the file and what it is about.
func (c wptCase) name() string { return c.Test + ": " + c.Case }

// response turns an answer of the table into the model's, nil into nil.
func (a *wptAnswer) response() *fetch.Response {
	if a == nil {
		return nil
	}
	status := a.Status
	if status == 0 {
		status = 200
	}
	return answer(status, a.Headers...)
}

// asked is the page's request and where it goes.
func (c wptCase) asked() (fetch.Request, string) {
	q := c.Request
	req := fetch.Request{Method: q.Method, Headers: head(q.Headers...), Origin: "http://web-platform.test:8000",
		Credentials: q.Credentials, UseCORSPreflight: q.Upload}
	if q.Origin != "" {
		req.Origin = q.Origin
	}
	if q.URL != "" {
		return req, q.URL
	}
	return req, "http://www1.web-platform.test:8000"
}

// wptEnd is where a request of the table ends: its last shape, whether it needed a preflight, and the verdicts.
type wptEnd struct {
	fetch.Outcome
	req fetch.Request
}

// denied is the end of a request that does not come further.
func denied(req fetch.Request, needed bool, v fetch.Verdict) wptEnd {
	return wptEnd{fetch.Outcome{Standard: v, Browsers: v, PreflightNeeded: needed}, req}
}

// walk has the model follow a case from the page's request over the redirects to the last answer.
func (c wptCase) walk() (wptEnd, error) {
	req, url := c.asked()
	for i, hop := range c.Redirects {
		next, end, err := c.hop(req, url, hop, c.Request.Followed+i)
		if err != nil || end != nil {
			return *end, err
		}
		req, url = next.Request, next.URL
	}
	return c.last(req, url)
}

// hop takes one redirect: its preflight, if the request needs one there, and the answer that leads on. The end is nil if
// there is more to come.
func (c wptCase) hop(req fetch.Request, url string, hop wptAnswer, followed int) (fetch.Redirect, *wptEnd, error) {
	foreign, v := fetch.Applies(req.Origin, url)
	needed := foreign && fetch.NeedsPreflight(req)
	if needed != (hop.Preflight != nil) {
		return fetch.Redirect{}, &wptEnd{}, fmt.Errorf("the request to %s needs a preflight: %v; the table has its answer: %v", url, needed, hop.Preflight != nil)
	}
	if v.Allowed && needed {
		v = fetch.PreflightCheck(req, *hop.Preflight.response())
	}
	if !v.Allowed {
		end := denied(req, needed, v)
		return fetch.Redirect{}, &end, nil
	}
	r := fetch.RedirectCheck(req, fetch.Hop{URL: url, Response: *hop.response(), Followed: followed})
	if !r.Verdict.Allowed {
		end := denied(req, needed, r.Verdict)
		return r, &end, nil
	}
	if !r.Follow {
		return r, &wptEnd{}, fmt.Errorf("the answer of %s is no redirect to the model", url)
	}
	return r, nil, nil
}

// last judges the last request by its answers. Between a page and its own origin the protocol has no part.
func (c wptCase) last(req fetch.Request, url string) (wptEnd, error) {
	foreign, v := fetch.Applies(req.Origin, url)
	switch {
	case !v.Allowed:
		return denied(req, false, v), nil
	case !foreign && c.Answer == nil:
		return wptEnd{}, fmt.Errorf("the table has no answer of %s", url)
	case !foreign:
		return denied(req, false, v), nil
	}
	return wptEnd{fetch.Evaluate(req, c.Preflight.response(), c.Answer.response()), req}, nil
}

// Every case of the table has the outcome that it tells.
func TestWPT(t *testing.T) {
	for _, c := range loadWPT(t) {
		t.Run(c.name(), func(t *testing.T) {
			end, err := c.walk()
			if err != nil {
				t.Fatalf("%s: %v", c.name(), err)
			}
			c.checkVerdicts(t, end)
			c.checkHeaders(t, end)
			c.checkCache(t)
		})
	}
}

// checkVerdicts holds the verdicts against what a case expects.
func (c wptCase) checkVerdicts(t *testing.T, end wptEnd) {
	t.Helper()
	browsers := *c.Expect.Allowed
	if c.Expect.Browsers != nil {
		browsers = *c.Expect.Browsers
	}
	equal(t, c.name()+": preflight needed", end.PreflightNeeded, *c.Expect.Preflight)
	equal(t, c.name()+": allowed by the standard", end.Standard.Allowed, *c.Expect.Allowed)
	equal(t, c.name()+": reason", end.Standard.Reason, c.Expect.Reason)
	equal(t, c.name()+": allowed by browsers", end.Browsers.Allowed, browsers)
	if !browsers {
		equal(t, c.name()+": reason of browsers", end.Browsers.Reason, c.Expect.Reason)
	}
}

// checkHeaders holds what script can read, and what the last request looks like, against what a case expects.
func (c wptCase) checkHeaders(t *testing.T, end wptEnd) {
	t.Helper()
	for _, name := range c.Expect.Reads {
		equal(t, c.name()+": script reads "+name, slices.Contains(end.Readable, name), true)
	}
	for _, name := range c.Expect.Hides {
		equal(t, c.name()+": script reads "+name, slices.Contains(end.Readable, name), false)
	}
	if c.Expect.Asks != nil {
		asks, _ := fetch.Get(fetch.PreflightHeaders(end.req), "Access-Control-Request-Headers")
		equal(t, c.name()+": Access-Control-Request-Headers", asks, *c.Expect.Asks)
	}
	if c.Expect.Method != "" {
		equal(t, c.name()+": method in the end", fetch.NormalizeMethod(end.req.Method), c.Expect.Method)
	}
	if c.Expect.Origin != "" {
		equal(t, c.name()+": origin in the end", end.req.Origin, c.Expect.Origin)
	}
	if c.Expect.Sends != nil {
		equal(t, c.name()+": headers in the end", lowerNames(end.req.Headers), *c.Expect.Sends)
	}
}

func lowerNames(headers []result.Header) []string {
	names := []string{}
	for _, h := range headers {
		names = append(names, strings.ToLower(h.Name))
	}
	return names
}

// checkCache holds how long a preflight's answer is kept against whether a case finds it in the cache.
func (c wptCase) checkCache(t *testing.T) {
	t.Helper()
	if c.Expect.Cached == nil {
		return
	}
	headers, browsers := c.Preflight.response().Headers, *c.Expect.Cached
	if c.Expect.BrowsersCached != nil {
		browsers = *c.Expect.BrowsersCached
	}
	seconds, _ := fetch.MaxAge(headers)
	equal(t, c.name()+": cached by the standard", float64(seconds) > c.Expect.After, *c.Expect.Cached)
	for _, browser := range fetch.Browsers {
		seconds := fetch.PreflightCacheLifetime(headers, browser)
		equal(t, fmt.Sprintf("%s: cached by %s", c.name(), browser), float64(seconds) > c.Expect.After, browsers)
	}
}

// The table is sound: it is large enough, each case names its file and what it is about, tells its outcome, and is like
// no other.
func TestWPTTable(t *testing.T) {
	const least = 150
	cases := loadWPT(t)
	if len(cases) < least {
		t.Errorf("%s has %d cases, fewer than %d", wptFile, len(cases), least)
	}
	names, contents := map[string]bool{}, map[string]string{}
	for i, c := range cases {
		if problem := c.problem(); problem != "" {
			t.Errorf("%s: case %d (%s): %s", wptFile, i+1, c.name(), problem)
		}
		if names[c.name()] {
			t.Errorf("%s: case %d: there is another %s", wptFile, i+1, c.name())
		}
		names[c.name()] = true
		if twin, found := contents[c.content(t)]; found {
			t.Errorf("%s: case %d: %s is identical to %s", wptFile, i+1, c.name(), twin)
		}
		contents[c.content(t)] = c.name()
	}
}

var wptPath = regexp.MustCompile(`^[a-z][\w-]*(/[\w.-]+)+\.(htm|html|js)$`)

// problem says what is wrong with how a case is written down, nothing if it is fine.
func (c wptCase) problem() string {
	switch e := c.Expect; {
	case !wptPath.MatchString(c.Test):
		return fmt.Sprintf("test %q is not the path of a test file", c.Test)
	case c.Case == "":
		return "it does not say what it is about"
	case e.Preflight == nil || e.Allowed == nil:
		return "expect has to tell both preflight and allowed"
	case *e.Allowed != (e.Reason == ""):
		return "expect has to give a reason where it is not allowed, and only there"
	case e.Reason.Info().Meaning == "" && e.Reason != "":
		return fmt.Sprintf("expect has a reason that there is not, %q", e.Reason)
	case e.Browsers != nil && *e.Browsers == *e.Allowed:
		return "browsers has to differ from allowed, or to be left out"
	case (c.WPT != nil) != (c.Because != ""):
		return "wpt and because belong together"
	case c.WPT != nil && !c.WPT.differs(e):
		return "wpt expects what the standard says, so it is to be left out"
	}
	return ""
}

// differs reports whether an outcome is another one in what WPT may disagree on.
func (o wptOutcome) differs(other wptOutcome) bool {
	differ := func(a, b *bool) bool { return a != nil && b != nil && *a != *b }
	return differ(o.Preflight, other.Preflight) || differ(o.Allowed, other.Allowed) || differ(o.Cached, other.Cached)
}

// content is a case without its name.
func (c wptCase) content(t *testing.T) string {
	t.Helper()
	c.Case = ""
	text, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// untested are the reasons to which none of WPT's files leads that were read, with why. Their exits have tests of their
// own.
var untested = map[fetch.Reason]string{
	fetch.MixedContent:                     "mixed content has its own folder of tests, beside those of CORS",
	fetch.RedirectStream:                   "the tests of streams, fetch/api/redirect/redirect-upload.h2.any.js, want HTTP/2",
	fetch.ResourcePolicy:                   "it is no reason of CORS, and has its own folder of tests",
	fetch.Transport:                        "it is for a request without an answer",
	fetch.RedirectInvalid:                  "the tests of redirects have one Location, and one that can be parsed",
	fetch.PreflightAllowOriginMultiple:     "the tests of several origins are of requests without a preflight",
	fetch.PreflightWildcardWithCredentials: "the tests of * and credentials are of requests without a preflight",
}

// Every reason is the outcome of a case, save those that are named above; and those are the outcome of none.
func TestWPTCoversReasons(t *testing.T) {
	met := map[fetch.Reason]bool{}
	for _, c := range loadWPT(t) {
		met[c.Expect.Reason] = true
	}
	for _, info := range fetch.Reasons {
		why, listed := untested[info.Reason]
		if met[info.Reason] == listed {
			t.Errorf("%s: %s: it is the outcome of a case: %v; it is listed as one without: %v (%s)", wptFile, info.Reason, met[info.Reason], listed, why)
		}
	}
}
