// Package followup asks an endpoint further where several deviations explain all that it answered: a configuration and a request on which they
// differ.
//
// Questions are taken from the catalogue, and where it has none, from what runner/fuzz makes up. They are carried out like any plan, in buckets
// of the run's own or in the user's, whose configuration is put back. What is asked is bounded in number and time.
package followup

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"corsprobe/runner/diagnose"
	"corsprobe/runner/dialect"
	"corsprobe/runner/result"
	"corsprobe/scenarios"
)

// Carrier carries out a plan. It gives the report, whose cells are redacted, and what clean-up could not do.
type Carrier func(ctx context.Context, plan scenarios.Plan) (result.Report, []error)

// Options say how much is asked. Carry is needed.
type Options struct {
	Questions int           // at most; 12 when 0
	For       time.Duration // at most, clean-up not counted; 30 s when 0
	Carry     Carrier
}

// rounds bounds how often answers lead to further questions.
const rounds = 2

// Ask diagnoses a report, asks what decides between causes that explain the same, and diagnoses again with the answers, which it adds to the
// report. The errors are what clean-up could not do.
func Ask(ctx context.Context, report *result.Report, opts Options) (diagnose.Diagnosis, []error) {
	found := diagnose.Report(*report)
	left := cmp.Or(opts.Questions, 12)
	rest := cmp.Or(opts.For, 30*time.Second) // of the time for asking; to look for questions takes none of it
	var trouble []error
	var between [][]dialect.Deviation // of each question
	for range rounds {
		chosen := choose(open(found, *report), *report, left)
		if len(chosen) == 0 || ctx.Err() != nil {
			break
		}
		left -= len(chosen)
		began := time.Now()
		asking, cancel := context.WithTimeout(ctx, rest)
		asked, problems := carry(asking, report, chosen, opts.Carry)
		cancel()
		rest -= time.Since(began)
		trouble = append(trouble, problems...)
		for _, c := range chosen[:asked] {
			between = append(between, c.between)
		}
		found = diagnose.Report(*report)
		if asked < len(chosen) || len(problems) > 0 || rest <= 0 {
			break
		}
	}
	if report.FollowUp != nil {
		decide(report.FollowUp, between, found)
	}
	return found, trouble
}

// open are the rivals for a cause of something that failed: what is known needs no decision.
func open(d diagnose.Diagnosis, report result.Report) []diagnose.Rival {
	failed := map[string]bool{}
	for _, c := range report.Cells {
		failed[c.ID] = c.Verdict == result.Failed
	}
	matters := map[string]bool{}
	for _, c := range d.Causes {
		matters[c.Deviation] = matters[c.Deviation] || slices.ContainsFunc(c.Cells, func(id string) bool { return failed[id] })
	}
	return slices.DeleteFunc(slices.Clone(d.Rivals), func(r diagnose.Rival) bool { return !matters[r.Deviations[0].Name] })
}

// carry has questions asked and adds the answers to the report. It returns how many were judged, from the first.
func carry(ctx context.Context, report *result.Report, chosen []question, by Carrier) (asked int, trouble []error) {
	if report.FollowUp == nil {
		report.FollowUp = &result.FollowUp{}
	}
	f := report.FollowUp
	var plan scenarios.Plan
	for i := range chosen {
		chosen[i].rename(fmt.Sprintf("follow-up-%d", len(f.Questions)+1+i))
		plan.Scenarios = append(plan.Scenarios, chosen[i].planned)
	}
	came, trouble := by(ctx, plan)
	report.Summary.Requests += came.Summary.Requests
	for _, q := range chosen {
		i := slices.IndexFunc(came.Cells, func(c result.Cell) bool { return c.ID == q.id })
		if i < 0 || !slices.Contains([]result.Verdict{result.Passed, result.Failed}, came.Cells[i].Verdict) {
			f.Incomplete = cmp.Or(why(ctx, came, i), "a further question was not judged")
			return asked, trouble
		}
		asked++
		f.Questions = append(f.Questions, result.FollowUpQuestion{Between: written(q.between), Cell: q.id, Remaining: []string{}})
		keep(f, came, q)
	}
	return asked, trouble
}

// keep keeps what a question's scenario came to, its configuration calls among them.
func keep(f *result.FollowUp, came result.Report, q question) {
	name := q.planned.Scenario.ID
	for _, s := range came.Scenarios {
		if s.ID == name {
			f.Scenarios = append(f.Scenarios, s)
		}
	}
	for _, c := range came.Cells {
		if c.Scenario == name {
			f.Cells = append(f.Cells, c)
		}
	}
}

// why says why a question was not judged.
func why(ctx context.Context, came result.Report, cell int) string {
	if ctx.Err() != nil {
		return "there was no time for more questions"
	}
	if cell >= 0 {
		return came.Cells[cell].Reason
	}
	return came.Run.Incomplete
}

// decide says of every question which of the deviations the answers leave.
func decide(f *result.FollowUp, between [][]dialect.Deviation, found diagnose.Diagnosis) {
	left := map[string]bool{}
	for _, one := range found.Dialect {
		left[one.String()] = true
	}
	for _, r := range found.Rivals {
		for _, one := range r.Deviations {
			left[one.String()] = true
		}
	}
	for i, all := range between {
		for _, name := range written(all) {
			if left[name] {
				f.Questions[i].Remaining = append(f.Questions[i].Remaining, name)
			}
		}
	}
}

func written(all []dialect.Deviation) []string {
	var names []string
	for _, one := range all {
		names = append(names, one.String())
	}
	return names
}

// rename gives a question's scenario a name that no other has: it may be a part of one that the run asked.
func (q *question) rename(name string) {
	scenario := *q.planned.Scenario
	was := scenario.ID
	scenario.ID, scenario.Name = name, name
	under := func(id string) string { return name + strings.TrimPrefix(id, was) }
	q.planned.Scenario, q.id = &scenario, under(q.id)
	q.planned.Steps = slices.Clone(q.planned.Steps)
	for i := range q.planned.Steps {
		step := &q.planned.Steps[i]
		if step.CallID != "" {
			step.CallID = under(step.CallID)
		}
		step.Cells = slices.Clone(step.Cells)
		for j := range step.Cells {
			step.Cells[j].ID = under(step.Cells[j].ID)
		}
	}
}
