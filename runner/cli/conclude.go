package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"corsprobe/reports"
	"corsprobe/runner/diagnose"
	"corsprobe/runner/file"
	"corsprobe/runner/result"

	"github.com/onsi/ginkgo/v2/types"
	"github.com/spf13/cobra"
)

func noJudgement(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return exit{exitInterrupted, fmt.Errorf("%w before the first request", context.Cause(ctx))}
	}
	return exit{exitNoJudgement, err}
}

// outcomeFlags say what becomes of a report. Every command that ends with one has them.
type outcomeFlags struct {
	reports  []string
	failOn   string
	dir      string // --report-dir
	look     look
	baseline string
	accept   bool // --update-baseline

	specs   []reports.Spec
	earlier *result.Report // the baseline; nil: none, or none yet
	streams streams        // of a run that is under way
}

func (f *outcomeFlags) register(c *cobra.Command) {
	f.registerReports(c)
	flags := c.Flags()
	flags.StringVar(&f.failOn, "fail-on", string(result.Contract), "least `CLASS` of finding that fails the run: exposure, breakage, cache or contract")
	flags.StringVar(&f.baseline, "baseline", "", "hold the run against an earlier JSON report `FILE`: what got worse fails it, by --fail-on, and findings and flaky cells that were there before do not; stale known deviations and cells in error fail it as ever")
	flags.BoolVar(&f.accept, "update-baseline", false, "accept what the run finds: write it to the --baseline, and let nothing in it fail the run; only where everything was judged")
}

// registerReports has the flags of how a report is shown and written.
func (f *outcomeFlags) registerReports(c *cobra.Command) {
	flags := c.Flags()
	f.failOn = string(result.Contract)
	flags.StringArrayVar(&f.reports, "report", nil, "write a report, `FORMAT=PATH`, - for standard output; repeatable. Formats: "+reports.FormatNames())
	flags.StringVar(&f.dir, "report-dir", "", "write the usual reports to `DIR`: "+usualNames())
	f.look.register(c, "tell every cause, deviation and cell in full; of cells that failed, what was sent and came")
}

// check refuses what can be refused, and reads the baseline.
func (f *outcomeFlags) check() error {
	var problems []error
	for _, text := range f.reports {
		spec, err := reports.ParseSpec(text)
		problems = append(problems, err)
		f.specs = append(f.specs, spec)
	}
	for _, u := range usual {
		if f.dir != "" {
			f.specs = append(f.specs, reports.Spec{Format: u.format, Path: filepath.Join(f.dir, u.name)})
		}
	}
	if !slices.Contains(result.Classes, result.Class(f.failOn)) {
		problems = append(problems, fmt.Errorf("--fail-on %s: expected exposure, breakage, cache or contract", f.failOn))
	}
	if problems = append(problems, f.look.check(), f.readBaseline()); errors.Join(problems...) == nil {
		problems = append(problems, checkStdout(f.specs))
	}
	return errors.Join(problems...)
}

// usual are the reports of --report-dir: one to look at, one for programs, one for CI systems, one for pull requests.
var usual = []struct {
	format reports.Format
	name   string
}{
	{reports.HTML, "corsprobe.html"}, {reports.JSON, "corsprobe.json"}, {reports.JUnit, "corsprobe.xml"}, {reports.Markdown, "corsprobe.md"},
}

func usualNames() string {
	var names []string
	for _, u := range usual {
		names = append(names, u.name)
	}
	return strings.Join(names, ", ")
}

// outputs are the files that are written, and inputs those that are read. A baseline that is being updated is both.
func (f *outcomeFlags) outputs() []use {
	if f.accept {
		return append(written(f.specs), usesOf("--update-baseline of ", f.baseline)...)
	}
	return written(f.specs)
}

func (f *outcomeFlags) inputs() []use {
	if f.accept {
		return nil
	}
	return usesOf("--baseline ", f.baseline)
}

func (f *outcomeFlags) readBaseline() error {
	switch {
	case f.baseline == "" && f.accept:
		return errors.New("--update-baseline: name the file with --baseline")
	case f.baseline == "":
		return nil
	}
	r, err := readReport(f.baseline, withoutEvidence)
	switch {
	case f.accept && errors.Is(err, os.ErrNotExist):
		return nil // it is about to be made
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("--baseline %w; the first run makes it with --update-baseline", err)
	case err != nil:
		return fmt.Errorf("--baseline %w", err)
	}
	f.earlier = &r
	return nil
}

// maxReport bounds a report: a million cells in short, or a hundred thousand with all their evidence.
const maxReport = 2 << 30

