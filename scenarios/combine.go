package scenarios

// product lists every combination of so many values of each dimension, the last dimension turning fastest.
func product(lengths []int) [][]int {
	var all [][]int
	for index := make([]int, len(lengths)); ; {
		all = append(all, append([]int(nil), index...))
		k := len(index) - 1
		for ; k >= 0; k-- {
			if index[k]++; index[k] < lengths[k] {
				break
			}
			index[k] = 0
		}
		if k < 0 {
			return all
		}
	}
}

// zip lists the first values of all dimensions, the second ones …; a dimension of one value repeats it.
func zip(lengths []int) [][]int {
	longest := 0
	for _, n := range lengths {
		longest = max(longest, n)
	}
	all := make([][]int, longest)
	for i := range all {
		all[i] = make([]int, len(lengths))
		for k, n := range lengths {
			all[i][k] = min(i, n-1)
		}
	}
	return all
}

// pairs lists combinations in which any two values of any two dimensions meet at least once: far fewer than the product, and still every
// defect that shows where two conditions meet. Each is begun with a pair that has not met yet and filled up with whatever brings together
// most such pairs; the same lengths always give the same list.
func pairs(lengths []int) [][]int {
	open := openPairs(lengths)
	var all [][]int
	for _, first := range pairOrder(lengths) {
		if !open[first] {
			continue
		}
		index := make([]int, len(lengths))
		for k := range index {
			index[k] = unset
		}
		index[first.a], index[first.b] = first.i, first.j
		for k := range index {
			if index[k] == unset {
				index[k] = bestValue(index, k, lengths[k], open)
			}
		}
		closePairs(index, open)
		all = append(all, index)
	}
	if len(all) == 0 { // at most one dimension has more than one value
		return product(lengths)
	}
	return all
}

// unset marks a dimension whose value is not chosen yet.
const unset = -1

// pair is value i of dimension a beside value j of dimension b, a before b.
type pair struct{ a, i, b, j int }

// pairOrder lists every pair in a fixed order. Dimensions of one value are left out: they take part anyway.
func pairOrder(lengths []int) []pair {
	var all []pair
	for a, n := range lengths {
		for b := a + 1; b < len(lengths); b++ {
			if n == 1 || lengths[b] == 1 {
				continue
			}
			for i := range n {
				for j := range lengths[b] {
					all = append(all, pair{a, i, b, j})
				}
			}
		}
	}
	return all
}

func openPairs(lengths []int) map[pair]bool {
	open := map[pair]bool{}
	for _, p := range pairOrder(lengths) {
		open[p] = true
	}
	return open
}

// bestValue is the value of dimension k that meets most of what is chosen for the first time.
func bestValue(index []int, k, values int, open map[pair]bool) int {
	best, most := 0, -1
	for v := range values {
		n := 0
		for other, chosen := range index {
			if chosen != unset && other != k && open[between(other, chosen, k, v)] {
				n++
			}
		}
		if n > most {
			best, most = v, n
		}
	}
	return best
}

func between(a, i, b, j int) pair {
	if a < b {
		return pair{a, i, b, j}
	}
	return pair{b, j, a, i}
}

func closePairs(index []int, open map[pair]bool) {
	for a := range index {
		for b := a + 1; b < len(index); b++ {
			delete(open, pair{a, index[a], b, index[b]})
		}
	}
}
