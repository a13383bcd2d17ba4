// Package dialect names the ways in which endpoints depart from S3, and says what an endpoint that departs so answers.
//
// A [Deviation] is a named, documented, pure change of S3's model (package s3cors); a [Dialect] an ordered list of them, S3's own the empty
// one. One definition serves the reference server that plants it, the diagnosis that finds it, the providers that are known for it and the
// documentation: what a deviation needs of a request is plain data, see [Asked]. The package does no I/O and has no state.
package dialect

import (
	"fmt"
	"slices"
	"strings"

	"corsprobe/runner/result"
)

// Deviation is one thing that an endpoint does otherwise than S3.
type Deviation struct {
	Name    string       // lower-case words joined by dashes
	Summary string       // what the endpoint does, in a sentence
	Class   result.Class // the worst that a difference by it costs
	Checks  []string     // globs of the checks by which it shows, each finding by one of them; empty: any
	Facts   []int        // of S3 that it departs from
	Look    string       // where in an implementation to look for it
	// Parameter says what the deviation takes; nil: nothing.
	Parameter *Parameter
	// Value is what it was given; the zero Value where it takes nothing, or was not told yet.
	Value Value

	written string // with its value

	change
}

// Chooses reports that it has other rules tried than S3 does.
func (d Deviation) Chooses() bool { return d.choose != nil }

// Open is the class of deviations that stay within what S3's facts leave open: nobody is blamed for them.
const Open result.Class = ""

// String is the deviation as it is written in a file: "vary-origin-only", "most-rules: 20".
func (d Deviation) String() string {
	if d.Value.IsZero() {
		return d.Name
	}
	return d.written
}

// Dialect is how an endpoint departs from S3, in the order in which the changes apply. The empty one is S3's.
type Dialect []Deviation

// String lists the deviations, each as it is written in a file.
func (d Dialect) String() string {
	names := make([]string, len(d))
	for i, one := range d {
		names[i] = one.String()
	}
	return strings.Join(names, ", ")
}

// Has reports whether a deviation of that name is part of the dialect.
func (d Dialect) Has(name string) bool {
	return slices.ContainsFunc(d, func(one Deviation) bool { return one.Name == name })
}

// All lists every deviation, by what they concern. One that takes a parameter has no value yet.
func All() []Deviation {
	return slices.Clone(all)
}

// Examples lists every deviation as it can be planted: one that takes a parameter once for each of the parameter's examples.
func Examples() []Deviation {
	var list []Deviation
	for _, d := range all {
		if d.Parameter == nil {
			list = append(list, d)
			continue
		}
		for _, v := range d.Parameter.Examples {
			list = append(list, d.must(v))
		}
	}
	return list
}

// New returns the deviation of that name with a value; the zero Value for one that takes none.
func New(name string, v Value) (Deviation, error) {
	i := slices.IndexFunc(all, func(d Deviation) bool { return d.Name == name })
	if i < 0 {
		return Deviation{}, fmt.Errorf("there is no deviation %q%s", name, nearest(name))
	}
	return all[i].With(v)
}

// With gives a deviation its parameter's value.
func (d Deviation) With(v Value) (Deviation, error) {
	switch {
	case d.Parameter == nil && !v.IsZero():
		return d, fmt.Errorf("%s takes no parameters", d.Name)
	case d.Parameter == nil:
		return d, nil
	case v.IsZero():
		return d, fmt.Errorf("%s needs a value: %s, such as %s", d.Name, d.Parameter.Doc, d.must(d.Parameter.Examples[0]))
	case v.kind() != d.Parameter.Examples[0].kind():
		return d, fmt.Errorf("%s takes %s, such as %s, not %s", d.Name, d.Parameter.Examples[0].kind(), d.must(d.Parameter.Examples[0]), v)
	}
	if d.Parameter.check != nil {
		if err := d.Parameter.check(v); err != nil {
			return d, fmt.Errorf("%s: %w", d.Name, err)
		}
	}
	return d.must(v), nil
}

// must gives a value that is known to fit.
func (d Deviation) must(v Value) Deviation {
	d.Value, d.change, d.written = v, d.Parameter.make(v), d.Name+": "+v.String()
	if d.Parameter.summary != nil {
		d.Summary = d.Parameter.summary(v)
	}
	return d
}

// nearest suggests the name that shares most words with a misspelt one.
func nearest(name string) string {
	best, most := "", 0
	words := strings.Split(name, "-")
	for _, d := range all {
		n := 0
		for _, w := range strings.Split(d.Name, "-") {
			if slices.Contains(words, w) {
				n++
			}
		}
		if n > most {
			best, most = d.Name, n
		}
	}
	if best == "" {
		return "; corsprobe list deviations names them"
	}
	return "; is " + best + " meant? corsprobe list deviations names them"
}

var all = registry()

// registry puts the lists together, and to each deviation what departs from which facts and where to look.
func registry() []Deviation {
	list := slices.Concat(ruleDeviations, originDeviations, methodDeviations, headerDeviations, responseDeviations, varyDeviations,
		preflightDeviations, actualDeviations, configurationDeviations)
	for i := range list {
		d := &list[i]
		for _, p := range places {
			if strings.HasPrefix(d.Name, p.prefix) {
				d.Facts, d.Look = p.facts, p.look
				break
			}
		}
	}
	return list
}
