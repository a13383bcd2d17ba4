package reports

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corsprobe/runner/result"
)

// A case is named by what a tester reads. Cells that share a title are told apart by their step, or else by their id.
func TestJUnitNames(t *testing.T) {
	cell := func(title, step, point string) result.Cell {
		c := newCell("a/b", point, title, result.Passed)
		c.Step = step
		return c
	}
	cells := []result.Cell{
		cell("GET from https://a", "", "1"), cell("PUT from https://a", "put", "2"), cell("PUT from https://a", "again", "3"),
		cell("HEAD from https://a", "put", "4"), cell("HEAD from https://a", "put", "5"), cell("", "", "6"), cell("two\nlines", "", "7"),
	}
	var got []string
	for _, c := range cases(parseXML(t, render(t, JUnit, result.Report{Cells: cells}))) {
		got = append(got, c.node.attr("name"))
	}
	want := []string{
		"GET from https://a", "PUT from https://a (put)", "PUT from https://a (again)", "HEAD from https://a (put) (4)", "HEAD from https://a (put) (5)", "6", `two\nlines`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A case says what was asked and what lies behind the answer; a suite has the causes of what failed in it.
func TestJUnitProperties(t *testing.T) {
	r := diagnosed()
	c := broken()
	asked := "x-amz-date"
	c.Point.Headers = asked
	got := map[string]map[string]string{}
	for _, suite := range parseXML(t, render(t, JUnit, r)).all("testsuite") {
		for _, n := range append(suite.all("testcase"), suite) {
			of := map[string]string{}
			for _, list := range n.all("properties") {
				for _, p := range list.all("property") {
					of[p.attr("name")] = p.attr("value")
				}
			}
			got[n.attr("name")] = of
		}
	}
	for name, want := range map[string]map[string]string{
		"GET https://evil.example": {
			"cell": reflectedCell("GET", "https://evil.example").ID, "class": "exposure", "origin": "https://evil.example", "method": "GET",
			"facts": "23", "cause": "origin-reflected: [GET, PUT]",
		},
		"PUT https://app.example.com asking for x-amz-date": {
			"cell": c.ID, "class": "breakage", "origin": "https://app.example.com", "method": "PUT", "headers": asked, "facts": "4 9",
		},
		"cors.origins.exact": {
			"endpoint": "https://s3.example.com", "server": "Example S3", "tool": "corsprobe 0.1.0", "run": "20260301-7f3a",
			"cause.1": "exposure: Every origin is taken for an allowed one. (origin-reflected: [GET, PUT], 10 of 10 cells)",
		},
		"cors.responses.vary": {"endpoint": "https://s3.example.com", "server": "Example S3", "tool": "corsprobe 0.1.0", "run": "20260301-7f3a"},
	} {
		if diff := cmp.Diff(want, got[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// The evidence of a cause is shown a few times. All other cases name one of these, and have their own findings in a line each.
func TestJUnitShowsACauseAFewTimes(t *testing.T) {
	r := diagnosed()
	whole, short := 0, 0
	for _, c := range cases(parseXML(t, render(t, JUnit, r))) {
		if c.suite.attr("name") != "cors.origins.exact" || !c.node.has("failure") {
			continue
		}
		text := c.node.all("failure")[0].Text
		if strings.Contains(text, "curl -sS") {
			whole++
			inOrder(t, text, "[exposure] actual.allow-origin", "> ", "< HTTP/1.1 200", "curl", "configuration", `"AllowedOrigins": ["https://app.example.com"]`)
			continue
		}
		short++
		inOrder(t, text, c.node.all("failure")[0].attr("message"), "[exposure] actual.allow-origin: expected ", "cell", "evidence", "in the JSON report", reflectedCell("GET", "https://evil.example").ID)
	}
	if whole != shownOfCause || short != 10-shownOfCause {
		t.Errorf("%d cases have evidence and %d have not, want %d and %d", whole, short, shownOfCause, 10-shownOfCause)
	}
}

// Where buckets are gone, a case says how to make one again; the link of a known deviation is given once.
func TestJUnitSaysWhatIsGone(t *testing.T) {
	r := diagnosed()
	r.Run.Buckets = result.BucketsRemoved
	if got := string(render(t, JUnit, r)); !strings.Contains(got, "corsprobe reproduce REPORT.json CELL makes one again") {
		t.Error("it does not say how to ask again")
	}
	second := setAside()[7]
	second.Title = "the same again"
	got := string(render(t, JUnit, result.Report{Cells: []result.Cell{setAside()[7], second}}))
	if n := strings.Count(got, "https://example.com/issues/9"); n != 1 {
		t.Errorf("the link is given %d times", n)
	}
	if n := strings.Count(got, `message="known: accepts CONNECT as AllowedMethod`); n != 2 {
		t.Errorf("%d cases say why they do not count", n)
	}
}

// Nobody's checkout has the built-in catalogue's files.
func TestJUnitOfTheCatalogueHasNoFile(t *testing.T) {
	c := broken()
	c.File = "catalogue/rules/order.yaml"
	if got := string(render(t, JUnit, result.Report{Cells: []result.Cell{c}})); strings.Contains(got, " file=") || strings.Contains(got, " line=") {
		t.Error("a case names a file that is not there")
	}
}
