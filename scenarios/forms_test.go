package scenarios

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"corsprobe/runner/dialect"
	"corsprobe/runner/s3cors"

	"github.com/google/go-cmp/cmp"
)

// A configuration may stand in a scenario in every shape that people have one in: it is always the same.
func TestConfigurationForms(t *testing.T) {
	want := &s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: []string{"https://a.example"}, AllowedMethods: []string{"GET"}}}}
	files := map[string]string{
		"rules.json":       `{"CORSRules": [{"AllowedOrigins": ["https://a.example"], "AllowedMethods": ["GET"]}]}`,
		"rules.xml":        "<CORSConfiguration><CORSRule><AllowedOrigin>https://a.example</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>",
		"rules.tf":         "resource \"aws_s3_bucket_cors_configuration\" \"b\" {\n  cors_rule {\n    allowed_origins = [\"https://a.example\"]\n    allowed_methods = [\"GET\"]\n  }\n}\n",
		"a#b.json":         `[{"AllowedOrigins": ["https://a.example"], "AllowedMethods": ["GET"]}]`,
		"several.template": "Resources:\n  A: {CorsConfiguration: {CorsRules: [{AllowedOrigins: ['https://a.example'], AllowedMethods: [GET]}]}}\n  B: {CorsConfiguration: {CorsRules: [{AllowedOrigins: ['*'], AllowedMethods: [PUT]}]}}\n",
	}
	for name, cors := range map[string]string{
		"S3's API": "{CORSRules: [{AllowedOrigins: [https://a.example], AllowedMethods: [GET]}]}", "the AWS console's list": "[{AllowedOrigins: [https://a.example], AllowedMethods: [GET]}]",
		"Cloudflare R2": "{rules: [{allowed: {origins: [https://a.example], methods: [GET]}}]}", "Google Cloud Storage": "[{origin: [https://a.example], method: [GET]}]",
		"JSON": "{file: rules.json}", "XML": "{file: rules.xml}", "Terraform": "{file: rules.tf}", "a file's name with a #": "{file: 'a#b.json'}", "one of several": "{file: 'several.template#A'}",
	} {
		files["f.yaml"] = "name: a\ncors: " + cors + "\nmatrix: {origins: [https://a.example]}\n"
		read, err := load(files)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, read[0].CORS.Config); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// What is wrong with a configuration or a value is told where it stands, with what belongs there.
