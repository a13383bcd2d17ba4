package reports

import (
	"bytes"
	"errors"
	"go/format"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	qtc "github.com/valyala/quicktemplate/parser"
)

// templates are the files that pages are compiled from, by name.
func templates(t *testing.T) map[string]string {
	t.Helper()
	names, err := filepath.Glob("*.qtpl")
	if err != nil || len(names) == 0 {
		t.Fatalf("no templates: %v", err)
	}
	all := map[string]string{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(data)
	}
	return all
}

func TestTemplatesAreCompiled(t *testing.T) {
	for name, text := range templates(t) {
		var b bytes.Buffer
		if err := qtc.ParseNoLineComments(&b, bytes.NewReader([]byte(text)), name, "reports"); err != nil {
			t.Fatal(err)
		}
		want, err := format.Source(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(name + ".go")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s.go was not made of %s: run go generate ./reports", name, name)
		}
	}
}

var (
	raw      = regexp.MustCompile(`\{%[a-z]*= *[^ (]+ %\}`)
	unquoted = regexp.MustCompile(`=\{%`)
	leading  = regexp.MustCompile(`\s(?:href|src|action|style|srcset|on[a-z]+)="([^"]*)"`)
	element  = regexp.MustCompile(`<(?:script|style)[^>]*>[^<]*`)
	// taken is where a link may lead: into the page, or to what address made harmless.
	taken = regexp.MustCompile(`^(#[a-z0-9-]*(\{%[sd] [\w.]+ %\})?|\{%s \w+\.Filter %\}|\{%s address\([\w.]+\) %\})$`)
)

// Compiled templates know nothing of where a value stands. What is held here, once for all values: outputs that are not escaped are those
// listed, no attribute is without quotes, no link and no script takes a value as it came.
func TestTemplatesEscape(t *testing.T) {
	var found []string
	for name, text := range templates(t) {
		for _, at := range unquoted.FindAllStringIndex(text, -1) {
			t.Errorf("%s: an attribute without quotes: %q", name, text[at[0]-min(20, at[0]):at[1]+10])
		}
		for _, m := range leading.FindAllStringSubmatch(text, -1) {
			if !taken.MatchString(m[1]) {
				t.Errorf("%s: a link or a script that takes %q", name, m[1])
			}
		}
		found = append(found, raw.FindAllString(text, -1)...)
		for _, m := range element.FindAllString(text, -1) {
			if !regexp.MustCompile(`>(\{%[sz]= \w+ %\})?$`).MatchString(m) {
				t.Errorf("%s: a script or a style that holds more than one value: %q", name, m)
			}
		}
	}
	slices.Sort(found)
	want := []string{"{%s= comparisonStyle %}", "{%s= folded %}", "{%s= htmlScript %}", "{%s= htmlStyle %}", "{%z= kinds %}"}
	if !slices.Equal(found, want) {
		t.Errorf("put out without escaping: %q, want %q", found, want)
	}
}

func TestAddress(t *testing.T) {
	for link, want := range map[string]string{
		"https://example.com/a?b=c&d=%20#e":  "https://example.com/a?b=c&d=%20#e",
		"https://[::1]:8080/~a/b;c=d,e!f*g@": "https://[::1]:8080/~a/b;c=d,e!f*g@",
		"report/cells.html#c-1":              "report/cells.html#c-1",
		`https://example.com/" onclick='a()`: "https://example.com/%22%20onclick=%27a%28%29",
		"https://example.com/<script>\n\x00": "https://example.com/%3cscript%3e%0a%00",
		"https://example.com/ü\u202e":        "https://example.com/%c3%bc%e2%80%ae",
	} {
		if got := address(link); got != want {
			t.Errorf("address(%q) is %q, want %q", link, got, want)
		}
	}
}

// A link that a report brings along leads to the web, or is text.
func TestLinksLeadNowhereElse(t *testing.T) {
	for _, link := range []string{"javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)", "\x01javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"} {
		if got := webLink(link); got != "" {
			t.Errorf("webLink(%q) is %q", link, got)
		}
		if got := pageLink(link); got != "" {
			t.Errorf("pageLink(%q) is %q", link, got)
		}
	}
}

// Compiled templates return no error: what could not be written is found when the page is ended. TestWriteReportsEveryError has the report.
func TestWriteComparisonReportsErrors(t *testing.T) {
	c := Compare([]Compared{{Name: "a", Report: diagnosed()}, {Name: "b", Report: diagnosed()}})
	write := comparisonRenderers[HTML]
	var whole bytes.Buffer
	if err := write(&whole, c); err != nil {
		t.Fatal(err)
	}
	for _, room := range []int{0, whole.Len() / 2, whole.Len() - 1} {
		if err := write(&failing{room}, c); !errors.Is(err, errFull) {
			t.Errorf("room for %d of %d bytes: got %v, want %v", room, whole.Len(), err, errFull)
		}
	}
}
