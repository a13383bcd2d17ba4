package scenarios

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

func TestSchemaFile(t *testing.T) {
	golden(t, "scenario.schema.json", string(Schema()))
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("scenario.json", parsed); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("scenario.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// asJSON reads YAML as an editor's language server does.
func asJSON(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// Every built-in file fits the schema, and names it where editors look.
func TestCatalogueFitsSchema(t *testing.T) {
	s := compiled(t)
	err := fs.WalkDir(catalogueFiles, "catalogue", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".yaml") {
			return err
		}
		data, err := catalogueFiles.ReadFile(name)
		first := "# yaml-language-server: $schema=../../scenario.schema.json\n"
		if !strings.HasPrefix(string(data), first) {
			t.Errorf("%s does not start with %s", name, first)
		}
		for i, text := range regexp.MustCompile(`(?m)^---$`).Split(string(data), -1) {
			if err := s.Validate(asJSON(t, text)); err != nil {
				t.Errorf("%s, document %d: %v", name, i+1, err)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What the loader refuses by type, the schema refuses too.
func TestSchemaRefuses(t *testing.T) {
	s := compiled(t)
	for _, text := range []string{
		good + "lables: [x]\n", good + "  targets: [objekt]\n", good + "  combine: zap\n", good + "facts: [one]\n",
		"cors: none\nmatrix: {origins: [a]}\n", "name: a\ncors: some\nmatrix: {origins: [a]}\n", "name: a\nmatrix: {origins: [a]}\n",
		good + "expect: [{actual: {status: 200}}]\n", "name: a\nsteps: [{name: b, delete: maybe}]\n", "name: a\ncors: none\nmatrix: {}\n",
	} {
		if s.Validate(asJSON(t, text)) == nil {
			t.Errorf("the schema takes\n%s", text)
		}
		if _, err := load(map[string]string{"f.yaml": text}); err == nil {
			t.Errorf("the loader takes\n%s", text)
		}
	}
}

var block = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// The page's examples load, fit the schema, and its text names every key that there is.
func TestPage(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	s := compiled(t)
	for i, found := range block.FindAllStringSubmatch(string(page), -1) {
		if _, err := load(map[string]string{"page.yaml": found[1]}); err != nil {
			t.Errorf("example %d: %v", i+1, err)
		}
		if err := s.Validate(asJSON(t, found[1])); err != nil {
			t.Errorf("example %d: %v", i+1, err)
		}
	}
	for _, key := range allKeys(reflect.TypeFor[Scenario](), map[reflect.Type]bool{}) {
		if !regexp.MustCompile(fmt.Sprintf(`\b%s\b`, key)).Match(page) {
			t.Errorf("README.md does not speak of %s", key)
		}
	}
	for _, d := range Dimensions() {
		for _, word := range d.Words {
			if d.Key != "operations" && !bytes.Contains(page, []byte("`"+word+"`")) {
				t.Errorf("README.md does not speak of %s: %s", d.Key, word)
			}
		}
	}
	if lines := bytes.Count(page, []byte("\n")); lines > 130 {
		t.Errorf("README.md has %d lines; it is to be one page", lines)
	}
}

// allKeys lists the keys of a type and of the types in it.
func allKeys(of reflect.Type, seen map[reflect.Type]bool) []string {
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct || seen[of] {
		return nil
	}
	seen[of] = true
	keys := keysOf(of)
	for i := range of.NumField() {
		if f := of.Field(i); f.IsExported() && f.Tag.Get("yaml") != "-" {
			keys = append(keys, allKeys(f.Type, seen)...)
		}
	}
	return keys
}

// Every key says what it is for: the schema's descriptions and the errors are made of that.
func TestEveryKeyHasDoc(t *testing.T) {
	for _, of := range []reflect.Type{
		reflect.TypeFor[Scenario](), reflect.TypeFor[Step](), reflect.TypeFor[Answer](), reflect.TypeFor[Matrix](), reflect.TypeFor[Selector](),
		reflect.TypeFor[Pin](), reflect.TypeFor[Parts](), reflect.TypeFor[Deviation](), reflect.TypeFor[Provider](),
		reflect.TypeFor[Source](), reflect.TypeFor[Location](), reflect.TypeFor[Limit](), reflect.TypeFor[Feature](), reflect.TypeFor[Note](),
	} {
		for i := range of.NumField() {
			if f := of.Field(i); f.Tag.Get("yaml") != "" && f.Tag.Get("yaml") != "-" && f.Tag.Get("doc") == "" {
				t.Errorf("%s.%s has no doc tag", of.Name(), f.Name)
			}
		}
	}
}
