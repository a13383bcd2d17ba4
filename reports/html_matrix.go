package reports

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"corsprobe/runner/result"
)

// matrix is the cells of one step of a scenario that share target, addressing and authorisation, as a table. Its rows are origins, its
// columns methods and headers; a dimension of one value is told in the caption. Lists of headers are long and make bad columns, so they
// are the rows where there is but one origin. Dimensions beside these, such as the operation or the client, are rows: cells that differ
// in one of them never share a place.
type matrix struct {
	Common []label    // what all the cells share
	Corner []string   // what the rows are, a word for each of their headings
	Heads  [][]column // one row of headings, or two: methods, and headers under each
	Rows   []matrixRow
}

// label is a value of a dimension: to the letter, or in words where nothing is sent.
type label struct {
	Text  string
	Words bool
}

type column struct {
	Label label
	Span  int
}

type matrixRow struct {
	Labels []label   // one for each of Corner
	Note   string    // what an adversarial origin would be confused with
	Cells  [][]*mark // by column; empty where nothing was asked
}

// dimension is one way in which cells of a table can differ.
type dimension struct {
	name    string // as the corner of a table has it
	of      func(*result.Cell) label
	further bool // its values say nothing without its name
}

var (
	byOrigin  = dimension{name: "Origin", of: originLabel}
	byMethod  = dimension{name: "Method", of: methodLabel}
	byHeaders = dimension{name: "Headers", of: headersLabel}
)

// byFurther is a dimension that few scenarios have.
func byFurther(name string) dimension {
	return dimension{name: capital(brief(name, valueLimit)), further: true, of: func(c *result.Cell) label {
		if value, ok := c.Point.Further[name]; ok {
			return sent(value, "empty")
		}
		return words("as usual")
	}}
}

// capital begins a word with a capital letter.
func capital(word string) string {
	if word == "" || word[0] < 'a' || word[0] > 'z' {
		return word
	}
	return string(word[0]-'a'+'A') + word[1:]
}

// varies reports that cells have more than one value of a dimension.
func (d dimension) varies(cells []*result.Cell) bool { return len(distinct(cells, d.of)) > 1 }

// matrices groups cells that have a point into tables, in the order in which their combinations first occur.
func matrices(cells []*result.Cell, marked func(*result.Cell) *mark) []matrix {
	groups := groupBy(cells, func(c *result.Cell) string {
		return c.Point.Target + "\x00" + c.Point.Addressing + "\x00" + c.Point.Authorisation
	})
	all := make([]matrix, len(groups))
	for i, g := range groups {
		all[i] = newMatrix(g.cells, marked)
	}
	return all
}

// axes say which dimensions are a table's rows and which its columns; the caption tells the rest, of which there is one value each.
type axes struct {
	rows, columns, caption []dimension
}

func axesOf(cells []*result.Cell) axes {
	further := furtherOf(cells)
	a := axes{rows: []dimension{byOrigin}}
	switch {
	case byOrigin.varies(cells):
		a.place(cells, byHeaders)
	case byHeaders.varies(cells):
		a.rows, a.caption = []dimension{byHeaders}, []dimension{byOrigin}
	case slices.ContainsFunc(further, func(d dimension) bool { return d.varies(cells) }):
		a.rows, a.caption = nil, []dimension{byHeaders, byOrigin}
	default:
		a.caption = []dimension{byHeaders}
	}
	for _, d := range further {
		if d.varies(cells) {
			a.rows = append(a.rows, d)
		} else {
			a.caption = append(a.caption, d)
		}
	}
	a.place(cells, byMethod)
	if slices.ContainsFunc(further, func(d dimension) bool { return d.varies(cells) }) {
		a.fold(cells)
	}
	return a
}

// place makes columns of a dimension that varies, before those that are there.
func (a *axes) place(cells []*result.Cell, d dimension) {
	if d.varies(cells) {
		a.columns = slices.Insert(a.columns, 0, d)
	} else {
		a.caption = slices.Insert(a.caption, 0, d)
	}
}

// fold makes rows of columns whose value the rows decide already, as an operation decides the method: the table would be a diagonal.
func (a *axes) fold(cells []*result.Cell) {
	rows := slices.Clone(a.rows)
	a.columns = slices.DeleteFunc(a.columns, func(d dimension) bool {
		values := map[string]label{}
		for _, c := range cells {
			if before, seen := values[spotOf(rows, c)]; seen && before != d.of(c) {
				return false
			}
			values[spotOf(rows, c)] = d.of(c)
		}
		a.rows = append(a.rows, d)
		return true
	})
}

