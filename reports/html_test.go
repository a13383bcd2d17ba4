package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"corsprobe/runner/result"
	"corsprobe/runner/runnertest/race"
)

// htmlPage renders a report as HTML.
func htmlPage(t testing.TB, r result.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, HTML, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// diagnosed is the sample with a cause that explains some of what failed.
func diagnosed() result.Report {
	r := sample()
	c := result.Cause{
		Deviation: "origin-reflected", Parameters: []any{"GET", "PUT"}, Class: result.Exposure, Summary: "Every origin is taken for an allowed one.",
		Facts: []int{23}, Checks: []string{"actual.allow-origin"}, Alternatives: []string{"origin-prefix", "most-rules: 20"},
	}
	for _, cell := range r.Cells {
		switch {
		case cell.Verdict != result.Failed:
		case cell.Scenario == "origins/exact":
			c.Cells = append(c.Cells, cell.ID)
		default:
			r.Unexplained = append(r.Unexplained, cell.ID)
		}
	}
	r.Causes = []result.Cause{c}
	return r
}

func TestHTMLGolden(t *testing.T) {
	r := diagnosed()
	r.Summary.Chromium = &result.ChromiumSummary{Sent: 3, Agreed: 3, Resolved: 1, NotSent: 2}
	golden(t, "report.html", []byte(unfolded(t, htmlPage(t, r))))
	golden(t, "report-clean.html", []byte(unfolded(t, htmlPage(t, clean()))))
}

// tags lists the elements of a page with their attributes, ends of elements too. Where values is false, only the attributes' names.
func tags(t *testing.T, page string, values bool) []string {
	t.Helper()
	var all []string
	for z := html.NewTokenizer(strings.NewReader(page)); ; {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			if !errors.Is(z.Err(), io.EOF) {
				t.Fatal(z.Err())
			}
			return all
		case html.TextToken:
		default:
			token := z.Token()
			words := []string{kind.String(), token.DataAtom.String()}
			for _, a := range token.Attr {
				words = append(words, a.Key)
				if values {
					words = append(words, a.Val)
				}
			}
			all = append(all, strings.Join(words, " "))
		}
	}
}

// shownText is what a reader sees of a page: all text but the style and the script.
func shownText(t *testing.T, page string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "style" && n.Parent.Data != "script" {
			b.WriteString(n.Data)
		}
	}
	return b.String()
}

// htmlFilled is a report with every part, every string of it that is free to hold anything set to what say gives.
func htmlFilled(say func(path string) string) result.Report {
	r := sample()
	r.Run.Incomplete, r.Run.Digest, r.Run.Shard = "x", "x", &result.Shard{Index: 1, Total: 2}
	r.Cells = slices.DeleteFunc(r.Cells, func(c result.Cell) bool { return c.Scenario == "hostile/answers" })
	r.Scenarios = slices.DeleteFunc(r.Scenarios, func(s result.Scenario) bool { return s.ID == "hostile/answers" })
	for i := range r.Cells {
		r.Cells[i].Chromium = &result.Chromium{Readable: []string{"x"}, Code: "x", Preflight: []result.Header{{Name: "x", Value: "x"}}, Disagreement: "x", Resolved: i%2 == 0}
	}
	htmlFill(reflect.ValueOf(&r).Elem(), "", say)
	return r
}

// kept are the strings whose values the page goes by.
var kept = map[string]bool{"Verdict": true, "Class": true, "ID": true, "Scenario": true, "Step": true, "Name": true, "Check": true, "Kind": true}

func htmlFill(v reflect.Value, path string, say func(string) string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			htmlFill(v.Elem(), path, say)
		}
	case reflect.Slice:
		for i := range v.Len() {
			htmlFill(v.Index(i), path, say)
		}
	case reflect.Struct:
		if v.Type().PkgPath() == "time" {
			return
		}
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; !kept[name] || strings.HasPrefix(path, ".Cells.Exchanges") && name == "Name" {
				htmlFill(v.Field(i), path+"."+name, say)
			}
		}
	case reflect.String:
		if v.String() != "" {
			v.SetString(say(path))
		}
	}
}

