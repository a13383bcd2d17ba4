package reports

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"corsprobe/runner/file"
)

// comparisonRenderers is where a format of comparisons is added.
var comparisonRenderers = map[Format]func(io.Writer, Comparison) error{
	JSON:     func(w io.Writer, c Comparison) error { return encodeJSON(w, c, "  ") },
	Text:     func(w io.Writer, c Comparison) error { return WriteComparison(w, c, TextOptions{}) },
	Markdown: writeComparisonMarkdown,
	HTML:     writeComparisonHTML,
	Support:  writeSupportTable,
}

// Support is the part of a comparison that a README has room for, in Markdown: levels and topics.
const Support Format = "support"

// ComparisonFormats lists every format of comparisons by name.
func ComparisonFormats() []Format { return slices.Sorted(maps.Keys(comparisonRenderers)) }

// ParseComparisonSpec reads "FORMAT=PATH" as [ParseSpec] does, for a comparison.
func ParseComparisonSpec(text string) (Spec, error) {
	name, path, found := strings.Cut(text, "=")
	format := Format(strings.TrimSpace(name))
	if _, known := comparisonRenderers[format]; !found || !known {
		return Spec{}, fmt.Errorf("report %q: expected FORMAT=PATH, such as html=support.html; formats are %s", text, list(ComparisonFormats()))
	}
	if err := checkPath(path); err != nil {
		return Spec{}, fmt.Errorf("report %q: %w", text, err)
	}
	return Spec{Format: format, Path: path}, nil
}

// WriteComparisonFile writes a comparison to where the spec says, as [WriteFile] does a report.
func WriteComparisonFile(spec Spec, c Comparison, stdout io.Writer) error {
	render := func(w io.Writer) error { return comparisonRenderers[spec.Format](w, c) }
	if spec.Path == Stdout {
		return spec.Failed(buffered(stdout, render))
	}
	return spec.Failed(file.Replace(spec.Path, render))
}
