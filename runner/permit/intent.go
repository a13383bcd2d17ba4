package permit

import (
	"slices"
	"strings"

	"corsprobe/runner/dialect"
	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// Intent is one thing that a rule means to permit, and by S3's model does: a page of an origin that asks by a method, with one header or none.
type Intent struct {
	Rule                   int // indexes within the configuration
	Origin, Method, Header int // of the rule's lists; Header -1: the page sets none
	Page                   fetch.Request
}

const (
	mostIntents        = 2000 // of a configuration: more are alike
	mostIntendedOrigin = 20   // of a rule
)

// Intents lists what each rule means to permit and answers by S3's model. A pattern is tried with a text in place of its *; what no browser can
// send is left out.
func Intents(cfg *s3cors.Configuration) []Intent {
	var all []Intent
	for r, rule := range cfg.CORSRules {
		for o, entry := range rule.AllowedOrigins[:min(len(rule.AllowedOrigins), mostIntendedOrigin)] {
			origin, sendable := sampleOrigin(entry)
			if !sendable {
				continue
			}
			for m, method := range rule.AllowedMethods {
				for h := -1; h < len(rule.AllowedHeaders); h++ {
					i := Intent{Rule: r, Origin: o, Method: m, Header: h, Page: fetch.Request{Origin: origin, Method: method, Credentials: fetch.Omit}}
					if i.fill(rule) && len(all) < mostIntents && i.answeredBy(cfg) {
						all = append(all, i)
					}
				}
			}
		}
	}
	return all
}

// fill sets the header; false: no page can.
func (i *Intent) fill(rule s3cors.Rule) bool {
	if i.Header < 0 {
		return true
	}
	name := strings.ToLower(strings.Replace(rule.AllowedHeaders[i.Header], "*", "example", 1))
	if rule.AllowedHeaders[i.Header] == "*" {
		name = "x-amz-meta-example"
	}
	if name == "" || fetch.IsForbiddenRequestHeader(name, "") || strings.Contains(name, "*") {
		return false
	}
	i.Page.UnsafeNames = []string{name}
	return true
}

// answeredBy reports that by S3's model the intent's own rule answers, and the page gets the answer.
func (i *Intent) answeredBy(cfg *s3cors.Configuration) bool {
	first := slices.IndexFunc(cfg.CORSRules, func(rule s3cors.Rule) bool { return lacking(rule, i.Page).nothing() })
	return first == i.Rule && simulate(cfg, i.Page).gets == result.Readable
}

// sampleOrigin is an origin that an entry covers; false: no browser has one.
func sampleOrigin(entry string) (string, bool) {
	var origin string
	switch {
	case entry == "*":
		origin = "https://stranger.example"
	case strings.HasSuffix(entry, ":*"):
		origin = strings.TrimSuffix(entry, "*") + "3000"
	default:
		origin = strings.Replace(entry, "*", "stranger", 1)
	}
	return origin, entryProblem(entry) == "" && fetch.OriginProblem(origin) == ""
}

// Loss is what of a rule does not work at a provider as it does with S3.
type Loss struct {
	Intent
	Sentence string          // why a browser keeps the answer from the page; empty: it does not
	Unread   []string        // names of exposed headers that the page cannot read
	By       dialect.Dialect // the deviations at fault
}

// Same reports that two intents are one.
func (i Intent) Same(other Intent) bool { return i.key() == other.key() }

func (i Intent) key() [4]int { return [4]int{i.Rule, i.Origin, i.Method, i.Header} }

// Blocks says why a page that gets the answer with S3 is blocked at a provider, and by which deviations; empty: it is not, or with S3 too.
func Blocks(d dialect.Dialect, cfg *s3cors.Configuration, q fetch.Request) (sentence string, by dialect.Dialect) {
	here := comesTo(d, cfg, q)
	if here.gets == result.Readable || simulate(cfg, q).gets != result.Readable {
		return "", nil
	}
	return here.sentence, responsible(d, func(d dialect.Dialect) any { return comesTo(d, cfg, q).gets })
}

// Lost lists what of a configuration works with S3 and not at a provider: pages that are blocked, and headers that they cannot read.
func Lost(d dialect.Dialect, cfg *s3cors.Configuration) []Loss {
	var all []Loss
	for _, i := range Intents(cfg) {
		with, here := simulate(cfg, i.Page), comesTo(d, cfg, i.Page)
		if l := (Loss{Intent: i, Sentence: here.sentence, Unread: unread(with.readable, here.readable)}); here.gets != result.Readable || len(l.Unread) > 0 {
			if here.gets != result.Readable {
				l.Unread = nil
			}
			l.By = responsible(d, func(d dialect.Dialect) any {
				f := comesTo(d, cfg, i.Page)
				return []any{f.gets, len(unread(with.readable, f.readable))}
			})
			all = append(all, l)
		}
	}
	return all
}

// unread are the names that are missing of those that were owed.
func unread(owed, came []string) []string {
	return slices.DeleteFunc(slices.Clone(owed), func(name string) bool {
		return slices.ContainsFunc(came, func(other string) bool { return strings.EqualFold(name, other) })
	})
}
