package fuzz

import (
	"math/rand/v2"
	"slices"
	"strings"

	"corsprobe/runner/s3cors"
)

// What configurations are made of: what people write, and what servers' parsers stumble over.
var (
	schemes = []string{"https", "https", "https", "http", "http", "capacitor", "chrome-extension"}
	hosts   = []string{
		"app.example.com", "app.example.com", "www.example.com", "example.com", "a.b.c.example.com", "localhost", "127.0.0.1", "10.0.0.7", "[::1]", "[2001:db8::1]",
		"xn--bcher-kva.example", "my-app.example.co.uk", "a-.example.com", "my_app.example.com", "example", "abcdefghijklmnop", strings.Repeat("a23456789.", 24) + "example",
	}
	ports    = []string{"", "", "", "", ":80", ":443", ":8080", ":3000", ":1", ":65535"}
	patterns = []string{
		"*", "*", "https://*", "http://*", "https://*.example.com", "https://*.example.com", "*.example.com", "*example.com", "https://app.*", "https://app*.example.com", "http*://app.example.com",
		"https://app.example.com:*", "*://app.example.com", "https://*.example.com:8443", "http://localhost:*", "https://a*a.example.com", "null", "https://app.example.com/", "app.example.com",
		"https", "http://", "localhost:3000", "HTTPS://App.Example.com",
	}
	names = []string{
		"Content-Type", "content-md5", "Authorization", "X-Amz-Date", "x-amz-content-sha256", "x-amz-meta-title", "X-Custom", "x-requested-with", "Range", "If-None-Match", "cache-control",
		"X_Under", "x.dotted", "x!s#i$g%n", "x~t|t", "accept", "x-amz-acl", "traceparent",
	}
	namePatterns = []string{"*", "*", "x-amz-*", "X-Amz-Meta-*", "*-type", "x-*-id", "Content-*", "x*"}
	exposed      = []string{"ETag", "x-amz-request-id", "x-amz-version-id", "Content-Range", "Content-Length", "X-Custom", "Accept-Ranges", "x-amz-meta-title", "Date"}
	ages         = []int32{1, 5, 60, 600, 3000, 3600, 86400, 604800, 2147483647}
)

// configuration makes one that S3 takes.
func configuration(r *rand.Rand) *s3cors.Configuration {
	for {
		cfg := &s3cors.Configuration{}
		for range ruleCount(r) {
			next := rule(r)
			if n := len(cfg.CORSRules); n > 0 && chance(r, 0.5) {
				next = varied(r, cfg.CORSRules[r.IntN(n)]) // rules that compete show which of them answers
			}
			cfg.CORSRules = append(cfg.CORSRules, next)
		}
		if s3cors.Validate(cfg) == nil {
			return cfg
		}
	}
}

func ruleCount(r *rand.Rand) int {
	switch n := r.IntN(100); {
	case n < 45:
		return 1
	case n < 75:
		return 2
	case n < 90:
		return 3
	case n < 98:
		return 4 + r.IntN(5)
	default:
		return 30 + r.IntN(s3cors.MaxRules-29)
	}
}

func rule(r *rand.Rand) s3cors.Rule {
	rule := s3cors.Rule{AllowedOrigins: several(r, 1, 3, origin), AllowedMethods: some(r, s3cors.Methods, 1, 5)}
	if chance(r, 0.7) {
		rule.AllowedHeaders = several(r, 1, 4, headerName)
	}
	if chance(r, 0.5) {
		rule.ExposeHeaders = some(r, exposed, 1, len(exposed))
	}
	if chance(r, 0.5) {
		rule.MaxAgeSeconds = new(pick(r, ages))
	}
	if chance(r, 0.2) {
		rule.ID = pick(r, []string{"rule", "Rule 1", "a/b?c", strings.Repeat("i", 255)})
	}
	return rule
}

// varied is a rule that differs from another in one respect or two.
func varied(r *rand.Rand, from s3cors.Rule) s3cors.Rule {
	other := rule(r)
	varied := cloneConfig(&s3cors.Configuration{CORSRules: []s3cors.Rule{from}}).CORSRules[0]
	for range 1 + r.IntN(2) {
		switch r.IntN(5) {
		case 0:
			varied.AllowedOrigins = other.AllowedOrigins
		case 1:
			varied.AllowedMethods = other.AllowedMethods
		case 2:
			varied.AllowedHeaders = other.AllowedHeaders
		case 3:
			varied.ExposeHeaders, varied.MaxAgeSeconds = other.ExposeHeaders, other.MaxAgeSeconds
		case 4:
			varied.AllowedOrigins = []string{sibling(r, varied.AllowedOrigins[0])}
		}
	}
	return varied
}

func origin(r *rand.Rand) string {
	if chance(r, 0.4) {
		return pick(r, patterns)
	}
	return pick(r, schemes) + "://" + pick(r, hosts) + pick(r, ports)
}

