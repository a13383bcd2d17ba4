package cli

import (
	"errors"
	"fmt"
	"io"

	"corsprobe/reports"
	"corsprobe/runner/result"

	"github.com/spf13/cobra"
)

// diagnoseFlags say how a diagnosis is shown.
type diagnoseFlags struct {
	outcome outcomeFlags
}

func diagnoseCommand() *cobra.Command {
	var f diagnoseFlags
	c := &cobra.Command{
		Use:   "diagnose REPORT.json",
		Short: "Say by what an endpoint departs from S3: the causes that explain a report's failed cells",
		Long: `Looks for the smallest set of deviations from S3 that explains every answer in a JSON report, those that passed included, and shows the
failed cells by their causes. No endpoint is asked. What corsprobe run found at the time is put aside, and known deviations are explained too.

Exit code: 0 whatever was found; 2 where the report cannot be read, or holds no answers.`,
		Example: `  corsprobe run --report json=report.json; corsprobe diagnose report.json`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.diagnose(args[0], cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f.outcome.registerReports(c)
	return c
}

func (f *diagnoseFlags) diagnose(path string, stdout, stderr io.Writer) error {
	report, err := readReport(path)
	if err := errors.Join(f.outcome.check(), err); err != nil {
		return exit{exitUsage, err}
	}
	if len(report.Scenarios) == 0 && len(report.Cells) > 0 {
		return exit{exitUsage, fmt.Errorf("%s: the report holds no configurations; it was written by a release that kept none", path)}
	}
	unknow(&report)
	diagnosed(&report)
	human := f.outcome.human(stdout, stderr)
	told := reports.WriteDiagnosis(human, report, f.outcome.look.text(human))
	if err := errors.Join(told, f.outcome.write(report, stdout)); err != nil {
		return exit{exitNoJudgement, err}
	}
	return nil
}

// unknow takes cells with known deviations for what they are without them.
func unknow(report *result.Report) {
	for i := range report.Cells {
		if c := &report.Cells[i]; c.Verdict == result.Known {
			c.Verdict, c.Reason = result.Failed, ""
			report.Summary.Known--
			report.Summary.Failed++
		}
	}
}
