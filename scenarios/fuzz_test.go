package scenarios

import (
	"errors"
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

// Whatever a file holds, it is read or refused with places; what is read can be expanded.
func FuzzLoad(f *testing.F) {
	f.Add(good)
	_ = fs.WalkDir(catalogueFiles, "catalogue", func(name string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, ".yaml") {
			data, _ := catalogueFiles.ReadFile(name)
			f.Add(string(data))
		}
		return err
	})
	f.Fuzz(func(t *testing.T, text string) {
		all, err := load(map[string]string{"f.yaml": text})
		if err != nil {
			var es Errors
			if !errors.As(err, &es) || len(es) == 0 || !strings.HasPrefix(err.Error(), "f.yaml") {
				t.Fatalf("error %T %v", err, err)
			}
			return
		}
		if _, err := Expand(all); err != nil {
			t.Fatalf("it loads, but does not expand: %v", err)
		}
	})
}

// wildcard agrees with a regular expression made from the pattern.
func FuzzWildcard(f *testing.F) {
	f.Add("a*b", "ab")
	f.Add("**", "")
	f.Add("*a*a", "aa")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		quoted := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, `(?s:.*)`)
		re, err := regexp.Compile(`\A(?:` + quoted + `)\z`)
		if err != nil || strings.ToValidUTF8(text, "") != text || strings.ToValidUTF8(pattern, "") != pattern {
			t.Skip()
		}
		if got, want := wildcard(pattern, text), re.MatchString(text); got != want {
			t.Errorf("wildcard(%q, %q) = %v, want %v", pattern, text, got, want)
		}
	})
}

func FuzzDeviations(f *testing.F) {
	f.Add("knownDeviations: [{cells: a, check: b, reason: c}]")
	f.Fuzz(func(t *testing.T, text string) {
		_, errors := parseProvider("f.yaml", []byte(text))
		if err := errors.orNil(); err != nil && !strings.HasPrefix(err.Error(), "f.yaml") {
			t.Fatal(err)
		}
	})
}
