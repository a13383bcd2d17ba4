package code_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/lint/code"
	"corsprobe/runner/s3cors"
)

// Every entry is complete, in order, and rests on facts that there are.
func TestTable(t *testing.T) {
	last := ""
	names := map[string]bool{}
	for _, c := range code.All() {
		if c.ID <= last || !regexp.MustCompile(`^CP\d{3}$`).MatchString(c.ID) || names[c.Name] || !regexp.MustCompile(`^[a-z0-9-]+$`).MatchString(c.Name) {
			t.Errorf("%s %s comes after %s, or is there twice", c.ID, c.Name, last)
		}
		last, names[c.Name] = c.ID, true
		if c.Severity.Rank() < 0 || c.Title == "" || c.Explanation == "" || c.Fix == "" || strings.HasSuffix(c.Title, ".") {
			t.Errorf("incomplete: %+v", c)
		}
		if c.ID >= "CP100" && len(c.Facts) == 0 {
			t.Errorf("%s rests on no fact", c.ID)
		}
		for _, id := range c.Facts {
			if _, ok := s3cors.FactByID(id); !ok {
				t.Errorf("%s rests on fact %d, which there is not", c.ID, id)
			}
		}
	}
}

func TestByID(t *testing.T) {
	for _, name := range []string{"CP201", "cp201", "trailing-slash"} {
		if c, ok := code.ByID(name); !ok || c.ID != "CP201" {
			t.Errorf("%s is %+v, %t", name, c, ok)
		}
	}
	if c, ok := code.ByID("CP999"); ok {
		t.Errorf("CP999 is %+v", c)
	}
}

// Every code that is told is in the table, and every code of the table is told somewhere.
func TestCodesAreUsed(t *testing.T) {
	told := map[string]bool{}
	for _, folder := range []string{"..", "../../corsfile"} {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(folder, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, id := range regexp.MustCompile(`"(CP\d{3})"`).FindAllStringSubmatch(string(text), -1) {
				told[id[1]] = true
			}
		}
	}
	all := code.All()
	for id := range told {
		if !slices.ContainsFunc(all, func(c code.Code) bool { return c.ID == id }) {
			t.Errorf("%s is told and not in the table", id)
		}
	}
	for _, c := range all {
		if !told[c.ID] {
			t.Errorf("%s is in the table, and nothing tells it", c.ID)
		}
	}
}
