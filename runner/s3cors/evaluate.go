package s3cors

import "strconv"

// Evaluate says what S3 owes to a request on a bucket with this configuration; nil: the bucket has none. It expects a
// configuration that [Validate] accepts.
func Evaluate(cfg *Configuration, req Request) Owed {
	owed, first := answers(cfg, req)
	owed.Explanation = first.explanation(cfg)
	return owed
}

// Answers is [Evaluate] without an explanation, which takes most of its time.
func Answers(cfg *Configuration, req Request) Owed {
	owed, _ := answers(cfg, req)
	return owed
}

func answers(cfg *Configuration, req Request) (Owed, verdict) {
	p := &picks{}
	first := decide(cfg, req, p)
	answers := []Answer{first.taken(p)}
	for p.next() {
		answers = appendNew(answers, decide(cfg, req, p).taken(p))
	}
	if len(answers) == 1 {
		answers[0].Choices = nil // what was open made no difference
	}
	return Owed{Answers: answers, Rule: first.rule}, first
}

// appendNew leaves out an answer that asserts what another does already.
func appendNew(answers []Answer, next Answer) []Answer {
	for _, known := range answers {
		if known.asserts(next) {
			return answers
		}
	}
	return append(answers, next)
}

// verdict is what is owed on one way through the open points.
type verdict struct {
	answer Answer
	rule   int    // index of the rule that answers, -1: none
	why    string // a sentence; with ruled set, it precedes what the rules made of it
	ruled  bool   // the rules were tried
	asked  asked
}

func (v verdict) taken(p *picks) Answer {
	v.answer.Choices = p.choices()
	return v.answer
}

// decide gives the answer on the way that p takes.
func decide(cfg *Configuration, req Request, p *picks) verdict {
	a := read(req, p)
	if a.preflight {
		return preflight(cfg, req, a, p)
	}
	return actual(cfg, req, a, p)
}

// grant puts a matching rule's headers into an answer; also are further facts that every one of them rests on.
func (ans *Answer) grant(rule Rule, a asked, p *picks, also ...int) {
	set := func(check, name, value string, facts ...int) {
		if value != "" {
			ans.Headers[name] = value
		}
		ans.Facts[check] = append(facts, also...)
	}
	origin, facts := allowOrigin(rule, a.origin, p)
	set("allow-origin", "Access-Control-Allow-Origin", origin, facts...)
	set("allow-credentials", "Access-Control-Allow-Credentials", credentials(origin), 22)
	set("allow-methods", "Access-Control-Allow-Methods", join(rule.AllowedMethods), 23)
	set("allow-headers", "Access-Control-Allow-Headers", join(a.names), allowHeadersFacts(a)...)
	set("expose-headers", "Access-Control-Expose-Headers", join(rule.ExposeHeaders), 27)
	set("max-age", "Access-Control-Max-Age", maxAge(rule, p), 28)
	set("vary", "Vary", varyValue, 29)
}

// allowOrigin: * where the rule lists it, else the origin as sent (fact 20); a rule that has both is open (fact 21).
func allowOrigin(rule Rule, origin string, p *picks) (string, []int) {
	facts := []int{20}
	if origin == "null" {
		facts = append(facts, 48)
	}
	if !listed(rule.AllowedOrigins, "*") {
		return origin, facts
	}
	if !fitsBesidesStar(rule.AllowedOrigins, origin) {
		return "*", facts
	}
	facts = append(facts, 21)
	if p.pick(starAndOrigin) == 1 {
		return origin, facts
	}
	return "*", facts
}

// fitsBesidesStar reports whether an entry other than * covers the origin.
func fitsBesidesStar(patterns []string, origin string) bool {
	_, fits := fitting(patterns, origin, func(pattern, origin string) bool {
		return pattern != "*" && MatchOrigin(pattern, origin)
	})
	return fits
}

// credentials: true exactly when Allow-Origin is not *, never false (fact 22).
func credentials(allowOrigin string) string {
	if allowOrigin == "*" {
		return ""
	}
	return "true"
}

// allowHeadersFacts: the names are repeated as asked on preflights (fact 24), and on actual requests that ask (fact 26).
func allowHeadersFacts(a asked) []int {
	if a.preflight {
		return []int{24}
	}
	return []int{24, 26}
}

// maxAge: decimal, absent when unset; what 0 does is open (fact 28).
func maxAge(rule Rule, p *picks) string {
	if rule.MaxAgeSeconds == nil || *rule.MaxAgeSeconds == 0 && p.pick(zeroMaxAge) == 1 {
		return ""
	}
	return strconv.Itoa(int(*rule.MaxAgeSeconds))
}
