package permit

import (
	"fmt"
	"slices"
	"strings"

	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// lacks is what a request needs and a rule does not have.
type lacks struct {
	origin, method bool
	headers        []string
}

func (l lacks) nothing() bool { return !l.origin && !l.method && len(l.headers) == 0 }

// lacking compares a rule with all three conditions (facts 44, 45, 50, 51), and with every header, not only the first that fails.
func lacking(rule s3cors.Rule, q fetch.Request) lacks {
	l := lacks{
		origin: !slices.ContainsFunc(rule.AllowedOrigins, func(entry string) bool { return s3cors.MatchOrigin(entry, q.Origin) }),
		method: !slices.Contains(rule.AllowedMethods, fetch.NormalizeMethod(q.Method)),
	}
	l.headers = uncovered(rule, asked(q))
	return l
}

// uncovered are the names that a rule's AllowedHeaders do not cover.
func uncovered(rule s3cors.Rule, names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return slices.ContainsFunc(rule.AllowedHeaders, func(entry string) bool { return s3cors.MatchHeader(entry, name) })
	})
}

// explainRules says of every rule what stands against it.
func explainRules(cfg *s3cors.Configuration, q fetch.Request) []result.ExplainedRule {
	var all []result.ExplainedRule
	answered := false
	for i, rule := range cfg.CORSRules {
		l := lacking(rule, q)
		r := result.ExplainedRule{Rule: i + 1, Matched: l.nothing(), Answers: l.nothing() && !answered, Why: against(rule, l, q)}
		answered = answered || r.Answers
		switch {
		case !r.Matched:
			r.Sentence = fmt.Sprintf("Rule %d: %s.", r.Rule, strings.Join(r.Why, "; "))
		case r.Answers:
			r.Sentence = fmt.Sprintf("Rule %d matches: %s.", r.Rule, inFavour(rule, q))
		default:
			r.Sentence = fmt.Sprintf("Rule %d would match too; the first that matches answers.", r.Rule)
		}
		all = append(all, r)
	}
	return all
}

// against lists everything that a rule lacks.
func against(rule s3cors.Rule, l lacks, q fetch.Request) []string {
	var why []string
	if l.origin {
		why = append(why, fmt.Sprintf("origin %s does not fit AllowedOrigins (%s)%s", q.Origin, strings.Join(rule.AllowedOrigins, ", "), originHints(rule, q.Origin)))
	}
	if l.method {
		method := fetch.NormalizeMethod(q.Method)
		text := fmt.Sprintf("%s is not in AllowedMethods (%s)", method, strings.Join(rule.AllowedMethods, ", "))
		if method == "HEAD" && slices.Contains(rule.AllowedMethods, "GET") {
			text += ": GET does not cover it"
		}
		why = append(why, text)
	}
	switch names := strings.Join(l.headers, ", "); {
	case len(l.headers) > 0 && len(rule.AllowedHeaders) == 0:
		why = append(why, "the rule has no AllowedHeaders, and the page sends "+names)
	case len(l.headers) > 0:
		why = append(why, fmt.Sprintf("AllowedHeaders (%s) lacks %s", strings.Join(rule.AllowedHeaders, ", "), names))
	}
	return why
}

// originHints says of each entry that is near why it does not match.
func originHints(rule s3cors.Rule, origin string) string {
	var hints []string
	for _, entry := range rule.AllowedOrigins {
		if hint := againstOrigin(entry, origin); hint != "" {
			hints = append(hints, hint)
		}
	}
	if len(hints) == 0 {
		return ""
	}
	return ": " + strings.Join(hints, ", ")
}

// inFavour says which entry covers each part of the request.
func inFavour(rule s3cors.Rule, q fetch.Request) string {
	words := []string{"origin " + covered(q.Origin, rule.AllowedOrigins, s3cors.MatchOrigin), fetch.NormalizeMethod(q.Method) + " is listed"}
	for _, name := range asked(q) {
		words = append(words, covered(name, rule.AllowedHeaders, s3cors.MatchHeader))
	}
	return strings.Join(words, ", ")
}

func covered(value string, entries []string, covers func(entry, value string) bool) string {
	for _, entry := range entries {
		if covers(entry, value) && strings.Contains(entry, "*") {
			return value + " fits " + entry
		} else if covers(entry, value) {
			return value + " is listed"
		}
	}
	return value + " is not covered"
}
