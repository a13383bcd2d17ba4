package reports

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/runner/sarif"
)

// sarifLevels weigh a class for code scanning.
var sarifLevels = map[result.Class]sarif.Level{result.Exposure: sarif.Error, result.Breakage: sarif.Error, result.Cache: sarif.Warning, result.Contract: sarif.Note}

// staleRule is the rule of known deviations that the run contradicts.
const staleRule = "stale-known-deviation"

// writeSARIF writes SARIF 2.1.0 for code scanning: a rule for each cause, and for each check of what no cause explains; a result for each
// scenario that shows it, where the scenario stands in a file of the user's. What is known is no result.
func writeSARIF(w io.Writer, r result.Report) error {
	tool, version, _ := strings.Cut(visible(r.Run.Tool), " ")
	run := sarif.Run{Tool: sarif.Tool{Driver: sarif.Driver{Name: orElse(tool, "corsprobe"), Version: version}}, Invocations: []sarif.Invocation{invocation(r)}}
	for _, c := range namedCauses(r) {
		sarifCause(&run, r, c)
	}
	sarifOpen(&run, r)
	for _, d := range r.Stale {
		sarifStale(&run, d)
	}
	return encodeJSON(w, sarif.NewLog(run), "  ")
}

func orElse(word, other string) string {
	if word == "" {
		return other
	}
	return word
}

// invocation says whether the run can be trusted: one that came to no judgement, or left something, was no success.
func invocation(r result.Report) sarif.Invocation {
	v := sarif.Invocation{Successful: true}
	if !r.Run.Started.IsZero() {
		v.Started = r.Run.Started.UTC().Format(time.RFC3339)
	}
	notify := func(text string) {
		v.Successful = false
		v.Notifications = append(v.Notifications, sarif.Notification{Level: sarif.Error, Message: sarif.Text{Text: inert(text)}})
	}
	for _, p := range runProblems(r) {
		if !p.stale {
			notify(p.message)
		}
	}
	for _, g := range groupBy(pick(r.Cells, isError), messageOf) {
		notify(plural(len(g.cells), "cell") + " without a judgement: " + g.key)
	}
	return v
}

// sarifCause adds a cause with the scenarios that show it.
func sarifCause(run *sarif.Run, r result.Report, n named) {
	shown := map[string]bool{}
	for _, id := range n.Cells {
		shown[id] = true
	}
	cells := slices.DeleteFunc(pick(r.Cells, isFailed), func(c *result.Cell) bool { return !shown[c.ID] })
	id := brief(n.Deviation, valueLimit)
	rule := run.Tool.Driver.Rule(id, func() sarif.Rule {
		return sarifRule(id, n.Summary, n.Class, n.Facts, "corsprobe explain "+id+" says more. As a known deviation it is written "+written(n.Cause)+".")
	})
	for _, g := range groupBy(cells, scenarioPlace) {
		var example *result.Cell
		for _, c := range g.cells {
			if findingOf(n.Cause, c) != nil {
				example = c
				break
			}
		}
		text := strings.TrimSuffix(brief(n.Summary, valueLimit), ".") + ", in " + plural(len(g.cells), "cell") + " of " + visible(g.cells[0].Scenario)
		if example != nil {
			text += ". " + mismatch(example, *findingOf(n.Cause, example))
		}
		run.Results = append(run.Results, sarifResult(id, rule, n.Class, text, g.cells))
	}
}

