package reports

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"":                        "",
		"plain text":              "plain text",
		"größe – 日本 🙂":            "größe – 日本 🙂",
		"\x1b[31mred\x1b[0m":      `\x1b[31mred\x1b[0m`,
		"a\x00b\ac\x7f":           `a\x00b\x07c\x7f`,
		"tab\tcr\rlf\n":           `tab\tcr\rlf\n`,
		"c1 \u009b31m":            `c1 \u009b31m`,
		"bad \xff\xc3(":           `bad \xff\xc3(`,
		"\u202eevil\u2066":        `\u202eevil\u2066`,
		"zero\u200bwidth\ufeff":   `zero\u200bwidth\ufeff`,
		"no-break\u00a0space":     `no-break\u00a0space`,
		"lines\u2028\u2029":       `lines\u2028\u2029`,
		"nonchar\ufffe\U0010ffff": `nonchar\ufffe\U0010ffff`,
		"replacement \ufffd":      "replacement \ufffd",
		"###[error]x ##[":         `##\x23[error]x #\x23[`,
		"##vso[a]##teamcity[b]":   `#\x23vso[a]#\x23teamcity[b]`,
		"# ## [x] ##x":            "# ## [x] ##x",
		"section_start:1:a":       `section_start\x3a1:a`,
		"xsection_end:1:a":        `xsection_end\x3a1:a`,
		"travis_time:travis_fold": `travis_time\x3atravis_fold`,
		"section_start, a:b":      "section_start, a:b",
	} {
		if got := visible(in); got != want {
			t.Errorf("visible(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestInert(t *testing.T) {
	for in, want := range map[string]string{
		"":                  "",
		"a ::error::b":      "a ::error::b",
		"::error::b":        `\x3a:error::b`,
		"   ::set-output a": `   \x3a:set-output a`,
		":plain":            ":plain",
		"--- a":             `\x2d-- a`,
		"---":               `\x2d--`,
		"+++ a":             `\x2b++ a`,
		"~~~ a":             `\x7e~~ a`,
		"^^^ +++":           `\x5e^^ +++`,
		"---a":              "---a",
		"---- a":            "---- a",
		" --- a":            " --- a",
	} {
		if got := inert(in); got != want {
			t.Errorf("inert(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestBrief(t *testing.T) {
	for _, tc := range []struct {
		in    string
		limit int
		want  string
	}{
		{"short", 5, "short"},
		{"longer", 5, "longe… (1 more bytes)"},
		{"ééééé", 5, "ééééé"},
		{"éééééé", 5, "ééééé… (2 more bytes)"},
		{"\xff\xff\xff", 2, `\xff\xff… (1 more bytes)`},
		{strings.Repeat("A", 1<<20), 3, "AAA… (1048573 more bytes)"},
	} {
		if got := brief(tc.in, tc.limit); got != tc.want {
			t.Errorf("brief(%.20q, %d) = %q, want %q", tc.in, tc.limit, got, tc.want)
		}
	}
}

func TestVisibleLines(t *testing.T) {
	got := visibleLines("one\r\ntwo\n\x1b[31mthree and more", 20)
	if want := []string{"one", "two", `\x1b[31mthree … (8 more bytes)`}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzVisible(f *testing.F) {
	f.Add(hostile)
	f.Fuzz(func(t *testing.T, s string) {
		got := visible(s)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\x00\x1b\r\n\u009b\u202e") {
			t.Errorf("visible(%q) = %q", s, got)
		}
		if visible(got) != got {
			t.Errorf("visible twice changes %q", got)
		}
	})
}
