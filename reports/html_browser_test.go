package reports

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"corsprobe/runner/result"
	"corsprobe/runner/runnertest/race"
)

// shown is a page in Chromium.
type shown struct {
	page, fragment string
	noScript       bool
	width          int64  // 0: as it comes
	scheme         string // "dark", "light"
}

// chromium is started once, for all tests.
var chromium = sync.OnceValues(func() (context.Context, error) {
	flags := chromedp.DefaultExecAllocatorOptions[:]
	if os.Geteuid() == 0 {
		flags = append(flags, chromedp.NoSandbox) // Chromium's sandbox refuses root
	}
	allocated, stop := chromedp.NewExecAllocator(context.Background(), flags...)
	ctx, end := chromedp.NewContext(allocated)
	endChromium = func() { end(); stop() }
	return ctx, chromedp.Do(ctx)
})

var endChromium = func() {}

func TestMain(m *testing.M) {
	code := m.Run()
	endChromium()
	os.Exit(code)
}

// open returns what evaluates an expression in the page, which has a profile of its own. Without a Chromium the test is skipped.
func (s shown) open(t *testing.T) func(expression string) string {
	t.Helper()
	browser, err := chromium()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("no Chromium: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, []byte(s.page), 0o666); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancel)
	_, err = chromedp.Run(ctx, s.emulate)
	if err == nil {
		_, err = chromedp.Run(ctx, chromedp.Navigate("file://"+file+s.fragment))
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

// emulate makes the browser what the page is to be shown in.
func (s shown) emulate(ctx context.Context, target *chromedp.Target) (none cdp.Empty, err error) {
	if s.width > 0 {
		device := emulation.SetDeviceMetricsOverrideParams{Width: s.width, Height: 900, DeviceScaleFactor: 1}
		if none, err = cdp.Call(ctx, target, emulation.SetDeviceMetricsOverride, device); err != nil {
			return none, err
		}
	}
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: s.scheme}}}
	if none, err = cdp.Call(ctx, target, emulation.SetEmulatedMedia, media); err != nil {
		return none, err
	}
	return cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: s.noScript})
}

// filterCases are what a reader may look for, as the form's fields and as what fits.
var filterCases = []struct {
	query string
	fits  func(*result.Cell) bool
}{
	{"verdict=failed", func(c *result.Cell) bool { return c.Verdict == result.Failed }},
	{"verdict=%21passed", func(c *result.Cell) bool { return c.Verdict != result.Passed }},
	{"class=contract", func(c *result.Cell) bool {
		return slices.ContainsFunc(c.Findings, func(f result.Finding) bool { return f.Class == result.Contract })
	}},
	{"check=actual.allow-origin", func(c *result.Cell) bool {
		return slices.ContainsFunc(c.Findings, func(f result.Finding) bool { return f.Check == "actual.allow-origin" })
	}},
	{"topic=rules", func(c *result.Cell) bool { return strings.HasPrefix(c.Scenario, "rules/") }},
	{"cause=1", func(c *result.Cell) bool { return c.Scenario == "origins/exact" && c.Verdict == result.Failed }},
	{"text=EVIL+get", func(c *result.Cell) bool {
		return strings.Contains(c.ID, "evil.example") && strings.Contains(c.ID, "GET")
	}},
	{"verdict=passed&text=put", func(c *result.Cell) bool { return c.Verdict == result.Passed && strings.Contains(c.ID, "PUT") }},
	{"text=nothing+of+the+kind", func(*result.Cell) bool { return false }},
}

// seen counts what a reader sees, and tells what the page says of it.
const seen = `document.querySelector("#filter output").textContent + "; " +
	[...document.querySelectorAll(".c")].filter((e) => e.checkVisibility({ visibilityProperty: true })).length + " seen"`

