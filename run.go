package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"corsprobe/reports"
	"corsprobe/runner"
	"corsprobe/runner/result"
	"corsprobe/scenarios"
	"corsprobe/suites"

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
	flags.StringArrayVar(&f.reports, "report", nil, "write a report, `FORMAT=PATH`, - for standard output; repeatable (json, junit, junit-strict, text)")
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
	if err := f.startBrowser(ctx, target.endpoint.URL()); err != nil {
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
