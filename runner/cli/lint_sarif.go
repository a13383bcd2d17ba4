package cli

import (
	"io"

	"corsprobe/runner/corsfile"
	"corsprobe/runner/lint"
	"corsprobe/runner/sarif"
)

// lintSARIF writes the findings for code scanning, with those rules that have some.
func lintSARIF(w io.Writer, all []linted) {
	run := sarif.Run{Tool: sarif.Tool{Driver: sarif.Driver{Name: "corsprobe", Version: version()}}}
	for _, l := range all {
		for _, f := range l.findings() {
			rule := run.Tool.Driver.Rule(f.Code, func() sarif.Rule { return lintRule(f.Code) })
			found := sarif.Result{RuleID: f.Code, RuleIndex: rule, Level: sarif.Level(f.Severity), Message: sarif.Text{Text: sentence(f) + "; " + f.Do}}
			found.Locations = []sarif.Location{locationOf(l.name, f.Place)}
			for _, p := range f.More[:min(len(f.More), 100)] {
				found.Related = append(found.Related, locationOf(l.name, p))
			}
			run.Results = append(run.Results, found)
		}
	}
	writeJSON(w, sarif.NewLog(run))
}

func lintRule(code string) sarif.Rule {
	c, _ := lint.ByCode(code)
	return sarif.Rule{
		ID: c.ID, Name: c.Name, Short: sarif.Text{Text: c.Title + "."}, Full: &sarif.Text{Text: c.Explanation}, Help: &sarif.Text{Text: c.Fix},
		Default: &sarif.Default{Level: sarif.Level(c.Severity)},
	}
}

func locationOf(file string, at corsfile.Place) sarif.Location {
	return sarif.InFile(file, at.Line, max(at.Column, 1))
}
