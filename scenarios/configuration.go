package scenarios

import (
	"errors"

	"corsprobe/runner/corsfile"
	"corsprobe/runner/lint/code"
	"corsprobe/runner/s3cors"

	"gopkg.in/yaml.v3"
)

<<<<<<< HEAD
// ConfigurationFile is a CORS configuration, and where its parts stand in the file that it was read from.
type ConfigurationFile struct {
	*s3cors.Configuration

	places
}

// ReadConfiguration reads a configuration in the JSON that aws s3api put-bucket-cors takes, in S3's XML, or in YAML of the same shape. The
// error is of type [Errors]. Whether S3 takes it is not looked at.
func ReadConfiguration(file string, data []byte) (*ConfigurationFile, error) {
	c := &ConfigurationFile{}
	if len(data) > maxFile {
		return nil, Errors{{File: file, What: fmt.Sprintf("larger than %d bytes: no file of this kind is", maxFile)}}
	}
	switch text := bytes.TrimSpace(data); {
	case bytes.HasPrefix(text, []byte("<")), bytes.HasPrefix(text, []byte("{")), bytes.HasPrefix(text, []byte("[")):
		cfg, err := parseConfig(data)
		if err != nil {
			return nil, Errors{located(file, err)}
		}
		c.Configuration = cfg
		c.findPlaces(data)
		return c, nil
	}
	d := &decoder{file: file}
	documents := d.documents(data)
	if len(documents) != 1 && len(d.errors) == 0 {
		d.errors = append(d.errors, Error{File: file, What: fmt.Sprintf("%d documents", len(documents)), Expected: "one, with CORSRules"})
	}
	for _, n := range documents {
		form := struct {
			CORSRules []s3cors.Rule `yaml:"CORSRules" required:"true" doc:"The rules."`
		}{}
		d.value(n, reflect.ValueOf(&form).Elem())
		c.Configuration = &s3cors.Configuration{CORSRules: form.CORSRules}
		c.nodePlaces(n)
	}
	return c, d.errors.orNil()
}

var linePrefix = regexp.MustCompile(`^line (\d+), column (\d+): `)

// located makes of an error that begins with its place one that has it apart.
func located(file string, err error) Error {
	text := err.Error()
	found := linePrefix.FindStringSubmatch(text)
	if found == nil {
		return Error{File: file, What: text}
	}
	line, _ := strconv.Atoi(found[1]) // digits only
	column, _ := strconv.Atoi(found[2])
	return Error{File: file, Line: line, Column: column, What: strings.TrimPrefix(text, found[0])}
}

// Place is where a rule, a field of it or a value of that stands, line and column from 1; the nearest thing to it that is known, or 0.
func (c *ConfigurationFile) Place(rule int, field string, index int) (line, column int) {
	keys := []string{fmt.Sprintf("%d/%s/%d", rule, field, index), fmt.Sprintf("%d/%s", rule, field), strconv.Itoa(rule), ""}
	for _, key := range keys {
		if p, ok := c.at[key]; ok {
			return p.line, p.column
		}
	}
	return 0, 0
}

func (c *ConfigurationFile) mark(key string, line, column int) {
	if c.at == nil {
		c.at = map[string]place{}
	}
	c.at[key] = place{line, column}
}

// findPlaces finds the places in a text that was parsed. JSON is YAML but for tabs, which YAML does not want between values.
func (c *ConfigurationFile) findPlaces(data []byte) {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("<")) {
		c.xmlPlaces(data)
		return
	}
	d := &decoder{}
	for _, n := range d.documents(bytes.ReplaceAll(data, []byte("\t"), []byte(" "))) {
		c.nodePlaces(n)
	}
}

func (c *ConfigurationFile) nodePlaces(root *yaml.Node) {
	c.mark("", root.Line, root.Column)
	for i, rule := range children(root, "CORSRules") {
		c.mark(strconv.Itoa(i), rule.Line, rule.Column)
		for j := 0; j+1 < len(rule.Content); j += 2 {
			name, value := rule.Content[j].Value, rule.Content[j+1]
			c.mark(fmt.Sprintf("%d/%s", i, name), value.Line, value.Column)
			for k, element := range value.Content {
				c.mark(fmt.Sprintf("%d/%s/%d", i, name, k), element.Line, element.Column)
=======
// configFile reads a configuration from a file of any shape that [corsfile.Read] knows. A name behind # chooses one of several.
func (d *decoder) configFile(n *yaml.Node, name string) *s3cors.Configuration {
	data, err := d.read(name)
	choice := ""
	if err != nil { // a file's name may have a # itself
		if file, rest := corsfile.Split(name); rest != "" {
			if other, otherErr := d.read(file); otherErr == nil {
				name, choice, data, err = file, rest, other, nil
>>>>>>> 5545abe (Lint with codes, formats, fixes and what providers are known to refuse)
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
