package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"corsprobe/reports"
	"corsprobe/runner/file"
	"corsprobe/runner/result"
	"corsprobe/scenarios"

	"github.com/spf13/cobra"
)

// diagnoseFlags say how a diagnosis is shown.
type diagnoseFlags struct {
	outcome    outcomeFlags
	writeKnown string
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
	c.Flags().StringVar(&f.writeKnown, "write-known", "", "write the causes, and what they do not explain, to a new `FILE` of known deviations")
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
	found := diagnosed(&report)
	human := f.outcome.human(stdout, stderr)
	written := reports.WriteDiagnosis(human, report, f.outcome.look.text(human))
	if err := errors.Join(written, f.outcome.write(report, stdout)); err != nil {
		return exit{exitNoJudgement, err}
	}
	if f.writeKnown == "" {
		return nil
	}
	entries := foundKnown(report, found, nil)
	if err := file.Create(f.writeKnown, func(w io.Writer) error { return scenarios.WriteDeviations(w, entries) }); err != nil {
		return exit{exitNoJudgement, fmt.Errorf("--write-known %s: %w", f.writeKnown, err)}
	}
	return nil
}

// unknow takes cells with known deviations for what they are without them.
func unknow(report *result.Report) {
	if report.Summary.Checks != nil {
		checks := *report.Summary.Checks
		checks.Known, checks.Otherwise = 0, checks.Known+checks.Otherwise
		report.Summary.Checks = &checks
	}
	for i := range report.Cells {
		if c := &report.Cells[i]; c.Verdict == result.Known {
			c.Verdict, c.Reason = result.Failed, ""
			c.Findings = slices.Clone(c.Findings)
			for j := range c.Findings {
				c.Findings[j].Known = nil
			}
			report.Summary.Known--
			report.Summary.Failed++
		}
	}
}
