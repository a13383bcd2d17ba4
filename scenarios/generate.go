package scenarios

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"corsprobe/runner/s3cors"

	"gopkg.in/yaml.v3"
)

// SchemaFile is the name by which a generated scenario refers to the schema that editors check it by.
const SchemaFile = "corsprobe.schema.json"

// Generate writes a scenario for a configuration: its origins and their neighbours, every method, and headers that it allows and one that it
// does not. corsFile names a file with the configuration beside the scenario; empty: it stands in the scenario. What it returns is valid.
func Generate(name, description, corsFile string, cfg *s3cors.Configuration) ([]byte, error) {
	if refusal := s3cors.Validate(cfg); refusal != nil && !refusal.MayAccept {
		return nil, fmt.Errorf("S3 refuses this configuration: %s; corsprobe lint tells what to do", refused(refusal))
	}
	g := generated{Name: slug(name), Description: description, CORSFile: corsFile, Matrix: matrixFor(cfg)}
	if corsFile == "" {
		g.CORS = Inline(cfg)
	}
	var b bytes.Buffer
	b.WriteString("# yaml-language-server: $schema=" + SchemaFile + "\n")
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(g); err != nil {
		return nil, err
	}
	return b.Bytes(), valid(b.Bytes(), cfg)
}

// valid reads a generated scenario back.
func valid(text []byte, cfg *s3cors.Configuration) error {
	var l loader
	d := &decoder{file: "generated.yaml", read: func(string) ([]byte, error) { return cfg.JSON(), nil }}
	for _, s := range d.scenarios(text) {
		s.File, s.ID = d.file, s.Name
		l.add(d, s)
	}
	l.errors = append(l.errors, d.errors...)
	_, err := l.result()
	return err
}

// generated has the parts of a scenario that are written, in their order.
type generated struct {
	Name        string          `yaml:"name"`
	Description string          `yaml:"description"`
	CORSFile    string          `yaml:"corsFile,omitempty"`
	CORS        *InlineCORS     `yaml:"cors,omitempty"`
	Matrix      generatedMatrix `yaml:"matrix"`
}

// InlineCORS is a configuration as a scenario file writes it, each list on one line.
type InlineCORS struct {
	CORSRules []InlineRule `yaml:"CORSRules"`
}

// InlineRule is one rule of [InlineCORS].
type InlineRule struct {
	ID             string   `yaml:"ID,omitempty"`
	AllowedOrigins []string `yaml:"AllowedOrigins,flow"`
	AllowedMethods []string `yaml:"AllowedMethods,flow"`
	AllowedHeaders []string `yaml:"AllowedHeaders,flow,omitempty"`
	ExposeHeaders  []string `yaml:"ExposeHeaders,flow,omitempty"`
	MaxAgeSeconds  *int32   `yaml:"MaxAgeSeconds,omitempty"`
}

type generatedMatrix struct {
	Origins []string            `yaml:"origins"`
	Methods []string            `yaml:"methods,flow"`
	Headers []string            `yaml:"headers"`
	Exclude []generatedSelector `yaml:"exclude,omitempty"`
}

type generatedSelector struct {
	Origins []string `yaml:"origins,flow"`
	Headers []string `yaml:"headers"`
}

// Inline is a configuration for a scenario file.
func Inline(cfg *s3cors.Configuration) *InlineCORS {
	c := &InlineCORS{}
	for _, r := range cfg.CORSRules {
		c.CORSRules = append(c.CORSRules, InlineRule(r))
	}
	return c
}

// matrixFor asks with every header for the configured origins only: their neighbours are refused for what they are, and are many.
func matrixFor(cfg *s3cors.Configuration) generatedMatrix {
	m := generatedMatrix{Methods: s3cors.Methods, Headers: []string{noneWord}}
	for _, o := range configured(cfg) {
		if o != "" && !strings.Contains(o, "*") && o != noneWord && o != adversarial && plainText(o) {
			m.Origins = append(m.Origins, o)
		}
	}
	m.Origins = append(m.Origins, noneWord, adversarial)
	if names := concreteHeaders(cfg); len(names) > 0 {
		m.Headers = append(m.Headers, names...)
		m.Exclude = []generatedSelector{{Origins: []string{adversarial}, Headers: names}}
	}
	return m
}

// noneWord stands in a matrix for what is not sent.
const noneWord = "none"

func plainText(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// mostHeaders bounds the names that are asked for one by one.
const mostHeaders = 12

// unlisted is a name that only a configuration with * allows.
const unlisted = "x-corsprobe-unlisted"

// concreteHeaders are names that the configuration allows, each alone and all together as a browser would ask for them, and one that it does not.
func concreteHeaders(cfg *s3cors.Configuration) []string {
	var names []string
	add := func(name string) {
		if token.MatchString(name) && !slices.Contains(names, name) && len(names) < mostHeaders {
			names = append(names, name)
		}
	}
	allowed := false
	for _, r := range cfg.CORSRules {
		for _, pattern := range r.AllowedHeaders {
			allowed = allowed || s3cors.MatchHeader(pattern, unlisted)
			for _, name := range concrete(pattern) {
				add(name)
			}
		}
	}
	slices.Sort(names)
	all := slices.Clone(names)
	if len(names) > 1 {
		all = append(all, strings.Join(names, ","))
	}
	if !allowed {
		all = append(all, unlisted)
	}
	return all
}

// concrete gives a pattern's names: those that pages send most where it is a usual one.
func concrete(pattern string) []string {
	switch lower := strings.ToLower(pattern); lower {
	case "*":
		return []string{"authorization", "content-type", "x-amz-date"}
	case "x-amz-*":
		return []string{"x-amz-date"}
	default:
		return []string{strings.Replace(lower, "*", "corsprobe", 1)}
	}
}

var notInName = regexp.MustCompile(`[^a-z0-9]+`)

// slug makes a scenario's name of any text.
func slug(text string) string {
	name := strings.Trim(notInName.ReplaceAllString(strings.ToLower(text), "-"), "-")
	if name == "" {
		return "bucket"
	}
	return name
}
