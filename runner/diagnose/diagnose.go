// Package diagnose says by what an endpoint departs from S3: it looks for the smallest dialect (package dialect) that explains every answer
// of a run, those that passed included. It is pure, and works on a report of any age.
//
// A deviation is added because it explains what failed; one that predicts a part of an answer which came otherwise is never claimed.
package diagnose

import (
	"slices"
	"time"

	"corsprobe/runner/dialect"
	"corsprobe/runner/result"
)

// Diagnosis is what explains a report.
type Diagnosis struct {
	Dialect     dialect.Dialect
	Causes      []result.Cause // the one that explains most cells first
	Unexplained []string       // ids of failed and known cells that no cause, or not all of them together, explain
}

// Patience is how long a diagnosis looks for a better explanation.
const Patience = 10 * time.Second

// Report finds what explains the failed and the known cells of a report.
func Report(r result.Report) Diagnosis { return within(r, Patience) }

func within(r result.Report, patience time.Duration) Diagnosis {
	s := &search{e: read(r), until: time.Now().Add(patience)}
	return s.diagnosis(s.run())
}

func (s *search) diagnosis(at explanation) Diagnosis {
	d := Diagnosis{Dialect: at.dialect}
	faithful := s.explain(nil)
	for i, one := range at.dialect {
		c := cause(one)
		c.Cells = s.cells(at, s.explain(without(at.dialect, i)))
		for _, other := range s.alternatives(at, i) {
			c.Alternatives = append(c.Alternatives, other.String())
		}
		d.Causes = append(d.Causes, c)
	}
	slices.SortStableFunc(d.Causes, func(a, b result.Cause) int { return len(b.Cells) - len(a.Cells) })
	d.Unexplained = s.unexplained(at, faithful)
	return d
}

func cause(one dialect.Deviation) result.Cause {
	c := result.Cause{Deviation: one.Name, Class: one.Class, Summary: one.Summary, Facts: one.Facts}
	if !one.Value.IsZero() {
		c.Parameters = one.Value.Plain()
	}
	return c
}

// cells are those that need a deviation: without it, more of their answers is left open.
func (s *search) cells(at, less explanation) []string {
	var ids []string
	for n, t := range less.trials {
		if t.missed&^at.trials[n].missed == 0 && t.cost <= at.trials[n].cost {
			continue
		}
		if c := s.e.cells[s.e.cases[n].cell]; !slices.Contains(ids, c.ID) && blamed(c) {
			ids = append(ids, c.ID)
		}
	}
	return ids
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
	for i, c := range s.e.cells {
		if blamed(c) && (open[i] || !explained[i]) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// Written is a cause as it is written in a file of known deviations: "most-rules: 20".
func (d Diagnosis) Written(cause int) string {
	for _, one := range d.Dialect {
		if one.Name == d.Causes[cause].Deviation {
			return one.String()
		}
	}
	return d.Causes[cause].Deviation
}
