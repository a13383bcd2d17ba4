package reports

import (
	"fmt"
	"slices"
	"strings"

	"corsprobe/runner/result"
)

// levels are the promises that a run can show, each with the classes of finding that break it.
var levels = []struct {
	name, meaning string
	broken        []result.Class
}{
	{"readable", "what the configuration permits works in browsers", []result.Class{result.Breakage, result.Cache}},
	{"safe", "nothing that the configuration forbids is possible", []result.Class{result.Exposure}},
	{"exact", "every answer is what S3 owes", result.Classes},
}

// Levels says for each level whether the endpoint is at it. Known deviations and flaky cells count against a level, for it speaks of the
// endpoint and not of what was agreed to. A finding of a class that is not known counts against all.
func Levels(r result.Report) []result.Level {
	open := strings.Join(openPoints(r), "; ")
	cells := pick(r.Cells, func(result.Verdict) bool { return true })
	all := make([]result.Level, len(levels))
	for i, l := range levels {
		all[i] = result.Level{Name: l.name, Meaning: l.meaning, State: result.Reached}
		all[i].Against = against(cells, func(c result.Class) bool { return slices.Contains(l.broken, c) || rank(c) == len(result.Classes) })
		switch {
		case len(all[i].Against) > 0:
			all[i].State = result.Missed
		case open != "":
			all[i].State, all[i].Reason = result.Undecided, open
		}
	}
	return all
}

func against(cells []*result.Cell, breaks func(result.Class) bool) []result.Against {
	var all []result.Against
	for _, c := range causesOf(cells, func(f result.Finding) bool { return breaks(f.Class) }, byCheck) {
		all = append(all, result.Against{Check: c.check, Class: c.class, Cells: c.cells, First: c.first.ID})
	}
	return all
}

// openPoints says what a run left open, so that nothing found is no proof.
func openPoints(r result.Report) []string {
	var open []string
	if why := r.Run.Incomplete; why != "" {
		open = append(open, "the run is incomplete: "+brief(why, valueLimit))
	}
	if s := r.Run.Shard; s != nil {
		open = append(open, "only part "+partOf(*s)+" was asked")
	}
	if why := nothingJudged(r.Cells); why != "" {
		open = append(open, why)
	}
	if n := len(pick(r.Cells, isError)); n > 0 {
		open = append(open, plural(n, "cell")+" could not be judged")
	}
	withoutFindings := slices.DeleteFunc(pick(r.Cells, isWrong), func(c *result.Cell) bool { return isError(c.Verdict) || len(c.Findings) > 0 })
	if len(withoutFindings) > 0 {
		open = append(open, plural(len(withoutFindings), "cell")+" failed, or answered in two ways, without a finding")
	}
	return open
}

// partOf renders "2 of 4".
func partOf(s result.Shard) string { return fmt.Sprintf("%d of %d", s.Index, s.Total) }

// levelWhy says what a level means where it is reached, and what stands in its way where it is not.
func levelWhy(l result.Level) string {
	switch {
	case l.State == result.Undecided:
		return l.Reason
	case len(l.Against) == 0:
		return l.Meaning
	}
	worst := l.Against[0]
	why := heading(result.Finding{Class: worst.Class, Check: worst.Check}) + " in " + plural(worst.Cells, "cell")
	if more := len(l.Against) - 1; more > 0 {
		why += ", and " + plural(more, "more check")
	}
	return why
}