// sarifOpen adds what no cause explains, by check.
func sarifOpen(run *sarif.Run, r result.Report) {
	for _, g := range groupBy(openCells(r), scenarioPlace) {
		for _, c := range causesOf(g.cells, func(f result.Finding) bool { return f.Known == nil }, byCheck) {
			id := brief(c.check, valueLimit)
			rule := run.Tool.Driver.Rule(id, func() sarif.Rule {
				return sarifRule(id, "An answer differs from S3's in "+c.check+".", c.class, c.finding.Facts, "corsprobe explain "+id+" says what S3 owes.")
			})
			cells := slices.DeleteFunc(slices.Clone(g.cells), func(of *result.Cell) bool {
				return !slices.ContainsFunc(of.Findings, func(f result.Finding) bool { return f.Known == nil && f.Check == c.check && f.Class == c.class })
			})
			text := id + " differs in " + plural(c.cells, "cell") + " of " + visible(c.first.Scenario) + ". " + mismatch(c.first, c.finding)
			run.Results = append(run.Results, sarifResult(id, rule, c.class, text, cells))
		}
		withoutFindings := slices.DeleteFunc(slices.Clone(g.cells), func(c *result.Cell) bool { return len(c.Findings) > 0 })
		if len(withoutFindings) > 0 {
			rule := run.Tool.Driver.Rule("failed", func() sarif.Rule {
				return sarifRule("failed", "A cell failed, or answered in two ways, without a finding.", result.Breakage, nil, "The JSON report has its exchanges.")
			})
			run.Results = append(run.Results, sarifResult("failed", rule, result.Breakage, plural(len(withoutFindings), "cell")+" of "+visible(withoutFindings[0].Scenario)+": "+messageOf(withoutFindings[0]), withoutFindings))
		}
	}
}

// mismatch says of a cell what was expected and what came.
func mismatch(c *result.Cell, f result.Finding) string {
	return fmt.Sprintf("E.g. %s: expected %s, got %s", brief(c.Title, valueLimit), brief(f.Expected, valueLimit), brief(f.Got, valueLimit))
}

func sarifRule(id, short string, class result.Class, facts []int, help string) sarif.Rule {
	rule := sarif.Rule{
		ID: id, Short: sarif.Text{Text: inert(brief(short, valueLimit))}, Help: &sarif.Text{Text: inert(brief(help, evidenceLimit))},
		Default: &sarif.Default{Level: sarifLevel(class)}, Properties: &sarif.Tags{Tags: []string{"cors", visible(string(class))}},
	}
	var sentences []string
	for _, id := range facts {
		if f, ok := s3cors.FactByID(id); ok {
			sentences = append(sentences, fmt.Sprintf("S3: %s (fact %d, %s: %s)", f.Statement, id, f.Strength, f.Source))
		}
	}
	if len(sentences) > 0 {
		rule.Full = &sarif.Text{Text: strings.Join(sentences, " ")}
	}
	return rule
}

func sarifLevel(class result.Class) sarif.Level {
	if l, ok := sarifLevels[class]; ok {
		return l
	}
	return sarif.Error // a class that is not known is never less
}

// sarifResult is what some cells of one scenario show.
func sarifResult(id string, rule int, class result.Class, text string, cells []*result.Cell) sarif.Result {
	c := cells[0]
	l := sarif.Location{}
	if file, line := ownFile(c); file != "" {
		l = sarif.InFile(file, line, 0)
	}
	for _, of := range cells[:min(len(cells), listed)] {
		if named := (sarif.Logical{Name: visible(of.ID), Kind: "member"}); !slices.Contains(l.Logical, named) {
			l.Logical = append(l.Logical, named)
		}
	}
	return sarif.Result{
		RuleID: id, RuleIndex: rule, Level: sarifLevel(class), Message: sarif.Text{Text: inert(text)}, Locations: []sarif.Location{l},
		Fingerprints: map[string]string{"corsprobe/v1": anchor(id + "\x00" + c.Scenario)[2:]}, Occurrences: len(cells),
	}
}

// sarifStale adds a known deviation that the run contradicts, where it stands.
func sarifStale(run *sarif.Run, d result.StaleDeviation) {
	rule := run.Tool.Driver.Rule(staleRule, func() sarif.Rule {
		return sarifRule(staleRule, "A known deviation no longer occurs, or concerns nothing.", result.Breakage, nil, "Remove it, or correct it.")
	})
	file, line := splitPlace(d.Where)
	text := fmt.Sprintf("The known deviation %s of %s %s", visible(d.Check), visible(d.Cells), visible(d.Problem))
	run.Results = append(run.Results, sarif.Result{
		RuleID: staleRule, RuleIndex: rule, Level: sarif.Error, Message: sarif.Text{Text: inert(text)}, Locations: []sarif.Location{sarif.InFile(visible(file), line, 0)},
		Fingerprints: map[string]string{"corsprobe/v1": anchor(staleRule + "\x00" + d.Cells + "\x00" + d.Check)[2:]},
	})
}
