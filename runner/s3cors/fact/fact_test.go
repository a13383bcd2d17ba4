package fact

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

var update = flag.Bool("update", false, "write the facts' names for Go")

const file = "fact.go"

// Code names facts; facts.yaml says which name is which. Run with -update after a fact was added.
func TestFactsHaveNames(t *testing.T) {
	data, err := os.ReadFile("../facts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var facts []struct {
		ID              int
		Name, Statement string
	}
	if err := yaml.Unmarshal(data, &facts); err != nil || len(facts) == 0 {
		t.Fatalf("%d facts: %v", len(facts), err)
	}
	named := map[string]int{}
	var b strings.Builder
	b.WriteString("// Package fact names the facts of facts.yaml, which has their statements, strengths and sources. It is written by its test.\npackage fact\n\n")
	b.WriteString("// The facts, by their ids.\nconst (\n")
	for _, f := range facts {
		if !regexp.MustCompile(`^[A-Z][A-Za-z]+$`).MatchString(f.Name) || named[f.Name] != 0 {
			t.Errorf("fact %d is named %q, want a name for Go that no other fact has", f.ID, f.Name)
		}
		named[f.Name] = f.ID
		fmt.Fprintf(&b, "\t// %s\n\t%s = %d\n", f.Statement, f.Name, f.ID)
	}
	b.WriteString(")\n")
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != b.String() {
		t.Errorf("%s is not what facts.yaml says (%v): go test ./runner/s3cors/fact -update writes it", file, err)
	}
}