// What the filter leaves are the very cells that fit; the page's address has the filter, and sets it. Clearing it brings everything back.
func TestHTMLFilter(t *testing.T) {
	race.Skip(t)
	r := diagnosed()
	evaluate := shown{page: htmlPage(t, r)}.open(t)
	evaluate(`document.querySelectorAll("details.scenario").forEach((s) => { s.open = true })`)
	const fill = `new Promise((done) => {
		const form = document.getElementById("filter");
		for (const field of form.elements) if (field.name) field.value = new URLSearchParams(%q).get(field.name) || "";
		new MutationObserver((_, o) => { o.disconnect(); setTimeout(() => done(location.hash)); }).observe(form.querySelector("output"), { childList: true });
		form.dispatchEvent(new Event("input"));
	})`
	const visit = `new Promise((done) => {
		document.activeElement.blur();
		const wait = () => {
			if (location.hash.startsWith("#?") && document.activeElement.id !== "scenarios") return setTimeout(wait, 10);
			done([...new FormData(document.getElementById("filter"))].filter(([, v]) => v).length);
		};
		addEventListener("hashchange", wait, { once: true });
		location.hash = %q;
	})`
	for _, tc := range filterCases {
		fit, scenarios, all := 0, map[string]bool{}, map[string]bool{}
		for i := range r.Cells {
			all[r.Cells[i].Scenario] = true
			if c := &r.Cells[i]; tc.fits(c) {
				fit++
				scenarios[c.Scenario] = true
			}
		}
		want := fmt.Sprintf("%d of %d cells in %d of %d scenarios; %d seen", fit, len(r.Cells), len(scenarios), len(all), fit)
		if got := evaluate(fmt.Sprintf(fill, tc.query)); got != "#?"+tc.query {
			t.Errorf("%s: the address has %s", tc.query, got)
		}
		if got := evaluate(seen); got != want {
			t.Errorf("%s: filled in: got %s, want %s", tc.query, got, want)
		}
		evaluate(fmt.Sprintf(visit, "#scenarios"))
		if got := evaluate(fmt.Sprintf(visit, "#?"+tc.query)); got != strconv.Itoa(strings.Count(tc.query, "=")) {
			t.Errorf("%s: the address sets %s fields", tc.query, got)
		}
		if got := evaluate(seen); got != want {
			t.Errorf("%s: by the address: got %s, want %s", tc.query, got, want)
		}
	}
	const clearFilter = `new Promise((done) => {
		const output = document.querySelector("#filter output");
		new MutationObserver((_, o) => { o.disconnect(); setTimeout(() => done()); }).observe(output, { childList: true });
		document.querySelector("#filter button").click();
	})`
	evaluate(clearFilter)
	if got := evaluate(`location.hash + "|" + ` + seen); got != fmt.Sprintf("|; %d seen", len(r.Cells)) {
		t.Errorf("cleared: %s", got)
	}
}

// An address with a filter shows what it names from the start, and every tile, cause and place of the picture is such an address.
func TestHTMLFilterFromAddress(t *testing.T) {
	race.Skip(t)
	r := diagnosed()
	evaluate := shown{page: htmlPage(t, r), fragment: "#?verdict=error"}.open(t)
	if got, want := evaluate(seen), "5 of 24 cells in 1 of 6 scenarios; 5 seen"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	const follow = `(async () => {
		const said = [];
		for (const link of document.querySelectorAll("a[href^='#?']")) {
			link.closest("details")?.setAttribute("open", "");
			document.activeElement.blur();
			link.click();
			for (let n = 0; n < 500 && document.activeElement.id !== "scenarios"; n++) await new Promise((done) => setTimeout(done, 10));
			const shown = [...document.querySelectorAll(".c:not(.off)")].length;
			const number = (link.querySelector("b") || link).textContent.match(/\d+/);
			if (shown === 0) said.push(link.href + " shows nothing");
			if (number && (link.closest("td") || link.closest(".counts") && !new URLSearchParams(link.hash.slice(2)).get("class")) && Number(number[0]) !== shown) said.push(link.hash + " says " + number[0] + " and shows " + shown);
		}
		return said.join("; ") || "all " + (document.querySelectorAll("a[href^='#?']").length > 20);
	})()`
	if got := evaluate(follow); got != "all true" {
		t.Error(got)
	}
}

// evidenceOf follows the link of a cell and waits for its evidence.
const evidenceOf = `(async () => {
	const cell = document.getElementById(%q);
	cell.closest("details").open = true;
	for (let n = 0; n < 200 && !cell.querySelector("a"); n++) await new Promise((done) => setTimeout(done, 20));
	cell.querySelector("a").click();
	for (let n = 0; n < 200; n++) {
		const block = document.querySelector("details[data-for='" + cell.id + "']");
		if (block && document.activeElement === block.firstElementChild) return block.innerText;
		await new Promise((done) => setTimeout(done, 20));
	}
	return "no evidence has the focus, but " + document.activeElement.outerHTML.slice(0, 100);
})()`

