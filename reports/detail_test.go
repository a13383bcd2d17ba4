package reports

import (
	"testing"

	"corsprobe/runner/result"

	"github.com/google/go-cmp/cmp"
)

// What a browser makes of findings is told once for those that it takes for the same, and after their checks where there are others.
func TestBrowserSentences(t *testing.T) {
	finding := func(check string, class result.Class, sentence string) result.Finding {
		f := result.Finding{Check: check, Class: class}
		if sentence != "" {
			f.Browser = &result.Effect{Sentence: sentence}
		}
		return f
	}
	for _, c := range []struct {
		name string
		cell result.Cell
		want []string
	}{
		{"nothing", result.Cell{}, nil},
		{"one", result.Cell{Findings: []result.Finding{finding("a", result.Breakage, "blocked")}, Browser: &result.Browser{Sentence: "of the cell"}}, []string{"blocked"}},
		{"of two", result.Cell{Findings: []result.Finding{finding("a", result.Contract, ""), finding("b", result.Breakage, "blocked")}}, []string{"b: blocked"}},
		{"the same twice, the worst first", result.Cell{Findings: []result.Finding{
			finding("a", result.Breakage, "blocked"), finding("b", result.Exposure, "read"), finding("c", result.Breakage, "blocked")}}, []string{"b: read", "a and c: blocked"}},
		{"no difference", result.Cell{Findings: []result.Finding{finding("a", result.Contract, "")}, Browser: &result.Browser{Owed: "readable", Got: "readable"}},
			[]string{"no difference to a page: readable"}},
		{"an earlier release's", result.Cell{Findings: []result.Finding{finding("a", result.Breakage, "")}, Browser: &result.Browser{Got: "blocked: x", Sentence: "S3 owes …"}}, []string{"S3 owes …"}},
	} {
		if diff := cmp.Diff(c.want, browserSentences(&c.cell)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}
