package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"corsprobe/runner"
	"corsprobe/runner/endpoint"

	"github.com/spf13/cobra"
)

// restoreFlags are the flags of corsprobe restore.
type restoreFlags struct {
	target               targetFlags
	bucket               string
	list, dryRun, unlock bool
}

func restoreCommand() *cobra.Command {
	var f restoreFlags
	c := &cobra.Command{
		Use:   "restore",
		Short: "Put back the configurations of buckets that a killed run used",
		Long: `Puts back the configuration that a user's bucket had before a killed run changed it, and removes the objects that the run left there.
Runs keep the configuration in a journal; where a bucket has several, the oldest counts. A bucket that a run is using is left alone.

With --unlock it also restores what a run on a lost machine left, from the copy of that run's journal in the bucket.`,
		Example: `  corsprobe restore --list
  corsprobe restore --bucket my-media --dry-run
  corsprobe restore --unlock --bucket my-media --endpoint https://s3.gra.io.cloud.ovh.net --region gra`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.list {
				return f.show(cmd.OutOrStdout())
			}
			return f.restore(cmd.Context(), cmd.OutOrStdout())
		},
	}
	f.target.register(c)
	flags := c.Flags()
	flags.StringVar(&f.bucket, "bucket", "", "only this `BUCKET`")
	flags.BoolVar(&f.list, "list", false, "list the journals, and what each stands for; send nothing")
	flags.BoolVar(&f.dryRun, "dry-run", false, "say what would be done; send nothing")
	flags.BoolVar(&f.unlock, "unlock", false, "take over what a run on a lost machine left: its lock, and its lease and journal in the --bucket")
	c.MarkFlagsMutuallyExclusive("list", "dry-run")
	c.MarkFlagsMutuallyExclusive("list", "unlock")
	return c
}

// show is restore --list.
func (f *restoreFlags) show(out io.Writer) error {
	journals, err := endpoint.Journals(f.target.config.JournalDir)
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	for _, j := range journals {
		if f.bucket == "" || f.bucket == j.Bucket {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", j.Bucket, j.Endpoint, j.State(), j.Holds(), j.Run, j.Saved.Local().Format(time.DateTime), j.Path())
		}
	}
	if err := errors.Join(err, w.Flush()); err != nil {
		return exit{exitNoJudgement, err}
	}
	return nil
}

func (f *restoreFlags) restore(ctx context.Context, out io.Writer) error {
	done, err := endpoint.Restore(ctx, endpoint.RestoreOptions{
		Dir: f.target.config.JournalDir, Bucket: f.bucket, Endpoint: f.target.config.URL, Region: f.target.config.Region,
		Unlock: f.unlock, DryRun: f.dryRun, Open: func(j endpoint.Journal) (*endpoint.Endpoint, error) { return f.open(ctx, j) },
	})
	for _, d := range done {
		fmt.Fprintf(out, "%s at %s: %s\n", d.Bucket, d.Endpoint, d.Done)
	}
	switch {
	case err != nil:
		return exit{exitNoJudgement, err}
	case len(done) == 0 && f.unlock && (f.bucket == "" || f.target.config.URL == ""):
		return usage(errors.New("no journal names a bucket; --unlock without one needs --bucket NAME and --endpoint URL"))
	case len(done) == 0:
		fmt.Fprintln(out, "nothing to put back")
	}
	return nil
}

// open opens the endpoint that a journal names, as the flags say how it is reached.
func (f *restoreFlags) open(ctx context.Context, j endpoint.Journal) (*endpoint.Endpoint, error) {
	config, err := f.target.transport()
	if err != nil {
		return nil, exit{exitUsage, err}
	}
	config.URL, config.Region, config.RunID, config.UserAgent = j.Endpoint, j.Region, runner.NewID(), "corsprobe/"+version()
	if config.Addressing == "auto" && j.Addressing != "" {
		config.Addressing = j.Addressing
	}
	return endpoint.Open(ctx, config)
}

// unwarned are the commands that do not warn: the one that puts right, those that shells and packagers run, and none.
var unwarned = []string{"corsprobe", "restore", "completion", "bash", "zsh", "fish", "powershell", "man", "help", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd}

// warnWaiting says in one line that a journal waits, before any command does its work: the user may not know that a run was killed.
func warnWaiting(cmd *cobra.Command) {
	if slices.Contains(unwarned, cmd.Name()) {
		return
	}
	waiting, err := endpoint.Waiting("")
	var names []string
	for _, j := range waiting {
		names = append(names, j.Bucket+" at "+j.Endpoint)
	}
	switch {
	case len(waiting) > 0:
		fmt.Fprintf(cmd.ErrOrStderr(), "corsprobe: a run was killed before it put right what it changed: %s; corsprobe restore does it, and --list shows the journals\n", strings.Join(names, ", "))
	case err != nil:
		fmt.Fprintln(cmd.ErrOrStderr(), "corsprobe: a journal cannot be read; corsprobe restore --list says why")
	}
}
