package scenarios

import (
	"fmt"
	"strings"
	"time"

	"corsprobe/runner/dialect"
	"corsprobe/runner/file"

	"gopkg.in/yaml.v3"
)

// Deviation is a difference from S3 that is known of an endpoint.
type Deviation struct {
	// Name and Parameters name a deviation that package dialect describes: it concerns every answer, whatever the scenario. Other entries
	// have Cells and Check.
	Name       string     `yaml:"deviation" doc:"The name of a deviation, whatever the scenario; corsprobe list deviations names them."`
	Parameters parameters `yaml:"parameters" doc:"What the deviation takes: a number, a word, a list or a mapping of words."`

	Cells  string `yaml:"cells" required:"unless deviation" doc:"Cells, as a glob over ids: * within one part, ** over any number."`
	Check  string `yaml:"check" required:"unless deviation" doc:"Checks, as a glob: preflight.vary, *.expose-headers."`
	Got    string `yaml:"got" doc:"What came, as a glob, a star itself as \\*; anything when left out. It keeps an entry from hiding another defect of the same check. {origin} stands for the cell's own origin."`
	Reason string `yaml:"reason" required:"true" doc:"Why this is known and accepted, in a sentence."`
	Link   string `yaml:"link" doc:"Evidence: an issue, a line of source, documentation."`
	Until  string `yaml:"until" doc:"A date, YYYY-MM-DD, after which the entry no longer counts."`
	Source string `yaml:"source" doc:"In a provider's file: the name of the source that says so."`

	File string `yaml:"-"`
	Line int    `yaml:"-"`
	// Lenient entries come with a provider's file, not from the user: they never fail a run.
	Lenient bool `yaml:"-"`
	// Evidence is that of the entry's source, where it names one.
	Evidence Evidence `yaml:"-"`

	// Named is the deviation called Name; its zero value where Name is empty.
	Named dialect.Deviation `yaml:"-"`

	places
}

// IsNamed reports that the entry names a deviation, rather than cells and a check.
func (d Deviation) IsNamed() bool { return d.Name != "" }

// parameters is a value as it stands in a file.
type parameters struct {
	dialect.Value

	unread bool // an error was noted in its place
}

func (p *parameters) decodeNode(d *decoder, n *yaml.Node) {
	if err := n.Decode(&p.Value); err != nil {
		d.fail(n, "found "+describe(n), "a number, a word, a list or a mapping of words", "")
		p.unread = true
	}
}

// Covers reports that the entry is of that check and of what came to a request from that origin. An empty Got covers anything.
func (d Deviation) Covers(check, got, origin string) bool {
	return wildcard(d.Check, check) && (d.Got == "" || wildcard(strings.ReplaceAll(d.Got, "{origin}", Literal(origin)), got))
}

// Expired reports that the entry's last day lies before now.
func (d Deviation) Expired(now time.Time) bool {
	last, err := time.Parse(time.DateOnly, d.Until)
	return err == nil && !now.Before(last.AddDate(0, 0, 1))
}

// Where is the entry's place, "file:line".
func (d Deviation) Where() string { return fmt.Sprintf("%s:%d", d.File, d.Line) }

// LoadDeviations reads files of known deviations. The error is of type [Errors], and holds everything that is wrong in all of them.
func LoadDeviations(paths ...string) ([]Deviation, error) {
	var list []Deviation
	var errors Errors
	for _, p := range paths {
		data, err := file.Read(p, MaxFile)
		if err != nil {
			errors = append(errors, Error{File: p, What: withoutPath(err)})
			continue
		}
		d := &decoder{file: p}
		list = append(list, d.deviationFile(data).KnownDeviations...)
		errors = append(errors, d.errors...)
	}
	if err := errors.orNil(); err != nil {
		return nil, err
	}
	return list, nil
}

// deviation checks one entry, and notes where it stands.
func (d *decoder) deviation(v *Deviation) {
	v.Line = v.where("").line
	for key, text := range map[string]string{"cells": v.Cells, "check": v.Check, "reason": v.Reason} {
		if _, given := v.at[key]; given && strings.TrimSpace(text) == "" {
			d.failAt(v.where(key), "an empty "+key, "some text", "")
		}
	}
	if v.IsNamed() {
		d.byName(v)
	}
	if _, err := time.Parse(time.DateOnly, v.Until); v.Until != "" && err != nil {
		d.failAt(v.where("until"), fmt.Sprintf("found %q", v.Until), "a date, YYYY-MM-DD", "")
	}
}

// byName looks up the deviation that an entry names.
func (d *decoder) byName(v *Deviation) {
	for _, key := range []string{"cells", "check", "got"} {
		if _, given := v.at[key]; given {
			d.failAt(v.where(key), key+" beside deviation", "one of both: a deviation speaks of every answer", "")
		}
	}
	if v.Parameters.unread {
		return
	}
	var err error
	if v.Named, err = dialect.New(v.Name, v.Parameters.Value); err != nil {
		d.failAt(v.where("deviation"), err.Error(), "a deviation and what it takes", "")
	}
}

// DeviationEntry is the entry that names a deviation, without a reason yet.
func DeviationEntry(one dialect.Deviation) Deviation {
	return Deviation{Name: one.Name, Parameters: parameters{Value: one.Value}, Named: one}
}
