package reports

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"corsprobe/runner/result"
)

func TestMarkdownGolden(t *testing.T) {
	golden(t, "report.md", render(t, Markdown, shortened(diagnosed())))
	golden(t, "report-clean.md", render(t, Markdown, clean()))
}

func TestMarkdownCode(t *testing.T) {
	for in, want := range map[string]string{
		"":                       "",
		"plain":                  "`plain`",
		"*a* <b> @octocat #1":    "`*a* <b> @octocat #1`",
		`ends with \`:            "`ends with \\`",
		"a|b":                    "<code>a&#124;b</code>",
		"`":                      "<code>&#96;</code>",
		"</code>`<script>":       "<code>&#60;&#47;code&#62;&#96;&#60;script&#62;</code>",
		"line\nline\x1b":         "`line\\nline\\x1b`",
		`\|`:                     "<code>&#92;&#124;</code>",
		"é🙂|":                    "<code>é🙂&#124;</code>",
		strings.Repeat("x", 999): "`" + strings.Repeat("x", 300) + "… (699 more bytes)`",
	} {
		if got := code(in); got != want {
			t.Errorf("code(%.30q) = %q, want %q", in, got, want)
		}
	}
}

func TestMarkdownProse(t *testing.T) {
	for in, want := range map[string]string{
		"":                                 "",
		"Plain words, (and) 12 of them!":   "Plain words, (and) 12 of them!",
		"it isn't virtual-hosted; größe.":  "it isn't virtual-hosted; größe.",
		"mail @octocat and GH-12, #12 !3":  "mail `@octocat` and `GH-12,` `#12` `!3`",
		"see https://evil.example www.a.b": "see `https://evil.example` `www.a.b`",
		":tada: 4f2a01c **bold** a_b_c":    "`:tada:` `4f2a01c` `**bold**` `a_b_c`",
		"a | b":                            "a <code>&#124;</code> b",
		"two\nlines":                       "`two\\nlines`",
		"- item 1. item":                   "`-` item 1. item",
	} {
		if got := prose(in); got != want {
			t.Errorf("prose(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestMarkdownLink(t *testing.T) {
	for in, want := range map[string]string{
		"":                                  "",
		"https://example.com":               "<https://example.com>",
		"http://example.com:8080/a/b?c=d#e": "<http://example.com:8080/a/b?c=d#e>",
		"javascript:alert(1)":               "`javascript:alert(1)`",
		"https://example.com/a b":           "`https://example.com/a b`",
		"https://example.com/><script>":     "`https://example.com/><script>`",
		"https://user@example.com":          "`https://user@example.com`",
		"https://example.com/|x":            "<code>https&#58;&#47;&#47;example&#46;com&#47;&#124;x</code>",
	} {
		if got := link(in); got != want {
			t.Errorf("link(%q) = %q, want %q", in, got, want)
		}
	}
}

// The fence is longer than any run of backticks in it.
func TestMarkdownFence(t *testing.T) {
	var m markdown
	m.fence([]row{{label: "got", value: "````"}})
	if want := "`````text\ngot       ````\n`````"; m.blocks[0] != want {
		t.Errorf("got\n%s\nwant\n%s", m.blocks[0], want)
	}
}

// A report of many rows and causes ends, and says what it leaves out.
func TestMarkdownIsBounded(t *testing.T) {
	r, huge := clean(), strings.Repeat("x", 1<<20)
	for i := range 2000 {
		c := found(result.Failed, result.Contract, fmt.Sprint("check", i))
		c.Findings[0].Got = huge
		e := newCell("a/b", strconv.Itoa(i), "", result.Error)
		e.Reason = fmt.Sprint("reason ", i)
		r.Cells = append(r.Cells, c, e)
	}
	r.Summary = tally(r.Cells)
	got := string(render(t, Markdown, r))
	if len(got) > 100<<10 {
		t.Errorf("%d bytes", len(got))
	}
	inOrder(t, got, "… and 1950 more causes, which the JSON report has.", "… and 1950 more rows, which the JSON report has.")
}

func TestMarkdownNamesClasses(t *testing.T) {
	for _, c := range result.Classes {
		if c.Meaning() == "" {
			t.Errorf("%s has no meaning", c)
		}
	}
	if got := classTitle("no<vel"); got != "`no<vel`" {
		t.Errorf("got %s", got)
	}
}

var (
	codeSpans = regexp.MustCompile("`[^`\n]*`|<code>[^<>`|\n]*</code>|<https?://[A-Za-z0-9._~/?=%#+:-]*>")
	notMarkup = regexp.MustCompile(`[^|#*-]+`)
)

// markdownSkeleton takes Markdown apart by a few rules: the problems are values that have become markup. What is left is the structure, which
// is the same for reports that differ only in their values.
func markdownSkeleton(text string) (skeleton, problems []string) {
	fence, columns := "", 0
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		switch {
		case fence != "":
			if line == fence {
				fence = ""
			}
			continue
		case strings.HasPrefix(line, "```"):
			fence = strings.TrimSuffix(line, "text")
			skeleton = append(skeleton, "fence")
			continue
		}
		rest := codeSpans.ReplaceAllString(line, "C")
		if strings.ContainsAny(rest, "`<>@\\[]&_~$") || strings.Contains(rest, "://") {
			problems = append(problems, fmt.Sprintf("markup outside of code: %.300q", line))
		}
		n := strings.Count(line, "|") // a table's row ends a column at one in a code span too
		if strings.HasPrefix(rest, "|") && columns != 0 && n != columns {
			problems = append(problems, fmt.Sprintf("a row of %d columns in a table of %d: %.300q", n, columns, line))
		}
		columns = n
		skeleton = append(skeleton, notMarkup.ReplaceAllString(rest, " "))
	}
	if fence != "" {
		problems = append(problems, "a fence is never closed")
	}
	return skeleton, problems
}

func TestMarkdownSkeletonNotices(t *testing.T) {
	for _, text := range []string{"a @octocat", "a <b>", "![a](b)", "see https://a.example", "```text\nno end", "| a | b |\n| c |", "| a | b |\n| c | `d|e` |", "a ` b", `a \* b`} {
		if _, problems := markdownSkeleton(text); len(problems) == 0 {
			t.Errorf("takes %q", text)
		}
	}
	got, problems := markdownSkeleton("## CORS of `a`\n\n| **a** | `b` |\n|---|---|\n\n```text\n@x\n```")
	if want := []string{"## ", "", "| ** ** | |", "|---|---|", "", "fence"}; !slices.Equal(got, want) || problems != nil {
		t.Errorf("got %q and %q", got, problems)
	}
}

// What the causes explain is told by them alone; after them comes what they leave open, and the numbers last.
func TestMarkdownTellsCausesFirst(t *testing.T) {
	r := diagnosed()
	r.Summary.Checks = &result.ChecksSummary{Made: 100, Known: 1, Otherwise: 14}
	r.Run.Buckets = result.BucketsRemoved
	got := string(render(t, Markdown, shortened(r)))
	inOrder(t, got, "**Does not conform**", "100 checks: 85 as S3 owes them, 14 otherwise, 1 known.", "### 1 cause explains 10 of 13 failed cells", "Every origin is taken for an allowed one.",
		"### Not explained", "`preflight.status` in 1 cell", "### Without a judgement", "### The run in numbers", "| cells |", "| **readable** |", "`corsprobe 0.1.0` probed", "makes one again")
	if n := strings.Count(got, "evil.example"); n > 4 {
		t.Errorf("what a cause explains is told %d times", n)
	}
}
