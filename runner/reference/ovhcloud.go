package reference

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/s3cors"
)

// OVHcloud answers as OVHcloud's published S3 layer does, a fork of OpenStack Swift (github.com/open-io/swift, last commit of 2024-10): as it
// was seen to answer, and where nobody has looked, as its source says. Production may differ. What neither tells is S3's.
//
// It answers from the rule that matches, as it stands, rather than from the request; and it sends no Vary.
func OVHcloud() Behaviour {
	return Behaviour{Handler: ovhBefore, Answer: ovhAnswer, Validate: ovhValidate}
}

// ovhDocument is the most bytes of a configuration.
const ovhDocument = 10_240

// ovhBefore refuses what never comes as far as a rule: documents that are too long, and actual requests that name a method as no preflight may.
func ovhBefore(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		named := value(r, "Access-Control-Request-Method")
		switch _, cors := r.URL.Query()["cors"]; {
		case cors && r.Method == http.MethodPut && r.ContentLength > ovhDocument:
			sendError(w, http.StatusBadRequest, s3cors.Error{Code: s3cors.CodeMalformedXML, Message: s3cors.MessageMalformedXML})
		case r.Method != http.MethodOptions && named != nil && !slices.Contains(s3cors.Methods, *named):
			sendError(w, http.StatusBadRequest, ovhBadMethod(*named))
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func ovhBadMethod(method string) s3cors.Error {
	if method == "" {
		method = "null"
	}
	return s3cors.Error{Code: "CORSInvalidAccessControlRequest", Message: "Invalid Access-Control-Request-Method: " + method}
}

// ovhAnswer puts its own answer in the place of S3's, whatever that was.
func ovhAnswer(a *s3cors.Answer, q Asked) {
	if q.Target == s3cors.Service {
		return
	}
	clear(a.Headers)
	if q.preflight() {
		ovhPreflight(a, q)
	} else if rule, ok := ovhRule(q, actualMethod(q)); ok {
		ovhFill(a, q, rule)
	}
}

func actualMethod(q Asked) string {
	if q.RequestMethod != nil {
		return *q.RequestMethod
	}
	return q.Method
}

func ovhPreflight(a *s3cors.Answer, q Asked) {
	method := text(q.RequestMethod)
	refusal := &s3cors.Error{Code: s3cors.CodeAccessForbidden, Message: s3cors.MessageNotAllowed, Method: method, ResourceType: "BUCKET"}
	rule, found := ovhRule(q, method)
	switch {
	case text(q.Origin) == "":
		a.Status, a.Error = []int{http.StatusBadRequest}, &s3cors.Error{Code: "CORSOriginMissing", Message: s3cors.MessageOriginNeeded}
	case !slices.Contains(s3cors.Methods, method):
		bad := ovhBadMethod(method)
		a.Status, a.Error = []int{http.StatusBadRequest}, &bad
	case q.BucketMissing:
		refusal.Message = s3cors.MessageBucketNotFound
		a.Status, a.Error = []int{http.StatusForbidden}, refusal
	case !found:
		a.Status, a.Error = []int{http.StatusForbidden}, refusal
	default:
		a.Status, a.Error = []int{http.StatusOK}, nil
		ovhFill(a, q, rule)
	}
}

// ovhRule is the first rule that matches. Names of headers are compared whatever characters they have, an empty one too.
func ovhRule(q Asked, method string) (s3cors.Rule, bool) {
	if q.Config == nil || text(q.Origin) == "" || q.BucketMissing {
		return s3cors.Rule{}, false
	}
	i := slices.IndexFunc(q.Config.CORSRules, func(r s3cors.Rule) bool {
		return ovhFitsAny(r.AllowedOrigins, *q.Origin) && slices.Contains(r.AllowedMethods, method) && ovhCovers(r, text(q.RequestHeaders))
	})
	if i < 0 {
		return s3cors.Rule{}, false
	}
	return q.Config.CORSRules[i], true
}

func ovhCovers(r s3cors.Rule, requested string) bool {
	if requested == "" {
		return true
	}
	allowed := make([]string, len(r.AllowedHeaders))
	for i, pattern := range r.AllowedHeaders {
		allowed[i] = strings.ToLower(pattern)
	}
	for name := range strings.SplitSeq(requested, ",") {
		if !ovhFitsAny(allowed, strings.ToLower(strings.TrimSpace(name))) {
			return false
		}
	}
	return true
}

// ovhFitsAny holds a value against patterns. What stands before the * and what stands behind it may lie over each other.
func ovhFitsAny(patterns []string, value string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		before, after, wild := strings.Cut(pattern, "*")
		if !wild {
			return pattern == value
		}
		return strings.HasPrefix(value, before) && strings.HasSuffix(value, after)
	})
}

