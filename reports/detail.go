package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"corsprobe/runner/english"
	"corsprobe/runner/result"
)

// row is a labelled line of a finding or a cell, shared by the formats that people read. Its value is visible already.
type row struct {
	label, value string
	verbatim     bool // to be copied as it is: never wrapped
}

// labelWidth is that of the longest label, "expected" and "the first".
const labelWidth = 8

// findingRows says what was expected, what came, and why that matters.
func findingRows(f result.Finding) []row {
	rows := []row{
		{label: "expected", value: brief(f.Expected, valueLimit)},
		{label: "got", value: brief(f.Got, valueLimit)},
	}
	if why := whyOf(f); why != "" {
		rows = append(rows, row{label: "why", value: why})
	}
	if f.Known != nil {
		rows = append(rows, row{label: "known", value: deviation(*f.Known)})
	}
	return rows
}

func whyOf(f result.Finding) string {
	why := brief(f.Why, evidenceLimit)
	switch facts := factNumbers(f.Facts); {
	case facts == "":
		return why
	case why == "":
		return facts
	default:
		return why + " (" + facts + ")"
	}
}

// factNumbers renders "fact 23" and "facts 23 and 31".
func factNumbers(facts []int) string {
	words := make([]string, len(facts))
	for i, n := range facts {
		words[i] = strconv.Itoa(n)
	}
	switch len(facts) {
	case 0:
		return ""
	case 1:
		return "fact " + words[0]
	default:
		return "facts " + list(words)
	}
}

func deviation(d result.Deviation) string {
	if d.Link == "" {
		return visible(d.Reason)
	}
	return visible(d.Reason) + " <" + visible(d.Link) + ">"
}

// cellRows says which rule should have answered and what a browser makes of the answer.
func cellRows(c *result.Cell) []row {
	var rows []row
	if c.Explanation != "" {
		rows = append(rows, row{label: "rule", value: brief(c.Explanation, evidenceLimit)})
	}
	for _, s := range browserSentences(c) {
		rows = append(rows, row{label: "browser", value: s})
	}
	return rows
}

// browserSentences say what a browser makes of a cell's findings: once for those that it takes for the same, after their checks where others
// are beside them. Where none makes a difference that is told, with what a page gets.
func browserSentences(c *result.Cell) []string {
	checks := map[string][]string{}
	var sentences []string
	for _, f := range worstFirst(c.Findings) {
		if s := effect(f); s != "" {
			if checks[s] == nil {
				sentences = append(sentences, s)
			}
			checks[s] = append(checks[s], brief(f.Check, valueLimit))
		}
	}
	switch {
	case len(sentences) > 0 && len(c.Findings) > 1:
		for i, s := range sentences {
			sentences[i] = list(checks[s]) + ": " + s
		}
	case len(sentences) == 0 && c.Browser != nil && c.Browser.Sentence != "":
		return []string{brief(c.Browser.Sentence, evidenceLimit)} // of a report that an earlier release wrote
	case len(sentences) == 0 && c.Browser != nil && c.Browser.Got != "":
		return []string{"no difference to a page: " + brief(c.Browser.Got, valueLimit)}
	}
	return sentences
}

// effect says what a browser makes of a finding; empty where it makes nothing of it.
func effect(f result.Finding) string {
	if f.Browser == nil {
		return ""
	}
	return brief(f.Browser.Sentence, evidenceLimit)
}

// curlRows labels the commands that repeat a cell's exchanges. They are never cut: half a command is none.
func curlRows(c *result.Cell) []row {
	var rows []row
	for _, command := range c.Curl {
		for _, line := range strings.Split(command, "\n") {
			rows = append(rows, row{value: visible(line), verbatim: true})
		}
	}
	if len(rows) > 0 {
		rows[0].label = "curl"
	}
	return rows
}

// exchangeLines renders a request and its answer as curl -v does.
func exchangeLines(ex result.Exchange, limit int) []string {
	lines := append([]string{inert(visible(ex.Kind))}, requestLines(ex.Request, limit)...)
	if ex.Error != "" {
		return append(lines, "! "+brief(ex.Error, limit))
	}
	lines = append(lines, "< "+statusLine(ex.Response))
	lines = append(lines, headerLines("< ", ex.Response.Headers, limit)...)
	return append(lines, bodyLines(ex.Response, limit)...)
}

func requestLines(q result.Request, limit int) []string {
	return append([]string{"> " + visible(q.Method) + " " + brief(q.URL, limit)}, headerLines("> ", q.Headers, limit)...)
}

