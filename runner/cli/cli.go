// Package cli is the command line: a file a command, and [Main], which runs one. It reads flags, environment and files, refuses what can be
// refused before the first request, and turns results into reports and exit codes. It does not judge.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"runtime/debug"
	"syscall"

	"corsprobe/reports"
	"corsprobe/runner"

	"github.com/spf13/cobra"
)

// Exit codes, the same for every command.
const (
	exitFindings    = 1   // findings, flaky cells, stale known deviations
	exitUsage       = 2   // bad input: usage, scenario files, nothing selected
	exitNoJudgement = 3   // endpoint, credentials, set-up, any cell in error
	exitInterrupted = 130 // as shells report SIGINT
)

// exit is an error with the code that the process ends with. A message is printed unless it is empty.
type exit struct {
	code int
	err  error
}

func (e exit) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e exit) Unwrap() error { return e.err }

// usage is bad input, or nil.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return exit{exitUsage, err}
}

// mostGarbage is how much memory the process has before it collects garbage more often, and until then a quarter as often as is usual: a run of a
// hundred thousand cells stays under a gigabyte. GOMEMLIMIT in the environment wins.
const mostGarbage = 700 << 20

// Main runs the command line and returns the exit code.
func Main(args []string, stdout, stderr io.Writer) int {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(mostGarbage)
		debug.SetGCPercent(400)
	}
	log.SetOutput(io.Discard) // net/http logs there what a server sends unasked; errors tell what matters
	ctx, stop := listen(stderr)
	defer stop()
	root := rootCommand()
	root.SetArgs(withVersion(withHelp(args)))
	out := &output{Writer: stdout}
	root.SetOut(out)
	root.SetErr(stderr)
	code, text := outcome(ctx, out.lostOr(root.ExecuteContext(ctx)))
	if text != "" {
		fmt.Fprintln(stderr, "corsprobe: "+reports.Harmless(text))
	}
	return code
}

// outcome is the exit code of an error, and what there is to say of it.
func outcome(ctx context.Context, err error) (code int, text string) {
	var e exit
	switch {
	case err == nil:
		return 0, ""
	case errors.Is(err, syscall.EPIPE) && !errors.As(err, &e): // corsprobe list | head
		return exitNoJudgement, ""
	case errors.Is(err, context.Canceled) && ctx.Err() != nil && len(runner.LeftoversIn(err)) == 0:
		return exitInterrupted, context.Cause(ctx).Error()
	case errors.As(err, &e):
		return e.code, err.Error()
	default: // cobra's own errors: unknown commands and flags
		return exitUsage, unknownCommand(err.Error())
	}
}

// alone is what corsprobe does without a command. The flag is not cobra's own, whose answer only a text/template can change: with one that
// calls methods by name, the linker keeps every method of every type, and the program is a quarter larger.
func alone(root *cobra.Command, _ []string) error {
	if asked, _ := root.Flags().GetBool("version"); !asked {
		return root.Help()
	}
	_, err := fmt.Fprintln(root.OutOrStdout(), root.Name(), version())
	return err
}

// withVersion leaves out what follows a question for the version, which is answered whatever that is.
func withVersion(args []string) []string {
	if len(args) > 0 && (args[0] == "--version" || args[0] == "-v") {
		return args[:1]
	}
	return args
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "corsprobe",
		Short:         "Does an S3 endpoint honour its buckets' CORS configurations?",
		Long:          "corsprobe applies CORS configurations to real buckets, sends preflights and actual requests, and judges every answer by S3's contract\nand by what a browser makes of it. Without an endpoint it tries itself on an S3 server of its own.",
		SilenceErrors: true,
		SilenceUsage:  true,

		PersistentPreRun: func(cmd *cobra.Command, _ []string) { warnWaiting(cmd) },
		RunE:             alone,
	}
	root.Flags().BoolP("version", "v", false, "version for corsprobe")
	root.SetGlobalNormalizationFunc(byAlias)
	root.SetFlagErrorFunc(suggestFlag)
	root.SetHelpCommand(helpCommand())
	setHelp(root)
	root.DisableSuggestions = true // cobra's own take four lines, see unknownCommand
	root.AddCommand(runCommand(), mergeCommand(), fuzzCommand(), probeCommand(), recordCommand(), reproduceCommand(), compareCommand(), diagnoseCommand(), validateCommand(), explainCommand(), lintCommand(), initCommand(), listCommand(), serveCommand(), schemaCommand(), sweepCommand(), restoreCommand(), versionCommand(), manCommand())
	complete(root)
	return root
}
