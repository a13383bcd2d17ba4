// Package match holds gomega matchers for answers to CORS requests and for results of a run.
package match

import (
	"fmt"
	"strings"

	"corsprobe/runner/result"

	"github.com/onsi/gomega/types"
)

// Conform succeeds for a [result.Cell] that passed.
//
//	Expect(run.Wait(id)).To(match.Conform())
func Conform() types.GomegaMatcher { return conform{} }

type conform struct{}

// Match implements gomega's matcher.
func (conform) Match(actual any) (bool, error) {
	cell, ok := actual.(result.Cell)
	if !ok {
		return false, fmt.Errorf("Conform matches a result.Cell, not a %T", actual)
	}
	return cell.Verdict == result.Passed, nil
}

// FailureMessage implements gomega's matcher.
func (conform) FailureMessage(actual any) string {
	c := actual.(result.Cell)
	lines := []string{fmt.Sprintf("Expected\n    %s\nto conform, but it is %s", c.ID, c.Verdict)}
	if c.Reason != "" {
		lines = append(lines, "    "+c.Reason)
	}
	for _, f := range c.Findings {
		lines = append(lines, fmt.Sprintf("  [%s] %s\n    expected %s\n    got      %s\n    why      %s", f.Class, f.Check, f.Expected, f.Got, f.Why))
	}
	if c.Browser != nil && c.Browser.Sentence != "" {
		lines = append(lines, "  "+c.Browser.Sentence)
	}
	for _, curl := range c.Curl {
		lines = append(lines, "  "+curl)
	}
	return strings.Join(lines, "\n")
}

// NegatedFailureMessage implements gomega's matcher.
func (conform) NegatedFailureMessage(actual any) string {
	return fmt.Sprintf("Expected\n    %s\nnot to conform", actual.(result.Cell).ID)
}
