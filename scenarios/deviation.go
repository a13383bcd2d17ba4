package scenarios

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"
)

// Deviation is a difference from S3 that is known of an endpoint.
type Deviation struct {
	Cells  string `yaml:"cells" required:"true" doc:"Cells, as a glob over ids: * within one part, ** over any number."`
	Check  string `yaml:"check" required:"true" doc:"Checks, as a glob: preflight.vary, *.expose-headers."`
	Got    string `yaml:"got" doc:"What came, as a glob, a star itself as \\*; anything when left out. It keeps an entry from hiding another defect of the same check."`
	Reason string `yaml:"reason" required:"true" doc:"Why this is known and accepted, in a sentence."`
	Link   string `yaml:"link" doc:"Evidence: an issue, a line of source, documentation."`
	Until  string `yaml:"until" doc:"A date, YYYY-MM-DD, after which the entry no longer counts."`

	File string `yaml:"-"`
	Line int    `yaml:"-"`

	places
}

// Covers reports that the entry speaks of that check and of what came. An empty Got covers anything.
func (d Deviation) Covers(check, got string) bool {
	return wildcard(d.Check, check) && (d.Got == "" || wildcard(d.Got, got))
}

// Expired reports that the entry's last day lies before now.
func (d Deviation) Expired(now time.Time) bool {
	last, err := time.Parse(time.DateOnly, d.Until)
	return err == nil && !now.Before(last.AddDate(0, 0, 1))
}

// Where is the entry's place, "file:line".
func (d Deviation) Where() string { return fmt.Sprintf("%s:%d", d.File, d.Line) }

// DeviationFile is a file of deviations: a provider's, or one of the user's own.
type DeviationFile struct {
	Name            string      `yaml:"name" doc:"The provider's name, for --provider."`
	Title           string      `yaml:"title" doc:"The provider's name for people."`
	KnownDeviations []Deviation `yaml:"knownDeviations" required:"true" doc:"What is known, each with its reason."`
}

//go:embed providers/*.yaml
var providerFiles embed.FS

// ProviderDeviations returns what is known of a provider that corsprobe carries a file of.
func ProviderDeviations(name string) ([]Deviation, error) {
	file := "providers/" + name + ".yaml"
	data, err := providerFiles.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("no provider %q", name)
	}
	var l deviations
	l.file(file, data)
	return l.result()
}

// LoadDeviations reads files of known deviations. The error is of type [Errors], and holds everything that is wrong in all of them.
func LoadDeviations(paths ...string) ([]Deviation, error) {
	var l deviations
	for _, p := range paths {
		data, err := readBounded(os.DirFS(filepath.Dir(p)), filepath.Base(p))
		if err != nil {
			l.errors = append(l.errors, Error{File: p, What: plain(err)})
			continue
		}
		l.file(p, data)
	}
	return l.result()
}

type deviations struct {
	list   []Deviation
	errors Errors
}

func (l *deviations) file(name string, data []byte) {
	d := &decoder{file: name}
	documents := d.documents(data)
	if len(documents) != 1 && len(d.errors) == 0 {
		d.errors = append(d.errors, Error{File: name, What: fmt.Sprintf("%d documents", len(documents)), Expected: "one, with knownDeviations"})
	}
	for _, n := range documents {
		var f DeviationFile
		d.value(n, reflect.ValueOf(&f).Elem())
		for i := range f.KnownDeviations {
			f.KnownDeviations[i].File = name
			d.deviation(&f.KnownDeviations[i])
		}
		l.list = append(l.list, f.KnownDeviations...)
	}
	l.errors = append(l.errors, d.errors...)
}

// deviation checks one entry, and notes where it stands.
func (d *decoder) deviation(v *Deviation) {
	v.Line = v.where("").line
	for key, text := range map[string]string{"cells": v.Cells, "check": v.Check, "reason": v.Reason} {
		if _, given := v.at[key]; given && strings.TrimSpace(text) == "" {
			d.failAt(v.where(key), fmt.Sprintf("an empty %s", key), "some text", "")
		}
	}
	if _, err := time.Parse(time.DateOnly, v.Until); v.Until != "" && err != nil {
		d.failAt(v.where("until"), fmt.Sprintf("found %q", v.Until), "a date, YYYY-MM-DD", "")
	}
}

func (l *deviations) result() ([]Deviation, error) {
	if err := l.errors.orNil(); err != nil {
		return nil, err
	}
	return l.list, nil
}