// The evidence of a cell is unfolded where it is asked for: of any verdict.
func TestHTMLEvidence(t *testing.T) {
	race.Skip(t)
	r := diagnosed()
	r.Cells[0].Exchanges = []result.Exchange{exchange("actual", "GET", "https://app.example.com", 200, "X-Of-A-Passed-Cell", "yes")}
	evaluate := shown{page: htmlPage(t, r)}.open(t)
	if got := evaluate(`document.querySelectorAll("details.cell").length`); got != "0" {
		t.Errorf("%s cells have evidence before anybody asks for it", got)
	}
	inOrder(t, evaluate(fmt.Sprintf(evidenceOf, anchor(r.Cells[0].ID))), "passed", "origins/exact/object", "X-Of-A-Passed-Cell: yes")
	inOrder(t, evaluate(fmt.Sprintf(evidenceOf, anchor(broken().ID))), "[breakage] preflight.status", "403 AccessForbidden", "> OPTIONS https://s3", "Ask again", "curl", "Copy as a ticket")
	known := r.Cells[len(r.Cells)-1].ID
	inOrder(t, evaluate(fmt.Sprintf(evidenceOf, anchor(known))), "known", "accepts CONNECT as AllowedMethod")
	if got := evaluate(`document.querySelectorAll("details.cell").length`); got != "3" {
		t.Errorf("%s cells have evidence, want the 3 that were asked for", got)
	}
}

// Scenarios that are folded are there before anybody looks, with their cells' evidence; without a script they say what they lack.
func TestHTMLFoldedScenarios(t *testing.T) {
	race.Skip(t)
	r := many(2500)
	page := htmlPage(t, r)
	evaluate := shown{page: page, fragment: "#?text=many/12/"}.open(t)
	evaluate(`(async () => { for (let n = 0; n < 200 && !document.querySelector("#filter output").textContent; n++) await new Promise((done) => setTimeout(done, 20)); })()`)
	if got := evaluate(`document.querySelectorAll(".c").length`); got != "2500" {
		t.Errorf("%s cells, want 2500", got)
	}
	last := r.Cells[len(r.Cells)-1]
	inOrder(t, evaluate(fmt.Sprintf(evidenceOf, anchor(last.ID))), last.ID)
	evaluate = shown{page: page, noScript: true}.open(t)
	if got := evaluate(`document.querySelectorAll("details.scenario .body > noscript").length + " of " + document.querySelectorAll("details.scenario").length`); got != fmt.Sprintf("%d of 13", 13-plainScenarios) {
		t.Errorf("%s scenarios are folded", got)
	}
}

// A link to a cell opens its scenario and its evidence when the page is loaded.
func TestHTMLEvidenceFromAddress(t *testing.T) {
	race.Skip(t)
	r := sample()
	evaluate := shown{page: htmlPage(t, r), fragment: "#" + anchor(broken().ID)}.open(t)
	const arrived = `(async () => {
		for (let n = 0; n < 200; n++) {
			if (document.activeElement.matches("details.cell > summary")) return document.activeElement.textContent;
			await new Promise((done) => setTimeout(done, 20));
		}
		return "nothing has the focus";
	})()`
	if got := evaluate(arrived); !strings.Contains(got, "PUT https://app.example.com asking for x-amz-date") {
		t.Error(got)
	}
}

// ticketOf presses a button where a browser lets no page write to the clipboard, and gives what it shows to be copied.
const ticketOf = `(async () => {
	const button = %s;
	navigator.clipboard.writeText = async () => { throw new Error("not allowed"); };
	button.click();
	for (let n = 0; n < 200; n++) {
		const area = button.parentElement.querySelector("textarea");
		if (area) return area.value;
		await new Promise((done) => setTimeout(done, 20));
	}
	return "no ticket";
})()`

