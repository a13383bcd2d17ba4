package reference_test

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"maps"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"corsprobe/runner"
	"corsprobe/runner/diagnose"
	"corsprobe/runner/judge"
	"corsprobe/runner/probe"
	"corsprobe/runner/reference"
	"corsprobe/runner/result"
	"corsprobe/runner/runnertest"
	"corsprobe/runner/runnertest/race"
	"corsprobe/scenarios"

	gocmp "github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the table of defects")

// run probes an endpoint that behaves so with the whole catalogue.
func run(t *testing.T, b reference.Behaviour, plan scenarios.Plan, settle time.Duration) result.Report {
	t.Helper()
	return runWith(t, b, plan, runner.Options{Settle: settle})
}

func runWith(t *testing.T, b reference.Behaviour, plan scenarios.Plan, opts runner.Options) result.Report {
	t.Helper()
	server := start(t, b)
	return runAt(t, server, server.URL(), probe.Options{}, plan, opts)
}

func start(t *testing.T, b reference.Behaviour) *reference.Server {
	t.Helper()
	server, err := reference.StartWith(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close(context.Background()) })
	return server
}

// runAt reaches a server at another URL than its own.
func runAt(t *testing.T, server *reference.Server, url string, reached probe.Options, plan scenarios.Plan, opts runner.Options) result.Report {
	t.Helper()
	return runnertest.ConnectAt(t, server, url, reached).CleanRun(t, plan, opts)
}

// faithful reports a cell that passed, or whose operation or call the server behind the reference does not have.
func faithful(c result.Cell) bool {
	return c.Verdict == result.Passed || c.Verdict == result.Unsupported && (strings.Contains(c.Reason, "501") || strings.HasSuffix(c.Reason, "what follows is asked all the same"))
}

// HTTP/2 makes no difference, but for header names in lower case.
func TestOverHTTP2(t *testing.T) {
	race.Skip(t)
	t.Parallel()
	server := start(t, reference.Behaviour{})
	target, err := url.Parse(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewUnstartedServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host }})
	front.EnableHTTP2 = true
	front.StartTLS()
	defer front.Close()
	address := strings.Replace(front.URL, "127.0.0.1", "localhost", 1)
	for _, c := range runAt(t, server, address, probe.Options{HTTP2: true, Insecure: true}, runnertest.Catalogue(t), runner.Options{Settle: 5 * time.Second}).Cells {
		if !faithful(c) {
			t.Errorf("%s is %s %s: %+v", c.ID, c.Verdict, c.Reason, c.Findings)
		}
		for _, ex := range c.Exchanges {
			if ex.Kind == "preflight" && ex.Response.Proto != "HTTP/2.0" {
				t.Fatalf("%s was answered over %s", c.ID, ex.Response.Proto)
			}
		}
	}
}

// A secret that stands in what is owed changes no verdict: evidence is redacted when it is shown, not before it is judged.
func TestSecretsInAnswers(t *testing.T) {
	t.Parallel()
	plan := runnertest.Catalogue(t).Filter(func(id string) bool { return scenarios.Glob("origins/exact/one-origin", id) })
	server := start(t, reference.Behaviour{})
	report := runAt(t, server, server.URL(), probe.Options{Secrets: []string{"app"}}, plan, runner.Options{Settle: 10 * time.Second})
	hidden := 0
	for _, c := range report.Cells {
		if c.Verdict != result.Passed {
			t.Errorf("%s is %s: %+v", c.ID, c.Verdict, c.Findings)
		}
		for _, ex := range c.Exchanges {
			for _, value := range result.Values(ex.Response.Headers, "Access-Control-Allow-Origin") {
				if strings.Contains(value, "app") {
					t.Errorf("%s shows %s", c.ID, value)
				}
				hidden += strings.Count(value, "REDACTED")
			}
		}
	}
	if hidden == 0 {
		t.Error("no answer holds the secret, so the test shows nothing")
	}
}

// A configuration may take seconds to take effect: settling waits for it.
func TestTwoSecondsToSettle(t *testing.T) {
	t.Parallel()
	plan := runnertest.Catalogue(t).Filter(func(id string) bool {
		return scenarios.Glob("lifecycle/put-replace-delete", id) || scenarios.Glob("use-cases", id)
	})
	for _, c := range run(t, reference.Late(2*time.Second), plan, 20*time.Second).Cells {
		if !faithful(c) {
			t.Errorf("%s is %s %s: %+v", c.ID, c.Verdict, c.Reason, c.Findings)
		}
	}
}

// found is what the catalogue makes of one defect.
type found struct {
	scenarios map[string]int // failed cells by scenario
	worst     result.Class
	checks    map[string]int
	at        map[string]string // one cell for each check
	flaky     int
	diagnosed string // as what; only for the table
}

func newFound() found {
	return found{scenarios: map[string]int{}, checks: map[string]int{}, at: map[string]string{}}
}

// add adds what another part of the catalogue found.
func (f *found) add(more found) {
	for id, n := range more.scenarios {
		f.scenarios[id] += n
	}
	for check, n := range more.checks {
		f.checks[check] += n
	}
	maps.Copy(f.at, more.at)
	f.flaky += more.flaky
	f.saw(more.worst)
	f.diagnosed = more.diagnosed // there is but one part where it is looked for
}

