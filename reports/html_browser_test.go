package reports

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"corsprobe/runner/result"
)

// open shows a page in Chromium, with or without its script, and returns what evaluates an expression in it.
func open(t *testing.T, page string, script bool) func(expression string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, []byte(page), 0o666); err != nil {
		t.Fatal(err)
	}
	flags := chromedp.DefaultExecAllocatorOptions[:]
	if os.Geteuid() == 0 {
		flags = append(flags, chromedp.NoSandbox) // Chromium's sandbox refuses root
	}
	allocated, stop := chromedp.NewExecAllocator(t.Context(), flags...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocated)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	_, err := chromedp.Run(ctx, func(ctx context.Context, target *chromedp.Target) (cdp.Empty, error) {
		return cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !script})
	})
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("no Chromium: ", err)
	}
	if err == nil {
		_, err = chromedp.Run(ctx, chromedp.Navigate("file://"+file))
	}
	if err != nil {
		t.Fatal(err)
	}
	return func(expression string) string {
		t.Helper()
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string]("(async () => String(await ("+expression+")))()", chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatalf("%s: %v", expression, err)
		}
		return got
	}
}

// What the filter leaves are the very cells that fit, and clearing it brings everything back.
func TestHTMLFilter(t *testing.T) {
	r := sample()
	evaluate := open(t, htmlPage(t, r), true)
	const filter = `new Promise((done) => {
		const form = document.getElementById("filter");
		form.elements.verdict.value = %q; form.elements.class.value = %q; form.elements.text.value = %q;
		new MutationObserver((_, o) => {
			o.disconnect();
			const seen = (all) => [...all].filter((e) => e.checkVisibility({ visibilityProperty: true })).length;
			done(form.querySelector("output").textContent + ", " + seen(document.querySelectorAll(".c")) + " seen, " + seen(document.querySelectorAll("details.cell")) + " with evidence");
		}).observe(form.querySelector("output"), { childList: true });
		form.dispatchEvent(new Event("input"));
	})`
	for _, tc := range []struct {
		verdict, class, text string
		fits                 func(*result.Cell) bool
	}{
		{verdict: "failed", fits: func(c *result.Cell) bool { return c.Verdict == result.Failed }},
		{verdict: "!passed", fits: func(c *result.Cell) bool { return c.Verdict != result.Passed }},
		{class: "contract", fits: func(c *result.Cell) bool {
			return slices.ContainsFunc(c.Findings, func(f result.Finding) bool { return f.Class == result.Contract })
		}},
		{text: "EVIL get", fits: func(c *result.Cell) bool {
			return strings.Contains(c.ID, "evil.example") && strings.Contains(c.ID, "GET")
		}},
		{verdict: "passed", text: "put", fits: func(c *result.Cell) bool { return c.Verdict == result.Passed && strings.Contains(c.ID, "PUT") }},
		{text: "nothing of the kind", fits: func(*result.Cell) bool { return false }},
	} {
		fit, evidence := 0, 0
		for i := range r.Cells {
			if c := &r.Cells[i]; tc.fits(c) {
				fit++
				if c.Verdict != result.Passed {
					evidence++
				}
			}
		}
		want := fmt.Sprintf("%d of %d cells, %d seen, %d with evidence", fit, len(r.Cells), fit, evidence)
		if got := evaluate(fmt.Sprintf(filter, tc.verdict, tc.class, tc.text)); got != want {
			t.Errorf("%q %q %q: got %s, want %s", tc.verdict, tc.class, tc.text, got, want)
		}
	}
	if got := evaluate(fmt.Sprintf(filter, "", "", "")); !strings.HasPrefix(got, ", ") {
		t.Errorf("cleared: %s", got)
	}
}

// Without its script a page hides nothing but the filter, and a link opens the evidence that it leads to.
func TestHTMLWithoutScript(t *testing.T) {
	r := sample()
	evaluate := open(t, htmlPage(t, r), false)
	if got := evaluate(`getComputedStyle(document.getElementById("filter")).display + " " + document.querySelectorAll("[hidden]").length`); got != "none 1" {
		t.Errorf("hidden: %s", got)
	}
	known := anchor(r.Cells[len(r.Cells)-1].ID) // in a scenario that is closed
	const seen = `document.getElementById(%q).checkVisibility({ contentVisibilityAuto: true })`
	if got := evaluate(fmt.Sprintf(seen, known)); got != "false" {
		t.Fatal("the evidence is open before anybody follows its link")
	}
	evaluate(fmt.Sprintf(`document.querySelector('a[href="#%s"]').click()`, known))
	if got := evaluate(fmt.Sprintf(seen, known)); got != "true" {
		t.Error("the link does not open the evidence")
	}
}
