package reports

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"corsprobe/runner/english"
	"corsprobe/runner/result"
)

// mostReasons is how many reasons are told unless asked for all.
const mostReasons = 5

// unsupported counts what this endpoint could not be asked, by reason.
func (t *textWriter) unsupported(cells []*result.Cell) {
	if len(cells) == 0 {
		return
	}
	reasons := groupBy(cells, reasonOf)
	if len(reasons) > mostReasons && !t.opts.Verbose {
		t.fold("why %s are unsupported", plural(len(cells), "cell"))
		return
	}
	t.section(bold, "Unsupported: "+plural(len(cells), "cell"))
	for _, g := range reasons {
		t.counted(g)
	}
}

// fold leaves something out that is only told when asked for.
func (t *textWriter) fold(format string, args ...any) {
	t.more = append(t.more, fmt.Sprintf(format, args...))
}

// folded says what was left out so far.
func (t *textWriter) folded() {
	if len(t.more) == 0 {
		return
	}
	t.blank()
	t.wrapped(0, "--verbose also tells: "+strings.Join(t.more, "; ")+".")
	t.more = nil
}

// counted writes "12 cells: the reason", and which when asked.
func (t *textWriter) counted(g group) {
	t.wrapped(2, plural(len(g.cells), "cell")+": "+brief(g.key, evidenceLimit))
	if t.opts.Verbose {
		t.list(g.cells)
	}
}

// stale lists the known deviations that are to be removed or corrected.
func (t *textWriter) stale(entries []result.StaleDeviation) {
	if len(entries) == 0 {
		return
	}
	t.section(alarm, fmt.Sprintf("Stale known deviations: %d to remove or correct", len(entries)))
	for _, d := range entries {
		t.line(2, fmt.Sprintf("%s: %s of %s: %s", t.paint(bold, visible(d.Where)), visible(d.Check), visible(d.Cells), visible(d.Problem)))
	}
}

// observations shows the endpoint's choices: as a table, or, where that is wider than the terminal, point by point.
func (t *textWriter) observations(all []result.Observation) {
	if len(all) == 0 {
		return
	}
	if len(all) > few && !t.opts.Verbose {
		t.fold("what this endpoint does in %d cases where S3's behaviour is open", len(all))
		return
	}
	t.section(bold, "Observed: where S3's behaviour is open, this endpoint …")
	rows := make([][]string, len(all))
	for i, o := range all {
		rows[i] = []string{brief(o.Point, valueLimit), brief(o.Choice, valueLimit), plural(o.Cells, "cell"), factNumbers(o.Facts)}
	}
	lines := aligned(rows)
	if slices.ContainsFunc(lines, func(l string) bool { return utf8.RuneCountInString(l)+2 > t.width }) {
		lines = nil
	}
	for _, l := range lines {
		t.line(2, l)
	}
	for _, r := range rows[len(lines):] {
		t.wrapped(2, r[0])
		t.wrapped(4, "→ "+strings.TrimSuffix(r[1]+" ("+r[2]+", "+r[3], ", ")+")")
	}
}

// table writes rows in columns.
func (t *textWriter) table(indent int, rows [][]string) {
	for _, l := range aligned(rows) {
		t.line(indent, l)
	}
}