func statusLine(r result.Response) string {
	return strings.TrimSpace(visible(r.Proto) + " " + strconv.Itoa(r.Status))
}

func headerLines(prefix string, headers []result.Header, limit int) []string {
	shown := headers[:min(len(headers), headerLimit)]
	lines := make([]string, len(shown), len(shown)+1)
	for i, h := range shown {
		lines[i] = prefix + brief(h.Name, limit) + ": " + brief(h.Value, limit)
	}
	if more := len(headers) - len(shown); more > 0 {
		lines = append(lines, prefix+"… ("+plural(more, "more header")+")")
	}
	return lines
}

func bodyLines(r result.Response, limit int) []string {
	if r.Body == "" {
		return nil
	}
	lines := append([]string{""}, visibleLines(r.Body, limit)...)
	for i := range lines {
		lines[i] = strings.TrimRight("< "+lines[i], " ")
	}
	if r.Truncated {
		lines = append(lines, "< (the body went on)")
	}
	return lines
}

// rank orders classes, worst first; one that is not known is least.
func rank(c result.Class) int {
	if i := slices.Index(result.Classes, c); i >= 0 {
		return i
	}
	return len(result.Classes)
}

// worst is the finding that a cell is summed up by.
func worst(findings []result.Finding) (result.Finding, bool) {
	if len(findings) == 0 {
		return result.Finding{}, false
	}
	return worstFirst(findings)[0], true
}

// worstFirst orders findings for a reader, and keeps the order of those that are equally bad.
func worstFirst(findings []result.Finding) []result.Finding {
	return slices.SortedStableFunc(slices.Values(findings), func(a, b result.Finding) int { return cmp.Compare(badness(a), badness(b)) })
}

// badness orders findings: by class, those that are known after all others.
func badness(f result.Finding) int {
	if f.Known != nil {
		return len(result.Classes) + 1 + rank(f.Class)
	}
	return rank(f.Class)
}

// heading is a finding's name: "[exposure] actual.allow-origin".
func heading(f result.Finding) string {
	return "[" + visible(string(f.Class)) + "] " + brief(f.Check, valueLimit)
}

// shortID is a cell's id without its scenario's, which stands beside it.
func shortID(c *result.Cell) string {
	if short := strings.TrimPrefix(c.ID, c.Scenario+"/"); short != "" {
		return visible(short)
	}
	return visible(c.ID)
}

// ownFile is where a cell's scenario stands in a file of the user's; empty for the built-in catalogue, which is in no checkout that a CI system
// could show.
func ownFile(c *result.Cell) (file string, line int) {
	if strings.HasPrefix(c.File, "catalogue/") {
		return "", 0
	}
	return visible(c.File), c.Line
}

// place renders "file:line", or as much of it as is known.
func place(file string, line int) string {
	if file == "" || line == 0 {
		return visible(file)
	}
	return visible(file) + ":" + strconv.Itoa(line)
}

// plural renders "1 cell" and "2 cells".
func plural(n int, noun string) string {
	return english.Count(n, noun)
}

// took renders a duration for a person: "340 ms", "12.3 s", "4 min 10 s".
func took(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", max(0, d.Milliseconds()))
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Truncate(100*time.Millisecond).Seconds())
	default:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	}
}

// group is cells that have something in common, in their order.
type group struct {
	key   string
	cells []*result.Cell
}

// groupBy gathers cells by key, in the order in which the keys first occur.
func groupBy(cells []*result.Cell, key func(*result.Cell) string) []group {
	index := map[string]int{}
	var groups []group
	for _, c := range cells {
		k := key(c)
		i, seen := index[k]
		if !seen {
			i = len(groups)
			index[k] = i
			groups = append(groups, group{key: k})
		}
		groups[i].cells = append(groups[i].cells, c)
	}
	return groups
}

// pick selects cells by verdict.
func pick(cells []result.Cell, want func(result.Verdict) bool) []*result.Cell {
	var picked []*result.Cell
	for i := range cells {
		if want(cells[i].Verdict) {
			picked = append(picked, &cells[i])
		}
	}
	return picked
}

// nothingJudged says why a run without an error came to no judgement at all; empty when it did. A run like that must never look green.
func nothingJudged(cells []result.Cell) string {
	if len(cells) == 0 {
		return "no cell was run"
	}
	for i := range cells {
		if cells[i].Verdict != result.Unsupported {
			return ""
		}
	}
	return "this endpoint supports none of " + plural(len(cells), "cell")
}
