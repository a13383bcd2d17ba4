package lint

import (
	"fmt"
	"strings"
	"testing"

	"corsprobe/runner/corsfile"

	"github.com/google/go-cmp/cmp"
)

func readFile(t *testing.T, name, text string) *corsfile.File {
	t.Helper()
	file, err := corsfile.Read(name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func lines(r Report) []string {
	var all []string
	for _, f := range r.Findings {
		line := fmt.Sprintf("%d:%d %s %s", f.Place.Line, f.Place.Column, f.Code, f.Configuration)
		for _, p := range f.More {
			line += fmt.Sprintf(" +%d:%d", p.Line, p.Column)
		}
		all = append(all, line)
	}
	return all
}

// What its reader noticed and what the rules are, in one list by place; one matter is one finding, however many rules.
func TestFile(t *testing.T) {
	const text = `Resources:
  A:
    Properties:
      CorsConfiguration:
        CorsRules:
          - AllowedOrigins: [https://a.example.com]
            AllowedMethods: [GET]
            MaxAgeSeconds: 60
          - AllowedOrigins: [https://b.example.com]
            AllowedMethods: [GET]
            AllowedHeaders: ['*']
            MaxAge: 60
  B:
    Properties:
      CorsConfiguration:
        CorsRules: [{AllowedOrigins: [!Ref Origin, "https://${X}/"], AllowedMethods: [!Ref Method], MaxAge: !Ref Age}]
`
	want := []string{"7:29 CP301 A +10:29", "8:13 CP024 A", "16:39 CP008 B", "16:52 CP008 B", "16:87 CP008 B", "16:109 CP008 B"}
	file := readFile(t, "t.yaml", text)
	if diff := cmp.Diff(want, lines(File(file, Options{}))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	off := File(file, Options{Disabled: []string{"CP008", "CP301"}})
	if diff := cmp.Diff([]string{"8:13 CP024 A"}, lines(off)); diff != "" || off.Off != 6 || off.Worst() != Error || off.Count(Error) != 1 {
		t.Errorf("%d off, worst %s (-want +got):\n%s", off.Off, off.Worst(), diff)
	}
}

// Comments switch codes off, in every language that has some.
func TestDirectives(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"f.yaml", "# corsprobe:disable CP301, no-max-age because it is a demo\nCORSRules:\n  - AllowedOrigins: [https://a.example.com]\n    AllowedMethods: [GET]\n", ""},
		{"f.yaml", "CORSRules:\n  - AllowedOrigins: [https://a.example.com]\n    AllowedMethods: [GET] # corsprobe:disable-line CP301\n    MaxAgeSeconds: 9000\n", "CP406"},
		{"f.yaml", "CORSRules:\n  - AllowedOrigins: [https://a.example.com]\n    # corsprobe: disable-next-line CP301\n    AllowedMethods: [GET]\n    MaxAgeSeconds: 9000\n", "CP406"},
		{"f.yaml", "CORSRules:\n  - AllowedOrigins: [https://a.example.com]\n    # corsprobe:disable-line CP301\n    AllowedMethods: [GET]\n    MaxAgeSeconds: 60\n", "CP301"},
		{"f.xml", "<!-- corsprobe:disable CP301 --><CORSConfiguration><CORSRule><AllowedOrigin>https://a.example.com</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>", "CP404"},
		{"f.tf", "resource \"a\" \"b\" {\n  cors_rule {\n    allowed_methods = [\"GET\"] // corsprobe:disable-line head-beside-get\n    allowed_origins = [\"https://a.example.com\"]\n    max_age_seconds = 60\n  }\n}\n", ""},
		{"f.json", "/* corsprobe:disable CP006 CP404 */ {\"CORSRules\": [{\"AllowedOrigins\": [\"https://a.example.com\"], \"AllowedMethods\": [\"GET\"]}]}", "CP301"},
	} {
		var got []string
		for _, f := range File(readFile(t, c.name, c.text), Options{}).Findings {
			got = append(got, f.Code)
		}
		if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s\n%s (-want +got):\n%s", c.name, c.text, diff)
		}
	}
}

