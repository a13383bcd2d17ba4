package cli

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"corsprobe/runner"
	"corsprobe/runner/browser"
	"corsprobe/runner/diagnose"
	"corsprobe/runner/result"
	"corsprobe/runner/runnertest"
)

// upload is an application's own scenario: its pages set metadata that a pattern allows.
const upload = `
name: upload
cors:
  CORSRules:
    - AllowedOrigins: [https://app.example.com]
      AllowedMethods: [GET, PUT]
      AllowedHeaders: [x-amz-*]
matrix:
  origins: [https://app.example.com]
  methods: [GET]
  include:
    - {methods: PUT, headers: [{x-amz-meta-title: holiday}], origins: [https://app.example.com]}
`

// TestServedProviderInChromium tries an application's scenario against serve --provider ovhcloud with a page in a real Chromium: the pattern in
// Allow-Headers blocks the page, and the diagnosis says why.
func TestServedProviderInChromium(t *testing.T) {
	page, err := browser.Start(t.Context(), browser.Options{Hosts: []string{"localhost", "*.localhost"}})
	if errors.Is(err, browser.ErrNotFound) && os.Getenv("CORSPROBE_REQUIRE_BROWSER") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(page.Close)
	report := runAgainst(t, serveFlags{provider: "ovhcloud"}, upload, page)
	cell := func(method string) result.Cell {
		i := slices.IndexFunc(report.Cells, func(c result.Cell) bool { return c.Point != nil && c.Point.Method == method })
		if i < 0 || report.Cells[i].Chromium == nil {
			t.Fatalf("no page sent %s: %+v", method, report.Cells)
		}
		return report.Cells[i]
	}
	if c := cell("GET"); !c.Chromium.Resolved || c.Chromium.Disagreement != "" {
		t.Errorf("GET: %+v", c.Chromium)
	}
	put := cell("PUT")
	const console = "Request header field x-amz-meta-title is not allowed by Access-Control-Allow-Headers in preflight response."
	if put.Chromium.Resolved || put.Chromium.Disagreement != "" || !strings.HasSuffix(strings.TrimSpace(put.Chromium.Console), console) {
		t.Errorf("PUT: %+v", put.Chromium)
	}
	d := diagnose.Report(report)
	i := slices.IndexFunc(d.Causes, func(c result.Cause) bool { return slices.Contains(c.Checks, "preflight.allow-headers") })
	if i < 0 || d.Causes[i].Class != result.Breakage || !slices.Contains(d.Causes[i].Cells, put.ID) || !strings.HasPrefix(d.Causes[i].Summary, "Allow-Headers is the rule's list") {
		t.Errorf("the causes are %+v", d.Causes)
	}
	if len(d.Unexplained) > 0 {
		t.Errorf("not explained: %v", d.Unexplained)
	}
}

// runAgainst runs a scenario against what corsprobe serve serves.
func runAgainst(t *testing.T, f serveFlags, scenario string, page *browser.Browser) result.Report {
	t.Helper()
	f.Address, f.Region = "127.0.0.1:0", "us-east-1"
	speaks, err := f.dialect()
	if err != nil {
		t.Fatal(err)
	}
	server, _, err := f.start(t.Context(), speaks)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close(context.Background()) })
	plan := runnertest.Plan(t, map[string]string{"upload.yaml": scenario})
	return runnertest.Connect(t, server).CleanRun(t, plan, runner.Options{Browser: page, Settle: 10 * time.Second})
}
