package reports

import (
	"io"
	"strings"

	"corsprobe/runner/result"
)

// leftoverLine says in one line what clean-up could not undo, and what does. Names and commands are never cut: they are to be copied.
func leftoverLine(l result.Leftover) string {
	why := brief(l.Problem, valueLimit)
	bucket, command := visible(l.Bucket), visible(l.Command)
	switch l.Kind {
	case result.LeftoverConfiguration:
		return "the bucket " + bucket + " does not have its own CORS configuration any more: " + command + " puts it back from " + visible(l.Journal) + " (" + why + ")"
	case result.LeftoverBucket:
		return "the bucket " + bucket + " of the run's own is left behind: " + command + " removes it (" + why + ")"
	case result.LeftoverObjects:
		return "objects below " + visible(l.Objects) + " in the bucket " + bucket + " are left behind: " + command + " removes them (" + why + ")"
	default:
		return "clean-up failed: " + why
	}
}

// leftoverName is what a test case is called that fails because something was left.
func leftoverName(l result.Leftover) string {
	if l.Bucket == "" {
		return "clean-up"
	}
	return "clean-up of the bucket " + visible(l.Bucket)
}

// leftoverRows are the same as labelled values.
func leftoverRows(l result.Leftover) []row {
	var rows []row
	for _, r := range []row{
		{label: "bucket", value: visible(l.Bucket)}, {label: "left", value: string(l.Kind)}, {label: "objects", value: visible(l.Objects)},
		{label: "saved in", value: visible(l.Journal)}, {label: "undo by", value: visible(l.Command)}, {label: "why", value: brief(l.Problem, valueLimit)},
	} {
		if r.value != "" {
			rows = append(rows, r)
		}
	}
	return rows
}

// leftCounts says in a few words what is left.
func leftCounts(all []result.Leftover) string {
	counts := map[result.LeftoverKind]int{}
	for _, l := range all {
		counts[l.Kind]++
	}
	var parts []string
	add := func(kind result.LeftoverKind, noun, what string) {
		if n := counts[kind]; n > 0 {
			parts = append(parts, plural(n, noun)+what)
		}
		delete(counts, kind)
	}
	add(result.LeftoverConfiguration, "bucket", " without the configuration of its own")
	add(result.LeftoverBucket, "bucket", " left behind")
	add(result.LeftoverObjects, "bucket", " with objects left behind")
	others := 0
	for _, n := range counts {
		others += n
	}
	if others > 0 {
		parts = append(parts, plural(others, "other problem"))
	}
	return strings.Join(parts, ", ")
}

// WriteLeftovers writes a line for everything that a run's clean-up could not undo, as a terminal shows what must not be missed. [WriteText]
// ends with the same lines.
func WriteLeftovers(w io.Writer, r result.Report, opts TextOptions) error {
	t := newTextWriter(w, opts)
	t.leftovers(r.CleanUp)
	return t.out.Flush()
}

// leftovers writes lines that are never wrapped: the commands in them are to be copied.
func (t *textWriter) leftovers(all []result.Leftover) {
	for _, l := range all {
		t.line(0, t.paint(alarm, "NOT CLEANED UP: "+leftoverLine(l)))
	}
}
