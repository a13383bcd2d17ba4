package scenarios

import (
	"corsprobe/runner/english"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

const (
	// mostNodes bounds what one document may expand to: aliases of aliases grow without end.
	mostNodes = 200_000
	// deepest bounds nesting, and ends an alias that contains itself.
	deepest = 40
)

// place is where something stands in its file, from 1.
type place struct{ line, column int }

// places remembers where the keys of a mapping, and the elements of their lists ("origins/2"), stand. Types embed it so that what is found
// wrong later can still be pointed at.
type places struct{ at map[string]place }

func (p *places) remember(key string, n *yaml.Node) {
	if p.at == nil {
		p.at = map[string]place{}
	}
	p.at[key] = place{n.Line, n.Column}
}

// where is the place of a key, or the nearest thing to it that is known.
func (p *places) where(key string) place {
	if found, ok := p.at[key]; ok {
		return found
	}
	parent, _, _ := strings.Cut(key, "/")
	if found, ok := p.at[parent]; ok {
		return found
	}
	return p.at[""]
}

type rememberer interface{ remember(string, *yaml.Node) }

// nodeDecoder is a type that decodes its YAML node itself.
type nodeDecoder interface {
	decodeNode(d *decoder, n *yaml.Node)
}

// decoder reads nodes into values by reflection over the struct tags that the schema is made from too, and collects every error.
type decoder struct {
	file   string
	bytes  []byte                            // what the file holds
	read   func(name string) ([]byte, error) // files that a document names, relative to it
	errors Errors
	nodes  int
	depth  int
}

func (d *decoder) fail(n *yaml.Node, what, expected, didYouMean string) {
	d.failAt(place{n.Line, n.Column}, what, expected, didYouMean)
}

func (d *decoder) failAt(p place, what, expected, didYouMean string) {
	d.errors = append(d.errors, Error{File: d.file, Line: p.line, Column: p.column, What: what, Expected: expected, DidYouMean: didYouMean})
}

// enter follows aliases, and refuses to go on where a document grows without bounds.
func (d *decoder) enter(n *yaml.Node) (*yaml.Node, bool) {
	d.nodes++
	d.depth++
	switch {
	case d.nodes == mostNodes:
		d.fail(n, fmt.Sprintf("the document expands to over %d values", mostNodes), "fewer aliases", "")
	case d.depth == deepest:
		d.fail(n, "nested too deeply, or an alias that contains itself", "", "")
	}
	if d.nodes >= mostNodes || d.depth >= deepest {
		return n, false
	}
	for i := 0; n.Kind == yaml.AliasNode && i < deepest; i++ {
		n = n.Alias
	}
	return n, n.Kind != yaml.AliasNode
}

// value reads a node into v, which is settable.
func (d *decoder) value(n *yaml.Node, v reflect.Value) {
	n, ok := d.enter(n)
	defer func() { d.depth-- }()
	if !ok {
		return
	}
	if custom, ok := v.Addr().Interface().(nodeDecoder); ok {
		custom.decodeNode(d, n)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem())
	case reflect.Struct:
		d.mapping(n, v)
	case reflect.Slice:
		d.list(n, v)
	default:
		d.scalar(n, v)
	}
}

// mapping reads a struct. Its keys are those of its tags, and no others.
func (d *decoder) mapping(n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.MappingNode {
		d.fail(n, "found "+describe(n), "a mapping with "+strings.Join(keysOf(v.Type()), ", "), "")
		return
	}
	memory, _ := v.Addr().Interface().(rememberer)
	if memory != nil {
		memory.remember("", n)
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if !d.newKey(key, seen) {
			continue
		}
		field, ok := fieldOf(v, key.Value)
		if !ok {
			keys := keysOf(v.Type())
			d.fail(key, fmt.Sprintf("unknown key %q", key.Value), "one of "+strings.Join(keys, ", "), nearest(key.Value, keys))
			continue
		}
		if memory != nil {
			memory.remember(key.Value, value)
			for j, element := range value.Content {
				memory.remember(fmt.Sprintf("%s/%d", key.Value, j), element)
			}
		}
		d.field(value, field)
	}
	d.required(n, v.Type(), seen)
}

// field reads one field, and holds it against its enum.
func (d *decoder) field(n *yaml.Node, f structField) {
	before := len(d.errors)
	d.value(n, f.value)
	allowed := f.tag.Get("enum")
	if allowed == "" || len(d.errors) > before {
		return
	}
	words := strings.Split(allowed, ",")
	if text := f.value.String(); !slices.Contains(words, text) {
		d.fail(n, fmt.Sprintf("found %q", text), english.Or(words), nearest(text, words))
	}
}

// newKey refuses a key that is no plain word, that is there already, or that is YAML's merge key.
func (d *decoder) newKey(key *yaml.Node, seen map[string]bool) bool {
	switch {
	case key.Kind != yaml.ScalarNode:
		d.fail(key, "a key that is "+describe(key), "a word", "")
		return false
	case key.Tag == "!!merge":
		d.fail(key, "merge keys (<<) are not supported", "the keys written out, or an alias for a whole value", "")
		return false
	case seen[key.Value]:
		d.fail(key, fmt.Sprintf("the key %q is there twice", key.Value), "", "")
		return false
	}
	seen[key.Value] = true
	return true
}

