package s3cors

import "strings"

// MatchOrigin reports whether an AllowedOrigin covers the value of an Origin header: a case-sensitive comparison of strings
// in which one * anywhere stands for any text, none included (facts 45 to 48). A second * is taken literally; S3 refuses
// such a configuration (fact 58).
func MatchOrigin(pattern, origin string) bool { return fits(pattern, origin) }

// MatchHeader reports whether an AllowedHeader covers a header's name, as [MatchOrigin] does but without regard to the case
// of ASCII letters (fact 51).
func MatchHeader(pattern, name string) bool { return fits(lower(pattern), lower(name)) }

// fits: what * stands for may be empty (fact 46), so prefix and suffix must both be there without sharing a character.
func fits(pattern, value string) bool {
	before, after, wild := strings.Cut(pattern, "*")
	if !wild {
		return pattern == value
	}
	return len(value) >= len(before)+len(after) && strings.HasPrefix(value, before) && strings.HasSuffix(value, after)
}

// fitting returns the first pattern that covers value.
func fitting(patterns []string, value string, covers func(pattern, value string) bool) (string, bool) {
	for _, pattern := range patterns {
		if covers(pattern, value) {
			return pattern, true
		}
	}
	return "", false
}

// listed reports whether a list holds exactly this value.
func listed(list []string, value string) bool {
	_, found := fitting(list, value, func(a, b string) bool { return a == b })
	return found
}

// Condition is one of the three things that a rule must match (facts 44, 54).
type Condition string

// The conditions in the order in which a rule's failure is told.
const (
	OriginCondition Condition = "origin"
	MethodCondition Condition = "method"
	HeaderCondition Condition = "header"
)

// failing returns the first condition that a rule does not meet and the requested name at fault; empty when it matches.
// ExposeHeaders and MaxAgeSeconds take no part (fact 54).
func (r Rule) failing(a asked) (Condition, string) {
	if _, ok := fitting(r.AllowedOrigins, a.origin, MatchOrigin); !ok { // fact 45
		return OriginCondition, ""
	}
	if !listed(r.AllowedMethods, a.method) { // facts 33, 50
		return MethodCondition, ""
	}
	for _, name := range a.names { // facts 34, 51, 52
		if _, ok := fitting(r.AllowedHeaders, name, MatchHeader); !ok {
			return HeaderCondition, name
		}
	}
	return "", ""
}

// firstMatch returns the index of the first rule that matches, in stored order, or -1 (fact 44).
func firstMatch(rules []Rule, a asked) int {
	for i, rule := range rules {
		if failed, _ := rule.failing(a); failed == "" {
			return i
		}
	}
	return -1
}

// answeringRule is firstMatch, but for the origin null, of which nothing is recorded (fact 48).
func answeringRule(rules []Rule, a asked, p *picks) int {
	rule := firstMatch(rules, a)
	if rule >= 0 && a.origin == "null" && p.pick(nullOrigin) == 1 {
		return -1
	}
	return rule
}
