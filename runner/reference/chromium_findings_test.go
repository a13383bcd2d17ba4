package reference_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"corsprobe/runner"
	"corsprobe/runner/embedded"
	"corsprobe/runner/probe"
	"corsprobe/runner/reference"
	"corsprobe/runner/result"
	"corsprobe/runner/runnertest"
	"corsprobe/runner/runnertest/race"
)

// hold holds what a report says of browsers against what Chromium did.
func hold(t *testing.T, all *reference.Claims, report result.Report) {
	t.Helper()
	for _, c := range report.Cells {
		if c.Verdict == result.Error {
			t.Errorf("%s: %s", c.ID, c.Reason)
		}
	}
	for _, wrong := range all.Hold(report) {
		t.Error(wrong)
	}
}

// No finding says of a browser what Chromium does not do, on twenty planted defects, and of ten Chromium shows what they do.
func TestChromiumOnDefects(t *testing.T) {
	race.Skip(t)
	t.Parallel()
	b := chromium(t)
	plan := part(runnertest.Catalogue(t), "headers/requested/prefix", "use-cases/web/browser-upload", "origins/exact/one-origin", "actual/errors/statuses", "methods/listed/each-method", "methods/listed/all-methods", "responses/headers/exposed-headers")
	shown := []string{
		"allow-headers-rule-list", "allow-origin-twice", "allow-origin-trailing-slash", "allow-methods-lower-case", "allow-headers-missing",
		"origin-reflected", "header-unchecked", "no-headers-on-status: 404", "expose-headers-star", "preflight-presigned-checked",
	}
	others := []string{
		"allow-origin-star-for-echo", "allow-headers-star", "credentials-missing", "allow-origin-missing-on-preflight", "allow-origin-missing-on-actual",
		"preflight-refusal-200", "method-unchecked-preflight", "actual-always-allowed", "only-first-rule", "allow-headers-first-only",
	}
	var all reference.Claims
	for _, name := range slices.Concat(shown, others) {
		t.Run(name, func(t *testing.T) {
			d := defect(t, name)
			report := runWith(t, d.Behaviour, plan, runner.Options{Browser: b, Settle: 400 * time.Millisecond})
			hold(t, &all, report)
			if slices.Contains(shown, name) {
				checkChromium(t, d, report)
			}
		})
	}
	if all.Pages < 500 || all.Blocked < 20 || all.Exposed < 20 || all.WithCredentials == 0 {
		t.Errorf("too little was held against Chromium: %+v", all)
	}
}

// No finding does on the embedded server either, whose deviations are its author's.
func TestFindingsAgainstChromiumOnTheEmbeddedServer(t *testing.T) {
	race.Skip(t)
	t.Parallel()
	b := chromium(t)
	server, err := embedded.Start(t.Context(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close(context.Background()) })
	plan := runnertest.Catalogue(t)
	at := func() runnertest.Connection {
		return runnertest.ConnectAt(t, server, server.NamedURL(), probe.Options{})
	}
	told := map[string]bool{} // where a page is told to notice, where lists of headers are odd, and some cells by lot: what a page gets otherwise, Chromium is asked on an endpoint that is right
	random := rand.New(rand.NewPCG(*seed, 0))
	for _, c := range at().CleanRun(t, plan, runner.Options{Settle: 5 * time.Second}).Cells {
		told[c.ID] = slices.ContainsFunc(c.Findings, func(f result.Finding) bool { return f.Browser != nil }) || random.IntN(6) == 0 || strings.HasPrefix(c.ID, "headers/unusual/")
	}
	some := plan.Filter(func(id string) bool { return told[id] })
	report := at().CleanRun(t, some, runner.Options{Browser: b, Settle: 5 * time.Second})
	for _, c := range report.Cells {
		if slices.ContainsFunc(c.Findings, func(f result.Finding) bool { return strings.HasPrefix(f.Check, "chromium.") }) {
			t.Errorf("%s: the server is blamed for answering browsers otherwise: %s", c.ID, c.Chromium.Otherwise)
		}
	}
	var all reference.Claims
	hold(t, &all, report)
	t.Logf("-seed %d: %d of %d cells asked in Chromium: %+v", *seed, len(report.Cells), len(told), all)
	if all.Pages < 100 || all.Blocked < 20 {
		t.Errorf("too little was held against Chromium: %+v", all)
	}
}

// forBrowsers is a layer in front of an endpoint that drops CORS headers where gzip may be sent, as every browser has it.
func forBrowsers(t *testing.T, target string) string {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host },
		ModifyResponse: func(a *http.Response) error {
			if strings.Contains(a.Request.Header.Get("Accept-Encoding"), "gzip") {
				for name := range a.Header {
					if strings.HasPrefix(name, "Access-Control-") {
						a.Header.Del(name)
					}
				}
			}
			return nil
		},
	})
	t.Cleanup(front.Close)
	return strings.Replace(front.URL, "127.0.0.1", "localhost", 1)
}

// An endpoint that answers browsers in a way of its own does not conform, whatever it answers corsprobe.
func TestEndpointThatBreaksBrowsersAlone(t *testing.T) {
	t.Parallel()
	b := chromium(t)
	server := start(t, reference.Behaviour{})
	plan := part(runnertest.Catalogue(t), "origins/exact/one-origin")
	report := runAt(t, server, forBrowsers(t, server.URL()), probe.Options{}, plan, runner.Options{Browser: b, Settle: 5 * time.Second})
	broken := 0
	for _, c := range report.Cells {
		if c.Chromium == nil || c.Chromium.NotSent != "" {
			continue
		}
		for i, f := range c.Findings {
			if !strings.HasPrefix(f.Check, "chromium.") || c.Verdict != result.Failed {
				t.Errorf("%s: finding %d is %s, verdict %s", c.ID, i, f.Check, c.Verdict)
			}
			if f.Class == result.Breakage {
				broken++
			}
		}
	}
	if broken == 0 {
		t.Errorf("nothing is broken: %+v", report.Summary)
	}
}
