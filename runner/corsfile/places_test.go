package corsfile

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode"
)

// Files in which each part that is looked for has a ¦ before it: the configuration, its rule, the second origin, the methods, the age.
var placed = map[string]string{
	"f.json": `{
 ¦"CORSRules": [
  ¦{ "ID": "é€𝄞", "AllowedOrigins": ["https://ä.example", ¦"https://b.example"],
    "AllowedMethods": ¦["GET"],
    /* ü */ "MaxAgeSeconds": ¦5 }
 ]
}
`,
	"f.yaml": `# é€𝄞
¦CORSRules:
  - ¦ID: 'é€𝄞'
    AllowedOrigins: ["https://ä.example", ¦"https://b.example"]
    AllowedMethods:
      ¦- GET
    MaxAgeSeconds: ¦5 # ü
`,
	"f.xml": `<?xml version="1.0"?>
<!-- é€𝄞 -->
¦<CORSConfiguration>
  ¦<CORSRule>
    <ID>é€𝄞</ID><AllowedOrigin>https://ä.example</AllowedOrigin>¦<AllowedOrigin>https://b.example</AllowedOrigin>
    ¦<AllowedMethod>GET</AllowedMethod>
    <!-- ü -->¦<MaxAgeSeconds>5</MaxAgeSeconds>
  </CORSRule>
</CORSConfiguration>
`,
	"f.tf": `# é€𝄞
resource "aws_s3_bucket_cors_configuration" "a" {
  ¦¦cors_rule {
    id              = "é€𝄞"
    allowed_origins = ["https://ä.example", ¦"https://b.example"]
    allowed_methods = ¦["GET"]
    /* ü */ max_age_seconds = ¦5
  }
}
`,
}

// marks are line:column of each ¦, and the text without them. Lines end at \n, columns count characters, and a tab is one.
func marks(marked string) (text string, at []string) {
	line, column := 1, 1
	var b strings.Builder
	for _, r := range marked {
		switch r {
		case '¦':
			at = append(at, fmt.Sprintf("%d:%d", line, column))
			continue
		case '\n':
			line, column = line+1, 0
		}
		column++
		b.WriteRune(r)
	}
	return b.String(), at
}

// forms are the ways in which the same characters come as bytes. The places are the same in each.
var forms = []struct {
	name   string
	change func(string) string // of the marked text
	bytes  func(string) string
}{
	{"as it is", nil, nil},
	{"CRLF", func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }, nil},
	{"a byte order mark", nil, func(s string) string { return "\uFEFF" + s }},
	{"a byte order mark and CRLF", func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }, func(s string) string { return "\uFEFF" + s }},
	{"UTF-16, little end first", nil, wide(unicode.LittleEndian, unicode.UseBOM)},
	{"UTF-16, big end first", nil, wide(unicode.BigEndian, unicode.UseBOM)},
	{"UTF-16 with CRLF", func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }, wide(unicode.LittleEndian, unicode.UseBOM)},
	{"UTF-16 without a mark", nil, wide(unicode.LittleEndian, unicode.IgnoreBOM)},
	{"no line's end at the end", func(s string) string { return strings.TrimSuffix(s, "\n") }, nil},
	{"empty lines before", func(s string) string { return "\n\n" + s }, nil},
	{"blanks at every line's end", func(s string) string { return strings.ReplaceAll(s, "\n", " \t\n") }, nil},
}

func wide(e unicode.Endianness, mark unicode.BOMPolicy) func(string) string {
	return func(s string) string {
		text, err := unicode.UTF16(e, mark).NewEncoder().String(s)
		if err != nil {
			panic(err)
		}
		return text
	}
}

func TestPlacesInEveryForm(t *testing.T) {
	for name, marked := range placed {
		for _, form := range forms {
			marked := marked
			if form.change != nil {
				marked = form.change(marked)
			}
			if name == "f.xml" && strings.HasPrefix(marked, "\n") {
				continue // a declaration comes first or not at all
			}
			text, want := marks(marked)
			if form.bytes != nil {
				text = form.bytes(text)
			}
			file, err := Read(name, []byte(text))
			if err != nil {
				t.Errorf("%s, %s: %v", name, form.name, err)
				continue
			}
			c := file.Configurations[0]
			got := []string{placeText(c.Place(-1, "", -1)), placeText(c.Place(0, "", -1)), placeText(c.Place(0, "AllowedOrigins", 1)), placeText(c.Place(0, "AllowedMethods", -1)), placeText(c.Place(0, "MaxAgeSeconds", -1))}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", name, form.name, diff)
			}
			if r := c.CORSRules[0]; len(c.CORSRules) != 1 || r.ID != "é€𝄞" || r.AllowedOrigins[0] != "https://ä.example" {
				t.Errorf("%s, %s: read as %+v", name, form.name, c.CORSRules)
			}
		}
	}
}