// What an endpoint sends, wherever a report holds it, makes no element and no attribute of the page: the page has the very elements
// that it has for harmless text, and the text stands in it, made visible.
func TestHTMLHoldsHostileText(t *testing.T) {
	attacks := []string{
		hostile, "]]>", "<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", "</style></title></pre></details>", `" onmouseover="alert(1)`, `' autofocus onfocus='alert(1)`,
		"`${alert(1)}`", "<!-- ", "-->", "javascript:alert(1)", "{{.}}", "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\", "\u202egnp.exe", "\xff\xfe\xc3(", "a\x00b",
	}
	harmless := unfolded(t, htmlPage(t, htmlFilled(func(string) string { return "harmless" })))
	want := tags(t, harmless, true)
	for _, attack := range attacks {
		got := unfolded(t, htmlPage(t, htmlFilled(func(string) string { return attack })))
		if diff := cmp.Diff(want, tags(t, got, true)); diff != "" {
			t.Errorf("%q makes another page (-want +got):\n%s", attack, diff)
		}
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\x00\x1b\u009b\u202e\a") {
			t.Errorf("%q stands in the page as it is", attack)
		}
		if n := strings.Count(shownText(t, got), visible(attack)); n < 100 {
			t.Errorf("%q can be read only %d times", attack, n)
		}
	}
}

// A report of megabytes in one place makes no page of megabytes.
func TestHTMLCutsWhatIsLong(t *testing.T) {
	long := strings.Repeat("A", 1<<20)
	r := htmlFilled(func(path string) string {
		switch {
		case strings.Contains(path, ".Response.") && !strings.HasSuffix(path, ".Proto"), strings.HasSuffix(path, ".Got"), strings.HasSuffix(path, ".Error"),
			strings.HasSuffix(path, ".Explanation"), strings.HasSuffix(path, ".Sentence"), strings.HasSuffix(path, ".Readable"), strings.HasSuffix(path, ".Server"):
			return long
		}
		return "harmless"
	})
	for range 5000 {
		r.Cells[2].Exchanges[0].Response.Headers = append(r.Cells[2].Exchanges[0].Response.Headers, result.Header{Name: "X-More", Value: "x"})
	}
	got := unfolded(t, htmlPage(t, r))
	if len(got) > 1<<20 {
		t.Errorf("the page has %d bytes", len(got))
	}
	for _, want := range []string{strings.Repeat("A", evidenceLimit) + "… (1046576 more bytes)", "… and 4806 more lines"} {
		if !strings.Contains(got, want) {
			t.Errorf("the page lacks %.40q … %s", want, want[max(0, len(want)-30):])
		}
	}
}

// Links lead to the web or nowhere, and every link within the page has a target.
func TestHTMLLinks(t *testing.T) {
	r := diagnosed()
	r.Cells[len(r.Cells)-1].Findings[0].Known.Link = "javascript:alert(1)"
	got := unfolded(t, htmlPage(t, r))
	root, err := html.Parse(strings.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	ids, links := map[string]int{}, map[string]bool{}
	for n := range root.Descendants() {
		for _, a := range n.Attr {
			switch a.Key {
			case "id":
				ids[a.Val]++
			case "href":
				links[a.Val] = true
			case "data-for", "data-cell":
				links["#"+a.Val] = true
			}
		}
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("%d elements have the id %s", n, id)
		}
	}
	var outside []string
	filters := 0
	for link := range links {
		target, within := strings.CutPrefix(link, "#")
		switch {
		case !within:
			outside = append(outside, link)
		case strings.HasPrefix(target, "?"):
			filters++
			if query, err := url.ParseQuery(target[1:]); err != nil || len(query) == 0 {
				t.Errorf("%s is no filter: %v", link, err)
			}
		case ids[target] == 0:
			t.Errorf("%s leads nowhere", link)
		}
	}
	slices.Sort(outside)
	if want := []string{"https://docs.example.com/cors", "https://example.com/issues/7"}; !slices.Equal(outside, want) {
		t.Errorf("links out of the page: %q, want %q", outside, want)
	}
	for i := range r.Cells {
		if c := &r.Cells[i]; ids[anchor(c.ID)] != 1 {
			t.Errorf("%d anchors for %.40q", ids[anchor(c.ID)], c.ID)
		}
	}
	if filters < 20 {
		t.Errorf("%d filters", filters)
	}
	if !strings.Contains(got, `<a href="#`+anchor(r.Cells[2].ID)+`"><code>`) {
		t.Error("the first cause does not lead to its first cell")
	}
}

