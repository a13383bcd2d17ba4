package s3cors

import "corsprobe/runner/s3cors/fact"

// preflight answers OPTIONS in the order of fact 12: origin, requested method, requested names, bucket, configuration, rules.
// Authentication and the key take no part (facts 16, 17).
func preflight(cfg *Configuration, req Request, a asked, p *picks) verdict {
	if v, refused := malformed(a); refused {
		if req.Target == Service && p.pick(serviceRoot) == 1 {
			return atServiceRoot()
		}
		return v
	}
	switch {
	case req.Target == Service:
		return atServiceRoot()
	case req.BucketMissing:
		return bucketNotFound(a)
	case cfg == nil:
		return notEnabled(a)
	case !a.named:
		return withoutMethod(a, p)
	}
	rule := answeringRule(cfg.CORSRules, a, p)
	if rule < 0 {
		return notAllowed(req, a)
	}
	ans := newAnswer([]int{200}, []int{fact.PreflightGranted})
	ans.grant(cfg.CORSRules[rule], a, p)
	return verdict{answer: ans, rule: rule, ruled: true, asked: a}
}

// malformed holds the checks that come before the bucket is looked up. The wording of facts 10 and 11 is not asserted: only
// peers have it.
func malformed(a asked) (verdict, bool) {
	switch {
	case !a.hasOrigin:
		return refuse(400, "The preflight has no Origin, and S3 asks for one before anything else.", fact.OriginNeeded).
			with(Error{Code: CodeBadRequest, Message: MessageOriginNeeded}, []int{fact.OriginNeeded}, nil), true
	case a.badMethod:
		return refuse(400, "Access-Control-Request-Method "+show(a.method)+" is none of "+join(Methods)+
			", which is refused before the bucket is looked up.", fact.UnknownMethod).with(Error{Code: CodeBadRequest}, []int{fact.UnknownMethod}, nil), true
	case a.badName != "":
		return refuse(400, "Access-Control-Request-Headers names "+show(a.badName)+
			", which is no header name; that is refused before the bucket is looked up.", fact.BadHeaderName).
			with(Error{Code: CodeBadRequest}, []int{fact.BadHeaderName}, nil), true
	case a.badEmpty:
		return refuse(400, "Access-Control-Request-Headers has an empty member, or none.", fact.EmptyMember), true
	}
	return verdict{}, false
}

// refuse is a preflight's refusal: none of the headers, Vary neither (facts 4, 30).
func refuse(status int, why string, because ...int) verdict {
	return verdict{answer: newAnswer([]int{status}, because, fact.RefusalWithoutHeaders, fact.NoHeadersOtherwise), rule: -1, why: why}
}

// with adds the error document to a refusal.
func (v verdict) with(doc Error, facts, methodFacts []int) verdict {
	v.answer.owe(doc, facts, methodFacts)
	return v
}

// atServiceRoot: there is no bucket to ask; only the status is known (fact 13).
func atServiceRoot() verdict {
	return refuse(403, "The service root has no CORS configuration.", fact.ServiceRoot)
}

// bucketNotFound: 403, not 404, and BUCKET even for an object (fact 6).
func bucketNotFound(a asked) verdict {
	return refuse(403, "The bucket does not exist.", fact.BucketNotFound).
		with(Error{CodeAccessForbidden, MessageBucketNotFound, a.method, resourceBucket}, []int{fact.BucketNotFound}, lookupFacts(a, fact.BucketNotFound))
}

// notEnabled: BUCKET even for an object (fact 5).
func notEnabled(a asked) verdict {
	return refuse(403, "The bucket has no CORS configuration.", fact.NotEnabled).
		with(Error{CodeAccessForbidden, MessageNotEnabled, a.method, resourceBucket}, []int{fact.NotEnabled}, lookupFacts(a, fact.NotEnabled))
}

// lookupFacts cites the error document's Method: the one asked for (fact 3), or OPTIONS when none was (fact 8).
func lookupFacts(a asked, because int) []int {
	if a.named {
		return []int{fact.RefusalDocument, because}
	}
	return []int{because, fact.LookupWithoutMethod}
}

// withoutMethod: refused, but whether by 400 or 403 is open, and so is the error document (fact 9).
func withoutMethod(a asked, p *picks) verdict {
	const why = "The preflight has no Access-Control-Request-Method."
	if p.pick(missingMethod) == 1 {
		return refuse(400, why, fact.MissingMethod)
	}
	v := refuse(403, why+" S3 seems to take that as OPTIONS.", fact.MissingMethod)
	v.ruled, v.asked = true, a
	return v
}

// notAllowed: no rule matches (facts 2, 3, 18).
func notAllowed(req Request, a asked) verdict {
	resource := resourceObject
	if req.Target == Bucket {
		resource = resourceBucket
	}
	v := refuse(403, "", fact.PreflightRefused).with(Error{CodeAccessForbidden, MessageNotAllowed, a.method, resource}, []int{fact.PreflightRefused}, []int{fact.RefusalDocument, fact.SameForBuckets})
	v.ruled, v.asked = true, a
	return v
}
