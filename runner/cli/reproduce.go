package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"corsprobe/reports"
	"corsprobe/runner"
	"corsprobe/runner/result"
	"corsprobe/scenarios"

	"github.com/spf13/cobra"
)

// reproduceFlags are the flags of corsprobe reproduce.
type reproduceFlags struct {
	target targetFlags
	look   look
	opts   runner.Options
}

func reproduceCommand() *cobra.Command {
	f := reproduceFlags{opts: runner.Defaults()}
	c := &cobra.Command{
		Use:   "reproduce REPORT CELL [PATH ...]",
		Short: "Ask a cell of a JSON report again, in a bucket made for it",
		Long: `The buckets of a run are gone when it has ended, and its curl commands then ask for nothing that is there. This makes the bucket and the
configuration of one CELL again, at the endpoint of the REPORT, asks what the run asked, prints what was expected, what came and how to repeat it,
and removes everything. With --keep the bucket stays, so that the curl commands can be tried.

The scenario is found where the report says that it was, or in PATH. Known deviations are not set aside: what is printed is what is so.

Exit code: 0 the answer is what S3 owes; 1 it is not; 2 bad input; 3 no judgement possible, or something was left; 130 interrupted.`,
		Example: `  corsprobe run --report json=cors.json
  corsprobe reproduce cors.json origins/exact/one-origin/object/auto/presigned/https:app.example.com/GET/-`,
		Args:              cobra.MinimumNArgs(2),
		ValidArgsFunction: completeCells,
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.do(cmd.Context(), args[0], args[1], args[2:], cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f.target.register(c)
	f.target.registerProvider(c)
	flags := c.Flags()
	for name, usage := range map[string]string{
		"endpoint": "`URL` of the S3 endpoint (default: the report's)", "region": "`REGION` for signatures (default: the report's)",
	} {
		flags.Lookup(name).Usage = usage
	}
	flags.StringVar(&f.opts.Bucket, "bucket", "", "use this existing `BUCKET` instead of a new one; its configuration is saved and put back")
	flags.BoolVar(&f.target.config.NoLease, "no-lease", false, "with --bucket, put no lease there, which keeps runs on other machines out")
	flags.BoolVar(&f.opts.Keep, "keep", false, "leave the bucket in place; corsprobe sweep removes it")
	flags.DurationVar(&f.opts.Settle, "settle", f.opts.Settle, "longest `TIME` for the configuration to take effect")
	flags.DurationVar(&f.opts.CleanUp, "cleanup-timeout", f.opts.CleanUp, "longest `TIME` that clean-up takes after a signal")
	f.look.register(c, "show every header that was sent and answered")
	return c
}

// do asks one cell again. Everything that can be refused is refused before the first request.
func (f *reproduceFlags) do(ctx context.Context, path, id string, paths []string, stdout, stderr io.Writer) error {
	then, err := readReport(path)
	if err := errors.Join(err, f.look.check()); err != nil {
		return usage(err)
	}
	plan, err := planOfCell(then, path, id, paths)
	if err = errors.Join(err, f.aim(then.Endpoint)); err != nil {
		return usage(err)
	}
	now, err := f.ask(ctx, then.Endpoint, plan)
	if err != nil {
		return err
	}
	text := f.look.text(stdout)
	err = errors.Join(reports.WriteReproduced(stdout, then, now, id, text), printBucket(now, stdout), reports.WriteLeftovers(stderr, now, text))
	switch {
	case err != nil:
		return exit{exitNoJudgement, err}
	case ctx.Err() != nil:
		return exit{code: exitInterrupted}
	}
	return reproduced(now, id)
}

// reproduced is the exit code of a cell that was asked again.
func reproduced(now result.Report, id string) error {
	cell, _ := now.Cell(id)
	switch {
	case len(now.CleanUp) > 0:
		return exit{code: exitNoJudgement}
	case cell.Verdict == result.Passed:
		return nil
	case cell.Verdict == result.Failed, cell.Verdict == result.Flaky:
		return exit{code: exitFindings}
	default:
		return exit{code: exitNoJudgement}
	}
}

// aim takes from the report what the flags leave open: a flag goes before it, and it before the environment, for it says where the answer came from.
func (f *reproduceFlags) aim(at result.Endpoint) error {
	if f.opts.Keep && f.embedded(at) {
		return errors.New("--keep: the embedded server ends with the command; start one that stays with corsprobe serve, and name it with --endpoint")
	}
	if f.target.provider == "" && f.target.config.URL == "" && !at.Embedded {
		f.target.config.URL = at.URL
		if f.target.config.Region == "" {
			f.target.config.Region = at.Region
		}
		if _, err := scenarios.ProviderByName(at.Provider); err == nil { // another's file need not be here
			f.target.provider = at.Provider
		}
	}
	return f.target.applyProvider()
}

// embedded reports that the report's server was corsprobe's own, and that the flags name no other.
func (f *reproduceFlags) embedded(at result.Endpoint) bool {
	return at.Embedded && f.target.config.URL == "" && f.target.provider == ""
}

func (f *reproduceFlags) ask(ctx context.Context, at result.Endpoint, plan scenarios.Plan) (result.Report, error) {
	id := runner.NewID()
	open := f.target.openRemote
	if f.embedded(at) {
		open = f.target.openEmbedded
	}
	target, err := open(ctx, id)
	if err != nil {
		return result.Report{}, noJudgement(ctx, err)
	}
	defer target.close()
	guard(ctx, f.opts.CleanUp, func() []result.Leftover { return target.leftovers(target.endpoint.Undone()) })
	if f.opts.Bucket == "" {
		if err := target.endpoint.Check(ctx); err != nil {
			return result.Report{}, noJudgement(ctx, err)
		}
	}
	f.opts.Tool, f.opts.Curl = "corsprobe "+version(), target.curl
	report, trouble := runner.Start(ctx, plan, target.endpoint, target.client, id, f.opts).Finish()
	report.Endpoint.Name, report.Endpoint.Provider, report.Endpoint.Embedded = target.name, target.provider, target.embedded
	report.CleanUp = target.leftovers(trouble)
	return report, nil
}

// printBucket says what became of the bucket that the curl commands name.
func printBucket(now result.Report, w io.Writer) error {
	words := map[result.Buckets]string{
		result.BucketsRemoved: "The bucket is gone again: the curl commands find nothing. --keep leaves it.",
		result.BucketsGiven:   "The bucket has its own configuration again: the curl commands ask for that.",
		result.BucketsKept:    fmt.Sprintf("The bucket is kept. To remove it: corsprobe sweep --endpoint %s --run %s", now.Endpoint.URL, now.Run.ID),
	}
	_, err := fmt.Fprintln(w, words[now.Run.Buckets])
	return err
}

// planOfCell is the part of a plan that asks one cell of a report. The scenario is looked for where the report says, or in paths.
func planOfCell(then result.Report, path, id string, paths []string) (scenarios.Plan, error) {
	cell, found := then.Cell(id)
	if !found {
		return scenarios.Plan{}, fmt.Errorf("%s has no cell %s%s", path, id, meant(id, cellIDs(then)))
	}
	loaded, err := scenariosOf(cell, paths)
	if err != nil {
		return scenarios.Plan{}, fmt.Errorf("the scenario of the cell cannot be read: %w; name the file or folder where it is now after the cell", err)
	}
	plan, err := scenarios.Expand(loaded)
	if err != nil {
		return plan, err
	}
	if part := plan.Filter(func(other string) bool { return other == id }); len(part.Scenarios) > 0 {
		return part, nil
	}
	return plan, fmt.Errorf("%s: there is no such cell any more%s; the report was written by %s, and this is corsprobe %s", id, meant(id, plan.IDs()), then.Run.Tool, version())
}

// scenariosOf reads the scenario of a cell, and those beside it.
func scenariosOf(cell result.Cell, paths []string) ([]*scenarios.Scenario, error) {
	if len(paths) > 0 {
		return scenarios.LoadPaths(paths...)
	}
	if strings.HasPrefix(cell.File, "catalogue/") {
		if _, err := os.Stat(cell.File); err != nil {
			return catalogued([]string{cell.Scenario})
		}
	}
	root := cell.File
	if depth := strings.Count(cell.Scenario, "/"); depth > 1 { // the file was found in a folder, and its id begins with its path there
		for range depth {
			root = filepath.Dir(root)
		}
	}
	return scenarios.LoadPaths(root)
}
