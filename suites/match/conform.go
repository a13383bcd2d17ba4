package match

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/english"
	"corsprobe/runner/result"

	"github.com/onsi/gomega/format"
	"github.com/onsi/gomega/types"
)

// Conform succeeds for a [result.Cell], or a pointer to one, whose verdict is passed.
//
//	Expect(run.Wait(ctx, id)).To(match.Conform())
//
// Any other verdict fails: a known deviation, a cell that could not be asked or judged, and one that was answered in two
// ways are not conformance. The message says which it was and why, and lists every finding with the facts it rests on,
// what a browser makes of the answer, and the commands that repeat the requests.
func Conform() types.GomegaMatcher {
	return matcher(func(actual any) (outcome, error) {
		cell, err := cellOf(actual)
		if err != nil {
			return outcome{}, err
		}
		return outcome{
			ok:       cell.Verdict == result.Passed,
			actual:   cellText(cell),
			relation: "to conform",
			problem:  verdictText(cell),
			expected: detailText(cell),
		}, nil
	})
}

func cellOf(actual any) (result.Cell, error) {
	switch v := actual.(type) {
	case result.Cell:
		return v, nil
	case *result.Cell:
		if v != nil {
			return *v, nil
		}
	}
	return result.Cell{}, fmt.Errorf("match.Conform takes a result.Cell or *result.Cell, not\n%s", format.Object(actual, 1))
}

// cellText names a cell: its id, its title, and where it stands.
func cellText(c result.Cell) string {
	lines := []string{value(c.ID)}
	if c.Title != "" {
		lines = append(lines, value(c.Title))
	}
	if c.File != "" {
		at := c.File
		if c.Line > 0 {
			at += ":" + strconv.Itoa(c.Line)
		}
		lines = append(lines, value(at))
	}
	return strings.Join(lines, "\n")
}

// verdictText says what became of a cell that did not pass.
func verdictText(c result.Cell) string {
	switch c.Verdict {
	case result.Passed:
		return ""
	case result.Failed:
		return "failed: " + english.Count(len(c.Findings), "finding")
	case result.Known:
		return because("a known deviation", c.Reason)
	case result.Flaky:
		return because("flaky: the same request was answered in two ways", c.Reason)
	case result.Unsupported:
		return because("unsupported: it was not asked", c.Reason)
	case result.Error:
		return because("error: no judgement was possible", c.Reason)
	default:
		return fmt.Sprintf("no verdict known here: %q", string(c.Verdict))
	}
}

func because(what, reason string) string {
	if reason == "" {
		return what
	}
	return what + ": " + value(reason)
}

// detailText is all the evidence in the order of its worth.
func detailText(c result.Cell) string {
	var parts []string
	for _, f := range c.Findings {
		parts = append(parts, findingText(f))
	}
	if c.Verdict != result.Passed && c.Explanation != "" {
		parts = append(parts, "S3: "+block(c.Explanation))
	}
	if text := browserText(c.Browser); text != "" && c.Verdict != result.Passed && !slices.ContainsFunc(c.Findings, func(f result.Finding) bool { return f.Browser != nil }) {
		parts = append(parts, "a browser: "+text)
	}
	if len(c.Curl) > 0 && c.Verdict != result.Passed {
		parts = append(parts, "to repeat it:\n"+format.IndentString(strings.Join(c.Curl, "\n"), 1))
	}
	return strings.Join(parts, "\n")
}

// findingText renders one finding as a small table.
func findingText(f result.Finding) string {
	text := fmt.Sprintf("[%s] %s", f.Class, value(f.Check))
	row := func(label, v string) {
		if v != "" {
			text += fmt.Sprintf("\n    %-8s  %s", label, value(v))
		}
	}
	row("expected", f.Expected)
	row("got", f.Got)
	row("why", f.Why)
	row("facts", factsText(f.Facts))
	if f.Browser != nil {
		row("browser", f.Browser.Sentence)
	}
	if f.Known != nil {
		row("known", strings.TrimSpace(f.Known.Reason+" "+f.Known.Link))
	}
	return text
}

func factsText(facts []int) string {
	texts := make([]string, len(facts))
	for i, fact := range facts {
		texts[i] = strconv.Itoa(fact)
	}
	return strings.Join(texts, ", ")
}

// browserText says what a page gets, in a sentence where the two answers differ for it.
func browserText(b *result.Browser) string {
	switch {
	case b == nil:
		return ""
	case b.Sentence != "":
		return value(b.Sentence)
	case b.Owed == b.Got:
		return value(b.Got) + ", with the answer that came as with the one that was owed"
	default:
		return value(b.Got) + "; with the answer that was owed " + value(b.Owed)
	}
}