// Every value of every finding can be read, the facts it rests on with their strength, and what the browsers made of the answer.
func TestHTMLTellsEverything(t *testing.T) {
	r := htmlFilled(func(path string) string { return "say " + path })
	got := shownText(t, unfolded(t, htmlPage(t, r)))
	for _, want := range []string{
		".Run.Tool", ".Run.Digest", ".Run.Incomplete", ".Endpoint.URL", ".Endpoint.Server", ".Endpoint.Region", ".Stale.Where", ".Stale.Cells", ".Stale.Problem",
		".Observations.Point", ".Observations.Choice", ".Scenarios.Description", ".Scenarios.Labels", ".Scenarios.References", ".Scenarios.Steps.Call", ".Scenarios.Steps.CORS",
		".Cells.Title", ".Cells.File", ".Cells.Point.Target", ".Cells.Point.Addressing", ".Cells.Point.Authorisation", ".Cells.Point.Origin", ".Cells.Point.Method",
		".Cells.Point.Headers", ".Cells.Reason", ".Cells.Findings.Expected", ".Cells.Findings.Got", ".Cells.Findings.Why", ".Cells.Findings.Known.Reason", ".Cells.Explanation",
		".Cells.Exchanges.Request.Method", ".Cells.Exchanges.Request.URL", ".Cells.Exchanges.Request.Headers.Name", ".Cells.Exchanges.Request.Headers.Value",
		".Cells.Exchanges.Response.Proto", ".Cells.Exchanges.Response.Headers.Name", ".Cells.Exchanges.Response.Headers.Value", ".Cells.Exchanges.Response.Body", ".Cells.Exchanges.Error",
		".Cells.Curl", ".Cells.Findings.Browser.Sentence", ".Cells.Chromium.Readable", ".Cells.Chromium.Code", ".Cells.Chromium.Preflight.Value", ".Cells.Chromium.Disagreement",
	} {
		if !strings.Contains(got, "say "+want) {
			t.Errorf("the page does not tell %s", want)
		}
	}
	for _, id := range []int{4, 9, 12, 23, 31, 51} {
		f := factViews([]int{id})[0]
		if !strings.Contains(got, f.Statement+" "+string(f.Strength)+", "+f.Means+": "+f.Source) {
			t.Errorf("the page does not tell fact %d", id)
		}
	}
}

// One cause alone is shown whole; of several a reader opens what matters to them.
func TestHTMLShowsTheOnlyCause(t *testing.T) {
	one := result.Report{Cells: []result.Cell{cached()}}
	one.Summary = tally(one.Cells)
	if got := htmlPage(t, one); strings.Count(got, `<details class="cause" id="open-1" open>`) != 1 {
		t.Error("the only cause is folded")
	}
	if got := htmlPage(t, diagnosed()); strings.Contains(got, `<details class="cause" id="cause-1" open>`) {
		t.Error("one of several causes is shown whole")
	}
}

// A run that is no good one never looks green, whatever its cells.
func TestHTMLVerdict(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*result.Report)
		want   string
	}{
		"clean": {func(*result.Report) {}, `<p class="verdict good"><span aria-hidden="true">✓</span> Conforms: 2 cells passed.</p>`},
		"known": {func(r *result.Report) {
			r.Cells[0].Verdict, r.Summary = result.Known, tally([]result.Cell{{Verdict: result.Known}, {Verdict: result.Passed}})
		},
			`<p class="verdict known"><span aria-hidden="true">≈</span> Conforms, known deviations aside: 1 cell passed, 1 cell differs as is known.</p>`},
		"incomplete": {func(r *result.Report) { r.Run.Incomplete = "interrupted" }, `<p class="verdict bad"><span aria-hidden="true">✗</span> Incomplete: interrupted.</p>`},
		"empty":      {func(r *result.Report) { r.Cells = nil }, `<p class="verdict bad"><span aria-hidden="true">✗</span> No judgement: no cell was run.</p>`},
		"unknown": {func(r *result.Report) { r.Cells[0].Verdict = "fine" },
			`<p class="verdict bad"><span aria-hidden="true">✗</span> No judgement: 1 cell could not be judged.</p>`},
	} {
		r := clean()
		tc.change(&r)
		if got := htmlPage(t, r); !strings.Contains(got, tc.want) {
			t.Errorf("%s: the page lacks %s", name, tc.want)
		}
	}
}

