package scenarios

import (
	"errors"

	"corsprobe/runner/corsfile"
	"corsprobe/runner/lint/code"
	"corsprobe/runner/s3cors"

	"gopkg.in/yaml.v3"
)

// configFile reads a configuration from a file of any shape that [corsfile.Read] knows. A name behind # chooses one of several.
func (d *decoder) configFile(n *yaml.Node, name string) *s3cors.Configuration {
	data, err := d.read(name)
	choice := ""
	if err != nil { // a file's name may have a # itself
		if file, rest := corsfile.Split(name); rest != "" {
			if other, otherErr := d.read(file); otherErr == nil {
				name, choice, data, err = file, rest, other, nil
			}
		}
	}
	if err != nil {
		d.fail(n, err.Error(), "a file with a CORS configuration", "")
		return nil
	}
	found, err := corsfile.Read(name, data)
	return d.configuration(n, found, err, choice)
}

// inline reads a configuration of another shape than S3's API within a scenario.
func (d *decoder) inline(n *yaml.Node) *s3cors.Configuration {
	found, err := corsfile.ReadYAML(d.file, d.bytes, n)
	return d.configuration(n, found, err, "")
}

// configuration takes what was read. What S3's tools refuse a scenario refuses too: it is to say what is tried.
func (d *decoder) configuration(n *yaml.Node, found *corsfile.File, err error, choice string) *s3cors.Configuration {
	var problems corsfile.Problems
	if errors.As(err, &problems) {
		d.notices(problems.File, problems.All)
		return nil
	}
	cfg, err := found.One(choice)
	if err != nil {
		d.fail(n, err.Error(), "", "")
		return nil
	}
	before := len(d.errors)
	d.notices(found.Name, found.All(cfg))
	if len(d.errors) > before {
		return nil
	}
	return cfg.Configuration
}

// notices notes those that are errors.
func (d *decoder) notices(file string, all []corsfile.Notice) {
	for _, notice := range all {
		if notice.Severity == code.Error {
			d.errors = append(d.errors, Error{File: file, Line: notice.Line, Column: notice.Column, What: notice.What + "; " + notice.Do})
		}
	}
}
