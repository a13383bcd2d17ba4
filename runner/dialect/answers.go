package dialect

import (
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/header"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// responseDeviations spoil one header of answers that a rule made.
var responseDeviations = []Deviation{
	{Name: "allow-origin-star-for-echo", Summary: "Allow-Origin is * where S3 gives the origin back.", Class: result.Breakage, Checks: both("allow-origin"),
		change: granted(changed(header.AllowOrigin, func(string) string { return "*" }))},
	{Name: "allow-origin-pattern", Summary: "Allow-Origin is the rule's pattern.", Class: result.Breakage, Checks: both("allow-origin"),
		change: granted(func(h map[string]string, q Asked) {
			if r := q.Rule; r != nil && h[header.AllowOrigin] != "*" {
				if i := slices.IndexFunc(r.AllowedOrigins, func(p string) bool { return s3cors.MatchOrigin(p, text(q.Origin)) }); i >= 0 {
					h[header.AllowOrigin] = r.AllowedOrigins[i]
				}
			}
		})},
	{Name: "allow-origin-first-of-rule", Summary: "Allow-Origin is the first origin of the rule.", Class: result.Breakage, Checks: both("allow-origin"),
		change: granted(func(h map[string]string, q Asked) {
			if r := q.Rule; r != nil && h[header.AllowOrigin] != "*" && !strings.Contains(head(r.AllowedOrigins), "*") {
				h[header.AllowOrigin] = head(r.AllowedOrigins)
			}
		})},
	{Name: "allow-origin-list", Summary: "Allow-Origin lists all origins of the rule.", Class: result.Breakage, Checks: both("allow-origin"),
		change: granted(func(h map[string]string, q Asked) {
			if r := q.Rule; r != nil && h[header.AllowOrigin] != "*" {
				h[header.AllowOrigin] = strings.Join(r.AllowedOrigins, ", ")
			}
		})},
	{Name: "allow-origin-echo-for-star", Summary: "Allow-Origin gives the origin back where the rule lists *.", Class: result.Contract, Checks: both("allow-origin"),
		change: granted(func(h map[string]string, q Asked) {
			if h[header.AllowOrigin] == "*" {
				h[header.AllowOrigin] = text(q.Origin)
			}
		})},
	{Name: "allow-origin-echo-for-star-on-preflight", Summary: "Where the rule lists *, preflights get the origin back.", Class: result.Contract, Checks: []string{"preflight.allow-origin"},
		change: onPreflight(func(h map[string]string, q Asked) {
			if h[header.AllowOrigin] == "*" {
				h[header.AllowOrigin] = text(q.Origin)
			}
		})},
	{Name: "allow-origin-star-first-only", Summary: "Allow-Origin is * only where * is the rule's first origin; else the origin is given back.", Class: result.Contract, Checks: both("allow-origin"),
		change: granted(func(h map[string]string, q Asked) {
			if r := q.Rule; r != nil && h[header.AllowOrigin] == "*" && head(r.AllowedOrigins) != "*" {
				h[header.AllowOrigin] = text(q.Origin)
			}
		})},
	{Name: "allow-origin-echo-for-star-when-authorised", Summary: "Where the rule lists *, actual requests with a signature, in their URL or in a header, get the origin back.", Class: result.Contract, Checks: []string{"actual.allow-origin"},
		change: onActual(func(h map[string]string, q Asked) {
			if h[header.AllowOrigin] == "*" && !q.Anonymous() {
				h[header.AllowOrigin] = text(q.Origin)
			}
		})},
	{Name: "allow-origin-star-for-echo-on-preflight", Summary: "The preflight's Allow-Origin is * where S3 gives the origin back.", Class: result.Breakage, Checks: []string{"preflight.allow-origin"},
		change: onPreflight(changed(header.AllowOrigin, func(string) string { return "*" }))},
	{Name: "allow-origin-echo-for-star-when-signed", Summary: "Where the rule lists *, requests with an Authorization header get the origin back.", Class: result.Contract, Checks: both("allow-origin"),
		change: granted(func(h map[string]string, q Asked) {
			if h[header.AllowOrigin] == "*" && q.Signed() {
				h[header.AllowOrigin] = text(q.Origin)
			}
		})},
	{Name: "allow-origin-echo-with-credentials-for-star", Summary: "Where the rule lists *, the origin is given back with credentials.", Class: result.Exposure,
		Checks: append(both("allow-origin"), both("allow-credentials")...),
		change: granted(func(h map[string]string, q Asked) {
			if h[header.AllowOrigin] == "*" {
				h[header.AllowOrigin], h[header.AllowCredentials] = text(q.Origin), "true"
			}
		})},
	{Name: "allow-origin-lower-case", Summary: "Allow-Origin is lower-cased.", Class: result.Contract, Checks: both("allow-origin"),
		change: granted(changed(header.AllowOrigin, strings.ToLower))},
	{Name: "allow-origin-trailing-slash", Summary: "Allow-Origin has a slash at its end.", Class: result.Breakage, Checks: both("allow-origin"),
		change: granted(changed(header.AllowOrigin, func(v string) string {
			if v == "*" {
				return v
			}
			return v + "/"
		}))},
	{Name: "allow-origin-twice", Summary: "Allow-Origin is sent twice.", Class: result.Breakage, Checks: both("allow-origin"), change: doubled(header.AllowOrigin)},
	{Name: "allow-origin-missing-on-preflight", Summary: "The preflight's answer has no Allow-Origin.", Class: result.Breakage, Checks: []string{"preflight.allow-origin"},
		change: onPreflight(without(header.AllowOrigin))},
	{Name: "allow-origin-missing-on-actual", Summary: "Actual answers have no Allow-Origin.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		change: onActual(without(header.AllowOrigin))},

	{Name: "credentials-missing", Summary: "Allow-Credentials is never sent.", Class: result.Breakage, Checks: both("allow-credentials"), change: granted(without(header.AllowCredentials))},
	{Name: "credentials-missing-on-actual", Summary: "Actual answers have no Allow-Credentials.", Class: result.Breakage, Checks: []string{"actual.allow-credentials"},
		change: onActual(without(header.AllowCredentials))},
	{Name: "credentials-missing-on-preflight", Summary: "The preflight's answer has no Allow-Credentials.", Class: result.Breakage, Checks: []string{"preflight.allow-credentials"},
		change: onPreflight(without(header.AllowCredentials))},
	{Name: "credentials-upper-case", Summary: "Allow-Credentials is True.", Class: result.Breakage, Checks: both("allow-credentials"),
		change: granted(changed(header.AllowCredentials, func(string) string { return "True" }))},
	{Name: "credentials-with-star", Summary: "Allow-Credentials: true stands beside *.", Class: result.Contract, Checks: both("allow-credentials"),
		change: granted(func(h map[string]string, _ Asked) { h[header.AllowCredentials] = "true" })},
	{Name: "credentials-false-with-star", Summary: "Allow-Credentials: false stands beside *.", Class: result.Contract, Checks: both("allow-credentials"),
		change: granted(func(h map[string]string, _ Asked) {
			if h[header.AllowOrigin] == "*" {
				h[header.AllowCredentials] = "false"
			}
		})},

	{Name: "allow-methods-missing-on-preflight", Summary: "The preflight's answer has no Allow-Methods.", Class: result.Breakage, Checks: []string{"preflight.allow-methods"},
		change: onPreflight(without(header.AllowMethods))},
	{Name: "allow-methods-missing-on-actual", Summary: "Actual answers have no Allow-Methods.", Class: result.Contract, Checks: []string{"actual.allow-methods"},
		change: onActual(without(header.AllowMethods))},
	{Name: "allow-methods-requested-only", Summary: "Allow-Methods holds the requested method only.", Class: result.Contract, Checks: both("allow-methods"),
		change: granted(func(h map[string]string, q Asked) { h[header.AllowMethods] = methodOf(q.Request) })},
	{Name: "allow-methods-sorted", Summary: "Allow-Methods is sorted.", Class: result.Contract, Checks: both("allow-methods"),
		change: granted(changed(header.AllowMethods, func(v string) string {
			all := strings.Split(v, ", ")
			slices.Sort(all)
			return strings.Join(all, ", ")
		}))},
	{Name: "allow-methods-lower-case", Summary: "Allow-Methods is lower-cased.", Class: result.Breakage, Checks: both("allow-methods"),
		change: granted(changed(header.AllowMethods, strings.ToLower))},
	{Name: "allow-methods-blanks", Summary: "Allow-Methods is separated by blanks.", Class: result.Breakage, Checks: both("allow-methods"),
		change: granted(changed(header.AllowMethods, func(v string) string { return strings.ReplaceAll(v, ", ", " ") }))},
	{Name: "allow-methods-all", Summary: "Allow-Methods names every method, whatever the rule.", Class: result.Exposure, Checks: both("allow-methods"),
		change: granted(func(h map[string]string, _ Asked) { h[header.AllowMethods] = "GET, PUT, POST, DELETE, HEAD" })},
	{Name: "allow-methods-options-too", Summary: "Allow-Methods has OPTIONS added, which pages may then send.", Class: result.Exposure, Checks: both("allow-methods"),
		change: granted(changed(header.AllowMethods, func(v string) string { return v + ", OPTIONS" }))},

	{Name: "allow-headers-missing", Summary: "Allow-Headers is never sent.", Class: result.Breakage, Checks: both("allow-headers"), change: granted(without(header.AllowHeaders))},
	{Name: "allow-headers-rule-list", Summary: "Allow-Headers is the rule's list, patterns as they stand.", Class: result.Breakage, Checks: both("allow-headers"),
		change: granted(func(h map[string]string, q Asked) {
			if r := q.Rule; r != nil && h[header.AllowHeaders] != "" && len(r.AllowedHeaders) > 0 {
				h[header.AllowHeaders] = strings.Join(r.AllowedHeaders, ", ")
			}
		})},
	{Name: "allow-headers-rule-list-always", Summary: "Allow-Headers is the rule's list, also where nothing was asked for.", Checks: both("allow-headers"), Class: result.Breakage,
		change: granted(func(h map[string]string, q Asked) {
			if r := q.Rule; r != nil && len(r.AllowedHeaders) > 0 {
				h[header.AllowHeaders] = strings.Join(r.AllowedHeaders, ",")
			}
		})},
	{Name: "allow-headers-star", Summary: "Allow-Headers is *.", Class: result.Exposure, Checks: both("allow-headers"),
		change: granted(changed(header.AllowHeaders, func(string) string { return "*" }))},
	{Name: "allow-headers-case-kept", Summary: "Allow-Headers keeps the case of the request.", Class: result.Contract, Checks: both("allow-headers"),
		change: granted(func(h map[string]string, q Asked) {
			if h[header.AllowHeaders] != "" {
				h[header.AllowHeaders] = strings.Join(requested(q.Request), ", ")
			}
		})},
	{Name: "allow-headers-first-only", Summary: "Allow-Headers holds the first requested header only.", Class: result.Breakage, Checks: both("allow-headers"),
		change: granted(changed(header.AllowHeaders, func(v string) string { first, _, _ := strings.Cut(v, ","); return first }))},
	{Name: "allow-headers-without-authorization", Summary: "Allow-Headers leaves Authorization out.", Class: result.Breakage, Checks: both("allow-headers"),
		change: granted(changed(header.AllowHeaders, func(v string) string {
			return strings.Join(slices.DeleteFunc(strings.Split(v, ", "), func(n string) bool { return n == "authorization" }), ", ")
		}))},
	{Name: "allow-headers-missing-on-preflight", Summary: "The preflight's answer has no Allow-Headers.", Class: result.Breakage, Checks: []string{"preflight.allow-headers"},
		change: onPreflight(without(header.AllowHeaders))},
	{Name: "allow-headers-missing-on-actual", Summary: "An actual answer to a request with Access-Control-Request-Headers has no Allow-Headers.", Class: result.Contract, Checks: []string{"actual.allow-headers"},
		change: onActual(without(header.AllowHeaders))},

	{Name: "expose-headers-missing", Summary: "Expose-Headers is never sent.", Class: result.Breakage, Checks: both("expose-headers"), change: granted(without(header.ExposeHeaders))},
	{Name: "expose-headers-missing-on-actual", Summary: "Actual answers have no Expose-Headers.", Class: result.Breakage, Checks: []string{"actual.expose-headers"}, change: onActual(without(header.ExposeHeaders))},
	{Name: "expose-headers-missing-on-preflight", Summary: "The preflight's answer has no Expose-Headers.", Class: result.Contract, Checks: []string{"preflight.expose-headers"},
		change: onPreflight(without(header.ExposeHeaders))},
	{Name: "always-exposed", Summary: "Some headers are exposed whatever the rule says.", Class: result.Exposure, Checks: both("expose-headers"),
		Parameter: &Parameter{Doc: "the headers' names", Examples: []Value{List("ETag")}, summary: worded("%s is exposed whatever the rule says."),
			make: func(v Value) change { return granted(exposing(v.list)) }}},
	{Name: "always-exposed-on-actual", Summary: "Actual answers expose some headers whatever the rule says.", Class: result.Exposure, Checks: []string{"actual.expose-headers"},
		Parameter: &Parameter{Doc: "the headers' names", Examples: []Value{List("x-amz-storage-class")}, summary: worded("Actual answers expose %s whatever the rule says."),
			make: func(v Value) change { return onActual(exposing(v.list)) }}},
	{Name: "exposed-where-sent", Summary: "Actual answers expose some headers wherever they have them, whatever the rule says.", Class: result.Exposure, Checks: []string{"actual.expose-headers"},
		Parameter: &Parameter{Doc: "the headers' names, each with a * at its end at most", Examples: []Value{List("ETag")}, summary: worded("Actual answers that have %s expose it, whatever the rule says."),
			make: func(v Value) change {
				return onActual(func(h map[string]string, q Asked) {
					var sent []string
					for _, name := range q.Sent {
						if slices.ContainsFunc(v.list, func(p string) bool { return s3cors.MatchHeader(p, name) }) {
							sent = append(sent, name)
						}
					}
					exposing(sent)(h, q)
				})
			}}},
	{Name: "expose-headers-star", Summary: "Expose-Headers is *.", Class: result.Exposure, Checks: both("expose-headers"),
		change: granted(func(h map[string]string, _ Asked) { h[header.ExposeHeaders] = "*" })},
	{Name: "expose-headers-lower-case", Summary: "Expose-Headers is lower-cased.", Class: result.Contract, Checks: both("expose-headers"),
		change: granted(changed(header.ExposeHeaders, strings.ToLower))},
	{Name: "expose-headers-first-only", Summary: "Only the first header of the rule is exposed.", Class: result.Breakage, Checks: both("expose-headers"),
		change: granted(changed(header.ExposeHeaders, func(v string) string { first, _, _ := strings.Cut(v, ","); return first }))},

	{Name: "max-age-missing", Summary: "Max-Age is never sent.", Class: result.Cache, Checks: both("max-age"), change: granted(without(header.MaxAge))},
	{Name: "max-age-missing-on-preflight", Summary: "The preflight's answer has no Max-Age.", Class: result.Cache, Checks: []string{"preflight.max-age"}, change: onPreflight(without(header.MaxAge))},
	{Name: "max-age-missing-on-actual", Summary: "Actual answers have no Max-Age.", Class: result.Contract, Checks: []string{"actual.max-age"}, change: onActual(without(header.MaxAge))},
	{Name: "max-age-milliseconds", Summary: "Max-Age is in milliseconds.", Class: result.Cache, Checks: both("max-age"),
		change: granted(changed(header.MaxAge, func(v string) string { return v + "000" }))},
	{Name: "max-age-default", Summary: "Max-Age has a value of the endpoint's own where the rule has none.", Class: result.Cache, Checks: both("max-age"),
		Parameter: &Parameter{Doc: "seconds", Examples: []Value{Number(3600)}, summary: worded("Max-Age is %s where the rule has none."), make: func(v Value) change {
			return granted(func(h map[string]string, _ Asked) {
				if h[header.MaxAge] == "" {
					h[header.MaxAge] = strconv.Itoa(v.number)
				}
			})
		}}},
	{Name: "max-age-of-first-rule", Summary: "Max-Age is the first rule's, whichever matched.", Class: result.Cache, Checks: both("max-age"),
		change: granted(func(h map[string]string, q Asked) {
			if q.Config == nil || len(q.Config.CORSRules) == 0 {
				return
			}
			if first := q.Config.CORSRules[0].MaxAgeSeconds; first != nil {
				h[header.MaxAge] = strconv.Itoa(int(*first))
			}
		})},
	{Name: "max-age-capped", Summary: "Max-Age is at most a limit of the endpoint's own.", Class: result.Cache, Checks: both("max-age"),
		Parameter: &Parameter{Doc: "seconds", Examples: []Value{Number(600)}, summary: worded("Max-Age is at most %s."), make: func(v Value) change {
			return granted(changed(header.MaxAge, func(was string) string {
				if n, err := strconv.Atoi(was); err == nil && n > v.number {
					return strconv.Itoa(v.number)
				}
				return was
			}))
		}}},
	{Name: "max-age-twice", Summary: "Max-Age is sent twice.", Class: result.Cache, Checks: both("max-age"), change: doubled(header.MaxAge)},
}

// varyDeviations spoil Vary.
var varyDeviations = []Deviation{
	{Name: "vary-missing", Summary: "Vary is never sent.", Class: result.Cache, Checks: both("vary"), change: granted(without(header.Vary))},
	{Name: "vary-missing-on-actual", Summary: "Actual answers have no Vary.", Class: result.Cache, Checks: []string{"actual.vary"}, change: onActual(without(header.Vary))},
	{Name: "vary-missing-on-preflight", Summary: "The preflight's answer has no Vary.", Class: result.Contract, Checks: []string{"preflight.vary"}, change: onPreflight(without(header.Vary))},
	{Name: "vary-origin-only", Summary: "Vary is Origin alone.", Class: result.Contract, Checks: both("vary"), change: granted(changed(header.Vary, func(string) string { return "Origin" }))},
	{Name: "vary-without-origin", Summary: "Vary names everything but Origin.", Class: result.Cache, Checks: both("vary"),
		change: granted(changed(header.Vary, func(string) string { return "Access-Control-Request-Headers, Access-Control-Request-Method" }))},
	{Name: "vary-missing-on-errors", Summary: "Answers with an error have no Vary.", Class: result.Cache, Checks: []string{"actual.vary"},
		change: onActual(func(h map[string]string, q Asked) {
			if q.Status >= 400 {
				delete(h, header.Vary)
			}
		})},
	{Name: "vary-missing-with-star", Summary: "Vary is not sent beside *, so that caches give answers to requests without Origin to pages.", Class: result.Cache, Checks: both("vary"),
		change: granted(func(h map[string]string, _ Asked) {
			if h[header.AllowOrigin] == "*" {
				delete(h, header.Vary)
			}
		})},
	{Name: "vary-missing-with-star-on-actual", Summary: "Actual answers have no Vary beside *, so that caches give answers to requests without Origin to pages.", Class: result.Cache, Checks: []string{"actual.vary"},
		change: onActual(func(h map[string]string, _ Asked) {
			if h[header.AllowOrigin] == "*" {
				delete(h, header.Vary)
			}
		})},
	{Name: "vary-blanks", Summary: "Vary is separated by blanks.", Class: result.Cache, Checks: both("vary"),
		change: granted(changed(header.Vary, func(v string) string { return strings.ReplaceAll(v, ",", "") }))},
}