// Values change, and nothing else: comments, blanks, order and quotes stay.
func TestFix(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"JSON", "f.json",
			"{ \"CORSRules\": [ {\n  \"AllowedOrigins\": [\"https://a.example.com/\",  \"HTTPS://b.example.com, https://c.example.com\",],\n  \"AllowedMethods\": [\"get\", \"OPTIONS\"],\n\t\"AllowedHeaders\": [\"Origin\", \"Host\", \"x-a\"] } ] }\n",
			"{ \"CORSRules\": [ {\n  \"AllowedOrigins\": [\"https://a.example.com\",  \"https://b.example.com\", \"https://c.example.com\"],\n  \"AllowedMethods\": [\"GET\"],\n\t\"AllowedHeaders\": [\"x-a\"] } ] }\n"},
		{"keys", "f.json", `{"CORSRules": [{"allowedOrigins": ["https://a.example.com"], "allowedMethods": ["GET"]}]}`, `{"CORSRules": [{"AllowedOrigins": ["https://a.example.com"], "AllowedMethods": ["GET"]}]}`},
		{"YAML in lines", "f.yaml",
			"CORSRules:\n  - AllowedOrigins:\n      - https://a.example.com/ # the page\n      - 'https://b.example.com:443'\n      - \"https://c.example.com https://d.example.com\"\n    AllowedMethods:\n      - GET\n      - OPTIONS\n      - HEAD\n",
			"CORSRules:\n  - AllowedOrigins:\n      - https://a.example.com # the page\n      - 'https://b.example.com'\n      - \"https://c.example.com\"\n      - \"https://d.example.com\"\n    AllowedMethods:\n      - GET\n      - HEAD\n"},
		{"YAML in brackets", "f.yaml", "CORSRules:\n  - {AllowedOrigins: [https://a.example.com/, 'https://B.example.com'], AllowedMethods: [GET, head, GET]}\n",
			"CORSRules:\n  - {AllowedOrigins: [https://a.example.com, 'https://b.example.com'], AllowedMethods: [GET, HEAD]}\n"},
		{"XML", "f.xml",
			"<CORSConfiguration>\n  <CORSRule>\n    <AllowedOrigin>\n      https://a.example.com/\n    </AllowedOrigin><!-- page -->\n    <AllowedOrigin>https://b.example.com,https://c.example.com</AllowedOrigin>\n    <AllowedMethod>GET</AllowedMethod>\n    <AllowedMethod>OPTIONS</AllowedMethod>\n  </CORSRule>\n</CORSConfiguration>\n",
			"<CORSConfiguration>\n  <CORSRule>\n    <AllowedOrigin>https://a.example.com</AllowedOrigin><!-- page -->\n    <AllowedOrigin>https://b.example.com</AllowedOrigin>\n    <AllowedOrigin>https://c.example.com</AllowedOrigin>\n    <AllowedMethod>GET</AllowedMethod>\n  </CORSRule>\n</CORSConfiguration>\n"},
		{"Terraform", "f.tf",
			"resource \"aws_s3_bucket\" \"b\" {\n  cors_rule {\n    allowed_methods = [\"GET\", \"HEAD\", \"OPTIONS\"] # all\n    allowed_origins = [\"https://a.example.com/\", var.x, \"https://${var.y}/\"]\n  }\n}\n",
			"resource \"aws_s3_bucket\" \"b\" {\n  cors_rule {\n    allowed_methods = [\"GET\", \"HEAD\"] # all\n    allowed_origins = [\"https://a.example.com\", var.x, \"https://${var.y}/\"]\n  }\n}\n"},
		{"a comment stays", "f.json", "{\"CORSRules\": [{\"AllowedOrigins\": [\"https://a.example.com\"], \"AllowedMethods\": [\"GET\", /* preflights */ \"OPTIONS\"]}]}\n", ""},
		{"the only value stays", "f.json", "{\"CORSRules\": [{\"AllowedOrigins\": [\"https://a.example.com\"], \"AllowedMethods\": [\"PATCH\"]}]}\n", ""},
		{"a resolved value stays", "f.tf", "locals {\n  o = [\"https://a.example.com/\"]\n}\nresource \"aws_s3_bucket\" \"b\" {\n  cors_rule {\n    allowed_methods = [\"GET\"]\n    allowed_origins = local.o\n  }\n}\n", ""},
		{"another provider's stays", "f.json", `[{"corsRuleName": "a", "allowedOperations": ["s3_get"], "allowedOrigins": ["https"]}]`, ""},
		{"UTF-16", "f.json", "\xff\xfe" + wide(`{"CORSRules": [{"AllowedOrigins": ["https://a.example.com/"], "AllowedMethods": ["GET"]}]}`), "\xff\xfe" + wide(`{"CORSRules": [{"AllowedOrigins": ["https://a.example.com"], "AllowedMethods": ["GET"]}]}`)},
		{"a mark", "f.xml", "\uFEFF<CORSConfiguration><CORSRule><AllowedOrigin>https://a.example.com/</AllowedOrigin></CORSRule></CORSConfiguration>", "\uFEFF<CORSConfiguration><CORSRule><AllowedOrigin>https://a.example.com</AllowedOrigin></CORSRule></CORSConfiguration>"},
	} {
		got, mended, err := Fix(readFile(t, c.file, c.text), Options{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if diff := cmp.Diff(c.want, string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		if (len(mended) == 0) != (c.want == "") {
			t.Errorf("%s: mended %v", c.name, mended)
		}
	}
}

// wide is ASCII in UTF-16, little end first.
func wide(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		b.Write([]byte{c, 0})
	}
	return b.String()
}

// FuzzFix: what is mended is read again, and there is nothing more to mend.
func FuzzFix(f *testing.F) {
	f.Add("f.json", `{"CORSRules": [{"AllowedOrigins": ["https://a.example.com/", " HTTPS://b:443,c.d"], "AllowedMethods": ["get", "GET"], "AllowedHeaders": ["a: b", "a,b"], "ExposeHeaders": ["ETag", "etag", "Expires"]}]}`)
	f.Add("f.yaml", "CORSRules:\n  - AllowedOrigins:\n      - https://a.example.com/\n      - 'https://b.example.com:443'\n    AllowedMethods: [get, OPTIONS]\n")
	f.Add("f.xml", "<CORSConfiguration><CORSRule><AllowedOrigin>https://a/ </AllowedOrigin><AllowedOrigin>a.b,c.d</AllowedOrigin></CORSRule></CORSConfiguration>")
	f.Add("f.tf", "resource \"a\" \"b\" {\n  cors_rule {\n    allowed_origins = [\"https://a.example.com/\"]\n  }\n}\n")
	f.Fuzz(func(t *testing.T, name, text string) {
		file, err := corsfile.Read(name, []byte(text))
		if err != nil {
			return
		}
		if _, _, err := Fix(file, Options{}); err != nil {
			t.Fatal(err)
		}
	})
}
