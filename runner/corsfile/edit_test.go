package corsfile

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"
)

// edited applies what one edit of a file's only configuration comes to; "no" where it cannot be made safely.
func edited(t *testing.T, name, text string, edit func(*Configuration) ([]Edit, bool)) string {
	t.Helper()
	file, err := Read(name, []byte(text))
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	edits, ok := edit(file.Configurations[0])
	if !ok {
		return "no"
	}
	data, err := file.Apply(edits)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return string(data)
}

// lists hold, for each language, what comes before and after a list of methods: it must stay to the letter.
var lists = map[string]struct{ name, before, after string }{
	"JSON": {"f.json", `{"CORSRules": [{"AllowedMethods": `, `, "ID": "GET"}]} `},
	"HCL":  {"f.tf", "resource \"a\" \"b\" {\n  cors_rule {\n    id = \"GET\" # GET\n    allowed_methods = ", "\n  }\n}\n"},
	"YAML": {"f.yaml", "CORSRules:\n  - ID: GET # GET\n    AllowedMethods:", "\n    MaxAgeSeconds: 5\n"},
	"XML":  {"f.xml", "<CORSConfiguration><CORSRule><ID>GET</ID>", "</CORSRule></CORSConfiguration>"},
}

func TestRemove(t *testing.T) {
	for _, c := range []struct {
		language, list string
		index          int
		want           string // the list afterwards; "no": it is not removed
	}{
		{"JSON", `["GET", "PUT", "HEAD"]`, 0, `["PUT", "HEAD"]`},
		{"JSON", `["GET", "PUT", "HEAD"]`, 1, `["GET", "HEAD"]`},
		{"JSON", `["GET", "PUT", "HEAD"]`, 2, `["GET", "PUT"]`},
		{"JSON", "[\n  \"GET\",\n  \"PUT\"\n]", 1, "[\n  \"GET\"\n]"},
		{"JSON", `["GET"]`, 0, "no"},
		{"JSON", `["GET", /* why */ "PUT"]`, 1, "no"},
		{"JSON", `["GET", "PUT"]`, 2, "no"},
		{"JSON", `["GET", "PUT"]`, -1, "no"},
		{"HCL", `["GET", "PUT"]`, 0, `["PUT"]`},
		{"HCL", `["GET", "PUT"]`, 1, `["GET"]`},
		{"HCL", `["GET", var.method]`, 1, "no"},
		{"YAML", ` [GET, "PUT"]`, 0, ` ["PUT"]`},
		{"YAML", ` [GET, 'PUT']`, 1, ` [GET]`},
		{"YAML", "\n      - GET\n      - PUT", 0, "\n      - PUT"},
		{"YAML", "\n      - GET\n      - PUT", 1, "\n      - GET"},
		{"YAML", "\n      - GET\n      - PUT # why", 1, "no"},
		{"YAML", "\n      - GET", 0, "no"},
		{"XML", "<AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod>", 0, "<AllowedMethod>PUT</AllowedMethod>"},
		{"XML", "\n <AllowedMethod>GET</AllowedMethod>\n <AllowedMethod>PUT</AllowedMethod>\n", 1, "\n <AllowedMethod>GET</AllowedMethod>\n"},
		{"XML", "<AllowedMethod>GET</AllowedMethod>", 0, "no"},
	} {
		l := lists[c.language]
		got := edited(t, l.name, l.before+c.list+l.after, func(cfg *Configuration) ([]Edit, bool) { return cfg.Remove(0, "AllowedMethods", c.index) })
		want := l.before + c.want + l.after
		if c.want == "no" {
			want = "no"
		}
		if got != want {
			t.Errorf("%s %q without %d is\n%q, want\n%q", c.language, c.list, c.index, got, want)
		}
	}
}

