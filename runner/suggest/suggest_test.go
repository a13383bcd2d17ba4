package suggest_test

import (
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/suggest"
)

func TestNearest(t *testing.T) {
	words := []string{"lint", "list", "explain", "List", "run"}
	tests := []struct {
		name string
		word string
		most int
		want []string
	}{
		{"the same word first, whatever its case", "LIST", 1, []string{"list", "List", "lint"}},
		{"equally near words in the order given", "lixt", 1, []string{"lint", "list", "List"}},
		{"as far as is allowed", "expln", 2, []string{"explain"}},
		{"one letter further", "expln", 1, []string{}},
		{"nothing typed", "", 2, []string{}},
		{"a short word within reach of nothing typed", "", 3, []string{"run"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := suggest.Nearest(tt.word, words, tt.most); !slices.Equal(got, tt.want) {
				t.Errorf("Nearest(%q, words, %d) = %q, want %q", tt.word, tt.most, got, tt.want)
			}
		})
	}
}

func TestNearestBy(t *testing.T) {
	letters := func(s string) string { return strings.ReplaceAll(s, "_", "") }
	words := []string{"allowed_origin", "allowed_header"}
	if got := suggest.NearestBy(letters, "a_l_l_o_wedorigin", words, 0); !slices.Equal(got, words[:1]) {
		t.Errorf("NearestBy compares %q, want %q", got, words[:1])
	}
}

func TestFirst(t *testing.T) {
	if got := suggest.First([]string{"a", "b"}); got != "a" {
		t.Errorf("First is %q, want a", got)
	}
	if got := suggest.First([]string(nil)); got != "" {
		t.Errorf("First of none is %q, want nothing", got)
	}
}