// ovhFill answers with the rule's own lists. Only an anonymous request gets *, and only where it is the rule's first origin; preflights are
// anonymous, whatever signature their URL has.
func ovhFill(a *s3cors.Answer, q Asked, r s3cors.Rule) {
	a.Headers[allowOrigin] = *q.Origin
	if r.AllowedOrigins[0] == "*" && (q.preflight() || anonymous(q.HTTP)) {
		a.Headers[allowOrigin] = "*"
	}
	for name, list := range map[string][]string{allowHeaders: r.AllowedHeaders, allowMethods: r.AllowedMethods, exposeHeaders: r.ExposeHeaders} {
		if len(list) > 0 {
			a.Headers[name] = strings.Join(list, ",")
		}
	}
	if r.MaxAgeSeconds != nil {
		a.Headers[maxAge] = strconv.Itoa(int(*r.MaxAgeSeconds))
	}
	a.Headers[allowCredentials] = "true"
}

func anonymous(r *http.Request) bool {
	return r.Header.Get("Authorization") == "" && r.URL.Query().Get("X-Amz-Signature") == ""
}

// ovhValidate refuses less than S3: a configuration may have no rule, a rule no method, an ID any length, and of a rule's origins the first
// alone is looked at. cfg is nil where the document does not fit the schema.
func ovhValidate(cfg *s3cors.Configuration, refusal *s3cors.Refusal) *s3cors.Refusal {
	if cfg == nil {
		return refusal
	}
	for _, r := range cfg.CORSRules {
		if problem := ovhProblem(r); problem != nil {
			return problem
		}
	}
	return nil
}

func ovhProblem(r s3cors.Rule) *s3cors.Refusal {
	invalid := func(message string) *s3cors.Refusal {
		return &s3cors.Refusal{Status: http.StatusBadRequest, Code: "CORSInvalidRequest", Message: message}
	}
	switch empty := slices.Concat(r.AllowedHeaders, r.ExposeHeaders); {
	case len(r.AllowedOrigins) == 0:
		return &s3cors.Refusal{Status: http.StatusBadRequest, Code: s3cors.CodeMalformedXML, Message: s3cors.MessageMalformedXML}
	case r.AllowedOrigins[0] == "" || slices.Contains(empty, ""): // it counts the stars of a text that is not there
		return &s3cors.Refusal{Status: http.StatusInternalServerError, Code: "InternalError", Message: "We encountered an internal error. Please try again."}
	case strings.Count(r.AllowedOrigins[0], "*") > 1:
		return invalid(`AllowedOrigin "` + r.AllowedOrigins[0] + `" can not have more than one wildcard`)
	}
	for _, method := range r.AllowedMethods {
		if !slices.Contains(s3cors.Methods, method) {
			return invalid(s3cors.MessageUnsupportedMethod + method)
		}
	}
	for _, name := range r.ExposeHeaders {
		if strings.Contains(name, "*") {
			return invalid(`ExposeHeader "` + name + `" contains wildcard. We currently do not support wildcard for ExposeHeader.`)
		}
	}
	for _, name := range r.AllowedHeaders {
		if strings.Count(name, "*") > 1 {
			return invalid(`AllowedHeader "` + name + `" can not have more than one wildcard.`)
		}
	}
	return nil
}
