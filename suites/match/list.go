package match

import (
	"strings"

	"corsprobe/runner/header"
	"corsprobe/runner/s3cors"

	"github.com/onsi/gomega/types"
)

// list matches a header whose value is a list.
type list struct {
	constructor string
	name        string // of the header
	relation    string // "to allow the methods, in this order"
	matching    string // the relation to a sub-matcher: "to allow methods that satisfy"
}

// matcher takes what the constructors of lists take: elements, a slice of them, or one matcher.
func (l list) matcher(args []any) matcher {
	if len(args) == 1 {
		switch v := args[0].(type) {
		case types.GomegaMatcher:
			return l.satisfies(v)
		case []string:
			return l.equal(v)
		}
	}
	var want []string
	for _, arg := range args {
		s, ok := arg.(string)
		if !ok {
			return notTaken(l.constructor, "strings, one []string or one gomega matcher", arg)
		}
		want = append(want, s)
	}
	return l.equal(want)
}

func (l list) equal(elements []string) matcher {
	want := strings.Join(elements, ", ")
	if strings.Trim(want, ", \t") == "" {
		return misused(l.constructor, "needs at least one name; match.NoHeader(%q) is for none", l.name)
	}
	return func(actual any) (outcome, error) {
		a, err := answerOf(actual)
		if err != nil {
			return outcome{}, err
		}
		o := outcome{ok: true, actual: a.show(l.name), relation: l.relation, expected: value(want)}
		if d := header.Compare(a.headers, l.name, want, s3cors.HeaderNamed(l.name).Meaning); d != nil {
			o = o.differs(d)
		}
		return o, nil
	}
}

// satisfies asks a sub-matcher for the elements, of which an absent header has none.
func (l list) satisfies(sub types.GomegaMatcher) matcher {
	return func(actual any) (outcome, error) {
		a, err := answerOf(actual)
		if err != nil {
			return outcome{}, err
		}
		elements := header.Elements(a.headers, l.name)
		return outcome{actual: a.show(l.name), relation: l.matching}.satisfy(sub, elements)
	}
}
