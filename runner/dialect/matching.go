package dialect

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"corsprobe/runner/header"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// ruleDeviations choose another rule than S3.
var ruleDeviations = []Deviation{
	{Name: "last-rule-wins", Summary: "The last rule that matches answers, not the first.", Class: result.Exposure,
		change: choosing(func(rules []rule, _ s3cors.Request) []rule { slices.Reverse(rules); return rules })},
	{Name: "only-first-rule", Summary: "Only the first rule is looked at.", Class: result.Breakage,
		change: choosing(func(rules []rule, _ s3cors.Request) []rule { return rules[:min(1, len(rules))] })},
	{Name: "only-last-rule", Summary: "Only the last rule is looked at.", Class: result.Exposure,
		change: choosing(func(rules []rule, _ s3cors.Request) []rule { return rules[max(0, len(rules)-1):] })},
	{Name: "rule-by-origin-alone", Summary: "The first rule whose origin matches decides; later ones with the right method are not tried.", Class: result.Breakage,
		change: choosing(func(rules []rule, q s3cors.Request) []rule { return firstRule(rules, q, false) })},
	{Name: "rule-by-origin-and-method", Summary: "The first rule whose origin and method match decides; later ones with the right headers are not tried.", Class: result.Breakage,
		change: choosing(func(rules []rule, q s3cors.Request) []rule { return firstRule(rules, q, true) })},
	{Name: "rules-merged", Summary: "All rules whose origin matches are taken for one.", Class: result.Exposure, change: choosing(merged)},
	{Name: "exact-origin-first", Summary: "A rule with the exact origin goes before one with a wildcard, whatever their order.", Class: result.Exposure,
		change: choosing(func(rules []rule, q s3cors.Request) []rule {
			slices.SortStableFunc(rules, func(a, b rule) int { return exact(b, q) - exact(a, q) })
			return rules
		})},
	{Name: "rules-looked-at", Summary: "Only so many rules are looked at; those behind them are ignored.", Class: result.Breakage,
		Parameter: &Parameter{Doc: "how many rules", Examples: []Value{Number(10)}, summary: worded("Only the first %s rules are looked at."), check: positive, make: func(v Value) change {
			return choosing(func(rules []rule, _ s3cors.Request) []rule { return rules[:min(v.number, len(rules))] })
		}}},
	{Name: "rules-sorted-by-id", Summary: "Rules are tried in the order of their IDs.", Class: result.Exposure,
		change: choosing(func(rules []rule, _ s3cors.Request) []rule {
			slices.SortStableFunc(rules, func(a, b rule) int { return strings.Compare(a.ID, b.ID) })
			return rules
		})},
	{Name: "duplicate-ids-dropped", Summary: "Of several rules without an ID only the first is kept for matching.", Class: result.Breakage,
		change: choosing(func(rules []rule, _ s3cors.Request) []rule {
			return slices.CompactFunc(rules, func(a, b rule) bool { return a.ID == b.ID })
		})},
}

func firstRule(rules []rule, q s3cors.Request, method bool) []rule {
	for i, r := range rules {
		if matchesOrigin(r, q) && (!method || slices.Contains(r.AllowedMethods, methodOf(q))) {
			return rules[i : i+1]
		}
	}
	return nil
}

func matchesOrigin(r rule, q s3cors.Request) bool {
	return slices.ContainsFunc(r.AllowedOrigins, func(p string) bool { return s3cors.MatchOrigin(p, text(q.Origin)) })
}

func methodOf(q s3cors.Request) string {
	if q.RequestMethod != nil {
		return *q.RequestMethod
	}
	return q.Method
}

func exact(r rule, q s3cors.Request) int {
	if slices.Contains(r.stored.AllowedOrigins, text(q.Origin)) {
		return 1
	}
	return 0
}

