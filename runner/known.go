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
	// Left are the ids of cells that could have been asked and were not selected. What an entry says of them is left open.
	Left []string
	// Elsewhere are the ids of cells that other shards of the run ask: only all of them together say whether an entry is stale.
	Elsewhere []string

	mu   sync.Mutex
	seen map[int]bool // entries that covered a finding
	held map[int]bool // entries whose cells were judged
}

// apply marks the findings of a cell that an entry covers. A cell whose findings are all covered is known; a flaky one never is.
func (d *Deviations) apply(c *result.Cell) {
	if c.Verdict == result.Unsupported || c.Verdict == result.Error {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
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

// stale lists the entries that the run contradicts, and apart from them those of which other shards know more.
func (d *Deviations) stale() (stale, undecided []result.StaleDeviation) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, entry := range d.List {
		problem := d.problem(i, entry)
		if problem == "" {
			continue
		}
		found := result.StaleDeviation{Where: entry.Where(), Cells: entry.Cells, Check: entry.Check, Problem: problem}
		if !entry.Expired(time.Now()) && fitsAny(entry, d.Elsewhere) {
			undecided = append(undecided, found)
		} else {
			stale = append(stale, found)
		}
	}
	return stale, undecided
}

func fitsAny(entry scenarios.Deviation, ids []string) bool {
	return slices.ContainsFunc(ids, func(id string) bool { return scenarios.Glob(entry.Cells, id) })
}

// What can be wrong with an entry.
const (
	noLonger = "no longer occurs"
	noCell   = "matches no cell that was judged"
)

func (d *Deviations) problem(i int, entry scenarios.Deviation) string {
	switch {
	case entry.Expired(time.Now()):
		return "expired on " + entry.Until
	case d.seen[i] || fitsAny(entry, d.Left):
		return ""
	case d.held[i] && !d.Lenient:
		return noLonger
	case !d.held[i] && !d.Lenient:
		return noCell
	default:
		return ""
	}
}
