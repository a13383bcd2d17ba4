package fuzz

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"

	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"

	"gopkg.in/yaml.v3"
)

// document is a case as a scenario is written.
type document struct {
	Name        string  `yaml:"name"`
	Description string  `yaml:"description,omitempty"`
	Facts       []int   `yaml:"facts,flow,omitempty"`
	CORS        any     `yaml:"cors,omitempty"`
	Matrix      *matrix `yaml:"matrix,omitempty"`
	Steps       []step  `yaml:"steps,omitempty"`
}

type step struct {
	Name    string                `yaml:"name"`
	Put     *scenarios.InlineCORS `yaml:"put,omitempty"`
	Replace *scenarios.InlineCORS `yaml:"replace,omitempty"`
	Delete  bool                  `yaml:"delete,omitempty"`
	Call    string                `yaml:"call,omitempty"`
	Digest  string                `yaml:"digest,omitempty"`
	Matrix  *matrix               `yaml:"matrix,omitempty"`
}

type matrix struct {
	Targets        string   `yaml:"targets,omitempty"`
	Origins        []string `yaml:"origins,flow"`
	Methods        string   `yaml:"methods,omitempty"`
	Headers        []any    `yaml:"headers,flow,omitempty"`
	Send           string   `yaml:"send,omitempty"`
	Authorisations string   `yaml:"authorisations,omitempty"`
	Further        Further  `yaml:",inline"`
	Include        []matrix `yaml:"include,omitempty"`
}

// YAML writes a case as a scenario. Every state needs a question.
func YAML(c Case, name, description string, facts []int) ([]byte, error) {
	d := document{Name: name, Description: description, Facts: facts}
	if len(c.States) == 1 && c.States[0].Refused == nil && c.States[0].Digest == "" {
		d.CORS, d.Matrix = any("none"), matrixOf(c.States[0].Questions)
		if cfg := c.States[0].CORS; cfg != nil {
			d.CORS = scenarios.Inline(cfg)
		}
	} else {
		d.Steps = stepsOf(c.States)
	}
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	err := e.Encode(d)
	return b.Bytes(), err
}

func stepsOf(states []State) []step {
	var steps []step
	var holds *s3cors.Configuration
	for i, s := range states {
		next := step{Name: fmt.Sprintf("state-%d", i+1), Matrix: matrixOf(s.Questions), Call: s.Call, Digest: s.Digest}
		switch {
		case s.Call != "":
		case s.put() == nil:
			next.Delete = true
		case holds == nil:
			next.Put = scenarios.Inline(s.put())
		default:
			next.Replace = scenarios.Inline(s.put())
		}
		holds = s.CORS
		steps = append(steps, next)
	}
	return steps
}

// matrixOf has a cell for each question; what is as the format's default is left out.
func matrixOf(questions []Question) *matrix {
	if len(questions) == 0 {
		return nil
	}
	first := cellOf(questions[0])
	for _, q := range questions[1:] {
		first.Include = append(first.Include, cellOf(q))
	}
	return &first
}

func cellOf(q Question) matrix {
	m := matrix{Origins: []string{"none"}, Send: string(q.Send), Methods: q.Method, Further: q.Further}
	if q.Origin != nil {
		m.Origins[0] = *q.Origin
	}
	switch q.Method {
	case "":
		m.Methods = "none"
	case http.MethodGet:
		m.Methods = ""
	}
	if q.Target != object {
		m.Targets = q.Target
	}
	if _, operated := q.operation(); operated {
		m.Methods, m.Targets = "", "" // its own
	}
	if q.Auth != presigned {
		m.Authorisations = q.Auth
	}
	switch {
	case q.Request != nil:
		m.Headers = []any{*q.Request}
	case len(q.Fields) > 0:
		m.Headers = []any{mapping(q.Fields)}
	}
	return m
}

// mapping keeps the order of the lines.
func mapping(fields []Field) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, f := range fields {
		var name, value yaml.Node
		name.SetString(f.Name)
		value.SetString(f.Value)
		n.Content = append(n.Content, &name, &value)
	}
	return n
}

// Plan expands cases, numbered from a number. The scenarios of the plan are the cases, in order; their steps the states, and their cells the
// questions.
func Plan(cases []Case, from int) (scenarios.Plan, error) {
	var texts []scenarios.Text
	for i, c := range cases {
		text, err := YAML(c, fmt.Sprintf("case-%d", from+i), "", nil)
		if err != nil {
			return scenarios.Plan{}, err
		}
		texts = append(texts, scenarios.Text{Name: fmt.Sprintf("fuzz-%09d.yaml", from+i), Data: text})
	}
	return expand(texts...)
}

// Read expands a scenario as it is written.
func Read(text []byte) (scenarios.Plan, error) {
	return expand(scenarios.Text{Name: "fuzz.yaml", Data: text})
}

func expand(texts ...scenarios.Text) (scenarios.Plan, error) {
	loaded, err := scenarios.LoadTexts(texts...)
	if err != nil {
		return scenarios.Plan{}, err
	}
	return scenarios.Expand(loaded)
}

// comment is a text as lines of a comment, without what a terminal or an editor would act on.
func comment(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("# " + strings.Map(visible, strings.TrimRight(line, "\n")) + "\n")
	}
	return b.String()
}

func visible(c rune) rune {
	if c < ' ' || c == 0x7f || c >= 0x80 && c < 0xa0 || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069 {
		return '\uFFFD'
	}
	return c
}
