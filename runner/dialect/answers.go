package dialect

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// responseDeviations spoil one header of answers that a rule made.
var responseDeviations = []Deviation{
	{Name: "allow-origin-star-for-echo", Summary: "Allow-Origin is * where S3 gives the origin back.", Class: result.Breakage, Checks: both("allow-origin"),
		change: granted(changed(allowOrigin, func(string) string { return "*" }))},
	{Name: "allow-origin-pattern", Summary: "Allow-Origin is the rule's pattern.", Class: result.Breakage, Checks: both("allow-origin"),
		change: granted(func(h map[string]string, q Asked) {
			if r := q.Rule; r != nil && h[allowOrigin] != "*" {
				if i := slices.IndexFunc(r.AllowedOrigins, func(p string) bool { return s3cors.MatchOrigin(p, text(q.Origin)) }); i >= 0 {
					h[allowOrigin] = r.AllowedOrigins[i]
				}
			}
		})},
	{Name: "allow-origin-first-of-rule", Summary: "Allow-Origin is the first origin of the rule.", Class: result.Breakage, Checks: both("allow-origin"),
		change: granted(func(h map[string]string, q Asked) {
			if r := q.Rule; r != nil && h[allowOrigin] != "*" && !strings.Contains(head(r.AllowedOrigins), "*") {
				h[allowOrigin] = head(r.AllowedOrigins)
			}
		})},
	{Name: "allow-origin-list", Summary: "Allow-Origin lists all origins of the rule.", Class: result.Breakage, Checks: both("allow-origin"),
		change: granted(func(h map[string]string, q Asked) {
			if r := q.Rule; r != nil && h[allowOrigin] != "*" {
				h[allowOrigin] = strings.Join(r.AllowedOrigins, ", ")
			}
		})},
	{Name: "allow-origin-echo-for-star", Summary: "Allow-Origin gives the origin back where the rule lists *.", Class: result.Contract, Checks: both("allow-origin"),
		change: granted(func(h map[string]string, q Asked) {
			if h[allowOrigin] == "*" {
				h[allowOrigin] = text(q.Origin)
			}
		})},
	{Name: "allow-origin-echo-for-star-on-preflight", Summary: "Where the rule lists *, preflights get the origin back.", Class: result.Contract, Checks: []string{"preflight.allow-origin"},
		change: onPreflight(func(h map[string]string, q Asked) {
			if h[allowOrigin] == "*" {
				h[allowOrigin] = text(q.Origin)
			}
		})},
	{Name: "allow-origin-star-first-only", Summary: "Allow-Origin is * only where * is the rule's first origin; else the origin is given back.", Class: result.Contract, Checks: both("allow-origin"),
		change: granted(func(h map[string]string, q Asked) {
			if r := q.Rule; r != nil && h[allowOrigin] == "*" && head(r.AllowedOrigins) != "*" {
				h[allowOrigin] = text(q.Origin)
			}
		})},
	{Name: "allow-origin-echo-for-star-when-authorised", Summary: "Where the rule lists *, actual requests with a signature, in their URL or in a header, get the origin back.", Class: result.Contract, Checks: []string{"actual.allow-origin"},
		change: onActual(func(h map[string]string, q Asked) {
			if h[allowOrigin] == "*" && !q.Anonymous() {
				h[allowOrigin] = text(q.Origin)
			}
		})},
	{Name: "allow-origin-star-for-echo-on-preflight", Summary: "The preflight's Allow-Origin is * where S3 gives the origin back.", Class: result.Breakage, Checks: []string{"preflight.allow-origin"},
		change: onPreflight(changed(allowOrigin, func(string) string { return "*" }))},
	{Name: "allow-origin-echo-for-star-when-signed", Summary: "Where the rule lists *, requests with an Authorization header get the origin back.", Class: result.Contract, Checks: both("allow-origin"),
		change: granted(func(h map[string]string, q Asked) {
			if h[allowOrigin] == "*" && q.Signed() {
				h[allowOrigin] = text(q.Origin)
			}
		})},
	{Name: "allow-origin-echo-with-credentials-for-star", Summary: "Where the rule lists *, the origin is given back with credentials.", Class: result.Exposure,
		Checks: append(both("allow-origin"), both("allow-credentials")...),
		change: granted(func(h map[string]string, q Asked) {
			if h[allowOrigin] == "*" {
				h[allowOrigin], h[allowCredentials] = text(q.Origin), "true"
			}
		})},
	{Name: "allow-origin-lower-case", Summary: "Allow-Origin is lower-cased.", Class: result.Contract, Checks: both("allow-origin"),
		change: granted(changed(allowOrigin, strings.ToLower))},
	{Name: "allow-origin-trailing-slash", Summary: "Allow-Origin has a slash at its end.", Class: result.Breakage, Checks: both("allow-origin"),
		change: granted(changed(allowOrigin, func(v string) string {
			if v == "*" {
				return v
			}
			return v + "/"
		}))},
	{Name: "allow-origin-twice", Summary: "Allow-Origin is sent twice.", Class: result.Breakage, Checks: both("allow-origin"), change: doubled(allowOrigin)},
	{Name: "allow-origin-missing-on-preflight", Summary: "The preflight's answer has no Allow-Origin.", Class: result.Breakage, Checks: []string{"preflight.allow-origin"},
		change: onPreflight(without(allowOrigin))},
	{Name: "allow-origin-missing-on-actual", Summary: "Actual answers have no Allow-Origin.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		change: onActual(without(allowOrigin))},

	{Name: "credentials-missing", Summary: "Allow-Credentials is never sent.", Class: result.Breakage, Checks: both("allow-credentials"), change: granted(without(allowCredentials))},
	{Name: "credentials-missing-on-actual", Summary: "Actual answers have no Allow-Credentials.", Class: result.Breakage, Checks: []string{"actual.allow-credentials"},
		change: onActual(without(allowCredentials))},
	{Name: "credentials-missing-on-preflight", Summary: "The preflight's answer has no Allow-Credentials.", Class: result.Breakage, Checks: []string{"preflight.allow-credentials"},
		change: onPreflight(without(allowCredentials))},
	{Name: "credentials-upper-case", Summary: "Allow-Credentials is True.", Class: result.Breakage, Checks: both("allow-credentials"),
		change: granted(changed(allowCredentials, func(string) string { return "True" }))},
	{Name: "credentials-with-star", Summary: "Allow-Credentials: true stands beside *.", Class: result.Contract, Checks: both("allow-credentials"),
		change: granted(func(h map[string]string, _ Asked) { h[allowCredentials] = "true" })},
	{Name: "credentials-false-with-star", Summary: "Allow-Credentials: false stands beside *.", Class: result.Contract, Checks: both("allow-credentials"),
		change: granted(func(h map[string]string, _ Asked) {
			if h[allowOrigin] == "*" {
				h[allowCredentials] = "false"
			}
		})},

	{Name: "allow-methods-missing-on-preflight", Summary: "The preflight's answer has no Allow-Methods.", Class: result.Breakage, Checks: []string{"preflight.allow-methods"},
		change: onPreflight(without(allowMethods))},
	{Name: "allow-methods-missing-on-actual", Summary: "Actual answers have no Allow-Methods.", Class: result.Contract, Checks: []string{"actual.allow-methods"},
		change: onActual(without(allowMethods))},
	{Name: "allow-methods-requested-only", Summary: "Allow-Methods holds the requested method only.", Class: result.Contract, Checks: both("allow-methods"),
		change: granted(func(h map[string]string, q Asked) { h[allowMethods] = methodOf(q.Request) })},
	{Name: "allow-methods-sorted", Summary: "Allow-Methods is sorted.", Class: result.Contract, Checks: both("allow-methods"),
		change: granted(changed(allowMethods, func(v string) string {
			all := strings.Split(v, ", ")
			slices.Sort(all)
			return strings.Join(all, ", ")
		}))},
	{Name: "allow-methods-lower-case", Summary: "Allow-Methods is lower-cased.", Class: result.Breakage, Checks: both("allow-methods"),
		change: granted(changed(allowMethods, strings.ToLower))},
	{Name: "allow-methods-blanks", Summary: "Allow-Methods is separated by blanks.", Class: result.Breakage, Checks: both("allow-methods"),
		change: granted(changed(allowMethods, func(v string) string { return strings.ReplaceAll(v, ", ", " ") }))},
	{Name: "allow-methods-all", Summary: "Allow-Methods names every method, whatever the rule.", Class: result.Exposure, Checks: both("allow-methods"),
		change: granted(func(h map[string]string, _ Asked) { h[allowMethods] = "GET, PUT, POST, DELETE, HEAD" })},
	{Name: "allow-methods-options-too", Summary: "Allow-Methods has OPTIONS added, which pages may then send.", Class: result.Exposure, Checks: both("allow-methods"),
		change: granted(changed(allowMethods, func(v string) string { return v + ", OPTIONS" }))},

	{Name: "allow-headers-missing", Summary: "Allow-Headers is never sent.", Class: result.Breakage, Checks: both("allow-headers"), change: granted(without(allowHeaders))},
	{Name: "allow-headers-rule-list", Summary: "Allow-Headers is the rule's list, patterns as they stand.", Class: result.Breakage, Checks: both("allow-headers"),
		change: granted(func(h map[string]string, q Asked) {
			if r := q.Rule; r != nil && h[allowHeaders] != "" && len(r.AllowedHeaders) > 0 {
				h[allowHeaders] = strings.Join(r.AllowedHeaders, ", ")
			}
		})},
	{Name: "allow-headers-rule-list-always", Summary: "Allow-Headers is the rule's list, also where nothing was asked for.", Checks: both("allow-headers"), Class: result.Breakage,
		change: granted(func(h map[string]string, q Asked) {
			if r := q.Rule; r != nil && len(r.AllowedHeaders) > 0 {
				h[allowHeaders] = strings.Join(r.AllowedHeaders, ",")
			}
		})},
	{Name: "allow-headers-star", Summary: "Allow-Headers is *.", Class: result.Exposure, Checks: both("allow-headers"),
		change: granted(changed(allowHeaders, func(string) string { return "*" }))},
	{Name: "allow-headers-case-kept", Summary: "Allow-Headers keeps the case of the request.", Class: result.Contract, Checks: both("allow-headers"),
		change: granted(func(h map[string]string, q Asked) {
			if h[allowHeaders] != "" {
				h[allowHeaders] = strings.Join(requested(q.Request), ", ")
			}
		})},
	{Name: "allow-headers-first-only", Summary: "Allow-Headers holds the first requested header only.", Class: result.Breakage, Checks: both("allow-headers"),
		change: granted(changed(allowHeaders, func(v string) string { first, _, _ := strings.Cut(v, ","); return first }))},
	{Name: "allow-headers-without-authorization", Summary: "Allow-Headers leaves Authorization out.", Class: result.Breakage, Checks: both("allow-headers"),
		change: granted(changed(allowHeaders, func(v string) string {
			return strings.Join(slices.DeleteFunc(strings.Split(v, ", "), func(n string) bool { return n == "authorization" }), ", ")
		}))},
	{Name: "allow-headers-missing-on-preflight", Summary: "The preflight's answer has no Allow-Headers.", Class: result.Breakage, Checks: []string{"preflight.allow-headers"},
		change: onPreflight(without(allowHeaders))},
	{Name: "allow-headers-missing-on-actual", Summary: "An actual answer to a request with Access-Control-Request-Headers has no Allow-Headers.", Class: result.Contract, Checks: []string{"actual.allow-headers"},
		change: onActual(without(allowHeaders))},

	{Name: "expose-headers-missing", Summary: "Expose-Headers is never sent.", Class: result.Breakage, Checks: both("expose-headers"), change: granted(without(exposeHeaders))},
	{Name: "expose-headers-missing-on-actual", Summary: "Actual answers have no Expose-Headers.", Class: result.Breakage, Checks: []string{"actual.expose-headers"}, change: onActual(without(exposeHeaders))},
	{Name: "expose-headers-missing-on-preflight", Summary: "The preflight's answer has no Expose-Headers.", Class: result.Contract, Checks: []string{"preflight.expose-headers"},
		change: onPreflight(without(exposeHeaders))},
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
		change: granted(func(h map[string]string, _ Asked) { h[exposeHeaders] = "*" })},
	{Name: "expose-headers-lower-case", Summary: "Expose-Headers is lower-cased.", Class: result.Contract, Checks: both("expose-headers"),
		change: granted(changed(exposeHeaders, strings.ToLower))},
	{Name: "expose-headers-first-only", Summary: "Only the first header of the rule is exposed.", Class: result.Breakage, Checks: both("expose-headers"),
		change: granted(changed(exposeHeaders, func(v string) string { first, _, _ := strings.Cut(v, ","); return first }))},

	{Name: "max-age-missing", Summary: "Max-Age is never sent.", Class: result.Cache, Checks: both("max-age"), change: granted(without(maxAge))},
	{Name: "max-age-missing-on-preflight", Summary: "The preflight's answer has no Max-Age.", Class: result.Cache, Checks: []string{"preflight.max-age"}, change: onPreflight(without(maxAge))},
	{Name: "max-age-missing-on-actual", Summary: "Actual answers have no Max-Age.", Class: result.Contract, Checks: []string{"actual.max-age"}, change: onActual(without(maxAge))},
	{Name: "max-age-milliseconds", Summary: "Max-Age is in milliseconds.", Class: result.Cache, Checks: both("max-age"),
		change: granted(changed(maxAge, func(v string) string { return v + "000" }))},
	{Name: "max-age-default", Summary: "Max-Age has a value of the endpoint's own where the rule has none.", Class: result.Cache, Checks: both("max-age"),
		Parameter: &Parameter{Doc: "seconds", Examples: []Value{Number(3600)}, summary: worded("Max-Age is %s where the rule has none."), make: func(v Value) change {
			return granted(func(h map[string]string, _ Asked) {
				if h[maxAge] == "" {
					h[maxAge] = strconv.Itoa(v.number)
				}
			})
		}}},
	{Name: "max-age-of-first-rule", Summary: "Max-Age is the first rule's, whichever matched.", Class: result.Cache, Checks: both("max-age"),
		change: granted(func(h map[string]string, q Asked) {
			if q.Config == nil || len(q.Config.CORSRules) == 0 {
				return
			}
			if first := q.Config.CORSRules[0].MaxAgeSeconds; first != nil {
				h[maxAge] = strconv.Itoa(int(*first))
			}
		})},
	{Name: "max-age-capped", Summary: "Max-Age is at most a limit of the endpoint's own.", Class: result.Cache, Checks: both("max-age"),
		Parameter: &Parameter{Doc: "seconds", Examples: []Value{Number(600)}, summary: worded("Max-Age is at most %s."), make: func(v Value) change {
			return granted(changed(maxAge, func(was string) string {
				if n, err := strconv.Atoi(was); err == nil && n > v.number {
					return strconv.Itoa(v.number)
				}
				return was
			}))
		}}},
	{Name: "max-age-twice", Summary: "Max-Age is sent twice.", Class: result.Cache, Checks: both("max-age"), change: doubled(maxAge)},
}

