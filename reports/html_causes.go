package reports

import (
	"fmt"
	"slices"
	"strings"

	"corsprobe/runner/result"
)

// causeView is one thing that an endpoint does otherwise than S3, or one check that nothing explains.
type causeView struct {
	Number  int // of a cause that has a name
	Anchor  string
	Mark    count
	Summary string
	Check   string // in place of a summary, where there is no cause
	Counts  string // "52 cells, 104 checks"
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
			Counts:  plural(n.count, "cell") + ", " + plural(checksOfCause(r, n), "check"),
			Filter:  filterOf("verdict", string(result.Failed), "cause", fmt.Sprint(i+1)),
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

// checksOfCause counts the findings that a cause explains.
func checksOfCause(r result.Report, n named) int {
	count, of := 0, map[string]bool{}
	for _, id := range n.Cells {
		of[id] = true
	}
	for i := range r.Cells {
		if c := &r.Cells[i]; c.Verdict == result.Failed && of[c.ID] {
			for _, f := range c.Findings {
				if f.Known == nil && slices.Contains(n.Checks, f.Check) {
					count++
				}
			}
		}
	}
	return count
}

// openViews are the findings that no cause explains, grouped by what they have in common, worst first.
func openViews(r result.Report) []causeView {
	open := append(unexplained(r), pick(r.Cells, func(v result.Verdict) bool { return v == result.Flaky })...)
	var all []causeView
	for i, c := range causesOf(open, func(f result.Finding) bool { return f.Known == nil }, how) {
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

// knownViews are the listed deviations, those that cost most first, each with a finding that it covers.
func knownViews(cells []*result.Cell) []knownView {
	var all []knownView
	for _, g := range byReason(cells) {
		v := knownView{Cells: plural(len(g.cells), "cell"), First: linkTo(g.cells[0])}
		c, f := knownExample(g)
		if c != nil {
			v.deviationView, v.Mark, v.causeExample = newDeviationView(*f.Known), classMark(f.Class, true), newCauseExample(c, f)
			v.causeExample.Finding.Known = nil // the heading tells
			v.First = v.causeExample.First
		}
		all = append(all, v)
	}
	slices.SortStableFunc(all, func(a, b knownView) int { return rank(result.Class(a.Mark.Class)) - rank(result.Class(b.Mark.Class)) })
	return all
}

// knownExample is the worst finding that a listed deviation covers.
func knownExample(g group) (example *result.Cell, worst result.Finding) {
	for _, c := range g.cells {
		for _, f := range c.Findings {
			if f.Known != nil && deviation(*f.Known) == g.key && (example == nil || rank(f.Class) < rank(worst.Class)) {
				example, worst = c, f
			}
		}
	}
	return example, worst
}