// readReport reads a report that was written with --report json=PATH. keep may take from each cell what is of no use.
func readReport(path string, keep ...func(*result.Cell)) (result.Report, error) {
	r, err := openReport(path, keep)
	if err != nil {
		return r, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

func openReport(path string, keep []func(*result.Cell)) (result.Report, error) {
	in, err := file.Open(path, maxReport)
	if err != nil {
		return result.Report{}, err
	}
	defer func() { _ = in.Close() }()
	return reports.ReadJSON(in, keep...)
}

// withoutEvidence keeps of a cell what it came to.
func withoutEvidence(c *result.Cell) {
	c.Explanation, c.Exchanges, c.Curl, c.Browser = "", nil, nil, nil
}

// human is where text for a person goes: not to standard output where a report does.
func (f *outcomeFlags) human(stdout, stderr io.Writer) io.Writer {
	if slices.ContainsFunc(f.specs, func(s reports.Spec) bool { return s.Path == reports.Stdout }) {
		return stderr
	}
	return stdout
}

// conclude holds a report against the baseline, writes what is asked for, and turns the result into an exit code. A report that could not be
// written is an error of its own. notAsked lists the ids that could have been asked, and were not.
func (f *outcomeFlags) conclude(report result.Report, notAsked func() []string, stdout, stderr io.Writer) error {
	if f.earlier != nil {
		report.Baseline = reports.HoldAgainst(*f.earlier, report, f.baseline, notAsked())
	}
	human := f.human(stdout, stderr)
	written := reports.WriteText(human, report, f.look.text(human))
	err := errors.Join(written, f.write(report, stdout))
	if !isTerminal(human) {
		f.printLeftovers(report, stderr) // else they stand there already, as the last lines
	}
	if err != nil {
		return exit{exitNoJudgement, err}
	}
	code := f.exitCode(report)
	if f.accept {
		return f.update(report, code, notAsked(), human)
	}
	if code != 0 {
		return exit{code: code}
	}
	return f.whyZero(report, human)
}

// whyZero explains an exit code of 0 where the report above it says that the endpoint does not conform.
func (f *outcomeFlags) whyZero(r result.Report, human io.Writer) error {
	why := "no finding reaches --fail-on " + f.failOn
	switch {
	case r.Summary.Failed+r.Summary.Flaky == 0:
		return nil
	case r.Baseline != nil && f.failOn == string(result.Contract):
		why = "nothing is worse than in --baseline " + f.baseline
	case r.Baseline != nil:
		why = fmt.Sprintf("nothing that reaches --fail-on %s is worse than in --baseline %s", f.failOn, f.baseline)
	}
	if _, err := fmt.Fprintf(human, "The exit code is 0 all the same: %s.\n", why); err != nil {
		return exit{exitNoJudgement, err}
	}
	return nil
}

// diagnosed adds the causes of what failed to a report.
func diagnosed(report *result.Report) diagnose.Diagnosis {
	report.Causes, report.Unexplained = nil, nil
	if report.Summary.Failed == 0 {
		return diagnose.Diagnosis{}
	}
	d := diagnose.Report(*report)
	report.Causes, report.Unexplained = d.Causes, d.Unexplained
	return d
}

// printLeftovers ends what a person sees with what the run's clean-up left, whatever else there is to say.
func (f *outcomeFlags) printLeftovers(report result.Report, stderr io.Writer) {
	_ = reports.WriteLeftovers(stderr, report, f.look.text(stderr)) // standard error cannot be written: there is nowhere to report it
}

// write writes the reports that were asked for, and ends those that were begun.
func (f *outcomeFlags) write(report result.Report, stdout io.Writer) error {
	problems := []error{f.streams.finish(report)}
	for _, spec := range f.specs {
		if spec.Format != reports.NDJSON || f.streams == nil {
			problems = append(problems, reports.WriteFile(spec, report, stdout))
		}
	}
	return errors.Join(problems...)
}

// update rewrites the baseline with what was found, unless something was not judged.
func (f *outcomeFlags) update(report result.Report, code int, notAsked []string, human io.Writer) error {
	if len(report.CleanUp) > 0 {
		return exit{code, fmt.Errorf("%s is left as it was: the run did not clean up", f.baseline)}
	}
	if code == exitNoJudgement || code == exitInterrupted {
		return exit{code, fmt.Errorf("%s is left as it was: not everything was judged", f.baseline)}
	}
	var earlier result.Report
	if f.earlier != nil {
		earlier = *f.earlier
	}
	baseline := reports.BaselineOf(report, earlier, notAsked)
	if err := reports.WriteFile(reports.Spec{Format: reports.JSON, Path: f.baseline}, baseline, io.Discard); err != nil {
		return exit{exitNoJudgement, err}
	}
	fmt.Fprintf(human, "%s now holds %d cells: later runs are held against them.\n", f.baseline, len(baseline.Cells))
	if code != 0 {
		return exit{code: code} // stale known deviations are no findings of the endpoint's
	}
	return nil
}

// exitCode is the verdict on a whole run.
func (f *outcomeFlags) exitCode(r result.Report) int {
	s := r.Summary
	switch {
	case len(r.CleanUp) > 0:
		return exitNoJudgement
	case r.Run.Interrupted():
		return exitInterrupted
	case r.Run.Incomplete != "":
		return exitNoJudgement
	case s.Errors > 0 || s.Unsupported == s.Cells && !r.EmptyShard():
		return exitNoJudgement
	case len(r.Stale) > 0 || f.fails(r):
		return exitFindings
	default:
		return 0
	}
}

// fails reports that what was found fails the run: by itself, or with a baseline, by what is worse than it.
func (f *outcomeFlags) fails(r result.Report) bool {
	failOn := result.Class(f.failOn)
	switch {
	case f.accept:
		return false
	case r.Baseline == nil:
		return r.Summary.Flaky > 0 || atLeast(r.Summary.Findings, failOn)
	}
	return slices.ContainsFunc(r.Baseline.Worse, func(c result.Change) bool {
		return c.Class == "" || c.After == result.Flaky || atLeast(map[result.Class]int{c.Class: 1}, failOn)
	})
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
