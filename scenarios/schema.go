package scenarios

import (
	"encoding/json"
	"reflect"
	"strings"

	"corsprobe/runner/s3cors"
)

// Schema is the JSON Schema (draft 7, which editors understand best) of a scenario, made from the types that files are decoded into. What a
// schema cannot say, such as which selector matches nothing, corsprobe validate does.
func Schema() []byte {
	g := generator{definitions: map[string]any{}}
	root := g.object(reflect.TypeFor[Scenario]())
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["title"] = "corsprobe scenario"
	root["oneOf"] = []any{requires("cors", "matrix"), requires("corsFile", "matrix"), requires("steps")}
	root["definitions"] = g.definitions
	text, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic(err) // of our own types only
	}
	return append(text, '\n')
}

type schema = map[string]any

func requires(keys ...string) schema { return schema{"required": keys} }

// generator collects one definition a type, so that a matrix may include matrices.
type generator struct{ definitions map[string]any }

func (g *generator) object(t reflect.Type) schema {
	properties := schema{}
	var required []string
	for i := range t.NumField() {
		f := t.Field(i)
		key := f.Tag.Get("yaml")
		if byDimension(f.Type) {
			required = append(required, g.dimensions(f.Type, properties)...)
			continue
		}
		if key == "" || key == "-" {
			continue
		}
		property := g.of(f.Type)
		if enum := f.Tag.Get("enum"); enum != "" {
			property = schema{"enum": strings.Split(enum, ",")}
		}
		properties[key] = described(property, f.Tag.Get("doc"))
		if f.Tag.Get("required") != "" {
			required = append(required, key)
		}
	}
	o := schema{"type": "object", "properties": properties, "additionalProperties": false}
	if required != nil {
		o["required"] = required
	}
	return o
}

// dimensions adds a property for each dimension, and lists those that are required: lists of values in a matrix, globs in a selector.
func (g *generator) dimensions(of reflect.Type, properties schema) (required []string) {
	for _, d := range dimensions {
		if of == reflect.TypeFor[patterns]() {
			properties[d.Key] = described(oneOrMore(scalarSchema), "Of the "+d.Key+" above; * in a value stands for any text.")
			continue
		}
		properties[d.Key] = described(oneOrMore(d.schema(g)), d.Doc)
		if d.Required {
			required = append(required, d.Key)
		}
	}
	return required
}

// described adds a description. Draft 7 ignores what stands beside a $ref, so that it is wrapped.
func described(s schema, doc string) schema {
	if doc == "" {
		return s
	}
	if _, reference := s["$ref"]; reference {
		return schema{"allOf": []any{s}, "description": doc}
	}
	s["description"] = doc
	return s
}

func (g *generator) of(t reflect.Type) schema {
	switch t {
	case reflect.TypeFor[CORS]():
		return g.define(t, corsSchema)
	case reflect.TypeFor[headerPins]():
		return schema{"type": "object", "additionalProperties": oneOrMore(scalarSchema)}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return g.of(t.Elem())
	case reflect.Slice:
		return oneOrMore(g.of(t.Elem()))
	case reflect.Struct:
		return g.define(t, func(g *generator) schema { return g.object(t) })
	case reflect.Bool:
		return schema{"type": "boolean"}
	case reflect.Int, reflect.Int32:
		return schema{"type": "integer"}
	}
	if words := enumOf(t); words != nil {
		return schema{"enum": words}
	}
	return schema{"type": []string{"string", "number", "boolean"}}
}

// scalarSchema is a string, which YAML may take for a number or a boolean where it is not quoted.
var scalarSchema = schema{"type": []string{"string", "number", "boolean"}}

func anyScalar(*generator) schema { return scalarSchema }

// headersSchema is one value of the headers dimension.
func headersSchema(g *generator) schema {
	return g.define(reflect.TypeFor[Headers](), func(*generator) schema {
		return schema{"anyOf": []any{scalarSchema, schema{"type": "object", "additionalProperties": scalarSchema}}}
	})
}

// oneOrMore is a list, for which one value may stand.
func oneOrMore(element schema) schema {
	return schema{"anyOf": []any{element, schema{"type": "array", "items": element}}}
}

func (g *generator) define(t reflect.Type, body func(*generator) schema) schema {
	name := strings.ToLower(t.Name())
	if _, done := g.definitions[name]; !done {
		g.definitions[name] = nil // ends the recursion of a matrix in a matrix
		g.definitions[name] = body(g)
	}
	return schema{"$ref": "#/definitions/" + name}
}

func corsSchema(g *generator) schema {
	type form struct {
		key   string
		value schema
	}
	forms := []any{schema{"const": "none"}}
	for _, f := range []form{{"CORSRules", oneOrMore(g.of(reflect.TypeFor[s3cors.Rule]()))}, {"file", scalarSchema}, {"document", scalarSchema}} {
		forms = append(forms, schema{"type": "object", "properties": schema{f.key: f.value}, "required": []string{f.key}, "additionalProperties": false})
	}
	// A bare list of rules is the AWS console's; rules is the key of other providers' shapes, which corsprobe validate knows.
	forms = append(forms, schema{"type": "array", "items": schema{"type": "object"}}, schema{"type": "object", "required": []string{"rules"}})
	return schema{"anyOf": forms}
}
