package reports

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// named is a cause with what a reader needs of it.
type named struct {
	result.Cause
	count   int             // of its cells that failed
	example *result.Cell    // that shows it best: one that has no other finding, or few
	finding *result.Finding // of the example; nil: none that belongs to the cause
}

// namedCauses are the causes of what failed, worst first, then by how many cells they explain. Those of known deviations alone are left out.
func namedCauses(r result.Report) []named {
	index := map[string]*result.Cell{}
	for i := range r.Cells {
		index[r.Cells[i].ID] = &r.Cells[i]
	}
	var all []named
	for _, c := range r.Causes {
		n := named{Cause: c}
		for _, id := range c.Cells {
			cell := index[id]
			if cell == nil || cell.Verdict != result.Failed {
				continue
			}
			n.count++
			if f := findingOf(c, cell); f != nil && (n.finding == nil || len(cell.Findings) < len(n.example.Findings)) {
				n.example, n.finding = cell, f
			}
		}
		if n.count > 0 {
			all = append(all, n)
		}
	}
	slices.SortStableFunc(all, func(a, b named) int {
		if d := rank(a.Class) - rank(b.Class); d != 0 {
			return d
		}
		return b.count - a.count
	})
	return all
}

// findingOf is the worst of a cell's findings that a cause explains.
func findingOf(c result.Cause, cell *result.Cell) *result.Finding {
	var worst *result.Finding
	for i := range cell.Findings {
		f := &cell.Findings[i]
		if slices.Contains(c.Checks, f.Check) && (worst == nil || rank(f.Class) < rank(worst.Class)) {
			worst = f
		}
	}
	return worst
}

// unexplained are the failed cells that no cause explains, or not whole. Without causes nobody looked for any.
func unexplained(r result.Report) []*result.Cell {
	failed := pick(r.Cells, isFailed)
	if len(r.Causes) == 0 {
		return failed
	}
	open := map[string]bool{}
	for _, id := range r.Unexplained {
		open[id] = true
	}
	return slices.DeleteFunc(failed, func(c *result.Cell) bool { return !open[c.ID] })
}

// openCells are the cells that speak against a run and that no cause explains: failed ones, and flaky ones, of which nobody asks for a cause.
func openCells(r result.Report) []*result.Cell {
	open := map[*result.Cell]bool{}
	for _, c := range unexplained(r) {
		open[c] = true
	}
	wrong := pick(r.Cells, func(v result.Verdict) bool { return v == result.Failed || v == result.Flaky })
	return slices.DeleteFunc(wrong, func(c *result.Cell) bool { return isFailed(c.Verdict) && !open[c] })
}

// explains says how far the causes go.
func explains(r result.Report, causes int) string {
	failed, open := len(pick(r.Cells, isFailed)), len(unexplained(r))
	verb := "explain"
	if causes == 1 {
		verb = "explains"
	}
	if open == 0 {
		return fmt.Sprintf("%s %s %s", plural(causes, "cause"), verb, all(failed))
	}
	return fmt.Sprintf("%s %s %d of %s", plural(causes, "cause"), verb, failed-open, plural(failed, "failed cell"))
}

func all(failed int) string {
	if failed == 1 {
		return "the failed cell"
	}
	return fmt.Sprintf("all %d failed cells", failed)
}

// owes says what S3 does instead, from the facts that a cause departs from.
func owes(c result.Cause) string {
	var facts []string
	for _, id := range c.Facts {
		if f, ok := s3cors.FactByID(id); ok {
			facts = append(facts, fmt.Sprintf("%s (fact %d)", strings.TrimSuffix(firstSentence(f.Statement), "."), id))
		}
		if len(facts) == 1 {
			break
		}
	}
	if len(facts) == 0 {
		return ""
	}
	return "S3: " + strings.Join(facts, " ") + "."
}

// firstSentence is the statement up to its first full stop or semicolon.
func firstSentence(text string) string {
	for i, c := range text {
		if (c == '.' || c == ';') && (i+1 == len(text) || text[i+1] == ' ') {
			return text[:i]
		}
	}
	return text
}

// written is a deviation as it stands in a file of known deviations.
func written(c result.Cause) string {
	if c.Parameters == nil {
		return c.Deviation
	}
	return fmt.Sprintf("%s: %s", c.Deviation, flow(c.Parameters))
}

// flow writes a value in one line, as YAML does. It comes from a diagnosis, or from JSON.
func flow(v any) string {
	switch v := v.(type) {
	case []string:
		return "[" + strings.Join(v, ", ") + "]"
	case []any:
		words := make([]string, len(v))
		for i, w := range v {
			words[i] = flow(w)
		}
		return "[" + strings.Join(words, ", ") + "]"
	case map[string]string:
		words := make([]string, 0, len(v))
		for k, w := range v {
			words = append(words, k+": "+w)
		}
		slices.Sort(words)
		return "{" + strings.Join(words, ", ") + "}"
	case map[string]any:
		words := make([]string, 0, len(v))
		for k, w := range v {
			words = append(words, k+": "+flow(w))
		}
		slices.Sort(words)
		return "{" + strings.Join(words, ", ") + "}"
	}
	return fmt.Sprint(v)
}

