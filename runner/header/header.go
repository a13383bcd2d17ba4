// Package header compares header fields by meaning: lists as lists, whatever their spacing and lines, and the rest byte for byte.
//
// It is pure, and knows of S3 only which header is of which kind ([MeaningOf]).
package header

import (
	"fmt"
	"slices"
	"strings"

	"corsprobe/runner/result"
)

// Elements returns the elements of a comma list over all lines of that name, trimmed, empty ones dropped.
func Elements(lines []result.Header, name string) []string {
	var all []string
	for _, value := range result.Values(lines, name) {
		all = append(all, split(value)...)
	}
	return all
}

func split(value string) []string {
	var all []string
	for e := range strings.SplitSeq(value, ",") {
		if e = strings.Trim(e, " \t"); e != "" {
			all = append(all, e)
		}
	}
	return all
}

// Meaning is how the values of a header are compared.
type Meaning int

const (
	Exact    Meaning = iota // one value, byte for byte; two lines are a difference even where they agree
	Sequence                // a list: elements byte for byte, in order
	Covers                  // a list that must hold at least these, in any case and order; * holds all
)

// meanings lists the headers that are no single value.
var meanings = map[string]Meaning{
	"access-control-allow-methods":  Sequence, // fact 23: in stored order
	"access-control-allow-headers":  Sequence, // fact 24: lower-cased, in request order
	"access-control-expose-headers": Sequence, // fact 27: as stored, case kept
	"vary":                          Covers,   // its order means nothing, and a server may vary on more
}

// MeaningOf says how a header's values are compared. A header that is not known is compared byte for byte.
func MeaningOf(name string) Meaning { return meanings[strings.ToLower(name)] }

// Kind says how two values differ.
type Kind string

const (
	Missing  Kind = "missing"  // absent, but owed
	Unwanted Kind = "unwanted" // present, but owed to be absent
	Value    Kind = "value"    // another value
	Repeated Kind = "repeated" // several lines where one is owed
	Members  Kind = "elements" // elements missing, extra or doubled
	Order    Kind = "order"    // the same elements in another order
	Case     Kind = "case"     // the same but for case
)

// Difference is how a header differs from what was wanted.
type Difference struct {
	Kind           Kind
	Want, Got      string
	Missing, Extra []string // of lists
}

// Compare holds the lines of a name against the canonical value; nil: they mean the same.
func Compare(lines []result.Header, name, want string) *Difference {
	values := result.Values(lines, name)
	got := strings.Join(values, ", ")
	if len(values) == 0 {
		return &Difference{Kind: Missing, Want: want}
	}
	switch MeaningOf(name) {
	case Sequence:
		return sequence(split(want), Elements(lines, name), want, got)
	case Covers:
		return covers(split(want), Elements(lines, name), want, got)
	default:
		return exact(values, want, got)
	}
}

// Absent reports a header that is there; nil where it is not.
func Absent(lines []result.Header, name string) *Difference {
	values := result.Values(lines, name)
	if len(values) == 0 {
		return nil
	}
	return &Difference{Kind: Unwanted, Got: strings.Join(values, ", ")}
}

func exact(values []string, want, got string) *Difference {
	d := &Difference{Want: want, Got: got}
	switch value := strings.Trim(values[0], " \t"); {
	case len(values) > 1:
		d.Kind = Repeated
	case value == want:
		return nil
	case strings.EqualFold(value, want):
		d.Kind = Case
	default:
		d.Kind = Value
	}
	return d
}

func sequence(want, elements []string, wanted, got string) *Difference {
	if slices.Equal(want, elements) {
		return nil
	}
	d := &Difference{Want: wanted, Got: got, Missing: without(want, elements), Extra: without(elements, want)}
	switch {
	case len(d.Missing) == 0 && len(d.Extra) == 0:
		d.Kind = Order
	case slices.EqualFunc(want, elements, strings.EqualFold):
		d.Kind = Case
	default:
		d.Kind = Members
	}
	return d
}

func covers(want, elements []string, wanted, got string) *Difference {
	if slices.Contains(elements, "*") {
		return nil
	}
	missing := without(lower(want), lower(elements))
	if len(missing) == 0 {
		return nil
	}
	return &Difference{Kind: Members, Want: wanted, Got: got, Missing: missing}
}

func lower(list []string) []string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = strings.ToLower(e)
	}
	return out
}

// without lists the elements of a that b lacks, each as often as it does.
func without(a, b []string) []string {
	rest := slices.Clone(b)
	var left []string
	for _, e := range a {
		if i := slices.Index(rest, e); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
			continue
		}
		left = append(left, e)
	}
	return left
}

// String says in a few words how the header differs.
func (d *Difference) String() string {
	switch d.Kind {
	case Missing:
		return "it is absent"
	case Unwanted:
		return "it must be absent"
	case Repeated:
		return "it came in several lines"
	case Order:
		return "the same elements in another order"
	case Case:
		return "the same but for case"
	case Members:
		return d.members()
	default:
		return "another value"
	}
}

func (d *Difference) members() string {
	var parts []string
	if len(d.Missing) > 0 {
		parts = append(parts, fmt.Sprintf("missing %s", strings.Join(d.Missing, ", ")))
	}
	if len(d.Extra) > 0 {
		parts = append(parts, fmt.Sprintf("extra %s", strings.Join(d.Extra, ", ")))
	}
	return strings.Join(parts, "; ")
}
