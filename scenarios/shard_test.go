package scenarios

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// sized is a plan of scenarios with so many cells each.
func sized(sizes ...int) Plan {
	var p Plan
	for _, n := range sizes {
		p.Scenarios = append(p.Scenarios, Planned{Scenario: &Scenario{}, Steps: []PlannedStep{{Cells: make([]Cell, n)}}})
	}
	return p
}

func shardSizes(p Plan, total int) [][]int {
	var all [][]int
	for i := range total {
		var sizes []int
		for _, s := range p.Shard(i+1, total).Scenarios {
			sizes = append(sizes, s.Results())
		}
		all = append(all, sizes)
	}
	return all
}

func TestShard(t *testing.T) {
	for _, c := range []struct {
		name  string
		sizes []int
		total int
		want  [][]int
	}{
		{"one", []int{3, 1, 2}, 1, [][]int{{3, 1, 2}}},
		{"balanced", []int{1, 2, 3, 4, 5, 6}, 3, [][]int{{1, 2, 3}, {4, 5}, {6}}},
		{"a large one", []int{1, 1, 9, 1, 1}, 3, [][]int{{1, 1}, {9}, {1, 1}}},
		{"as many as scenarios", []int{9, 1, 1, 1}, 4, [][]int{{9}, {1}, {1}, {1}}},
		{"spread, where few would do", []int{9, 1, 1, 1}, 3, [][]int{{9}, {1, 1}, {1}}},
		{"more than scenarios", []int{2, 2}, 4, [][]int{{2}, {2}, nil, nil}},
		{"nothing", nil, 2, [][]int{nil, nil}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, shardSizes(sized(c.sizes...), c.total)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A shard's weight counts the configuration calls, which are results too.
func TestShardCountsCalls(t *testing.T) {
	p := sized(1, 1, 1)
	p.Scenarios[0].Steps = append(p.Scenarios[0].Steps, PlannedStep{CallID: "a/PutBucketCors"})
	if diff := cmp.Diff([][]int{{2}, {1, 1}}, shardSizes(p, 2)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Whatever the plan: the shards together are the plan, none is empty without need, and no other cut in the same order has a smaller largest part.
func TestShardsAreThePlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.IntRange(1, 20), 0, 9).Draw(t, "sizes")
		total := rapid.IntRange(1, 7).Draw(t, "total")
		shards := shardSizes(sized(sizes...), total)
		if got := slices.Concat(shards...); !slices.Equal(got, sizes) {
			t.Fatalf("the shards hold %v, the plan %v", got, sizes)
		}
		largest, empty := 0, 0
		for _, s := range shards {
			largest = max(largest, sum(s))
			if len(s) == 0 {
				empty++
			}
		}
		if want := max(0, total-len(sizes)); empty != want {
			t.Fatalf("%d of %d shards are empty, want %d: %v", empty, total, want, shards)
		}
		if least := leastLargest(sizes, total); largest != least {
			t.Fatalf("the largest of %v is %d, and %d is possible", shards, largest, least)
		}
	})
}

func sum(sizes []int) int {
	n := 0
	for _, s := range sizes {
		n += s
	}
	return n
}

// leastLargest tries every cut.
func leastLargest(sizes []int, total int) int {
	if total == 1 {
		return sum(sizes)
	}
	least := sum(sizes)
	for i := range len(sizes) + 1 {
		least = min(least, max(sum(sizes[:i]), leastLargest(sizes[i:], total-1)))
	}
	return least
}
