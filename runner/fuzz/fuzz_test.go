package fuzz

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"corsprobe/runner/result"
	"corsprobe/scenarios"
)

// carrying answers every cell by a function, without an endpoint.
func carrying(answer func(scenarios.Cell) result.Cell) Carrier {
	return func(_ context.Context, plan scenarios.Plan) (result.Report, []error) {
		var report result.Report
		for _, s := range plan.Scenarios {
			for _, step := range s.Steps {
				if step.CallID != "" {
					report.Cells = append(report.Cells, result.Cell{ID: step.CallID, Verdict: result.Passed})
				}
				for _, c := range step.Cells {
					a := answer(c)
					a.ID = c.ID
					report.Cells = append(report.Cells, a)
				}
			}
		}
		report.Summary.Requests = len(report.Cells)
		return report, nil
	}
}

// failing has no answer to anything.
func failing(ctx context.Context, plan scenarios.Plan) (result.Report, []error) {
	report, _ := carrying(passing)(ctx, plan)
	for i := range report.Cells {
		report.Cells[i].Verdict = result.Error
	}
	return report, nil
}

func passing(scenarios.Cell) result.Cell { return result.Cell{Verdict: result.Passed} }

// withoutVary fails where a cell sends a GET.
func withoutVary(c scenarios.Cell) result.Cell {
	if c.Method != http.MethodGet || !slices.Contains(c.Send, scenarios.Actual) {
		return passing(c)
	}
	return failed(finding("actual.vary", result.Cache))
}

func TestRunEndsAtItsBounds(t *testing.T) {
	for _, c := range []struct {
		name   string
		opts   Options
		holds  func(Outcome) bool
		reason string
	}{
		{"questions", Options{Questions: 333, Carry: carrying(passing)}, func(o Outcome) bool { return o.Questions == 333 }, ""},
		{"one question", Options{Questions: 1, Carry: carrying(passing)}, func(o Outcome) bool { return o.Questions == 1 }, ""},
		{"time", Options{For: time.Nanosecond, Carry: carrying(passing)}, func(o Outcome) bool { return o.Questions == 0 }, ""},
		{"differences", Options{Questions: 5000, Differences: 1, Carry: carrying(withoutVary)}, func(o Outcome) bool { return len(o.Differences) == 1 && o.Questions < 5000 }, ""},
		{"nothing can be judged", Options{Questions: 500, Carry: failing}, func(o Outcome) bool {
			return o.Questions < 500 && len(o.Errors) == mostKept && o.ErrorCells > mostKept
		}, errBlind.Error()},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.opts.Seed = 5
			out := Run(t.Context(), c.opts)
			if !c.holds(out) || out.Incomplete != c.reason {
				t.Errorf("%d questions, %d differences, %d errors (%d kept): %s", out.Questions, len(out.Differences), out.ErrorCells, len(out.Errors), out.Incomplete)
			}
		})
	}
}

// An interrupted run gives what it found by then.
func TestRunIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	batches := 0
	out := Run(ctx, Options{Seed: 5, Questions: 100_000, Carry: carrying(passing), Batch: func(Outcome) {
		if batches++; batches == 3 {
			cancel()
		}
	}})
	if batches != 3 || out.Incomplete != "interrupted" || out.Questions == 0 {
		t.Errorf("%d batches, %d questions: %q", batches, out.Questions, out.Incomplete)
	}
}

// One cause is told once, or twice where it shows both with a rule that answers and without; with the number of cells that showed it, and as small
// as it gets.
func TestRunTellsACauseOnce(t *testing.T) {
	out := Run(t.Context(), Options{Seed: 5, Questions: 600, Carry: carrying(withoutVary)})
	if n := len(out.Differences); n < 1 || n > 2 {
		for _, d := range out.Differences {
			text, _ := d.Scenario(5)
			t.Logf("%s", text)
		}
		t.Fatalf("%d differences, want 1 or 2", len(out.Differences))
	}
	d := out.Differences[0]
	if d.Name != "actual-vary-1" || d.Times < 20 || d.After == 0 || d.Tries == 0 || d.Case.Questions() != 1 || len(d.Case.States) != 1 {
		t.Errorf("%s, seen %d times, found after %d questions, %d tries, %d questions left", d.Name, d.Times, d.After, d.Tries, d.Case.Questions())
	}
	if q := d.Case.States[0].Questions[0]; q.Target != object || q.Auth != presigned || len(q.Fields)+len(q.Further) > 0 || q.Send != Actual {
		t.Errorf("left is %s, send %s", q.key(), q.Send)
	}
}

