package scenarios

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Any two values of any two dimensions meet, in no more combinations than the product has, and always in the same ones.
func TestPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lengths := rapid.SliceOfN(rapid.IntRange(1, 5), 1, 6).Draw(t, "lengths")
		combinations := pairs(lengths)
		open := openPairs(lengths)
		for _, index := range combinations {
			closePairs(index, open)
		}
		if len(open) > 0 {
			t.Fatalf("%d pairs never meet: %v", len(open), open)
		}
		if most := len(product(lengths)); len(combinations) > most {
			t.Fatalf("%d combinations, the product has %d", len(combinations), most)
		}
		if diff := cmp.Diff(combinations, pairs(lengths)); diff != "" {
			t.Fatalf("another list the second time:\n%s", diff)
		}
	})
}

func TestCombine(t *testing.T) {
	for _, c := range []struct {
		name    string
		combine func([]int) [][]int
		lengths []int
		want    [][]int
	}{
		{"product", product, []int{2, 1, 2}, [][]int{{0, 0, 0}, {0, 0, 1}, {1, 0, 0}, {1, 0, 1}}},
		{"zip repeats one value", zip, []int{2, 1, 2}, [][]int{{0, 0, 0}, {1, 0, 1}}},
		{"pairs of two dimensions are their product", pairs, []int{2, 1, 2}, [][]int{{0, 0, 0}, {0, 0, 1}, {1, 0, 0}, {1, 0, 1}}},
		{"pairs of three are fewer than their product", pairs, []int{2, 2, 2}, [][]int{{0, 0, 0}, {0, 1, 1}, {1, 0, 1}, {1, 1, 0}}},
		{"pairs of one dimension", pairs, []int{1, 3}, [][]int{{0, 0}, {0, 1}, {0, 2}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.combine(c.lengths)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if n := len(pairs([]int{10, 10, 10, 10})); n > 200 {
		t.Errorf("%d combinations for four dimensions of ten values, which have 100 pairs each", n)
	}
}

// What the schema, the errors and the page say of a dimension comes from the table, so that each has all of it.
func TestDimensionsAreWhole(t *testing.T) {
	var keys, names []string
	for _, d := range Dimensions() {
		if d.Doc == "" || d.read == nil || d.schema == nil || d.set == nil || d.text == nil || d.part == nil || d.title == nil {
			t.Errorf("%s lacks something", d.Key)
		}
		if slices.Contains(keys, d.Key) || slices.Contains(names, d.Name) {
			t.Errorf("%s, %s is there twice", d.Key, d.Name)
		}
		keys, names = append(keys, d.Key), append(names, d.Name)
		if c := (Cell{}); !d.Required && !d.Always {
			d.set(&c, &d.standard)
			if part, told := d.inID(&c); told || d.title(&c) != "" {
				t.Errorf("the default of %s is told: %q, %q", d.Key, part, d.title(&c))
			}
		}
	}
}
