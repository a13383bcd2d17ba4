package reports

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"corsprobe/runner/result"
)

// Compared is a run that takes part in a comparison.
type Compared struct {
	Name   string // of its column; empty: what the report says of the endpoint
	Report result.Report
	Link   string // of its HTML report; empty: none
}

// Comparison is runs side by side: of several endpoints, or of one at several times.
type Comparison struct {
	Version int      `json:"version"` // as a report's
	Columns []Column `json:"columns"`
	// Caveats say why columns can be compared in part only: they were not asked the same, or one is incomplete.
	Caveats []string `json:"caveats,omitempty"`
	// Changes are those from the first of two runs to the second; nil where there are more.
	Changes *result.Baseline `json:"changes,omitempty"`
	Levels  []LevelRow       `json:"levels"`
	Topics  []Topic          `json:"topics"`
	// Checks are those that found something in some run; all others found nothing in any.
	Checks []Row     `json:"checks,omitempty"`
	Open   []OpenRow `json:"open,omitempty"`
	Notes  []Note    `json:"notes,omitempty"`
	// Deviations are the ways in which any column departs from S3; Also are columns beside the runs', of which only they are known.
	Deviations []DeviationRow `json:"deviations,omitempty"`
	Also       []Also         `json:"also,omitempty"`
}

// Column is one run.
type Column struct {
	Name     string         `json:"name"` // unlike any other column's
	Endpoint string         `json:"endpoint"`
	Product  string         `json:"product,omitempty"` // with its version, as the run or the Server header says
	Region   string         `json:"region,omitempty"`
	Started  time.Time      `json:"started"`
	Tool     string         `json:"tool"`
	Run      string         `json:"run"`
	Link     string         `json:"link,omitempty"`
	Summary  result.Summary `json:"summary"`
	// Incomplete says why the run ended before everything was judged; empty where it did not.
	Incomplete string `json:"incomplete,omitempty"`
}

// LevelRow is one level of every run.
type LevelRow struct {
	Name    string              `json:"name"`
	Meaning string              `json:"meaning"`
	States  []result.LevelState `json:"states"` // one a column
}

// Topic is the scenarios of one part of the catalogue, or of one file.
type Topic struct {
	Row
	Scenarios []Row `json:"scenarios"`
}

// Row is a topic, a scenario or a check, in every run.
type Row struct {
	Name    string `json:"name"`
	Meaning string `json:"meaning,omitempty"`
	Marks   []Mark `json:"marks"` // one a column
}

// Differs reports that the row's marks are not all the same.
func (r Row) Differs() bool {
	return slices.ContainsFunc(r.Marks, func(m Mark) bool { return m.State != r.Marks[0].State })
}

// OpenRow is a point that S3's facts leave open, and what each run's endpoint chooses; empty where it was not seen.
type OpenRow struct {
	Point   string   `json:"point"`
	Choices []string `json:"choices"`
}

// Note is one check that found one class of difference in a run.
type Note struct {
	Number    int            `json:"number"` // from 1, through all columns
	Column    string         `json:"column"`
	Check     string         `json:"check"`
	Class     result.Class   `json:"class"`
	Cells     int            `json:"cells"`
	Scenarios int            `json:"scenarios"`
	First     string         `json:"first"` // id of the first of the cells
	Finding   result.Finding `json:"finding"`
	Link      string         `json:"link,omitempty"` // of the first cell in the run's HTML report
}

// Compare puts runs side by side, in their order. Known deviations count like all others: it speaks of the endpoints, and not of what was
// agreed to.
func Compare(runs []Compared) Comparison {
	c := Comparison{Version: result.Version, Columns: columns(runs)}
	c.Caveats = caveats(runs, c.Columns)
	if len(runs) == 2 {
		c.Changes = HoldAgainst(runs[0].Report, runs[1].Report, c.Columns[0].Name, nil)
	}
	m := newMarker(runs)
	for i := range runs {
		c.Notes = append(c.Notes, m.note(i, runs[i], c.Columns[i].Name)...)
	}
	c.Levels = comparedLevels(runs)
	c.Topics = m.topics(runs)
	c.Checks = m.checks(c.Notes)
	c.Open = openRows(runs)
	return c
}

