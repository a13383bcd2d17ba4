package reports

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corsprobe/runner/result"
)

// object is a part of a schema.
type object = map[string]any

// anyList makes of words what JSON makes of a list.
func anyList[T ~string](words []T) []any {
	all := make([]any, len(words))
	for i, w := range words {
		all[i] = string(w)
	}
	return all
}

// enums are the types that are words of a closed list.
var enums = map[reflect.Type][]any{
	reflect.TypeFor[result.Class]():        anyList(result.Classes),
	reflect.TypeFor[result.Verdict]():      anyList([]result.Verdict{result.Passed, result.Failed, result.Known, result.Flaky, result.Unsupported, result.Error}),
	reflect.TypeFor[result.LeftoverKind](): anyList([]result.LeftoverKind{result.LeftoverConfiguration, result.LeftoverBucket, result.LeftoverObjects, result.LeftoverOther}),
	reflect.TypeFor[result.By]():           anyList([]result.By{result.ByStandard, result.ByBrowsers}),
	reflect.TypeFor[result.How]():          anyList(result.Hows),
	reflect.TypeFor[result.Buckets]():      anyList([]result.Buckets{result.BucketsRemoved, result.BucketsKept, result.BucketsGiven}),
	reflect.TypeFor[result.LevelState]():   anyList([]result.LevelState{result.Reached, result.Missed, result.Undecided}),
}

// schemaOf makes a schema of Go types as encoding/json writes them. definitions gathers the types that have a name.
func schemaOf(t reflect.Type, definitions object) object {
	switch t {
	case reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case reflect.TypeFor[map[result.Class]int]():
		return object{"type": "object", "propertyNames": object{"$ref": "#/definitions/Class"}, "additionalProperties": object{"type": "integer"}}
	}
	if t.Kind() == reflect.Interface { // what a deviation was told may be of any kind
		return object{}
	}
	switch t.Kind() {
	case reflect.Map:
		return object{"type": "object", "additionalProperties": schemaOf(t.Elem(), definitions)}
	case reflect.Pointer:
		return schemaOf(t.Elem(), definitions)
	case reflect.Slice:
		return object{"type": "array", "items": schemaOf(t.Elem(), definitions)}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.String:
		if t == reflect.TypeFor[string]() {
			return object{"type": "string"}
		}
		definitions[t.Name()] = object{"enum": enums[t]}
	case reflect.Struct:
		if definitions[t.Name()] == nil {
			definitions[t.Name()] = objectOf(t, definitions)
		}
	default:
		panic("no schema for " + t.String())
	}
	return object{"$ref": "#/definitions/" + t.Name()}
}

// objectOf makes a schema of a struct. A property that is a reference stands in allOf, for draft 7 ignores a description beside one.
func objectOf(t reflect.Type, definitions object) object {
	properties, required := object{}, []any{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		p := schemaOf(f.Type, definitions)
		if p["$ref"] != nil {
			p = object{"allOf": []any{p}}
		}
		properties[name] = p
		if !strings.Contains(options, "omitempty") && !strings.Contains(options, "omitzero") {
			required = append(required, name)
		}
	}
	return object{"type": "object", "properties": properties, "required": required}
}

// undescribed takes the descriptions out of a schema, and lists where one is missing.
func undescribed(path string, node object, missing *[]string) {
	if text, _ := node["description"].(string); text == "" {
		*missing = append(*missing, path)
	}
	delete(node, "description")
	for _, key := range []string{"properties", "definitions"} {
		children, _ := node[key].(object)
		for name, child := range children {
			undescribed(path+"."+name, child.(object), missing)
		}
	}
}

// A field that is added to the types, taken away or changed is so in the schema as well.
func TestSchemaFollowsTheTypes(t *testing.T) {
	var got object
	if err := json.Unmarshal(Schema(), &got); err != nil {
		t.Fatal(err)
	}
	var missing []string
	undescribed("report", got, &missing)
	if len(missing) > 0 {
		slices.Sort(missing)
		t.Errorf("without a description: %s", strings.Join(missing, ", "))
	}
	definitions := object{}
	want := objectOf(reflect.TypeFor[result.Report](), definitions)
	want["properties"].(object)["version"] = object{"const": float64(result.Version)}
	want["definitions"] = definitions
	maps.Copy(want, object{"$schema": "http://json-schema.org/draft-07/schema#", "title": "corsprobe report"})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("report.schema.json has drifted from result.Report; correct the file (-types +file):\n%s", diff)
	}
}

func TestReportsFitTheSchema(t *testing.T) {
	s := compile(t, Schema())
	golden := []byte(read(t, "testdata/report.json"))
	for name, document := range map[string][]byte{
		"golden": golden, "filled": render(t, JSON, filled("x")), "clean": render(t, JSON, clean()), "empty": render(t, JSON, result.Report{}),
	} {
		if err := fits(t, s, document); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSchemaRefuses(t *testing.T) {
	s := compile(t, Schema())
	for _, change := range [][2]string{
		{`"version": 1`, `"version": 2`}, {`"verdict":"passed"`, `"verdict":"sideways"`}, {`"cells": [`, `"cellz": [`}, {`"class": "exposure"`, `"class": "awful"`},
		{`"state": "missed"`, `"state": "maybe"`}, {`"line":12`, `"line":"12"`}, {`"started": "2026-03-01T12:30:00Z"`, `"started": "yesterday"`}, {`"exposure": 10`, `"awful": 10`},
	} {
		golden := read(t, "testdata/report.json")
		broken := strings.Replace(golden, change[0], change[1], 1)
		if broken == golden {
			t.Fatalf("%s does not occur", change[0])
		}
		if fits(t, s, []byte(broken)) == nil {
			t.Errorf("takes %s", change[1])
		}
	}
}
