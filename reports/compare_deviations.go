package reports

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"corsprobe/runner/result"
)

// DeviationRow is one way of departing from S3, and which columns do: first those of the runs, then those of Also.
type DeviationRow struct {
	Name    string          `json:"name"`
	Summary string          `json:"summary"`
	Class   result.Class    `json:"class"` // the worst that it was seen to cost; of one that no run shows, the worst that it can
	Marks   []DeviationMark `json:"marks"`
}

// DeviationMark is one column's share in a deviation; the zero value: none.
type DeviationMark struct {
	Shown bool   `json:"shown"`
	Cells int    `json:"cells,omitempty"` // that show it; 0 of Also
	As    string `json:"as,omitempty"`    // its parameters, as they are written in a file
	Link  string `json:"link,omitempty"`  // where it is written
}

// Also is a column of which only is known what a file says.
type Also struct {
	Title      string           `json:"title"`
	Says       string           `json:"says"` // "measured 2026-11"
	Deviations []KnownDeviation `json:"-"`
}

// KnownDeviation is one of a file's.
type KnownDeviation struct {
	Name  string // as it is written in a file: "most-rules: 20"
	Class result.Class
	Link  string
}

// AddDeviations adds what the runs show by deviations, known ones and causes alike, worst first; summaries are what each does, by its name.
func (c *Comparison) AddDeviations(runs []Compared, also []Also, summaries map[string]string) {
	t := deviationTable{width: len(runs) + len(also), rows: map[string]*DeviationRow{}}
	for i, run := range runs {
		for _, k := range listedDeviations(pick(run.Report.Cells, func(v result.Verdict) bool { return v == result.Known || v == result.Failed })) {
			if k.Name != "" {
				t.add(i, k.Name, k.class, len(k.cells), k.Link)
			}
		}
		for _, n := range namedCauses(run.Report) {
			t.add(i, written(n.Cause), n.Class, n.count, "")
		}
	}
	for i, a := range also {
		for _, d := range a.Deviations {
			t.add(len(runs)+i, d.Name, d.Class, 0, d.Link)
		}
	}
	c.Also, c.Deviations = also, t.sorted()
	for i := range c.Deviations {
		c.Deviations[i].Summary = summaries[c.Deviations[i].Name]
	}
}

type deviationTable struct {
	width int
	rows  map[string]*DeviationRow
}

func (t *deviationTable) add(column int, as string, class result.Class, cells int, link string) {
	name, parameters, _ := strings.Cut(as, ": ")
	parameters = strings.ReplaceAll(parameters, `"`, "") // a number's quotes are YAML's
	row := t.rows[name]
	if row == nil {
		row = &DeviationRow{Name: name, Class: class, Marks: make([]DeviationMark, t.width)}
		t.rows[name] = row
	}
	if rank(class) < rank(row.Class) && cells > 0 {
		row.Class = class
	}
	mark := &row.Marks[column]
	mark.Shown, mark.Cells, mark.Link = true, mark.Cells+cells, cmp.Or(mark.Link, link)
	if parameters != "" && !strings.Contains(mark.As, parameters) {
		mark.As = strings.TrimPrefix(mark.As+"; "+parameters, "; ")
	}
}

func (t *deviationTable) sorted() []DeviationRow {
	var all []DeviationRow
	for _, row := range t.rows {
		all = append(all, *row)
	}
	slices.SortFunc(all, func(a, b DeviationRow) int {
		return cmp.Or(cmp.Compare(rank(a.Class), rank(b.Class)), shownBy(b)-shownBy(a), strings.Compare(a.Name, b.Name))
	})
	return all
}

func shownBy(row DeviationRow) int {
	n := 0
	for _, m := range row.Marks {
		if m.Shown {
			n++
		}
	}
	return n
}

// deviationRows are the table's rows in Markdown, for some of the runs' columns and all of Also: those that cost something, and those that do
// not. What none of the columns shows is left out.
func deviationRows(c Comparison, judged []int) (costly, harmless [][]string) {
	for _, d := range c.Deviations {
		row := []string{code(d.Name) + " " + prose(d.Summary), string(d.Class)}
		columns := slices.Clone(judged)
		for i := range c.Also {
			columns = append(columns, len(c.Columns)+i)
		}
		shown := false
		for _, i := range columns {
			row = append(row, markedDeviation(d.Marks[i]))
			shown = shown || d.Marks[i].Shown
		}
		switch {
		case !shown:
		case d.Class == result.Contract:
			harmless = append(harmless, row)
		default:
			costly = append(costly, row)
		}
	}
	return costly, harmless
}

func markedDeviation(m DeviationMark) string {
	if !m.Shown {
		return ""
	}
	text := "yes"
	if m.Cells > 0 {
		text = markCount(m.Cells)
	}
	if m.Link != "" {
		text = "[" + text + "](" + strings.ReplaceAll(visible(m.Link), ")", "%29") + ")"
	}
	if m.As != "" {
		text += " " + code(m.As)
	}
	return text
}

// day is a run's.
func day(at time.Time) string { return at.UTC().Format(time.DateOnly) }