// sibling is another origin of the same host.
func sibling(r *rand.Rand, origin string) string {
	scheme, host, found := strings.Cut(origin, "://")
	if !found {
		return origin
	}
	host, _ = splitPort(host)
	return scheme + "://" + host + pick(r, ports)
}

func headerName(r *rand.Rand) string {
	if chance(r, 0.35) {
		return pick(r, namePatterns)
	}
	name := pick(r, names)
	if chance(r, 0.3) {
		return strings.ToLower(name)
	}
	return name
}

// edited is a configuration that differs little from another, as one that is put after it does.
func edited(r *rand.Rand, cfg *s3cors.Configuration) *s3cors.Configuration {
	for {
		next := cloneConfig(cfg)
		i := r.IntN(len(next.CORSRules))
		switch r.IntN(4) {
		case 0:
			next.CORSRules[i] = varied(r, next.CORSRules[i])
		case 1:
			next.CORSRules = append(next.CORSRules, rule(r))
		case 2:
			slices.Reverse(next.CORSRules)
			next.CORSRules[0] = varied(r, next.CORSRules[0])
		case 3:
			if len(next.CORSRules) > 1 {
				next.CORSRules = slices.Delete(next.CORSRules, i, i+1)
			}
		}
		if s3cors.Validate(next) == nil {
			return next
		}
	}
}

func chance(r *rand.Rand, p float64) bool { return r.Float64() < p }

func pick[T any](r *rand.Rand, all []T) T { return all[r.IntN(len(all))] }

// some are from least to most of a list's elements, in any order.
func some[T any](r *rand.Rand, all []T, least, most int) []T {
	var chosen []T
	for _, i := range r.Perm(len(all))[:least+r.IntN(most-least+1)] {
		chosen = append(chosen, all[i])
	}
	return chosen
}

// several are from least to most different texts, as far as they differ.
func several(r *rand.Rand, least, most int, text func(*rand.Rand) string) []string {
	var all []string
	for range least + r.IntN(most-least+1) {
		if t := text(r); !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	return all
}

// spoilt are ways to have S3 refuse a configuration.
var spoilt = []func(*s3cors.Configuration, *s3cors.Rule){
	func(cfg *s3cors.Configuration, _ *s3cors.Rule) { cfg.CORSRules = nil },
	func(_ *s3cors.Configuration, r *s3cors.Rule) { r.AllowedOrigins = nil },
	func(_ *s3cors.Configuration, r *s3cors.Rule) { r.AllowedMethods = nil },
	func(_ *s3cors.Configuration, r *s3cors.Rule) { r.AllowedMethods = append(r.AllowedMethods, "get") },
	func(_ *s3cors.Configuration, r *s3cors.Rule) { r.AllowedMethods = append(r.AllowedMethods, "PATCH") },
	func(_ *s3cors.Configuration, r *s3cors.Rule) { r.AllowedMethods = []string{"OPTIONS"} },
	func(_ *s3cors.Configuration, r *s3cors.Rule) { r.AllowedMethods = []string{"*"} },
	func(_ *s3cors.Configuration, r *s3cors.Rule) {
		r.AllowedOrigins = append(r.AllowedOrigins, "https://*.*.example.com")
	},
	func(_ *s3cors.Configuration, r *s3cors.Rule) { r.AllowedOrigins = []string{"**"} },
	func(_ *s3cors.Configuration, r *s3cors.Rule) { r.AllowedHeaders = append(r.AllowedHeaders, "*-amz-*") },
	func(_ *s3cors.Configuration, r *s3cors.Rule) { r.ExposeHeaders = append(r.ExposeHeaders, "x-amz-*") },
	func(_ *s3cors.Configuration, r *s3cors.Rule) { r.ExposeHeaders = []string{"*"} },
	func(_ *s3cors.Configuration, r *s3cors.Rule) { r.ExposeHeaders = append(r.ExposeHeaders, "x amz") },
	func(cfg *s3cors.Configuration, r *s3cors.Rule) {
		for len(cfg.CORSRules) <= s3cors.MaxRules {
			cfg.CORSRules = append(cfg.CORSRules, *r)
		}
	},
}

// refused makes a configuration that S3 is sure to refuse. Every way comes in its turn.
func refused(r *rand.Rand, turn int) *s3cors.Configuration {
	for {
		cfg := configuration(r)
		spoilt[turn%len(spoilt)](cfg, &cfg.CORSRules[r.IntN(len(cfg.CORSRules))])
		if surelyRefused(cfg) {
			return cfg
		}
	}
}

func surelyRefused(cfg *s3cors.Configuration) bool {
	refusal := s3cors.Validate(cfg)
	return refusal != nil && !refusal.MayAccept
}
