package scenarios

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"corsprobe/runner/english"
	"corsprobe/runner/s3cors"

	"gopkg.in/yaml.v3"
)

// Dimension is one thing in which the requests of a matrix differ. What a matrix and a selector may say of it, the schema, errors, ids and
// titles are drawn from it; how it changes a request is for package runner, which holds an application for each [Dimensions].
type Dimension struct {
	Key  string // in a matrix and in a selector: "origins"
	Doc  string // what it is, for the schema and for errors
	Name string // of one value, in ids: "origin"
	// Words are the only values, the default first; nil: any text.
	Words []string
	// Required: a matrix must list values; otherwise it may leave the dimension out, which means the first of Words or standard.
	Required bool
	// Always: the value is a part of every id, in the order of the table. Other dimensions are left out of an id where they have their
	// default, and are parts "name=value" where not, so that a dimension that is added changes no id.
	Always bool

	standard Value                                                            // what a matrix that leaves the dimension out means
	usual    string                                                           // the text of standard
	read     func(d *decoder, n *yaml.Node) Value                             // one value of a list
	schema   func(*generator) schema                                          // of one value
	check    func(d *decoder, v Value, at place)                              // refuses what no request can have
	expand   func(v Value, cfg *s3cors.Configuration, listed []Value) []Value // a value that stands for several
	set      func(*Cell, *Value)                                              // gives a cell the value
	text     func(*Cell) string                                               // the cell's value, as a selector sees it
	part     func(*Cell) string                                               // the cell's value in an id, escaped
	title    func(*Cell) string                                               // the cell's value in a title; empty: nothing worth telling
	matches  func(pattern string, c Cell) bool                                // a selector's word that is no glob
}

// Value is one value of a dimension, as a matrix lists it.
type Value struct {
	Text   string
	Absent bool    // none: nothing is sent
	Fields []Field // of the headers dimension: real headers
	// Adversarial says what an origin that adversarial stands for would be confused with.
	Adversarial string

	unread bool // an error was noted in its place
}

// Value is the cell's value of a dimension, as a selector sees it.
func (d Dimension) Value(c Cell) string { return d.text(&c) }

// IsDefault reports that the cell has the value that a matrix need not write.
func (d Dimension) IsDefault(c Cell) bool { return d.isDefault(&c) }

func (d *Dimension) isDefault(c *Cell) bool { return !d.Required && d.text(c) == d.usual }

func (d Dimension) defaultText() string {
	var c Cell
	d.set(&c, &d.standard)
	return d.text(&c)
}

// inID is the dimension's part of a cell's id; false where it is left out.
func (d *Dimension) inID(c *Cell) (string, bool) {
	switch {
	case d.Always:
		return d.part(c), true
	case d.isDefault(c):
		return "", false
	default:
		return d.Name + "=" + d.part(c), true
	}
}

// words makes a dimension whose values are words, the first of them its default. field is where a cell keeps it.
func words[T ~string](d Dimension, field func(*Cell) *T, title func(T) string, values ...T) Dimension {
	d.Words = texts(values...)
	d.standard, d.usual = Value{Text: d.Words[0]}, d.Words[0]
	d.read = func(r *decoder, n *yaml.Node) Value { return r.word(n, d.Words) }
	d.schema = func(*generator) schema { return schema{"enum": d.Words} }
	d.set = func(c *Cell, v *Value) { *field(c) = T(v.Text) }
	d.text = func(c *Cell) string { return orWord(string(*field(c)), d.Words[0]) }
	d.part = func(c *Cell) string { return escape(d.text(c), "") }
	d.title = func(c *Cell) string {
		if d.isDefault(c) {
			return ""
		}
		return title(T(d.text(c)))
	}
	return d
}

func texts[T ~string](values ...T) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = string(v)
	}
	return all
}

// word reads one of several words.
func (d *decoder) word(n *yaml.Node, words []string) Value {
	v := d.freeText(n)
	if !v.unread && !slices.Contains(words, v.Text) {
		d.fail(n, fmt.Sprintf("found %q", v.Text), english.Or(words), nearest(v.Text, words))
		v.unread = true
	}
	return v
}

// freeText reads any text.
func (d *decoder) freeText(n *yaml.Node) Value {
	var v Value
	before := len(d.errors)
	d.scalar(n, reflect.ValueOf(&v.Text).Elem())
	v.unread = len(d.errors) > before
	return v
}

