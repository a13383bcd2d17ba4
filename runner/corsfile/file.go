// Package corsfile reads CORS configurations from whatever people have: what aws s3api takes, S3's XML, the AWS console's list, templates of
// CloudFormation, Terraform and Pulumi, and other providers' own shapes.
//
// It is pure: bytes in; configurations with the places of their parts, and notices, out. What a configuration is worth is not looked at here.
// Every format is read into one tree of values with places; every shape is found in that tree by a table.
package corsfile

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"corsprobe/runner/lint/code"
	"corsprobe/runner/s3cors"

	"gopkg.in/yaml.v3"
)

// Notice is something about a file, rather than about what S3 makes of the configuration in it.
type Notice struct {
	Code     string // of the table in package code
	Severity code.Severity
	Place
	What  string // a sentence without its full stop
	Do    string
	Edits []Edit // that mend it; nil where it cannot be mended safely
}

func (n Notice) String() string {
	if n.Line == 0 {
		return fmt.Sprintf("%s; %s", n.What, n.Do)
	}
	return fmt.Sprintf("%d:%d: %s; %s", n.Line, n.Column, n.What, n.Do)
}

// problem is a notice with the severity that the table gives its code.
func problem(id string, at Place, what, do string) Notice {
	c, _ := code.ByID(id) // a test holds every code against the table
	return Notice{Code: id, Severity: c.Severity, Place: at, What: what, Do: do}
}

// Problems are why a file cannot be read.
type Problems struct {
	File string
	All  []Notice
}

// refusal is why a file cannot be read: whatever the notices are elsewhere, here they are errors.
func refusal(name string, all ...Notice) Problems {
	for i := range all {
		all[i].Severity = code.Error
	}
	return Problems{name, all}
}

// Error has a line for each problem: file:line:column: what; what to do.
func (p Problems) Error() string {
	lines := make([]string, len(p.All))
	for i, n := range p.All {
		lines[i] = p.File + ": " + n.String()
		if n.Line > 0 {
			lines[i] = p.File + ":" + n.String()
		}
	}
	return strings.Join(lines, "\n")
}

// File is what was found in a file.
type File struct {
	Name           string
	Configurations []*Configuration // at least one
	Notices        []Notice         // about the file as a whole

	source *source
	syntax Syntax
}

// Configuration is one configuration of a file.
type Configuration struct {
	*s3cors.Configuration

	Name    string   // how the file names it, such as a bucket's logical id; empty where it is the file's only one and has no name
	Shape   string   // whose shape it has, such as "CloudFormation"
	Notices []Notice // about this configuration, by place

	places  []rulePlaces
	at      span
	source  *source
	syntax  Syntax
	unknown map[valueKey]bool
}

// Syntax is the language that a file is written in.
type Syntax string

// The languages.
const (
	JSON Syntax = "JSON"
	XML  Syntax = "XML"
	YAML Syntax = "YAML"
	HCL  Syntax = "HCL"
)

// Syntax is the language of the file.
func (f *File) Syntax() Syntax { return f.syntax }

// Text is the file's text in UTF-8, without a byte order mark: what places and edits are counted in.
func (f *File) Text() string { return string(f.source.data) }

// Read finds every configuration in a file's bytes. The name serves messages, and its extension tells YAML and HCL from JSON where both would
// do. The error is of type [Problems]. A configuration that other tools refuse is read all the same where it is clear what was meant: a notice
// of severity [code.Error] then says so.
func Read(name string, data []byte) (file *File, err error) {
	defer func() {
		if p := recover(); p != nil { // parsers of others' have panicked on bad input before
			file, err = nil, refusal(name, problem("CP023", Place{}, fmt.Sprintf("it cannot be read: %v", p), "write the configuration as JSON or XML"))
		}
	}()
	src, problems := newSource(data)
	if len(problems) > 0 {
		return nil, refusal(name, problems...)
	}
	r := &reader{name: name, source: src}
	roots, failed := r.parse()
	if len(failed) > 0 {
		return nil, refusal(name, failed...)
	}
	return r.file(roots)
}

// ReadYAML finds configurations in a node of a YAML file, whose bytes tell the places.
func ReadYAML(name string, data []byte, n *yaml.Node) (file *File, err error) {
	src, problems := newSource(data)
	if len(problems) > 0 {
		return nil, refusal(name, problems...)
	}
	r := &reader{name: name, source: src, syntax: YAML}
	c := newYAMLConverter(src)
	return r.file([]node{c.convert(n, 0)})
}

// file is what was found in a parsed text.
func (r *reader) file(roots []node) (*File, error) {
	found := r.find(roots)
	if len(found) == 0 {
		return nil, refusal(r.name, r.nothingFound(roots))
	}
	r.encodingNotices()
	sortNotices(r.notices)
	for _, c := range found {
		sortNotices(c.Notices)
	}
	return &File{Name: r.name, Configurations: found, Notices: r.notices, source: r.source, syntax: r.syntax}, nil
}

func sortNotices(all []Notice) {
	slices.SortStableFunc(all, func(a, b Notice) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// reader reads one file.
type reader struct {
	name    string
	source  *source
	syntax  Syntax
	notices []Notice
}

func (r *reader) extension() string { return strings.ToLower(filepath.Ext(r.name)) }

// encodingNotices: what S3 takes as XML may have a mark; the AWS command line reads JSON as UTF-8 without one.
func (r *reader) encodingNotices() {
	if r.syntax == XML {
		return
	}
	switch {
	case r.source.encoding != nil:
		r.notices = append(r.notices, problem("CP005", Place{1, 1}, "the file is UTF-16, and most tools read UTF-8", "save it as UTF-8"))
	case r.source.mark && r.syntax == JSON:
		r.notices = append(r.notices, problem("CP005", Place{1, 1}, "a byte order mark comes before the JSON, and most tools refuse it", "save the file as UTF-8 without one"))
	}
}

// One is the configuration of that name; with an empty name the only one. Where there are several, the error lists them.
func (f *File) One(name string) (*Configuration, error) {
	if name == "" && len(f.Configurations) == 1 {
		return f.Configurations[0], nil
	}
	names := make([]string, len(f.Configurations))
	for i, c := range f.Configurations {
		if names[i] = c.Name; c.Name == name && name != "" {
			return c, nil
		}
	}
	if name != "" {
		return nil, fmt.Errorf("%s has no configuration %s; it has %s", f.Name, name, strings.Join(names, ", "))
	}
	return nil, fmt.Errorf("%s has %d configurations, %s: name one, as in %s#%s", f.Name, len(names), strings.Join(names, ", "), f.Name, names[0])
}

// Split takes the name of one configuration off a file's: template.yaml#Uploads.
func Split(name string) (file, configuration string) {
	i := strings.LastIndexByte(name, '#')
	if i <= 0 {
		return name, ""
	}
	return name[:i], name[i+1:]
}

// All are the notices about the file and about the configuration together, by place.
func (f *File) All(c *Configuration) []Notice {
	all := slices.Concat(f.Notices, c.Notices)
	sortNotices(all)
	return all
}