// What becomes of a cell is counted by its verdict.
func TestCount(t *testing.T) {
	s := &session{sightings: map[kind]int{}}
	for _, c := range []struct {
		cell    result.Cell
		differs bool
	}{
		{result.Cell{Verdict: result.Passed}, false},
		{failed(finding("actual.vary", result.Cache)), true},
		{failed(finding("actual.vary", result.Cache)), true},
		{result.Cell{Verdict: result.Flaky, Findings: []result.Finding{finding("actual.vary", result.Cache)}}, false},
		{result.Cell{Verdict: result.Error}, false},
		{result.Cell{Verdict: result.Known}, false},
		{result.Cell{Verdict: result.Unsupported}, false},
		{result.Cell{Verdict: result.Passed, Chromium: &result.Chromium{}}, false},
		{result.Cell{Verdict: result.Passed, Chromium: &result.Chromium{NotSent: "it is no page's"}}, false},
	} {
		if got := s.count(c.cell); got != c.differs {
			t.Errorf("%s differs: %t, want %t", c.cell.Verdict, got, c.differs)
		}
	}
	got := fmt.Sprint(s.out.FlakyCells, s.out.ErrorCells, s.out.Known, s.out.Unsupported, s.out.Pages, s.sightings[kindOf(finding("actual.vary", result.Cache))])
	if got != "1 1 1 1 1 2" {
		t.Errorf("flaky, errors, known, unsupported, pages and sightings are %s, want 1 1 1 1 1 2", got)
	}
}

// Of each kind the smallest is made smaller, those of the worst class first; of one kind no more than a few in all.
func TestWorthwhile(t *testing.T) {
	of := func(check string, class result.Class, states int) suspect {
		s := suspect{Case: Case{make([]State, states)}, finding: finding(check, class)}
		s.last().Questions = asking(1)
		return s
	}
	s := &session{shrunk: map[kind]int{}}
	all := []suspect{
		of("actual.vary", result.Cache, 3), of("preflight.status", result.Contract, 1), of("actual.vary", result.Cache, 2), of("actual.allow-origin", result.Exposure, 4), of("config.status", result.Breakage, 1),
	}
	var got []string
	for _, next := range s.worthwhile(slices.Clone(all)) {
		got = append(got, fmt.Sprintf("%s %d", next.finding.Check, len(next.States)))
	}
	if want := "actual.allow-origin 4, config.status 1, actual.vary 2, preflight.status 1"; strings.Join(got, ", ") != want {
		t.Errorf("made smaller are %s, want %s", strings.Join(got, ", "), want)
	}
	for range mostOfKind + 2 {
		s.worthwhile(slices.Clone(all))
	}
	if n := s.shrunk[kindOf(all[0].finding)]; n != mostOfKind {
		t.Errorf("%d of one kind were made smaller, want %d", n, mostOfKind)
	}
	var many []suspect
	for i := range 3 * mostSuspects {
		many = append(many, of(fmt.Sprintf("check-%d", i), result.Cache, 1))
	}
	if n := len((&session{shrunk: map[kind]int{}}).worthwhile(many)); n != mostSuspects {
		t.Errorf("%d were chosen of one batch, want %d", n, mostSuspects)
	}
}

// What clean-up could not do, and what the endpoint chose, is kept over all batches.
func TestRunKeepsWhatBatchesTell(t *testing.T) {
	carry := carrying(passing)
	n := 0
	out := Run(t.Context(), Options{Seed: 1, Questions: 400, Carry: func(ctx context.Context, plan scenarios.Plan) (result.Report, []error) {
		n++
		report, _ := carry(ctx, plan)
		report.Endpoint.Server = "test"
		report.Observations = []result.Observation{{Point: "p", Choice: "c", Cells: 2}, {Point: "p", Choice: strconv.Itoa(n), Cells: 1}}
		return report, []error{errors.New("left")}
	}})
	if len(out.Trouble) != n || len(out.Observations) != n+1 || out.Observations[0].Cells != 2*n || out.Endpoint.Server != "test" || out.Requests == 0 {
		t.Errorf("%d batches: %d troubles, observations %+v, server %q, %d requests", n, len(out.Trouble), out.Observations, out.Endpoint.Server, out.Requests)
	}
}

// A report has the smallest case of each difference under its scenario's name, and what was flaky or in error.
func TestReport(t *testing.T) {
	vary := failed(finding("actual.vary", result.Cache))
	vary.ID = "case-17/state-1/object/GET"
	out := Outcome{
		Requests: 7, Incomplete: "interrupted", Differences: []Difference{{Name: "actual-vary-1", Cell: vary}},
		Flaky: []result.Cell{{ID: "f", Verdict: result.Flaky}}, Errors: []result.Cell{{ID: "e", Verdict: result.Error}},
	}
	r := out.Report("id", "corsprobe test")
	var ids []string
	for _, c := range r.Cells {
		ids = append(ids, c.ID)
	}
	if want := []string{"actual-vary-1/object/GET", "f", "e"}; !slices.Equal(ids, want) {
		t.Errorf("the cells are %s, want %s", ids, want)
	}
	if c := r.Cells[0]; c.Scenario != "actual-vary-1" || c.File != "actual-vary-1.yaml" {
		t.Errorf("the difference is of %s in %s", c.Scenario, c.File)
	}
	if s := r.Summary; s.Failed != 1 || s.Flaky != 1 || s.Errors != 1 || s.Requests != 7 || r.Run.Incomplete != "interrupted" || r.Run.ID != "id" {
		t.Errorf("%+v of %+v", s, r.Run)
	}
}