func (d *decoder) required(n *yaml.Node, t reflect.Type, seen map[string]bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		other, unless := strings.CutPrefix(f.Tag.Get("required"), "unless ")
		if key := f.Tag.Get("yaml"); f.Tag.Get("required") != "" && !seen[key] && (!unless || !seen[other]) {
			d.missing(n, key, f.Tag.Get("doc"))
		}
		if f.Type != reflect.TypeFor[lists]() {
			continue
		}
		for _, dimension := range dimensions {
			if dimension.Required && !seen[dimension.Key] {
				d.missing(n, dimension.Key, dimension.Doc)
			}
		}
	}
}

func (d *decoder) missing(n *yaml.Node, key, doc string) {
	d.fail(n, fmt.Sprintf("the key %q is missing", key), lead(doc), "")
}

// list reads a sequence; one value stands for a list of one.
func (d *decoder) list(n *yaml.Node, v reflect.Value) {
	elements := n.Content
	if n.Kind != yaml.SequenceNode {
		elements = []*yaml.Node{n}
	}
	v.Set(reflect.MakeSlice(v.Type(), len(elements), len(elements)))
	for i, e := range elements {
		d.value(e, v.Index(i))
	}
}

func (d *decoder) scalar(n *yaml.Node, v reflect.Value) {
	text, ok := d.text(n, v)
	if !ok {
		return
	}
	switch v.Kind() {
	case reflect.String:
		if words := enumOf(v.Type()); words != nil && !slices.Contains(words, text) {
			d.fail(n, fmt.Sprintf("found %q", text), english.Or(words), nearest(text, words))
			return
		}
		v.SetString(text)
	case reflect.Int, reflect.Int32:
		number, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil {
			expected := "a whole number"
			if errors.Is(err, strconv.ErrRange) {
				most := uint64(1)<<(v.Type().Bits()-1) - 1
				expected += fmt.Sprintf(" from -%d to %d", most+1, most)
			}
			d.fail(n, fmt.Sprintf("found %q", text), expected, "")
			return
		}
		v.SetInt(number)
	case reflect.Bool:
		if text != "true" && text != "false" {
			d.fail(n, fmt.Sprintf("found %q", text), "true or false", "")
			return
		}
		v.SetBool(text == "true")
	}
}

// text is a scalar as it is written. YAML's null is refused: who writes Origin: null means the word.
func (d *decoder) text(n *yaml.Node, v reflect.Value) (string, bool) {
	switch {
	case n.Kind != yaml.ScalarNode:
		d.fail(n, "found "+describe(n), kindName(v), "")
		return "", false
	case n.Tag == "!!null" && v.Kind() == reflect.String:
		d.fail(n, "found YAML's null", `a string; for the word null write "null" in quotes`, "")
		return "", false
	}
	return n.Value, true
}

func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias of itself"
	default:
		if n.Tag == "!!null" {
			return "nothing"
		}
		return strconv.Quote(n.Value)
	}
}

func kindName(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Int, reflect.Int32:
		return "a whole number"
	case reflect.Bool:
		return "true or false"
	default:
		return "a string"
	}
}

// structField is a field by its YAML key.
type structField struct {
	value reflect.Value
	tag   reflect.StructTag
}

func fieldOf(v reflect.Value, key string) (structField, bool) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if k := dimensionIndex(key); k >= 0 && byDimension(f.Type) {
			return structField{value: dimensionField(v.Field(i), k)}, true
		}
		if f.Tag.Get("yaml") == key && key != "-" && key != "" {
			return structField{v.Field(i), f.Tag}, true
		}
	}
	return structField{}, false
}

// byDimension reports a field that stands for one key of each dimension.
func byDimension(t reflect.Type) bool {
	return t == reflect.TypeFor[lists]() || t == reflect.TypeFor[patterns]()
}

// dimensionField is the place of one dimension in such a field, which is made where it is empty.
func dimensionField(field reflect.Value, k int) reflect.Value {
	switch all := field.Addr().Interface().(type) {
	case *lists:
		if *all == nil {
			*all = newLists()
		}
	case *patterns:
		if *all == nil {
			*all = make(patterns, len(dimensions))
		}
	}
	return field.Index(k)
}

// keysOf lists the YAML keys of a struct, in the order of its fields.
func keysOf(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("yaml"); key != "" && key != "-" {
			keys = append(keys, key)
		}
		if byDimension(t.Field(i).Type) {
			keys = append(keys, dimensionKeys()...)
		}
	}
	return keys
}

// enumOf lists the words of a type that has only some; nil: any string.
func enumOf(t reflect.Type) []string {
	switch t {
	case reflect.TypeFor[Send]():
		return texts(Preflight, Actual)
	case reflect.TypeFor[Depth]():
		return texts(Depths...)
	case reflect.TypeFor[Digest]():
		return texts(Digests...)
	case reflect.TypeFor[On]():
		return texts(OwnBucket, NoSuchBucket)
	case reflect.TypeFor[Call]():
		return callNames()
	case reflect.TypeFor[Evidence]():
		return texts(Measured, Documented, Reported)
	}
	return nil
}

// lead is the first sentence of a doc tag, to go on a sentence with.
func lead(doc string) string {
	first, _, _ := strings.Cut(doc, ". ")
	first = strings.TrimSuffix(first, ".")
	return strings.ToLower(first[:1]) + first[1:]
}
