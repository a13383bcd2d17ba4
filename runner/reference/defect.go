package reference

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"corsprobe/runner/header"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// Defect is one thing that an endpoint does otherwise than S3, and by what it must be found.
type Defect struct {
	Name    string // lower-case words joined by dashes
	Summary string // what the endpoint does
	// Class is the worst class that the defect deserves. Flaky defects have none.
	Class result.Class
	// Checks are globs of the checks by which it may be found, each finding by one of them; empty: any.
	Checks []string
	Behaviour
}

// Harmless is a difference from S3's usual answers that nobody may be blamed for.
type Harmless struct {
	Name    string
	Summary string
	Behaviour
}

// Defects lists every planted defect.
func Defects() []Defect {
	return slices.Concat(ruleDefects, originDefects, methodDefects, headerDefects, responseDefects, varyDefects, preflightDefects, actualDefects, configurationDefects, flakyDefects)
}

// both names a check of preflights and of actual requests.
func both(part string) []string { return []string{"preflight." + part, "actual." + part} }

// choosing changes which rules are tried, and in which order.
func choosing(choose func([]s3cors.Rule, s3cors.Request) []s3cors.Rule) Behaviour {
	return Behaviour{Rules: func(cfg *s3cors.Configuration, q s3cors.Request) *s3cors.Configuration {
		return &s3cors.Configuration{CORSRules: choose(slices.Clone(cfg.CORSRules), q)}
	}}
}

// rewriting changes each rule. A rule whose second result is false is not tried.
func rewriting(rewrite func(s3cors.Rule, s3cors.Request) (s3cors.Rule, bool)) Behaviour {
	return choosing(func(rules []s3cors.Rule, q s3cors.Request) []s3cors.Rule {
		var kept []s3cors.Rule
		for _, r := range rules {
			if r, ok := rewrite(r, q); ok {
				kept = append(kept, r)
			}
		}
		return kept
	})
}

// origins matches origins in another way than S3's.
func origins(match func(pattern, origin string) bool) Behaviour {
	return rewriting(func(r s3cors.Rule, q s3cors.Request) (s3cors.Rule, bool) {
		r.AllowedOrigins = matchedOrigins(r, text(q.Origin), match)
		return r, len(r.AllowedOrigins) > 0
	})
}

// matchedOrigins lists the origins of a rule that match, as S3's own matching will take them: * as it is, others as the origin itself.
func matchedOrigins(r s3cors.Rule, origin string, match func(pattern, origin string) bool) []string {
	var matched []string
	for _, pattern := range r.AllowedOrigins {
		switch {
		case !match(pattern, origin):
		case pattern == "*":
			matched = append(matched, "*")
		default:
			matched = append(matched, origin)
		}
	}
	return matched
}

// headers matches requested header names in another way than S3's. Names come as they were sent, without blanks around them.
func headers(match func(patterns []string, name string) bool) Behaviour {
	return rewriting(func(r s3cors.Rule, q s3cors.Request) (s3cors.Rule, bool) {
		patterns := r.AllowedHeaders
		r.AllowedHeaders = nil
		for _, name := range requested(q) {
			if match(patterns, name) {
				r.AllowedHeaders = append(r.AllowedHeaders, name)
			}
		}
		return r, true
	})
}

func requested(q s3cors.Request) []string {
	var names []string
	for name := range strings.SplitSeq(text(q.RequestHeaders), ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func anyHeader(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return s3cors.MatchHeader(p, name) })
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// answering changes what S3 owes.
func answering(change func(*s3cors.Answer, Asked)) Behaviour { return Behaviour{Answer: change} }

// granted changes answers that a rule made.
func granted(change func(map[string]string, Asked)) Behaviour {
	return answering(func(a *s3cors.Answer, q Asked) {
		if a.Headers[allowOrigin] != "" {
			change(a.Headers, q)
		}
	})
}

// onPreflight and onActual change only one of both.
func onPreflight(change func(map[string]string, Asked)) Behaviour {
	return granted(func(h map[string]string, q Asked) {
		if q.preflight() {
			change(h, q)
		}
	})
}

func onActual(change func(map[string]string, Asked)) Behaviour {
	return granted(func(h map[string]string, q Asked) {
		if !q.preflight() {
			change(h, q)
		}
	})
}

// without leaves a header out.
func without(name string) func(map[string]string, Asked) {
	return func(h map[string]string, _ Asked) { delete(h, name) }
}

// changed changes a header that is there.
func changed(name string, change func(string) string) func(map[string]string, Asked) {
	return func(h map[string]string, _ Asked) {
		if v, ok := h[name]; ok {
			h[name] = change(v)
		}
	}
}

// bare leaves out every CORS header of actual answers to which it applies.
func bare(when func(Asked) bool) Behaviour {
	return onActual(func(h map[string]string, q Asked) {
		if when(q) {
			clear(h)
		}
	})
}

// grant makes of any answer to a preflight one that permits it.
func grant(a *s3cors.Answer, q Asked, origin string) {
	a.Status, a.Error = []int{http.StatusOK}, nil
	a.Headers[allowOrigin], a.Headers[vary] = origin, allVary
	a.Headers[allowMethods] = text(q.RequestMethod)
	if names := requested(q.Request); len(names) > 0 {
		a.Headers[allowHeaders] = strings.ToLower(strings.Join(names, ", "))
	}
	if origin != "*" {
		a.Headers[allowCredentials] = "true"
	}
}

// refuse makes of any answer to a preflight a refusal.
func refuse(a *s3cors.Answer, status int, code string) {
	a.Status, a.Error = []int{status}, &s3cors.Error{Code: code, Message: code}
	clear(a.Headers)
}

// hostOf is the host of an origin, without scheme and port.
func hostOf(origin string) string {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return origin
	}
	return u.Hostname()
}

const (
	allowOrigin      = header.AllowOrigin
	allowCredentials = header.AllowCredentials
	allowMethods     = header.AllowMethods
	allowHeaders     = header.AllowHeaders
	exposeHeaders    = header.ExposeHeaders
	maxAge           = header.MaxAge
	vary             = header.Vary
	allVary          = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"
)
