package scenarios

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/file"

	"gopkg.in/yaml.v3"
)

// MaxFile is how many bytes a scenario file has at most: what is larger is not one.
const MaxFile = 1 << 20

// stdin names what came from standard input, in ids and in errors.
const stdin = "stdin"

//go:embed all:catalogue
var catalogueFiles embed.FS

// Catalogue returns the built-in scenarios, in the order of their files' names.
func Catalogue() ([]*Scenario, error) {
	root, err := fs.Sub(catalogueFiles, "catalogue")
	if err != nil {
		return nil, err
	}
	return Load(root, "catalogue/")
}

// Load reads every scenario file (*.yaml, *.yml) of a file system. display stands before its names in errors and reports. The error is of
// type [Errors], and holds everything that is wrong in all of them.
func Load(fsys fs.FS, display string) ([]*Scenario, error) {
	l := loader{}
	names, err := scenarioFiles(fsys)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		l.file(fsys, name, display+name)
	}
	return l.result()
}

// LoadPaths reads files, folders with all below them, and standard input for "-". A scenario's id starts with its file's path within the
// folder given, or with the file's own name.
func LoadPaths(paths ...string) ([]*Scenario, error) {
	l := loader{onDisk: true}
	for _, p := range paths {
		l.path(p)
	}
	return l.result()
}

// Text is a scenario file that is nowhere but in memory. It can name no other file.
type Text struct {
	Name string // "fuzz.yaml"
	Data []byte
}

// LoadTexts reads files that are in memory, in the order given.
func LoadTexts(texts ...Text) ([]*Scenario, error) {
	l := loader{}
	for _, t := range texts {
		l.decode(nothing{}, t.Name, t.Name, t.Data, nil)
	}
	return l.result()
}

// nothing is a file system without a file.
type nothing struct{}

func (nothing) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

type loader struct {
	scenarios []*Scenario
	errors    Errors
	ids       map[string]*Scenario
	onDisk    bool // what is read are files that the user named
	stdinRead bool
}

func (l *loader) path(p string) {
	if p == file.Stdin {
		l.stdin()
		return
	}
	info, err := os.Stat(p)
	if err != nil {
		l.errors = append(l.errors, Error{File: p, What: withoutPath(err)})
		return
	}
	if !info.IsDir() {
		l.file(file.Dir(filepath.Dir(p)), filepath.Base(p), p)
		return
	}
	root := file.Dir(p)
	names, err := scenarioFiles(root)
	if err == nil && len(names) == 0 {
		err = errors.New("no scenario files (*.yaml, *.yml) in this folder")
	}
	if err != nil {
		l.errors = append(l.errors, Error{File: p, What: withoutPath(err)})
	}
	for _, name := range names {
		l.file(root, name, filepath.Join(p, filepath.FromSlash(name)))
	}
}

// withoutPath is an error without the operation and path that package os puts before it.
func withoutPath(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err.Error()
	}
	return err.Error()
}

func scenarioFiles(fsys fs.FS) ([]string, error) {
	var names []string
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && slices.Contains([]string{".yaml", ".yml"}, path.Ext(name)) {
			names = append(names, name)
		}
		return err
	})
	return names, err
}

// file reads one file of fsys. display is its name in errors.
func (l *loader) file(fsys fs.FS, name, display string) {
	data, err := readBounded(fsys, name)
	if err != nil {
		l.errors = append(l.errors, Error{File: display, What: withoutPath(err)})
		return
	}
	l.decode(fsys, name, display, data, []string{display})
}

// stdin reads scenarios from standard input. The files that they name are sought in the folder where corsprobe was started.
func (l *loader) stdin() {
	if l.stdinRead {
		l.errors = append(l.errors, Error{File: stdin, What: "standard input is named twice, and can be read once"})
		return
	}
	l.stdinRead = true
	data, err := file.Input(file.Stdin, MaxFile)
	if err != nil {
		l.errors = append(l.errors, Error{File: stdin, What: withoutPath(err)})
		return
	}
	l.decode(file.Dir("."), stdin, stdin, data, nil)
}

// decode reads what a file holds. files are those that it came from.
func (l *loader) decode(fsys fs.FS, name, display string, data []byte, files []string) {
	d := &decoder{file: display, bytes: data, read: func(other string) ([]byte, error) {
		files = append(files, filepath.Join(filepath.Dir(display), filepath.FromSlash(other)))
		data, err := readBounded(fsys, path.Join(path.Dir(name), other))
		if err != nil {
			return nil, fmt.Errorf("%s: %s", other, withoutPath(err))
		}
		return data, nil
	}}
	prefix := strings.TrimSuffix(name, path.Ext(name))
	for _, s := range d.scenarios(data) {
		s.File = display
		if l.onDisk {
			s.Files = files
		}
		s.ID = idPath(prefix) + "/" + s.Name
		if s.undecoded {
			d.validateRest(s)
		} else {
			l.add(d, s)
		}
	}
	l.errors = append(l.errors, d.errors...)
}