func merged(rules []rule, q s3cors.Request) []rule {
	var all s3cors.Rule
	for _, r := range rules {
		if !matchesOrigin(r, q) {
			continue
		}
		all.AllowedOrigins = append(all.AllowedOrigins, r.AllowedOrigins...)
		for _, m := range r.AllowedMethods {
			if !slices.Contains(all.AllowedMethods, m) {
				all.AllowedMethods = append(all.AllowedMethods, m)
			}
		}
		all.AllowedHeaders = append(all.AllowedHeaders, r.AllowedHeaders...)
		all.ExposeHeaders = append(all.ExposeHeaders, r.ExposeHeaders...)
		if all.MaxAgeSeconds == nil {
			all.MaxAgeSeconds = r.MaxAgeSeconds
		}
	}
	return []rule{{all, all}}
}

// originDeviations compare origins in another way than S3.
var originDeviations = []Deviation{
	{Name: "origin-case-ignored", Summary: "Origins are compared without regard to case.", Class: result.Exposure,
		change: origins(func(p, o string, fits match) bool { return fits(strings.ToLower(p), strings.ToLower(o)) })},
	{Name: "origin-prefix", Summary: "An origin that begins with an allowed one is allowed.", Class: result.Exposure,
		change: origins(func(p, o string, fits match) bool { return fits(starLast(p), o) })},
	{Name: "origin-suffix", Summary: "An origin whose host ends with an allowed one's host is allowed.", Class: result.Exposure,
		change: origins(func(p, o string, fits match) bool {
			return fits(p, o) || p != "*" && !strings.Contains(p, "*") && strings.HasSuffix(hostOf(o), hostOf(p)) && schemeOf(p) == schemeOf(o)
		})},
	{Name: "origin-subdomains", Summary: "Subdomains of an allowed origin are allowed too.", Class: result.Exposure,
		change: origins(func(p, o string, fits match) bool {
			return fits(p, o) || !strings.Contains(p, "*") && strings.HasSuffix(hostOf(o), "."+hostOf(p)) && schemeOf(p) == schemeOf(o)
		})},
	{Name: "origin-superdomain", Summary: "The domain above an allowed one is allowed too.", Class: result.Exposure,
		change: origins(func(p, o string, fits match) bool {
			return fits(p, o) || !strings.Contains(p, "*") && strings.HasSuffix(hostOf(p), "."+hostOf(o)) && schemeOf(p) == schemeOf(o)
		})},
	{Name: "origin-dot-any", Summary: "A dot in an allowed origin stands for any character.", Class: result.Exposure,
		change: origins(func(p, o string, _ match) bool { return expression(p, ".", ".*").MatchString(o) })},
	{Name: "origin-wildcard-dot-any", Summary: "A dot in an allowed origin with a wildcard stands for any character.", Class: result.Exposure,
		change: origins(func(p, o string, fits match) bool {
			return fits(p, o) || strings.Contains(p, "*") && expression(p, ".", ".*").MatchString(o)
		})},
	{Name: "origin-expression", Summary: "An allowed origin is a regular expression, but for its dots and stars.", Class: result.Exposure,
		change: origins(func(p, o string, _ match) bool {
			re, err := regexp.Compile("^" + strings.NewReplacer(".", `\.`, "*", ".*").Replace(p) + "$")
			return err == nil && re.MatchString(o)
		})},
	{Name: "origin-unanchored", Summary: "An allowed origin with a wildcard need not reach to the ends.", Class: result.Exposure,
		change: origins(func(p, o string, fits match) bool {
			return fits(p, o) || strings.Contains(p, "*") && fits("*", o) && unanchored(p).MatchString(o)
		})},
	{Name: "origin-scheme-ignored", Summary: "http and https are taken for the same.", Class: result.Exposure,
		change: origins(func(p, o string, fits match) bool { return fits(noScheme(p), noScheme(o)) })},
	{Name: "origin-port-ignored", Summary: "The port of an origin is ignored.", Class: result.Exposure,
		change: origins(func(p, o string, fits match) bool { return fits(p, o) || fits(noPort(p), noPort(o)) })},
	{Name: "origin-default-port", Summary: "An allowed origin with its default port written out covers the one without.", Class: result.Exposure,
		change: origins(func(p, o string, fits match) bool { return fits(noDefaultPort(p), noDefaultPort(o)) })},
	{Name: "origin-trailing-slash", Summary: "A trailing slash makes no difference.", Class: result.Exposure,
		change: origins(func(p, o string, fits match) bool {
			return fits(strings.TrimSuffix(p, "/"), strings.TrimSuffix(o, "/"))
		})},
	{Name: "origin-no-wildcard", Summary: "Only * alone is a wildcard, so that later rules answer.", Class: result.Exposure,
		change: origins(func(p, o string, _ match) bool { return p == "*" || p == o })},
	{Name: "origin-wildcard-one-label", Summary: "A wildcard covers one label only.", Class: result.Breakage,
		change: origins(func(p, o string, _ match) bool { return p == "*" || expression(p, `\.`, "[^.]*").MatchString(o) })},
	{Name: "origin-wildcard-needs-text", Summary: "A wildcard needs at least one character.", Class: result.Breakage,
		change: origins(func(p, o string, _ match) bool { return p == "*" || expression(p, `\.`, ".+").MatchString(o) })},
	{Name: "origin-wildcard-first-only", Summary: "A wildcard counts directly behind the scheme only.", Class: result.Breakage,
		change: origins(func(p, o string, fits match) bool {
			return p == o || (p == "*" || strings.Contains(p, "://*")) && fits(p, o)
		})},
	{Name: "origin-wildcard-host-only", Summary: "A wildcard covers no port.", Class: result.Breakage,
		change: origins(func(p, o string, _ match) bool { return p == "*" || expression(p, `\.`, "[^:]*").MatchString(o) })},
	{Name: "origin-wildcard-overlap", Summary: "Beginning and end of a pattern may overlap in the origin.", Class: result.Exposure,
		change: origins(func(p, o string, _ match) bool {
			before, after, star := strings.Cut(p, "*")
			return p == o || star && strings.HasPrefix(o, before) && strings.HasSuffix(o, after)
		})},
	{Name: "origin-null-always", Summary: "The origin null is always allowed.", Class: result.Exposure,
		change: change{null: true, origin: func(p, o string, fits match) bool { return o == "null" || fits(p, o) }}},
	{Name: "origin-bare-scheme", Summary: "An allowed origin https covers every https origin.", Class: result.Exposure,
		change: origins(func(p, o string, fits match) bool { return fits(p, o) || strings.HasPrefix(o, p+"://") })},
	{Name: "origin-must-be-url", Summary: "An origin that is no URL is never matched.", Class: result.Contract,
		change: origins(func(p, o string, fits match) bool { return fits(p, o) && (o == "null" || strings.Contains(o, "://")) })},
	{Name: "origin-first-only", Summary: "Only the first origin of a rule counts.", Class: result.Breakage,
		change: rewriting(func(r s3cors.Rule, _ s3cors.Request) (s3cors.Rule, bool) {
			r.AllowedOrigins = r.AllowedOrigins[:min(1, len(r.AllowedOrigins))]
			return r, true
		})},
	{Name: "origin-reflected", Summary: "Every origin is allowed where there is a configuration.", Class: result.Exposure,
		change: change{null: true, origin: func(string, string, match) bool { return true }}},
	{Name: "origin-localhost-always", Summary: "http://localhost with any port is always allowed.", Class: result.Exposure,
		change: origins(func(p, o string, fits match) bool { return fits(p, o) || strings.HasPrefix(o, "http://localhost") })},
}

