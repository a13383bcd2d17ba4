package lint

import (
	"cmp"
	"fmt"
	"slices"

	"corsprobe/runner/corsfile"
)

// Finding is a problem at its place in a file. What concerns several places in the same way is one finding.
type Finding struct {
	Code          string
	Severity      Severity
	Place         corsfile.Place
	Configuration string // the name of the configuration, where the file has several
	Where         string // the place within the configuration, in words; empty for what concerns the file
	What, Do      string
	More          []corsfile.Place // further places of the same matter

	edits []corsfile.Edit
}

// Mends reports that lint --fix mends it.
func (f Finding) Mends() bool { return len(f.edits) > 0 }

// Options say what is looked at.
type Options struct {
	Provider Provider
	Disabled []string // codes, by id
}

// Report is what there is to say about a file.
type Report struct {
	Findings []Finding // by place
	Off      int       // how many were switched off
}

// Worst is the worst severity, empty where there is nothing.
func (r Report) Worst() Severity {
	worst := Severity("")
	for _, f := range r.Findings {
		if worst == "" || f.Severity.Rank() < worst.Rank() {
			worst = f.Severity
		}
	}
	return worst
}

// Count is how many findings have a severity.
func (r Report) Count(s Severity) int {
	n := 0
	for _, f := range r.Findings {
		if f.Severity == s {
			n++
		}
	}
	return n
}

// File lists everything about a file: what its reader noticed, and the problems of each configuration. Codes are switched off by options, and in
// the file by a comment: corsprobe:disable CP201 for the whole of it, corsprobe:disable-line and corsprobe:disable-next-line for a line.
func File(file *corsfile.File, o Options) Report {
	c := collector{disabled: o.Disabled, directives: directives(file.Text()), seen: map[matter]int{}}
	for _, n := range file.Notices {
		c.add(fromNotice(n, ""))
	}
	for _, cfg := range file.Configurations {
		name := ""
		if len(file.Configurations) > 1 {
			name = cfg.Name
		}
		for _, n := range cfg.Notices {
			c.add(fromNotice(n, name))
		}
		for _, p := range Check(cfg.Configuration, o.Provider) {
			if known(cfg, p) {
				c.add(fromProblem(cfg, p, name))
			}
		}
	}
	slices.SortStableFunc(c.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Place.Line, b.Place.Line), cmp.Compare(a.Place.Column, b.Place.Column), cmp.Compare(a.Severity.Rank(), b.Severity.Rank()))
	})
	return c.Report
}

// known: of a placeholder nothing can be said, nor of what a list with one lacks.
func known(cfg *corsfile.Configuration, p Problem) bool {
	if p.Rule < 0 || p.Field == "" {
		return true
	}
	return !cfg.Unknown(p.Rule, p.Field, p.Index)
}

func fromNotice(n corsfile.Notice, configuration string) Finding {
	return Finding{Code: n.Code, Severity: n.Severity, Place: n.Place, Configuration: configuration, What: n.What, Do: n.Do, edits: n.Edits}
}

func fromProblem(cfg *corsfile.Configuration, p Problem, configuration string) Finding {
	f := Finding{Code: p.Code, Severity: p.Severity, Place: cfg.Place(p.Rule, p.Field, p.Index), Configuration: configuration, Where: p.String(), What: p.What, Do: p.Do}
	if p.Mend == nil {
		return f
	}
	if len(p.Mend.With) == 0 {
		f.edits, _ = cfg.Remove(p.Rule, p.Field, p.Index)
	} else {
		f.edits, _ = cfg.Replace(p.Rule, p.Field, p.Index, p.Mend.With...)
	}
	return f
}

// matter is what makes two findings one.
type matter struct{ code, configuration, what, do string }

type collector struct {
	Report

	disabled   []string
	directives []directive
	seen       map[matter]int // index of the finding
}

func (c *collector) add(f Finding) {
	if slices.Contains(c.disabled, f.Code) || slices.ContainsFunc(c.directives, func(d directive) bool { return d.covers(f) }) {
		c.Off++
		return
	}
	key := matter{f.Code, f.Configuration, f.What, f.Do}
	if i, ok := c.seen[key]; ok {
		first := &c.Findings[i]
		first.More, first.edits = append(first.More, f.Place), append(first.edits, f.edits...)
		return
	}
	c.seen[key] = len(c.Findings)
	c.Findings = append(c.Findings, f)
}

// mostPasses bounds how often a file is mended: each pass makes those changes that do not touch each other.
const mostPasses = 20

// Fix mends what can be mended safely, and returns the file's new bytes and the codes that were mended. The text keeps its form: only the values
// and commas that are at fault change. The result is read again after each pass, so that nothing is returned that lint could not read.
func Fix(file *corsfile.File, o Options) (data []byte, mended []string, err error) {
	for range mostPasses {
		var edits []corsfile.Edit
		for _, f := range File(file, o).Findings {
			edits = append(edits, f.edits...)
			if f.Mends() && !slices.Contains(mended, f.Code) {
				mended = append(mended, f.Code)
			}
		}
		if len(edits) == 0 {
			break
		}
		if data, err = file.Apply(edits); err != nil {
			return nil, nil, err
		}
		rules := ruleCount(file)
		if file, err = corsfile.Read(file.Name, data); err != nil {
			return nil, nil, fmt.Errorf("the mended file could not be read, and is not written: %w", err)
		}
		if now := ruleCount(file); now != rules {
			return nil, nil, fmt.Errorf("the mended file has %d rules, where it had %d, and is not written", now, rules)
		}
	}
	slices.Sort(mended)
	return data, mended, nil
}

func ruleCount(file *corsfile.File) int {
	n := 0
	for _, c := range file.Configurations {
		n += len(c.CORSRules)
	}
	return n
}
