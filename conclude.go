package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"corsprobe/reports"
	"corsprobe/runner/result"

	"github.com/onsi/ginkgo/v2/types"
)

func noJudgement(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return exit{exitInterrupted, errors.New("interrupted before the first request")}
	}
	return exit{exitNoJudgement, err}
}

func (f *runFlags) reportSpecs() ([]reports.Spec, error) {
	var specs []reports.Spec
	var problems []error
	for _, text := range f.reports {
		spec, err := reports.ParseSpec(text)
		if err != nil {
			problems = append(problems, err)
		}
		specs = append(specs, spec)
	}
	if !slices.Contains(result.Classes, result.Class(f.failOn)) {
		problems = append(problems, fmt.Errorf("--fail-on %s: expected exposure, breakage, cache or contract", f.failOn))
	}
	if !slices.Contains([]string{"auto", "always", "never"}, f.color) {
		problems = append(problems, fmt.Errorf("--color %s: expected auto, always or never", f.color))
	}
	return specs, errors.Join(problems...)
}

// disagreement compares Ginkgo's states with the verdicts: a spec that did not run, or that passed where its cell failed, would make a run
// green by accident. A call that was not selected is made all the same, for the cells that rest on it.
func disagreement(report result.Report, states map[string]types.SpecState, selected map[string]bool) error {
	want := map[result.Verdict]types.SpecState{
		result.Passed: types.SpecStatePassed, result.Known: types.SpecStateSkipped, result.Unsupported: types.SpecStateSkipped,
		result.Failed: types.SpecStateFailed, result.Flaky: types.SpecStateFailed, result.Error: types.SpecStateFailed,
	}
	for _, c := range report.Cells {
		if selected[c.ID] && states[c.ID] != want[c.Verdict] {
			return fmt.Errorf("%s is %s, but its spec %s: corsprobe's own defect, please report it", c.ID, c.Verdict, states[c.ID])
		}
	}
	return nil
}

// conclude writes the reports and turns the result into an exit code. A report that could not be written is an error of its own.
func (f *runFlags) conclude(report result.Report, specs []reports.Spec, human, stdout, stderr io.Writer) error {
	text := reports.TextOptions{Color: f.colored(human), Verbose: f.verbose}
	problems := []error{reports.WriteText(human, report, text)}
	for _, spec := range specs {
		problems = append(problems, reports.WriteFile(spec, report, stdout))
	}
	if err := errors.Join(problems...); err != nil {
		return exit{exitNoJudgement, err}
	}
	if code := exitCode(report, result.Class(f.failOn)); code != 0 {
		return exit{code: code}
	}
	return nil
}

// exitCode is the verdict on a whole run.
func exitCode(report result.Report, failOn result.Class) int {
	s := report.Summary
	switch {
	case report.Run.Incomplete != "":
		return exitInterrupted
	case s.Errors > 0 || s.Cells == 0 || s.Unsupported == s.Cells:
		return exitNoJudgement
	case s.Flaky > 0 || len(report.Stale) > 0 || atLeast(s.Findings, failOn):
		return exitFindings
	default:
		return 0
	}
}

func atLeast(findings map[result.Class]int, failOn result.Class) bool {
	for _, class := range result.Classes {
		if findings[class] > 0 {
			return true
		}
		if class == failOn {
			return false
		}
	}
	return false
}

func (f *runFlags) colored(w io.Writer) bool {
	switch f.color {
	case "always":
		return true
	case "never":
		return false
	}
	return os.Getenv("NO_COLOR") == "" && isTerminal(w)
}
