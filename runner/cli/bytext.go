package cli

import (
	"errors"
	"fmt"
	"regexp"

	"corsprobe/scenarios"
	"corsprobe/suites"
)

// expression is one of --focus or --skip.
type expression struct {
	flag, text string
	re         *regexp.Regexp
	matched    bool
}

// byText keeps the cells that --focus and --skip leave: as in Ginkgo, those that some --focus matches and no --skip does. An expression that
// matches no cell at all is an error: a slip in it would leave out nothing, or everything.
func (f *runFlags) byText(plan scenarios.Plan) (scenarios.Plan, error) {
	focus, focusErr := expressions("--focus", f.focus)
	skip, skipErr := expressions("--skip", f.skip)
	if err := errors.Join(focusErr, skipErr); err != nil || len(focus)+len(skip) == 0 {
		return plan, err
	}
	keep := map[string]bool{}
	for id, text := range suites.Texts(plan) {
		focused, skipped := matchAny(focus, id, text), matchAny(skip, id, text)
		keep[id] = !skipped && (focused || len(focus) == 0)
	}
	return plan.Filter(func(id string) bool { return keep[id] }), errors.Join(unmatched(focus), unmatched(skip))
}

func expressions(flag string, texts []string) ([]*expression, error) {
	var all []*expression
	var problems []error
	for _, text := range texts {
		re, err := regexp.Compile(text)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s %s: no regular expression: %w", flag, text, err))
		}
		all = append(all, &expression{flag: flag, text: text, re: re})
	}
	return all, errors.Join(problems...)
}

// matchAny holds a cell against all of the expressions, so that each is known to match something: its id, or the text that Ginkgo sees, which begins
// with the suite's name.
func matchAny(all []*expression, id, text string) bool {
	some := false
	for _, e := range all {
		if e.re.MatchString(id) || e.re.MatchString(suiteName+" "+text) {
			e.matched, some = true, true
		}
	}
	return some
}

func unmatched(all []*expression) error {
	var problems []error
	for _, e := range all {
		if !e.matched {
			problems = append(problems, fmt.Errorf("%s %s: matches no cell, neither its id nor its text in Ginkgo; corsprobe list --cells shows the ids", e.flag, e.text))
		}
	}
	return errors.Join(problems...)
}
