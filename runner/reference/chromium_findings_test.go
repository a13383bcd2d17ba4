package reference_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"corsprobe/runner"
	"corsprobe/runner/embedded"
	"corsprobe/runner/endpoint"
	"corsprobe/runner/probe"
	"corsprobe/runner/reference"
	"corsprobe/runner/result"
)

// claims counts what findings and cells say of a browser, and holds each against what Chromium did.
type claims struct{ pages, blocked, exposed, withCredentials int }

func (n *claims) hold(t *testing.T, report result.Report) {
	t.Helper()
	for _, c := range report.Cells {
		if c.Verdict == result.Error {
			t.Errorf("%s: %s", c.ID, c.Reason)
		}
		if c.Chromium == nil || c.Chromium.NotSent != "" || c.Chromium.Otherwise != "" {
			continue
		}
		n.page(t, c)
		for _, f := range c.Findings {
			n.finding(t, c, f)
		}
	}
}

// page holds what a cell says that a page gets against whether the script was given an answer.
func (n *claims) page(t *testing.T, c result.Cell) {
	t.Helper()
	if c.Browser == nil || c.Browser.Got != "readable" && c.Browser.Code == "" {
		return // a preflight alone, or one that no page sends
	}
	n.pages++
	if readable := c.Browser.Got == "readable"; readable != c.Chromium.Resolved {
		t.Errorf("%s says %q, and Chromium: resolved %v %s", c.ID, c.Browser.Got, c.Chromium.Resolved, c.Chromium.Code)
	}
}

func (n *claims) finding(t *testing.T, c result.Cell, f result.Finding) {
	t.Helper()
	switch {
	case f.Browser == nil || strings.HasPrefix(f.Check, "config."):
	case f.Browser.Credentials:
		n.withCredentials++
		if c.Chromium.Credentials == nil || f.Browser.Blocked && c.Chromium.Credentials.Resolved {
			t.Errorf("%s: %s says %q, and Chromium with credentials: %+v", c.ID, f.Check, f.Browser.Sentence, c.Chromium.Credentials)
		}
	case f.Browser.Blocked && f.Browser.By != result.ByStandard:
		n.blocked++
		if c.Chromium.Resolved {
			t.Errorf("%s: %s says %q, and Chromium gave the script the answer", c.ID, f.Check, f.Browser.Sentence)
		}
	case strings.HasSuffix(f.Browser.Sentence, "the page can read it"), strings.HasSuffix(f.Browser.Sentence, "the page can read the answer"):
		n.exposed++
		if !c.Chromium.Resolved {
			t.Errorf("%s: %s says %q, and Chromium kept it from the script: %s", c.ID, f.Check, f.Browser.Sentence, c.Chromium.Code)
		}
	}
}

// No finding says of a browser what Chromium does not do, on twenty planted defects.
func TestFindingsAgainstChromiumOnDefects(t *testing.T) {
	b := chromium(t)
	plan := part(catalogue(t), "headers/requested/prefix", "use-cases/web/browser-upload", "origins/exact/one-origin", "actual/errors/statuses", "methods/listed/*", "responses/headers/exposed-headers")
	names := []string{
		"allow-headers-rule-list", "allow-origin-twice", "allow-origin-trailing-slash", "allow-methods-lower-case", "allow-headers-missing",
		"origin-reflected", "header-unchecked", "no-headers-on-status: 404", "expose-headers-star", "preflight-presigned-checked",
		"allow-origin-star-for-echo", "allow-headers-star", "credentials-missing", "allow-origin-missing-on-preflight", "allow-origin-missing-on-actual",
		"preflight-refusal-200", "method-unchecked-preflight", "actual-always-allowed", "only-first-rule", "allow-headers-first-only",
	}
	var all claims
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			all.hold(t, runWith(t, defect(t, name).Behaviour, plan, runner.Options{Browser: b, Settle: 400 * time.Millisecond}))
		})
	}
	if all.pages < 500 || all.blocked < 20 || all.exposed < 20 || all.withCredentials == 0 {
		t.Errorf("too little was held against Chromium: %+v", all)
	}
}

// Nor on the embedded server, whose deviations are its author's.
func TestFindingsAgainstChromiumOnTheEmbeddedServer(t *testing.T) {
	b := chromium(t)
	server, err := embedded.Start(t.Context(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close(context.Background()) }()
	access, secret := server.Credentials()
	id := runner.NewID()
	e, err := endpoint.Open(t.Context(), endpoint.Config{URL: server.NamedURL(), Region: server.Region(), AccessKey: access, SecretKey: secret, RunID: id, JournalDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	client, err := probe.New(probe.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	report, trouble := runner.Start(t.Context(), catalogue(t), e, client, id, runner.Options{Browser: b, Settle: 5 * time.Second}).Finish()
	for _, err := range trouble {
		t.Errorf("clean-up: %v", err)
	}
	var all claims
	all.hold(t, report)
	if all.pages < 300 {
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
	b := chromium(t)
	server := start(t, reference.Behaviour{})
	plan := part(catalogue(t), "origins/exact/one-origin")
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
