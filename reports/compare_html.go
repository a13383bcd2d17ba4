package reports

import (
	"bufio"
	_ "embed"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"corsprobe/runner/result"
)

// The page is one file: its style stands in it, it has no script, and nothing else is ever loaded.
//
//go:embed comparison/compare.css
var comparisonStyle string

// comparisonPage is what the template shows: text is visible, and links lead to the web or to a file beside the page.
type comparisonPage struct {
	Policy, Title string
	Columns       []comparedColumn
	Caveats       []string
	Changes       *changesView
	Levels        []comparedRow
	Topics        []comparedTopic
	Checks, Open  []comparedRow
	Notes         []comparedNotes
	Legend        []legendEntry
}

type comparedColumn struct{ Name, Endpoint, Product, Region, Date, Cells, Tool, Link string }

type comparedTopic struct {
	comparedRow
	Scenarios []comparedRow
}

// comparedRow is a row of any of the tables.
type comparedRow struct {
	Name, Meaning, Anchor string // Anchor: of more about it
	Differs               bool
	Marks                 []comparedMark
}

// comparedMark is one word of a table, with the column that it stands in: on a phone there is no head above it.
type comparedMark struct {
	Column, Word, Class, Glyph, Counts string
	Known                              bool
	Notes                              []int
}

type comparedNotes struct {
	Column string
	Notes  []comparedNote
}

type comparedNote struct {
	Number               int
	Check, Class, Counts string
	First, Link          string
	Rows                 []row
}

type legendEntry struct{ Word, Class, Glyph, Meaning string }

type changesView struct {
	From, To, Tally string
	Groups          []changeGroup
	New, Gone       int
}

type changeGroup struct {
	Word, Change, Cells, First string
	Rows                       []row
}

// comparedTable is one table; Heads: its head tells all about the endpoints.
type comparedTable struct {
	Caption string
	Columns []comparedColumn
	Rows    []comparedRow
	Heads   bool
}

func topicViews(topics []comparedTopic) []comparedRow {
	rows := make([]comparedRow, len(topics))
	for i, t := range topics {
		rows[i] = t.comparedRow
	}
	return rows
}

// looks are how a word is shown beside itself: never by colour alone.
var looks = map[string]struct{ class, glyph string }{
	string(AsS3): {"good", "✓"}, string(Differs): {"contract", "≈"}, string(CacheRisk): {"cache", "!"}, string(Unsteady): {"flaky", "?"},
	string(Breaks): {"breakage", "✗"}, string(Exposes): {"exposure", "✗✗"}, string(NoSupport): {"aside", "–"}, string(NotJudged): {"aside", "–"}, string(NotAsked): {"aside", "–"},
	string(result.Reached): {"good", "✓"}, string(result.Missed): {"breakage", "✗"}, string(result.Undecided): {"aside", "–"},
}

func writeComparisonHTML(w io.Writer, c Comparison) error {
	p := comparisonPage{
		Policy: "default-src 'none'; style-src 'sha256-" + digest(comparisonStyle) + "'; base-uri 'none'; form-action 'none'",
		Title:  comparisonTitle(c.Columns), Changes: changesOf(c), Notes: notesOf(c.Notes),
	}
	names := make([]string, len(c.Columns))
	for i, col := range c.Columns {
		names[i] = visible(col.Name)
		p.Columns = append(p.Columns, comparedColumn{
			Name: names[i], Endpoint: visible(col.Endpoint), Product: brief(col.Product, valueLimit), Region: visible(col.Region),
			Date: col.Started.UTC().Format(time.DateOnly), Cells: plural(col.Summary.Cells, "cell"), Tool: visible(col.Tool), Link: pageLink(col.Link),
		})
	}
	for _, caveat := range c.Caveats {
		p.Caveats = append(p.Caveats, brief(caveat, evidenceLimit))
	}
	for _, l := range c.Levels {
		p.Levels = append(p.Levels, wordRow(l.Name, l.Meaning, names, texts(l.States)))
	}
	for _, t := range c.Topics {
		view := comparedTopic{comparedRow: markedRow(t.Row, names)}
		view.Anchor = "t-" + strconv.Itoa(len(p.Topics)+1)
		for _, s := range t.Scenarios {
			view.Scenarios = append(view.Scenarios, markedRow(s, names))
		}
		p.Topics = append(p.Topics, view)
	}
	for _, r := range c.Checks {
		p.Checks = append(p.Checks, markedRow(r, names))
	}
	for _, o := range c.Open {
		p.Open = append(p.Open, wordRow(o.Point, "", names, o.Choices))
	}
	for _, s := range States {
		look := looks[string(s.State)]
		p.Legend = append(p.Legend, legendEntry{Word: string(s.State), Class: look.class, Glyph: look.glyph, Meaning: s.Meaning})
	}
	out := bufio.NewWriter(w)
	writecomparisonView(out, p)
	return out.Flush() // with the first error of all that was written
}

