package cli

import (
	"fmt"
	"io"
	"os"
	"slices"

	"corsprobe/runner"
	"corsprobe/runner/diagnose"
	"corsprobe/runner/file"
	"corsprobe/runner/result"
	"corsprobe/scenarios"
)

// checkFiles refuses to write known deviations over a file that is there: its reasons were written by hand.
func (f *runFlags) checkFiles() error {
	if f.writeKnown == "" {
		return nil
	}
	if _, err := os.Lstat(f.writeKnown); err == nil {
		return fmt.Errorf("--write-known %s: the file is there already; name a new one", f.writeKnown)
	}
	return nil
}

// recordKnown writes what was found as known deviations.
func (f *runFlags) recordKnown(report result.Report, found diagnose.Diagnosis, chosen chosen, stderr io.Writer) error {
	switch {
	case f.writeKnown == "":
		return nil
	case report.Run.Incomplete != "":
		fmt.Fprintf(stderr, "corsprobe: %s is not written: the run is incomplete\n", f.writeKnown)
		return nil
	}
	entries := foundKnown(report, found, chosen.unasked())
	if err := file.Create(f.writeKnown, func(w io.Writer) error { return scenarios.WriteDeviations(w, entries) }); err != nil {
		return fmt.Errorf("--write-known %s: %w", f.writeKnown, err)
	}
	words := fmt.Sprintf("corsprobe: %s holds %d known deviations", f.writeKnown, len(entries))
	if len(entries) > 0 {
		words += "; fill in each reason, and give it to --known"
	}
	if n := report.Summary.Flaky + report.Summary.Errors; n > 0 {
		words += fmt.Sprintf("; of %d cells that were flaky or in error nothing is known", n)
	}
	fmt.Fprintln(stderr, words)
	return nil
}

// foundKnown are a report's causes as known deviations, and globs of cells for what no cause explains. The reasons are for a person to give.
func foundKnown(report result.Report, d diagnose.Diagnosis, others []string) []scenarios.Deviation {
	var entries []scenarios.Deviation
	for _, one := range d.Dialect {
		entries = append(entries, scenarios.DeviationEntry(one))
	}
	open := map[string]bool{}
	for _, id := range d.Unexplained {
		open[id] = true
	}
	rest := slices.Clone(report.Cells)
	for i := range rest {
		if !open[rest[i].ID] && rest[i].Verdict == result.Failed {
			rest[i].Verdict, rest[i].Findings = result.Known, nil
		}
	}
	return append(entries, runner.Found(rest, others)...)
}
