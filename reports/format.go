package reports

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"corsprobe/runner/english"
	"corsprobe/runner/result"
	"corsprobe/runner/suggest"
)

// Format is the name of a way to write a report.
type Format string

// The formats.
const (
	HTML        Format = "html"         // one page for a browser: what matters, a matrix of every scenario, evidence
	JSON        Format = "json"         // the whole report, see [ReadJSON]
	JUnit       Format = "junit"        // JUnit XML as GitLab, Jenkins and GitHub's actions read it
	JUnitStrict Format = "junit-strict" // JUnit XML with nothing that Jenkins' xunit plugin rejects
	Text        Format = "text"         // what a terminal shows, without colour
	Markdown    Format = "markdown"     // for people: pull requests, pages
	GitHub      Format = "github"       // the same, appended to a step summary, and annotations on standard output
	CTRF        Format = "ctrf"         // Common Test Report Format 1.0, which test dashboards read
	TAP         Format = "tap"          // Test Anything Protocol 14
	NDJSON      Format = "ndjson"       // a JSON document a line, see [Stream]
	SARIF       Format = "sarif"        // SARIF 2.1.0, for code scanning: findings at the scenarios of the user's files
	Statement   Format = "statement"    // a conformance statement in YAML, for a provider to publish
)

// renderers is where a format is added.
var renderers = map[Format]func(io.Writer, result.Report) error{
	HTML:        writeHTML,
	JSON:        writeJSON,
	JUnit:       writeJUnit,
	JUnitStrict: writeJUnitStrict,
	Text:        func(w io.Writer, r result.Report) error { return WriteText(w, r, TextOptions{}) },
	Markdown:    writeMarkdown,
	GitHub:      writeSummary,
	CTRF:        writeCTRF,
	TAP:         writeTAP,
	NDJSON:      writeNDJSON,
	SARIF:       writeSARIF,
	Statement:   writeStatement,
}

// Formats lists every format by name.
func Formats() []Format {
	return slices.Sorted(maps.Keys(renderers))
}

// FormatNames lists every format for a sentence: "json, junit and text".
func FormatNames() string { return list(Formats()) }

// Write renders a report. The error is the renderer's or the writer's; what was written before it is no report.
func Write(w io.Writer, f Format, r result.Report) error {
	render, ok := renderers[f]
	if !ok {
		return unknownFormat(string(f))
	}
	return render(w, r)
}

// Stdout is the path that stands for standard output.
const Stdout = "-"

// Spec is a report to be written: what "junit=build/corsprobe.xml" on a command line means.
type Spec struct {
	Format Format
	Path   string // Stdout, or a file's
}

// ParseSpec reads "FORMAT=PATH". A path of "-" is standard output; "github=auto" is the step summary that the environment names.
func ParseSpec(text string) (Spec, error) { return parseSpec(text, os.Getenv) }

func parseSpec(text string, getenv func(string) string) (Spec, error) {
	name, path, found := strings.Cut(text, "=")
	format := Format(strings.TrimSpace(name))
	_, known := renderers[format]
	switch {
	case !found && format == GitHub:
		return Spec{}, fmt.Errorf("report %q has no path: write github=auto in a step of a GitHub workflow, or github=PATH", text)
	case !found && known:
		return Spec{}, fmt.Errorf("report %q has no path: write %s=PATH, or %s=- for standard output", text, format, format)
	case !found:
		return Spec{}, fmt.Errorf("report %q: expected FORMAT=PATH, such as junit=corsprobe.xml; formats are %s", text, FormatNames())
	case !known:
		return Spec{}, fmt.Errorf("report %q: %w", text, unknownFormat(string(format)))
	}
	err := checkPath(path)
	if err == nil && format == GitHub {
		path, err = summaryPath(path, getenv)
	}
	if err != nil {
		return Spec{}, fmt.Errorf("report %q: %w", text, err)
	}
	return Spec{Format: format, Path: path}, nil
}

func checkPath(path string) error {
	switch {
	case strings.TrimSpace(path) == "":
		return errors.New("the path is empty; - is standard output")
	case strings.HasSuffix(path, "/"):
		return errors.New("the path names a directory, not a file")
	case strings.ContainsRune(path, 0):
		return errors.New("the path holds a NUL")
	}
	return nil
}

func unknownFormat(name string) error {
	hint := ""
	if near := nearest(name); near != "" {
		hint = fmt.Sprintf("; did you mean %s?", near)
	}
	return fmt.Errorf("unknown format %q, formats are %s%s", name, FormatNames(), hint)
}

// list renders "a, b and c".
func list[T ~string](words []T) string { return english.And(words) }

// otherNames are what people call a format who do not know its name here.
var otherNames = map[string]Format{
	"xml": JUnit, "junit-xml": JUnit, "xunit": JUnitStrict, "jenkins": JUnitStrict, "gitlab": JUnit, "md": Markdown, "htm": HTML, "page": HTML,
	"txt": Text, "yaml": Statement, "yml": Statement, "jsonl": NDJSON, "stream": NDJSON, "actions": GitHub, "code-scanning": SARIF, "codeql": SARIF, "summary": GitHub,
}

// nearest is the format that another or a mistyped name most likely means; empty when none is near.
func nearest(name string) Format {
	if f, ok := otherNames[strings.ToLower(name)]; ok {
		return f
	}
	const tolerance = 2 // two slips of the finger; three would make json of text
	return suggest.First(suggest.Nearest(name, Formats(), tolerance))
}
