package reports

import (
	"slices"

	"corsprobe/runner/result"
)

// HoldAgainst says how a run differs from an earlier one. notAsked are the ids that could have been asked in the later run and were not: they
// are not gone.
//
// A cell is worse where it has a finding that is not known and that it did not have, or had in a milder class; and where it was judged and
// no longer is. Other values of the same check and class change nothing, nor does a finding that is listed as known. A cell that is new is
// measured as if it had had no findings.
func HoldAgainst(earlier, later result.Report, name string, notAsked []string) *result.Baseline {
	b := &result.Baseline{Name: name, Run: earlier.Run.ID, Started: earlier.Run.Started}
	before := byID(earlier.Cells)
	for i := range later.Cells {
		c := &later.Cells[i]
		old := before[c.ID]
		delete(before, c.ID)
		worse, better := difference(old, c)
		switch {
		case worse != nil:
			b.Worse = append(b.Worse, *worse)
		case old == nil:
			b.New = append(b.New, c.ID)
		case better != nil:
			b.Better = append(b.Better, *better)
		}
	}
	for _, id := range notAsked {
		delete(before, id)
	}
	for i := range earlier.Cells {
		if id := earlier.Cells[i].ID; before[id] != nil {
			b.Gone = append(b.Gone, id)
		}
	}
	return b
}

func byID(cells []result.Cell) map[string]*result.Cell {
	index := make(map[string]*result.Cell, len(cells))
	for i := range cells {
		index[cells[i].ID] = &cells[i]
	}
	return index
}

// difference says what changed of one cell; old is nil where it is new. At most one of both is not nil.
func difference(old, c *result.Cell) (worse, better *result.Change) {
	if old == nil {
		old = &result.Cell{}
	}
	change := result.Change{ID: c.ID, Title: c.Title, Before: old.Verdict, After: c.Verdict}
	level := levelOf(c.Verdict) - levelOf(old.Verdict)
	if found := risen(old.Findings, c.Findings); len(found) > 0 || level > 0 {
		return because(change, found), nil
	}
	if mended := risen(c.Findings, old.Findings); judgedAs(c.Verdict) && (len(mended) > 0 || level < 0) {
		return nil, because(change, mended)
	}
	return nil, nil
}

// because adds to a change the findings that made it, worst first.
func because(change result.Change, findings []result.Finding) *result.Change {
	change.Findings = findings
	if f, some := worst(findings); some {
		change.Class = f.Class
	}
	return &change
}

// levelOf orders verdicts by how little is left to rely on. A cell without a verdict is new; like one that was not asked, it has nothing
// to lose but its judgement.
func levelOf(v result.Verdict) int {
	switch v {
	case result.Passed, result.Known:
		return 0
	case result.Failed, result.Flaky:
		return 1
	case result.Unsupported, "":
		return 2
	default:
		return 3
	}
}

// judgedAs reports that a verdict is a judgement.
func judgedAs(v result.Verdict) bool { return levelOf(v) < 2 }

// risen lists the findings of to that from does not have, or has in a milder class only. Known ones count on neither side.
func risen(from, to []result.Finding) []result.Finding {
	var found []result.Finding
	for _, f := range to {
		had := slices.ContainsFunc(from, func(g result.Finding) bool {
			return g.Known == nil && g.Check == f.Check && rank(g.Class) <= rank(f.Class)
		})
		if f.Known == nil && !had {
			found = append(found, f)
		}
	}
	return worstFirst(found)
}

// BaselineOf is as much of a report as later runs are held against: every cell with its verdict and findings, without the evidence. Cells
// of earlier that are in notAsked were not asked this time, and are kept as they were.
func BaselineOf(r, earlier result.Report, notAsked []string) result.Report {
	slim := result.Report{Version: r.Version, Run: r.Run, Endpoint: r.Endpoint, Summary: r.Summary}
	for i := range r.Cells {
		slim.Cells = append(slim.Cells, slimmed(r.Cells[i]))
	}
	before := byID(earlier.Cells)
	asked := byID(r.Cells)
	for _, id := range notAsked {
		if c := before[id]; c != nil && asked[id] == nil {
			slim.Cells = append(slim.Cells, *c)
		}
	}
	return slim
}

func slimmed(c result.Cell) result.Cell {
	c.Explanation, c.Exchanges, c.Curl, c.Browser, c.Chromium = "", nil, nil, nil, nil
	return c
}
