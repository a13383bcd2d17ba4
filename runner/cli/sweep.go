package cli

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"time"

	"corsprobe/runner"
	"corsprobe/runner/endpoint"

	"github.com/spf13/cobra"
)

// sweepFlags are the flags of corsprobe sweep.
type sweepFlags struct {
	target targetFlags
	opts   endpoint.SweepOptions
}

func sweepCommand() *cobra.Command {
	var f sweepFlags
	c := &cobra.Command{
		Use:   "sweep",
		Short: "Remove buckets that an earlier run left behind",
		Long: `Removes the buckets that killed runs made and left, and names them on standard output. Of every other bucket with a name like theirs it says
on standard error why it stays. A bucket whose run is under way stays, whatever is asked for; so does one whose run may be under way on another
machine, unless it is old enough or its run is named with --run.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.sweep(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f.target.register(c)
	f.target.registerProvider(c)
	flags := c.Flags()
	flags.StringVar(&f.opts.Run, "run", "", "only buckets of the run with this `ID`, whatever their age")
	flags.DurationVar(&f.opts.OlderThan, "older-than", time.Hour, "leave buckets younger than this `TIME`, unless their run is known to have ended")
	flags.BoolVar(&f.opts.DryRun, "dry-run", false, "remove nothing, only say what would be")
	return c
}

var runID = regexp.MustCompile(`^[0-9a-f]{12}$`)

func (f *sweepFlags) sweep(ctx context.Context, out, explained io.Writer) error {
	if f.opts.Run != "" && !runID.MatchString(f.opts.Run) {
		return usage(fmt.Errorf("--run %q: a run's ID is twelve hexadecimal digits, as in a bucket's name: corsprobe-ID-1", f.opts.Run))
	}
	if err := f.target.applyProvider(); err != nil {
		return exit{exitUsage, err}
	}
	target, err := f.target.openRemote(ctx, runner.NewID())
	if err != nil {
		return exit{exitNoJudgement, err}
	}
	defer target.close()
	swept, err := endpoint.Sweep(ctx, target.endpoint, f.opts)
	for _, s := range swept {
		if s.Gone {
			fmt.Fprintln(out, s.Bucket)
		} else {
			fmt.Fprintf(explained, "left: %s: %s\n", s.Bucket, s.Why)
		}
	}
	if err != nil {
		return exit{exitNoJudgement, err}
	}
	return nil
}
