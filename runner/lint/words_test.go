package lint

import (
	"strings"
	"testing"
)

// A place within a configuration is named as a person would, rules from 1, and a long value cut.
func TestPlaceInWords(t *testing.T) {
	for _, c := range []struct {
		at   At
		want string
	}{
		{At{Rule: -1, Index: -1}, "the configuration"},
		{At{Rule: 0, Index: -1}, "rule 1"},
		{At{Rule: 1, Field: "MaxAgeSeconds", Index: -1}, "rule 2, MaxAgeSeconds"},
		{At{Rule: 1, Field: "AllowedOrigins", Index: 0, Value: `https://"a"`}, `rule 2, AllowedOrigins "https://\"a\""`},
		{At{Rule: 0, Field: "AllowedOrigins", Index: 2, Value: strings.Repeat("é", 100)}, `rule 1, AllowedOrigins "` + strings.Repeat("é", 100) + `"`},
		{At{Rule: 0, Field: "AllowedOrigins", Index: 2, Value: strings.Repeat("é", 101)}, `rule 1, AllowedOrigins "` + strings.Repeat("é", 100) + `"…`},
	} {
		if got := c.at.String(); got != c.want {
			t.Errorf("%+v is %s, want %s", c.at, got, c.want)
		}
	}
}

// The worst of a report is an error, then a warning, then a note.
func TestWorst(t *testing.T) {
	for _, c := range []struct {
		severities []Severity
		worst      Severity
		errors     int
	}{
		{nil, "", 0},
		{[]Severity{Note}, Note, 0},
		{[]Severity{Note, Warning, Note}, Warning, 0},
		{[]Severity{Warning, Error, Note, Error}, Error, 2},
	} {
		var r Report
		for _, s := range c.severities {
			r.Findings = append(r.Findings, Finding{Severity: s})
		}
		if r.Worst() != c.worst || r.Count(Error) != c.errors {
			t.Errorf("%q: the worst is %q and %d are errors, want %q and %d", c.severities, r.Worst(), r.Count(Error), c.worst, c.errors)
		}
	}
}
