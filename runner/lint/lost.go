package lint

import (
	"fmt"
	"slices"
	"strings"

	"corsprobe/runner/dialect"
	"corsprobe/runner/english"
	"corsprobe/runner/fetch"
	"corsprobe/runner/permit"
	"corsprobe/runner/s3cors"
)

// lost lists what of a configuration does not work at the provider as it does with S3: by its known dialect, and Fetch's model.
func (p Provider) lost(cfg *s3cors.Configuration) []Problem {
	refusal := s3cors.Validate(cfg)
	if len(p.Dialect) == 0 || refusal != nil && !refusal.MayAccept {
		return nil
	}
	_, ofS3 := permit.Put(nil, cfg)
	if _, refused := permit.Put(p.Dialect, cfg); refused != ofS3 {
		if slices.ContainsFunc(p.Limits, func(l Limit) bool { return len(p.limit(cfg, l)) > 0 }) {
			return nil // that is said already
		}
		return []Problem{found("CP603", At{Rule: -1, Index: -1}, fmt.Sprintf("on %s, %s%s", p.Title, refused, p.refusedBy(cfg)), "stay within what it takes")}
	}
	if ofS3 != "" {
		return nil // S3 may refuse it too, which is said already
	}
	var all []Problem
	losses := permit.Lost(p.Dialect, cfg)
	for i, rule := range cfg.CORSRules {
		of := ruleLosses{title: p.Title, index: i, rule: rule, all: slices.DeleteFunc(slices.Clone(losses), func(l permit.Loss) bool { return l.Rule != i })}
		all = append(all, slices.Concat(of.origins(), of.headers(), of.unread(), of.credentials(p.Dialect, cfg))...)
	}
	return all
}

// refusedBy names the deviation by which a configuration is refused.
func (p Provider) refusedBy(cfg *s3cors.Configuration) string {
	_, ofS3 := permit.Put(nil, cfg)
	for _, one := range p.Dialect {
		if _, refused := permit.Put(dialect.Dialect{one}, cfg); refused != ofS3 {
			return because(dialect.Dialect{one})
		}
	}
	return ""
}

// because names the deviations at fault.
func because(by dialect.Dialect) string {
	var why []string
	for _, one := range by {
		why = append(why, fmt.Sprintf("%s (%s)", strings.TrimSuffix(one.Summary, "."), one))
	}
	if len(why) == 0 {
		return ""
	}
	return ". " + strings.Join(why, "; ")
}

// ruleLosses are the losses of one rule.
type ruleLosses struct {
	title string
	index int
	rule  s3cors.Rule
	all   []permit.Loss
}

func (r ruleLosses) found(at At, by dialect.Dialect, format string, values ...any) Problem {
	at.Rule = r.index
	do := "corsprobe explain --provider shows both answers"
	switch {
	case chooses(by):
		do = "put all that its pages need into one rule, before others for the same origin"
	case strings.Contains(at.Value, "*") && at.Field == "AllowedHeaders":
		do = "list each header by its name"
	}
	return found("CP605", at, "on "+r.title+", "+fmt.Sprintf(format, values...)+because(by), do)
}

func chooses(by dialect.Dialect) bool { return slices.ContainsFunc(by, dialect.Deviation.Chooses) }

// origins reports which methods are blocked for each origin, without any header.
func (r ruleLosses) origins() []Problem {
	var all []Problem
	for o, origin := range r.rule.AllowedOrigins {
		var methods []string
		var first permit.Loss
		for _, l := range r.all {
			if l.Origin != o || l.Header >= 0 || l.Sentence == "" {
				continue
			}
			if methods = append(methods, l.Page.Method); len(methods) == 1 {
				first = l
			}
		}
		at := At{Field: "AllowedOrigins", Index: o, Value: origin}
		switch listed := english.And(methods); {
		case len(methods) == 0:
		case chooses(first.By):
			all = append(all, r.found(at, first.By, "rule %d is never reached for %s: its %s %s blocked", r.index+1, first.Page.Origin, listed, is(methods)))
		default:
			all = append(all, r.found(at, first.By, "%s from %s %s blocked: %s", listed, first.Page.Origin, is(methods), first.Sentence))
		}
	}
	return all
}

func is(words []string) string {
	if len(words) == 1 {
		return "is"
	}
	return "are"
}

// blockedWithoutHeader reports that a page is blocked without the header too, so that the header is not the reason.
func (r ruleLosses) blockedWithoutHeader(l permit.Loss) bool {
	return slices.ContainsFunc(r.all, func(o permit.Loss) bool {
		return o.Header < 0 && o.Origin == l.Origin && o.Method == l.Method && o.Sentence != ""
	})
}

// headers reports which headers block a page that is not blocked without them.
func (r ruleLosses) headers() []Problem {
	var all []Problem
	for h, name := range r.rule.AllowedHeaders {
		i := slices.IndexFunc(r.all, func(l permit.Loss) bool { return l.Header == h && l.Sentence != "" && !r.blockedWithoutHeader(l) })
		if i < 0 {
			continue
		}
		l := r.all[i]
		all = append(all, r.found(At{Field: "AllowedHeaders", Index: h, Value: name}, l.By, "%s from %s with %s is blocked: %s", l.Page.Method, l.Page.Origin, l.Page.UnsafeNames[0], l.Sentence))
	}
	return all
}

// unread reports which exposed headers no script can read.
func (r ruleLosses) unread() []Problem {
	var all []Problem
	for e, name := range r.rule.ExposeHeaders {
		i := slices.IndexFunc(r.all, func(l permit.Loss) bool {
			return slices.ContainsFunc(l.Unread, func(n string) bool { return strings.EqualFold(n, name) })
		})
		if i >= 0 {
			all = append(all, r.found(At{Field: "ExposeHeaders", Index: e, Value: name}, r.all[i].By, "a script at %s cannot read %s", r.all[i].Page.Origin, name))
		}
	}
	return all
}

// credentials reports that pages which send credentials are blocked, and others are not.
func (r ruleLosses) credentials(d dialect.Dialect, cfg *s3cors.Configuration) []Problem {
	for _, i := range permit.Intents(cfg) {
		if i.Rule != r.index || i.Header >= 0 || slices.ContainsFunc(r.all, func(l permit.Loss) bool { return l.Same(i) }) {
			continue
		}
		i.Page.Credentials = fetch.Include
		if sentence, by := permit.Blocks(d, cfg, i.Page); sentence != "" {
			what := fmt.Sprintf("on %s, a page of %s that asks with credentials is blocked: %s%s", r.title, i.Page.Origin, sentence, because(by))
			return []Problem{found("CP606", At{Rule: r.index, Index: -1}, what, "have the page ask without credentials")}
		}
	}
	return nil
}
