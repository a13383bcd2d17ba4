// Package lint reads a CORS configuration and says what S3 would refuse and what will not work as meant: in a browser, or because of another
// rule. It is pure: it asks no endpoint.
package lint

import (
	"cmp"
	"fmt"
	"slices"

	"corsprobe/runner/s3cors"
)

// Severity says how bad a problem is.
type Severity string

// The severities, worst first.
const (
	Error   Severity = "error"   // S3 refuses the configuration
	Warning Severity = "warning" // it does something else than was probably meant
	Note    Severity = "note"    // it works, and is worth knowing
)

// Problem is one thing about a configuration.
type Problem struct {
	Severity Severity
	Rule     int    // index of the rule, -1: the configuration as a whole
	Field    string // "AllowedOrigins"; empty: the rule as a whole
	Index    int    // of the value within the field, -1: the field as a whole
	Value    string // as it stands there; empty: none
	What     string // what is so, in a sentence without its full stop
	Do       string // what to do
	Facts    []int  // what it rests on
	Fetch    string // anchor of the Fetch standard that it rests on: "cors-check"; empty: none
}

// Where names the place within the configuration: `rule 2, AllowedOrigins "https://a.example/"`.
func (p Problem) Where() string {
	if p.Rule < 0 {
		return "the configuration"
	}
	where := fmt.Sprintf("rule %d", p.Rule+1)
	if p.Field != "" {
		where += ", " + p.Field
	}
	if p.Index >= 0 {
		where += fmt.Sprintf(" %q", p.Value)
	}
	return where
}

// Limits are an endpoint's own; 0 where none is known.
type Limits struct{ Rules, DocumentBytes, MaxAgeSeconds int }

// Check lists every problem, by rule and then worst first.
func Check(cfg *s3cors.Configuration, limits Limits) []Problem {
	all := append(refused(cfg), limited(cfg, limits)...)
	for i, r := range cfg.CORSRules {
		found := slices.Concat(origins(r), methods(r), headers(r), exposed(r), maxAge(r), shadowed(cfg.CORSRules, i))
		for _, p := range found {
			p.Rule = i
			all = append(all, p)
		}
	}
	rank := map[Severity]int{Error: 0, Warning: 1, Note: 2}
	slices.SortStableFunc(all, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(rank[a.Severity], rank[b.Severity]))
	})
	return all
}

// limited holds a configuration against what an endpoint is known to allow.
func limited(cfg *s3cors.Configuration, limits Limits) []Problem {
	var all []Problem
	if n := len(cfg.CORSRules); limits.Rules > 0 && n > limits.Rules {
		all = append(all, Problem{Severity: Warning, Rule: -1, Index: -1, Facts: []int{63},
			What: fmt.Sprintf("it has %d rules, and the provider is known to allow %d", n, limits.Rules), Do: "put rules together: several origins and methods fit into one"})
	}
	if n := len(cfg.XML()); limits.DocumentBytes > 0 && n > limits.DocumentBytes {
		all = append(all, Problem{Severity: Warning, Rule: -1, Index: -1, Facts: []int{64},
			What: fmt.Sprintf("it is %d bytes long, and the provider is known to allow %d", n, limits.DocumentBytes), Do: "put rules together, or cover origins by a pattern"})
	}
	for i, r := range cfg.CORSRules {
		if limits.MaxAgeSeconds > 0 && r.MaxAgeSeconds != nil && int(*r.MaxAgeSeconds) > limits.MaxAgeSeconds {
			all = append(all, Problem{Severity: Warning, Rule: i, Field: "MaxAgeSeconds", Index: -1, Facts: []int{28},
				What: fmt.Sprintf("the provider is known to allow %d", limits.MaxAgeSeconds), Do: fmt.Sprintf("write at most %d", limits.MaxAgeSeconds)})
		}
	}
	return all
}
