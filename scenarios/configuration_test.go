package scenarios

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The same configuration in every form, and where its parts stand.
func TestReadConfiguration(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"JSON", "{\"CORSRules\": [\n\t{\"AllowedOrigins\": [\"https://a\", \"https://b\"],\n\t\"AllowedMethods\": [\"GET\"], \"MaxAgeSeconds\": 5}\n]}", "1:1 2:2 2:35 3:20 3:46"},
		{"YAML", "CORSRules:\n  - AllowedOrigins: [https://a, https://b]\n    AllowedMethods: GET\n    MaxAgeSeconds: 5\n", "1:1 2:5 2:33 3:21 4:20"},
		{"XML", "<CORSConfiguration>\n <CORSRule>\n  <AllowedOrigin>https://a</AllowedOrigin><AllowedOrigin>https://b</AllowedOrigin>\n  <AllowedMethod>GET</AllowedMethod>\n  <MaxAgeSeconds>5</MaxAgeSeconds>\n </CORSRule>\n</CORSConfiguration>",
			"1:1 2:2 3:43 4:3 5:3"},
	} {
		cfg, err := ReadConfiguration("f", []byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if r := cfg.CORSRules[0]; len(cfg.CORSRules) != 1 || r.AllowedOrigins[1] != "https://b" || r.AllowedMethods[0] != "GET" || *r.MaxAgeSeconds != 5 {
			t.Errorf("%s: %+v", c.name, cfg.CORSRules)
		}
		at := func(rule int, field string, index int) string {
			line, column := cfg.Place(rule, field, index)
			return fmt.Sprintf("%d:%d", line, column)
		}
		got := at(-1, "", -1) + " " + at(0, "", -1) + " " + at(0, "AllowedOrigins", 1) + " " + at(0, "AllowedMethods", 7) + " " + at(0, "MaxAgeSeconds", -1)
		if got != c.want {
			t.Errorf("%s: places %s, want %s", c.name, got, c.want)
		}
		if got := at(0, "ExposeHeaders", -1); got != at(0, "", -1) {
			t.Errorf("%s: a field that is not there stands at %s", c.name, got)
		}
	}
}

func TestReadConfigurationErrors(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"JSON", "{\"CORSRules\": [\n  {\"AllowedOrigin\": [\"*\"]}]}", `f:2:4: unknown key "AllowedOrigin"; a rule has ID, AllowedOrigins, AllowedMethods, AllowedHeaders, ExposeHeaders and MaxAgeSeconds`},
		{"a list", `[{"AllowedOrigins": ["*"]}]`, "f:1:1: the document is not an object"},
		{"XML", "<CORSConfiguration>\n<Rule/></CORSConfiguration>", "f:2:1: unknown element Rule in CORSConfiguration"},
		{"YAML", "CORSRules:\n  - AllowedOrigin: '*'\n", `f:2:5: unknown key "AllowedOrigin", expected one of ID, AllowedOrigins, AllowedMethods, AllowedHeaders, ExposeHeaders, MaxAgeSeconds; did you mean "AllowedOrigins"?`},
		{"empty", "", "f: 0 documents, expected one, with CORSRules"},
		{"text", "CORS, please", `f:1:1: found "CORS, please", expected a mapping with CORSRules`},
		{"binary", "\x00", "f:1:1: not YAML: the file is binary, expected text"},
	} {
		_, err := ReadConfiguration("f", []byte(c.text))
		if diff := cmp.Diff(c.want, fmt.Sprint(err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func FuzzReadConfiguration(f *testing.F) {
	f.Add(`{"CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]}`)
	f.Add("CORSRules: {AllowedOrigins: a}")
	f.Add("<CORSConfiguration><CORSRule><ID>a</ID></CORSRule></CORSConfiguration>")
	f.Fuzz(func(t *testing.T, text string) {
		cfg, err := ReadConfiguration("f", []byte(text))
		if err != nil {
			return
		}
		for i, r := range cfg.CORSRules {
			for j := range r.AllowedOrigins {
				cfg.Place(i, "AllowedOrigins", j)
			}
		}
	})
}
