package dialect

import (
	"net/url"
	"slices"
	"strings"

	"corsprobe/runner/header"
	"corsprobe/runner/s3cors"
)

// change is what a deviation does to S3's model, in the places that it sets. Where several deviations of a dialect set the same, each is
// given what the ones before it made.
type change struct {
	// config chooses the configuration that a request is answered by.
	config func(State) *s3cors.Configuration
	// request changes what a request is taken for.
	request func(*s3cors.Request)
	// odd: requested names are compared whatever characters they have; empty: members that are empty too.
	odd, empty bool
	// null: the origin null is compared like any other, which S3's facts leave open.
	null bool
	// origin and header match in another way; fits is the way that they change.
	origin func(pattern, origin string, fits match) bool
	header func(patterns []string, name string, fits covers) bool
	// rule rewrites a rule for matching; one whose second result is false is not tried.
	rule func(rule, s3cors.Request) (rule, bool)
	// choose says which rules are tried, and in which order.
	choose func([]rule, s3cors.Request) []rule
	// answer changes what is owed.
	answer func(*Answer, Asked)

	// validate decides over a PutBucketCors; bytes is the length of its document, refusal nil where it is accepted so far.
	validate func(cfg *s3cors.Configuration, bytes int, refusal *s3cors.Refusal) *s3cors.Refusal
	// wipes: a refused PutBucketCors removes what was there.
	wipes bool
	// store makes of a configuration what is kept; before is what the bucket had.
	store func(before, put *s3cors.Configuration) *s3cors.Configuration
	// keeps: DeleteBucketCors removes nothing.
	keeps bool
	// returned changes each rule that GetBucketCors returns.
	returned func(*s3cors.Rule)
	// digest changes the error code by which a wrong Content-MD5 is refused; empty: it is accepted.
	digest func(code string) string
	// called changes the answer to a configuration call.
	called func(*Reply, Call)
}

// match reports whether an AllowedOrigin covers an origin.
type match func(pattern, origin string) bool

// covers reports whether a rule's AllowedHeaders cover a requested name, as it was sent, without blanks around it.
type covers func(patterns []string, name string) bool

// rule is a rule as it is matched, and as it is stored.
type rule struct {
	s3cors.Rule
	stored s3cors.Rule
}

// both names a check of preflights and of actual requests.
func both(part string) []string { return []string{"preflight." + part, "actual." + part} }

func choosing(choose func([]rule, s3cors.Request) []rule) change { return change{choose: choose} }

func rewriting(rewrite func(s3cors.Rule, s3cors.Request) (s3cors.Rule, bool)) change {
	return change{rule: func(r rule, q s3cors.Request) (rule, bool) {
		changed, tried := rewrite(r.Rule, q)
		return rule{changed, r.stored}, tried
	}}
}

func origins(fits func(pattern, origin string, fits match) bool) change { return change{origin: fits} }

func headers(fits func(patterns []string, name string, fits covers) bool) change {
	return change{header: fits}
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

// head is the first of a list; empty: there is none.
func head(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// answering changes what is owed.
func answering(by func(*Answer, Asked)) change { return change{answer: by} }

// granted changes answers that a rule made.
func granted(by func(map[string]string, Asked)) change {
	return answering(func(a *Answer, q Asked) {
		if a.Headers[header.AllowOrigin] != "" {
			by(a.Headers, q)
		}
	})
}

// onPreflight and onActual change only one of both.
func onPreflight(by func(map[string]string, Asked)) change {
	return granted(func(h map[string]string, q Asked) {
		if q.Preflight() {
			by(h, q)
		}
	})
}

func onActual(by func(map[string]string, Asked)) change {
	return granted(func(h map[string]string, q Asked) {
		if !q.Preflight() {
			by(h, q)
		}
	})
}

// without leaves a header out.
func without(name string) func(map[string]string, Asked) {
	return func(h map[string]string, _ Asked) { delete(h, name) }
}

// changed changes a header that is there.
func changed(name string, by func(string) string) func(map[string]string, Asked) {
	return func(h map[string]string, _ Asked) {
		if v, ok := h[name]; ok {
			h[name] = by(v)
		}
	}
}

// doubled sends a header's line twice.
func doubled(name string) change {
	return answering(func(a *Answer, _ Asked) { a.Twice = append(slices.Clone(a.Twice), name) })
}

// withoutHeaders leaves out every CORS header of actual answers to which it applies.
func withoutHeaders(when func(Asked) bool) change {
	return onActual(func(h map[string]string, q Asked) {
		if when(q) {
			clear(h)
		}
	})
}

// grant makes of any answer to a preflight one that permits it.
func grant(a *Answer, q Asked, origin string) {
	a.Status, a.Error, a.NoDocument = []int{200}, nil, false
	a.Headers[header.AllowOrigin], a.Headers[header.Vary] = origin, allVary
	a.Headers[header.AllowMethods] = text(q.RequestMethod)
	if names := requested(q.Request); len(names) > 0 {
		a.Headers[header.AllowHeaders] = strings.ToLower(strings.Join(names, ", "))
	}
	if origin != "*" {
		a.Headers[header.AllowCredentials] = "true"
	}
}

// refuse makes of any answer to a preflight a refusal.
func refuse(a *Answer, status int, code string) {
	a.Status, a.Error, a.NoDocument = []int{status}, &s3cors.Error{Code: code, Message: code}, false
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

// allVary is fact 29.
const allVary = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"
