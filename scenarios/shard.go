package scenarios

// Shard is one of total parts of a plan, index from 1. A scenario's cells stay together, for they share a bucket, and scenarios keep their
// order: the shards one after the other are the plan. The largest shard is as small as that permits, and none is empty unless there are
// more shards than scenarios. The same plan is always cut in the same places.
func (p Plan) Shard(index, total int) Plan {
	sizes := make([]int, len(p.Scenarios))
	for i, s := range p.Scenarios {
		sizes[i] = s.Results()
	}
	ends := cutAt(sizes, total, leastCap(sizes, total))
	return Plan{Scenarios: p.Scenarios[ends[index-1]:ends[index]]}
}

// Results counts what is judged of a plan, and what its reports call cells: those of the matrices, and the configuration calls.
func (p Plan) Results() int {
	n := 0
	for _, s := range p.Scenarios {
		n += s.Results()
	}
	return n
}

// Results counts what is judged of a scenario: its cells and its calls.
func (s Planned) Results() int {
	n := 0
	for _, step := range s.Steps {
		n += len(step.Cells)
		if step.CallID != "" {
			n++
		}
	}
	return n
}

// leastCap is the least size of the largest of so many parts, found by halving.
func leastCap(sizes []int, total int) int {
	low, high := 0, 0
	for _, n := range sizes {
		low, high = max(low, n), high+n
	}
	for low < high {
		middle := (low + high) / 2
		if parts(sizes, middle) <= total {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}

// parts is how many parts of at most that size there are at least.
func parts(sizes []int, most int) int {
	n, load := 1, 0
	for _, size := range sizes {
		if load+size > most {
			n, load = n+1, 0
		}
		load += size
	}
	return n
}

// cutAt lists where each part ends, after the 0 at which the first begins. A part ends early where each scenario that is left fills one.
func cutAt(sizes []int, total, most int) []int {
	ends := make([]int, 1, total+1)
	load := 0
	for i, size := range sizes {
		started := i > ends[len(ends)-1]
		if started && (load+size > most || len(sizes)-i <= total-len(ends)) {
			ends, load = append(ends, i), 0
		}
		load += size
	}
	for len(ends) <= total {
		ends = append(ends, len(sizes))
	}
	return ends
}