// What keeps a file from being read stands where ¦ is, in every form too.
func TestProblemPlaces(t *testing.T) {
	for _, c := range []struct{ name, marked, code string }{
		{"f.json", "{\"CORSRules\":\n\t[{\"ID\": \"é€𝄞\", ¦'ID': 1}]}", "CP011"},
		{"f.json", "{\"CORSRules\": [\n\t{\"ID\": \"é€𝄞\", \"AllowedOrigins\": [\"a\"¦ \"b\"]}]}", "CP023"},
		{"f.json", "{\"é€𝄞\": 1}\n\t¦{}", "CP013"},
		{"f.json", "{\"é€𝄞\": [\n\"ü\"¦", "CP016"},
		{"f.json", "{\"ID\": \"é€𝄞\", \"x\": ¦“a”}", "CP010"},
		{"f.json", "{\"é€𝄞\": \"ü\",\n\t\"x\": [1, 2¦}]}", "CP023"},
		{"f.yaml", "a: é€𝄞\nAllowedOrigins: [¦*]\n", "CP020"},
		{"f.yaml", "# é€𝄞\nCORSRules:\n¦\t- ID: a\n", "CP020"},
		{"f.xml", "<CORSConfiguration>\n <!-- é€𝄞 -->\n\n \t¦stray\n <CORSRule/></CORSConfiguration>", "CP023"},
		{"f.xml", "<CORSConfiguration><ID>é€𝄞</ID>\n\t<CORSRule>\n¦", "CP016"},
		{"f.xml", "\n\n ¦<html><body/></html>", "CP015"},
		{"f.tf", "# é€𝄞\nresource \"a\" \"b\" {\n  cors_rule {\n    id = ¦“é”\n  }\n}\n", "CP010"},
	} {
		for _, form := range forms[:8] {
			marked := c.marked
			if form.change != nil {
				marked = form.change(marked)
			}
			text, want := marks(marked)
			if form.bytes != nil {
				text = form.bytes(text)
			}
			_, err := Read(c.name, []byte(text))
			var problems Problems
			if !errors.As(err, &problems) {
				t.Errorf("%s: %q was read", form.name, c.marked)
				continue
			}
			if p := problems.All[0]; p.Code != c.code || placeText(p.Place) != want[0] {
				t.Errorf("%s: %q: %s at %s, want %s at %s: %s", form.name, c.marked, p.Code, placeText(p.Place), c.code, want[0], p.What)
			}
		}
	}
}

// YAML's parser ends lines at more than \n. A value still stands where it does, and can be mended there.
func TestOtherLineEndsInYAML(t *testing.T) {
	for _, end := range []string{"\n", "\r\n", "\r", "\u0085", "\u2028", "\u2029"} {
		for _, marked := range []string{
			"# a" + end + "# b\nCORSRules:\n  - AllowedOrigins: [https://a.example, ¦https://b.example/]\n    AllowedMethods: [GET]\n",
			"CORSRules:\n  - ID: 'a" + end + "      b'\n    AllowedOrigins: [https://a.example, ¦https://b.example/]\n    AllowedMethods: [GET]\n",
		} {
			text, want := marks(marked)
			file, err := Read("f.yaml", []byte(text))
			if err != nil {
				t.Errorf("%q: %v", end, err)
				continue
			}
			c := file.Configurations[0]
			if got := placeText(c.Place(0, "AllowedOrigins", 1)); got != want[0] {
				t.Errorf("%q stands at %s, want %s", text, got, want[0])
			}
			edits, ok := c.Replace(0, "AllowedOrigins", 1, "https://b.example")
			if got, err := file.Apply(edits); !ok || err != nil || string(got) != strings.Replace(text, "b.example/", "b.example", 1) {
				t.Errorf("%q becomes %q: %t, %v", text, got, ok, err)
			}
		}
	}
	// The parser tells a line at most, and its own: here it is the one that begins with CORSRules.
	for end, want := range map[string]string{"\n": "f.yaml:3:1: not YAML", "\u2028": "f.yaml:2:1: not YAML"} {
		if _, err := Read("f.yaml", []byte("# a"+end+"# b\nCORSRules: [\n  a: }\n")); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", end, err, want)
		}
	}
}