// varyDeviations spoil Vary.
var varyDeviations = []Deviation{
	{Name: "vary-missing", Summary: "Vary is never sent.", Class: result.Cache, Checks: both("vary"), change: granted(without(vary))},
	{Name: "vary-missing-on-actual", Summary: "Actual answers have no Vary.", Class: result.Cache, Checks: []string{"actual.vary"}, change: onActual(without(vary))},
	{Name: "vary-missing-on-preflight", Summary: "The preflight's answer has no Vary.", Class: result.Contract, Checks: []string{"preflight.vary"}, change: onPreflight(without(vary))},
	{Name: "vary-origin-only", Summary: "Vary is Origin alone.", Class: result.Contract, Checks: both("vary"), change: granted(changed(vary, func(string) string { return "Origin" }))},
	{Name: "vary-without-origin", Summary: "Vary names everything but Origin.", Class: result.Cache, Checks: both("vary"),
		change: granted(changed(vary, func(string) string { return "Access-Control-Request-Headers, Access-Control-Request-Method" }))},
	{Name: "vary-missing-on-errors", Summary: "Answers with an error have no Vary.", Class: result.Cache, Checks: []string{"actual.vary"},
		change: onActual(func(h map[string]string, q Asked) {
			if q.Status >= 400 {
				delete(h, vary)
			}
		})},
	{Name: "vary-missing-with-star", Summary: "Vary is not sent beside *, so that caches give answers to requests without Origin to pages.", Class: result.Cache, Checks: both("vary"),
		change: granted(func(h map[string]string, _ Asked) {
			if h[allowOrigin] == "*" {
				delete(h, vary)
			}
		})},
	{Name: "vary-missing-with-star-on-actual", Summary: "Actual answers have no Vary beside *, so that caches give answers to requests without Origin to pages.", Class: result.Cache, Checks: []string{"actual.vary"},
		change: onActual(func(h map[string]string, _ Asked) {
			if h[allowOrigin] == "*" {
				delete(h, vary)
			}
		})},
	{Name: "vary-blanks", Summary: "Vary is separated by blanks.", Class: result.Cache, Checks: both("vary"),
		change: granted(changed(vary, func(v string) string { return strings.ReplaceAll(v, ",", "") }))},
}

