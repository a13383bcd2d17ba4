package reports

import (
	"cmp"
	"slices"

	"corsprobe/runner/result"
)

// matrix is the cells of one scenario that share step, target, addressing and authorisation, as a table. Its rows are origins, its
// columns methods and headers; a dimension of one value is told in the caption. Lists of headers are long and make bad columns, so they
// are the rows where there is but one origin.
type matrix struct {
	Common []label    // what all the cells share
	Corner string     // what the rows are
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
	Label label
	Note  string    // what an adversarial origin would be confused with
	Cells [][]*mark // by column; empty where nothing was asked
}

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

// axes are the values that each dimension of a table takes, in the order in which they first occur.
type axes struct {
	origins, methods, headers []label
}

func axesOf(cells []*result.Cell) axes {
	return axes{
		origins: distinct(cells, originLabel),
		methods: distinct(cells, methodLabel),
		headers: distinct(cells, headersLabel),
	}
}

// headersDown reports that the rows are headers, not origins.
func (a axes) headersDown() bool { return len(a.origins) == 1 && len(a.headers) > 1 }

// headersAcross reports that headers are columns.
func (a axes) headersAcross() bool { return len(a.origins) > 1 && len(a.headers) > 1 }

// spot is a column of a table: the dimensions that are not columns stay empty.
type spot struct{ method, headers label }

func newMatrix(cells []*result.Cell, marked func(*result.Cell) *mark) matrix {
	a := axesOf(cells)
	row, values := originLabel, a.origins
	m := matrix{Common: a.common(cells[0].Point), Corner: "Origin"}
	if a.headersDown() {
		row, values, m.Corner = headersLabel, a.headers, "Headers"
	}
	spots := a.spots(cells)
	m.Heads = a.heads(spots)
	for _, v := range values {
		m.Rows = append(m.Rows, matrixRow{Label: v, Cells: make([][]*mark, len(spots))})
	}
	rows, columns := places(values), places(spots)
	for _, c := range cells {
		r := &m.Rows[rows[row(c)]]
		if r.Note == "" && !a.headersDown() {
			r.Note = brief(c.Point.Adversarial, valueLimit)
		}
		at := &r.Cells[columns[a.spot(c)]]
		*at = append(*at, marked(c))
	}
	return m
}

// places are the indexes of values.
func places[T comparable](values []T) map[T]int {
	at := make(map[T]int, len(values))
	for i, v := range values {
		at[v] = i
	}
	return at
}

func (a axes) spot(c *result.Cell) spot {
	s := spot{method: methodLabel(c)}
	if a.headersAcross() {
		s.headers = headersLabel(c)
	}
	return s
}

// spots lists the columns: those of one method stand together.
func (a axes) spots(cells []*result.Cell) []spot {
	spots := distinct(cells, a.spot)
	slices.SortStableFunc(spots, func(x, y spot) int {
		return cmp.Compare(slices.Index(a.methods, x.method), slices.Index(a.methods, y.method))
	})
	return spots
}

// heads are the columns' headings, without a row for what the caption tells.
func (a axes) heads(spots []spot) [][]column {
	var methods, headers []column
	for i, s := range spots {
		if i == 0 || spots[i-1].method != s.method {
			methods = append(methods, column{Label: s.method})
		}
		methods[len(methods)-1].Span++
		headers = append(headers, column{Label: s.headers, Span: 1})
	}
	switch {
	case a.headersAcross() && len(a.methods) > 1:
		return [][]column{methods, headers}
	case a.headersAcross():
		return [][]column{headers}
	case len(a.methods) > 1:
		return [][]column{methods}
	default:
		return [][]column{{{Label: label{Text: "Verdict", Words: true}, Span: 1}}}
	}
}

// common is the caption: the table's own dimensions, and those of the others that do not vary.
func (a axes) common(p *result.Point) []label {
	all := []label{words(p.Target), words(p.Authorisation), words(p.Addressing + " addressing")}
	for _, values := range [][]label{a.methods, a.headers} {
		if len(values) == 1 {
			all = append(all, values[0])
		}
	}
	if a.headersDown() {
		all = append(all, a.origins[0])
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
