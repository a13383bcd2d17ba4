package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"corsprobe/reports"
	"corsprobe/runner"
	"corsprobe/runner/browser"
	"corsprobe/runner/probe"
	"corsprobe/runner/result"
	"corsprobe/scenarios"
	"corsprobe/suites"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
	"github.com/spf13/cobra"
)

// runFlags are the flags of corsprobe run.
type runFlags struct {
	target      targetFlags
	reports     []string
	run         []string
	labelFilter string
	focus, skip []string
	maxCells    int
	selection   map[string]bool // ids that Ginkgo's filters leave
	known       []string
	failOn      string
	verbose     bool
	color       string
	browser     bool
	browserPath string
	opts        runner.Options
	source      source
}

func runCommand() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "run [PATH|NAME ...]",
		Short: "Apply scenarios to an endpoint, probe it, and judge the answers",
		Long: `Applies each scenario's CORS configuration to a bucket, sends the requests of its matrix, and judges every answer.

Scenarios are files and folders of YAML (PATH), or parts of the built-in catalogue by id (NAME, such as origins or origins/exact);
without any, the whole catalogue. Without an endpoint an S3 server of corsprobe's own is probed.

Exit code: 0 conforms, known deviations aside; 1 findings; 2 bad input or nothing selected; 3 no judgement possible; 130 interrupted.`,
		Example: `  corsprobe run
  corsprobe run my-scenario.yaml --endpoint https://s3.gra.io.cloud.ovh.net --region gra
  corsprobe run origins --label-filter smoke --report junit=build/cors.xml --report json=build/cors.json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.do(cmd.Context(), args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f.register(c)
	return c
}

func (f *runFlags) register(c *cobra.Command) {
	f.target.register(c)
	flags := c.Flags()
	flags.StringArrayVar(&f.reports, "report", nil, "write a report, `FORMAT=PATH`, - for standard output; repeatable. Formats: "+reports.FormatNames())
	flags.StringArrayVar(&f.run, "run", nil, "only cells whose id fits this `GLOB` (* within a part, ** over parts); repeatable")
	flags.StringVar(&f.labelFilter, "label-filter", "", "only scenarios whose labels fit, in Ginkgo's `SYNTAX`")
	flags.StringArrayVar(&f.focus, "focus", nil, "only cells whose text matches this `REGEXP`, as Ginkgo's; repeatable")
	flags.StringArrayVar(&f.skip, "skip", nil, "leave out cells whose text matches this `REGEXP`, as Ginkgo's; repeatable")
	flags.IntVar(&f.maxCells, "max-cells", 50_000, "refuse a plan of more cells than this")
	flags.StringArrayVar(&f.known, "known", nil, "a `FILE` of known deviations; repeatable")
	flags.StringVar(&f.failOn, "fail-on", string(result.Contract), "least `CLASS` of finding that fails the run: exposure, breakage, cache or contract")
	flags.BoolVar(&f.verbose, "verbose", false, "list every cell of a group of findings")
	flags.StringVar(&f.color, "color", "auto", "colour: auto, always or never")
	flags.StringVar(&f.opts.Bucket, "bucket", "", "use this existing `BUCKET` instead of new ones; its configuration is saved and put back")
	flags.IntVar(&f.opts.Workers, "workers", 0, "requests under way at once (default 16)")
	flags.IntVar(&f.opts.Buckets, "buckets", 0, "scenarios under way at once, each in a bucket of its own (default 4)")
	flags.DurationVar(&f.opts.Settle, "settle", 0, "longest `TIME` for a configuration to take effect (default 30s)")
	flags.BoolVar(&f.browser, "browser", false, "have a page in a real Chromium send the cells as well, and compare")
	flags.StringVar(&f.browserPath, "browser-path", "", "`PATH` of Chromium; implies --browser (default: the one that is installed)")
	flags.BoolVar(&f.opts.Keep, "keep", false, "leave the run's buckets in place, so that the curl commands of a report can be tried; corsprobe sweep removes them")
}

// do is the whole of corsprobe run. Everything that can be refused is refused before the first request.
func (f *runFlags) do(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	specs, err := f.reportSpecs()
	if err != nil {
		return exit{exitUsage, err}
	}
	plan, left, err := f.plan(args)
	if err != nil {
		return exit{exitUsage, err}
	}
	list, err := scenarios.LoadDeviations(f.known...)
	if err != nil {
		return exit{exitUsage, err}
	}
	known := &runner.Deviations{List: list, Left: left}
	if err := f.findBrowser(); err != nil {
		return exit{exitUsage, err}
	}
	human := stdout
	if slices.ContainsFunc(specs, func(s reports.Spec) bool { return s.Path == "-" }) {
		human = stderr
	}
	id := runner.NewID()
	target, err := f.target.open(ctx, id, human)
	if err != nil {
		return noJudgement(ctx, err)
	}
	defer target.close()
	if target.embedded && len(f.known) == 0 {
		known, err = embeddedDeviations()
		if err != nil {
			return exit{exitNoJudgement, err}
		}
	}
	if err := f.check(ctx, target); err != nil {
		return noJudgement(ctx, err)
	}
	if err := f.startBrowser(ctx); err != nil {
		return noJudgement(ctx, err)
	}
	if f.opts.Browser != nil {
		defer f.opts.Browser.Close()
	}
	report, err := f.carryOut(ctx, plan, target, id, known, stderr)
	if err != nil {
		return err
	}
	return f.conclude(report, specs, human, stdout, stderr)
}

// check asks the endpoint whether it can be probed at all. With a bucket of the user's own nothing is created.
func (f *runFlags) check(ctx context.Context, target *target) error {
	if f.opts.Bucket != "" {
		return nil // UseBucket reads the bucket's configuration, and says what is wrong
	}
	return target.endpoint.Check(ctx)
}

// findBrowser makes sure that there is one before anything is sent.
func (f *runFlags) findBrowser() (err error) {
	f.browser = f.browser || f.browserPath != ""
	if f.browser {
		f.browserPath, err = browser.Find(f.browserPath)
	}
	return err
}

func (f *runFlags) startBrowser(ctx context.Context) (err error) {
	if !f.browser {
		return nil
	}
	config := f.target.config
	// The prober has verified the certificate by then, where it was to be verified.
	opts := browser.Options{Path: f.browserPath, Insecure: config.Insecure || config.CAFile != ""}
	for _, text := range f.target.resolve {
		if r, err := probe.ParseResolve(text); err == nil {
			opts.Resolve = append(opts.Resolve, "MAP "+r.Host+":"+r.Port+" "+r.Addr+":"+r.Port)
		}
	}
	f.opts.Browser, err = browser.Start(context.WithoutCancel(ctx), opts)
	return err
}

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

// plan loads, expands and selects. left are the ids that were there to be selected, and were not.
func (f *runFlags) plan(args []string) (plan scenarios.Plan, left []string, err error) {
	loaded, err := load(args)
	if err != nil {
		return plan, nil, err
	}
	all, err := scenarios.Expand(loaded)
	if err != nil {
		return plan, nil, err
	}
	if plan, err = narrow(all, f.run); err != nil {
		return plan, nil, err
	}
	selected, err := f.selected(plan)
	if err != nil {
		return plan, nil, err
	}
	plan = plan.Filter(func(id string) bool { return selected[id] })
	switch n := plan.Cells(); {
	case len(plan.Scenarios) == 0:
		return plan, nil, errors.New("nothing selected: no cell fits the names and filters given; corsprobe list shows what there is")
	case n > f.maxCells:
		return plan, nil, fmt.Errorf("the plan has %d cells, more than --max-cells %d", n, f.maxCells)
	}
	f.selection = selected
	left, err = unselected(all, selected, len(args) > 0)
	return plan, left, err
}

// unselected lists the ids of a plan, and of the catalogue where only parts of it were named, that were not selected.
func unselected(all scenarios.Plan, selected map[string]bool, catalogueToo bool) ([]string, error) {
	ids := all.IDs()
	if catalogueToo {
		catalogue, err := scenarios.Catalogue()
		if err != nil {
			return nil, err
		}
		whole, err := scenarios.Expand(catalogue)
		if err != nil {
			return nil, err
		}
		ids = append(ids, whole.IDs()...)
	}
	return slices.DeleteFunc(ids, func(id string) bool { return selected[id] }), nil
}

// source is where the specs find their results. The specs are described before there is a run, so that Ginkgo can say which of them would
// be selected.
type source struct{ run *runner.Run }

// Wait implements [suites.Source].
func (s *source) Wait(id string) result.Cell { return s.run.Wait(id) }

// selected asks Ginkgo. It also adds the specs to Ginkgo's tree, for the process's one suite.
func (f *runFlags) selected(plan scenarios.Plan) (map[string]bool, error) {
	if _, err := types.ParseLabelFilter(f.labelFilter); err != nil {
		return nil, fmt.Errorf("--label-filter %s: %w", f.labelFilter, err)
	}
	suites.Describe(plan, &f.source)
	config, reporter := f.ginkgo()
	return suites.Selected("corsprobe", config, reporter), nil
}

func (f *runFlags) ginkgo() (types.SuiteConfig, types.ReporterConfig) {
	config, reporter := ginkgo.GinkgoConfiguration()
	config.LabelFilter, config.FocusStrings, config.SkipStrings = f.labelFilter, f.focus, f.skip
	config.Timeout = 24 * time.Hour // the run bounds itself; Ginkgo's hour would be too short for a slow endpoint
	return config, reporter
}

// carryOut probes in the background while Ginkgo's specs assert what has come.
func (f *runFlags) carryOut(ctx context.Context, plan scenarios.Plan, target *target, id string, known *runner.Deviations, stderr io.Writer) (result.Report, error) {
	progress := reports.NewProgress(stderr, isTerminal(stderr), total(plan))
	opts := f.opts
	opts.Known, opts.Tool, opts.Curl = known, "corsprobe "+version(), target.curl
	opts.Judged = func(c result.Cell) { progress.Done(c.Verdict) }
	run := runner.Start(ctx, plan, target.endpoint, target.client, id, opts)
	f.source.run = run
	config, reporter := f.ginkgo()
	states, _ := suites.Run("corsprobe", config, reporter)
	report, trouble := run.Finish()
	progress.Finish()
	report.Endpoint.Name, report.Endpoint.Embedded = target.name, target.embedded
	for _, err := range trouble {
		fmt.Fprintln(stderr, "corsprobe: clean-up: "+err.Error())
	}
	if err := disagreement(report, states, f.selection); err != nil && ctx.Err() == nil {
		return report, exit{exitNoJudgement, err}
	}
	return report, nil
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

func total(plan scenarios.Plan) int {
	n := plan.Cells()
	for _, s := range plan.Scenarios {
		for _, step := range s.Steps {
			if step.CallID != "" {
				n++
			}
		}
	}
	return n
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

// load reads scenarios from disk, or parts of the catalogue by id.
func load(args []string) ([]*scenarios.Scenario, error) {
	if len(args) == 0 {
		return scenarios.Catalogue()
	}
	var paths, names []string
	for _, arg := range args {
		if _, err := os.Stat(arg); err == nil || strings.HasSuffix(arg, ".yaml") || strings.HasSuffix(arg, ".yml") {
			paths = append(paths, arg)
		} else {
			names = append(names, arg)
		}
	}
	var all []*scenarios.Scenario
	if len(paths) > 0 {
		found, err := scenarios.LoadPaths(paths...)
		if err != nil {
			return nil, err
		}
		all = found
	}
	found, err := catalogued(names)
	return append(all, found...), err
}

// catalogued picks scenarios of the catalogue by id or by the start of an id.
func catalogued(names []string) ([]*scenarios.Scenario, error) {
	if len(names) == 0 {
		return nil, nil
	}
	catalogue, err := scenarios.Catalogue()
	if err != nil {
		return nil, err
	}
	var picked []*scenarios.Scenario
	var problems []error
	for _, name := range names {
		fits := false
		for _, s := range catalogue {
			fits = fits || scenarios.Glob(name, s.ID)
			if scenarios.Glob(name, s.ID) && !slices.Contains(picked, s) {
				picked = append(picked, s)
			}
		}
		if !fits {
			problems = append(problems, fmt.Errorf("%s: no such file, and no scenario of the catalogue; corsprobe list shows them", name))
		}
	}
	return picked, errors.Join(problems...)
}

// narrow keeps the cells that fit one of the globs; a glob that fits none is an error.
func narrow(plan scenarios.Plan, globs []string) (scenarios.Plan, error) {
	if len(globs) == 0 {
		return plan, nil
	}
	matched := make([]bool, len(globs))
	plan = plan.Filter(func(id string) bool {
		keep := false
		for i, g := range globs {
			if scenarios.Glob(g, id) {
				matched[i], keep = true, true
			}
		}
		return keep
	})
	for i, g := range globs {
		if !matched[i] {
			return plan, fmt.Errorf("--run %s: no cell has such an id; corsprobe list --cells shows them", g)
		}
	}
	return plan, nil
}