func TestFormErrors(t *testing.T) {
	cors := func(text string) string { return "name: a\ncors: " + text + "\nmatrix: {origins: [a]}\n" }
	for _, c := range []struct{ name, text, want string }{
		{"two forms", cors("{file: a.json, document: b}"), `f.yaml:2:7: a configuration with 2 keys, expected exactly one of CORSRules, file, document`},
		{"a number", cors("7"), `f.yaml:2:7: found "7", expected none, or a configuration with CORSRules`},
		{"a list of words", cors("[a, b]"), `f.yaml:2:7: there is no CORS configuration in it; write { "CORSRules": [ … ] }, S3's XML, or a template that has one`},
		{"an empty list", cors("[]"), `f.yaml:2:7: there is no CORS configuration in it; write { "CORSRules": [ … ] }, S3's XML, or a template that has one`},
		{"a key twice in a rule", cors("{CORSRules: [{ID: a, ID: b}]}"), `f.yaml:2:28: the key "ID" is there twice`},
		{"a list as a key", cors("{[a]: b, CORSRules: []}"), "f.yaml:2:7: a configuration with 2 keys, expected exactly one of CORSRules, file, document\nf.yaml:2:8: a key that is a list, expected a word"},
		{"an age in words", cors("{CORSRules: [{AllowedOrigins: [a], AllowedMethods: [GET], MaxAgeSeconds: long}]}"), `f.yaml:2:80: found "long", expected a whole number`},
		{"an age beyond 32 bits", cors("{CORSRules: [{AllowedOrigins: [a], AllowedMethods: [GET], MaxAgeSeconds: 99999999999}]}"), `f.yaml:2:80: found "99999999999", expected a whole number from -2147483648 to 2147483647`},
		{"a nothing", cors("{CORSRules: [{AllowedOrigins: , AllowedMethods: [GET]}]}"), `f.yaml:2:37: found YAML's null, expected a string; for the word null write "null" in quotes`},
		{"headers that are a list", good + "expect: [{reason: x, actual: {headers: [a]}}]\n", `f.yaml:5:40: found a list, expected a mapping of header names to values`},
		{"a header pinned twice", good + "expect: [{reason: x, actual: {headers: {Vary: any, Vary: absent}}}]\n", `f.yaml:5:52: the key "Vary" is there twice`},
		{"a tab", "name: a\ncors: none\nmatrix:\n\torigins: [a]\n", `f.yaml:4:1: not YAML: a tab indents this line, expected spaces`},
		{"an open quote", "name: \"a\ncors: none\n", `f.yaml:3:1: not YAML: found unexpected end of stream`},
		{"no mapping", "- a\n", `f.yaml:1:1: found a list, expected a mapping with name, description, labels, depth, facts, references, cors, corsFile, matrix, expect, steps`},
		{"a word", "a\n", `f.yaml:1:1: found "a", expected a mapping with name, description, labels, depth, facts, references, cors, corsFile, matrix, expect, steps`},
		{"deeper than a file is", "name: a\ncors: none\nmatrix: {origins: [[a]]}\n", `f.yaml:3:20: found a list, expected a string`},
		{"real headers with one name twice", good + "  headers: [{X-A: 1, X-A: 2}]\n", `f.yaml:5:22: the key "X-A" is there twice`},
		{"an unknown depth", good + "depth: deepest\n", `f.yaml:5:8: found "deepest", expected quick, normal or deep`},
		{"a digest that is none", "name: a\nsteps: [{name: b, put: {CORSRules: [{AllowedOrigins: [a], AllowedMethods: [GET]}]}, digest: md4}]\n", `f.yaml:2:93: found "md4", expected md5-and-crc32, md5, crc32, crc32c, sha1, sha256, crc64nvme, trailing, wrong-md5 or malformed-md5; did you mean "md5"?`},
	} {
		_, err := load(map[string]string{"f.yaml": c.text})
		if diff := cmp.Diff(c.want, fmt.Sprint(err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// Files that are nowhere but in memory are read as others are, and can name no file.
func TestLoadTexts(t *testing.T) {
	all, err := LoadTexts(Text{"one.yaml", []byte(good)}, Text{"two.yaml", []byte(good)})
	if err != nil || len(all) != 2 || all[0].ID != "one/good" || all[1].ID != "two/good" || all[1].File != "two.yaml" {
		t.Errorf("%+v, %v", all, err)
	}
	_, err = LoadTexts(Text{"one.yaml", []byte("name: a\ncors: {file: cors.json}\nmatrix: {origins: [a]}\n")}, Text{"two.yaml", []byte("name: a\n")})
	want := "one.yaml:2:14: cors.json: file does not exist, expected a file with a CORS configuration\n" +
		"two.yaml:1:1: a scenario without a configuration, expected cors, corsFile or steps\n" +
		"two.yaml:1:1: a scenario without requests, expected matrix"
	if diff := cmp.Diff(want, fmt.Sprint(err)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Standard input is read once, and its scenarios are named after it.
func TestLoadStdin(t *testing.T) {
	name := filepath.Join(t.TempDir(), "in")
	if err := os.WriteFile(name, []byte(good), 0o600); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	before := os.Stdin
	os.Stdin = in
	t.Cleanup(func() { os.Stdin = before; _ = in.Close() })
	_, err = LoadPaths("-", "-")
	if want := "stdin: standard input is named twice, and can be read once"; fmt.Sprint(err) != want {
		t.Errorf("%v, want %s", err, want)
	}
	if _, err := in.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	if all, err := LoadPaths("-"); err != nil || len(all) != 1 || all[0].ID != "stdin/good" {
		t.Errorf("%+v, %v", all, err)
	}
}

// What is written as known deviations is read again as it was, once its reasons are filled in; until then the reader says which are missing.
func TestWriteDeviations(t *testing.T) {
	wide, err := dialect.Parse("most-rules: 20")
	if err != nil {
		t.Fatal(err)
	}
	plain, err := dialect.Parse("vary-missing")
	if err != nil {
		t.Fatal(err)
	}
	entries := []Deviation{DeviationEntry(wide), DeviationEntry(plain), {Cells: "origins/**", Check: "preflight.vary", Got: `absent "beside" *, # and: all`}}
	path := filepath.Join(t.TempDir(), "known.yaml")
	write := func() {
		t.Helper()
		var b bytes.Buffer
		if err := WriteDeviations(&b, entries); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write()
	_, err = LoadDeviations(path)
	if n := strings.Count(fmt.Sprint(err), "an empty reason, expected some text"); n != len(entries) {
		t.Errorf("%d reasons are missing: %v", n, err)
	}
	for i := range entries {
		entries[i].Reason = fmt.Sprintf("reason: %d", i)
	}
	write()
	read, err := LoadDeviations(path)
	if err != nil || len(read) != len(entries) {
		t.Fatalf("%d entries, %v", len(read), err)
	}
	for i, d := range read {
		if e := entries[i]; d.Name != e.Name || !d.Parameters.Equal(e.Parameters.Value) || d.Cells != e.Cells || d.Check != e.Check || d.Got != e.Got || d.Reason != e.Reason || d.IsNamed() != (i < 2) {
			t.Errorf("%+v was written, and %+v read", e, d)
		}
	}
	if got := (Provider{KnownDeviations: read}).Dialect().String(); got != "most-rules: 20; vary-missing" && got != (dialect.Dialect{wide, plain}).String() {
		t.Errorf("the dialect is %s", got)
	}
}

// Words of the format are found by their exact name.
func TestNames(t *testing.T) {
	for _, d := range Depths {
		if got, ok := DepthByName(string(d)); !ok || got != d {
			t.Errorf("%s is %s, %t", d, got, ok)
		}
	}
	for _, name := range []string{"", "Quick", "quick ", "deepest"} {
		if _, ok := DepthByName(name); ok {
			t.Errorf("%q is a depth", name)
		}
	}
	for _, c := range BucketCalls {
		if got, ok := BucketCallByName(c.Name); !ok || got.Method != c.Method || got.Query != c.Query {
			t.Errorf("%s is %+v, %t", c.Name, got, ok)
		}
	}
	if _, ok := BucketCallByName("PutBucketCors"); ok {
		t.Error("PutBucketCors is a call in the life of a bucket: it is judged")
	}
	for _, d := range Digests {
		if d.MayBeUnknown() && d.Spoilt() {
			t.Errorf("%s may be unknown, and is refused by all", d)
		}
	}
	o := Operation{Query: "a={one}", Body: "<{two}>", Fields: []Field{{Name: "x-a", Value: "b {three}"}}}
	for placeholder, want := range map[string]bool{"{one}": true, "{two}": true, "{three}": true, "{four}": false} {
		if o.Mentions(placeholder) != want {
			t.Errorf("%s is mentioned: %t", placeholder, !want)
		}
	}
}

// Whatever a provider's file holds, it is read or refused with a place; what is read names its entries.
func FuzzProvider(f *testing.F) {
	all, err := Providers()
	if err != nil {
		f.Fatal(err)
	}
	for _, p := range all {
		data, err := providerFiles.ReadFile(p.File)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	for _, text := range []string{"", "{}", "knownDeviations: [{deviation: most-rules, parameters: {a: b}, reason: x}]", "knownDeviations: [*a]", "name: [", "limits: {rules: -1}\nsources: {}\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, problems := parseProvider("f.yaml", []byte(text))
		for _, e := range problems {
			if e.File != "f.yaml" || e.Line < 0 || e.Line > strings.Count(text, "\n")+strings.Count(text, "\r")+2 || e.What == "" {
				t.Fatalf("%+v", e)
			}
		}
		if problems.orNil() != nil {
			return
		}
		for _, d := range p.KnownDeviations {
			if d.Reason == "" || d.Line < 1 || d.IsNamed() == (d.Cells != "") {
				t.Fatalf("%+v", d)
			}
		}
		_ = p.Dialect().String()
	})
}
