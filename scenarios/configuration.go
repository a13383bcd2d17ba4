package scenarios

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"corsprobe/runner/s3cors"

	"gopkg.in/yaml.v3"
)

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
			}
		}
	}
}

// children are the elements of a list by its key; one value stands for a list of one.
func children(n *yaml.Node, key string) []*yaml.Node {
	for j := 0; j+1 < len(n.Content); j += 2 {
		if value := n.Content[j+1]; n.Content[j].Value == key && value.Kind == yaml.SequenceNode {
			return value.Content
		} else if n.Content[j].Value == key {
			return []*yaml.Node{value}
		}
	}
	return nil
}

// fieldNames are XML's names of the fields.
var fieldNames = map[string]string{"AllowedOrigin": "AllowedOrigins", "AllowedMethod": "AllowedMethods", "AllowedHeader": "AllowedHeaders", "ExposeHeader": "ExposeHeaders", "ID": "ID", "MaxAgeSeconds": "MaxAgeSeconds"}

func (c *ConfigurationFile) xmlPlaces(data []byte) {
	dec := xml.NewDecoder(bytes.NewReader(data))
	rule, counts := -1, map[string]int{}
	for {
		line, column := dec.InputPos()
		token, err := dec.Token()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				c.at = nil // it was parsed before, so that this does not happen
			}
			return
		}
		start, ok := token.(xml.StartElement)
		switch name := start.Name.Local; {
		case !ok:
		case name == "CORSConfiguration":
			c.mark("", line, column)
		case name == "CORSRule":
			rule++
			counts = map[string]int{}
			c.mark(strconv.Itoa(rule), line, column)
		default:
			field := fieldNames[name]
			if counts[field] == 0 {
				c.mark(fmt.Sprintf("%d/%s", rule, field), line, column)
			}
			c.mark(fmt.Sprintf("%d/%s/%d", rule, field, counts[field]), line, column)
			counts[field]++
		}
	}
}
