package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/corsfile"
	"corsprobe/runner/lint"
)

// lintFormat prints what lint found, by the name of the format.
var lintFormat = map[string]func(io.Writer, []linted){"text": lintText, "json": lintJSON, "sarif": lintSARIF, "github": lintGitHub}

func lintFormats() []string { return slices.Sorted(maps.Keys(lintFormat)) }

// findings are a file's, those that kept it from being read included.
func (l linted) findings() []lint.Finding {
	all := slices.Clone(l.report.Findings)
	for _, n := range l.problems {
		all = append(all, lint.Finding{Code: n.Code, Severity: n.Severity, Place: n.Place, What: n.What, Do: n.Do})
	}
	return all
}

// mostOfOneCode bounds how many findings of one code the text shows for a file: a list of a thousand origins may have a thousand slashes.
const mostOfOneCode = 10

func lintText(w io.Writer, all []linted) {
	codes := map[string]bool{}
	for _, l := range all {
		shown := map[string]int{}
		for _, f := range l.findings() {
			codes[f.Code] = true
			if shown[f.Code]++; shown[f.Code] <= mostOfOneCode {
				printFinding(w, l.name, f)
			}
		}
		for _, id := range slices.Sorted(maps.Keys(shown)) {
			if more := shown[id] - mostOfOneCode; more > 0 {
				fmt.Fprintf(w, "%s: %s of %s more\n", l.name, count(more, "finding"), id)
			}
		}
		if len(l.mended) > 0 {
			fmt.Fprintf(w, "%s: mended %s\n", l.name, strings.Join(l.mended, ", "))
		}
		fmt.Fprintf(w, "%s: %s\n", l.name, summed(l))
	}
	if len(codes) > 0 {
		ids := slices.Sorted(maps.Keys(codes))
		fmt.Fprintf(w, "corsprobe explain %s tells more\n", strings.Join(ids[:min(len(ids), 3)], " "))
	}
}

// printFinding has a line for the finding, and one for what to do.
func printFinding(w io.Writer, file string, f lint.Finding) {
	at := file
	if f.Place.Line > 0 {
		at += fmt.Sprintf(":%d:%d", f.Place.Line, f.Place.Column)
	}
	fmt.Fprintf(w, "%s: %s %s: %s\n    do  %s\n", at, f.Severity, f.Code, sentence(f), f.Do)
}

// sentence is a finding with the place within the configuration.
func sentence(f lint.Finding) string {
	var parts []string
	for _, part := range []string{f.Configuration, f.Where} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	text := f.What
	if len(parts) > 0 {
		text = strings.Join(parts, ", ") + ": " + text
	}
	return text + elsewhere(f.More)
}

// elsewhere names the lines of further places, some of them.
func elsewhere(more []corsfile.Place) string {
	if len(more) == 0 {
		return ""
	}
	var lines []string
	for _, p := range more {
		if line := strconv.Itoa(p.Line); !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
		if len(lines) == 5 {
			break
		}
	}
	return fmt.Sprintf(" (%d more times, line %s)", len(more), strings.Join(lines, ", "))
}

// summed counts findings by severity.
func summed(l linted) string {
	if len(l.problems) > 0 {
		return "it cannot be read"
	}
	var parts []string
	for _, s := range []lint.Severity{lint.Error, lint.Warning, lint.Note} {
		if n := l.report.Count(s); n > 0 {
			parts = append(parts, count(n, string(s)))
		}
	}
	text := strings.Join(parts, ", ")
	if text == "" {
		text = "S3 takes it, and there is nothing to say"
	}
	if l.report.Off > 0 {
		text += fmt.Sprintf("; %d switched off", l.report.Off)
	}
	return text
}

// lintGitHub writes workflow commands, which GitHub shows beside the lines. Text and properties are escaped as it wants.
func lintGitHub(w io.Writer, all []linted) {
	text := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	level := map[lint.Severity]string{lint.Error: "error", lint.Warning: "warning", lint.Note: "notice"}
	for _, l := range all {
		for _, f := range l.findings() {
			c, _ := lint.ByCode(f.Code)
			fmt.Fprintf(w, "::%s file=%s,line=%d,col=%d,title=%s::%s; %s\n", level[f.Severity], property.Replace(filepath.ToSlash(l.name)), max(f.Place.Line, 1), max(f.Place.Column, 1),
				property.Replace(f.Code+" "+c.Title), text.Replace(sentence(f)), text.Replace(f.Do))
		}
	}
}

// lintedFile and lintedFinding are the JSON of lint, version 1.
type lintedFile struct {
	File           string          `json:"file"`
	Readable       bool            `json:"readable"`
	Configurations []string        `json:"configurations"`
	Findings       []lintedFinding `json:"findings"`
	Off            int             `json:"switchedOff"`
	Mended         []string        `json:"mended,omitempty"`
}

type lintedFinding struct {
	Code          string           `json:"code"`
	Name          string           `json:"name"`
	Severity      string           `json:"severity"`
	Line          int              `json:"line"`
	Column        int              `json:"column"`
	Configuration string           `json:"configuration,omitempty"`
	Where         string           `json:"where,omitempty"`
	What          string           `json:"what"`
	Do            string           `json:"do"`
	Mends         bool             `json:"mends"`
	More          []corsfile.Place `json:"more,omitempty"`
	Facts         []int            `json:"facts,omitempty"`
	Fetch         string           `json:"fetch,omitempty"`
}

func lintJSON(w io.Writer, all []linted) {
	files := []lintedFile{}
	for _, l := range all {
		f := lintedFile{File: l.name, Readable: l.file != nil, Configurations: []string{}, Findings: []lintedFinding{}, Off: l.report.Off, Mended: l.mended}
		if l.file != nil {
			for _, c := range l.file.Configurations {
				f.Configurations = append(f.Configurations, c.Name)
			}
		}
		for _, found := range l.findings() {
			c, _ := lint.ByCode(found.Code)
			f.Findings = append(f.Findings, lintedFinding{found.Code, c.Name, string(found.Severity), found.Place.Line, found.Place.Column, found.Configuration, found.Where, found.What, found.Do, found.Mends(), found.More, c.Facts, c.Fetch})
		}
		files = append(files, f)
	}
	writeJSON(w, map[string]any{"version": 1, "files": files})
}

func writeJSON(w io.Writer, v any) {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(v) // the stream is broken: nobody reads on
}