func columns(runs []Compared) []Column {
	all := make([]Column, len(runs))
	taken := map[string]int{}
	for i, run := range runs {
		r := run.Report
		name := run.Name
		if name == "" {
			name = nameOf(r.Endpoint)
		}
		if taken[name]++; taken[name] > 1 {
			name = fmt.Sprintf("%s #%d", name, taken[name])
		}
		all[i] = Column{
			Name: name, Endpoint: r.Endpoint.URL, Product: productOf(r.Endpoint, name), Region: r.Endpoint.Region,
			Started: r.Run.Started, Tool: r.Run.Tool, Run: r.Run.ID, Link: run.Link, Summary: r.Summary,
			Incomplete: r.Run.Incomplete,
		}
	}
	return all
}

// nameOf is what people call an endpoint.
func nameOf(e result.Endpoint) string {
	u, err := url.Parse(e.URL)
	switch {
	case e.Provider != "":
		return e.Provider
	case e.Name != "":
		return e.Name
	case err == nil && u.Host != "":
		return u.Host
	default:
		return e.URL
	}
}

// productOf is what is known of the server beside the column's name.
func productOf(e result.Endpoint, name string) string {
	var parts []string
	for _, p := range []string{e.Name, e.Server} {
		if p != "" && p != name && !slices.Contains(parts, p) {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ", ")
}

// caveats say what keeps the columns from being compared cell by cell.
func caveats(runs []Compared, columns []Column) []string {
	var all, asked []string
	first, common, apart := runs[0].Report.Run, commonCells(runs), false
	for i, run := range runs {
		r, name := run.Report, columns[i].Name
		if why := strings.Join(openPoints(r), "; "); why != "" {
			all = append(all, name+" was not judged in everything: "+why)
		}
		if r.Run.Tool != first.Tool {
			all = append(all, fmt.Sprintf("%s was judged by %s, and %s by %s: they may judge differently", name, r.Run.Tool, columns[0].Name, first.Tool))
		}
		apart = apart || len(r.Cells) != common
		if r.Run.Digest != first.Digest {
			all = append(all, fmt.Sprintf("%s was not asked the same, or not in the same order, as %s", name, columns[0].Name))
		}
		asked = append(asked, fmt.Sprintf("%d (%s)", len(r.Cells), name))
	}
	if apart {
		all = append(all, fmt.Sprintf("the runs have %s in common, of %s", plural(common, "cell"), list(asked)))
	}
	return all
}

// commonCells counts the ids that every run has.
func commonCells(runs []Compared) int {
	times := map[string]int{}
	for _, run := range runs {
		for i := range run.Report.Cells {
			times[run.Report.Cells[i].ID]++
		}
	}
	n := 0
	for _, t := range times {
		if t == len(runs) {
			n++
		}
	}
	return n
}

func comparedLevels(runs []Compared) []LevelRow {
	rows := make([]LevelRow, len(levels))
	for _, run := range runs {
		for i, l := range Levels(run.Report) {
			rows[i].Name, rows[i].Meaning = l.Name, l.Meaning
			rows[i].States = append(rows[i].States, l.State)
		}
	}
	return rows
}

// openRows lists the open points by name. A run that chose in several ways has all of them.
func openRows(runs []Compared) []OpenRow {
	at := map[string]int{}
	var rows []OpenRow
	for i, run := range runs {
		for _, o := range run.Report.Observations {
			n, seen := at[o.Point]
			if !seen {
				n = len(rows)
				at[o.Point] = n
				rows = append(rows, OpenRow{Point: o.Point, Choices: make([]string, len(runs))})
			}
			if before := rows[n].Choices[i]; before != "" {
				rows[n].Choices[i] = before + "; " + o.Choice
			} else {
				rows[n].Choices[i] = o.Choice
			}
		}
	}
	slices.SortFunc(rows, func(a, b OpenRow) int { return cmp.Compare(a.Point, b.Point) })
	return rows
}
