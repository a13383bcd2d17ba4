package reports

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// WriteComparison writes what a terminal shows of runs side by side: what changed first, where there are two.
func WriteComparison(w io.Writer, c Comparison, opts TextOptions) error {
	t := &textWriter{out: bufio.NewWriter(w), opts: opts, width: defaultWidth}
	t.columns(c.Columns)
	for _, caveat := range c.Caveats {
		t.blank()
		t.wrapped(0, "Mind: "+brief(caveat, evidenceLimit)+".")
	}
	if b := c.Changes; b != nil {
		t.section(bold, fmt.Sprintf("From %s to %s: %s", visible(c.Columns[0].Name), visible(c.Columns[1].Name), tallied(b)))
		t.changes("worse", b.Worse)
		t.changes("better", b.Better)
		t.ids("new", b.New)
		t.ids("gone", b.Gone)
	}
	rows := make([][]string, len(c.Levels))
	for i, l := range c.Levels {
		rows[i] = append([]string{l.Name}, texts(l.States)...)
	}
	t.grid("Levels", c.Columns, rows)
	t.grid("Topics", c.Columns, markRows(topicRows(c.Topics)))
	t.grid("Scenarios that differ from one to another", c.Columns, markRows(differing(c.Topics)))
	t.grid("Checks; all others found nothing", c.Columns, markRows(c.Checks))
	rows = make([][]string, len(c.Open))
	for i, o := range c.Open {
		rows[i] = append([]string{brief(o.Point, shortPoint)}, o.Choices...)
	}
	t.grid("Where S3's behaviour is open", c.Columns, rows)
	t.notes(c.Notes)
	return t.out.Flush()
}

// Columns of a terminal's tables are kept narrow.
const (
	shortPoint  = 70
	shortColumn = 28
)

func (t *textWriter) columns(all []Column) {
	t.line(0, t.paint(bold, plural(len(all), "run")+" side by side"))
	rows := make([][]string, len(all))
	for i, c := range all {
		rows[i] = []string{visible(c.Name), brief(c.Endpoint, valueLimit), brief(c.Product, valueLimit), c.Started.UTC().Format(time.DateOnly), plural(c.Summary.Cells, "cell")}
	}
	t.table(2, rows)
}

// grid writes a table with a column for each run.
func (t *textWriter) grid(title string, columns []Column, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	t.section(bold, title)
	head := []string{""}
	for _, c := range columns {
		head = append(head, brief(c.Name, shortColumn))
	}
	shown := [][]string{head}
	for _, r := range rows {
		line := []string{visible(r[0])}
		for _, v := range r[1:] {
			line = append(line, brief(v, shortPoint))
		}
		shown = append(shown, line)
	}
	t.table(2, shown)
}

func texts[T ~string](values []T) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = string(v)
	}
	return all
}

func topicRows(topics []Topic) []Row {
	rows := make([]Row, len(topics))
	for i, t := range topics {
		rows[i] = t.Row
	}
	return rows
}

// differing lists the scenarios that are not the same in every run.
func differing(topics []Topic) []Row {
	var rows []Row
	for _, t := range topics {
		for _, s := range t.Scenarios {
			if s.Differs() {
				rows = append(rows, s)
			}
		}
	}
	return rows
}

func markRows(rows []Row) [][]string {
	all := make([][]string, len(rows))
	for i, r := range rows {
		all[i] = []string{r.Name}
		for _, m := range r.Marks {
			all[i] = append(all[i], markText(m))
		}
	}
	return all
}

// markText is a mark in words: "breaks pages 12/60".
func markText(m Mark) string {
	text, counts := string(m.State), markCounts(m)
	switch {
	case counts == "":
		return text
	case m.Cells == 0:
		return text + ", " + counts
	default:
		return text + " " + counts
	}
}

// markCounts says how many cells deviate of how many, and how many could not be judged: "12/60, 3 not judged".
func markCounts(m Mark) string {
	var parts []string
	if m.Cells > 0 {
		parts = append(parts, strconv.Itoa(m.Cells)+"/"+strconv.Itoa(m.Judged))
	}
	if m.Aside > 0 && m.Judged > 0 {
		parts = append(parts, strconv.Itoa(m.Aside)+" not judged")
	}
	return strings.Join(parts, ", ")
}

// notes say once what was found, each by its first cell.
func (t *textWriter) notes(all []Note) {
	if len(all) == 0 {
		return
	}
	t.section(bold, "What was found, by run, worst first")
	column := ""
	for _, n := range all {
		if n.Column != column {
			column = n.Column
			t.blank()
			t.line(2, t.paint(bold, visible(column)))
		}
		t.line(4, fmt.Sprintf("%s %s: %s of %s, as in", t.paint(classStyles[n.Class], "["+visible(string(n.Class))+"]"), visible(n.Check), plural(n.Cells, "cell"), plural(n.Scenarios, "scenario")))
		t.line(6, visible(n.First))
		if t.opts.Verbose {
			t.rows(6, findingRows(n.Finding))
		}
	}
}