func schemeOf(origin string) string { scheme, _, _ := strings.Cut(origin, "://"); return scheme }

func noScheme(origin string) string {
	if _, rest, found := strings.Cut(origin, "://"); found {
		return rest
	}
	return origin
}

func noPort(origin string) string {
	u, err := url.Parse(origin)
	if err != nil || u.Port() == "" {
		return origin
	}
	return u.Scheme + "://" + u.Hostname()
}

func noDefaultPort(origin string) string {
	if rest, found := strings.CutSuffix(origin, ":443"); found && strings.HasPrefix(origin, "https:") {
		return rest
	}
	if rest, found := strings.CutSuffix(origin, ":80"); found && strings.HasPrefix(origin, "http:") {
		return rest
	}
	return origin
}

// starLast adds a star to a pattern that has none.
func starLast(pattern string) string {
	if strings.Contains(pattern, "*") {
		return pattern
	}
	return pattern + "*"
}

// expression writes a pattern as a regular expression, with dot and star as given.
func expression(pattern, dot, star string) *regexp.Regexp {
	quoted := regexp.QuoteMeta(pattern)
	quoted = strings.ReplaceAll(quoted, `\*`, star)
	if dot == "." {
		quoted = strings.ReplaceAll(quoted, `\.`, ".")
	}
	return compiled("^" + quoted + "$")
}

