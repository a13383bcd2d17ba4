package corsfile

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// FuzzReplace: in whatever file, an origin that is replaced is read as the new one, and every other value as it was; one that is removed is gone.
func FuzzReplace(f *testing.F) {
	for _, c := range ofEachShape {
		text, _ := marks(c.marked)
		f.Add(c.name, text, "https://new.example")
		f.Add(c.name, text, "a \"quoted\" <&> 'one' # ü")
	}
	f.Fuzz(func(t *testing.T, name, text, value string) {
		if !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return unicode.IsControl(r) || r > 0xfffd }) {
			return // no file that is read has such values, and XML has no way to write them
		}
		file, err := Read(name, []byte(text))
		if err != nil || len(file.Configurations) == 0 || len(file.Configurations[0].CORSRules) == 0 {
			return
		}
		cfg := file.Configurations[0]
		for i := range cfg.CORSRules[0].AllowedOrigins {
			if edits, ok := cfg.Replace(0, "AllowedOrigins", i, value); ok {
				want := slices.Clone(cfg.CORSRules[0].AllowedOrigins)
				want[i] = value
				changedTo(t, file, edits, want)
			}
			if edits, ok := cfg.Remove(0, "AllowedOrigins", i); ok {
				changedTo(t, file, edits, slices.Delete(slices.Clone(cfg.CORSRules[0].AllowedOrigins), i, i+1))
			}
		}
	})
}

func changedTo(t *testing.T, file *File, edits []Edit, want []string) {
	t.Helper()
	data, err := file.Apply(edits)
	if err != nil {
		return // it says so, and nothing is written
	}
	again, err := Read(file.Name, data)
	if err != nil {
		t.Fatalf("after an edit it cannot be read: %v\n%s", err, data)
	}
	if got := again.Configurations[0].CORSRules[0].AllowedOrigins; !slices.Equal(got, want) {
		t.Fatalf("after an edit it has the origins %q, want %q:\n%s", got, want, data)
	}
}
