package lint

import (
	"fmt"
	"slices"
	"strings"

	"corsprobe/runner/fetch"
	"corsprobe/runner/s3cors"
)

// methods: HEAD is not part of GET.
func methods(r s3cors.Rule) []Problem {
	if !slices.Contains(r.AllowedMethods, "GET") || slices.Contains(r.AllowedMethods, "HEAD") {
		return nil
	}
	return []Problem{{Severity: Note, Field: "AllowedMethods", Index: -1, What: "GET does not cover HEAD", Do: "list HEAD if pages ask for an object's size or date", Facts: []int{40}}}
}

func headers(r s3cors.Rule) []Problem {
	var all []Problem
	if len(r.AllowedHeaders) == 0 && writes(r) {
		all = append(all, Problem{Severity: Warning, Field: "AllowedHeaders", Index: -1, What: "an upload with a Content-Type such as image/png, or any x-amz-* header, is refused: no name is allowed by itself",
			Do: "list Content-Type and what else the page sends", Facts: []int{52}, Fetch: "cors-safelisted-request-header"})
	}
	for i, name := range r.AllowedHeaders {
		switch {
		case strings.Count(name, "*") == 1:
			all = append(all, Problem{Severity: Note, Field: "AllowedHeaders", Index: i, Value: name, What: "S3 answers with the names that were asked for; an endpoint that answers with the rule's own list stops browsers, for which a pattern is a name and * does not cover Authorization",
				Do: "list names if the configuration is for other endpoints too", Facts: []int{24, 51}, Fetch: "cors-preflight-fetch-0"})
		case fetch.IsForbiddenRequestHeader(name, ""):
			all = append(all, Problem{Severity: Note, Field: "AllowedHeaders", Index: i, Value: name, What: "a page cannot set this header, so that no preflight asks for it", Do: "leave it out", Fetch: "forbidden-request-header"})
		}
	}
	return all
}

// exposed: what a script needs to read, and what it reads anyway.
func exposed(r s3cors.Rule) []Problem {
	shows := func(name string) bool {
		return slices.ContainsFunc(r.ExposeHeaders, func(e string) bool { return strings.EqualFold(e, name) })
	}
	var all []Problem
	if writes(r) && !slices.Equal(written(r), []string{"DELETE"}) && !shows("ETag") {
		all = append(all, Problem{Severity: Warning, Field: "ExposeHeaders", Index: -1, What: "a script cannot read ETag, and so cannot complete a multipart upload", Do: "list ETag", Facts: []int{27}, Fetch: "cors-safelisted-response-header-name"})
	}
	ranged := slices.ContainsFunc(r.AllowedHeaders, func(h string) bool { return strings.EqualFold(h, "Range") })
	if ranged && slices.Contains(r.AllowedMethods, "GET") && !shows("Content-Range") {
		all = append(all, Problem{Severity: Warning, Field: "ExposeHeaders", Index: -1, What: "a script may ask for a Range and cannot read which it got", Do: "list Content-Range", Facts: []int{27}, Fetch: "cors-safelisted-response-header-name"})
	}
	for i, name := range r.ExposeHeaders {
		if fetch.IsSafelistedResponseHeader(strings.ToLower(name)) {
			all = append(all, Problem{Severity: Note, Field: "ExposeHeaders", Index: i, Value: name, What: "a script can always read it", Do: "leave it out", Fetch: "cors-safelisted-response-header-name"})
		}
	}
	return all
}

// Browsers keep a preflight's answer no longer than this.
const (
	chromiumMaxAge = 7_200
	firefoxMaxAge  = 86_400
)

func maxAge(r s3cors.Rule) []Problem {
	p := Problem{Severity: Note, Field: "MaxAgeSeconds", Index: -1, Facts: []int{28}, Fetch: "cors-preflight-cache"}
	switch age := r.MaxAgeSeconds; {
	case age == nil:
		p.What, p.Do = "without it a browser keeps a preflight's answer for 5 seconds, and soon asks again", "write 3600, or another age"
	case *age == 0:
		p.Severity, p.What, p.Do = Warning, "a browser asks before every request", "write 3600, or another age"
	case *age > firefoxMaxAge:
		p.What, p.Do = fmt.Sprintf("Chromium keeps an answer for %d seconds at most, Firefox for %d", chromiumMaxAge, firefoxMaxAge), "reckon with that"
	case *age > chromiumMaxAge:
		p.What, p.Do = fmt.Sprintf("Chromium keeps an answer for %d seconds at most", chromiumMaxAge), "reckon with that"
	default:
		return nil
	}
	return []Problem{p}
}

// shadowed finds the methods of a rule that an earlier rule answers whenever this one would.
func shadowed(rules []s3cors.Rule, index int) []Problem {
	rule := rules[index]
	by := map[int][]string{}
	for _, m := range rule.AllowedMethods {
		for i, earlier := range rules[:index] {
			if slices.Contains(earlier.AllowedMethods, m) && coverAll(earlier.AllowedOrigins, rule.AllowedOrigins, s3cors.MatchOrigin) && coverAll(earlier.AllowedHeaders, rule.AllowedHeaders, s3cors.MatchHeader) {
				by[i] = append(by[i], m)
				break
			}
		}
	}
	var all []Problem
	for i := range index {
		taken := by[i]
		switch {
		case len(taken) == 0:
		case len(taken) == len(rule.AllowedMethods):
			all = append(all, Problem{Severity: Warning, Index: -1, What: fmt.Sprintf("it is never reached: rule %d answers whatever it matches", i+1), Do: "put it before that rule, or leave it out", Facts: []int{44}})
		default:
			all = append(all, Problem{Severity: Warning, Field: "AllowedMethods", Index: -1, What: fmt.Sprintf("its %s is never reached: rule %d answers that", strings.Join(taken, ", "), i+1), Do: "put it before that rule if the answers should differ", Facts: []int{44}})
		}
	}
	return all
}

func coverAll(patterns, values []string, match func(pattern, value string) bool) bool {
	return !slices.ContainsFunc(values, func(v string) bool {
		return !slices.ContainsFunc(patterns, func(p string) bool { return covers(p, v, match) })
	})
}

// covers reports that a pattern matches all that another matches.
func covers(pattern, other string, match func(pattern, value string) bool) bool {
	before, after, wild := strings.Cut(other, "*")
	if !wild || pattern == other {
		return match(pattern, other)
	}
	first, last, wider := strings.Cut(pattern, "*")
	// Both ends are compared by the same rule as values are, case of headers included.
	return wider && match(first+"*", before) && match("*"+last, after)
}
