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
	flags.IntVar(&f.opts.Concurrency, "concurrency", 0, "`REQUESTS` under way at once, those of set-up and clean-up among them (default 32)")
	flags.Float64Var(&f.opts.Rate, "rate", 0, "most `REQUESTS` that begin in a second (default no limit)")
	flags.DurationVar(&f.opts.MaxTime, "max-time", 0, "longest `TIME` for the run as a whole; what was not asked by then is in error, and buckets are cleaned up all the same (default no limit)")
	flags.BoolVar(&f.dryRun, "dry-run", false, "print every call that would change something, and on which bucket, and send nothing")
	flags.IntVar(&f.opts.Concurrency, "workers", 0, "")
	flags.Int("buckets", 0, "")
	_ = flags.MarkDeprecated("workers", "it is --concurrency now")
	_ = flags.MarkDeprecated("buckets", "as many are used as --concurrency needs")
}

// checkPace refuses what is no measure.
func (f *runFlags) checkPace() error {
	var problems []error
	if f.opts.Concurrency < 0 {
		problems = append(problems, fmt.Errorf("--concurrency %d: expected 1 or more", f.opts.Concurrency))
	}
	if f.opts.Rate < 0 {
		problems = append(problems, fmt.Errorf("--rate %g: expected a number of requests in a second", f.opts.Rate))
	}
	for name, d := range map[string]time.Duration{"max-time": f.opts.MaxTime, "settle": f.opts.Settle} {
		if d < 0 {
			problems = append(problems, fmt.Errorf("--%s %s: expected a time that is not negative", name, d))
		}
	}
	return errors.Join(problems...)
}

// printChanges is corsprobe run --dry-run.
func (f *runFlags) printChanges(chosen chosen, out io.Writer) error {
	for _, change := range runner.Changes(chosen.plan, "RUN", f.opts) {
		fmt.Fprintln(out, change)
	}
	_, err := fmt.Fprintf(out, "\nnothing was sent. RUN stands for the name of the run, twelve hexadecimal digits.\n")
	return err
}
