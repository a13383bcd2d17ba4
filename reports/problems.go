package reports

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/result"
)

// isWrong is the verdict of a cell that speaks against a run.
func isWrong(v result.Verdict) bool {
	return v == result.Failed || v == result.Flaky || isError(v)
}

// messageOf says in one line what is wrong with a cell, or why it does not count; empty for one that passed.
func messageOf(c *result.Cell) string {
	switch c.Verdict {
	case result.Passed:
		return ""
	case result.Known, result.Unsupported:
		return skipReason(c)
	case result.Failed:
		return failedMessage(c)
	case result.Flaky:
		return "flaky: " + flakyMessage(c)
	case result.Error:
		return brief(c.Reason, valueLimit)
	default: // never green by accident
		return fmt.Sprintf("the cell has no verdict that a report knows: %q", c.Verdict)
	}
}

func skipReason(c *result.Cell) string {
	reason := brief(c.Reason, valueLimit)
	if c.Verdict == result.Known {
		if all := deviationsOf(c); len(all) > 0 {
			reason = strings.Join(all, "; ")
		}
	}
	return string(c.Verdict) + ": " + reason
}

// deviationsOf lists each listed deviation that covers a finding of a cell once.
func deviationsOf(c *result.Cell) []string {
	var all []string
	for _, f := range c.Findings {
		if f.Known == nil {
			continue
		}
		if d := deviation(*f.Known); !slices.Contains(all, d) {
			all = append(all, d)
		}
	}
	return all
}

func failedMessage(c *result.Cell) string {
	f, found := worst(c.Findings)
	if !found {
		return "failed without a finding"
	}
	message := fmt.Sprintf("%s: expected %s, got %s", heading(f), brief(f.Expected, valueLimit), brief(f.Got, valueLimit))
	if more := len(c.Findings) - 1; more > 0 {
		message += " (and " + plural(more, "more finding") + ")"
	}
	return message
}

// answeredTwice is why a cell is flaky that says nothing more.
const answeredTwice = "the same request was answered in two ways"

func flakyMessage(c *result.Cell) string {
	why := brief(reasonOf(c), valueLimit)
	if len(c.Findings) == 0 {
		return why
	}
	return why + "; " + failedMessage(c)
}

// problemLines is the text that a reader of test results shows of a cell: every mismatch, what a browser makes of it, the evidence, the
// commands to repeat it.
func problemLines(c *result.Cell) []string {
	lines := findingLines(c)
	lines = append(lines, rowLines("", append([]row{
		{label: "cell", value: visible(c.ID)}, {label: "title", value: visible(c.Title)}}, cellRows(c)...))...)
	for _, ex := range c.Exchanges {
		lines = append(append(lines, ""), exchangeLines(ex, evidenceLimit)...)
	}
	if curl := curlRows(c); len(curl) > 0 {
		lines = append(append(lines, ""), rowLines("", curl)...)
	}
	return lines
}

// findingLines is every mismatch.
func findingLines(c *result.Cell) []string {
	var lines []string
	for _, f := range worstFirst(c.Findings) {
		lines = append(lines, heading(f))
		lines = append(append(lines, rowLines("  ", findingRows(f))...), "")
	}
	return lines
}

func rowLines(indent string, rows []row) []string {
	lines := make([]string, len(rows))
	for i, r := range rows {
		lines[i] = inert(strings.TrimRight(fmt.Sprintf("%s%-*s  %s", indent, labelWidth, r.label, r.value), " "))
	}
	return lines
}

// runProblem is what speaks against a run and is shown by no cell. A reader that knows nothing but test cases gets one for each, for it
// would take the run for a good one otherwise.
type runProblem struct {
	name, message string
	stale         bool // a known deviation is; otherwise there is no judgement
	file          string
	line          int
}

func runProblems(r result.Report) []runProblem {
	var all []runProblem
	for _, l := range r.CleanUp {
		all = append(all, runProblem{name: leftoverName(l), message: leftoverLine(l)})
	}
	if why := r.Run.Incomplete; why != "" {
		all = append(all, runProblem{name: "the run is complete", message: "the run is incomplete: " + brief(why, valueLimit)})
	}
	if why := nothingJudged(r.Cells); why != "" && !r.EmptyShard() {
		all = append(all, runProblem{name: "something was judged", message: "nothing was judged: " + why})
	}
	for _, d := range r.Stale {
		file, line := splitPlace(d.Where)
		all = append(all, runProblem{
			name:    fmt.Sprintf("known deviation %s %s", visible(d.Cells), visible(d.Check)),
			message: fmt.Sprintf("stale known deviation at %s: %s of %s %s", visible(d.Where), visible(d.Check), visible(d.Cells), visible(d.Problem)),
			stale:   true, file: visible(file), line: line,
		})
	}
	return all
}

// splitPlace takes "file:line" apart.
func splitPlace(where string) (file string, line int) {
	if i := strings.LastIndexByte(where, ':'); i >= 0 {
		if n, err := strconv.Atoi(where[i+1:]); err == nil {
			return where[:i], n
		}
	}
	return where, 0
}

// knownDeviation is a listed deviation with what it covers.
type knownDeviation struct {
	result.Deviation
	checks []string // in order of their names
	cells  int

	last *result.Cell // that was counted
}

// knownDeviations lists the deviations that cover a finding, in the order in which they first occur.
func knownDeviations(cells []result.Cell) []knownDeviation {
	index := map[result.Deviation]int{}
	var all []knownDeviation
	for i := range cells {
		for _, f := range cells[i].Findings {
			if f.Known == nil {
				continue
			}
			at, ok := index[*f.Known]
			if !ok {
				at = len(all)
				index[*f.Known] = at
				all = append(all, knownDeviation{Deviation: *f.Known})
			}
			all[at].add(&cells[i], f.Check)
		}
	}
	return all
}

func (d *knownDeviation) add(c *result.Cell, check string) {
	if at, found := slices.BinarySearch(d.checks, check); !found {
		d.checks = slices.Insert(d.checks, at, check)
	}
	if d.last != c {
		d.last = c
		d.cells++
	}
}
