package s3cors

import (
	"corsprobe/runner/s3cors/fact"
	"net/http"
)

// actual answers every request but OPTIONS: what S3 owes anyway (fact 31), with the headers of the rule that matches (fact 39).
func actual(cfg *Configuration, req Request, a asked, p *picks) verdict {
	switch {
	case req.Target == Service:
		return withoutHeaders(req, "The service root has no CORS configuration.", fact.MissingBucketWithoutHeaders)
	case !a.hasOrigin:
		return withoutHeaders(req, "The request has no Origin, so CORS takes no part.", fact.NoHeadersOtherwise, fact.NoOrigin)
	}
	if v, odd := oddRequest(req, a, p); odd {
		return v
	}
	switch {
	case req.BucketMissing:
		return withoutHeaders(req, "The bucket does not exist.", fact.MissingBucketWithoutHeaders)
	case cfg == nil:
		return withoutHeaders(req, "The bucket has no CORS configuration.", fact.NoHeadersOtherwise)
	}
	return byRules(cfg.CORSRules, req, a, p)
}

// byRules: the real headers of the request are never compared (fact 35), and GET does not imply HEAD (fact 40).
func byRules(rules []Rule, req Request, a asked, p *picks) verdict {
	rule := answeringRule(rules, a, p)
	v := withoutHeaders(req, "", fact.NoHeadersOtherwise)
	v.rule, v.ruled, v.asked = rule, true, a
	if rule >= 0 {
		v.answer.grant(rules[rule], a, p, errorFacts(req.Outcome)...)
	}
	return v
}

// oddRequest: what an invalid requested method or name does to an actual request is open (fact 36); an empty member may be
// dropped or refused here too (fact 25).
func oddRequest(req Request, a asked, p *picks) (verdict, bool) {
	switch {
	case a.badMethod:
		why := "Access-Control-Request-Method " + show(a.method) + " is none of " + join(Methods) + ", so no rule matches."
		return oddVerdict(req, why, p.pick(actualMethod))
	case a.badName != "":
		why := "Access-Control-Request-Headers names " + show(a.badName) + ", which is no header name, so no rule matches."
		return oddVerdict(req, why, p.pick(actualName))
	case a.badEmpty:
		return refuseActual(fact.EmptyMember), true
	}
	return verdict{}, false
}

// oddVerdict turns the option taken at an open point of fact 36 into an answer; the third leaves it to the rules.
func oddVerdict(req Request, why string, option int) (verdict, bool) {
	switch option {
	case 0:
		return withoutHeaders(req, why, fact.NoHeadersOtherwise, fact.OddActual), true
	case 1:
		return refuseActual(fact.OddActual), true
	}
	return verdict{}, false
}

// refuseActual is the 400 that peers give to odd requests; nothing else of it is known.
func refuseActual(because int) verdict {
	return verdict{answer: newAnswer([]int{400}, []int{because}, fact.NoHeadersOtherwise, because), rule: -1}
}

// withoutHeaders is the request's own outcome (fact 31) without any of the headers.
func withoutHeaders(req Request, why string, absent ...int) verdict {
	ans := newAnswer(req.Outcome.Status, []int{fact.NeverStopped}, absent...)
	if req.Outcome.Code != "" && req.Method != http.MethodHead { // a HEAD's answer has no body
		ans.owe(Error{Code: req.Outcome.Code}, []int{fact.NeverStopped}, nil)
	}
	return verdict{answer: ans, rule: -1, why: why}
}

// errorFacts: errors carry the headers too (fact 37).
func errorFacts(outcome Outcome) []int {
	for _, status := range outcome.Status {
		if status >= 400 {
			return []int{fact.ErrorsCarryHeaders}
		}
	}
	return nil
}