// preflightDeviations treat preflights in another way than S3.
var preflightDeviations = []Deviation{
	{Name: "preflight-signature-needed", Summary: "An anonymous preflight is refused.", Class: result.Breakage, Checks: []string{"preflight.*"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && q.Anonymous() {
				refuse(a, 403, "AccessDenied")
			}
		})},
	{Name: "preflight-presigned-checked", Summary: "The preflight of a presigned URL fails the check of its signature, which is another method's.", Class: result.Breakage, Checks: []string{"preflight.*"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && q.Presigned() {
				refuse(a, 403, "SignatureDoesNotMatch")
			}
		})},
	{Name: "preflight-authorization-checked", Summary: "A preflight with an Authorization header fails the check of its signature.", Class: result.Contract, Checks: []string{"preflight.*"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && q.Signed() {
				refuse(a, 403, "SignatureDoesNotMatch")
			}
		})},
	{Name: "preflight-key-needed", Summary: "The preflight of an object that does not exist gets 404.", Class: result.Breakage, Checks: []string{"preflight.status"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && a.Headers[allowOrigin] != "" && q.KeyMissing {
				refuse(a, 404, "NoSuchKey")
			}
		})},
	{Name: "preflight-bucket-url-unrouted", Summary: "The preflight of a bucket's URL gets 405.", Class: result.Breakage, Checks: []string{"preflight.status"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && q.Target == s3cors.Bucket {
				refuse(a, 405, "MethodNotAllowed")
			}
		})},
	{Name: "preflight-query-unrouted", Summary: "The preflight of a URL with a query that names a sub-resource gets 400.", Class: result.Breakage, Checks: []string{"preflight.*"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && q.has("list-type") {
				refuse(a, 400, "InvalidArgument")
			}
		})},
	{Name: "preflight-part-unrouted", Summary: "The preflight for a part of an upload gets 400.", Class: result.Breakage, Checks: []string{"preflight.*"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && q.has("partNumber") {
				refuse(a, 400, "InvalidArgument")
			}
		})},
	{Name: "preflight-folder-unrouted", Summary: "The preflight of an object in a folder gets 405.", Class: result.Breakage, Checks: []string{"preflight.*"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && strings.Contains(q.Key, "/") {
				refuse(a, 405, "MethodNotAllowed")
			}
		})},
	{Name: "preflight-bare-bucket-url-allowed", Summary: "A preflight of a bucket's URL without a slash is permitted to everybody.", Class: result.Exposure,
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && q.Origin != nil && strings.Count(q.Path, "/") == 1 && q.Target == s3cors.Bucket && q.Path != "/" {
				grant(a, q, text(q.Origin))
			}
		})},
	{Name: "preflight-bucket-slash-refused", Summary: "A preflight of a bucket's URL with a slash is refused.", Class: result.Breakage,
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && q.Target == s3cors.Bucket && strings.HasSuffix(q.Path, "/") && len(q.Path) > 1 {
				refuse(a, 403, s3cors.CodeAccessForbidden)
			}
		})},
	{Name: "preflight-of-the-root-allowed", Summary: "A preflight of the endpoint's root is permitted to everybody.", Class: result.Exposure, Checks: []string{"preflight.status"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && q.Target == s3cors.Service && q.Origin != nil {
				grant(a, q, "*")
			}
		})},
	{Name: "preflight-204", Summary: "A preflight that is permitted gets 204.", Class: result.Contract, Checks: []string{"preflight.status"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && a.Headers[allowOrigin] != "" {
				a.Status = []int{204}
			}
		})},
	{Name: "preflight-refusal-200", Summary: "A preflight that no rule permits gets 200 without CORS headers.", Class: result.Contract, Checks: []string{"preflight.status"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && a.Error != nil && a.Status[0] == 403 {
				a.Status, a.Error = []int{200}, nil
			}
		})},
	{Name: "preflight-refusal-with-headers", Summary: "A preflight that no rule permits gets 403 with CORS headers.", Class: result.Contract,
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && a.Error != nil && q.Origin != nil && q.Config != nil && a.Status[0] == 403 {
				a.Headers[allowOrigin], a.Headers[allowMethods] = text(q.Origin), text(q.RequestMethod)
			}
		})},
	{Name: "preflight-granted-by-origin", Summary: "A preflight whose origin a rule lists gets 200 with Allow-Origin alone where method or headers do not match.", Class: result.Contract,
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && a.Error != nil && a.Error.Code == s3cors.CodeAccessForbidden && q.Config != nil && originListed(q.Config, q.Request) {
				a.Status, a.Error, a.Bare = []int{200}, nil, false
				a.Headers[allowOrigin] = text(q.Origin)
			}
		})},
	{Name: "error-code", Summary: "Refused preflights have other error codes.", Class: result.Contract, Checks: []string{"preflight.error-code"},
		Parameter: &Parameter{Doc: "S3's codes, and what stands in their place", Examples: []Value{Pairs(map[string]string{"AccessForbidden": "AccessDenied"})},
			summary: worded("Refused preflights have other error codes: %s."),
			make: func(v Value) change {
				return answering(func(a *Answer, q Asked) {
					if q.Preflight() && a.Error != nil && v.pairs[a.Error.Code] != "" {
						e := *a.Error
						e.Code = v.pairs[e.Code]
						a.Error = &e
					}
				})
			}}},
	{Name: "error-method", Summary: "A refused preflight names another method in its error document.", Class: result.Contract, Checks: []string{"preflight.error-method"},
		Parameter: &Parameter{Doc: "what is named, or none", Examples: []Value{Word("OPTIONS"), Word(Nothing)}, summary: worded("A refused preflight names %s as its method in the error document."),
			make: func(v Value) change {
				return documents(func(e *s3cors.Error) {
					if e.Method != "" {
						e.Method = v.word
					}
				})
			}}},
	{Name: "error-resource-type", Summary: "A refused preflight names one resource type, whatever its URL.", Class: result.Contract, Checks: []string{"preflight.error-resource-type"},
		Parameter: &Parameter{Doc: "what is named, or none", Examples: []Value{Word("OBJECT"), Word("BUCKET"), Word(Nothing)}, summary: worded("A refused preflight names %s as its resource type, whatever its URL."),
			make: func(v Value) change {
				return documents(func(e *s3cors.Error) {
					if e.ResourceType != "" {
						e.ResourceType = v.word
					}
				})
			}}},
	{Name: "preflight-empty-refusal", Summary: "A refused preflight has no error document.", Class: result.Contract, Checks: []string{"preflight.error-code"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && len(a.Status) > 0 && a.Status[0] >= 300 {
				a.Error, a.Bare = nil, true
			}
		})},
	{Name: "preflight-without-origin", Summary: "OPTIONS without Origin gets another answer.", Class: result.Contract, Checks: []string{"preflight.*"},
		Parameter: otherwise("OPTIONS without Origin gets %s.", 7, map[string]string{"status": "200"})},
	{Name: "preflight-without-method", Summary: "A preflight without Access-Control-Request-Method gets another answer, whatever the bucket.", Class: result.Contract, Checks: []string{"preflight.*"},
		Parameter: &Parameter{Doc: "the status and, where there is an error document, its code", Examples: []Value{Pairs(map[string]string{"status": "404", "code": "NoSuchMethod"})}, check: isAnswer,
			make: func(v Value) change {
				return answering(func(a *Answer, q Asked) {
					if q.Preflight() && text(q.RequestMethod) == "" && text(q.Origin) != "" {
						clear(a.Headers)
						replied(a, v)
					}
				})
			}}},
	{Name: "preflight-bad-method", Summary: "A preflight for a method that does not exist gets another answer.", Class: result.Contract, Checks: []string{"preflight.*"},
		Parameter: otherwise("A preflight for a method that does not exist gets %s.", 10, map[string]string{"status": "403", "code": "AccessForbidden"})},
	{Name: "preflight-bad-header-name-200", Summary: "Names that are no header names are granted under *.", Class: result.Contract, Checks: []string{"preflight.status"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && a.Status[0] == 400 && q.Origin != nil && requested(q.Request) != nil {
				grant(a, q, text(q.Origin))
			}
		})},
	{Name: "preflight-missing-bucket", Summary: "A preflight of a bucket that does not exist gets another answer.", Class: result.Contract, Checks: []string{"preflight.*"},
		Parameter: otherwise("A preflight of a bucket that does not exist gets %s.", 6, map[string]string{"status": "404", "code": "NoSuchBucket"})},
	{Name: "preflight-not-enabled", Summary: "A preflight of a bucket without a configuration gets another answer.", Class: result.Contract, Checks: []string{"preflight.*"},
		Parameter: otherwise("A preflight of a bucket without a configuration gets %s.", 5, map[string]string{"status": "404", "code": "NoSuchCORSConfiguration"})},
	{Name: "preflight-not-allowed", Summary: "A preflight that no rule permits gets another answer.", Class: result.Contract, Checks: []string{"preflight.*"},
		Parameter: otherwise("A preflight that no rule permits gets %s.", 2, map[string]string{"status": "400", "code": "InvalidRequest"})},
	{Name: "preflight-root", Summary: "A preflight of the endpoint's root gets another answer.", Class: result.Contract, Checks: []string{"preflight.status"},
		Parameter: otherwise("A preflight of the endpoint's root gets %s.", 13, map[string]string{"status": "200"})},
	{Name: "preflight-missing-bucket-first", Summary: "Whether the bucket exists is looked at before all else of a preflight.", Class: result.Contract, Checks: []string{"preflight.*"},
		Parameter: &Parameter{Doc: "the status and, where there is an error document, its code", Examples: []Value{Pairs(map[string]string{"status": "404", "code": "NoSuchBucket"})}, check: isAnswer,
			summary: func(v Value) string {
				return fmt.Sprintf("Every preflight of a bucket that does not exist gets %s, whatever else is wrong with it.", strings.TrimSpace(v.pairs["status"]+" "+v.pairs["code"]))
			},
			make: func(v Value) change {
				return answering(func(a *Answer, q Asked) {
					if q.Preflight() && q.BucketMissing {
						clear(a.Headers)
						replied(a, v)
					}
				})
			}}},
	{Name: "preflight-missing-bucket-after-method", Summary: "Whether the bucket exists is looked at before Origin and requested names, but after the requested method.", Class: result.Contract, Checks: []string{"preflight.*"},
		Parameter: &Parameter{Doc: "the status and, where there is an error document, its code", Examples: []Value{Pairs(map[string]string{"status": "404", "code": "NoSuchBucket"})}, check: isAnswer,
			summary: func(v Value) string {
				return fmt.Sprintf("A preflight of a bucket that does not exist gets %s, whatever is wrong with it but its method.", strings.TrimSpace(v.pairs["status"]+" "+v.pairs["code"]))
			},
			make: func(v Value) change {
				return answering(func(a *Answer, q Asked) {
					if q.Preflight() && q.BucketMissing && q.RequestMethod != nil && slices.Contains(s3cors.Methods, *q.RequestMethod) {
						clear(a.Headers)
						replied(a, v)
					}
				})
			}}},
	{Name: "preflight-missing-bucket-allowed", Summary: "A preflight of a bucket that does not exist is permitted with *.", Class: result.Exposure, Checks: []string{"preflight.status"},
		change: answering(func(a *Answer, q Asked) {
			if q.Preflight() && q.BucketMissing && q.Origin != nil {
				grant(a, q, "*")
			}
		})},
	{Name: "no-configuration-allowed", Summary: "A bucket without a configuration permits everything with *.", Class: result.Exposure,
		change: answering(func(a *Answer, q Asked) {
			if q.Config == nil && !q.BucketMissing && q.Origin != nil {
				if q.Preflight() {
					grant(a, q, "*")
				} else {
					a.Headers[allowOrigin] = "*"
				}
			}
		})},
}

