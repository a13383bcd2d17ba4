package cli

import (
	"errors"
	"fmt"
	"io"

	"corsprobe/runner"

	"github.com/spf13/cobra"
)

func mergeCommand() *cobra.Command {
	var f outcomeFlags
	c := &cobra.Command{
		Use:   "merge REPORT ...",
		Short: "Join the JSON reports of a run's shards to one",
		Long: `Joins what the shards of a run wrote with --report json=PATH, counts anew, and says of known deviations which no shard can judge alone
whether they are stale.

Exit code: that of a run; 2 where the reports are not of one plan, endpoint and version, or two are of the same shard; 3 where a shard is
missing.`,
		Example: `  corsprobe run --shard 1/2 --report json=1.json
  corsprobe run --shard 2/2 --report json=2.json
  corsprobe merge 1.json 2.json --report junit=cors.xml`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.merge(args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f.register(c)
	return c
}

func (f *outcomeFlags) merge(paths []string, stdout, stderr io.Writer) error {
	problems := []error{f.check()}
	var parts []runner.Part
	for _, path := range paths {
		report, err := readReport(path)
		problems = append(problems, err)
		parts = append(parts, runner.Part{Name: path, Report: report})
	}
	problems = append(problems, checkOutputs(f.outputs(), append(f.inputs(), usesOf("", paths...)...)))
	if err := errors.Join(problems...); err != nil {
		return exit{exitUsage, err}
	}
	merged, err := runner.Merge(parts)
	if err != nil {
		return exit{exitUsage, err}
	}
	diagnosed(&merged)
	err = f.conclude(merged, func() []string { return nil }, stdout, stderr)
	if missing := runner.MissingShards(parts); len(missing) > 0 {
		return exit{exitNoJudgement, errors.Join(fmt.Errorf("not all shards are there: %s", merged.Run.Incomplete), withMessage(err))}
	}
	return err
}

// withMessage is an error that has something to say beside its exit code.
func withMessage(err error) error {
	if err == nil || err.Error() == "" {
		return nil
	}
	return err
}