// An answer's lines that findings concern are marked with their checks; what did not come has a line.
func TestExchangeView(t *testing.T) {
	ex := exchange("preflight", "OPTIONS", "https://app.example.com", 403, "access-control-allow-origin", "*", "X-Other", "1", "X-Pinned", "2")
	ex.Response.Body = "<Error>\n<Code>AccessDenied</Code>\n</Error>"
	finding := func(check string) result.Finding { return result.Finding{Check: check} }
	got := newExchangeView(ex, []result.Finding{
		finding("preflight.status"), finding("preflight.allow-origin"), finding("preflight.vary"), finding("preflight.error-code"), finding("preflight.error-method"),
		finding("preflight.header.x-pinned"), finding("actual.max-age"),
	})
	want := exchangeView{Kind: "preflight", Lines: []evidenceLine{
		{Text: "> OPTIONS https://s3.example.com/bucket/object"},
		{Text: "> Origin: https://app.example.com"},
		{},
		{Text: "< HTTP/1.1 403", Checks: "preflight.status"},
		{Text: "< access-control-allow-origin: *", Checks: "preflight.allow-origin"},
		{Text: "< X-Other: 1"},
		{Text: "< X-Pinned: 2", Checks: "preflight.header.x-pinned"},
		{Text: "  no Vary", Checks: "preflight.vary"},
		{Text: "<"},
		{Text: "< <Error>"},
		{Text: "< <Code>AccessDenied</Code>", Checks: "preflight.error-code"},
		{Text: "< </Error>"},
		{Text: "  no <Method>", Checks: "preflight.error-method"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	ex = exchange("GetBucketCors", "GET", "https://app.example.com", 200)
	ex.Short = true
	if lines := newExchangeView(ex, nil).Lines; !strings.HasPrefix(lines[len(lines)-1].Text, "(in short: ") {
		t.Errorf("%v does not say that it is in short", lines)
	}
	ex.Short = false
	got = newExchangeView(ex, []result.Finding{finding("config.status")})
	if last := got.Lines[len(got.Lines)-1]; last.Checks != "config.status" {
		t.Errorf("the status of a configuration call is not marked: %v", got)
	}
}

// What only tells one server from another takes no room, unless a finding concerns it.
func TestHTMLLeavesRandomOut(t *testing.T) {
	ex := exchange("actual", "GET", "https://app.example.com", 404, "x-amz-request-id", "4442587FB7D0A2F9", "X-Amz-Id-2", "vlR7PnpV", "X-Amz-Id-21", "kept")
	ex.Response.Body = "<Error><Code>NoSuchKey</Code><RequestId>4442587FB7D0A2F9</RequestId><HostId>vlR7PnpV</HostId></Error>"
	got := fmt.Sprint(newExchangeView(ex, nil).Lines)
	for _, want := range []string{"x-amz-request-id: 4442587FB7D0A2F9", "X-Amz-Id-2: " + leftOut, "X-Amz-Id-21: kept", "<Code>NoSuchKey</Code><RequestId>4442587FB7D0A2F9</RequestId><HostId>" + leftOut + "</HostId>"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s lacks %s", got, want)
		}
	}
	if got := fmt.Sprint(newExchangeView(ex, []result.Finding{{Check: "actual.header.x-amz-id-2"}}).Lines); !strings.Contains(got, "X-Amz-Id-2: vlR7PnpV") {
		t.Errorf("%s lacks what a finding concerns", got)
	}
}

// The style and the script are the page's own, and the policy lets a browser take no others.
func TestHTMLPolicy(t *testing.T) {
	got := htmlPage(t, sample())
	for name, file := range map[string]string{"style": htmlStyle, "script": htmlScript} {
		want := "<" + name + ">" + file + "</" + name + ">"
		data := strings.Count(got, "<"+name+" type=\"application/") // which no browser runs
		if strings.Count(got, "<"+name) != 1+data || !strings.Contains(got, want) {
			t.Errorf("the page has another %s than its own", name)
		}
	}
	attributes := html.UnescapeString(got)
	for _, file := range []string{htmlStyle, htmlScript} {
		if !strings.Contains(attributes, "'sha256-"+digest(file)+"'") {
			t.Error("the policy does not name the page's own style and script")
		}
	}
}

// many is a report of so many cells of every verdict and class, with evidence such as real endpoints give.
func many(n int) result.Report {
	r := result.Report{Version: result.Version}
	models := sample().Cells
	models = slices.DeleteFunc(models, func(c result.Cell) bool { return c.Point == nil || c.Scenario == "hostile/answers" })
	for i := range n {
		c := models[i%len(models)]
		origin := fmt.Sprintf("https://%d.example.com", i%400)
		p := *c.Point
		p.Origin = &origin
		c.Scenario, c.ID, c.Point = fmt.Sprintf("many/%d", i/200), fmt.Sprintf("many/%d/%d", i/200, i), &p
		r.Cells = append(r.Cells, c)
	}
	r.Summary = tally(r.Cells)
	return r
}

// Most of a large report's cells need only a few words of the page.
func TestHTMLOfManyCells(t *testing.T) {
	race.Skip(t)
	r := many(20_000)
	got := htmlPage(t, r)
	whole, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) > len(whole) || len(got) > 12<<20 {
		t.Errorf("the page has %d bytes, the JSON report %d", len(got), len(whole))
	}
	if n := strings.Count(unfolded(t, got), `<td class="c `); n != 20_000 {
		t.Errorf("%d cells in the matrices", n)
	}
}

func BenchmarkHTML(b *testing.B) {
	for _, n := range []int{1, 1000, 20_000} {
		r := many(n)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var size counter
				if err := Write(&size, HTML, r); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(size), "bytes")
			}
		})
	}
}

type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
