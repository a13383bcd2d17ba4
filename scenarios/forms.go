package scenarios

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"corsprobe/runner/s3cors"

	"gopkg.in/yaml.v3"
)

// decodeNode reads a configuration: none, AWS's CORSRules, {file: …}, {document: …}, or another shape that people have.
func (c *CORS) decodeNode(d *decoder, n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && n.Value == "none" {
		c.None = true
		return
	}
	if n.Kind == yaml.SequenceNode || n.Kind == yaml.MappingNode && !hasAnyKey(n, "CORSRules", "file", "document") {
		c.Config = d.inline(n)
		return
	}
	if n.Kind != yaml.MappingNode {
		d.fail(n, "found "+describe(n), "none, or a configuration with CORSRules", "")
		return
	}
	var form struct {
		CORSRules []s3cors.Rule `yaml:"CORSRules"`
		File      string        `yaml:"file"`
		Document  string        `yaml:"document"`
	}
	before := len(d.errors)
	d.mapping(n, reflect.ValueOf(&form).Elem())
	c.broken = len(d.errors) > before
	switch {
	case len(n.Content) != 2:
		d.fail(n, fmt.Sprintf("a configuration with %d keys", len(n.Content)/2), "exactly one of CORSRules, file, document", "")
	case form.File != "":
		c.Config = d.configFile(n.Content[1], form.File)
	case form.Document != "":
		c.Document = form.Document
	default:
		c.Config = &s3cors.Configuration{CORSRules: form.CORSRules}
	}
}

func hasAnyKey(n *yaml.Node, keys ...string) bool {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if slices.Contains(keys, n.Content[i].Value) {
			return true
		}
	}
	return false
}

// fields reads header lines, name: value.
func (d *decoder) fields(n *yaml.Node) []Field {
	var fields []Field
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !d.newKey(n.Content[i], seen) {
			continue
		}
		f := Field{Name: n.Content[i].Value}
		d.scalar(n.Content[i+1], reflect.ValueOf(&f.Value).Elem())
		fields = append(fields, f)
	}
	return fields
}

// headerPins is the headers mapping of a pin.
type headerPins []HeaderPin

// decodeNode reads name: value, or name: [values].
func (h *headerPins) decodeNode(d *decoder, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		d.fail(n, "found "+describe(n), "a mapping of header names to values", "")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if !d.newKey(key, seen) {
			continue
		}
		p := HeaderPin{Name: key.Value}
		d.value(n.Content[i+1], reflect.ValueOf(&p.Values).Elem())
		if key.Value == "" || strings.ContainsAny(key.Value, " :\t") {
			d.fail(key, fmt.Sprintf("%q is no header name", key.Value), "a name such as Access-Control-Max-Age", "")
		}
		*h = append(*h, p)
	}
}
