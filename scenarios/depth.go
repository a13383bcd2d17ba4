package scenarios

import "slices"

// Depth is how thorough a run is: a deeper one holds the scenarios of the others too.
type Depth string

// The depths, each of which holds those before it.
const (
	Quick  Depth = "quick"  // what breaks most often, in a few hundred requests
	Normal Depth = "normal" // every dimension by pairs, in a few thousand
	Deep   Depth = "deep"   // products where normal has pairs
)

// Depths lists every depth, the shallowest first.
var Depths = []Depth{Quick, Normal, Deep}

// DepthByName is the depth of that name; false where no depth has it.
func DepthByName(name string) (Depth, bool) {
	return Depth(name), slices.Contains(Depths, Depth(name))
}

// UpTo keeps the scenarios of a plan that a run of that depth holds.
func (p Plan) UpTo(depth Depth) Plan {
	var kept Plan
	for _, s := range p.Scenarios {
		if slices.Index(Depths, s.Scenario.depth()) <= slices.Index(Depths, depth) {
			kept.Scenarios = append(kept.Scenarios, s)
		}
	}
	return kept
}

func (s *Scenario) depth() Depth {
	if s.Depth == "" {
		return Normal
	}
	return s.Depth
}
