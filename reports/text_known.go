package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"corsprobe/runner/result"
)

// knownAs is one listed deviation with what shows it.
type knownAs struct {
	result.Deviation
	class   result.Class // the worst that it costs
	cells   []*result.Cell
	example *result.Cell // that shows the worst of it, and little else
	finding result.Finding
}

// listedDeviations are the listed deviations that cells show, worst first, then by how many cells do.
func listedDeviations(cells []*result.Cell) []*knownAs {
	index := map[string]*knownAs{}
	var all []*knownAs
	for _, c := range cells {
		for _, f := range c.Findings {
			if f.Known == nil {
				continue
			}
			key := deviation(*f.Known)
			if index[key] == nil {
				index[key] = &knownAs{Deviation: *f.Known, class: f.Class}
				all = append(all, index[key])
			}
			index[key].add(c, f)
		}
	}
	slices.SortStableFunc(all, func(a, b *knownAs) int {
		return cmp.Or(cmp.Compare(rank(a.class), rank(b.class)), len(b.cells)-len(a.cells))
	})
	return all
}

func (k *knownAs) add(c *result.Cell, f result.Finding) {
	if n := len(k.cells); n == 0 || k.cells[n-1] != c {
		k.cells = append(k.cells, c)
	}
	better := k.example == nil || rank(f.Class) < rank(k.class)
	if better || f.Class == k.class && len(c.Findings) < len(k.example.Findings) {
		k.class, k.example, k.finding = f.Class, c, f
	}
}

// known tells listed deviations by what they cost.
func (t *textWriter) known(r result.Report) {
	all := listedDeviations(pick(r.Cells, func(v result.Verdict) bool { return v == result.Known }))
	if len(all) == 0 {
		return
	}
	t.blank()
	for _, line := range Wrap(knownHeading(r, len(all)), t.width) {
		t.line(0, t.paint(bold, line))
	}
	lines := make([]ranked, len(all))
	for i, k := range all {
		lines[i] = ranked{class: k.class, style: yellow, cells: len(k.cells), text: visible(k.Reason)} // not in the colours of what fails
	}
	if !t.opts.Verbose {
		t.fold("an example of each deviation, and its link")
	}
	t.ranking(lines, mostKnown, func(i int) {
		t.example(4, all[i].example, all[i].finding)
		if all[i].Link != "" {
			t.line(4, "<"+visible(all[i].Link)+">")
		}
		t.list(all[i].cells)
	})
}

// mostKnown is how many known deviations have a line of their own.
const mostKnown = 24

// ranked is one line of a list that is worst first: a deviation, or a cause.
type ranked struct {
	class result.Class
	style style // of the class
	cells int
	text  string // visible
}

// ranking writes a line for each, under its class and what that means, and counts those beyond the first most; where all is to be told, all of
// each, and what detail adds.
func (t *textWriter) ranking(all []ranked, most int, detail func(i int)) {
	width := 0
	for _, l := range all {
		width = max(width, len(plural(l.cells, "cell")))
	}
	for i, l := range all {
		if i == most && !t.opts.Verbose {
			t.line(2, fmt.Sprintf("… and %d more, no worse", len(all)-most))
			return
		}
		if i == 0 || all[i-1].class != l.class {
			t.blank()
			t.class(l.style, l.class)
		}
		text := fmt.Sprintf("%*s  %s", width, plural(l.cells, "cell"), l.text)
		if t.opts.Verbose {
			t.wrapped(2, text)
			detail(i)
			continue
		}
		t.line(2, clipped(text, t.width-2))
	}
}

// class writes a class and what it means.
func (t *textWriter) class(s style, c result.Class) {
	name := visible(string(c))
	for i, l := range Wrap(name+": "+c.Meaning(), t.width-2) {
		if rest, first := strings.CutPrefix(l, name); first && i == 0 {
			t.line(0, t.paint(s, name)+rest)
		} else {
			t.line(2, l)
		}
	}
}

// clipped is text that fits one line of a terminal, cut between words.
func clipped(text string, width int) string {
	lines := Wrap(text, width)
	if len(lines) == 1 {
		return text
	}
	return Wrap(text, width-2)[0] + " …"
}

// knownHeading says what a run without anything else comes to; of others it counts.
func knownHeading(r result.Report, deviations int) string {
	s := r.Summary
	by := plural(deviations, "deviation")
	if s.Checks == nil || s.Failed+s.Flaky+s.Errors+s.Checks.Otherwise > 0 {
		return fmt.Sprintf("Known deviations: %s in %s", by, plural(s.Known, "cell"))
	}
	return fmt.Sprintf("Of %s %d came as S3 owes them, and %d exactly as %s is known to answer, by %s, worst first:",
		plural(s.Checks.Made, "check"), s.Checks.Owed(), s.Checks.Known, whoAnswers(r.Endpoint), by)
}

// whoAnswers names the server, or the provider.
func whoAnswers(e result.Endpoint) string {
	if name := strings.TrimPrefix(e.Name, "embedded "); name != "" {
		return brief(name, valueLimit)
	}
	if e.Provider != "" {
		return brief(e.Provider, valueLimit)
	}
	return "this endpoint"
}

// example points to one cell of many: where its scenario stands, and what a page, or else the answer, comes to there.
func (t *textWriter) example(indent int, c *result.Cell, f result.Finding) {
	words := effect(f)
	if words == "" {
		words = brief(c.Title, valueLimit) + ": expected " + brief(f.Expected, valueLimit) + ", got " + brief(f.Got, valueLimit)
	}
	t.rows(indent, []row{{label: "e.g.", value: words}, {label: "in", value: place(c.File, c.Line), verbatim: true}})
}
