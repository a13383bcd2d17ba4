package reference_test

import (
	"context"
	"errors"
	"os"
	"regexp"
	"testing"
	"time"

	"corsprobe/runner"
	"corsprobe/runner/browser"
	"corsprobe/runner/reference"
	"corsprobe/runner/result"
	"corsprobe/runner/runnertest"
	"corsprobe/runner/runnertest/race"
	"corsprobe/scenarios"
)

// chromium starts a real one. Where there is none the test is skipped, unless CORSPROBE_REQUIRE_BROWSER is set.
func chromium(t *testing.T) *browser.Browser {
	t.Helper()
	b, err := browser.Start(context.Background(), browser.Options{Hosts: []string{"localhost", "*.localhost"}})
	if errors.Is(err, browser.ErrNotFound) && os.Getenv("CORSPROBE_REQUIRE_BROWSER") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// On every cell that a page can send, Chromium and the model come to the same end.
func TestChromiumAgrees(t *testing.T) {
	race.Skip(t)
	t.Parallel()
	b := chromium(t)
	plan := runnertest.Catalogue(t)
	report := runWith(t, reference.Behaviour{}, plan, runner.Options{Browser: b, Settle: 5 * time.Second})
	for _, c := range report.Cells {
		if !faithful(c) {
			t.Errorf("%s is %s: %s", c.ID, c.Verdict, c.Reason)
		}
	}
	for _, c := range report.Cells {
		if c.Chromium != nil && c.Chromium.Code != "" && !tells(c.Chromium.Console) {
			t.Errorf("%s: %s, and a console that says %q", c.ID, c.Chromium.Code, c.Chromium.Console)
		}
	}
	s := report.Summary.Chromium
	if s == nil || s.Sent < 100 || s.Agreed != s.Sent || s.Resolved == 0 || s.Resolved == s.Sent {
		t.Errorf("Chromium: %+v", s)
	}
}

var (
	consoles = regexp.MustCompile(`^Access to fetch at '[^']+' from origin '[^']+' has been blocked by CORS policy: `)
	signed   = regexp.MustCompile(`X-Amz-Signature=(.{8})`)
)

// tells reports that a console says of a blocked request what one does. Of a presigned address it may not tell the signature.
func tells(console string) bool {
	for _, m := range signed.FindAllStringSubmatch(console, -1) {
		if m[1] != "REDACTED" {
			return false
		}
	}
	return consoles.MatchString(console)
}

func part(plan scenarios.Plan, globs ...string) scenarios.Plan {
	return plan.Filter(func(id string) bool {
		for _, g := range globs {
			if scenarios.Glob(g, id) {
				return true
			}
		}
		return false
	})
}

func defect(t *testing.T, name string) reference.Defect {
	t.Helper()
	for _, d := range reference.Defects() {
		if d.Name == name {
			return d
		}
	}
	t.Fatalf("no defect %s", name)
	return reference.Defect{}
}

// checkChromium looks for a cell of the defect's class in which Chromium shows just that: what the model calls a breakage it blocks, what it calls an
// exposure it lets through. Both agree on whatever came.
func checkChromium(t *testing.T, d reference.Defect, report result.Report) {
	t.Helper()
	if s := report.Summary.Chromium; s.Agreed != s.Sent || s.Sent == 0 {
		t.Errorf("Chromium: %+v", s)
	}
	shown := 0
	for _, c := range report.Cells {
		if c.Verdict == result.Error {
			t.Errorf("%s: %s", c.ID, c.Reason)
		}
		if c.Chromium == nil || c.Chromium.NotSent != "" {
			continue
		}
		for _, f := range c.Findings {
			if f.Class == d.Class && c.Chromium.Resolved == (d.Class == result.Exposure) {
				shown++
			}
		}
	}
	if shown == 0 {
		t.Errorf("no cell of class %s in which Chromium shows it", d.Class)
	}
}