// A finding can be copied as Markdown: by its cause, and by its cell.
func TestHTMLTicket(t *testing.T) {
	race.Skip(t)
	r := diagnosed()
	evaluate := shown{page: htmlPage(t, r)}.open(t)
	golden(t, "ticket-cause.md", []byte(evaluate(fmt.Sprintf(ticketOf, `document.querySelector("#cause-1 button")`))))
	evaluate(fmt.Sprintf(evidenceOf, anchor(broken().ID)))
	golden(t, "ticket-cell.md", []byte(evaluate(fmt.Sprintf(ticketOf, `document.querySelector("details.cell button")`))))
	for i := range r.Cells {
		if c := &r.Cells[i]; c.Scenario == "hostile/answers" {
			evaluate(fmt.Sprintf(evidenceOf, anchor(c.ID)))
			text := evaluate(fmt.Sprintf(ticketOf, `document.querySelector("details[data-for='`+anchor(c.ID)+`'] button")`))
			if plain := regexp.MustCompile("`[^`\n]*`").ReplaceAllString(outsideFences(t, text), ""); strings.Contains(plain, "script") || !strings.HasPrefix(plain, "## CORS: ") {
				t.Errorf("hostile text stands outside of code:\n%s", plain)
			}
		}
	}
}

// outsideFences is what a renderer of Markdown reads as such.
func outsideFences(t *testing.T, text string) string {
	t.Helper()
	var plain []string
	fence := ""
	for line := range strings.Lines(text) {
		run := line[:len(line)-len(strings.TrimLeft(line, "`"))]
		switch {
		case fence == "" && len(run) >= 3:
			fence = run
		case fence != "" && strings.TrimSpace(line) == fence:
			fence = ""
		case fence == "":
			plain = append(plain, line)
		}
	}
	if fence != "" {
		t.Error("a fence is open at the end")
	}
	return strings.Join(plain, "")
}

// Without its script a page hides nothing but the filter and says what it lacks; a link opens the scenario of the cell that it leads to.
func TestHTMLWithoutScript(t *testing.T) {
	race.Skip(t)
	r := sample()
	evaluate := shown{page: htmlPage(t, r), noScript: true}.open(t)
	if got := evaluate(`getComputedStyle(document.getElementById("filter")).display + " " + [...document.querySelectorAll("[hidden]")].map((e) => e.id).join(" ")`); got != "none old filter" {
		t.Errorf("hidden: %s", got)
	}
	if got := evaluate(`document.querySelector("noscript").innerText`); !strings.Contains(got, "unfolds the evidence of cells and all scenarios but the worst") {
		t.Errorf("it says %q", got)
	}
	known := anchor(r.Cells[len(r.Cells)-1].ID) // in a scenario that is closed
	const seen = `document.getElementById(%q).checkVisibility({ contentVisibilityAuto: true })`
	if got := evaluate(fmt.Sprintf(seen, known)); got != "false" {
		t.Fatal("the scenario is open before anybody follows its link")
	}
	evaluate(fmt.Sprintf(`(() => { const link = document.querySelector('a[href="#%s"]'); link.closest("details").open = true; link.click(); })()`, known))
	for range 100 {
		if evaluate(fmt.Sprintf(seen, known)) == "true" {
			return
		}
	}
	t.Error("the link does not open the scenario")
}

// axeFile is axe-core, which make axe installs.
const axeFile = "../build/axe/node_modules/axe-core/axe.min.js"

// axe finds nothing against WCAG 2.2, A and AA, in a page with everything open.
func TestHTMLIsAccessible(t *testing.T) {
	race.Skip(t)
	axe, err := os.ReadFile(axeFile)
	if err != nil {
		t.Skip("no axe-core, which make axe installs: ", err)
	}
	page, cell := htmlPage(t, diagnosed()), anchor(broken().ID)
	for _, s := range []shown{{width: 1280, scheme: "light"}, {width: 1280, scheme: "dark"}, {width: 390, scheme: "light"}, {width: 390, scheme: "dark"}} {
		t.Run(fmt.Sprint(s.width, " ", s.scheme), func(t *testing.T) {
			s.page = page
			evaluate := s.open(t)
			evaluate(fmt.Sprintf(evidenceOf, cell))
			evaluate(`document.querySelectorAll("details").forEach((d) => { d.open = true })`)
			evaluate("(() => {" + string(axe) + "\n})()")
			got := evaluate(`axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }).then((found) =>
				found.passes.length + " rules passed; " + found.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.html).join(" ")).join("; "))`)
			passed, violations, _ := strings.Cut(got, " rules passed; ")
			if n, _ := strconv.Atoi(passed); n < 15 || violations != "" {
				t.Errorf("%s rules passed; %s", passed, violations)
			}
		})
	}
}
