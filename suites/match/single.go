package match

import (
	"corsprobe/runner/header"
	"corsprobe/runner/result"

	"github.com/onsi/gomega/types"
)

// single matches a header with one value.
type single struct {
	name     string // of the header
	relation string // "to allow the origin"
}

// equal is the matcher for a plain value.
func (s single) equal(want string) matcher {
	return s.judge(func(o outcome, lines []result.Header) (outcome, error) {
		o.expected = value(want)
		if d := header.Compare(lines, s.name, want, header.Exact); d != nil {
			return o.differs(d), nil
		}
		o.ok = true
		return o, nil
	})
}

// satisfies is the matcher for a sub-matcher, which is given what read makes of the header's one value. It is not asked
// where read has a problem, nor where the header is absent or came more than once.
func (s single) satisfies(sub types.GomegaMatcher, read func(string) (v any, problem string)) matcher {
	return s.judge(func(o outcome, lines []result.Header) (outcome, error) {
		got, count := header.Combined(lines, s.name)
		if count != 1 {
			return o.differs(header.Compare(lines, s.name, got, header.Exact)), nil
		}
		v, problem := read(got)
		if problem != "" {
			o.problem = problem
			return o, nil
		}
		o.relation += " that satisfies"
		return o.satisfy(sub, v)
	})
}

func (s single) judge(compare func(outcome, []result.Header) (outcome, error)) matcher {
	return func(actual any) (outcome, error) {
		a, err := answerOf(actual)
		if err != nil {
			return outcome{}, err
		}
		return compare(outcome{actual: a.show(s.name), relation: s.relation}, a.headers)
	}
}

// differs fails an outcome with a difference. That the header is absent need not be said twice.
func (o outcome) differs(d *header.Difference) outcome {
	o.ok = false
	if d.Kind != header.Missing && d.Kind != header.Value {
		o.problem = d.String()
	}
	return o
}

// text is what a sub-matcher for strings is given: the value itself.
func text(s string) (any, string) { return s, "" }
