package reports

import (
	"io"
	"slices"
	"strings"
	"time"

	"corsprobe/runner/result"
)

// writeComparisonMarkdown writes for a pull request, a README or a wiki: tables of words.
func writeComparisonMarkdown(w io.Writer, c Comparison) error {
	var m markdown
	m.add("## CORS, " + plural(len(c.Columns), "run") + " side by side")
	rows := make([][]string, len(c.Columns))
	for i, col := range c.Columns {
		rows[i] = []string{columnTitle(col), code(col.Endpoint), code(col.Product), col.Started.UTC().Format(time.DateOnly), markCount(col.Summary.Cells)}
	}
	m.table("", []string{"run", "endpoint", "product", "date", "cells"}, rows)
	for _, caveat := range c.Caveats {
		m.add("**Mind**: " + prose(caveat) + ".")
	}
	m.changed(c)
	m.grid("Levels", c.Columns, levelCells(c.Levels))
	m.grid("Topics", c.Columns, markCells(topicRows(c.Topics)))
	m.grid("Scenarios that differ from one to another", c.Columns, markCells(differing(c.Topics)))
	m.grid("Checks; all others found nothing", c.Columns, markCells(c.Checks))
	rows = make([][]string, len(c.Open))
	for i, o := range c.Open {
		rows[i] = []string{prose(o.Point)}
		for _, choice := range o.Choices {
			rows[i] = append(rows[i], prose(choice))
		}
	}
	m.grid("Where S3's behaviour is open", c.Columns, rows)
	rows = make([][]string, len(c.Notes))
	for i, n := range c.Notes {
		first := code(n.First)
		if n.Link != "" {
			first += " " + link(n.Link)
		}
		rows[i] = []string{code(n.Column), string(n.Class), code(n.Check), markCount(n.Cells), code(n.Finding.Expected), code(n.Finding.Got), first}
	}
	m.table("What was found, by run, worst first", []string{"run", "class", "check", "cells", "expected", "got", "as in"}, rows)
	m.add(compareLegend())
	_, err := io.WriteString(w, strings.Join(m.blocks, "\n\n")+"\n")
	return err
}

// writeSupportTable writes what a README has room for: what the servers that were judged do otherwise than S3, and why others were not judged.
func writeSupportTable(w io.Writer, c Comparison) error {
	judged, others := judgedColumns(c.Columns)
	var m markdown
	head, dates := []string{"", "class"}, []string{"the catalogue was asked", ""}
	for _, i := range judged {
		col := c.Columns[i]
		head, dates = append(head, prose(col.Name)), append(dates, day(col.Started)+", "+markCount(col.Summary.Cells))
	}
	for _, a := range c.Also {
		head, dates = append(head, prose(a.Title)), append(dates, prose(a.Says))
	}
	rows := [][]string{dates}
	for _, l := range levelCells(c.Levels) {
		row := append([]string{l[0], ""}, picked(l, judged)[1:]...)
		rows = append(rows, append(row, make([]string, len(c.Also))...))
	}
	costly, harmless := deviationRows(c, judged)
	m.whole(head, append(rows, costly...))
	if len(harmless) > 0 {
		m.add("<details><summary>" + plural(len(harmless), "deviation") + " more, that no browser and no cache would notice</summary>")
		m.whole(head, harmless)
		m.add("</details>")
	}
	m.add(classLegend())
	var lines []string
	for _, i := range others {
		why, _, _ := strings.Cut(c.Columns[i].Incomplete, "; ") // what can be done about it stands in the run's own reports
		lines = append(lines, "- "+prose(c.Columns[i].Name)+", "+c.Columns[i].Started.UTC().Format(time.DateOnly)+": "+prose(why))
	}
	if len(lines) > 0 {
		m.add("Not judged:\n\n" + strings.Join(lines, "\n"))
	}
	_, err := io.WriteString(w, strings.Join(m.blocks, "\n\n")+"\n")
	return err
}

// classLegend explains the classes.
func classLegend() string {
	var parts []string
	for _, class := range result.Classes {
		parts = append(parts, "**"+string(class)+"**: "+class.Meaning())
	}
	return strings.Join(parts, "; ") + ". `corsprobe explain NAME` tells more of a deviation."
}

// judgedColumns are the indices of the columns whose runs judged something, and of the others.
func judgedColumns(all []Column) (judged, others []int) {
	for i, c := range all {
		if c.Summary.Cells > c.Summary.Errors+c.Summary.Unsupported {
			judged = append(judged, i)
		} else {
			others = append(others, i)
		}
	}
	return judged, others
}

// picked is a row's title and its cells in some columns.
func picked(row []string, columns []int) []string {
	kept := row[:1:1]
	for _, i := range columns {
		kept = append(kept, row[i+1])
	}
	return kept
}

func columnTitle(c Column) string {
	if c.Link == "" {
		return code(c.Name)
	}
	return code(c.Name) + " " + link(c.Link)
}

func markCount(n int) string { return plural(n, "cell") }

// changed lists what two runs differ in, before all else.
func (m *markdown) changed(c Comparison) {
	if c.Changes == nil {
		return
	}
	m.add("From " + code(c.Columns[0].Name) + " to " + code(c.Columns[1].Name) + ": " + tallied(c.Changes) + ".")
	var rows [][]string
	for _, g := range alike(c.Changes.Worse) {
		rows = append(rows, []string{"**worse**", markCount(len(g.changes)), prose(g.key), code(g.changes[0].ID)})
	}
	for _, g := range alike(c.Changes.Better) {
		rows = append(rows, []string{"better", markCount(len(g.changes)), prose(g.key), code(g.changes[0].ID)})
	}
	m.table("", []string{"", "cells", "change", "as in"}, rows)
}

// grid adds a table with a column for each run.
func (m *markdown) grid(title string, columns []Column, rows [][]string) {
	head := []string{""}
	for _, c := range columns {
		head = append(head, code(c.Name))
	}
	m.table(title, head, rows)
}

func levelCells(all []LevelRow) [][]string {
	rows := make([][]string, len(all))
	for i, l := range all {
		rows[i] = append([]string{"**" + l.Name + "**: " + l.Meaning}, texts(l.States)...)
	}
	return rows
}

func markCells(all []Row) [][]string {
	rows := markRows(all)
	for _, r := range rows {
		r[0] = code(r[0])
	}
	return rows
}

// compareLegend explains the words of a mark; only those that occur, where some are named.
func compareLegend(occur ...State) string {
	var parts []string
	for _, s := range States {
		if len(occur) == 0 || slices.Contains(occur, s.State) {
			parts = append(parts, "**"+string(s.State)+"**: "+s.Meaning)
		}
	}
	return strings.Join(parts, "; ") + ". 12/60: in 12 of 60 cells."
}
