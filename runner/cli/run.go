package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"corsprobe/reports"
	"corsprobe/runner"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"
	"corsprobe/suites"

	"github.com/spf13/cobra"
)

// runFlags are the flags of corsprobe run.
type runFlags struct {
	target      targetFlags
	outcome     outcomeFlags
	run         []string
	labelFilter string
	depth       string
	catalogue   int // the version that is asked; 0: the newest
	focus, skip []string
	rerun       string
	shard       string
	maxCells    int
	evidence    string
	known       []string
	writeKnown  string
	browser     browserFlags
	printConfig bool
	dryRun      bool
	settleGiven bool
	noFollowUp  bool
	opts        runner.Options
	source      source
}

func runCommand() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "run [PATH|NAME ...]",
		Short: "Apply scenarios to an endpoint, probe it, and judge the answers",
		Long: `Applies each scenario's CORS configuration to a bucket, sends the requests of its matrix, and judges every answer.

Scenarios are files and folders (PATH), or parts of the built-in catalogue (NAME, such as origins/exact); without any, all of that. Without an
endpoint an S3 server of corsprobe's own is probed. CORSPROBE_FAIL_ON in the environment is --fail-on, and so for every flag.

Exit code: 0 conforms, known deviations aside; 1 findings; 2 bad input or nothing selected; 3 no judgement possible; 130 interrupted.`,
		Example: `  corsprobe run
  corsprobe run my-scenario.yaml --provider ovhcloud --region gra
  corsprobe run origins --label-filter smoke --report junit=build/cors.xml --report json=build/cors.json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			settings, err := fromEnvironment(cmd.Flags())
			if err != nil {
				return exit{exitUsage, err}
			}
			f.settleGiven = cmd.Flags().Changed("settle")
			if f.printConfig {
				return f.settings(settings).print(cmd.OutOrStdout())
			}
			return f.do(cmd.Context(), args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f.register(c)
	return c
}

func (f *runFlags) register(c *cobra.Command) {
	f.target.register(c)
	f.outcome.register(c)
	f.target.registerProvider(c)
	flags := c.Flags()
	flags.StringArrayVar(&f.run, "run", nil, "only cells whose id fits this `GLOB`: * within a part, ** over parts; repeatable")
	registerDepth(c, &f.depth, "normal of the catalogue, all of what is named")
	flags.IntVar(&f.catalogue, "catalogue-version", 0, "leave out what came after this `VERSION` of the built-in catalogue, so that a gate asks what it asked then; corsprobe list --since lists what came (default: the newest)")
	flags.StringVar(&f.labelFilter, "label-filter", "", "only scenarios whose labels fit this `FILTER`; in Ginkgo's syntax")
	flags.StringArrayVar(&f.focus, "focus", nil, "only cells whose id, or text in Ginkgo, matches this `REGEXP`; repeatable")
	flags.StringArrayVar(&f.skip, "skip", nil, "leave out cells whose id, or text in Ginkgo, matches this `REGEXP`; repeatable")
	flags.StringVar(&f.rerun, "rerun-failed", "", "only cells that failed in the JSON report `FILE`; those that were flaky or in error among them")
	flags.StringVar(&f.shard, "shard", "", "only part `I/N` of the plan, I from 1; /N takes I from the environment, 1/1 is all of it (default by $CI_NODE_INDEX and $CI_NODE_TOTAL of GitLab, or $JOB_COMPLETION_INDEX of Kubernetes and $CORSPROBE_SHARDS). A part without cells is no failure: the others hold them")
	flags.IntVar(&f.maxCells, "max-cells", 100_000, "refuse a plan of more cells than this; --shard shares one between runs")
	flags.StringVar(&f.evidence, "evidence", problemsOnly, "of which cells reports hold all that was sent and came: `CELLS` are all, or problems: cells that conform are kept in short, and all of them are in an NDJSON report")
	flags.StringArrayVar(&f.known, "known", nil, "a `FILE` of known deviations; repeatable")
	flags.StringVar(&f.writeKnown, "write-known", "", "write what was found, and was not known, to a new `FILE` of known deviations; fill in each reason and give it to --known")
	flags.StringVar(&f.opts.Bucket, "bucket", "", "use this existing `BUCKET` instead of new ones; its configuration is saved and put back")
	flags.BoolVar(&f.target.config.NoLease, "no-lease", false, "with --bucket, put no lease there, which keeps runs on other machines out: for endpoints that refuse objects")
	flags.BoolVar(&f.opts.AssumeConfigured, "assume-configured", false, "take the scenarios' configuration as given, where CORS is not configured by bucket: nothing is put or deleted, only asked")
	f.registerPace(flags)
	f.browser.register(flags, "have a page in a real Chromium send the cells as well, and compare")
	flags.BoolVar(&f.noFollowUp, "no-follow-up", false, "where several causes explain the same answers, ask nothing further that would decide between them")
	flags.BoolVar(&f.opts.Keep, "keep", false, "leave the run's buckets in place, so that the curl commands of a report can be tried; corsprobe sweep removes them")
	flags.BoolVar(&f.printConfig, "print-config", false, "print every setting and where it comes from, and run nothing")
}

// do is the whole of corsprobe run. Everything that can be refused is refused before the first request.
func (f *runFlags) do(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	chosen, known, err := f.prepare(args)
	if err != nil {
		return exit{exitUsage, err}
	}
	if chosen.unchanged != nil {
		return f.repeat(chosen, stdout, stderr)
	}
	if f.dryRun {
		return f.printChanges(chosen, stdout)
	}
	notes := f.outcome.look.notes(f.outcome.human(stdout, stderr))
	id := runner.NewID()
	target, err := f.target.open(ctx, id, notes)
	if err != nil {
		return f.unjudged(ctx, err, id, "", stdout, stderr)
	}
	defer target.close()
	guard(ctx, f.opts.CleanUp, func() []result.Leftover { return target.leftovers(target.endpoint.Undone()) })
	for _, note := range chosen.notes {
		fmt.Fprintf(notes, "%s\n\n", note)
	}
	if target.embedded && len(f.known) == 0 {
		list, err := embeddedDeviations()
		if err != nil {
			return exit{exitNoJudgement, err}
		}
		known = chosen.known(list)
	}
	if err := f.check(ctx, target); err != nil {
		return f.unjudged(ctx, err, id, target.endpoint.URL(), stdout, stderr)
	}
	if f.opts.Browser, err = f.browser.start(ctx, &f.target, target.endpoint.URL()); err != nil {
		return f.unjudged(ctx, err, id, target.endpoint.URL(), stdout, stderr)
	}
	if f.opts.Browser != nil {
		defer f.opts.Browser.Close()
	}
	f.beginStreams(chosen, target, id, stdout)
	report, err := f.carryOut(ctx, chosen, target, id, known, stderr)
	if err != nil {
		return errors.Join(err, f.outcome.streams.abandon())
	}
	found := f.diagnose(ctx, &report, target, id, stderr)
	if err := f.recordKnown(report, found, chosen, stderr); err != nil {
		return exit{exitNoJudgement, err}
	}
	return f.outcome.conclude(report, chosen.unasked, stdout, stderr)
}

// prepare reads everything that a run needs, and says at once what is wrong with any of it.
func (f *runFlags) prepare(args []string) (chosen, *runner.Deviations, error) {
	if err := errors.Join(f.outcome.check(), f.checkFiles(), f.checkPace(), f.checkEvidence()); err != nil {
		return chosen{}, nil, err
	}
	chosen, err := f.choose(args)
	if err := errors.Join(err, checkOutputs(f.outputs(), slices.Concat(f.inputs(), chosen.files))); err != nil {
		return chosen, nil, err
	}
	list, err := scenarios.LoadDeviations(f.known...)
	if err := errors.Join(err, f.target.applyProvider(), f.assumable(chosen.plan), f.browser.find()); err != nil {
		return chosen, nil, err
	}
	known := chosen.known(f.target.deviations(list))
	known.Explain = f.target.known != nil
	f.opts.Settle = f.settle()
	return chosen, known, nil
}

// forgetPassed removes the evidence of passed cells, which is only kept to find causes by, where nothing is left for a cause to explain. In a
// shard it stays: another shard may have found something.
func forgetPassed(report *result.Report) {
	if report.Run.Shard != nil || report.Summary.Failed+report.Summary.Known > 0 {
		return
	}
	for i := range report.Cells {
		if c := &report.Cells[i]; c.Verdict == result.Passed && c.Point != nil {
			withoutEvidence(c)
		}
	}
}

func (f *runFlags) checkEvidence() error {
	if !slices.Contains(evidences, f.evidence) {
		return fmt.Errorf("--evidence %s: expected problems or all", f.evidence)
	}
	return nil
}

// outputs are the files that the run writes, and inputs those that its flags name; a provider may be named by a file.
func (f *runFlags) outputs() []use {
	return append(f.outcome.outputs(), usesOf("--write-known ", f.writeKnown)...)
}

func (f *runFlags) inputs() []use {
	return slices.Concat(f.outcome.inputs(), usesOf("--rerun-failed ", f.rerun), usesOf("--known ", f.known...),
		usesOf("--provider ", providerFile(f.target.provider)), usesOf("--ca-file ", f.target.config.CAFile))
}

// unjudged ends a run before its first request. The reports that were asked for say so too: one that an earlier run left in their place would
// be taken for this run's.
func (f *runFlags) unjudged(ctx context.Context, err error, id, url string, stdout, stderr io.Writer) error {
	left := runner.LeftoversIn(err)
	if len(left) == 0 {
		err = noJudgement(ctx, err)
	}
	report := result.Report{
		Version:  result.Version,
		Run:      result.Run{ID: id, Tool: "corsprobe " + version(), Started: time.Now(), Incomplete: err.Error()},
		Endpoint: result.Endpoint{URL: url}, CleanUp: left,
		Summary: result.Summarise(nil),
		Cells:   []result.Cell{},
	}
	if trouble := f.outcome.write(report, stdout); trouble != nil {
		err = exit{exitNoJudgement, errors.Join(err, trouble)}
	}
	if len(left) == 0 {
		return err
	}
	fmt.Fprintln(stderr, "corsprobe: "+reports.Harmless(err.Error()))
	f.outcome.printLeftovers(report, stderr)
	return exit{code: exitNoJudgement}
}

// check asks the endpoint whether it can be probed at all. With a bucket of the user's own nothing is created.
func (f *runFlags) check(ctx context.Context, target *target) error {
	if f.opts.Bucket != "" {
		return nil // UseBucket reads the bucket's configuration, and says what is wrong
	}
	if f.opts.AssumeConfigured {
		return target.endpoint.CheckBuckets(ctx)
	}
	return target.endpoint.Check(ctx)
}

// assumable reports why --assume-configured cannot be: an endpoint that is not configured by bucket has one configuration, and the embedded
// server none.
func (f *runFlags) assumable(plan scenarios.Plan) error {
	if !f.opts.AssumeConfigured {
		return nil
	}
	if !f.target.named() {
		return errors.New("--assume-configured: the embedded server has no configuration that could be taken as given; give --endpoint URL")
	}
	first := plan.Scenarios[0]
	for _, s := range plan.Scenarios[1:] {
		if !s3cors.Equal(s.Steps[0].After, first.Steps[0].After) {
			return fmt.Errorf("--assume-configured: %s and %s have different configurations, and the endpoint has one; name the scenarios that describe it", first.Scenario.ID, s.Scenario.ID)
		}
	}
	return nil
}

// beginStreams writes what is known before the first request.
func (f *runFlags) beginStreams(chosen chosen, target *target, id string, stdout io.Writer) {
	run := result.Run{ID: id, Tool: "corsprobe " + version(), Started: time.Now(), Digest: chosen.plan.Digest(), Shard: chosen.shard, Catalogue: f.catalogueOf(chosen.plan)}
	at := result.Endpoint{
		URL: target.endpoint.URL(), Region: target.endpoint.Region(), Name: target.name, Provider: target.provider, Embedded: target.embedded,
	}
	f.outcome.streams = openStreams(f.outcome.specs, run, at, stdout)
}

// progress is a line on a terminal that somebody watches.
func (f *runFlags) progress(stderr io.Writer, total int) *reports.Progress {
	watched := isTerminal(stderr) && os.Getenv("TERM") != "dumb" && !f.outcome.look.quiet
	return reports.NewProgress(stderr, watched, columns(stderr), total)
}

// problemsOnly is the value of --evidence that keeps in short what conforms.
const problemsOnly = "problems"

var evidences = []string{problemsOnly, "all"}

// keeps is how much evidence the run keeps. Only an NDJSON report, which is written as cells are judged, has use for more than others.
func (f *runFlags) keeps() runner.Evidence {
	switch {
	case f.evidence != problemsOnly:
		return runner.All
	case len(f.outcome.streams) > 0:
		return runner.Problems
	default:
		return runner.OnlyProblems
	}
}

// carryOut probes in the background while Ginkgo's specs assert what has come.
func (f *runFlags) carryOut(ctx context.Context, chosen chosen, target *target, id string, known *runner.Deviations, stderr io.Writer) (result.Report, error) {
	progress := f.progress(stderr, chosen.plan.Results())
	opts := f.opts
	opts.Known, opts.Tool, opts.Curl = known, "corsprobe "+version(), target.curl
	opts.Evidence = f.keeps()
	opts.Judged = func(c result.Cell) {
		progress.Done(c)
		f.outcome.streams.cell(c)
	}
	run := runner.Start(ctx, chosen.plan, target.endpoint, target.client, id, opts)
	f.source.run, f.source.elsewhere = run, chosen.inOtherShards
	config, reporter := f.ginkgo()
	silenceStdout()
	states, _ := suites.Run(suiteName, config, reporter)
	report, trouble := run.Finish()
	progress.Finish()
	report.Endpoint.Name, report.Endpoint.Provider, report.Endpoint.Embedded = target.name, target.provider, target.embedded
	report.Run.Shard, report.Run.Plan, report.Run.Catalogue = chosen.shard, chosen.whole, f.catalogueOf(chosen.plan)
	if f.evidence == problemsOnly {
		forgetPassed(&report)
	}
	printAbsent(f.outcome.look.notes(stderr), known)
	report.CleanUp = target.leftovers(trouble)
	if err := disagreement(report, states, chosen.selected); err != nil && ctx.Err() == nil {
		f.outcome.printLeftovers(report, stderr)
		return report, exit{exitNoJudgement, err}
	}
	return report, nil
}
