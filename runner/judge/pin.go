package judge

import (
	"slices"
	"strings"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/runner/s3error"
)

// Pin is the part of an answer that a scenario expects in place of S3's, with its reason. Empty members pin nothing.
type Pin struct {
	Status  []int    // acceptable codes
	Error   []string // acceptable codes of the error document
	Headers []HeaderPin
	Reason  string
}

// HeaderPin pins one header to any of some values: "any", "absent", "present", or the value itself.
type HeaderPin struct {
	Name   string
	Values []string
}

// unpinned is an answer without the parts that pins replace.
func unpinned(a s3cors.Answer, pins []Pin) s3cors.Answer {
	for _, p := range pins {
		if len(p.Status) > 0 {
			a.Status, a.Error = nil, nil
		}
		if len(p.Error) > 0 {
			a.Error = nil
		}
		for _, h := range p.Headers {
			a.Free = append(slices.Clone(a.Free), s3cors.HeaderNamed(h.Name).Name)
		}
	}
	return a
}

// comparePins lists where an answer is not as pinned. A later pin of the same part wins over an earlier one.
func comparePins(kind Kind, pins []Pin, came result.Response) []Difference {
	var found []Difference
	for i, p := range pins {
		later := pins[i+1:]
		for _, d := range p.differences(kind, came) {
			if !slices.ContainsFunc(later, func(q Pin) bool { return q.covers(d) }) {
				found = append(found, d)
			}
		}
	}
	return found
}

func (p Pin) covers(d Difference) bool {
	switch d.Part {
	case Status:
		return len(p.Status) > 0
	case ErrorCode:
		return len(p.Error) > 0
	}
	return slices.ContainsFunc(p.Headers, func(h HeaderPin) bool { return strings.EqualFold(h.Name, d.Name) })
}

func (p Pin) differences(kind Kind, came result.Response) []Difference {
	var found []Difference
	if len(p.Status) > 0 && !slices.Contains(p.Status, came.Status) {
		found = append(found, Difference{Kind: kind, Part: Status, How: result.Value, Owed: result.Side{Status: p.Status}, Got: statusOf(came), Pinned: p.Reason})
	}
	if doc, _ := s3error.Read(came.Body); len(p.Error) > 0 && !slices.Contains(p.Error, doc.Code) {
		d := comparison{kind: kind}.element(ErrorCode, p.Error, doc.Code, doc)
		d.Pinned = p.Reason
		found = append(found, d)
	}
	for _, h := range p.Headers {
		if how, differs := h.difference(came.Headers); differs {
			found = append(found, Difference{
				Kind: kind, Part: s3cors.CheckOf(h.Name), Name: h.Name, How: how,
				Owed: result.Side{Values: h.Values}, Got: result.Side{Headers: named(came.Headers, h.Name)}, Pinned: p.Reason,
			})
		}
	}
	return found
}

// difference says how a header differs from all the values that it may have.
func (h HeaderPin) difference(lines []result.Header) (how result.How, differs bool) {
	present := len(result.Values(lines, h.Name)) > 0
	for _, v := range h.Values {
		if v == "any" || v == "absent" && !present || v == "present" && present {
			return "", false
		}
		if v != "absent" && v != "present" && compareHeader(s3cors.HeaderNamed(h.Name), lines, v) == nil {
			return "", false
		}
	}
	switch {
	case !present:
		return result.Missing, true
	case slices.Equal(h.Values, []string{"absent"}):
		return result.Unwanted, true
	default:
		return result.Value, true
	}
}