func TestReplace(t *testing.T) {
	for _, c := range []struct {
		language, list string
		values         []string
		want           string // the list with its first value replaced
	}{
		{"JSON", `[ "get" ]`, []string{"GET"}, `[ "GET" ]`},
		{"JSON", `["get,put", "HEAD"]`, []string{"GET", "PUT"}, `["GET", "PUT", "HEAD"]`},
		{"JSON", `["g\u0065t"]`, []string{"GET"}, `["GET"]`},
		{"JSON", `["get"]`, nil, "no"},
		{"HCL", `["get"]`, []string{"GET"}, `["GET"]`},
		{"HCL", `["get"]`, []string{"${x}"}, "no"},
		{"HCL", `["${var.m}"]`, []string{"GET"}, "no"},
		{"YAML", ` [get]`, []string{"GET"}, ` [GET]`},
		{"YAML", ` ['get']`, []string{"it's"}, ` ['it''s']`},
		{"YAML", ` ["get"]`, []string{`a"b`}, ` ["a\"b"]`},
		{"YAML", ` [get]`, []string{"*"}, "no"},
		{"YAML", "\n      - get,put", []string{"GET", "PUT"}, "\n      - GET\n      - PUT"},
		{"YAML", "\n      - \"get\"", []string{"GET"}, "\n      - \"GET\""},
		{"YAML", "\n      - |-\n        get", []string{"GET"}, "no"},
		{"XML", "<AllowedMethod>get</AllowedMethod>", []string{"a&b"}, "<AllowedMethod>a&amp;b</AllowedMethod>"},
		{"XML", "\n  <AllowedMethod>a b</AllowedMethod>", []string{"a", "b"}, "\n  <AllowedMethod>a</AllowedMethod>\n  <AllowedMethod>b</AllowedMethod>"},
	} {
		l := lists[c.language]
		got := edited(t, l.name, l.before+c.list+l.after, func(cfg *Configuration) ([]Edit, bool) {
			return cfg.Replace(0, "AllowedMethods", 0, c.values...)
		})
		want := l.before + c.want + l.after
		if c.want == "no" {
			want = "no"
		}
		if got != want {
			t.Errorf("%s %q with %q is\n%q, want\n%q", c.language, c.list, c.values, got, want)
		}
	}
}

// What is no part of the file is not edited.
func TestEditsOfNothing(t *testing.T) {
	text := `{"CORSRules": [{"AllowedMethods": ["GET", "PUT"]}]}`
	for _, at := range []struct {
		rule  int
		field string
		index int
	}{{-1, "AllowedMethods", 0}, {1, "AllowedMethods", 0}, {0, "allowedMethods", 0}, {0, "", 0}, {0, "AllowedOrigins", 0}, {0, "AllowedMethods", 9}} {
		for what, edit := range map[string]func(*Configuration) ([]Edit, bool){
			"Remove":  func(c *Configuration) ([]Edit, bool) { return c.Remove(at.rule, at.field, at.index) },
			"Replace": func(c *Configuration) ([]Edit, bool) { return c.Replace(at.rule, at.field, at.index, "HEAD") },
		} {
			if got := edited(t, "f.json", text, edit); got != "no" {
				t.Errorf("%s %v: %s", what, at, got)
			}
		}
	}
}

// The bytes keep their encoding, mark and lines; the same edit twice is made once, and of two that overlap the first.
func TestApply(t *testing.T) {
	const text, want = "{\"CORSRules\": [\r\n{\"ID\": \"é\", \"AllowedMethods\": [\"get\"]}]}", "{\"CORSRules\": [\r\n{\"ID\": \"é\", \"AllowedMethods\": [\"GET\"]}]}"
	twice := func(c *Configuration) ([]Edit, bool) {
		a, _ := c.Replace(0, "AllowedMethods", 0, "GET")
		b, ok := c.Replace(0, "AllowedMethods", 0, "PUT")
		return append(append(a, a...), b...), ok
	}
	little := wide(unicode.LittleEndian, unicode.UseBOM)
	for name, bytes := range map[string]func(string) string{"UTF-8": strings.Clone, "a mark": func(s string) string { return "\uFEFF" + s }, "UTF-16": little} {
		if got := edited(t, "f.json", bytes(text), twice); got != bytes(want) {
			t.Errorf("%s: %q, want %q", name, got, bytes(want))
		}
	}
	none := func(*Configuration) ([]Edit, bool) { return nil, true }
	if got := edited(t, "f.json", text, none); got != text {
		t.Errorf("without an edit: %q", got)
	}
}

// A placeholder is unknown, and so is the list that it stands in; the values beside it are known.
func TestUnknown(t *testing.T) {
	file, err := Read("f.json", []byte(`{"CORSRules": [{"AllowedOrigins": ["https://a.example", "https://${X}"], "AllowedMethods": ["GET"]}, {"AllowedOrigins": ["{{ .Origin }}"], "AllowedMethods": ["GET"]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		rule  int
		field string
		index int
		want  bool
	}{
		{0, "AllowedOrigins", 0, false}, {0, "AllowedOrigins", 1, true}, {0, "AllowedOrigins", -1, true}, {0, "AllowedMethods", -1, false}, {0, "AllowedMethods", 0, false},
		{1, "AllowedOrigins", 0, true}, {1, "AllowedOrigins", -1, true}, {2, "AllowedOrigins", 0, false}, {0, "MaxAgeSeconds", -1, false},
	} {
		if got := file.Configurations[0].Unknown(c.rule, c.field, c.index); got != c.want {
			t.Errorf("rule %d, %s %d: %t, want %t", c.rule, c.field, c.index, got, c.want)
		}
	}
}