func unanchored(pattern string) *regexp.Regexp {
	return compiled(strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*"))
}

// expressions keeps what was compiled: the patterns of a configuration are matched against one origin or name after another.
var expressions struct {
	sync.Mutex
	by map[string]*regexp.Regexp
}

func compiled(expr string) *regexp.Regexp {
	const most = 2000
	expressions.Lock()
	defer expressions.Unlock()
	re := expressions.by[expr]
	if re == nil {
		re = regexp.MustCompile(expr)
		if expressions.by == nil || len(expressions.by) >= most {
			expressions.by = map[string]*regexp.Regexp{}
		}
		expressions.by[expr] = re
	}
	return re
}

// methodDeviations compare methods in another way than S3.
var methodDeviations = []Deviation{
	{Name: "get-implies-head", Summary: "A rule for GET allows HEAD.", Class: result.Exposure, change: asMethod("HEAD", "GET")},
	{Name: "put-implies-post", Summary: "A rule for PUT allows POST.", Class: result.Exposure, change: asMethod("POST", "PUT")},
	{Name: "simple-methods-always", Summary: "GET, HEAD and POST are always allowed.", Class: result.Exposure,
		change: rewriting(func(r s3cors.Rule, q s3cors.Request) (s3cors.Rule, bool) {
			if m := methodOf(q); m == "GET" || m == "HEAD" || m == "POST" {
				r.AllowedMethods = append(slices.Clone(r.AllowedMethods), m)
			}
			return r, true
		})},
	{Name: "method-unchecked-preflight", Summary: "The method of a preflight is not checked.", Class: result.Exposure,
		change: rewriting(func(r s3cors.Rule, q s3cors.Request) (s3cors.Rule, bool) {
			if q.Method == http.MethodOptions && !slices.Contains(r.AllowedMethods, methodOf(q)) {
				r.AllowedMethods = append(slices.Clone(r.AllowedMethods), methodOf(q))
			}
			return r, true
		})},
	{Name: "method-unchecked-actual", Summary: "The method of an actual request is not checked.", Class: result.Exposure,
		change: rewriting(func(r s3cors.Rule, q s3cors.Request) (s3cors.Rule, bool) {
			if q.Method != http.MethodOptions && !slices.Contains(r.AllowedMethods, methodOf(q)) {
				r.AllowedMethods = append(slices.Clone(r.AllowedMethods), methodOf(q))
			}
			return r, true
		})},
	{Name: "method-case-ignored", Summary: "Access-Control-Request-Method: get is taken for GET.", Class: result.Contract,
		change: change{request: func(q *s3cors.Request) {
			if q.RequestMethod != nil {
				upper := strings.ToUpper(*q.RequestMethod)
				q.RequestMethod = &upper
			}
		}}},
	{Name: "delete-never", Summary: "DELETE is never allowed.", Class: result.Breakage,
		change: rewriting(func(r s3cors.Rule, q s3cors.Request) (s3cors.Rule, bool) {
			return r, methodOf(q) != "DELETE"
		})},
	{Name: "method-first-only", Summary: "Only the first method of a rule is matched.", Class: result.Breakage,
		change: rewriting(func(r s3cors.Rule, q s3cors.Request) (s3cors.Rule, bool) {
			return r, methodOf(q) == head(r.AllowedMethods)
		})},
	{Name: "request-method-ignored-on-actual", Summary: "Access-Control-Request-Method on an actual request is ignored.", Class: result.Contract,
		change: change{request: func(q *s3cors.Request) {
			if q.Method != http.MethodOptions {
				q.RequestMethod = nil
			}
		}}},
	{Name: "request-headers-ignored-on-actual", Summary: "Access-Control-Request-Headers on an actual request is ignored.", Class: result.Contract,
		change: change{request: func(q *s3cors.Request) {
			if q.Method != http.MethodOptions {
				q.RequestHeaders = nil
			}
		}}},
}

// asMethod takes one method for another, where a rule does not list it.
func asMethod(method, other string) change {
	return rewriting(func(r s3cors.Rule, q s3cors.Request) (s3cors.Rule, bool) {
		if methodOf(q) == method && slices.Contains(r.AllowedMethods, other) && !slices.Contains(r.AllowedMethods, method) {
			r.AllowedMethods = append(slices.Clone(r.AllowedMethods), method)
		}
		return r, true
	})
}

// headerDeviations compare requested headers in another way than S3.
var headerDeviations = []Deviation{
	{Name: "header-case-counts", Summary: "Requested headers are compared with regard to case.", Class: result.Breakage,
		change: headers(func(patterns []string, name string, _ covers) bool {
			return slices.ContainsFunc(patterns, func(p string) bool { return s3cors.MatchOrigin(p, name) })
		})},
	{Name: "header-no-pattern", Summary: "Only * alone is a wildcard in AllowedHeaders.", Class: result.Breakage,
		change: headers(func(patterns []string, name string, _ covers) bool {
			return slices.ContainsFunc(patterns, func(p string) bool { return p == "*" || strings.EqualFold(p, name) })
		})},
	{Name: "header-star-literal", Summary: "* alone in AllowedHeaders allows nothing.", Class: result.Breakage,
		change: headers(func(patterns []string, name string, _ covers) bool {
			return anyHeader(slices.DeleteFunc(slices.Clone(patterns), func(p string) bool { return p == "*" }), name)
		})},
	{Name: "header-none-means-all", Summary: "A rule without AllowedHeaders allows all headers.", Class: result.Exposure,
		change: headers(func(patterns []string, name string, _ covers) bool {
			return len(patterns) == 0 || anyHeader(patterns, name)
		})},
	{Name: "header-unchecked", Summary: "Requested headers are not checked.", Class: result.Exposure,
		change: headers(func([]string, string, covers) bool { return true })},
	{Name: "header-safelist", Summary: "Accept, Content-Type and Origin are always allowed.", Class: result.Exposure,
		change: headers(func(patterns []string, name string, _ covers) bool {
			return slices.Contains([]string{"accept", "accept-language", "content-language", "content-type", "origin"}, strings.ToLower(name)) || anyHeader(patterns, name)
		})},
	{Name: "header-amz-always", Summary: "x-amz-* headers are always allowed.", Class: result.Exposure,
		change: headers(func(patterns []string, name string, _ covers) bool {
			return strings.HasPrefix(strings.ToLower(name), "x-amz-") || anyHeader(patterns, name)
		})},
	{Name: "header-first-only", Summary: "Only the first requested header is checked.", Class: result.Exposure, change: rewriting(func(r s3cors.Rule, q s3cors.Request) (s3cors.Rule, bool) {
		if names := requested(q); len(names) > 0 && anyHeader(r.AllowedHeaders, names[0]) {
			r.AllowedHeaders = names
		}
		return r, true
	})},
	{Name: "header-any-suffices", Summary: "One allowed header among the requested ones is enough.", Class: result.Exposure,
		change: rewriting(func(r s3cors.Rule, q s3cors.Request) (s3cors.Rule, bool) {
			if names := requested(q); slices.ContainsFunc(names, func(n string) bool { return anyHeader(r.AllowedHeaders, n) }) {
				r.AllowedHeaders = names
			}
			return r, true
		})},
	{Name: "header-prefix", Summary: "A requested header that begins with an allowed one is allowed.", Class: result.Exposure,
		change: headers(func(patterns []string, name string, _ covers) bool {
			return slices.ContainsFunc(patterns, func(p string) bool { return s3cors.MatchHeader(starLast(p), name) })
		})},
	{Name: "header-wildcard-overlap", Summary: "Beginning and end of a pattern may overlap in a requested header's name.", Class: result.Exposure,
		change: headers(func(patterns []string, name string, fits covers) bool {
			return fits(patterns, name) || slices.ContainsFunc(patterns, func(p string) bool {
				before, after, star := strings.Cut(strings.ToLower(p), "*")
				return star && strings.HasPrefix(strings.ToLower(name), before) && strings.HasSuffix(strings.ToLower(name), after)
			})
		})},
	{Name: "header-pattern-prefix-only", Summary: "A wildcard in AllowedHeaders counts at the end only.", Class: result.Breakage,
		change: headers(func(patterns []string, name string, _ covers) bool {
			return anyHeader(slices.DeleteFunc(slices.Clone(patterns), func(p string) bool { return strings.Contains(strings.TrimSuffix(p, "*"), "*") }), name)
		})},
	{Name: "header-star-without-authorization", Summary: "* in AllowedHeaders does not cover Authorization.", Class: result.Breakage,
		change: headers(func(patterns []string, name string, _ covers) bool {
			return anyHeader(patterns, name) && (!strings.EqualFold(name, "authorization") || anyHeader(slices.DeleteFunc(slices.Clone(patterns), func(p string) bool { return p == "*" }), name))
		})},
	{Name: "header-dot-any", Summary: "A dot in an allowed header stands for any character.", Class: result.Exposure,
		change: headers(func(patterns []string, name string, _ covers) bool {
			return slices.ContainsFunc(patterns, func(p string) bool {
				return s3cors.MatchHeader(p, name) || expression(strings.ToLower(p), ".", ".*").MatchString(strings.ToLower(name))
			})
		})},
	{Name: "header-names-unchecked", Summary: "Names that are no header names are compared like any other.", Class: result.Contract, change: change{odd: true}},
	{Name: "header-empty-names-compared", Summary: "An empty member of Access-Control-Request-Headers is compared like a name.", Class: Open, change: change{empty: true}},
	{Name: "header-names-split-at-blanks", Summary: "Blanks separate requested names as commas do.", Class: result.Contract,
		change: change{request: func(q *s3cors.Request) {
			if strings.ContainsAny(strings.Trim(strings.ReplaceAll(text(q.RequestHeaders), ", ", ","), " \t"), " \t") {
				names := strings.Join(strings.FieldsFunc(*q.RequestHeaders, func(c rune) bool { return c == ',' || c == ' ' || c == '\t' }), ", ")
				q.RequestHeaders = &names
			}
		}}},
	{Name: "header-disallowed-on-actual", Summary: "Names that a rule does not allow do not keep it from answering an actual request; Allow-Headers is left out then.", Class: result.Contract,
		change: change{
			rule: func(r rule, q s3cors.Request) (rule, bool) {
				if q.Method != http.MethodOptions {
					r.AllowedHeaders = []string{"*"}
				}
				return r, true
			},
			answer: func(a *Answer, q Asked) {
				if !q.Preflight() && q.Rule != nil && slices.ContainsFunc(requested(q.Request), func(n string) bool { return !anyHeader(q.Rule.AllowedHeaders, n) }) {
					delete(a.Headers, header.AllowHeaders)
				}
			},
		}},
	{Name: "header-blanks-count", Summary: "A blank behind a comma is part of the name.", Class: result.Contract,
		change: rewriting(func(r s3cors.Rule, q s3cors.Request) (s3cors.Rule, bool) {
			return r, !strings.Contains(text(q.RequestHeaders), ", ") || slices.Contains(r.AllowedHeaders, "*")
		})},
	{Name: "header-must-ask-for-all", Summary: "A preflight must ask for every allowed header.", Class: result.Breakage,
		change: rewriting(func(r s3cors.Rule, q s3cors.Request) (s3cors.Rule, bool) {
			return r, len(r.AllowedHeaders) <= max(1, len(requested(q))) || slices.Contains(r.AllowedHeaders, "*")
		})},
}