// readBounded reads a file of a file system. That of a folder on disk is a [file.Dir], which opens nothing that has no end.
func readBounded(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return file.ReadAll(f, MaxFile)
}

func (l *loader) add(d *decoder, s *Scenario) {
	if l.ids == nil {
		l.ids = map[string]*Scenario{}
	}
	if other, ok := l.ids[s.ID]; ok && s.Name != "" {
		d.failAt(s.where("name"), fmt.Sprintf("the name %q is taken", s.Name), fmt.Sprintf("another than the scenario's at %s:%d", other.File, other.where("name").line), "")
		return
	}
	l.ids[s.ID] = s
	before := len(d.errors)
	d.validate(s)
	if len(d.errors) == before {
		l.scenarios = append(l.scenarios, s)
	}
}

func (l *loader) result() ([]*Scenario, error) {
	if err := l.errors.orNil(); err != nil {
		return nil, err
	}
	return l.scenarios, nil
}

// scenarios reads the documents of a file, and notes the errors of those that cannot be decoded whole.
func (d *decoder) scenarios(data []byte) []*Scenario {
	var all []*Scenario
	documents := d.documents(data)
	if len(documents) == 0 && len(d.errors) == 0 {
		d.errors = append(d.errors, Error{File: d.file, What: "the file is empty", Expected: "a scenario"})
	}
	for _, n := range documents {
		s := &Scenario{Line: n.Line}
		before := len(d.errors)
		d.nodes, d.depth = 0, 0
		d.value(n, reflect.ValueOf(s).Elem())
		d.corsFile(s)
		s.undecoded = len(d.errors) > before
		all = append(all, s)
	}
	return all
}

func (d *decoder) corsFile(s *Scenario) {
	if s.CORSFile == "" || s.CORS != nil {
		return
	}
	at := s.where("corsFile")
	s.CORS = &CORS{Config: d.configFile(&yaml.Node{Line: at.line, Column: at.column}, s.CORSFile)}
}

// documents parses a file into the root nodes of its documents.
func (d *decoder) documents(data []byte) (roots []*yaml.Node) {
	defer func() {
		if p := recover(); p != nil { // the parser has panicked on bad input before
			d.errors = append(d.errors, Error{File: d.file, Line: 1, Column: 1, What: fmt.Sprintf("not YAML: %v", p)})
		}
	}()
	if bytes.IndexByte(data, 0) >= 0 {
		d.errors = append(d.errors, Error{File: d.file, Line: 1, Column: 1, What: "not YAML: the file is binary", Expected: "text"})
		return nil
	}
	for parser := yaml.NewDecoder(bytes.NewReader(data)); ; {
		var n yaml.Node
		err := parser.Decode(&n)
		if errors.Is(err, io.EOF) {
			return roots
		}
		if err != nil {
			d.syntax(err)
			return roots
		}
		if len(n.Content) > 0 && (n.Content[0].Tag != "!!null" || n.Content[0].Value != "") {
			roots = append(roots, n.Content[0])
		}
	}
}

var yamlLine = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?(.*)$`)

// syntax notes the parser's error, which knows the line at most.
func (d *decoder) syntax(err error) {
	found := yamlLine.FindStringSubmatch(err.Error())
	line := 1
	text := err.Error()
	if found != nil {
		text = found[2]
		if n, err := strconv.Atoi(found[1]); err == nil {
			line = n
		}
	}
	if at := bytes.IndexByte(indentation(d.bytes, line), '\t'); at >= 0 {
		d.errors = append(d.errors, Error{File: d.file, Line: line, Column: at + 1, What: "not YAML: a tab indents this line", Expected: "spaces"})
		return
	}
	d.errors = append(d.errors, Error{File: d.file, Line: line, Column: 1, What: "not YAML: " + text})
}

// indentation is the blanks and tabs that a line begins with, by its number from 1.
func indentation(text []byte, line int) []byte {
	lines := bytes.Split(text, []byte("\n"))
	if line > len(lines) {
		return nil
	}
	return lines[line-1][:len(lines[line-1])-len(bytes.TrimLeft(lines[line-1], " \t"))]
}
