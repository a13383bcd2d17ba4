package dialect_test

import (
	"encoding/json"
	"testing"

	"corsprobe/runner/dialect"

	"gopkg.in/yaml.v3"
)

// FuzzParse: whatever is written, it is a deviation or refused with a reason; one that was read is written so that it is read again as it was.
func FuzzParse(f *testing.F) {
	for _, d := range dialect.Examples() {
		f.Add(d.String())
	}
	for _, text := range []string{"", ":", "most-rules:", "most-rules: 1e3", "most-rules: 0x10", "always-exposed: [a, 'b, c']", "error-code: {a: {b: c}}", "error-method: \"a\nb\"", "accepts-method: !!int 5", "always-exposed: &a [*a]", "accepts-method: - x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		one, err := dialect.Parse(text)
		if err != nil {
			if err.Error() == "" {
				t.Errorf("%q is refused without a reason", text)
			}
			return
		}
		again, err := dialect.Parse(one.String())
		if err != nil || again.Name != one.Name || !again.Value.Equal(one.Value) || again.Summary != one.Summary {
			t.Errorf("%q is written as %q, and read as %q, %v", text, one, again, err)
		}
	})
}

// FuzzValue: a value that was read from YAML is the same after it was written as YAML and as JSON.
func FuzzValue(f *testing.F) {
	for _, text := range []string{"20", "'20'", "ETag", "[ETag, 'x, y']", "{a: b, 'c: d': 'e'}", "[]", "{}", "''", "yes", "~", "1.5", "2026-01-02", "\"a\\nb\"", "\"\\n\"", "[\"\\n\"]", "[1, true]"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var v dialect.Value
		if yaml.Unmarshal([]byte(text), &v) != nil || v.IsZero() {
			return
		}
		for name, back := range map[string]func(*dialect.Value) ([]byte, error){
			"YAML": func(w *dialect.Value) ([]byte, error) {
				out := []byte(v.String())
				return out, yaml.Unmarshal(out, w)
			},
			"JSON": func(w *dialect.Value) ([]byte, error) {
				out, err := json.Marshal(v)
				if err == nil {
					err = json.Unmarshal(out, w)
				}
				return out, err
			},
		} {
			var w dialect.Value
			if out, err := back(&w); err != nil || !v.Equal(w) {
				t.Errorf("%q is %s, written as %s %s and read as %s, %v", text, v, name, out, w, err)
			}
		}
	})
}
