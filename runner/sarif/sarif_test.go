package sarif

import (
	"encoding/json"
	"testing"
)

// A document of nothing has its lists all the same: readers want them there.
func TestNewLog(t *testing.T) {
	got, err := json.Marshal(NewLog(Run{Tool: Tool{Driver: Driver{Name: "corsprobe", Version: "1"}}}))
	const want = `{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":{"driver":{"name":"corsprobe","version":"1","rules":[]}},"columnKind":"unicodeCodePoints","results":[]}]}`
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s, want\n%s", err, got, want)
	}
}

// A rule is there once, and results name it by its index.
func TestRule(t *testing.T) {
	var d Driver
	for _, c := range []struct {
		id    string
		index int
	}{{"a", 0}, {"b", 1}, {"a", 0}} {
		if got := d.Rule(c.id, func() Rule { return Rule{ID: c.id} }); got != c.index {
			t.Errorf("%s is rule %d, want %d", c.id, got, c.index)
		}
	}
	if len(d.Rules) != 2 || d.Rules[1].ID != "b" {
		t.Errorf("rules %v", d.Rules)
	}
}

// A file's name is written as a URL has it, and what is not known of a place is left out.
func TestInFile(t *testing.T) {
	for _, c := range []struct {
		file         string
		line, column int
		want         string
	}{
		{"a/b.yaml", 3, 1, `{"physicalLocation":{"artifactLocation":{"uri":"a/b.yaml"},"region":{"startLine":3,"startColumn":1}}}`},
		{"a b#1.yaml", 3, 0, `{"physicalLocation":{"artifactLocation":{"uri":"a%20b%231.yaml"},"region":{"startLine":3}}}`},
		{"c:d.yaml", 0, 0, `{"physicalLocation":{"artifactLocation":{"uri":"./c:d.yaml"}}}`},
	} {
		got, err := json.Marshal(InFile(c.file, c.line, c.column))
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %v\n%s, want\n%s", c.file, err, got, c.want)
		}
	}
}