// comparisonTitle names the columns, as long as they are few.
func comparisonTitle(columns []Column) string {
	const few = 4
	if len(columns) > few {
		return strconv.Itoa(len(columns)) + " endpoints"
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = visible(c.Name)
	}
	return list(names)
}

// pageLink is a link to the web or to a file, and nothing that a browser would run.
func pageLink(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "" && u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return link
}

func markedRow(r Row, names []string) comparedRow {
	row := comparedRow{Name: visible(r.Name), Meaning: brief(r.Meaning, evidenceLimit), Differs: r.Differs()}
	for i, m := range r.Marks {
		look := looks[string(m.State)]
		row.Marks = append(row.Marks, comparedMark{
			Column: names[i], Word: string(m.State), Class: look.class, Glyph: look.glyph, Counts: countsInWords(m), Known: m.Known, Notes: m.Notes,
		})
	}
	return row
}

// countsInWords says what a mark is made of: "12 of 60".
func countsInWords(m Mark) string {
	var parts []string
	if m.Cells > 0 {
		parts = append(parts, strconv.Itoa(m.Cells)+" of "+strconv.Itoa(m.Judged))
	}
	if m.Aside > 0 && m.Judged > 0 {
		parts = append(parts, strconv.Itoa(m.Aside)+" not judged")
	}
	return strings.Join(parts, ", ")
}

// wordRow is a row of plain words: one that has a look is shown with it.
func wordRow(name, meaning string, names, values []string) comparedRow {
	row := comparedRow{Name: visible(name), Meaning: meaning}
	for i, v := range values {
		look := looks[v]
		if v == "" {
			v = "not seen"
		}
		row.Marks = append(row.Marks, comparedMark{Column: names[i], Word: brief(v, valueLimit), Class: look.class, Glyph: look.glyph})
		row.Differs = row.Differs || v != row.Marks[0].Word
	}
	return row
}

// notesOf gathers the notes by column.
func notesOf(all []Note) []comparedNotes {
	var groups []comparedNotes
	for _, n := range all {
		if len(groups) == 0 || groups[len(groups)-1].Column != visible(n.Column) {
			groups = append(groups, comparedNotes{Column: visible(n.Column)})
		}
		last := &groups[len(groups)-1]
		last.Notes = append(last.Notes, comparedNote{
			Number: n.Number, Check: visible(n.Check), Class: visible(string(n.Class)), Counts: plural(n.Cells, "cell") + " of " + plural(n.Scenarios, "scenario"),
			First: visible(n.First), Link: pageLink(n.Link), Rows: findingRows(n.Finding),
		})
	}
	return groups
}

func changesOf(c Comparison) *changesView {
	if c.Changes == nil {
		return nil
	}
	v := &changesView{From: visible(c.Columns[0].Name), To: visible(c.Columns[1].Name), Tally: tallied(c.Changes), New: len(c.Changes.New), Gone: len(c.Changes.Gone)}
	add := func(word string, all []result.Change) {
		for _, g := range alike(all) {
			group := changeGroup{Word: word, Change: g.key, Cells: plural(len(g.changes), "cell"), First: visible(g.changes[0].ID)}
			if f, some := worst(g.changes[0].Findings); some {
				group.Rows = []row{{label: "expected", value: brief(f.Expected, valueLimit)}, {label: "got", value: brief(f.Got, valueLimit)}}
			}
			v.Groups = append(v.Groups, group)
		}
	}
	add("worse", c.Changes.Worse)
	add("better", c.Changes.Better)
	return v
}
