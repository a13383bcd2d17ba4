package header

import (
	"fmt"
	"slices"
	"strings"
)

// Kind says in which way a header differs from what was wanted.
type Kind string

const (
	// Missing says that the header is absent, and a value is wanted.
	Missing Kind = "missing"
	// Unwanted says that the header is present, and must be absent.
	Unwanted Kind = "unwanted"
	// Value says that a single value is another one.
	Value Kind = "value"
	// Repeated says that a header with a single value came in several lines, or with its value several times in one.
	Repeated Kind = "repeated"
	// Members says that a list lacks elements, has further ones, or has one too often.
	Members Kind = "elements"
	// Order says that a list has the wanted elements in another order, and maybe in another case too.
	Order Kind = "order"
	// Case says that a value, or a list with all its elements in place, is the wanted one but for case.
	Case Kind = "case"
)

// Difference is how a header differs from what was wanted.
type Difference struct {
	Kind Kind
	// Want is the value that was wanted, as it was given; empty where the header must be absent.
	Want string
	// Got is the value that came, several lines joined by ", "; empty where the header is absent.
	Got string
	// Lines is how many lines the header came in.
	Lines int
	// Missing and Extra are the elements, byte for byte, that only the wanted list has and that only the one that came
	// has, each as often as it has more of them. They are nil where a header is no list.
	Missing, Extra []string
}

// String says in a few words how the header differs: "missing PUT; extra DELETE", "same elements in another order",
// "sent twice". It does not repeat the values.
func (d *Difference) String() string {
	switch d.Kind {
	case Missing:
		return "absent"
	case Unwanted:
		return "present, must be absent"
	case Repeated:
		return d.repeated()
	case Members:
		return d.members()
	case Order:
		return d.order()
	case Case:
		return d.letters()
	default:
		return "another value"
	}
}

func (d *Difference) repeated() string {
	switch {
	case d.Lines == 1:
		return "sent " + times(len(split(d.Got))) + " in one line"
	case isCopies(d.Got, d.Lines):
		return "sent " + times(d.Lines)
	default:
		return "sent " + times(d.Lines) + ", with different values"
	}
}

// isCopies reports whether a joined value is n times the same. It does not split at commas, which a date has too.
func isCopies(joined string, n int) bool {
	length := (len(joined) - len(", ")*(n-1)) / n
	return strings.Repeat(joined[:length]+", ", n) == joined+", "
}

func times(n int) string {
	if n == 2 {
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}

// members tells elements that one side lacks altogether from those that both have, but not equally often.
func (d *Difference) members() string {
	seldom, missing := divide(d.Missing, split(d.Got))
	often, extra := divide(d.Extra, split(d.Want))
	var parts []string
	add := func(format string, elements []string) {
		if len(elements) > 0 {
			parts = append(parts, fmt.Sprintf(format, strings.Join(elements, ", ")))
		}
	}
	add("missing %s", missing)
	add("extra %s", extra)
	add("%s not often enough", seldom)
	add("%s too often", often)
	return strings.Join(parts, "; ")
}

// divide parts elements into those that a list has, each once, and those that it has not.
func divide(elements, list []string) (in, out []string) {
	for _, element := range elements {
		switch {
		case !slices.Contains(list, element):
			out = append(out, element)
		case !slices.Contains(in, element):
			in = append(in, element)
		}
	}
	return in, out
}

func (d *Difference) order() string {
	if len(d.Missing) > 0 {
		return "same elements in another order and case"
	}
	return "same elements in another order"
}

// letters names the elements of a list whose case is not the wanted one.
func (d *Difference) letters() string {
	if len(d.Missing) == 0 {
		return "same but for case"
	}
	var pairs []string
	for _, want := range d.Missing {
		i := slices.IndexFunc(d.Extra, func(got string) bool { return equalFold(got, want) })
		if pair := d.Extra[max(i, 0)] + " for " + want; !slices.Contains(pairs, pair) {
			pairs = append(pairs, pair)
		}
	}
	return "same but for case: " + strings.Join(pairs, ", ")
}
