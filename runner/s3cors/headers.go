package s3cors

import (
	"strconv"
	"strings"

	"corsprobe/runner/header"
	"corsprobe/runner/s3cors/fact"
)

// Header is one response header that S3's CORS processing owes or must leave out.
type Header struct {
	Check   string         // its check, without the request's kind: "allow-origin"
	Name    string         // as S3 writes it
	Meaning header.Meaning // how values are compared
	// AnyOrder: every reader takes the list for a set, so its order alone is no difference.
	AnyOrder bool
	Owes     string // what S3 owes
	Matters  string // what it means to a page, or to its author
	Facts    []int
	// value computes the header from the matching rule and the request, with the facts that it rests on; empty: the header is absent.
	value func(rule Rule, a asked, p *picks) (value string, facts []int)
}

// Headers lists them in the order in which an answer is read. Everything about a header is here: the model computes it, package judge
// compares it, corsprobe explain and the documentation describe it, and the gomega matchers look up how it is compared.
var Headers = headers[:]

// HeaderCount is how many [Headers] there are.
const HeaderCount = len(headers)

var headers = [...]Header{
	{
		Check: "allow-origin", Name: header.AllowOrigin, Meaning: header.Exact, value: allowOrigin, // Fetch's CORS check forgives neither case nor repetition
		Owes:    "* where the matching rule lists *; otherwise the request's Origin, to the letter. No CORS header at all where no rule matches, there is no Origin or no configuration. Errors carry it too.",
		Matters: "Without it, or with another value, a browser keeps the answer from the page; with it where none is owed, a page reads what the configuration keeps from it.",
		Facts:   []int{fact.RefusalWithoutHeaders, fact.AllowOrigin, fact.StarAndOrigin, fact.NoHeadersOtherwise, fact.NeverStopped, fact.ErrorsCarryHeaders, fact.MissingBucketWithoutHeaders, fact.EveryOperation},
	},
	{
		Check: "allow-credentials", Name: header.AllowCredentials, Meaning: header.Exact, value: allowCredentials,
		Owes:    "true where Allow-Origin is not *; otherwise nothing, never false.",
		Matters: "A page that sends cookies or an Authorization of the browser's own needs it; beside * a browser refuses credentials anyway.",
		Facts:   []int{fact.AllowCredentials},
	},
	{
		Check: "allow-methods", Name: header.AllowMethods, Meaning: header.Sequence, value: allowMethods, // methods are case-sensitive
		Owes:    "The matching rule's AllowedMethods in their order, on preflights and on answers.",
		Matters: "A browser refuses a PUT or DELETE that the preflight's answer does not list, and may send whatever it lists for as long as it keeps the answer.",
		Facts:   []int{fact.AllowMethods},
	},
	{
		Check: "allow-headers", Name: header.AllowHeaders, Meaning: header.Sequence, AnyOrder: true, value: allowHeaders, // lower case is part of the answer
		Owes:    "The names that the request asked for, in lower case; nothing where it asked for none. Never *, never the rule's patterns.",
		Matters: "A browser compares whole names: a pattern such as x-amz-* in the answer is a name like any other, and every request with x-amz-date is blocked. * does not cover Authorization.",
		Facts:   []int{fact.AllowHeaders, fact.EmptyMember, fact.AllowHeadersOnActual, fact.HeaderPattern},
	},
	{
		Check: "expose-headers", Name: header.ExposeHeaders, Meaning: header.Sequence, AnyOrder: true, value: exposeHeaders, // as stored, case kept
		Owes:    "The matching rule's ExposeHeaders as they were put; nothing where there are none, and nothing else is exposed.",
		Matters: "A script reads only exposed headers: without ETag a multipart upload cannot be completed, without Content-Range a player does not know where it is.",
		Facts:   []int{fact.ExposeHeaders},
	},
	{
		Check: "max-age", Name: header.MaxAge, Meaning: header.Exact, value: maxAge,
		Owes:    "The matching rule's MaxAgeSeconds; nothing where there is none.",
		Matters: "How long a browser asks no more. Browsers cap it (Chromium at two hours, Firefox at a day).",
		Facts:   []int{fact.MaxAge},
	},
	{
		Check: "vary", Name: header.Vary, Meaning: header.CoversFold, value: vary, // RFC 9110, 12.5.5: order and case mean nothing, more names are fine
		Owes:    "Origin, Access-Control-Request-Headers and Access-Control-Request-Method where a rule matched; none of them elsewhere. More names are fine.",
		Matters: "Without Origin in Vary a cache gives one origin's answer to another, and a page is blocked, or reads, at random.",
		Facts:   []int{fact.VaryGranted, fact.NoHeadersOtherwise},
	},
}

