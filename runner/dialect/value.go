package dialect

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"
)

// Value is what a deviation with a parameter is given: a number, a word, a list or a mapping of words. It is written in YAML and JSON as
// such. The zero Value is none.
type Value struct {
	number int
	word   string
	list   []string
	pairs  map[string]string
	set    string // "number", "word", "list" or "pairs"; empty: none
}

// Number is the value of a number.
func Number(n int) Value { return Value{number: n, set: "a number"} }

// Word is the value of a word.
func Word(w string) Value { return Value{word: w, set: "a word"} }

// List is the value of a list of words.
func List(l ...string) Value { return Value{list: l, set: "a list"} }

// Pairs is the value of a mapping of words.
func Pairs(p map[string]string) Value { return Value{pairs: p, set: "a mapping"} }

func (v Value) kind() string { return v.set }

// IsZero reports that there is no value.
func (v Value) IsZero() bool { return v.set == "" }

// Equal reports whether two values are the same.
func (v Value) Equal(w Value) bool {
	return v.set == w.set && v.number == w.number && v.word == w.word && slices.Equal(v.list, w.list) && maps.Equal(v.pairs, w.pairs)
}

// Int is the number; zero for values of other kinds.
func (v Value) Int() int { return v.number }

// Words are the list's words; none for values of other kinds.
func (v Value) Words() []string { return slices.Clone(v.list) }

// Untyped is the value as YAML and JSON know it: an int, a string, a []string or a map[string]string.
func (v Value) Untyped() any {
	switch v.set {
	case "a number":
		return v.number
	case "a word":
		return v.word
	case "a list":
		return v.list
	case "a mapping":
		return v.pairs
	}
	return nil
}

// String writes the value in one line, as YAML does.
func (v Value) String() string {
	switch v.set {
	case "a number":
		return strconv.Itoa(v.number)
	case "a word":
		return quoteWord(v.word)
	case "a list":
		words := make([]string, len(v.list))
		for i, w := range v.list {
			words[i] = quoteWord(w)
		}
		return "[" + strings.Join(words, ", ") + "]"
	case "a mapping":
		var words []string
		for _, k := range slices.Sorted(maps.Keys(v.pairs)) {
			words = append(words, quoteWord(k)+": "+quoteWord(v.pairs[k]))
		}
		return "{" + strings.Join(words, ", ") + "}"
	}
	return ""
}

// quoteWord writes a word so that YAML reads it as one, inside a list or mapping too.
func quoteWord(w string) string {
	out, err := yaml.Marshal(w)
	text := strings.TrimSpace(string(out))
	if err == nil && !strings.ContainsAny(text, "\n,[]{}") && !strings.ContainsFunc(w, unicode.IsControl) { // a block of lines begins with a sign of its own
		return text
	}
	return strconv.Quote(w)
}

// MarshalJSON writes the value as JSON knows it.
func (v Value) MarshalJSON() ([]byte, error) { return json.Marshal(v.Untyped()) }

// MarshalYAML writes the value as YAML knows it.
func (v Value) MarshalYAML() (any, error) { return v.Untyped(), nil }

// UnmarshalYAML reads a number, a word, a list or a mapping of words.
func (v *Value) UnmarshalYAML(n *yaml.Node) error {
	switch n.Kind {
	case yaml.ScalarNode:
		if number, err := strconv.Atoi(n.Value); err == nil && n.Tag == "!!int" {
			*v = Number(number)
			return nil
		}
		*v = Word(n.Value)
		return nil
	case yaml.SequenceNode:
		var l []string
		if err := n.Decode(&l); err != nil {
			return err
		}
		*v = List(l...)
		return nil
	case yaml.MappingNode:
		var p map[string]string
		if err := n.Decode(&p); err != nil {
			return err
		}
		*v = Pairs(p)
		return nil
	}
	return fmt.Errorf("line %d: a number, a word, a list or a mapping is expected", n.Line)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (v *Value) UnmarshalJSON(data []byte) error { return yaml.Unmarshal(data, v) } // JSON is YAML

// Parse reads a deviation as it is written in a file or given on the command line: "vary-origin-only", "most-rules: 20".
func Parse(s string) (Deviation, error) {
	name, rest, found := strings.Cut(s, ":")
	var v Value
	if found && strings.TrimSpace(rest) != "" {
		if err := yaml.Unmarshal([]byte(rest), &v); err != nil {
			return Deviation{}, fmt.Errorf("%s: its value cannot be read: %w", s, err)
		}
	}
	return New(strings.TrimSpace(name), v)
}

// Parameter is what a deviation is told.
type Parameter struct {
	Doc      string  // what it means: "how many rules are looked at"
	Examples []Value // the first is typical; all are of one kind

	make    func(Value) change
	summary func(Value) string // the deviation's, with the value in it; nil: the deviation's own does
	check   func(Value) error  // what is wrong with a value of the right kind; nil: nothing can be
}
