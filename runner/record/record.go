// Package record makes expectations of what an endpoint answered, where the endpoint is taken as the authority, and says what moved since an
// earlier recording. It is pure.
package record

import (
	"fmt"
	"slices"
	"strings"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/runner/s3error"
	"corsprobe/scenarios"
)

// Cell is what was answered in a cell. It reports false where nothing can be pinned: the cell was not answered, or in two ways.
func Cell(step string, cell scenarios.Cell, came result.Cell) (scenarios.Recorded, bool) {
	r := scenarios.Recorded{Step: step, Cell: cell}
	if came.Verdict == result.Error || came.Verdict == result.Flaky || came.Verdict == result.Unsupported {
		return r, false
	}
	for _, ex := range came.Exchanges {
		switch {
		case ex.Error != "":
			return r, false
		case ex.Kind == string(scenarios.Preflight):
			r.Preflight = parts(ex.Response)
		case ex.Kind == string(scenarios.Actual):
			r.Actual = parts(ex.Response)
		}
	}
	return r, r.Preflight != nil || r.Actual != nil
}

// parts are what is pinned of an answer: its status, its error's code, and every header that CORS speaks of, those that are absent too.
func parts(a result.Response) *scenarios.Parts {
	p := &scenarios.Parts{Status: []int{a.Status}}
	if doc, err := s3error.Read(a.Body); err == nil && doc.Code != "" {
		p.Error = []string{doc.Code}
	}
	for _, h := range s3cors.Headers {
		value := "absent"
		if values := result.Values(a.Headers, h.Name); len(values) > 0 {
			value = strings.Join(values, ", ")
		}
		p.Headers = append(p.Headers, scenarios.HeaderPin{Name: h.Name, Values: []string{value}})
	}
	return p
}

// Moved says in a line each what a cell's answers are now, and were when they were recorded; nil: they are the same, or were not recorded.
func Moved(now scenarios.Recorded) []string {
	preflight, actual := now.Cell.Recording()
	return append(moved("preflight", preflight, now.Preflight), moved("actual", actual, now.Actual)...)
}

func moved(kind string, was, is *scenarios.Parts) []string {
	if was == nil || is == nil {
		return nil
	}
	var lines []string
	differs := func(part, was, is string) {
		if was != is {
			lines = append(lines, fmt.Sprintf("%s %s: was %s, is %s", kind, part, was, is))
		}
	}
	differs("status", fmt.Sprint(was.Status), fmt.Sprint(is.Status))
	differs("error", fmt.Sprint(was.Error), fmt.Sprint(is.Error))
	for _, h := range is.Headers {
		i := slices.IndexFunc(was.Headers, func(o scenarios.HeaderPin) bool { return strings.EqualFold(o.Name, h.Name) })
		if i >= 0 {
			differs(h.Name, strings.Join(was.Headers[i].Values, " or "), strings.Join(h.Values, " or "))
		}
	}
	return lines
}