// WriteDiagnosis writes what explains a report, and what it leaves open.
func WriteDiagnosis(w io.Writer, r result.Report, opts TextOptions) error {
	t := newTextWriter(w, opts)
	t.head(r)
	t.diagnosis(r, true)
	t.failed(r)
	if r.Summary.Failed == 0 {
		t.blank()
		t.line(0, "Nothing failed: there is nothing to explain.")
	}
	return t.out.Flush()
}

// diagnosis shows what the failures come from, first of all. Unless the whole is asked for, many causes have a line each, and the worst alone is
// told in full.
func (t *textWriter) diagnosis(r result.Report, whole bool) {
	all := namedCauses(r)
	if len(all) == 0 {
		return
	}
	t.section(bold, explains(r, len(all)))
	if whole || len(all) <= few {
		for i, c := range all {
			t.cause(strconv.Itoa(i+1), c)
		}
	} else {
		t.cause("1", all[0])
		t.others(all[1:])
	}
	if f := r.FollowUp; !whole && f != nil && max(len(all), len(f.Questions)) > few {
		t.fold("%s to tell deviations apart", plural(len(f.Questions), "further question"))
	} else {
		t.followUp(f)
	}
	t.blank()
	open := len(unexplained(r))
	if open == 0 {
		t.line(0, "not explained: nothing")
		return
	}
	t.line(0, "not explained: "+plural(open, "cell"))
}

// cause tells one cause in full: what it is, what S3 does instead, an example, and its name.
func (t *textWriter) cause(number string, c named) {
	t.blank()
	class := visible(string(c.Class))
	count := "  " + plural(c.count, "cell") + "  "
	lines := Wrap(class+count+brief(c.Summary, valueLimit), t.width-len(number)-2)
	t.line(0, number+"  "+t.paint(classStyles[c.Class], class)+count+t.paint(bold, strings.TrimPrefix(lines[0], class+count)))
	for _, l := range lines[1:] {
		t.line(len(number)+2, t.paint(bold, l))
	}
	if owed := owes(c.Cause); owed != "" {
		t.wrapped(3, owed)
	}
	if c.finding != nil {
		t.rows(3, []row{
			{label: "e.g.", value: brief(c.example.Title, valueLimit) + ": expected " + brief(c.finding.Expected, valueLimit) + ", got " + brief(c.finding.Got, valueLimit)},
			{label: "in", value: place(c.example.File, c.example.Line), verbatim: true},
		})
		t.rows(3, exampleCurl(c))
	}
	t.rows(3, []row{{label: "deviation", value: brief(written(c.Cause), valueLimit), verbatim: true}})
	if len(c.Alternatives) > 0 {
		t.rows(3, []row{{label: "or", value: brief(strings.Join(c.Alternatives, "; "), valueLimit) + ", which would answer the same"}})
	}
}

// moreCauses is how many have a line of their own beside those that are told in full.
const moreCauses = 12

// others gives the causes that are not told in full a line each, and counts what does not fit a screen.
func (t *textWriter) others(all []named) {
	lines := make([]ranked, len(all))
	for i, c := range all {
		lines[i] = ranked{class: c.Class, style: classStyles[c.Class], cells: c.count, text: brief(c.Summary, valueLimit)}
	}
	t.ranking(lines, moreCauses, nil)
	t.fold("what each cause does, with an example")
}

// exampleCurl is the command that repeats the exchange of the finding.
func exampleCurl(c named) []row {
	kind, _, _ := strings.Cut(c.finding.Check, ".")
	for i, ex := range c.example.Exchanges {
		if ex.Kind == kind && i < len(c.example.Curl) {
			return []row{{label: "curl", value: visible(c.example.Curl[i]), verbatim: true}}
		}
	}
	return nil
}

// diagnosis adds a table of the causes.
func (m *markdown) diagnosis(r result.Report) {
	all := namedCauses(r)
	var rows [][]string
	for _, c := range all {
		expected := ""
		if c.finding != nil {
			expected = code(c.example.ID) + ": expected " + code(brief(c.finding.Expected, valueLimit)) + ", got " + code(brief(c.finding.Got, valueLimit))
		}
		rows = append(rows, []string{code(string(c.Class)), prose(c.Summary) + " " + code(written(c.Cause)), strconv.Itoa(c.count), factNumbers(c.Facts), expected})
	}
	if len(rows) == 0 {
		return
	}
	m.table(explains(r, len(all)), []string{"class", "cause", "cells", "facts", "for instance"}, rows)
}
