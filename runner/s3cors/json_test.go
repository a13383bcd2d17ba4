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
	for text, want := range map[string]string{
		``:                          "EOF",
		`{"CORSRules": []} x`:       "text follows the configuration",
		`[]`:                        "json: cannot unmarshal array into Go value of type s3cors.Configuration",
		`{"CORSRulez": []}`:         `json: unknown field "CORSRulez"`,
		`{"CORSRules": [{"a": 1}]}`: `json: unknown field "a"`,
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
