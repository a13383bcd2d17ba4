package runner

import (
	"slices"
	"sync"
	"time"

	"corsprobe/runner/result"
	"corsprobe/scenarios"
)

// Deviations are the differences from S3 that are known of an endpoint, each with its reason. They are strict both ways: an entry that
// covers nothing any more is stale, and fails the run.
type Deviations struct {
	// Lenient entries come from corsprobe itself rather than from the user: they are stale only where a cell that they name was judged
	// and conforms, never because the plan holds none of their cells.
	List    []scenarios.Deviation
	Lenient bool
	// Left are the ids of cells that could have been asked and were not selected. Those that were in error are added. What an entry says of them is left open.
	Left []string

	mu   sync.Mutex
	seen map[int]bool // entries that covered a finding
	held map[int]bool // entries whose cells were judged
}

// apply marks the findings of a cell that an entry covers. A cell whose findings are all covered is known; a flaky one never is.
func (d *Deviations) apply(c *result.Cell) {
	if c.Verdict == result.Unsupported {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if c.Verdict == result.Error { // interrupted, or without an answer
		d.Left = append(d.Left, c.ID)
		return
	}
	if d.seen == nil {
		d.seen, d.held = map[int]bool{}, map[int]bool{}
	}
	for i, entry := range d.List {
		if !scenarios.Glob(entry.Cells, c.ID) || entry.Expired(time.Now()) {
			continue
		}
		d.held[i] = true
		for j := range c.Findings {
			if f := &c.Findings[j]; entry.Covers(f.Check, f.Got) {
				d.seen[i] = true
				f.Known = &result.Deviation{Reason: entry.Reason, Link: entry.Link}
			}
		}
	}
	if c.Verdict == result.Failed && allKnown(c.Findings) {
		c.Verdict, c.Reason = result.Known, c.Findings[0].Known.Reason
	}
}

func allKnown(findings []result.Finding) bool {
	return len(findings) > 0 && !slices.ContainsFunc(findings, func(f result.Finding) bool { return f.Known == nil })
}

// stale lists the entries that the run contradicts.
func (d *Deviations) stale() []result.StaleDeviation {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []result.StaleDeviation
	for i, entry := range d.List {
		if problem := d.problem(i, entry); problem != "" {
			all = append(all, result.StaleDeviation{Where: entry.Where(), Cells: entry.Cells, Check: entry.Check, Problem: problem})
		}
	}
	return all
}

func (d *Deviations) problem(i int, entry scenarios.Deviation) string {
	switch {
	case entry.Expired(time.Now()):
		return "expired on " + entry.Until
	case d.seen[i] || slices.ContainsFunc(d.Left, func(id string) bool { return scenarios.Glob(entry.Cells, id) }):
		return ""
	case d.held[i] && !d.Lenient:
		return "no longer occurs"
	case !d.held[i] && !d.Lenient:
		return "matches no cell that was judged"
	default:
		return ""
	}
}
