package runner

import (
	"slices"
	"strings"
	"sync"
	"time"

	"corsprobe/runner/diagnose"
	"corsprobe/runner/dialect"
	"corsprobe/runner/result"
	"corsprobe/scenarios"
)

// Deviations are the differences from S3 that are known of an endpoint, each with its reason.
//
// The user's own entries are strict both ways: one that covers nothing any more is stale, and fails the run. Those of a provider's file are
// lenient, and never stale.
type Deviations struct {
	List []scenarios.Deviation
	// Explain has lenient entries excuse only the catalogue's cells where a page is broken or exposed: to a user's own scenario they give
	// the reason, and leave the finding.
	Explain bool
	// NotSelected are the ids of cells that could have been asked and were not selected; those that end in error are added. An entry that
	// concerns them is not called stale.
	NotSelected []string
	// InOtherShards are the ids of cells that other shards of the run ask: only all shards together show whether an entry is stale.
	InOtherShards []string

	mu     sync.Mutex
	oracle *diagnose.Oracle // of the entries that are deviations by their name; nil: there is none
	named  []int            // index in List of each deviation of the oracle's dialect
	seen   map[int]bool     // entries that covered a finding
	held   map[int]bool     // entries whose cells were judged
}

// apply marks the findings of a cell that an entry covers. A cell whose findings are all covered is known; a flaky one never is.
func (d *Deviations) apply(c *result.Cell) {
	if c.Verdict == result.Unsupported {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if c.Verdict == result.Error { // interrupted, or without an answer
		d.NotSelected = append(d.NotSelected, c.ID)
		return
	}
	if d.seen == nil {
		d.seen, d.held = map[int]bool{}, map[int]bool{}
	}
	concerned, shown := d.cover(c)
	for _, i := range concerned {
		d.held[i] = true
	}
	for _, i := range shown {
		d.seen[i] = true
	}
	if c.Verdict == result.Failed && allKnown(c.Findings) {
		c.Verdict, c.Reason = result.Known, c.Findings[0].Known.Reason
	}
}

// covers reports that all that is wrong with a cell is known.
func (d *Deviations) covers(c result.Cell) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	c.Findings = slices.Clone(c.Findings)
	d.cover(&c)
	return allKnown(c.Findings)
}

// cover marks the findings of a cell that an entry covers. It lists the entries that concern the cell, and those of them that it shows.
func (d *Deviations) cover(c *result.Cell) (concerned, shown []int) {
	concerned, shown = d.ask(c)
	for i, entry := range d.List {
		if entry.IsNamed() || !scenarios.Glob(entry.Cells, c.ID) || entry.Expired(time.Now()) {
			continue
		}
		concerned = append(concerned, i)
		for j := range c.Findings {
			if f := &c.Findings[j]; entry.Covers(f.Check, f.Got, originOf(*c)) {
				shown = append(shown, i)
				mark(f, entry, d.Explain && entry.Lenient && !builtIn(*c))
			}
		}
	}
	return concerned, shown
}

// prepare builds the oracle of the named deviations, once.
func (d *Deviations) prepare(all []result.Scenario, url string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var known dialect.Dialect
	d.named = nil
	for i, entry := range d.List {
		if entry.IsNamed() && !entry.Expired(time.Now()) {
			known, d.named = append(known, entry.Named), append(d.named, i)
		}
	}
	if len(known) > 0 {
		d.oracle = diagnose.NewOracle(known, all, url)
	}
}

// ask marks the findings that are exactly what the known dialect predicts.
func (d *Deviations) ask(c *result.Cell) (concerned, shown []int) {
	if d.oracle == nil || c.Verdict == result.Flaky {
		return nil, nil
	}
	told := d.oracle.Explain(*c)
	for _, i := range told.Concerned {
		concerned = append(concerned, d.named[i])
	}
	for _, i := range told.Shown {
		shown = append(shown, d.named[i])
	}
	for j, by := range told.Findings {
		for _, i := range by {
			entry := d.List[d.named[i]]
			mark(&c.Findings[j], entry, d.Explain && entry.Lenient && !builtIn(*c))
		}
	}
	return concerned, shown
}

// mark makes a finding known. Where being known does not excuse it, the finding only gets the entry's reason.
func mark(f *result.Finding, entry scenarios.Deviation, explain bool) {
	costly := f.Class == result.Exposure || f.Class == result.Breakage
	switch {
	case !explain || !costly:
		f.Known = &result.Deviation{Reason: entry.Reason, Link: entry.Link}
		if entry.IsNamed() {
			f.Known.Name = entry.Named.String()
		}
	case f.Known == nil && !strings.Contains(f.Why, entry.Reason):
		f.Why += "; known of the provider: " + entry.Reason
	}
}

// builtIn reports that a cell is the catalogue's.
func builtIn(c result.Cell) bool { return strings.HasPrefix(c.File, "catalogue/") }

func originOf(c result.Cell) string {
	if c.Point == nil || c.Point.Origin == nil {
		return ""
	}
	return *c.Point.Origin
}

func allKnown(findings []result.Finding) bool {
	return len(findings) > 0 && !slices.ContainsFunc(findings, func(f result.Finding) bool { return f.Known == nil })
}

// stale lists the entries that the run contradicts, and separately those that only the other shards can decide.
func (d *Deviations) stale() (stale, undecided []result.StaleDeviation) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, entry := range d.List {
		problem := d.problem(i, entry)
		if problem == "" || entry.Lenient {
			continue
		}
		found := result.StaleDeviation{Where: entry.Where(), Cells: entry.Cells, Check: entry.Check, Problem: problem}
		if entry.IsNamed() {
			found.Cells, found.Check = "any cell", entry.Named.String()
		}
		if !entry.Expired(time.Now()) && fitsAny(entry, d.InOtherShards) {
			undecided = append(undecided, found)
		} else {
			stale = append(stale, found)
		}
	}
	return stale, undecided
}

func fitsAny(entry scenarios.Deviation, ids []string) bool {
	return slices.ContainsFunc(ids, func(id string) bool { return entry.IsNamed() || scenarios.Glob(entry.Cells, id) })
}

// What can be wrong with an entry.
const (
	noLonger = "no longer occurs"
	noCell   = "matches no cell that was judged"
)

// Absent lists the entries of a provider's file that were once measured, and that did not show in this run although every cell that they
// concern was asked.
func (d *Deviations) Absent() []scenarios.Deviation {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []scenarios.Deviation
	for i, entry := range d.List {
		if entry.IsNamed() && entry.Named.Class == dialect.Open {
			continue // S3 may give the same answer, so the run cannot show whether the endpoint still deviates
		}
		if entry.Lenient && entry.Evidence == scenarios.Measured && d.held[i] && d.problem(i, entry) != "" {
			all = append(all, entry)
		}
	}
	return all
}

func (d *Deviations) problem(i int, entry scenarios.Deviation) string {
	switch {
	case entry.Expired(time.Now()):
		return "expired on " + entry.Until
	case d.seen[i] || !entry.IsNamed() && fitsAny(entry, d.NotSelected):
		return ""
	case entry.IsNamed() && !d.held[i] && len(d.NotSelected) > 0:
		return "" // it concerns no cell of this run, but may concern others
	case d.held[i]:
		return noLonger
	default:
		return noCell
	}
}
