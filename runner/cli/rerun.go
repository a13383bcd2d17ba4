package cli

import (
	"fmt"
	"strings"

	"corsprobe/runner/result"
)

// onlyFailed leaves the cells that --rerun-failed's report says were not judged to conform.
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
		return fmt.Errorf("--rerun-failed %s: nothing failed there, so there is nothing to ask again", f.rerun)
	}
	there := map[string]bool{}
	for _, id := range c.plan.IDs() {
		there[id] = failed[id]
	}
	var gone []string
	for _, cell := range report.Cells {
		if _, found := there[cell.ID]; failed[cell.ID] && !found {
			gone = append(gone, cell.ID)
		}
	}
	if len(gone) == len(failed) {
		return fmt.Errorf("--rerun-failed %s: the plan has none of its %d failed cells; name the scenario files of that run again: %s", f.rerun, len(gone), some(gone))
	}
	if len(gone) > 0 {
		c.notes = append(c.notes, fmt.Sprintf("%d of the %d failed cells of %s are not in the plan: %s", len(gone), len(failed), f.rerun, some(gone)))
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
