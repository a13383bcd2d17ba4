package runner

import (
	"cmp"
	"slices"
	"sync"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// notes gathers what a run learns about the endpoint as a whole. It is safe for use from several goroutines.
type notes struct {
	mu      sync.Mutex
	product string
	choices map[[2]string]*result.Observation
}

// saw records the Server header of an answer; the first one stands.
func (n *notes) saw(ex result.Exchange) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.product != "" {
		return
	}
	if values := result.Values(ex.Response.Headers, "Server"); len(values) > 0 {
		n.product = values[0]
	}
}

func (n *notes) server() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.product
}

// chose counts what a conforming answer chose on points that S3's facts leave open.
func (n *notes) chose(choices []s3cors.Choice) {
	for _, c := range choices {
		n.add(result.Observation{Point: c.Point, Choice: c.Choice, Facts: c.Facts, Cells: 1})
	}
}

func (n *notes) add(o result.Observation) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.choices == nil {
		n.choices = map[[2]string]*result.Observation{}
	}
	key := [2]string{o.Point, o.Choice}
	if seen := n.choices[key]; seen != nil {
		seen.Cells += o.Cells
		return
	}
	n.choices[key] = &o
}

// observations lists the choices by point.
func (n *notes) observations() []result.Observation {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []result.Observation
	for _, o := range n.choices {
		all = append(all, *o)
	}
	slices.SortFunc(all, func(a, b result.Observation) int {
		return cmp.Or(cmp.Compare(a.Point, b.Point), cmp.Compare(a.Choice, b.Choice))
	})
	return all
}
