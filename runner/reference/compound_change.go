package reference

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"corsprobe/runner/dialect"
	"corsprobe/runner/header"
	"corsprobe/runner/s3cors"
)

const allVary = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"

// asked is a request as a dialect sees it, and as it came: compound defects may depend on more than any deviation does.
type asked struct {
	dialect.Asked
	HTTP *http.Request
}

// answering changes what is owed.
func answering(change func(*dialect.Answer, asked)) Behaviour {
	return Behaviour{Raw: func(a *dialect.Answer, q dialect.Asked, r *http.Request) { change(a, asked{q, r}) }}
}

// granted changes the headers of answers that a rule made, of preflights or of actual requests.
func granted(preflight bool, change func(map[string]string, asked)) Behaviour {
	return answering(func(a *dialect.Answer, q asked) {
		if a.Headers[header.AllowOrigin] != "" && q.Preflight() == preflight {
			change(a.Headers, q)
		}
	})
}

func onPreflight(change func(map[string]string, asked)) Behaviour { return granted(true, change) }

func onActual(change func(map[string]string, asked)) Behaviour { return granted(false, change) }

// withoutCORS leaves out every CORS header of actual answers where a condition holds.
func withoutCORS(when condition) Behaviour {
	return onActual(func(h map[string]string, q asked) {
		if when(q) {
			clear(h)
		}
	})
}

// choosing changes which rules are tried.
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
			if r, tried := rewrite(r, q); tried {
				kept = append(kept, r)
			}
		}
		return kept
	})
}

// origins matches origins in another way than S3's: * stays as it is, what else matches stands as the origin itself.
func origins(match func(pattern, origin string) bool) Behaviour {
	return rewriting(func(r s3cors.Rule, q s3cors.Request) (s3cors.Rule, bool) {
		var matched []string
		for _, pattern := range r.AllowedOrigins {
			switch {
			case !match(pattern, text(q.Origin)):
			case pattern == "*":
				matched = append(matched, "*")
			default:
				matched = append(matched, text(q.Origin))
			}
		}
		r.AllowedOrigins = matched
		return r, len(matched) > 0
	})
}

// headers matches requested header names in another way than S3's.
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

// requested are the names that a request asks for, as they were sent.
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

// hostOf is the host of an origin, without scheme and port.
func hostOf(origin string) string {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return origin
	}
	return u.Hostname()
}

func schemeOf(origin string) string { scheme, _, _ := strings.Cut(origin, "://"); return scheme }

func noScheme(origin string) string {
	if _, rest, found := strings.Cut(origin, "://"); found {
		return rest
	}
	return origin
}