// textOrNone reads any text; the word none means that nothing is sent.
func (d *decoder) textOrNone(n *yaml.Node) Value {
	v := d.freeText(n)
	if v.Text == noneWord {
		return Value{Absent: true}
	}
	return v
}

// list is what a matrix lists of one dimension.
type list struct {
	of     *Dimension
	values []Value
}

// lists holds one list for each of [Dimensions], in their order.
type lists []list

func newLists() lists {
	all := make(lists, len(dimensions))
	for i := range dimensions {
		all[i].of = &dimensions[i]
	}
	return all
}

// decodeNode reads a list; one value stands for a list of one.
func (l *list) decodeNode(d *decoder, n *yaml.Node) {
	d.elements(n, func(e *yaml.Node) { l.values = append(l.values, l.of.read(d, e)) })
}

// elements reads the elements of a sequence, or a single value in place of one.
func (d *decoder) elements(n *yaml.Node, read func(*yaml.Node)) {
	all := n.Content
	if n.Kind != yaml.SequenceNode {
		all = []*yaml.Node{n}
	}
	for _, e := range all {
		e, ok := d.enter(e)
		if ok {
			read(e)
		}
		d.depth--
	}
}

// patterns holds a selector's globs for each of [Dimensions], in their order.
type patterns []globs

type globs []string

// fits reports that one of the patterns fits a cell's value; no patterns fit everything.
func (g globs) fits(d *Dimension, c Cell) bool {
	return len(g) == 0 || slices.ContainsFunc(g, func(p string) bool {
		return wildcard(p, d.text(&c)) || d.matches != nil && d.matches(p, c)
	})
}

// dimensionIndex finds a dimension by its key; -1: no dimension has it.
func dimensionIndex(key string) int {
	return slices.IndexFunc(dimensions, func(d Dimension) bool { return d.Key == key })
}

// dimensionKeys lists the keys in the order of the table.
func dimensionKeys() []string {
	keys := make([]string, len(dimensions))
	for i, d := range dimensions {
		keys[i] = d.Key
	}
	return keys
}

// listed is what a matrix lists of a dimension; empty where it leaves it out.
func (m *Matrix) listed(key string) []Value {
	if len(m.Lists) == 0 {
		return nil
	}
	return m.Lists[dimensionIndex(key)].values
}

// values are what a matrix combines of each dimension: what it lists, or the default, with what stands for several values expanded.
func (m *Matrix) values(cfg *s3cors.Configuration) [][]Value {
	all := make([][]Value, len(dimensions))
	for i, d := range dimensions {
		listed := m.listed(d.Key)
		if len(listed) == 0 && !d.Required {
			listed = []Value{d.standard}
		}
		for _, v := range listed {
			if d.expand == nil {
				all[i] = append(all[i], v)
			} else {
				all[i] = append(all[i], d.expand(v, cfg, listed)...)
			}
		}
	}
	return all
}

// cell is the cell that has the value of that index of each dimension.
func (m *Matrix) cell(values [][]Value, index []int) Cell {
	c := Cell{Line: m.where("").line, Send: m.Send}
	if len(c.Send) == 0 {
		c.Send = []Send{Preflight, Actual}
	}
	for i := range dimensions {
		dimensions[i].set(&c, &values[i][index[i]])
	}
	return c
}

// cellID puts the parts of an id together.
func cellID(prefix string, c *Cell) string {
	parts := append(make([]string, 0, 1+len(dimensions)), prefix)
	for i := range dimensions {
		if part, ok := dimensions[i].inID(c); ok {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "/")
}

// title says in a few words what a cell asks: "PUT from https://app.example.com asking for x-amz-date".
func title(c *Cell) string {
	var b strings.Builder
	for _, i := range titleOrder() {
		b.WriteString(dimensions[i].title(c))
	}
	return b.String()
}

// titleOrder is the order of a sentence, as indices of dimensions: who asks for what comes first, by which means last.
var titleOrder = sync.OnceValue(func() []int {
	first := []string{"methods", "targets", "origins", "headers", "authorisations", "addressing"}
	rest := slices.DeleteFunc(dimensionKeys(), func(key string) bool { return slices.Contains(first, key) })
	var order []int
	for _, key := range append(first, rest...) {
		order = append(order, dimensionIndex(key))
	}
	return order
})
