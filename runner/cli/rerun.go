package cli

import (
	"fmt"
	"io"
	"strings"

	"corsprobe/runner/result"
)

// repeat ends a run that has nothing to ask again: its result is the one that --rerun-failed's report has, which need not be a good one.
func (f *runFlags) repeat(c chosen, stdout, stderr io.Writer) error {
	fmt.Fprintf(f.outcome.human(stdout, stderr), "%s has no failed cell: nothing is asked again. It says:\n\n", f.rerun)
	diagnosed(c.unchanged)
	return f.outcome.conclude(*c.unchanged, c.unasked, stdout, stderr)
}

// onlyFailed leaves the cells that --rerun-failed's report says were not judged to conform. Where there are none, that report is the result.
func (f *runFlags) onlyFailed(c *chosen) error {
	if f.rerun == "" {
		return nil
	}
	report, err := readReport(f.rerun)
	if err != nil {
		return fmt.Errorf("--rerun-failed %w", err)
	}
	failed := map[string]bool{}
	for _, cell := range report.Cells {
		switch cell.Verdict {
		case result.Passed, result.Known, result.Unsupported:
		default:
			failed[cell.ID] = true
		}
	}
	if len(failed) == 0 {
		c.unchanged = &report
		return nil
	}
	there := map[string]bool{}
	for _, id := range c.plan.IDs() {
		there[id] = failed[id]
	}
	var missing []string
	for _, cell := range report.Cells {
		if _, found := there[cell.ID]; failed[cell.ID] && !found {
			missing = append(missing, cell.ID)
		}
	}
	if len(missing) == len(failed) {
		return fmt.Errorf("--rerun-failed %s: the plan has none of its %d failed cells; name the scenario files of that run again: %s", f.rerun, len(missing), some(missing))
	}
	if len(missing) > 0 {
		c.notes = append(c.notes, fmt.Sprintf("%d of the %d failed cells of %s are not in the plan: %s", len(missing), len(failed), f.rerun, some(missing)))
	}
	c.plan = c.plan.Filter(func(id string) bool { return there[id] })
	return nil
}

// some names the first few of many.
func some(ids []string) string {
	const few = 3
	if len(ids) <= few {
		return strings.Join(ids, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(ids[:few], ", "), len(ids)-few)
}
