package reference_test

import (
	"strings"
	"testing"
	"time"

	"corsprobe/runner/reference"
	"corsprobe/runner/runnertest"
	"corsprobe/runner/runnertest/race"
)

// leastFound is the share of the compound defects that the catalogue finds at least, in percent.
const leastFound = 85

// The catalogue finds most defects that show only where two conditions meet.
func TestCompoundDefects(t *testing.T) {
	race.Skip(t)
	defects := reference.CompoundDefects()
	if len(defects) < 60 {
		t.Errorf("only %d compound defects", len(defects))
	}
	shown := func(_ reference.Defect, f found) bool { return len(f.scenarios) > 0 }
	all := plant(t, defects, shown, func(t *testing.T, _ reference.Defect, f found) {
		t.Logf("found by %v in %v", f.checks, f.scenarios)
	})
	var planted, missed []string
	for i, f := range all {
		if f.scenarios == nil {
			continue // not planted
		}
		planted = append(planted, defects[i].Name)
		if len(f.scenarios) == 0 {
			missed = append(missed, defects[i].Name)
		}
	}
	n := len(planted) - len(missed)
	t.Logf("%d of %d compound defects found, missed: %s", n, len(planted), strings.Join(missed, ", "))
	if 100*n < leastFound*len(planted) {
		t.Errorf("only %d of %d compound defects are found, missed: %s", n, len(planted), strings.Join(missed, ", "))
	}
}

// A faithful endpoint passes every cell of the catalogue.
func TestFaithful(t *testing.T) {
	t.Parallel()
	for _, c := range run(t, reference.Behaviour{}, runnertest.Catalogue(t), 10*time.Second).Cells {
		if !faithful(c) {
			t.Errorf("%s is %s %s: %+v", c.ID, c.Verdict, c.Reason, c.Findings)
		}
	}
}