// furtherOf are the dimensions that only some scenarios have, by name.
func furtherOf(cells []*result.Cell) []dimension {
	names := map[string]bool{}
	for _, c := range cells {
		for name := range c.Point.Further {
			names[name] = true
		}
	}
	var all []dimension
	for _, name := range slices.Sorted(maps.Keys(names)) {
		all = append(all, byFurther(name))
	}
	return all
}

// labelsOf are a cell's values of some dimensions.
func labelsOf(dimensions []dimension, c *result.Cell) []label {
	all := make([]label, len(dimensions))
	for i, d := range dimensions {
		all[i] = d.of(c)
	}
	return all
}

// spotOf is the same for cells that agree in some dimensions.
func spotOf(dimensions []dimension, c *result.Cell) string {
	var key strings.Builder
	for _, l := range labelsOf(dimensions, c) {
		key.WriteString(l.Text + "\x00")
		if l.Words {
			key.WriteString("\x01")
		}
	}
	return key.String()
}

func newMatrix(cells []*result.Cell, marked func(*result.Cell) *mark) matrix {
	a := axesOf(cells)
	m := matrix{Common: a.common(cells[0])}
	for _, d := range a.rows {
		m.Corner = append(m.Corner, d.name)
	}
	spots := a.spots(cells)
	m.Heads = a.heads(spots)
	columns := map[string]int{}
	for i, c := range spots {
		columns[spotOf(a.columns, c)] = i
	}
	for _, g := range groupBy(cells, func(c *result.Cell) string { return spotOf(a.rows, c) }) {
		r := matrixRow{Labels: labelsOf(a.rows, g.cells[0]), Cells: make([][]*mark, len(spots))}
		for _, c := range g.cells {
			if r.Note == "" && slices.Contains(m.Corner, byOrigin.name) {
				r.Note = brief(c.Point.Adversarial, valueLimit)
			}
			at := &r.Cells[columns[spotOf(a.columns, c)]]
			*at = append(*at, marked(c))
		}
		m.Rows = append(m.Rows, r)
	}
	return m
}

// spots has the first cell of every column: those of one method stand together.
func (a axes) spots(cells []*result.Cell) []*result.Cell {
	var spots []*result.Cell
	for _, g := range groupBy(cells, func(c *result.Cell) string { return spotOf(a.columns, c) }) {
		spots = append(spots, g.cells[0])
	}
	if len(a.columns) == 0 {
		return spots
	}
	order := distinct(cells, a.columns[0].of)
	slices.SortStableFunc(spots, func(x, y *result.Cell) int {
		return cmp.Compare(slices.Index(order, a.columns[0].of(x)), slices.Index(order, a.columns[0].of(y)))
	})
	return spots
}

// heads are the columns' headings, a row for each dimension. The first spans the others.
func (a axes) heads(spots []*result.Cell) [][]column {
	if len(a.columns) == 0 {
		return [][]column{{{Label: words("Verdict"), Span: 1}}}
	}
	heads := make([][]column, len(a.columns))
	for i, d := range a.columns {
		last := i == len(a.columns)-1
		for at, c := range spots {
			if l := d.of(c); last || at == 0 || d.of(spots[at-1]) != l {
				heads[i] = append(heads[i], column{Label: l})
			}
			heads[i][len(heads[i])-1].Span++
		}
	}
	return heads
}

// common is the caption: the table's own dimensions, and those of the others that do not vary.
func (a axes) common(c *result.Cell) []label {
	p := c.Point
	all := []label{words(p.Target), words(p.Authorisation), words(p.Addressing + " addressing")}
	for _, d := range a.caption {
		l := d.of(c)
		if d.further {
			l = words(d.name + ": " + l.Text)
		}
		all = append(all, l)
	}
	return all
}

func words(text string) label { return label{Text: brief(text, valueLimit), Words: true} }

// sent is a value to the letter, or the words for an empty one.
func sent(text, empty string) label {
	if text == "" {
		return words(empty)
	}
	return label{Text: brief(text, evidenceLimit)}
}

func originLabel(c *result.Cell) label {
	if c.Point.Origin == nil {
		return words("no Origin")
	}
	return sent(*c.Point.Origin, "an empty Origin")
}

func methodLabel(c *result.Cell) label {
	if c.Point.Method == "none" {
		return words("no method")
	}
	return sent(c.Point.Method, "an empty method")
}

func headersLabel(c *result.Cell) label {
	if c.Point.Headers == "none" {
		return words("no headers")
	}
	return sent(c.Point.Headers, "an empty list")
}

// distinct lists what of gives for cells, each value once, in order.
func distinct[T comparable](cells []*result.Cell, of func(*result.Cell) T) []T {
	seen := map[T]bool{}
	var all []T
	for _, c := range cells {
		if v := of(c); !seen[v] {
			seen[v] = true
			all = append(all, v)
		}
	}
	return all
}
