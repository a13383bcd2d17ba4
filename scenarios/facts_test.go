package scenarios

import (
	"testing"

	"corsprobe/runner/s3cors"
)

// Every fact has a scenario of the catalogue, or a reason why it has none, and every scenario a fact.
func TestFactsAreProved(t *testing.T) {
	all, err := Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	proved := map[int]bool{}
	for _, s := range all {
		if len(s.Facts) == 0 || s.Description == "" {
			t.Errorf("%s has no facts, or no description", s.ID)
		}
		for _, f := range s.Facts {
			proved[f] = true
		}
	}
	for _, f := range s3cors.Facts() {
		switch why := Unproved(f.ID); {
		case !proved[f.ID] && why == "":
			t.Errorf("fact %d has no scenario: %s", f.ID, f.Statement)
		case proved[f.ID] && why != "":
			t.Errorf("fact %d has a scenario, and a reason why it has none", f.ID)
		case why != "" && f.Assert == s3cors.Hard:
			t.Errorf("fact %d is asserted, and has no scenario", f.ID)
		}
	}
	plan, err := Expand(all)
	if err != nil {
		t.Fatal(err)
	}
	if n := plan.Cells(); n < 400 {
		t.Errorf("the catalogue has %d cells, want at least 400", n)
	}
}
