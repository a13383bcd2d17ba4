package reports

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/result"
)

// causeView is one thing that an endpoint does otherwise than S3, or one check that nothing explains.
type causeView struct {
	Number  int // of a cause that has a name
	Shown   bool
	Anchor  string
	Mark    count
	Summary string
	Check   string // in place of a summary, where there is no cause
	Counts  string // "52 cells, in 3 behind other causes"
	Filter  string // the fragment that shows its cells
	S3      []factView
	Written string // as a file of known deviations has it
	Instead string // other deviations that would answer the same
	causeExample
}

// causeExample is a finding that shows a cause, and what it takes to see it again.
type causeExample struct {
	Finding *findingView
	Title   string
	First   linked
	Browser string // what it makes of it
	Curl    []string
}

// classMark is a class as a badge has it.
func classMark(c result.Class, known bool) count {
	name := className(c)
	m := count{Verdict: string(result.Failed), Class: name, Glyph: shapes[name][0], Word: visible(string(c))}
	if known {
		m.Verdict, m.Glyph = string(result.Known), shapes[name][1]
	}
	return m
}

// causeViews are the causes that have a name.
func causeViews(r result.Report, causes []named) []causeView {
	var all []causeView
	for i, n := range causes {
		v := causeView{
			Number: i + 1, Anchor: fmt.Sprintf("cause-%d", i+1), Mark: classMark(n.Class, false), Summary: brief(n.Summary, valueLimit),
			Counts:  countsOf(r, n),
			Filter:  filterOf("verdict", string(result.Failed), "cause", strconv.Itoa(i+1)),
			S3:      factViews(slices.Clone(n.Facts)),
			Written: brief(written(n.Cause), evidenceLimit), Instead: brief(strings.Join(n.Alternatives, "; "), evidenceLimit),
		}
		if n.example != nil {
			v.causeExample = newCauseExample(n.example, *n.finding)
		}
		all = append(all, v)
	}
	return all
}

// countsOf counts the failed cells that a cause explains. In some it shows in no check of its own: another cause's differs there too, and hides it,
// as another status hides another code.
func countsOf(r result.Report, n named) string {
	alone, of := 0, map[string]bool{}
	for _, id := range n.Cells {
		of[id] = true
	}
	for i := range r.Cells {
		c := &r.Cells[i]
		if c.Verdict == result.Failed && of[c.ID] && slices.ContainsFunc(c.Findings, func(f result.Finding) bool { return f.Known == nil && slices.Contains(n.Checks, f.Check) }) {
			alone++
		}
	}
	counts := plural(n.count, "cell")
	if hidden := n.count - alone; hidden > 0 {
		counts += fmt.Sprintf(", in %d behind other causes", hidden)
	}
	return counts
}

// openViews are the findings that no cause explains, grouped by what they have in common, worst first.
func openViews(r result.Report) []causeView {
	var all []causeView
	for i, c := range causesOf(openCells(r), func(f result.Finding) bool { return f.Known == nil }, how) {
		v := causeView{
			Anchor: fmt.Sprintf("open-%d", i+1), Mark: classMark(c.class, false), Check: brief(c.check, valueLimit),
			Counts: plural(c.cells, "cell") + " of " + plural(c.scenarios, "scenario"), Filter: filterOf("verdict", "!passed", "check", brief(c.check, valueLimit)),
			S3: factViews(slices.Clone(c.finding.Facts)), causeExample: newCauseExample(c.first, c.finding),
		}
		all = append(all, v)
	}
	return all
}

func newCauseExample(c *result.Cell, f result.Finding) causeExample {
	v := newFindingView(f)
	return causeExample{Finding: &v, Title: brief(c.Title, valueLimit), First: linkTo(c), Browser: effect(f), Curl: curlOf(c, f)}
}

// curlOf is the command that repeats the exchange of a finding; all of the cell's, where it is not known which.
func curlOf(c *result.Cell, f result.Finding) []string {
	kind, _, _ := strings.Cut(f.Check, ".")
	var all []string
	for i, command := range c.Curl {
		if i < len(c.Exchanges) && c.Exchanges[i].Kind == kind {
			return []string{Harmless(command)}
		}
		all = append(all, Harmless(command))
	}
	return all
}

// knownViews are the listed deviations that cells show, worst first.
func knownViews(cells []*result.Cell) []knownView {
	var all []knownView
	for _, k := range listedDeviations(cells) {
		v := knownView{
			Name: brief(k.Name, valueLimit), Cells: plural(len(k.cells), "cell"), Mark: classMark(k.class, true),
			deviationView: newDeviationView(k.Deviation), causeExample: newCauseExample(k.example, k.finding),
		}
		v.Finding.Known = nil // the heading tells
		all = append(all, v)
	}
	return all
}