// saw notes a class.
func (f *found) saw(class result.Class) {
	if class != "" && (f.worst == "" || slices.Index(result.Classes, class) < slices.Index(result.Classes, f.worst)) {
		f.worst = class
	}
}

func look(report result.Report) found {
	f := newFound()
	for _, c := range report.Cells {
		if c.Verdict == result.Flaky {
			f.flaky++
		}
		if c.Verdict != result.Failed && c.Verdict != result.Flaky {
			continue
		}
		f.scenarios[c.Scenario]++
		for _, finding := range c.Findings {
			f.checks[finding.Check]++
			f.at[finding.Check] = fmt.Sprintf("%s: expected %s, got %s", c.ID, finding.Expected, finding.Got)
			f.saw(finding.Class)
		}
	}
	if *update {
		f.diagnosed = diagnosed(diagnose.Report(report))
	}
	return f
}

// diagnosed says as what a defect is diagnosed: the causes, each with what answers the same, and how many cells they leave open.
func diagnosed(d diagnose.Diagnosis) string {
	var all []string
	for i, c := range d.Causes {
		all = append(all, strings.Join(append([]string{d.Written(i)}, c.Alternatives...), " or "))
	}
	if n := len(d.Unexplained); n > 0 {
		all = append(all, fmt.Sprintf("%d cells unexplained", n))
	}
	if len(all) == 0 {
		return "nothing"
	}
	return strings.Join(all, "; ")
}

// Every planted defect is found, with its class, and by its checks only. -update writes the table of the catalogue's page.
func TestDefects(t *testing.T) {
	race.Skip(t)
	defects := reference.Defects()
	if len(defects) < 60 {
		t.Errorf("only %d defects", len(defects))
	}
	all := plant(t, defects, shown, check)
	everyOne := !slices.ContainsFunc(all, func(f found) bool { return f.scenarios == nil }) // not where -run chose some
	if everyOne && (!t.Failed() || *update) {
		table(t, defects, all)
	}
}

// shown reports that what was found is all that a defect must be found by.
func shown(d reference.Defect, f found) bool {
	if d.Class == "" {
		return f.flaky > 0
	}
	return f.worst == d.Class
}

func check(t *testing.T, d reference.Defect, f found) {
	t.Helper()
	for id := range f.checks {
		if _, documented := judge.CheckByID(id); !documented {
			t.Errorf("corsprobe explain knows no check %s", id)
		}
	}
	if d.Class == "" {
		if f.flaky == 0 {
			t.Error("no cell is flaky")
		}
		return
	}
	if f.worst != d.Class {
		t.Errorf("worst class %q, want %q; findings by check: %v in %v", f.worst, d.Class, f.checks, f.scenarios)
	}
	for name := range f.checks {
		if len(d.Checks) > 0 && !slices.ContainsFunc(d.Checks, func(glob string) bool { ok, _ := path.Match(glob, name); return ok }) {
			t.Errorf("found by %s too, want only %s; %s; findings by check: %v", name, strings.Join(d.Checks, ", "), f.at[name], f.checks)
		}
	}
}

const page = "../../scenarios/catalogue/README.md"

// table holds the table of defects in the catalogue's page against what was found.
func table(t *testing.T, defects []reference.Defect, all []found) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%d defects, all found; how many cells of how many scenarios find each, and by which checks.\n\n", len(defects))
	b.WriteString("| defect | the endpoint … | class | scenarios | checks | diagnosed as |\n|---|---|---|---|---|---|\n")
	for i, d := range defects {
		class := string(d.Class)
		if class == "" {
			class = "flaky"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", d.Name, d.Summary, class, all[i].listed(), names(all[i].checks), all[i].diagnosed)
	}
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(data), "<!-- defects -->\n")
	_, after, end := strings.Cut(rest, "<!-- /defects -->")
	if !found || !end {
		t.Fatalf("%s has no place for the table", page)
	}
	want := before + "<!-- defects -->\n" + b.String() + "<!-- /defects -->" + after
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	// How many cells find a defect depends on what runs beside them: only what is certain is compared.
	if diff := gocmp.Diff(columns(string(data)), columns(want)); diff != "" {
		t.Errorf("%s is out of date, make defects writes it (-is +should be):\n%s", page, diff)
	}
}

// columns are the first three of every row of a page's tables: name, summary and class of a defect.
func columns(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		if cells := strings.Split(line, " | "); len(cells) > 3 {
			all = append(all, strings.Join(cells[:3], " | "))
		}
	}
	return all
}

// most is how many scenarios are named.
const most = 2

// byMost lists the scenarios that find a defect, those that find most first.
func (f found) byMost() []string {
	return slices.SortedFunc(maps.Keys(f.scenarios), func(a, b string) int {
		return cmp.Or(f.scenarios[b]-f.scenarios[a], strings.Compare(a, b))
	})
}

// listed names the scenarios that find most, with their cells, and counts the rest.
func (f found) listed() string {
	all := f.byMost()
	cells := 0
	for _, n := range f.scenarios {
		cells += n
	}
	text := strings.Join(all[:min(most, len(all))], ", ")
	if more := len(all) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("%s (%s)", text, plural(cells, "cell"))
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func names(checks map[string]int) string {
	all := slices.Sorted(maps.Keys(checks))
	return strings.Join(all, ", ")
}
