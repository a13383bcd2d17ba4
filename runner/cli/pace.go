package cli

import (
	"errors"
	"fmt"
	"io"
	"time"

	"corsprobe/runner"

	"github.com/spf13/pflag"
)

// registerPace has the flags that say how fast, and how long, an endpoint is asked.
func (f *runFlags) registerPace(flags *pflag.FlagSet) {
	usual := runner.Defaults()
	flags.IntVar(&f.opts.Concurrency, "concurrency", usual.Concurrency, "`REQUESTS` under way at once, those of set-up and clean-up among them")
	flags.Float64Var(&f.opts.Rate, "rate", 0, "most `REQUESTS` that begin in a second (default no limit)")
	flags.DurationVar(&f.opts.MaxTime, "max-time", 0, "longest `TIME` for the run as a whole; what was not asked by then is in error, and buckets are cleaned up all the same (default no limit)")
	flags.BoolVar(&f.dryRun, "dry-run", false, "print what would be changed, and send nothing; every call, and on which bucket")
	flags.DurationVar(&f.opts.Settle, "settle", usual.Settle, "longest `TIME` for a configuration to take effect; a provider's own goes before the default")
	flags.DurationVar(&f.opts.CleanUp, "cleanup-timeout", usual.CleanUp, "longest `TIME` that clean-up takes after a signal, or after --max-time; what is left by then is printed, with the command that undoes it")
	flags.Int("buckets", 0, "")
	_ = flags.MarkDeprecated("buckets", "as many are used as --concurrency needs")
}

// checkPace refuses what is no measure.
func (f *runFlags) checkPace() error {
	var problems []error
	if f.opts.Concurrency < 1 {
		problems = append(problems, fmt.Errorf("--concurrency %d: expected 1 or more", f.opts.Concurrency))
	}
	if f.opts.Rate < 0 {
		problems = append(problems, fmt.Errorf("--rate %g: expected a number of requests in a second", f.opts.Rate))
	}
	if f.opts.MaxTime < 0 {
		problems = append(problems, fmt.Errorf("--max-time %s: expected a time, or 0 for no limit", f.opts.MaxTime))
	}
	for name, d := range map[string]time.Duration{"settle": f.opts.Settle, "cleanup-timeout": f.opts.CleanUp} {
		if d <= 0 {
			problems = append(problems, fmt.Errorf("--%s %s: expected a time such as 10s", name, d))
		}
	}
	return errors.Join(problems...)
}

// printChanges is corsprobe run --dry-run.
func (f *runFlags) printChanges(chosen chosen, out io.Writer) error {
	opts := f.opts
	opts.NoLease = f.target.config.NoLease
	out = fitted(out)
	for _, change := range runner.Changes(chosen.plan, "RUN", opts) {
		fmt.Fprintln(out, change)
	}
	_, err := fmt.Fprintf(out, "\nnothing was sent. RUN stands for the name of the run, twelve hexadecimal digits.\n")
	return err
}
