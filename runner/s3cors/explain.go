package s3cors

import (
	"fmt"
	"strconv"
	"strings"
)

// RuleVerdict is what one rule made of a request.
type RuleVerdict struct {
	Rule    int       // index of the rule, from 0
	Matched bool      // all three conditions hold
	Answers bool      // it is the first that matches, so the one that answers (fact 44)
	Failed  Condition // the first condition that does not hold; empty when Matched
	// Sentence says why, naming the rule by number from 1.
	Sentence string
}

// Explain says of every rule whether it matches the request, and which condition fails. It returns nil where S3 answers without trying the
// rules: no configuration, no Origin, an invalid preflight. On points that S3's facts leave open it takes the likelier side.
func Explain(cfg *Configuration, req Request) []RuleVerdict {
	v := decide(cfg, req, &picks{})
	if !v.ruled {
		return nil
	}
	return ruleVerdicts(cfg.CORSRules, v.asked)
}

func ruleVerdicts(rules []Rule, a asked) []RuleVerdict {
	verdicts := make([]RuleVerdict, 0, len(rules))
	answering := firstMatch(rules, a)
	for i, rule := range rules {
		failed, name := rule.failing(a)
		v := RuleVerdict{Rule: i, Matched: failed == "", Answers: i == answering, Failed: failed}
		v.Sentence = rule.sentence(i+1, a, failed, name)
		verdicts = append(verdicts, v)
	}
	return verdicts
}

// sentence says why the rule with this number matches or not.
func (r Rule) sentence(number int, a asked, failed Condition, name string) string {
	switch failed {
	case OriginCondition:
		return fmt.Sprintf("Rule %d: origin %s does not fit AllowedOrigins (%s).", number, show(a.origin), showAll(r.AllowedOrigins))
	case MethodCondition:
		return fmt.Sprintf("Rule %d: %s is not in AllowedMethods (%s).", number, show(a.method), showAll(r.AllowedMethods))
	case HeaderCondition:
		if len(r.AllowedHeaders) == 0 {
			return fmt.Sprintf("Rule %d: %s is asked for, but the rule has no AllowedHeaders.", number, show(name))
		}
		return fmt.Sprintf("Rule %d: %s does not fit AllowedHeaders (%s).", number, show(name), showAll(r.AllowedHeaders))
	}
	return fmt.Sprintf("Rule %d matches: %s.", number, strings.Join(r.reasons(a), ", "))
}

// reasons says which entry of a matching rule covers each part of the request.
func (r Rule) reasons(a asked) []string {
	origin, _ := fitting(r.AllowedOrigins, a.origin, MatchOrigin)
	reasons := []string{"origin " + covered(a.origin, origin), show(a.method) + " is listed"}
	for _, name := range a.names {
		pattern, _ := fitting(r.AllowedHeaders, name, MatchHeader)
		reasons = append(reasons, covered(name, pattern))
	}
	return reasons
}

func covered(value, pattern string) string {
	if strings.Contains(pattern, "*") {
		return show(value) + " fits " + show(pattern)
	}
	return show(value) + " is listed"
}

// explainedRules is how many failing rules an explanation spells out: enough for what people write by hand, and a
// configuration of 100 rules still gives a readable text.
const explainedRules = 8

// explanation gives the sentence of the rule that answers, or of the rules that do not match.
func (v verdict) explanation(cfg *Configuration) string {
	if !v.ruled {
		return v.why
	}
	if v.rule >= 0 {
		rule := cfg.CORSRules[v.rule]
		return rule.sentence(v.rule+1, v.asked, "", "")
	}
	return strings.TrimSpace(v.why + " " + noRule(cfg.CORSRules, v.asked))
}

func noRule(rules []Rule, a asked) string {
	sentences := []string{"No rule matches."}
	for i, v := range ruleVerdicts(rules, a) {
		if i == explainedRules {
			sentences = append(sentences, further(len(rules)-i))
			break
		}
		sentences = append(sentences, v.Sentence)
	}
	return strings.Join(sentences, " ")
}

func further(count int) string {
	if count == 1 {
		return "Nor does 1 further rule."
	}
	return fmt.Sprintf("Nor do %d further rules.", count)
}

// join writes a list as S3 does.
func join(list []string) string { return strings.Join(list, ", ") }

// show writes a value plainly where that is clear, else quoted.
func show(s string) string {
	if s == "" || strings.ContainsAny(s, " ,\"") || strconv.Quote(s) != `"`+s+`"` {
		return strconv.Quote(s)
	}
	return s
}

func showAll(list []string) string {
	shown := make([]string, len(list))
	for i, s := range list {
		shown[i] = show(s)
	}
	return join(shown)
}
