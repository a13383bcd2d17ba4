package dialect

import (
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"corsprobe/runner/header"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// State is what a bucket holds and held.
type State struct {
	Own *s3cors.Configuration // nil: none
	// Past are the states before, the newest first; nil members: none was held then.
	Past []*s3cors.Configuration
}

// Now is the state after another.
func (s State) Now(own *s3cors.Configuration) State {
	return State{Own: own, Past: append([]*s3cors.Configuration{s.Own}, s.Past...)}
}

// Asked is a request that an answer is made for, as plain data.
type Asked struct {
	s3cors.Request
	// Headers are the header lines as sent, Query the names of the URL's query with their values, Path the URL's path.
	Headers []result.Header
	Query   url.Values
	Path    string
	Key     string // of the object, decoded; empty: the URL names none
	// KeyMissing: there is no object of that key.
	KeyMissing bool
	// Fault is what is wrong with a presigned URL: [FaultExpired] or [FaultUnknownKey]; empty: nothing that is known.
	Fault string
	// Status is what an actual request is answered apart from CORS; 0 for a preflight.
	Status int

	// Sent are the names of the other headers of an actual request's answer.
	Sent []string

	// Config is the configuration that answers, nil: none; Rule the rule that does, as it is stored, nil: none. Both are filled in by the
	// model.
	Config *s3cors.Configuration
	Rule   *s3cors.Rule
}

// What may be wrong with a presigned URL.
const (
	FaultExpired    = "expired"
	FaultUnknownKey = "unknown-key" // nobody has its access key
)

// Preflight reports that the request is one.
func (q Asked) Preflight() bool { return q.Method == http.MethodOptions }

func (q Asked) has(query string) bool { return q.Query.Has(query) }

func (q Asked) header(name string) string {
	if values := result.Values(q.Headers, name); len(values) > 0 {
		return values[0]
	}
	return ""
}

// Signed reports that the request has an Authorization header.
func (q Asked) Signed() bool { return q.header("Authorization") != "" }

// Presigned reports that the request has a signature in its URL.
func (q Asked) Presigned() bool { return q.has("X-Amz-Signature") }

// Anonymous reports that the request is neither signed nor presigned.
func (q Asked) Anonymous() bool { return !q.Signed() && !q.Presigned() }

// Answer is one answer that an endpoint may give.
type Answer struct {
	s3cors.Answer
	Twice      []string // headers whose line is sent twice
	NoDocument bool     // there is no error document
}

// Answers says what an endpoint that speaks the dialect answers to a request on a bucket in that state: one answer, or several where S3's
// facts leave the point open. Answers of S3's dialect are those of [s3cors.Evaluate].
func (d Dialect) Answers(s State, q Asked) []Answer { return d.Finish(d.Matched(s, q)) }

// Matched is what the rules made of a request, before a dialect's deviations in the answers themselves.
type Matched struct {
	owed  []s3cors.Answer
	asked []Asked // as each of them was made for
}

// Matched is the first half of [Dialect.Answers]: the same for every dialect that [Dialect.Matching] does not tell apart.
func (d Dialect) Matched(s State, q Asked) Matched {
	cfg := d.config(s)
	for i := range d {
		one := &d[i]
		if one.request != nil {
			one.request(&q.Request)
		}
	}
	q.Config = cfg
	asked, odd := d.odd(q.Request)
	rules, matched := d.rules(cfg, q.Request, odd)
	owed := d.decided(s3cors.Answers(matched, asked))
	m := Matched{owed: owed.Answers, asked: make([]Asked, len(owed.Answers))}
	for i, a := range owed.Answers {
		m.asked[i] = q
		if owed.Rule < 0 || a.Headers[header.AllowOrigin] == "" {
			continue
		}
		if m.asked[i].Rule = &matched.CORSRules[owed.Rule]; rules != nil {
			m.asked[i].Rule = &rules[owed.Rule].stored
		}
		if odd {
			m.owed[i].Headers[header.AllowHeaders] = strings.ToLower(strings.Join(requested(q.Request), ", ")) // as they were asked for
		}
	}
	return m
}

// decided leaves out the answers at open points of S3's facts that the dialect settles.
func (d Dialect) decided(owed s3cors.Owed) s3cors.Owed {
	if d.any(func(one *Deviation) bool { return one.null }) {
		owed.Answers = slices.DeleteFunc(owed.Answers, s3cors.Answer.NullUnmatched)
	}
	return owed
}

// Finish is the second half of [Dialect.Answers].
func (d Dialect) Finish(m Matched) []Answer {
	answers := make([]Answer, len(m.owed))
	for i, a := range m.owed {
		one := Answer{Answer: a}
		if one.Headers = maps.Clone(a.Headers); one.Headers == nil {
			one.Headers = map[string]string{}
		}
		d.change(&one, m.asked[i])
		answers[i] = one
	}
	return answers
}

// Matching lists the deviations by which other rules answer, or other requests: what is left of a dialect without those that change answers
// and configuration calls alone.
func (d Dialect) Matching() Dialect {
	var all Dialect
	for i := range d {
		one := &d[i]
		if one.matches() {
			all = append(all, *one)
		}
	}
	return all
}

func (d *Deviation) matches() bool {
	return d.config != nil || d.request != nil || d.odd || d.empty || d.origin != nil || d.header != nil || d.rule != nil || d.choose != nil
}

// any reports that something holds for one of the deviations. They are large: going by index and pointer instead of by copy makes a diagnosis of
// many causes faster by a quarter.
func (d Dialect) any(holds func(*Deviation) bool) bool {
	for i := range d {
		if holds(&d[i]) {
			return true
		}
	}
	return false
}

func (d Dialect) change(a *Answer, q Asked) {
	for i := range d {
		one := &d[i]
		if one.answer != nil {
			one.answer(a, q)
		}
	}
}

// odd puts names that are header names in the place of requested ones that are none, where the dialect compares those like any other, and of
// empty ones likewise. The rules have then to be written for these: see stand.
func (d Dialect) odd(q s3cors.Request) (s3cors.Request, bool) {
	names := d.any(func(one *Deviation) bool { return one.odd })
	empty := d.any(func(one *Deviation) bool { return one.empty })
	members := strings.Split(text(q.RequestHeaders), ",")
	if text(q.RequestHeaders) == "" || !slices.ContainsFunc(members, func(m string) bool { return isOdd(m, names, empty) }) {
		return q, false
	}
	var standing []string
	for _, m := range members {
		if m = strings.TrimSpace(m); m != "" || empty {
			standing = append(standing, stand(m))
		}
	}
	joined := strings.Join(standing, ",")
	q.RequestHeaders = &joined
	return q, true
}

func isOdd(member string, names, empty bool) bool {
	member = strings.TrimSpace(member)
	return member == "" && empty || member != "" && names && !token.MatchString(member)
}

// token is a header's name (RFC 9110, section 5.6.2).
var token = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

// stand is a header name that stands for whatever was requested.
func stand(name string) string { return "x-" + hex.EncodeToString([]byte(name)) }

func (d Dialect) config(s State) *s3cors.Configuration {
	cfg := s.Own
	for i := range d {
		one := &d[i]
		if one.config != nil {
			cfg = one.config(State{Own: cfg, Past: s.Past})
		}
	}
	return cfg
}

// rules rewrites a configuration so that S3's way of matching comes to what the dialect's comes to, and returns its rules in the order in
// which they are tried; none where that is the configuration itself.
func (d Dialect) rules(cfg *s3cors.Configuration, q s3cors.Request, odd bool) ([]rule, *s3cors.Configuration) {
	if cfg == nil || !odd && !d.matchesOtherwise() {
		return nil, cfg
	}
	rules := make([]rule, len(cfg.CORSRules))
	for i, r := range cfg.CORSRules {
		rules[i] = rule{r, r}
	}
	rules = d.rewritten(rules, q, odd)
	for i := range d {
		one := &d[i]
		if one.choose != nil {
			rules = one.choose(rules, q)
		}
	}
	matched := &s3cors.Configuration{CORSRules: make([]s3cors.Rule, len(rules))}
	for i, r := range rules {
		matched.CORSRules[i] = r.Rule
	}
	return rules, matched
}

func (d Dialect) matchesOtherwise() bool {
	return d.any(func(one *Deviation) bool {
		return one.origin != nil || one.header != nil || one.rule != nil || one.choose != nil
	})
}

// rewritten are the rules that can match, each as S3's matching will take it.
func (d Dialect) rewritten(rules []rule, q s3cors.Request, odd bool) []rule {
	fits, allows := d.matchers()
	kept := rules[:0]
	for _, r := range rules {
		tried := true
		for i := range d {
			one := &d[i]
			if one.rule != nil && tried {
				r, tried = one.rule(r, q)
			}
		}
		if !tried {
			continue
		}
		if fits != nil {
			r.AllowedOrigins = matchedOrigins(r.AllowedOrigins, text(q.Origin), fits)
		}
		switch {
		case odd && allows == nil:
			r.AllowedHeaders = standing(r.AllowedHeaders, q, anyHeader)
		case odd:
			r.AllowedHeaders = standing(r.AllowedHeaders, q, allows)
		case allows != nil:
			r.AllowedHeaders = matchedHeaders(r.AllowedHeaders, q, allows)
		}
		kept = append(kept, r)
	}
	return kept
}

// matchers are the dialect's own ways of matching; nil: S3's.
func (d Dialect) matchers() (match, covers) {
	var fits match
	var allows covers
	for i := range d {
		one := &d[i]
		if change := one.origin; change != nil {
			before := fits
			if before == nil {
				before = s3cors.MatchOrigin
			}
			fits = func(pattern, origin string) bool { return change(pattern, origin, before) }
		}
		if change := one.header; change != nil {
			before := allows
			if before == nil {
				before = anyHeader
			}
			allows = func(patterns []string, name string) bool { return change(patterns, name, before) }
		}
	}
	return fits, allows
}

// matchedOrigins lists the origins of a rule that match, as S3's own matching will take them: * as it is, others as the origin itself.
func matchedOrigins(patterns []string, origin string, fits match) []string {
	var matched []string
	for _, pattern := range patterns {
		switch {
		case !fits(pattern, origin):
		case pattern == "*":
			matched = append(matched, "*")
		default:
			matched = append(matched, origin)
		}
	}
	return matched
}

// matchedHeaders lists the requested names that a rule covers.
func matchedHeaders(patterns []string, q s3cors.Request, allows covers) []string {
	var matched []string
	for _, name := range requested(q) {
		if allows(patterns, name) {
			matched = append(matched, name)
		}
	}
	return matched
}

// standing lists what stands for the requested members that a rule covers, empty ones among them.
func standing(patterns []string, q s3cors.Request, allows covers) []string {
	var matched []string
	for name := range strings.SplitSeq(text(q.RequestHeaders), ",") {
		if name = strings.TrimSpace(name); allows(patterns, name) {
			matched = append(matched, stand(name))
		}
	}
	return matched
}

// Predict says what an endpoint that speaks the dialect answers to a request on a bucket with that configuration, nil: none. It is
// [Dialect.Answers] for whoever knows no more of the request.
func Predict(d Dialect, cfg *s3cors.Configuration, q s3cors.Request) []Answer {
	asked := Asked{Request: q, Status: 200}
	if q.Method == http.MethodOptions {
		asked.Status = 0
	} else if len(q.Outcome.Status) > 0 {
		asked.Status = q.Outcome.Status[0]
	}
	if q.Target == s3cors.Object {
		asked.Path, asked.Key = "/bucket/key", "key"
	}
	for name, value := range map[string]*string{"Origin": q.Origin, "Access-Control-Request-Method": q.RequestMethod, "Access-Control-Request-Headers": q.RequestHeaders} {
		if value != nil {
			asked.Headers = append(asked.Headers, result.Header{Name: name, Value: *value})
		}
	}
	return d.Answers(State{Own: cfg}, asked)
}

// Doubles reports that the line of a header is sent twice.
func (a Answer) Doubles(header string) bool {
	return slices.ContainsFunc(a.Twice, func(name string) bool { return strings.EqualFold(name, header) })
}

// Lines are the header lines of an answer, in the order of [s3cors.Headers].
func (a Answer) Lines() []result.Header {
	var lines []result.Header
	for _, h := range s3cors.Headers {
		value, there := a.Headers[h.Name]
		if !there {
			continue
		}
		lines = append(lines, result.Header{Name: h.Name, Value: value})
		if a.Doubles(h.Name) {
			lines = append(lines, result.Header{Name: h.Name, Value: value})
		}
	}
	return lines
}
