package s3cors

import (
	"testing"
	"unicode/utf8"
)

func TestParseJSON(t *testing.T) {
	const text = `{"CORSRules": [
		{"ID": "a & b", "AllowedOrigins": ["http://a", ""], "AllowedMethods": ["GET", "PUT"], "AllowedHeaders": ["*", "x-amz-*"],
		 "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 3000}]}`
	if got, err := ParseJSON([]byte(text)); err != nil || !Equal(got, full()) {
		t.Errorf("%s, %v", Difference(full(), got), err)
	}
	for text, want := range map[string]*Configuration{
		`{"CORSRules": []}`:                       {},
		`{"CORSRules": [{}]}`:                     one(Rule{}),
		`{"CORSRules": [{"MaxAgeSeconds": -1}]}`:  one(Rule{MaxAgeSeconds: ptr(int32(-1))}),
		`{"CORSRules": [{"AllowedHeaders": []}]}`: one(Rule{}),
	} {
		if got, err := ParseJSON([]byte(text)); err != nil || !Equal(got, want) {
			t.Errorf("%s: %s, %v", text, Difference(want, got), err)
		}
	}
}

func TestJSON(t *testing.T) {
	const want = "{\n  \"CORSRules\": [\n    {\n      \"AllowedOrigins\": [\n        \"https://<a>\"\n      ],\n      \"AllowedMethods\": [\n        \"GET\"\n      ]\n    }\n  ]\n}\n"
	if got := string(one(Rule{AllowedOrigins: []string{"https://<a>"}, AllowedMethods: []string{"GET"}}).JSON()); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if back, err := ParseJSON(full().JSON()); err != nil || !Equal(back, full()) {
		t.Errorf("%s, %v", Difference(full(), back), err)
	}
}

func TestParseJSONErrors(t *testing.T) {
	const keys = "; a rule has ID, AllowedOrigins, AllowedMethods, AllowedHeaders, ExposeHeaders and MaxAgeSeconds"
	for text, want := range map[string]string{
		``:                        "line 1, column 1: unexpected end of JSON input",
		"{\n \"CORSRules\": [,]}": "line 2, column 16: invalid character ',' looking for beginning of value",
		`{"CORSRules": []} x`:     "line 1, column 19: invalid character 'x' after top-level value",
		`[]`:                      "line 1, column 1: the document is not an object",
		`{}`:                      "line 1, column 1: there is no CORSRules",
		`{"corsrules": []}`:       `line 1, column 2: unknown key "corsrules"; a configuration has CORSRules`,
		`{"CORSRules": {}}`:       "line 1, column 15: CORSRules is not a list",
		`{"CORSRules": [1]}`:      "line 1, column 16: rule 1 is not an object",
		`{"CORSRules": [{}, {"AllowedOrigin": ["*"]}]}`:      `line 1, column 21: unknown key "AllowedOrigin"` + keys,
		"{\"CORSRules\": [{\n  \"AllowedOrigins\": \"*\"}]}": "line 2, column 21: AllowedOrigins is not a list",
		`{"CORSRules": [{"AllowedOrigins": null}]}`:          "line 1, column 35: AllowedOrigins is not a list",
		`{"CORSRules": [{"AllowedMethods": ["GET", 1]}]}`:    "line 1, column 43: a member of AllowedMethods is not a string",
		`{"CORSRules": [{"ID": 1}]}`:                         "line 1, column 23: ID is not a string",
		`{"CORSRules": [{"MaxAgeSeconds": "1"}]}`:            "line 1, column 34: MaxAgeSeconds is not a 32-bit integer",
		`{"CORSRules": [{"MaxAgeSeconds": 1.5}]}`:            "line 1, column 34: MaxAgeSeconds is not a 32-bit integer",
		`{"CORSRules": [{"MaxAgeSeconds": null}]}`:           "line 1, column 34: MaxAgeSeconds is not a 32-bit integer",
		`{"CORSRules": [{"MaxAgeSeconds": 2147483648}]}`:     "line 1, column 34: MaxAgeSeconds is not a 32-bit integer",
		`{"CORSRules": [{"ID": "a", "ID": "b"}]}`:            "line 1, column 28: rule 1 has ID twice",
		`{"CORSRules": [], "CORSRules": []}`:                 "line 1, column 19: the document has CORSRules twice",
		"{\"CORSRules\": [{\"ID\": \"\xff\"}]}":              "the text is not UTF-8",
	} {
		if got, err := ParseJSON([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("ParseJSON(%q) is %+v, %v; want error %q", text, got, err, want)
		}
	}
}

func FuzzParseJSON(f *testing.F) {
	f.Add([]byte(`{"CORSRules": [{"ID": "é", "AllowedOrigins": ["*"], "AllowedMethods": ["GET"], "MaxAgeSeconds": 0}]}`))
	f.Add([]byte(`{"CORSRules": [{"AllowedHeaders": null}, {}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if cfg, err := ParseJSON(data); err == nil && hasXML(cfg) {
			survives(t, cfg)
		}
	})
}

// hasXML reports whether XML can hold every text: it has no place for most control characters.
func hasXML(cfg *Configuration) bool {
	for _, r := range cfg.CORSRules {
		lists := [][]string{{r.ID}, r.AllowedOrigins, r.AllowedMethods, r.AllowedHeaders, r.ExposeHeaders}
		for _, list := range lists {
			for _, s := range list {
				for _, c := range s {
					if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0xFFFE || c == 0xFFFF || !utf8.ValidRune(c) {
						return false
					}
				}
			}
		}
	}
	return true
}
