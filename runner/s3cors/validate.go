package s3cors

import (
	"strings"
	"unicode/utf8"

	"corsprobe/runner/s3cors/fact"
)

// Refusal is why PutBucketCors refuses a configuration.
type Refusal struct {
	Status  int    // always 400
	Code    string // the error document's Code; empty: not known
	Message string // its Message; empty where only peers know the text, so not to be asserted
	Facts   []int  // what the refusal rests on
	// Open: the facts leave it open whether or how this is refused. Code is then the one leaned to, not to be asserted.
	Open bool
	// MayAccept: accepting the configuration is as faithful as refusing it. Only set where Open is.
	MayAccept bool
	Rule      int    // index of the rule at fault, -1: the configuration as a whole
	Field     string // the member at fault, such as "AllowedMethods"; empty: the rule as a whole
}

// Limits of a configuration.
const (
	MaxRules    = 100       // rules in a configuration (fact 63)
	MaxDocument = 64 * 1024 // bytes of its XML (fact 64)
	MaxID       = 255       // characters of a rule's ID (fact 65)
)

// Validate says why S3 refuses a configuration; nil: it takes it. Only one problem is told, as S3 does: what breaks the
// schema first, then the contents rule by rule (fact 69). A problem that is surely refused goes before one that is open.
func Validate(cfg *Configuration) *Refusal {
	if r := schemaProblem(cfg); r != nil {
		return r
	}
	if len(cfg.CORSRules) > MaxRules { // refused for sure, with InvalidRequest or MalformedXML
		return &Refusal{Status: 400, Code: CodeInvalidRequest, Facts: []int{fact.TooManyRules}, Open: true, Rule: -1, Field: "CORSRules"}
	}
	for _, problem := range []func(Rule) *Refusal{contentProblem, openProblem} {
		if r := firstProblem(cfg.CORSRules, problem); r != nil {
			return r
		}
	}
	if len(cfg.XML()) > MaxDocument {
		return open(fact.DocumentSize, "")
	}
	return nil
}

// firstProblem tries the rules in order and fills in which one is at fault.
func firstProblem(rules []Rule, problem func(Rule) *Refusal) *Refusal {
	for i, rule := range rules {
		if r := problem(rule); r != nil {
			r.Rule = i
			return r
		}
	}
	return nil
}

// schemaProblem: at least one rule, each with an origin and a method (fact 56).
func schemaProblem(cfg *Configuration) *Refusal {
	if cfg == nil || len(cfg.CORSRules) == 0 {
		return malformedXML("CORSRules")
	}
	return firstProblem(cfg.CORSRules, func(rule Rule) *Refusal {
		switch {
		case len(rule.AllowedOrigins) == 0:
			return malformedXML("AllowedOrigins")
		case len(rule.AllowedMethods) == 0:
			return malformedXML("AllowedMethods")
		}
		return nil
	})
}

func malformedXML(field string) *Refusal {
	return &Refusal{Status: 400, Code: CodeMalformedXML, Message: MessageMalformedXML, Facts: []int{fact.SchemaBroken}, Rule: -1, Field: field}
}

// contentProblem is what a rule is surely refused for.
func contentProblem(rule Rule) *Refusal {
	for _, method := range rule.AllowedMethods {
		if !isMethod(method) {
			return invalid(fact.UnsupportedMethod, "AllowedMethods", MessageUnsupportedMethod+method)
		}
	}
	for _, origin := range rule.AllowedOrigins {
		if wildcards(origin) > 1 {
			return invalid(fact.TwoStarsInOrigin, "AllowedOrigins", `AllowedOrigin "`+origin+`" can not have more than one wildcard.`)
		}
	}
	for _, name := range rule.AllowedHeaders {
		if wildcards(name) > 1 {
			return invalid(fact.TwoStarsInHeader, "AllowedHeaders", "")
		}
	}
	return exposeProblem(rule.ExposeHeaders)
}

// exposeProblem: no * at all (fact 60) and only what a header's name may hold (fact 61); known names or not (fact 67).
func exposeProblem(names []string) *Refusal {
	for _, name := range names {
		switch {
		case wildcards(name) > 0:
			return invalid(fact.StarInExpose, "ExposeHeaders",
				`ExposeHeader "`+name+`" contains wildcard. We currently do not support wildcard for ExposeHeader.`)
		case name != "" && !isToken(name):
			return invalid(fact.BadExposeName, "ExposeHeaders", "")
		}
	}
	return nil
}

func invalid(because int, field, message string) *Refusal {
	return &Refusal{Status: 400, Code: CodeInvalidRequest, Message: message, Facts: []int{because}, Field: field}
}

// openProblem is what some endpoints refuse and others take. Empty header names are among them: no fact speaks of them.
func openProblem(rule Rule) *Refusal {
	switch {
	case utf8.RuneCountInString(rule.ID) > MaxID:
		return open(fact.IDLength, "ID")
	case rule.MaxAgeSeconds != nil && *rule.MaxAgeSeconds < 0:
		return open(fact.NegativeMaxAge, "MaxAgeSeconds")
	case !all(rule.AllowedHeaders, isToken):
		return open(fact.BadAllowedName, "AllowedHeaders")
	case !all(rule.ExposeHeaders, isToken):
		return open(fact.BadExposeName, "ExposeHeaders")
	}
	return nil
}

func open(because int, field string) *Refusal {
	return &Refusal{Status: 400, Facts: []int{because}, Open: true, MayAccept: true, Rule: -1, Field: field}
}

func all(list []string, holds func(string) bool) bool {
	for _, s := range list {
		if !holds(s) {
			return false
		}
	}
	return true
}

func wildcards(s string) int { return strings.Count(s, "*") }