// HeaderNamed is the header of that name in any case of letters. A header that is not in the table is compared as a single value, and its
// check is named after it: "header.x-amz-request-id".
func HeaderNamed(name string) Header {
	for _, h := range Headers {
		if strings.EqualFold(h.Name, name) {
			return h
		}
	}
	return Header{Check: "header." + strings.ToLower(name), Name: name, Meaning: header.Exact}
}

// CheckOf is the name of a header's check.
func CheckOf(name string) string { return HeaderNamed(name).Check }

// grant puts a matching rule's headers into an answer; also are further facts that every one of them rests on.
func (ans *Answer) grant(rule Rule, a asked, p *picks, also ...int) {
	for _, h := range Headers {
		value, facts := h.value(rule, a, p)
		if value != "" {
			ans.Headers[h.Name] = value
		}
		ans.Facts[h.Check] = append(facts, also...)
	}
}

// allowOrigin: * where the rule lists it, else the origin as sent (fact 20); a rule that has both is open (fact 21).
func allowOrigin(rule Rule, a asked, p *picks) (string, []int) {
	facts := []int{fact.AllowOrigin}
	if a.origin == "null" {
		facts = append(facts, fact.OriginNotParsed)
	}
	if !listed(rule.AllowedOrigins, "*") {
		return a.origin, facts
	}
	if !fitsBesidesStar(rule.AllowedOrigins, a.origin) {
		return "*", facts
	}
	facts = append(facts, fact.StarAndOrigin)
	if p.pick(starAndOrigin) == 1 {
		return a.origin, facts
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

// allowCredentials: true exactly when Allow-Origin is not *, never false (fact 22).
func allowCredentials(rule Rule, a asked, p *picks) (string, []int) {
	if origin, _ := allowOrigin(rule, a, p); origin == "*" {
		return "", []int{fact.AllowCredentials}
	}
	return "true", []int{fact.AllowCredentials}
}

// allowMethods: the whole list in stored order (fact 23).
func allowMethods(rule Rule, _ asked, _ *picks) (string, []int) {
	return join(rule.AllowedMethods), []int{fact.AllowMethods}
}

// allowHeaders: the names are repeated as asked on preflights (fact 24), and on actual requests that ask (fact 26).
func allowHeaders(_ Rule, a asked, _ *picks) (string, []int) {
	if a.preflight {
		return join(a.names), []int{fact.AllowHeaders}
	}
	return join(a.names), []int{fact.AllowHeaders, fact.AllowHeadersOnActual}
}

// exposeHeaders: the rule's list as stored (fact 27).
func exposeHeaders(rule Rule, _ asked, _ *picks) (string, []int) {
	return join(rule.ExposeHeaders), []int{fact.ExposeHeaders}
}

// maxAge: decimal, absent when unset; what 0 does is open (fact 28).
func maxAge(rule Rule, _ asked, p *picks) (string, []int) {
	if rule.MaxAgeSeconds == nil || *rule.MaxAgeSeconds == 0 && p.pick(zeroMaxAge) == 1 {
		return "", []int{fact.MaxAge}
	}
	return strconv.Itoa(int(*rule.MaxAgeSeconds)), []int{fact.MaxAge}
}

// vary: one line, whenever a rule matched (fact 29).
func vary(Rule, asked, *picks) (string, []int) {
	return "Origin, Access-Control-Request-Headers, Access-Control-Request-Method", []int{fact.VaryGranted}
}
