package corsfile

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"corsprobe/runner/s3cors"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/text/encoding/unicode"
)

var update = flag.Bool("update", false, "write what was read into testdata/kinds.txtar; look at what changed")

// read renders what is read of a file: each configuration with its rules, and each notice with its place.
func read(name, text string) string {
	file, err := Read(name, []byte(text))
	var problems Problems
	if errors.As(err, &problems) {
		return told("", problems.All)
	}
	var b strings.Builder
	b.WriteString(told("", file.Notices))
	for _, c := range file.Configurations {
		fmt.Fprintf(&b, "%s: %s\n", orDash(c.Name), c.Shape)
		for i, r := range c.CORSRules {
			p := c.Place(i, "", -1)
			fmt.Fprintf(&b, "  %d:%d %s\n", p.Line, p.Column, rendered(r))
		}
		b.WriteString(told("  ", c.Notices))
	}
	return b.String()
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func rendered(r s3cors.Rule) string {
	parts := []string{}
	if r.ID != "" {
		parts = append(parts, "id "+r.ID)
	}
	for _, list := range []struct {
		name   string
		values []string
	}{{"origins", r.AllowedOrigins}, {"methods", r.AllowedMethods}, {"headers", r.AllowedHeaders}, {"expose", r.ExposeHeaders}} {
		if len(list.values) > 0 {
			parts = append(parts, fmt.Sprintf("%s %q", list.name, list.values))
		}
	}
	if r.MaxAgeSeconds != nil {
		parts = append(parts, fmt.Sprint("age ", *r.MaxAgeSeconds))
	}
	return strings.Join(parts, ", ")
}

func told(indent string, all []Notice) string {
	var b strings.Builder
	for _, n := range all {
		fmt.Fprintf(&b, "%s%s %s %d:%d %s; %s\n", indent, n.Code, n.Severity, n.Line, n.Column, n.What, n.Do)
	}
	return b.String()
}

// What people have: each file of the archive has what is read of it behind it.
func TestKinds(t *testing.T) {
	const path = "testdata/kinds.txtar"
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(archive.Files); i += 2 {
		file, want := archive.Files[i], &archive.Files[i+1]
		if want.Name != file.Name+" is read as" {
			t.Fatalf("%s comes after %s", want.Name, file.Name)
		}
		got := read(file.Name, string(file.Data))
		if *update {
			want.Data = []byte(got)
		}
		if diff := cmp.Diff(string(want.Data), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", file.Name, diff)
		}
	}
	if *update {
		if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

const plainJSON = `{"CORSRules":[{"AllowedOrigins":["https://café.example.com"],"AllowedMethods":["GET"]}]}`

// Encodings: the same configuration, whatever the bytes.
func TestEncodings(t *testing.T) {
	const want = "-: S3's API\n  1:15 origins [\"https://café.example.com\"], methods [\"GET\"]\n"
	const mark = "CP005 warning 1:1 a byte order mark comes before the JSON, and most tools refuse it; save the file as UTF-8 without one\n"
	const wide = "CP005 warning 1:1 the file is UTF-16, and most tools read UTF-8; save it as UTF-8\n"
	little, big := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	in := func(e interface {
		String(string) (string, error)
	}, mark string) string {
		text, err := e.String(plainJSON)
		if err != nil {
			t.Fatal(err)
		}
		return mark + text
	}
	for _, c := range []struct{ name, text, want string }{
		{"UTF-8", plainJSON, want},
		{"UTF-8 with a mark", "\uFEFF" + plainJSON, mark + want},
		{"UTF-16, little end first", in(little.NewEncoder(), "\xff\xfe"), wide + want},
		{"UTF-16, big end first", in(big.NewEncoder(), "\xfe\xff"), wide + want},
		{"UTF-16 without a mark", in(little.NewEncoder(), ""), wide + want},
		{"UTF-16 without a mark, big end first", in(big.NewEncoder(), ""), wide + want},
	} {
		if diff := cmp.Diff(c.want, read("cors.json", c.text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	xml := "<?xml version=\"1.0\" encoding=\"UTF-16\"?><CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>"
	text, err := little.NewEncoder().String(xml)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("-: S3's XML\n  1:59 origins [\"*\"]\n", read("cors.xml", "\xff\xfe"+text)); diff != "" {
		t.Errorf("XML in UTF-16 (-want +got):\n%s", diff)
	}
}

// What is no text is told with the place.
func TestNoText(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"zero byte", "{\n \"a\x00\": 1}", "CP022 error 2:4 the file is binary: it holds a zero byte; give text: JSON, XML, YAML or HCL\n"},
		{"Latin-1", "{\"é\":\n \"caf\xe9\"}", "CP022 error 2:6 the text is not UTF-8: it has the byte 0xe9; save the file as UTF-8\n"},
		{"gzip", "\x1f\x8b\x08\x01", "CP022 error 1:1 the file is gzip; unpack it with gunzip\n"},
		{"zip", "PK\x03\x04xxx", "CP022 error 1:1 the file is a zip archive; unpack it with unzip\n"},
		{"nothing", " \n", "CP018 error 0:0 the file is empty; write at least one rule; lint reads JSON, XML, YAML and Terraform\n"},
		{"a placeholder for the whole", "[${rules}]", "CP008 error 1:2 a placeholder of a template stands where a value belongs; give the file that the template is rendered to\n"},
		{"too deep", strings.Repeat("[", 300), "CP021 error 1:201 it is nested more than 200 deep; give the configuration alone\n"},
		{"too deep in YAML", "a: " + strings.Repeat("[", 300), "CP021 error 1:204 it is nested more than 200 deep; give the configuration alone\n"},
		{"too deep in XML", strings.Repeat("<a>", 300), "CP023 error 1:604 not XML: it is nested more than 200 deep; mend the XML, or write the configuration as JSON\n"},
		{"too many signs", "resource \"a\" \"b\" {\n  c = " + strings.Repeat("!", 3000) + "true\n}\n", "CP021 error 1:1 it is too long or too deeply nested for Terraform; give the file that has the cors_rule blocks alone\n"},
		{"aliases", "a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nCORSRules: [*c,*c,*c,*c]\n",
			"CP021 error 1:1 its aliases make it longer than it is, or contain themselves; write the configuration out\n"},
		{"an alias in itself", "CORSRules: &a [*a]\n", "CP021 error 1:1 its aliases make it longer than it is, or contain themselves; write the configuration out\n"},
	} {
		if diff := cmp.Diff(c.want, read("f", c.text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	if got := read("f", "{"+strings.Repeat(" ", MaxSize)); got != "CP021 error 0:0 the file is larger than 64 MB; give the configuration alone\n" {
		t.Errorf("a large file: %s", got)
	}
}

// The same configuration in every language, and where its parts stand.
func TestPlaces(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"f.json", "{\"CORSRules\": [\n\t{\"ID\": \"é\", \"AllowedOrigins\": [\"https://a\", \"https://b\"],\n\t\"AllowedMethods\": [\"GET\"], \"MaxAgeSeconds\": 5}\n]}", "1:2 2:2 2:46 3:20 3:46 2:2"},
		{"f.yaml", "CORSRules:\n  - ID: é\n    AllowedOrigins: [https://a, https://b]\n    AllowedMethods: [GET]\n    MaxAgeSeconds: 5\n", "1:1 2:5 3:33 4:21 5:20 2:5"},
		{"f.xml", "<CORSConfiguration>\n <CORSRule><ID>é</ID>\n  <AllowedOrigin>https://a</AllowedOrigin><AllowedOrigin>https://b</AllowedOrigin>\n  <AllowedMethod>GET</AllowedMethod>\n  <MaxAgeSeconds>5</MaxAgeSeconds>\n </CORSRule>\n</CORSConfiguration>", "1:1 2:2 3:43 4:3 5:3 2:2"},
		{"f.tf", "resource \"aws_s3_bucket\" \"a\" {\n  cors_rule {\n    id = \"é\"\n    allowed_origins = [\"https://a\", \"https://b\"]\n    allowed_methods = [\"GET\"]\n    max_age_seconds = 5\n  }\n}\n", "2:3 2:3 4:37 5:23 6:23 2:3"},
	} {
		file, err := Read(c.name, []byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		cfg := file.Configurations[0]
		if r := cfg.CORSRules[0]; len(cfg.CORSRules) != 1 || r.ID != "é" || r.AllowedOrigins[1] != "https://b" || r.AllowedMethods[0] != "GET" || *r.MaxAgeSeconds != 5 {
			t.Errorf("%s: %+v", c.name, cfg.CORSRules)
		}
		var got []string
		for _, at := range []struct {
			rule  int
			field string
			index int
		}{{-1, "", -1}, {0, "", -1}, {0, "AllowedOrigins", 1}, {0, "AllowedMethods", 7}, {0, "MaxAgeSeconds", -1}, {0, "ExposeHeaders", -1}} {
			got = append(got, placeText(cfg.Place(at.rule, at.field, at.index)))
		}
		if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// place and offset are each other's inverse, in texts with and without characters of several bytes.
func TestPlaceOfOffset(t *testing.T) {
	for _, text := range []string{"", "a", "a\nbc\n\nd", "é\naé€𝄞b\n", strings.Repeat("aé\n", 5000), strings.Repeat("€", 9000)} {
		s, problems := newSource([]byte(text))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		line, column := 1, 1
		for offset, r := range text {
			if got := s.place(offset); got != (Place{line, column}) {
				t.Fatalf("offset %d is at %v, want %d:%d", offset, got, line, column)
			}
			if got := s.offset(Place{line, column}); got != offset {
				t.Fatalf("%d:%d is offset %d, want %d", line, column, got, offset)
			}
			column++
			if r == '\n' {
				line, column = line+1, 1
			}
		}
	}
}

func TestOne(t *testing.T) {
	file, err := Read("t.yaml", []byte("Resources:\n  A: {CorsConfiguration: {CorsRules: [{AllowedOrigins: ['*']}]}}\n  B: {CorsConfiguration: {CorsRules: [{AllowedOrigins: ['https://b']}]}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if c, err := file.One("B"); err != nil || c.CORSRules[0].AllowedOrigins[0] != "https://b" {
		t.Errorf("B is %v, %v", c, err)
	}
	for name, want := range map[string]string{
		"":  "t.yaml has 2 configurations, A, B: name one, as in t.yaml#A",
		"C": "t.yaml has no configuration C; it has A, B",
	} {
		if _, err := file.One(name); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", name, err, want)
		}
	}
	for name, want := range map[string][2]string{"a#b": {"a", "b"}, "a": {"a", ""}, "#a": {"#a", ""}, "a#b#c": {"a#b", "c"}} {
		if file, configuration := Split(name); file != want[0] || configuration != want[1] {
			t.Errorf("Split(%q) is %q, %q", name, file, configuration)
		}
	}
}

func TestProblemsError(t *testing.T) {
	_, err := Read("a/b.json", []byte("{\n\"CORSRules\": [}"))
	if want := "a/b.json:2:15: this bracket closes another kind than was opened; look where the bracket before it was opened"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	_, err = Read("b.json", nil)
	if want := "b.json: the file is empty; write at least one rule; lint reads JSON, XML, YAML and Terraform"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
