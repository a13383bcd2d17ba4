package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"corsprobe/reports"
	"corsprobe/runner"
	"corsprobe/runner/english"
	"corsprobe/runner/file"
	"corsprobe/runner/record"
	"corsprobe/runner/result"
	"corsprobe/scenarios"

	"github.com/spf13/cobra"
)

// recordFlags are the flags of corsprobe record.
type recordFlags struct {
	target targetFlags
	check  bool
	opts   runner.Options
}

func recordCommand() *cobra.Command {
	var f recordFlags
	c := &cobra.Command{
		Use:   "record PATH ...",
		Short: "Write what an authority, such as AWS, answers into scenarios",
		Long: `Runs scenarios against an endpoint that is taken as the authority, such as AWS itself, and writes what it answered into their files, as
pins under expect with the date and the endpoint. All else in a file stays. A second recording replaces the first, and says what moved since.
With --check it only says so, and writes nothing. Configuration calls are not
recorded: it says which of them differ from S3. Nor are cells that got no answer, or two different ones: it names them.

Exit code: 0 recorded, and with --check nothing moved; 1 with --check: something moved, or is not recorded; 2 bad input; 3 something was not
answered, or in two ways; 130 interrupted: nothing is written.`,
		Example: `  corsprobe record --profile aws --region eu-west-1 facts/*.yaml
  corsprobe record --profile aws --region eu-west-1 --check facts/*.yaml`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.do(cmd.Context(), args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f.target.register(c)
	f.target.registerProvider(c)
	flags := c.Flags()
	flags.BoolVar(&f.check, "check", false, "write nothing: say what moved since the last recording")
	flags.StringVar(&f.opts.Bucket, "bucket", "", "use this existing `BUCKET` instead of new ones; its configuration is saved and put back")
	flags.IntVar(&f.opts.Concurrency, "concurrency", 0, "`REQUESTS` under way at once, those of set-up and clean-up among them (default 32)")
	flags.Float64Var(&f.opts.Rate, "rate", 0, "most `REQUESTS` that begin in a second (default no limit)")
	flags.DurationVar(&f.opts.Settle, "settle", 0, "longest `TIME` for a configuration to take effect (default 30s)")
	f.opts.CleanUp = 10 * time.Second
	return c
}

func (f *recordFlags) do(ctx context.Context, paths []string, stdout, stderr io.Writer) error {
	loaded, err := scenarios.LoadPaths(paths...)
	if err := errors.Join(err, f.target.applyProvider()); err != nil {
		return usage(err)
	}
	plan, err := scenarios.Expand(loaded)
	if err != nil {
		return usage(err)
	}
	report, err := f.ask(ctx, plan, stderr)
	if err != nil {
		return err
	}
	heard := hear(plan, report)
	heard.print(stdout)
	switch {
	case ctx.Err() != nil:
		return exit{exitInterrupted, errors.New("interrupted: nothing is written")}
	case !f.check:
		if err := heard.write(recordedAt(report, time.Now()), stdout); err != nil {
			return exit{exitNoJudgement, err}
		}
	case len(heard.moved) > 0 || heard.fresh > 0:
		return exit{code: exitFindings}
	}
	if heard.unheard > 0 {
		return exit{exitNoJudgement, fmt.Errorf("%s not recorded, see above", english.Count(heard.unheard, "cell"))}
	}
	return nil
}

// ask carries the plan out at an endpoint that has to be named: the embedded server is no authority.
func (f *recordFlags) ask(ctx context.Context, plan scenarios.Plan, stderr io.Writer) (result.Report, error) {
	id := runner.NewID()
	target, err := f.target.openRemote(ctx, id)
	if err != nil {
		return result.Report{}, noJudgement(ctx, err)
	}
	defer target.close()
	guard(ctx, f.opts.CleanUp, func() []result.Leftover { return runner.Leftovers(target.endpoint.Undone()) })
	if f.opts.Bucket == "" {
		if err := target.endpoint.Check(ctx); err != nil {
			return result.Report{}, noJudgement(ctx, err)
		}
	}
	progress := reports.NewProgress(stderr, isTerminal(stderr), columns(stderr), plan.Results())
	f.opts.Judged, f.opts.Tool = progress.Done, "corsprobe "+version()
	report, trouble := runner.Start(ctx, plan, target.endpoint, target.client, id, f.opts).Finish()
	progress.Finish()
	if report.CleanUp = runner.Leftovers(trouble); len(report.CleanUp) > 0 {
		_ = reports.WriteLeftovers(stderr, report, reports.TextOptions{}) // standard error cannot be written: there is nowhere to report it
	}
	return report, errorOf(trouble)
}

// errorOf is what clean-up could not do; nil: nothing.
func errorOf(trouble []error) error {
	if len(trouble) == 0 {
		return nil
	}
	return exit{exitNoJudgement, errors.New("not everything could be cleaned up; nothing is written")}
}

// recordedAt says where and when.
func recordedAt(r result.Report, now time.Time) string {
	text := now.UTC().Format(time.DateOnly) + " at " + r.Endpoint.URL
	if r.Endpoint.Region != "" {
		text += ", region " + r.Endpoint.Region
	}
	return text
}

// heard is what was answered, by file and scenario.
type heard struct {
	files   []string
	by      map[string]map[string][]scenarios.Recorded
	moved   []string
	silent  []string // why cells are not recorded
	unheard int
	fresh   int // cells that were not recorded before
	cells   int
	calls   int
}

func hear(plan scenarios.Plan, report result.Report) heard {
	h := heard{by: map[string]map[string][]scenarios.Recorded{}}
	came := map[string]result.Cell{}
	for _, c := range report.Cells {
		came[c.ID] = c
	}
	for _, planned := range plan.Scenarios {
		for _, step := range planned.Steps {
			h.call(step, came[step.CallID])
			for _, cell := range step.Cells {
				h.cell(planned.Scenario, step.Name, cell, came[cell.ID])
			}
		}
	}
	return h
}

// call reports a configuration call that did not go as S3 has it. It is not recorded: the cells after it rest on S3's model of the call.
func (h *heard) call(step scenarios.PlannedStep, came result.Cell) {
	if step.CallID == "" {
		return
	}
	h.calls++
	switch came.Verdict {
	case result.Error, result.Flaky:
		h.silent = append(h.silent, fmt.Sprintf("%s came to nothing: %s %s", step.CallID, came.Verdict, came.Reason))
		h.unheard++
	default:
		for _, f := range came.Findings {
			h.silent = append(h.silent, fmt.Sprintf("%s is not as S3 has it (%s: %s, not %s); answer says in the step what it should be", step.CallID, f.Check, f.Got, f.Expected))
		}
	}
}

func (h *heard) cell(s *scenarios.Scenario, step string, cell scenarios.Cell, came result.Cell) {
	r, ok := record.Cell(step, cell, came)
	if !ok {
		h.silent = append(h.silent, fmt.Sprintf("%s is not recorded: %s %s", cell.ID, came.Verdict, came.Reason))
		if came.Verdict != result.Unsupported {
			h.unheard++
		}
		return
	}
	h.cells++
	if preflight, actual := cell.Recording(); preflight == nil && actual == nil {
		h.fresh++
	}
	for _, line := range record.Moved(r) {
		h.moved = append(h.moved, cell.ID+"  "+line)
	}
	if h.by[s.File] == nil {
		h.by[s.File] = map[string][]scenarios.Recorded{}
		h.files = append(h.files, s.File)
	}
	h.by[s.File][s.Name] = append(h.by[s.File][s.Name], r)
}

// print says what moved, and what could not be recorded.
func (h *heard) print(w io.Writer) {
	for _, line := range slices.Concat(h.silent, h.moved) {
		fmt.Fprintln(w, line)
	}
	if h.fresh < h.cells {
		fmt.Fprintf(w, "%s moved in %s that were recorded before\n", english.Count(len(h.moved), "answer"), english.Count(h.cells-h.fresh, "cell"))
	}
	if h.fresh > 0 {
		fmt.Fprintf(w, "%s not recorded before\n", english.Count(h.fresh, "cell"))
	}
	if h.calls > 0 {
		fmt.Fprintf(w, "%s not recorded: what they answer is held against S3's model, or against the step's answer\n", english.Count(h.calls, "configuration call"))
	}
}

// write puts the recordings into the files, once all of them are known to be possible.
func (h *heard) write(source string, w io.Writer) error {
	texts := map[string][]byte{}
	for _, path := range h.files {
		old, err := file.Read(path, scenarios.MaxFile)
		if err == nil {
			texts[path], err = scenarios.Record(old, source, h.by[path])
		}
		if err != nil {
			return fmt.Errorf("%s: %w; nothing is written", path, err)
		}
	}
	for _, path := range h.files {
		whole := func(w io.Writer) error { _, err := w.Write(texts[path]); return err }
		if err := file.Replace(path, whole); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		fmt.Fprintf(w, "%s: recorded %s\n", path, source)
	}
	return nil
}
