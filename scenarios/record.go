package scenarios

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Recorded is what an endpoint answered in one cell, to be pinned.
type Recorded struct {
	Step              string // of a scenario with steps
	Cell              Cell
	Preflight, Actual *Parts // nil: not sent, or not answered
}

// recordedWord begins the reason of every pin that was recorded, so that a later recording knows which are its own.
const recordedWord = "recorded "

// Recording returns what earlier recordings pinned of a cell; nil: nothing.
func (c Cell) Recording() (preflight, actual *Parts) {
	for _, p := range c.Pins {
		if strings.HasPrefix(p.Reason, recordedWord) {
			preflight, actual = cmp.Or(p.Preflight, preflight), cmp.Or(p.Actual, actual)
		}
	}
	return preflight, actual
}

// Record writes what was answered into the text of a scenario file, as pins of the scenarios of those names; all else stays, comments too. Pins
// of earlier recordings are replaced. source says where and when: "2026-11-26 at https://s3.example.com".
func Record(text []byte, source string, by map[string][]Recorded) ([]byte, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	for {
		var document yaml.Node
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := recordInto(&document, recordedWord+source, by); err != nil {
			return nil, err
		}
		if err := encoder.Encode(&document); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), encoder.Close()
}

// recordInto changes one document.
func recordInto(document *yaml.Node, reason string, by map[string][]Recorded) error {
	if document.Kind != yaml.DocumentNode || len(document.Content) == 0 || document.Content[0].Kind != yaml.MappingNode {
		return nil // an empty document
	}
	scenario := document.Content[0]
	name := member(scenario, "name")
	if name == nil {
		return nil
	}
	all, ok := by[name.Value]
	if !ok {
		return nil
	}
	steps := member(scenario, "steps")
	if steps == nil {
		return pinInto(scenario, reason, all)
	}
	for _, step := range steps.Content {
		var of []Recorded
		for _, r := range all {
			if n := member(step, "name"); n != nil && n.Value == r.Step {
				of = append(of, r)
			}
		}
		if err := pinInto(step, reason, of); err != nil {
			return err
		}
	}
	return nil
}

// pinInto puts pins into the expect of a scenario or step, behind what people wrote.
func pinInto(owner *yaml.Node, reason string, all []Recorded) error {
	expect := member(owner, "expect")
	if expect == nil {
		expect = &yaml.Node{Kind: yaml.SequenceNode}
	}
	expect.Content = slices.DeleteFunc(expect.Content, func(pin *yaml.Node) bool {
		why := member(pin, "reason")
		return why != nil && strings.HasPrefix(why.Value, recordedWord)
	})
	for _, pin := range recordedPins(reason, all) {
		var node yaml.Node
		if err := node.Encode(pin); err != nil {
			return err
		}
		expect.Content = append(expect.Content, &node)
	}
	switch has := member(owner, "expect") != nil; {
	case has && len(expect.Content) == 0:
		removeMember(owner, "expect")
	case !has && len(expect.Content) > 0:
		owner.Content = append(owner.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: "expect"}, expect)
	}
	return nil
}

// member is the value of a key of a mapping; nil: there is none.
func member(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; mapping.Kind == yaml.MappingNode && i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}

func removeMember(mapping *yaml.Node, key string) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			mapping.Content = slices.Delete(mapping.Content, i, i+2)
			return
		}
	}
}

// recordedPin is a pin as it is written.
type recordedPin struct {
	Cells     recordedCells  `yaml:"cells,flow"`
	Reason    string         `yaml:"reason"`
	Preflight *recordedParts `yaml:"preflight,omitempty"`
	Actual    *recordedParts `yaml:"actual,omitempty"`
}

type recordedCells struct {
	Targets        string   `yaml:"targets"`
	Origins        []string `yaml:"origins,flow"`
	Methods        string   `yaml:"methods"`
	Headers        string   `yaml:"headers"`
	Authorisations string   `yaml:"authorisations"`
	Addressing     string   `yaml:"addressing"`
	// Further are the dimensions that are not as usual, by key.
	Further map[string]string `yaml:",inline"`
}

// furtherOf are the dimensions that an id leaves out where they are as usual.
func furtherOf(c Cell) map[string]string {
	all := map[string]string{}
	for _, d := range dimensions {
		if !d.Always && !d.isDefault(&c) {
			all[d.Key] = d.text(&c)
		}
	}
	return all
}

type recordedParts struct {
	Status  []int     `yaml:"status,flow,omitempty"`
	Error   []string  `yaml:"error,flow,omitempty"`
	Headers yaml.Node `yaml:"headers"`
}

// recordedPins are the pins of what was answered: one for all origins that were answered alike. A value with a * comes first, for it selects others
// too, and later pins win.
func recordedPins(reason string, all []Recorded) []recordedPin {
	var pins []recordedPin
	at := map[string]int{}
	for _, r := range all {
		c := r.Cell
		pin := recordedPin{
			Cells: recordedCells{
				Targets: string(c.Target), Methods: orWord(c.Method, "none"), Headers: c.Headers.String(),
				Authorisations: string(c.Authorisation), Addressing: string(c.Addressing), Further: furtherOf(c),
			},
			Reason: reason, Preflight: written(r.Preflight), Actual: written(r.Actual),
		}
		key := fmt.Sprintf("%+v %s %s", pin.Cells, r.Preflight, r.Actual)
		i, seen := at[key]
		if !seen {
			i = len(pins)
			at[key] = i
			pins = append(pins, pin)
		}
		pins[i].Cells.Origins = append(pins[i].Cells.Origins, orNone(c.Origin))
	}
	slices.SortStableFunc(pins, func(a, b recordedPin) int { return cmp.Compare(plainOrigins(a), plainOrigins(b)) })
	return pins
}

// plainOrigins is 0 for a pin whose selector may mean more than it names.
func plainOrigins(p recordedPin) int {
	if strings.Contains(strings.Join(p.Cells.Origins, " ")+p.Cells.Headers, "*") {
		return 0
	}
	return 1
}

func written(p *Parts) *recordedParts {
	if p == nil {
		return nil
	}
	w := &recordedParts{Status: p.Status, Error: p.Error, Headers: yaml.Node{Kind: yaml.MappingNode}}
	for _, h := range p.Headers {
		w.Headers.Content = append(w.Headers.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: h.Name}, text(h.Values[0]))
	}
	return w
}

// text is a string that YAML reads back as one.
func text(value string) *yaml.Node {
	var n yaml.Node
	n.SetString(value)
	return &n
}

// String says in a line what is pinned: "403 AccessForbidden, Vary: Origin".
func (p *Parts) String() string {
	if p == nil {
		return "nothing"
	}
	words := []string{strings.TrimSpace(strings.Trim(fmt.Sprint(p.Status), "[]") + " " + strings.Join(p.Error, " "))}
	for _, h := range p.Headers {
		words = append(words, h.Name+": "+strings.Join(h.Values, " or "))
	}
	return strings.Join(words, ", ")
}
