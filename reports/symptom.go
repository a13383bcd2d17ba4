package reports

import (
	"fmt"
	"io"
	"strings"

	"corsprobe/runner/result"
)

// WriteSymptomsJSON writes what a pasted text comes to as JSON: always a list.
func WriteSymptomsJSON(w io.Writer, all []result.Symptom) error {
	if all == nil {
		all = []result.Symptom{}
	}
	return encodeJSON(w, all, "  ")
}

// WriteSymptoms writes what a pasted text comes to for a person.
func WriteSymptoms(w io.Writer, all []result.Symptom, opts TextOptions) error {
	t := newTextWriter(w, opts)
	for i, s := range all {
		if i > 0 {
			t.blank()
		}
		t.symptom(s)
	}
	return t.out.Flush()
}

func (t *textWriter) symptom(s result.Symptom) {
	t.line(0, t.paint(bold, symptomTitle(s)))
	if about := requestOf(s); about != "" {
		t.line(0, about)
	}
	rows := []row{{label: "means", value: brief(s.Means, evidenceLimit)}}
	for i, cause := range s.Causes {
		rows = append(rows, row{label: first(i, "causes"), value: fmt.Sprintf("%d. %s", i+1, brief(cause, evidenceLimit))})
	}
	if s.Command != "" {
		rows = append(rows, row{label: "settle", value: visible(s.Command), verbatim: true})
	}
	for _, more := range append([]string{s.Reads}, s.Assumes...) {
		if more != "" {
			rows = append(rows, row{value: brief(more, evidenceLimit)})
		}
	}
	for i, l := range strings.Split(strings.TrimSpace(s.Configuration), "\n") {
		if l != "" {
			rows = append(rows, row{label: first(i, "write"), value: visibleIndented(l), verbatim: true})
		}
	}
	if s.Note != "" {
		label := ""
		if s.Configuration == "" {
			label = "write"
		}
		rows = append(rows, row{label: label, value: brief(s.Note, evidenceLimit)})
	}
	t.rows(2, rows)
}

// first labels the first of several lines.
func first(i int, label string) string {
	if i > 0 {
		return ""
	}
	return label
}

// visibleIndented is visible text with the blanks that a line begins with.
func visibleIndented(l string) string {
	rest := strings.TrimLeft(l, " ")
	return l[:len(l)-len(rest)] + visible(rest)
}

func symptomTitle(s result.Symptom) string {
	if s.Code != "" {
		title := s.Source + " says " + visible(s.Code)
		if s.Message != "" {
			title += ": " + brief(s.Message, valueLimit)
		}
		return title
	}
	var names []string
	if s.Chromium != "" {
		names = append(names, "Chromium "+s.Chromium)
	}
	if s.Firefox != "" {
		names = append(names, "Firefox "+s.Firefox)
	}
	title := s.ID + ", as " + s.Source + " tells it"
	if len(names) > 0 {
		title += " (" + strings.Join(names, ", ") + ")"
	}
	return title
}

// requestOf names the request, as far as the text tells.
func requestOf(s result.Symptom) string {
	var parts []string
	if s.Method != "" {
		parts = append(parts, visible(s.Method))
	}
	if s.URL != "" {
		parts = append(parts, brief(s.URL, valueLimit))
	}
	if s.RedirectedFrom != "" {
		parts = append(parts, "redirected from "+brief(s.RedirectedFrom, valueLimit))
	}
	if s.Origin != "" {
		parts = append(parts, "from "+brief(s.Origin, valueLimit))
	}
	if s.Status != "" {
		parts = append(parts, "answered with "+visible(s.Status))
	}
	if s.Endpoint != "" {
		parts = append(parts, "use the host "+visible(s.Endpoint))
	}
	if s.Region != "" {
		parts = append(parts, "the region is "+visible(s.Region))
	}
	return strings.Join(parts, ", ")
}