// aligned makes lines of rows, each column as wide as its widest value.
func aligned(rows [][]string) []string {
	widths := map[int]int{}
	for _, r := range rows {
		for i, v := range r {
			widths[i] = max(widths[i], utf8.RuneCountInString(v))
		}
	}
	lines := make([]string, len(rows))
	for i, r := range rows {
		for k, v := range r {
			lines[i] += v + strings.Repeat(" ", widths[k]-utf8.RuneCountInString(v)+2)
		}
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return lines
}

// summary counts.
func (t *textWriter) summary(r result.Report) {
	t.section(bold, "Summary")
	rows := []row{{label: "cells", value: t.cellCounts(r.Summary)}}
	if c := r.Summary.Checks; c != nil {
		rows = append(rows, row{label: "checks", value: t.checkCounts(*c)})
	}
	if found := t.findingCounts(r.Summary); found != "" {
		rows = append(rows, row{label: "findings", value: found})
	}
	if c := r.Summary.Chromium; c != nil {
		rows = append(rows, row{label: "chromium", value: fmt.Sprintf("%d sent by a page: %d agree with the model, %d readable; %d not sent", c.Sent, c.Agreed, c.Resolved, c.NotSent)})
	}
	for i := range rows {
		rows[i].verbatim = true // colours would count as characters
	}
	rows = append(rows, levelRows(r)...)
	if traffic := requests(r.Summary); traffic != "" {
		rows = append(rows, row{label: "requests", value: traffic})
	}
	rows = append(rows, row{label: "duration", value: took(r.Run.Duration)})
	t.rows(2, rows)
}

func levelRows(r result.Report) []row {
	rows := []row{}
	known := ""
	if asKnown(r) {
		known = ", as is known"
	}
	for _, l := range Levels(r) {
		state := string(l.State)
		if len(l.Against) > 0 {
			state += known
		}
		rows = append(rows, row{value: l.Name + " " + state + ": " + levelWhy(l)})
	}
	rows[0].label = "levels"
	return rows
}

func (t *textWriter) cellCounts(s result.Summary) string {
	var parts []string
	for _, p := range []struct {
		n     int
		word  string
		style style
	}{
		{s.Passed, "passed", green}, {s.Failed, "failed", red}, {s.Flaky, "flaky", red}, {s.Errors, plural(s.Errors, "error"), red},
		{s.Known, "known", yellow}, {s.Unsupported, "unsupported", faint},
	} {
		if p.n == 0 {
			continue
		}
		word := strings.TrimPrefix(p.word, strconv.Itoa(p.n)+" ")
		parts = append(parts, t.paint(p.style, fmt.Sprintf("%d %s", p.n, word)))
	}
	if len(parts) == 0 {
		return strconv.Itoa(s.Cells)
	}
	return fmt.Sprintf("%d: %s", s.Cells, strings.Join(parts, ", "))
}

// checkCounts counts what was compared: a cell in which one header differs is right in all else.
func (t *textWriter) checkCounts(c result.ChecksSummary) string {
	parts := []string{t.paint(green, fmt.Sprintf("%d as S3 owes them", c.Owed()))}
	if c.Otherwise > 0 {
		parts = append(parts, t.paint(red, fmt.Sprintf("%d otherwise", c.Otherwise)))
	}
	if c.Known > 0 {
		parts = append(parts, t.paint(yellow, fmt.Sprintf("%d known", c.Known)))
	}
	return fmt.Sprintf("%d: %s", c.Made, strings.Join(parts, ", "))
}

// findingCounts lists classes, worst first.
func (t *textWriter) findingCounts(s result.Summary) string {
	total, parts := 0, []string(nil)
	for _, class := range result.Classes {
		if n := s.Findings[class]; n > 0 {
			total += n
			parts = append(parts, t.paint(classStyles[class], fmt.Sprintf("%d %s", n, class)))
		}
	}
	if total == 0 {
		return ""
	}
	return fmt.Sprintf("%d: %s", total, strings.Join(parts, ", "))
}

// verdict says in words what a run came to; the worst first, everything else that speaks against it after.
func verdict(r result.Report) (style, string) {
	s := r.Summary
	var against []string
	word := ""
	hold := func(holds bool, name, why string) {
		if !holds {
			return
		}
		if word == "" {
			word = name
		}
		against = append(against, why)
	}
	hold(len(r.CleanUp) > 0, "Not cleaned up", leftCounts(r.CleanUp))
	hold(r.Run.Incomplete != "", "Incomplete", brief(r.Run.Incomplete, valueLimit))
	if b := r.Baseline; b != nil {
		hold(len(b.Worse) > 0, "Worse than the baseline", plural(len(b.Worse), "cell")+" got worse")
	} else {
		hold(s.Failed > 0, "Does not conform", plural(s.Failed, "cell")+" failed")
		hold(s.Flaky > 0, "Flaky", plural(s.Flaky, "cell")+" answered in two ways")
	}
	unjudged := max(s.Errors, len(pick(r.Cells, isError)))
	hold(unjudged > 0, "No judgement", plural(unjudged, "cell")+" could not be judged")
	hold(nothingJudged(r.Cells) != "" && !r.EmptyShard(), "No judgement", nothingJudged(r.Cells))
	hold(len(r.Stale) > 0, "Stale known deviations", plural(len(r.Stale), "known deviation")+" to remove or correct")
	if word != "" {
		return alarm, word + ": " + strings.Join(against, "; ") + "."
	}
	switch {
	case r.EmptyShard():
		return bold, fmt.Sprintf("Nothing to judge: no cell fell to shard %d of %d; the other shards hold them all.", r.Run.Shard.Index, r.Run.Shard.Total)
	case r.Baseline != nil && s.Failed+s.Flaky > 0:
		return yellow, "No worse than the baseline: " + conforming(s) + "."
	}
	if s.Known > 0 {
		return green, "Conforms, known deviations aside: " + conforming(s) + "."
	}
	return green, "Conforms: " + conforming(s) + "."
}

// asKnown reports that a run found nothing but known deviations, and some of them: what it says is no alarm, and not all is well either.
func asKnown(r result.Report) bool {
	colour, _ := verdict(r)
	return colour == green && r.Summary.Known > 0
}

func conforming(s result.Summary) string {
	parts := []string{plural(s.Passed, "cell") + " passed"}
	if n := s.Failed + s.Flaky; n > 0 {
		parts = append(parts, plural(n, "cell")+" as bad as before")
	}
	if s.Known > 0 {
		parts = append(parts, english.CountOf(s.Known, "cell differs", "cells differ")+" as is known")
	}
	if s.Unsupported > 0 {
		parts = append(parts, plural(s.Unsupported, "cell")+" unsupported")
	}
	return strings.Join(parts, ", ")
}

// requests counts what the run sent; empty where the report does not say.
func requests(s result.Summary) string {
	if s.Requests == 0 {
		return ""
	}
	text := fmt.Sprintf("%d, %d of them for set-up, settling and clean-up", s.Requests, s.Requests-s.CellRequests)
	if s.SlowDowns > 0 {
		text += fmt.Sprintf("; %d were only asked to slow down", s.SlowDowns)
	}
	return text
}
