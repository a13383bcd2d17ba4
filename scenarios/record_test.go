package scenarios

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const unrecorded = `# at the top
name: one
cors: none
matrix: # a comment beside
  origins: [https://a.example.com, https://b.example.com, "https://*.example.com", none, "null"]
  headers: [none, "x-a, x-b"]
expect:
  - reason: a person said so
    actual: {status: 200}
---
name: two
steps:
  - name: gone
    delete: true
    matrix: {origins: [https://a.example.com], send: preflight}
`

// planOf loads a text as the one file of a plan.
func planOf(t *testing.T, text string) Plan {
	t.Helper()
	d := &decoder{file: "f.yaml"}
	var l loader
	for _, s := range d.scenarios([]byte(text)) {
		s.File, s.ID = d.file, s.Name
		l.add(d, s)
	}
	l.errors = append(l.errors, d.errors...)
	loaded, err := l.result()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Expand(loaded)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// recordAll records an answer in every cell of a plan.
func recordAll(plan Plan, answer func(Cell) *Parts) map[string][]Recorded {
	by := map[string][]Recorded{}
	for _, planned := range plan.Scenarios {
		for _, step := range planned.Steps {
			for _, c := range step.Cells {
				r := Recorded{Step: step.Name, Cell: c, Preflight: answer(c)}
				if len(c.Send) > 1 {
					r.Actual = answer(c)
				}
				by[planned.Scenario.Name] = append(by[planned.Scenario.Name], r)
			}
		}
	}
	return by
}

// echo answers with the request's own origin, whatever it is.
func echo(c Cell) *Parts {
	return &Parts{Status: []int{403}, Error: []string{"AccessForbidden"}, Headers: headerPins{{"Access-Control-Allow-Origin", []string{orNone(c.Origin)}}, {"Access-Control-Max-Age", []string{"3000"}}}}
}

// What was recorded of each cell is read back of that cell, patterns in its values or not, and a second recording replaces the first.
func TestRecord(t *testing.T) {
	text := []byte(unrecorded)
	for range 2 {
		plan := planOf(t, string(text))
		var err error
		if text, err = Record(text, "2026-11-26 at https://s3.example.com", recordAll(plan, echo)); err != nil {
			t.Fatal(err)
		}
	}
	cells := 0
	for _, planned := range planOf(t, string(text)).Scenarios {
		for _, step := range planned.Steps {
			for _, c := range step.Cells {
				cells++
				preflight, actual := c.Recording()
				if diff := cmp.Diff(echo(c).String(), preflight.String()); diff != "" {
					t.Errorf("%s (-want +got):\n%s", c.ID, diff)
				}
				if wants := len(c.Send) > 1; (actual != nil) != wants {
					t.Errorf("%s: actual is %s", c.ID, actual)
				}
			}
		}
	}
	if cells != 11 {
		t.Errorf("%d cells, want 11", cells)
	}
	for part, times := range map[string]int{"# at the top\n": 1, "# a comment beside\n": 1, "a person said so": 1, "recorded 2026-11-26 at https://s3.example.com\n": 11} {
		if got := strings.Count(string(text), part); got != times {
			t.Errorf("%q stands there %d times, want %d:\n%s", part, got, times, text)
		}
	}
}

// Origins that are answered alike share a pin, and a recording without cells takes away what an earlier one left.
func TestRecordTogether(t *testing.T) {
	refused := func(Cell) *Parts {
		return &Parts{Status: []int{403}, Headers: headerPins{{"Vary", []string{"absent"}}}}
	}
	text, err := Record([]byte(unrecorded), "x", recordAll(planOf(t, unrecorded), refused))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(string(text), "reason: recorded x\n"); got != 3 {
		t.Errorf("%d pins, want one for each value of headers and one for the step:\n%s", got, text)
	}
	text, err = Record(text, "y", map[string][]Recorded{"one": nil, "two": nil})
	if err != nil || strings.Contains(string(text), "recorded") || !strings.Contains(string(text), "a person said so") || strings.Count(string(text), "expect") != 1 {
		t.Errorf("%v:\n%s", err, text)
	}
	if _, err := Record([]byte("a: ["), "x", nil); err == nil {
		t.Error("what is no YAML is taken")
	}
}