// otherwise is the parameter of deviations that give another answer to preflights that S3 refuses for the sake of one fact.
func otherwise(summary string, fact int, example map[string]string) *Parameter {
	return &Parameter{
		Doc: "the status and, where there is an error document, its code", Examples: []Value{Pairs(example)}, check: isAnswer,
		summary: func(v Value) string {
			return fmt.Sprintf(summary, strings.TrimSpace(v.pairs["status"]+" "+v.pairs["code"]))
		},
		make: func(v Value) change {
			return answering(func(a *Answer, q Asked) {
				if because := a.Facts["status"]; q.Preflight() && a.Status[0] >= 300 && len(because) > 0 && because[0] == fact {
					replied(a, v)
				}
			})
		},
	}
}

// replied makes of a refusal another one, or a 200 without anything.
func replied(a *Answer, v Value) {
	code, _ := strconv.Atoi(v.pairs["status"])
	e := s3cors.Error{Code: v.pairs["code"]} // another document: what else it names is not said
	a.Status, a.Error, a.Bare = []int{code}, &e, false
	if e.Code == "" {
		a.Error, a.Bare = nil, true
	}
}

func isAnswer(v Value) error {
	if n, err := strconv.Atoi(v.pairs["status"]); err != nil || n < 200 || n > 599 {
		return fmt.Errorf("status %q is none from 200 to 599", v.pairs["status"])
	}
	for name := range v.pairs {
		if name != "status" && name != "code" {
			return fmt.Errorf("%q is neither status nor code", name)
		}
	}
	return nil
}

