package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"corsprobe/reports"
	"corsprobe/runner"
	"corsprobe/runner/english"
	"corsprobe/runner/file"
	"corsprobe/runner/fuzz"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"

	"github.com/spf13/cobra"
)

// fuzzFlags are the flags of corsprobe fuzz.
type fuzzFlags struct {
	target    targetFlags
	opts      fuzz.Options
	run       runner.Options
	browser   browserFlags
	forGiven  bool
	seedGiven bool
	output    string
	reports   []string
	specs     []reports.Spec
	failOn    string
}

func fuzzCommand() *cobra.Command {
	var f fuzzFlags
	c := &cobra.Command{
		Use:   "fuzz",
		Short: "Ask random configurations and requests, and shrink what differs",
		Long: `Makes random but plausible CORS configurations and requests at their edges, in buckets of its own, and holds every answer against S3's model;
with --provider, against what is known of the provider too: silence means then that what is known is complete, and a difference is news. With
--browser a page in Chromium asks the same, and what it gets is held against Fetch's model.

Each difference is asked again, made as small as it gets, and written as a scenario that is ready to be committed: to --output, or to standard
output. The seed repeats the sequence of questions exactly.

Exit code: 0 silence; 1 differences, or answers that changed from one time to the next; 2 bad input; 3 no judgement possible; 130 interrupted.`,
		Example: `  corsprobe fuzz --endpoint http://localhost:9000 --for 60s
  corsprobe fuzz --provider ovhcloud --region gra --seed 7 --questions 5000 --output scenarios/found`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.forGiven, f.seedGiven = cmd.Flags().Changed("for"), cmd.Flags().Changed("seed")
			return f.do(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f.target.register(c)
	f.target.registerProvider(c)
	usual := runner.Defaults()
	flags := c.Flags()
	flags.DurationVar(&f.opts.For, "for", time.Minute, "ask for this `TIME`; shrinking what is found, and clean-up, come on top")
	flags.IntVar(&f.opts.Questions, "questions", 0, "ask this `NUMBER` of questions, those of shrinking not counted; then --for only counts where it is given")
	flags.Uint64Var(&f.opts.Seed, "seed", 0, "`NUMBER` that fixes the sequence of questions (default: random, and printed)")
	flags.StringVar(&f.output, "output", "", "write a scenario for each difference to the folder `DIR`, which must not hold any of them yet (default: to standard output)")
	flags.StringArrayVar(&f.reports, "report", nil, "write a report of the differences, `FORMAT=PATH`, - for standard output; repeatable. Formats: "+reports.FormatNames())
	flags.StringVar(&f.failOn, "fail-on", string(result.Contract), "least `CLASS` of difference that fails: exposure, breakage, cache or contract")
	flags.IntVar(&f.run.Concurrency, "concurrency", usual.Concurrency, "`REQUESTS` under way at once, those of set-up and clean-up among them")
	flags.Float64Var(&f.run.Rate, "rate", 0, "most `REQUESTS` that begin in a second (default no limit)")
	flags.DurationVar(&f.run.Settle, "settle", usual.Settle, "longest `TIME` for a configuration to take effect; a provider's own goes before the default")
	flags.DurationVar(&f.run.CleanUp, "cleanup-timeout", usual.CleanUp, "longest `TIME` that clean-up takes after a signal")
	f.browser.register(flags, "have a page in a real Chromium ask as well, and hold Fetch's model against it; the questions are such as a page can ask")
	return c
}

// do is the whole of corsprobe fuzz. What can be refused is refused before the first request.
func (f *fuzzFlags) do(ctx context.Context, stdout, stderr io.Writer) error {
	if err := errors.Join(f.check(), f.target.applyProvider(), f.browser.find()); err != nil {
		return usage(err)
	}
	id := runner.NewID()
	target, err := f.target.open(ctx, id, stderr)
	if err != nil {
		return noJudgement(ctx, err)
	}
	defer target.close()
	guard(ctx, f.run.CleanUp, func() []result.Leftover { return target.leftovers(target.endpoint.Undone()) })
	if err := target.endpoint.Check(ctx); err != nil {
		return noJudgement(ctx, err)
	}
	if f.run.Browser, err = f.browser.start(ctx, &f.target, target.endpoint.URL()); err != nil {
		return noJudgement(ctx, err)
	}
	if f.run.Browser != nil {
		defer f.run.Browser.Close()
	}
	f.opts.Pages = f.run.Browser != nil
	fmt.Fprintf(stderr, "seed %d\n", f.opts.Seed)
	out := f.ask(ctx, target, id, stderr)
	report := out.Report(id, "corsprobe "+version())
	report.Endpoint.Name, report.Endpoint.Provider, report.Endpoint.Embedded = target.name, target.provider, target.embedded
	report.CleanUp = target.leftovers(out.Trouble)
	printFuzz(stderr, out)
	_ = reports.WriteLeftovers(stderr, report, reports.TextOptions{}) // standard error cannot be written: there is nowhere to report it
	if err := errors.Join(f.write(out, stdout, stderr), f.report(report, stdout)); err != nil {
		return exit{exitNoJudgement, err}
	}
	return f.verdict(ctx, out, report)
}

// check refuses what is no measure, and reads --report.
func (f *fuzzFlags) check() error {
	var problems []error
	if f.opts.Questions < 0 {
		problems = append(problems, fmt.Errorf("--questions %d: expected a number of questions", f.opts.Questions))
	}
	if f.opts.For <= 0 {
		problems = append(problems, fmt.Errorf("--for %s: expected a time such as 60s", f.opts.For))
	}
	if f.opts.Questions > 0 && !f.forGiven {
		f.opts.For = 0
	}
	if !f.seedGiven {
		f.opts.Seed = rand.Uint64() >> 32 // short enough to be copied
	}
	if f.run.Concurrency < 1 {
		problems = append(problems, fmt.Errorf("--concurrency %d: expected 1 or more", f.run.Concurrency))
	}
	if f.run.Rate < 0 {
		problems = append(problems, fmt.Errorf("--rate %g: expected a number of requests in a second", f.run.Rate))
	}
	for name, d := range map[string]time.Duration{"settle": f.run.Settle, "cleanup-timeout": f.run.CleanUp} {
		if d <= 0 {
			problems = append(problems, fmt.Errorf("--%s %s: expected a time such as 10s", name, d))
		}
	}
	if !slices.Contains(result.Classes, result.Class(f.failOn)) {
		problems = append(problems, fmt.Errorf("--fail-on %s: expected exposure, breakage, cache or contract", f.failOn))
	}
	return errors.Join(append(problems, f.checkFiles())...)
}

// checkFiles refuses files that cannot be written, and two things on standard output.
func (f *fuzzFlags) checkFiles() error {
	var problems []error
	for _, text := range f.reports {
		spec, err := reports.ParseSpec(text)
		problems = append(problems, err)
		f.specs = append(f.specs, spec)
	}
	if errors.Join(problems...) != nil {
		return errors.Join(problems...)
	}
	for _, spec := range f.specs {
		if spec.Path == reports.Stdout && f.output == "" {
			problems = append(problems, fmt.Errorf("--report %s=-: the scenarios of what is found go to standard output; give --output DIR", spec.Format))
		}
	}
	if info, err := os.Stat(f.output); f.output != "" && err == nil && !info.IsDir() {
		problems = append(problems, fmt.Errorf("--output %s: expected a folder, found a file", f.output))
	}
	return errors.Join(append(problems, checkStdout(f.specs), checkOutputs(written(f.specs), usesOf("--provider ", providerFile(f.target.provider))))...)
}

// ask has the questions asked by the runner, as a run's are.
func (f *fuzzFlags) ask(ctx context.Context, target *target, id string, stderr io.Writer) fuzz.Outcome {
	known := f.knownDeviations(target)
	if s := f.target.settle(); s > 0 && f.run.Settle == runner.Defaults().Settle {
		f.run.Settle = s
	}
	line := newFuzzLine(stderr)
	f.opts.Carry = func(ctx context.Context, plan scenarios.Plan) (result.Report, []error) {
		opts := f.run
		opts.Known, opts.Curl, opts.Judged = &runner.Deviations{List: known}, target.curl, line.judged
		return runner.Start(ctx, plan, target.endpoint, target.client, id, opts).Finish()
	}
	f.opts.Batch = line.batch
	out := fuzz.Run(ctx, f.opts)
	line.clear()
	return out
}

// knownDeviations are those of the provider, or of the embedded server.
func (f *fuzzFlags) knownDeviations(target *target) []scenarios.Deviation {
	if f.target.known != nil {
		return f.target.known.KnownDeviations
	}
	if target.embedded {
		list, _ := embeddedDeviations() // its file is built in, and tests read it
		return list
	}
	return nil
}

// write writes a scenario for each difference.
func (f *fuzzFlags) write(out fuzz.Outcome, stdout, stderr io.Writer) error {
	var problems []error
	for i, d := range out.Differences {
		text, err := d.Scenario(out.Seed)
		switch {
		case err != nil:
		case f.output != "":
			path := filepath.Join(f.output, d.Name+".yaml")
			if err = writeNew(path, text); err == nil {
				fmt.Fprintf(stderr, "written: %s\n", path)
			}
		default:
			if i > 0 {
				fmt.Fprintln(stdout, "---")
			}
			_, err = stdout.Write(text)
		}
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

// writeNew writes a file that is not there yet: what was found before, and perhaps edited, stays.
func writeNew(path string, text []byte) error {
	err := file.Create(path, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("--output: %s is there already, and stays as it is; give another folder", path)
	case err != nil:
		return fmt.Errorf("--output: %s: %w", path, err)
	}
	return nil
}

func (f *fuzzFlags) report(r result.Report, stdout io.Writer) error {
	var problems []error
	for _, spec := range f.specs {
		problems = append(problems, reports.WriteFile(spec, r, stdout))
	}
	return errors.Join(problems...)
}

// verdict is the exit code. An error without a text leaves what was printed as it is.
func (f *fuzzFlags) verdict(ctx context.Context, out fuzz.Outcome, report result.Report) error {
	switch {
	case len(report.CleanUp) > 0:
		return exit{code: exitNoJudgement}
	case ctx.Err() != nil:
		return exit{exitInterrupted, context.Cause(ctx)}
	case out.Incomplete != "":
		return exit{exitNoJudgement, errors.New(out.Incomplete)}
	case out.ErrorCells > 0 || out.Questions == 0:
		return exit{code: exitNoJudgement}
	case out.FlakyCells > 0 || slices.ContainsFunc(out.Differences, func(d fuzz.Difference) bool {
		return atLeast(map[result.Class]int{d.Finding.Class: 1}, result.Class(f.failOn))
	}):
		return exit{code: exitFindings}
	}
	return nil
}

// printFuzz sums up for people.
func printFuzz(w io.Writer, out fuzz.Outcome) {
	fmt.Fprintf(w, "%s, %s in %s; %d of %d facts, %s of the model and %s of dimensions\n",
		english.Count(out.Questions, "question"), english.Count(out.Requests, "request"), out.Duration.Round(time.Second/10),
		out.Coverage.Facts(), len(s3cors.Facts()), english.CountOf(out.Coverage.Branches(), "branch", "branches"), english.Count(out.Coverage.Pairs(), "pair"))
	if out.Pages > 0 {
		fmt.Fprintf(w, "%s by a page in Chromium as well\n", english.CountOf(out.Pages, "question was asked", "questions were asked"))
	}
	if out.Known > 0 {
		fmt.Fprintf(w, "%s as the known deviations say\n", english.CountOf(out.Known, "answer is", "answers are"))
	}
	for _, c := range out.Flaky {
		fmt.Fprintln(w, reports.Harmless(fmt.Sprintf("flaky: %s: %s", c.Title, c.Reason)))
	}
	for _, c := range out.Errors {
		fmt.Fprintln(w, reports.Harmless(fmt.Sprintf("in error: %s: %s", c.Title, c.Reason)))
	}
	fmt.Fprintf(w, "%s\n", english.Count(len(out.Differences), "difference"))
	for _, d := range out.Differences {
		fmt.Fprintln(w, reports.Harmless(fmt.Sprintf("  %s, %s (%s): expected %s, got %s", d.Finding.Class, d.Name, english.CountOf(d.Times, "answer of the kind", "answers of the kind"), d.Finding.Expected, d.Finding.Got)))
	}
}
