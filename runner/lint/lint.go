// Package lint reads a CORS configuration and says what S3 would refuse and what will not work as meant: in a browser, because of another
// rule, or at a provider. It is pure: it asks no endpoint.
//
// [Check] looks at a configuration, [File] at a file that holds some. What can be said is a table with codes, in package code.
package lint

import (
	"cmp"
	"fmt"
	"slices"

	"corsprobe/runner/lint/code"
	"corsprobe/runner/s3cors"
)

// Severity says how bad a problem is.
type Severity = code.Severity

// The severities, worst first.
const (
	Error   = code.Error   // S3 refuses the configuration, or the tools that take it to S3 refuse the file
	Warning = code.Warning // it does something else than was probably meant
	Note    = code.Note    // it works, and is worth knowing
)

// ByCode finds what a code means, by its id or its name: CP201, trailing-slash.
func ByCode(id string) (code.Code, bool) { return code.ByID(id) }

// Codes are all that lint can say.
func Codes() []code.Code { return code.All() }

// At is a place within a configuration.
type At struct {
	Rule  int    // index of the rule, -1: the configuration as a whole
	Field string // "AllowedOrigins"; empty: the rule as a whole
	Index int    // of the value within the field, -1: the field as a whole
	Value string // as it stands there; empty: none
}

// String names the place: `rule 2, AllowedOrigins "https://a.example/"`.
func (a At) String() string {
	if a.Rule < 0 {
		return "the configuration"
	}
	where := fmt.Sprintf("rule %d", a.Rule+1)
	if a.Field != "" {
		where += ", " + a.Field
	}
	if a.Index >= 0 {
		where += " " + short(a.Value)
	}
	return where
}

// short quotes a value, cut where it is very long.
func short(value string) string {
	const longest = 100
	if runes := []rune(value); len(runes) > longest {
		return fmt.Sprintf("%q…", string(runes[:longest]))
	}
	return fmt.Sprintf("%q", value)
}

// Problem is one thing about a configuration.
type Problem struct {
	Code     string // of the table
	Severity Severity
	At
	What string // what is so, in a sentence without its full stop
	Do   string // what to do
	Mend *Mend  // how the value is mended; nil where a machine should not
}

// Mend is what mends a value: other values in its place, or none.
type Mend struct{ With []string }

// remove takes a value out of its list.
var remove = &Mend{}

func with(values ...string) *Mend { return &Mend{values} }

// found is a problem with the severity that the table gives its code. Its rule is filled in later.
func found(id string, at At, what, do string) Problem {
	c, ok := code.ByID(id)
	if !ok {
		panic("lint: no code " + id) // a test makes every problem
	}
	return Problem{Code: id, Severity: c.Severity, At: at, What: what, Do: do}
}

func (p Problem) as(s Severity) Problem {
	p.Severity = s
	return p
}

func (p Problem) mended(m *Mend) Problem {
	p.Mend = m
	return p
}

// whole is a field as a whole.
func whole(field string) At { return At{Field: field, Index: -1} }

// Check lists every problem, by rule and then worst first.
func Check(cfg *s3cors.Configuration, provider Provider) []Problem {
	all := append(refused(cfg), provider.check(cfg)...)
	for i, r := range cfg.CORSRules {
		for _, p := range slices.Concat(origins(r), methods(r), headers(r), exposed(r), maxAge(r), repeated(r)) {
			p.Rule = i
			all = append(all, p)
		}
	}
	all = append(all, together(cfg.CORSRules)...)
	slices.SortStableFunc(all, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Severity.Rank(), b.Severity.Rank()))
	})
	return all
}
