package header

import (
	"slices"
	"strings"

	"corsprobe/runner/result"
)

// Compare holds the lines of a name against the value that is wanted, written as one line ("GET, PUT"), and returns how
// they differ; nil where they mean the same.
func Compare(lines []result.Header, name, want string, meaning Meaning) *Difference {
	got, count := Combined(lines, name)
	d := Difference{Want: want, Got: got, Lines: count}
	switch {
	case count == 0:
		return d.of(Missing)
	case count == 1 && got == want:
		return nil // whatever it means
	}
	switch meaning {
	case Sequence:
		return d.sequence(split(want), Elements(lines, name))
	case CoversFold:
		return d.covers(split(want), Elements(lines, name))
	default:
		return d.exact(strings.Trim(want, whitespace), trimmed(lines, name))
	}
}

// Absent returns a difference of kind [Unwanted] where there is a line of that name, be it empty; nil where there is none.
func Absent(lines []result.Header, name string) *Difference {
	got, count := Combined(lines, name)
	if count == 0 {
		return nil
	}
	return Difference{Got: got, Lines: count}.of(Unwanted)
}

// of returns a copy of the difference with its kind.
func (d Difference) of(kind Kind) *Difference {
	d.Kind = kind
	return &d
}

// exact compares a single value. Several lines, or the same value several times in one, are told apart from a wrong
// value: they have a cause of their own, two layers that both add the header.
func (d Difference) exact(want string, values []string) *Difference {
	switch {
	case len(values) > 1:
		return d.of(Repeated)
	case values[0] == want:
		return nil
	case equalFold(values[0], want):
		return d.of(Case)
	case isRepetition(values[0], want):
		return d.of(Repeated)
	default:
		return d.of(Value)
	}
}

// isRepetition reports whether a value is a list of nothing but want, several times.
func isRepetition(value, want string) bool {
	elements := split(value)
	return len(elements) > 1 && len(slices.Compact(elements)) == 1 && elements[0] == want
}

// sequence compares two lists, from the smallest difference to the greatest.
func (d Difference) sequence(want, got []string) *Difference {
	if slices.Equal(want, got) {
		return nil
	}
	d.Missing, d.Extra = without(want, got), without(got, want)
	switch {
	case len(d.Missing)+len(d.Extra) == 0:
		return d.of(Order)
	case slices.EqualFunc(want, got, equalFold):
		return d.of(Case)
	case slices.Equal(sortedFold(want), sortedFold(got)):
		return d.of(Order)
	default:
		return d.of(Members)
	}
}

// covers reports what a list lacks. How often it holds an element does not matter.
func (d Difference) covers(want, got []string) *Difference {
	if slices.Contains(got, "*") {
		return nil
	}
	for _, element := range want {
		if !containsFold(got, element) && !containsFold(d.Missing, element) {
			d.Missing = append(d.Missing, element)
		}
	}
	if d.Missing == nil {
		return nil
	}
	return d.of(Members)
}

func containsFold(list []string, element string) bool {
	return slices.ContainsFunc(list, func(e string) bool { return equalFold(e, element) })
}

// sortedFold returns the elements in lower case and alphabetical order.
func sortedFold(list []string) []string {
	folded := make([]string, len(list))
	for i, element := range list {
		folded[i] = lower(element)
	}
	slices.Sort(folded)
	return folded
}

// without returns the elements of a that b lacks, in order: one that a has twice and b once is returned once.
func without(a, b []string) []string {
	spare := map[string]int{}
	for _, element := range b {
		spare[element]++
	}
	var left []string
	for _, element := range a {
		if spare[element] > 0 {
			spare[element]--
			continue
		}
		left = append(left, element)
	}
	return left
}
