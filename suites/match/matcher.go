package match

import (
	"fmt"

	"github.com/onsi/gomega/format"
	"github.com/onsi/gomega/types"
)

// outcome is what a matcher makes of one actual value, with the words for both kinds of failure.
type outcome struct {
	ok       bool
	actual   string // what came
	relation string // "to allow the origin"
	problem  string // the difference in a few words; empty where ok, or where the rest says it all
	expected string // empty where the relation says it all
}

// matcher is the one implementation of gomega's interface: a function that judges, asked anew for each message.
type matcher func(actual any) (outcome, error)

var _ types.GomegaMatcher = matcher(nil)

// Match implements [types.GomegaMatcher].
func (m matcher) Match(actual any) (bool, error) {
	o, err := m(actual)
	return o.ok, err
}

// FailureMessage implements [types.GomegaMatcher].
func (m matcher) FailureMessage(actual any) string {
	o, err := m(actual)
	if err != nil {
		return err.Error() // Match has failed with it before
	}
	if o.problem != "" {
		o.relation += " (" + o.problem + ")"
	}
	return message(o.actual, o.relation, o.expected)
}

// NegatedFailureMessage implements [types.GomegaMatcher].
func (m matcher) NegatedFailureMessage(actual any) string {
	o, err := m(actual)
	if err != nil {
		return err.Error()
	}
	return message(o.actual, "not "+o.relation, o.expected)
}

// misused is a matcher whose constructor was given what it does not take. It fails every match with the reason.
func misused(constructor, format string, args ...any) matcher {
	err := fmt.Errorf("match.%s "+format, append([]any{constructor}, args...)...)
	return func(any) (outcome, error) { return outcome{}, err }
}

// satisfy asks somebody else's matcher and takes over its words, of which there is one text for each outcome.
func (o outcome) satisfy(m types.GomegaMatcher, value any) (outcome, error) {
	ok, err := m.Match(value)
	if err != nil {
		return outcome{}, err
	}
	o.ok = ok
	if o.expected = m.FailureMessage(value); ok {
		o.expected = m.NegatedFailureMessage(value)
	}
	return o, nil
}

// notTaken is the error for an argument that is neither a plain value nor a matcher.
func notTaken(constructor, takes string, got any) matcher {
	return misused(constructor, "takes %s, not\n%s", takes, format.Object(got, 1))
}
