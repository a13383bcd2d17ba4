// Package diagnose says by what an endpoint departs from S3: it looks for the smallest dialect (package dialect) that explains every answer
// of a run, those that passed included. It is pure, and works on a report of any age.
//
// A deviation is added because it explains what failed; one that predicts a part of an answer which came otherwise is never claimed.
package diagnose

import (
	"reflect"
	"slices"
	"strings"

	"corsprobe/runner/dialect"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// Diagnosis is what explains a report.
type Diagnosis struct {
	Dialect     dialect.Dialect
	Causes      []result.Cause // the one that explains most cells first
	Unexplained []string       // ids of failed and known cells that no cause, or not all of them together, explain
	Rivals      []Rival        // causes that have alternatives
}

// Rival is a cause with the deviations that could stand in its place.
type Rival struct {
	Deviations []dialect.Deviation // the cause's own first
	Dialects   []dialect.Dialect   // of the whole, with each of them
}

// Report finds what explains the failed and the known cells of a report.
func Report(r result.Report) Diagnosis {
	s := &search{e: read(r)}
	return s.diagnosis(s.run())
}

func (s *search) diagnosis(at explanation) Diagnosis {
	d := Diagnosis{Dialect: at.dialect}
	faithful := s.explain(nil)
	for i, one := range at.dialect {
		c := cause(one)
		s.shown(&c, at, s.explain(without(at.dialect, i)))
		rival := Rival{Deviations: []dialect.Deviation{one}, Dialects: []dialect.Dialect{at.dialect}}
		for _, other := range s.alternatives(at, i) {
			c.Alternatives = append(c.Alternatives, other.String())
			rival.Deviations = append(rival.Deviations, other)
			rival.Dialects = append(rival.Dialects, with(without(at.dialect, i), other, i))
		}
		d.Causes = append(d.Causes, c)
		if len(rival.Deviations) > 1 {
			d.Rivals = append(d.Rivals, rival)
		}
	}
	slices.SortStableFunc(d.Causes, func(a, b result.Cause) int { return len(b.Cells) - len(a.Cells) })
	d.Unexplained = s.unexplained(at, faithful)
	d.dropGuesses(s.e.cells[:s.e.own])
	d.dropChances(s.e.cells[:s.e.own])
	d.Rivals = slices.DeleteFunc(d.Rivals, func(r Rival) bool { return !d.Dialect.Has(r.Deviations[0].Name) })
	return d
}

// dropGuesses takes back what is no explanation: more causes that show in one cell alone than there is wrong in that cell. Enough of them would
// explain anything.
func (d *Diagnosis) dropGuesses(cells []result.Cell) {
	alone := map[string]int{}
	for _, c := range d.Causes {
		if len(c.Cells) == 1 {
			alone[c.Cells[0]]++
		}
	}
	for _, cell := range cells {
		if alone[cell.ID] > len(cell.Findings) {
			d.drop(func(c result.Cause) bool { return len(c.Cells) == 1 && c.Cells[0] == cell.ID })
		}
	}
}

// dropChances takes back causes that show in one or two cells, where more come out now so, now otherwise, by the same checks: of an endpoint whose
// answers change some are wrong twice in a row.
func (d *Diagnosis) dropChances(cells []result.Cell) {
	d.drop(func(c result.Cause) bool {
		changing := 0
		for _, cell := range cells {
			same := func(f result.Finding) bool { return slices.Contains(c.Checks, f.Check) }
			if cell.Verdict == result.Flaky && slices.ContainsFunc(cell.Findings, same) {
				changing++
			}
		}
		return len(c.Cells) <= 2 && changing > len(c.Cells)
	})
}

// drop takes causes back: what they explained is left open.
func (d *Diagnosis) drop(which func(result.Cause) bool) {
	for i, c := range slices.Backward(d.Causes) {
		if !which(c) {
			continue
		}
		written := d.Written(i)
		d.Dialect = slices.DeleteFunc(slices.Clone(d.Dialect), func(one dialect.Deviation) bool { return one.String() == written })
		d.Causes = slices.Delete(d.Causes, i, i+1)
		for _, id := range c.Cells {
			if !slices.Contains(d.Unexplained, id) {
				d.Unexplained = append(d.Unexplained, id)
			}
		}
	}
}

func cause(one dialect.Deviation) result.Cause {
	c := result.Cause{Deviation: one.Name, Class: one.Class, Summary: one.Summary, Facts: one.Facts}
	if !one.Value.IsZero() {
		c.Parameters = one.Value.Untyped()
	}
	return c
}

// shown fills in the cells that need a cause, those of which more is left open without it, and by which checks it shows there. The class is
// the worst of what was found by them.
func (s *search) shown(c *result.Cause, at, less explanation) {
	worst := len(result.Classes)
	for n, t := range less.trials {
		open := t.missed &^ at.trials[n].missed
		if open == 0 && t.cost <= at.trials[n].cost {
			continue
		}
		o := s.e.cases[n]
		cell := s.e.cells[o.cell]
		if !blamed(cell) || o.cell >= s.e.own {
			continue
		}
		if n := len(c.Cells); n == 0 || c.Cells[n-1] != cell.ID { // the requests of a cell follow one another
			c.Cells = append(c.Cells, cell.ID)
		}
		for _, f := range cell.Findings {
			if !o.found(open, f.Check) {
				continue
			}
			if !slices.Contains(c.Checks, f.Check) {
				c.Checks = append(c.Checks, f.Check)
			}
			worst = min(worst, slices.Index(result.Classes, f.Class))
		}
	}
	if worst >= 0 && worst < len(result.Classes) {
		c.Class = result.Classes[worst]
	}
	slices.Sort(c.Checks)
}

// found reports that a check speaks of one of the parts of this observation.
func (o *observation) found(open parts, check string) bool {
	kind, part, _ := strings.Cut(check, ".")
	if o.call != nil {
		return kind == "config" && slices.Contains(checksOf(open), part)
	}
	if !o.isOfKind(check) {
		return false
	}
	return slices.Contains(checksOf(open), part) || open&status != 0 && part == "allow-origin"
}

// isOfKind reports that a check is one of this kind of request or call.
func (o *observation) isOfKind(check string) bool {
	kind, _, _ := strings.Cut(check, ".")
	switch {
	case o.call != nil:
		return kind == "config"
	case o.asked.Preflight():
		return kind == "preflight"
	}
	return kind == "actual"
}

// checksOf names the parts as checks do.
func checksOf(p parts) []string {
	var names []string
	for i, h := range s3cors.Headers {
		if p&(firstHeader<<i) != 0 {
			names = append(names, h.Check)
		}
	}
	for part, name := range map[parts]string{status: "status", errorCode: "error-code", errorMethod: "error-method", errorResourceType: "error-resource-type", returned: "round-trip", deleted: "deleted"} {
		if p&part != 0 {
			names = append(names, name)
		}
	}
	return names
}

func blamed(c result.Cell) bool { return c.Verdict == result.Failed || c.Verdict == result.Known }

// unexplained are the cells of which something is left open, and those that failed by what no prediction speaks of.
func (s *search) unexplained(at, faithful explanation) []string {
	open, explained := map[int]bool{}, map[int]bool{}
	for n, o := range s.e.cases {
		if at.trials[n].missed != 0 {
			open[o.cell] = true
		}
		if faithful.trials[n].missed != 0 {
			explained[o.cell] = true
		}
	}
	var ids []string
	for i, c := range s.e.cells[:s.e.own] {
		if blamed(c) && (open[i] || !explained[i]) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// Written is a cause as it is written in a file of known deviations: "most-rules: 20".
func (d Diagnosis) Written(cause int) string {
	for _, one := range d.Dialect {
		if c := d.Causes[cause]; one.Name == c.Deviation && reflect.DeepEqual(one.Value.Untyped(), c.Parameters) {
			return one.String()
		}
	}
	return d.Causes[cause].Deviation
}
