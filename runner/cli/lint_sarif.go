package cli

import (
	"io"
	"net/url"
	"path/filepath"
	"slices"

	"corsprobe/runner/corsfile"
	"corsprobe/runner/lint"
)

// The parts of SARIF 2.1.0 that lint writes.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver sarifDriver `json:"driver"`
		} `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string       `json:"id"`
		Name    string       `json:"name"`
		Short   sarifText    `json:"shortDescription"`
		Full    sarifText    `json:"fullDescription"`
		Help    sarifText    `json:"help"`
		Default sarifDefault `json:"defaultConfiguration"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifDefault struct {
		Level string `json:"level"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
		Related   []sarifLocation `json:"relatedLocations,omitempty"`
	}
	sarifLocation struct {
		Physical struct {
			Artifact struct {
				URI string `json:"uri"`
			} `json:"artifactLocation"`
			Region *sarifRegion `json:"region,omitempty"`
		} `json:"physicalLocation"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
	}
)

// lintSARIF writes the findings for code scanning, with those rules that have some.
func lintSARIF(w io.Writer, all []linted) {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "corsprobe", Version: version(), Rules: []sarifRule{}}
	for _, l := range all {
		for _, f := range l.findings() {
			result := sarifResult{RuleID: f.Code, RuleIndex: ruleIndex(&run.Tool.Driver, f.Code), Level: string(f.Severity), Message: sarifText{sentence(f) + "; " + f.Do}}
			result.Locations = []sarifLocation{locationOf(l.name, f.Place)}
			for _, p := range f.More[:min(len(f.More), 100)] {
				result.Related = append(result.Related, locationOf(l.name, p))
			}
			run.Results = append(run.Results, result)
		}
	}
	writeJSON(w, sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

// ruleIndex is a code's index among the rules, to which it is added.
func ruleIndex(d *sarifDriver, id string) int {
	if i := slices.IndexFunc(d.Rules, func(r sarifRule) bool { return r.ID == id }); i >= 0 {
		return i
	}
	c, _ := lint.ByCode(id)
	d.Rules = append(d.Rules, sarifRule{c.ID, c.Name, sarifText{c.Title + "."}, sarifText{c.Explanation}, sarifText{c.Fix}, sarifDefault{string(c.Severity)}})
	return len(d.Rules) - 1
}

func locationOf(file string, at corsfile.Place) sarifLocation {
	var l sarifLocation
	l.Physical.Artifact.URI = (&url.URL{Path: filepath.ToSlash(file)}).String() // a blank or a # in a name is written as URLs have it
	if at.Line > 0 {
		l.Physical.Region = &sarifRegion{at.Line, max(at.Column, 1)}
	}
	return l
}