// documents changes the error document of refused preflights.
func documents(by func(*s3cors.Error)) change {
	return answering(func(a *Answer, q Asked) {
		if q.Preflight() && a.Error != nil {
			e := *a.Error
			by(&e)
			a.Error = &e
		}
	})
}

// Nothing is the value of a member that an error document leaves out.
const Nothing = "none"

// actualDeviations treat actual requests in another way than S3.
var actualDeviations = []Deviation{
	{Name: "no-headers-on-status", Summary: "Answers of one status have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		Parameter: &Parameter{Doc: "the status", Examples: numbers(404, 403, 206, 304, 416, 412), summary: worded("A %s has no CORS headers."),
			make: func(v Value) change { return bare(func(q Asked) bool { return q.Status == v.number }) }}},
	{Name: "no-headers-on-method", Summary: "Answers to one method have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		Parameter: &Parameter{Doc: "the method", Examples: []Value{Word("HEAD"), Word("PUT"), Word("POST"), Word("DELETE")}, summary: worded("Answers to %s have no CORS headers."),
			make: func(v Value) change { return bare(func(q Asked) bool { return q.Method == v.word }) }}},
	{Name: "no-headers-on-listings", Summary: "Listings have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		change: bare(func(q Asked) bool { return q.has("list-type") })},
	{Name: "no-headers-on-sub-resources", Summary: "Answers for a bucket's sub-resources have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		change: bare(func(q Asked) bool { return q.has("location") || q.has("uploads") })},
	{Name: "no-headers-on-parts", Summary: "Answers to parts of an upload have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		change: bare(func(q Asked) bool { return q.has("partNumber") })},
	{Name: "no-headers-in-folders", Summary: "Answers for objects in folders have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		change: bare(func(q Asked) bool { return strings.Contains(q.Key, "/") })},
	{Name: "headers-on-the-root", Summary: "The list of buckets can be read by every page.", Class: result.Exposure, Checks: []string{"actual.allow-origin"},
		change: answering(func(a *Answer, q Asked) {
			if !q.Preflight() && q.Target == s3cors.Service && q.Origin != nil {
				a.Headers[allowOrigin] = "*"
			}
		})},
	{Name: "no-headers-on-bucket", Summary: "Answers of a bucket's URL have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		change: bare(func(q Asked) bool { return q.Target == s3cors.Bucket })},
	{Name: "no-headers-on-presigned", Summary: "Answers to presigned requests have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		change: bare(func(q Asked) bool { return q.Presigned() })},
	{Name: "no-headers-on-signed", Summary: "Answers to requests with an Authorization header have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		change: bare(func(q Asked) bool { return q.Signed() })},
	{Name: "no-headers-on-anonymous", Summary: "Answers to anonymous requests have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		change: bare(func(q Asked) bool {
			return q.Anonymous()
		})},
	{Name: "no-headers-on-authentication-errors", Summary: "A signed request that is refused with 403 gets no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		change: bare(func(q Asked) bool { return q.Status == 403 && !q.Anonymous() })},
	{Name: "no-headers-on-refusals", Summary: "A 403 to some methods has no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		Parameter: &Parameter{Doc: "the methods", Examples: []Value{List("GET", "HEAD")}, summary: worded("A 403 to %s has no CORS headers."),
			make: func(v Value) change {
				return bare(func(q Asked) bool { return q.Status == 403 && slices.Contains(v.list, q.Method) })
			}}},
	{Name: "no-headers-without-preflight-headers", Summary: "Actual answers have CORS headers only where the request has Access-Control-Request-Method.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		change: bare(func(q Asked) bool { return q.RequestMethod == nil })},
	{Name: "actual-refused", Summary: "An actual request that no rule permits is refused with 403.", Class: result.Contract, Checks: []string{"actual.status"},
		change: answering(func(a *Answer, q Asked) {
			if !q.Preflight() && q.Origin != nil && q.Config != nil && a.Headers[allowOrigin] == "" && q.Status < 300 && !q.has("cors") {
				a.Status = []int{403}
			}
		})},
	{Name: "actual-always-allowed", Summary: "Actual answers on a bucket with a configuration carry the origin whether or not a rule matches.", Class: result.Exposure, Checks: []string{"actual.*"},
		change: answering(func(a *Answer, q Asked) {
			if !q.Preflight() && q.Origin != nil && q.Config != nil && a.Headers[allowOrigin] == "" {
				a.Headers[allowOrigin], a.Headers[vary] = text(q.Origin), allVary
			}
		})},
	{Name: "actual-headers-without-origin", Summary: "Answers to requests without Origin carry CORS headers.", Class: result.Contract, Checks: []string{"actual.*"},
		change: answering(func(a *Answer, q Asked) {
			if !q.Preflight() && q.Origin == nil && q.Config != nil {
				a.Headers[allowOrigin] = "*"
			}
		})},
	{Name: "actual-headers-on-missing-bucket", Summary: "The 404 of a bucket that does not exist carries Allow-Origin.", Class: result.Exposure, Checks: []string{"actual.*"},
		change: answering(func(a *Answer, q Asked) {
			if !q.Preflight() && q.Origin != nil && q.BucketMissing {
				a.Headers[allowOrigin] = "*"
			}
		})},
	{Name: "actual-bad-method", Summary: "An actual request whose Access-Control-Request-Method does not exist is refused.", Class: Open, Checks: []string{"actual.*"},
		Parameter: &Parameter{Doc: "the status and the error document's code", Examples: []Value{Pairs(map[string]string{"status": "400", "code": "BadRequest"})}, check: isAnswer,
			make: func(v Value) change {
				return answering(func(a *Answer, q Asked) {
					if m := q.RequestMethod; !q.Preflight() && m != nil && !slices.Contains(s3cors.Methods, *m) {
						clear(a.Headers)
						replied(a, v)
					}
				})
			}}},
	{Name: "actual-checks-real-headers", Summary: "The real headers of an actual request are held against AllowedHeaders.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		change: bare(func(q Asked) bool {
			r := q.Rule
			return r != nil && slices.ContainsFunc([]string{"Content-Type", "X-Amz-Meta-Title", "Range", "If-None-Match"}, func(n string) bool {
				return q.header(n) != "" && !anyHeader(r.AllowedHeaders, n)
			})
		})},
}

// exposing adds names to those that a rule exposes.
func exposing(names []string) func(map[string]string, Asked) {
	return func(h map[string]string, _ Asked) {
		exposed := listed(h[exposeHeaders])
		for _, name := range names {
			if !slices.ContainsFunc(exposed, func(e string) bool { return strings.EqualFold(e, name) }) {
				exposed = append(exposed, name)
			}
		}
		if len(exposed) > 0 {
			h[exposeHeaders] = strings.Join(exposed, ", ")
		}
	}
}

// listed are the elements of a header's list.
func listed(value string) []string {
	var all []string
	for element := range strings.SplitSeq(value, ",") {
		if element = strings.TrimSpace(element); element != "" {
			all = append(all, element)
		}
	}
	return all
}

func numbers(all ...int) []Value {
	values := make([]Value, len(all))
	for i, n := range all {
		values[i] = Number(n)
	}
	return values
}

// originListed reports that a rule's origins cover the request's, whatever else it asks for.
func originListed(cfg *s3cors.Configuration, q s3cors.Request) bool {
	return slices.ContainsFunc(cfg.CORSRules, func(r s3cors.Rule) bool { return matchesOrigin(rule{r, r}, q) })
}
