package fuzz

import (
	"reflect"
	"testing"

	"corsprobe/runner/runnertest/race"
	"corsprobe/runner/s3cors"
)

// cases are the first of a seed.
func cases(seed uint64, n int) []Case {
	g := NewGenerator(seed)
	var all []Case
	for range n {
		all = append(all, g.Next())
	}
	return all
}

func TestSameSeedSameQuestions(t *testing.T) {
	if a, b := cases(7, 40), cases(7, 40); !reflect.DeepEqual(a, b) {
		t.Error("two generators of seed 7 make different cases")
	}
	if a, b := cases(7, 5), cases(8, 5); reflect.DeepEqual(a, b) {
		t.Error("seeds 7 and 8 make the same cases")
	}
}

// Whatever is made is a scenario that the format takes, and S3 takes its configurations.
func TestCasesAreScenarios(t *testing.T) {
	race.Skip(t)
	for seed := range uint64(5) {
		all := cases(seed, 60)
		plan, err := Plan(all, 1)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for i, c := range all {
			planned := plan.Scenarios[i]
			if len(planned.Steps) != len(c.States) {
				t.Fatalf("seed %d, case %d: %d steps for %d states", seed, i, len(planned.Steps), len(c.States))
			}
			for k, state := range c.States {
				if state.CORS != nil && s3cors.Validate(state.CORS) != nil {
					t.Errorf("seed %d, case %d: S3 refuses its configuration %d", seed, i, k)
				}
				if got := planned.Steps[k].After; !s3cors.Equal(got, state.CORS) {
					t.Errorf("seed %d, case %d, state %d: %s", seed, i, k, s3cors.Difference(state.CORS, got))
				}
				if got := len(planned.Steps[k].Cells); got != len(state.Questions) {
					t.Errorf("seed %d, case %d, state %d: %d cells for %d questions", seed, i, k, got, len(state.Questions))
				}
			}
		}
	}
}
