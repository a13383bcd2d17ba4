package reference

import (
	"net/http"
	"slices"
	"strings"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// responseDefects spoil one header of answers that a rule made.
var responseDefects = []Defect{
	{Name: "allow-origin-star-for-echo", Summary: "Allow-Origin is * where S3 gives the origin back.", Class: result.Breakage, Checks: both("allow-origin"),
		Behaviour: granted(changed(allowOrigin, func(string) string { return "*" }))},
	{Name: "allow-origin-pattern", Summary: "Allow-Origin is the rule's pattern.", Class: result.Breakage, Checks: both("allow-origin"),
		Behaviour: granted(func(h map[string]string, q Asked) {
			if r, ok := matchedRule(q); ok && h[allowOrigin] != "*" {
				h[allowOrigin] = r.AllowedOrigins[slices.IndexFunc(r.AllowedOrigins, func(p string) bool { return s3cors.MatchOrigin(p, text(q.Origin)) })]
			}
		})},
	{Name: "allow-origin-first-of-rule", Summary: "Allow-Origin is the first origin of the rule.", Class: result.Breakage, Checks: both("allow-origin"),
		Behaviour: granted(func(h map[string]string, q Asked) {
			if r, ok := matchedRule(q); ok && h[allowOrigin] != "*" && !strings.Contains(r.AllowedOrigins[0], "*") {
				h[allowOrigin] = r.AllowedOrigins[0]
			}
		})},
	{Name: "allow-origin-list", Summary: "Allow-Origin lists all origins of the rule.", Class: result.Breakage, Checks: both("allow-origin"),
		Behaviour: granted(func(h map[string]string, q Asked) {
			if r, ok := matchedRule(q); ok && h[allowOrigin] != "*" {
				h[allowOrigin] = strings.Join(r.AllowedOrigins, ", ")
			}
		})},
	{Name: "allow-origin-echo-for-star", Summary: "Allow-Origin gives the origin back where the rule lists *.", Class: result.Contract, Checks: both("allow-origin"),
		Behaviour: granted(func(h map[string]string, q Asked) {
			if h[allowOrigin] == "*" {
				h[allowOrigin] = text(q.Origin)
			}
		})},
	{Name: "allow-origin-echo-for-star-when-signed", Summary: "Where the rule lists *, requests with an Authorization header get the origin back.", Class: result.Contract, Checks: both("allow-origin"),
		Behaviour: granted(func(h map[string]string, q Asked) {
			if h[allowOrigin] == "*" && q.HTTP.Header.Get("Authorization") != "" {
				h[allowOrigin] = text(q.Origin)
			}
		})},
	{Name: "allow-origin-echo-with-credentials-for-star", Summary: "Where the rule lists *, the origin is given back with credentials.", Class: result.Exposure,
		Checks: append(both("allow-origin"), both("allow-credentials")...),
		Behaviour: granted(func(h map[string]string, q Asked) {
			if h[allowOrigin] == "*" {
				h[allowOrigin], h[allowCredentials] = text(q.Origin), "true"
			}
		})},
	{Name: "allow-origin-lower-case", Summary: "Allow-Origin is lower-cased.", Class: result.Contract, Checks: both("allow-origin"),
		Behaviour: granted(changed(allowOrigin, strings.ToLower))},
	{Name: "allow-origin-trailing-slash", Summary: "Allow-Origin has a slash at its end.", Class: result.Breakage, Checks: both("allow-origin"),
		Behaviour: granted(changed(allowOrigin, func(v string) string {
			if v == "*" {
				return v
			}
			return v + "/"
		}))},
	{Name: "allow-origin-twice", Summary: "Allow-Origin is sent twice.", Class: result.Breakage, Checks: both("allow-origin"), Behaviour: doubled(allowOrigin)},
	{Name: "allow-origin-missing-on-preflight", Summary: "The preflight's answer has no Allow-Origin.", Class: result.Breakage, Checks: []string{"preflight.allow-origin"},
		Behaviour: onPreflight(without(allowOrigin))},
	{Name: "allow-origin-missing-on-actual", Summary: "Actual answers have no Allow-Origin.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		Behaviour: onActual(without(allowOrigin))},

	{Name: "credentials-missing", Summary: "Allow-Credentials is never sent.", Class: result.Breakage, Checks: both("allow-credentials"), Behaviour: granted(without(allowCredentials))},
	{Name: "credentials-missing-on-actual", Summary: "Actual answers have no Allow-Credentials.", Class: result.Breakage, Checks: []string{"actual.allow-credentials"},
		Behaviour: onActual(without(allowCredentials))},
	{Name: "credentials-upper-case", Summary: "Allow-Credentials is True.", Class: result.Breakage, Checks: both("allow-credentials"),
		Behaviour: granted(changed(allowCredentials, func(string) string { return "True" }))},
	{Name: "credentials-with-star", Summary: "Allow-Credentials: true stands beside *.", Class: result.Contract, Checks: both("allow-credentials"),
		Behaviour: granted(func(h map[string]string, _ Asked) { h[allowCredentials] = "true" })},
	{Name: "credentials-false-with-star", Summary: "Allow-Credentials: false stands beside *.", Class: result.Contract, Checks: both("allow-credentials"),
		Behaviour: granted(func(h map[string]string, _ Asked) {
			if h[allowOrigin] == "*" {
				h[allowCredentials] = "false"
			}
		})},

	{Name: "allow-methods-missing-on-preflight", Summary: "The preflight's answer has no Allow-Methods.", Class: result.Breakage, Checks: []string{"preflight.allow-methods"},
		Behaviour: onPreflight(without(allowMethods))},
	{Name: "allow-methods-missing-on-actual", Summary: "Actual answers have no Allow-Methods.", Class: result.Contract, Checks: []string{"actual.allow-methods"},
		Behaviour: onActual(without(allowMethods))},
	{Name: "allow-methods-requested-only", Summary: "Allow-Methods holds the requested method only.", Class: result.Contract, Checks: both("allow-methods"),
		Behaviour: granted(func(h map[string]string, q Asked) { h[allowMethods] = methodOf(q.Request) })},
	{Name: "allow-methods-sorted", Summary: "Allow-Methods is sorted.", Class: result.Contract, Checks: both("allow-methods"),
		Behaviour: granted(changed(allowMethods, func(v string) string {
			all := strings.Split(v, ", ")
			slices.Sort(all)
			return strings.Join(all, ", ")
		}))},
	{Name: "allow-methods-lower-case", Summary: "Allow-Methods is lower-cased.", Class: result.Breakage, Checks: both("allow-methods"),
		Behaviour: granted(changed(allowMethods, strings.ToLower))},
	{Name: "allow-methods-blanks", Summary: "Allow-Methods is separated by blanks.", Class: result.Breakage, Checks: both("allow-methods"),
		Behaviour: granted(changed(allowMethods, func(v string) string { return strings.ReplaceAll(v, ", ", " ") }))},
	{Name: "allow-methods-all", Summary: "Allow-Methods names every method, whatever the rule.", Class: result.Exposure, Checks: both("allow-methods"),
		Behaviour: granted(func(h map[string]string, _ Asked) { h[allowMethods] = "GET, PUT, POST, DELETE, HEAD" })},
	{Name: "allow-methods-options-too", Summary: "Allow-Methods has OPTIONS added, which pages may then send.", Class: result.Exposure, Checks: both("allow-methods"),
		Behaviour: granted(changed(allowMethods, func(v string) string { return v + ", OPTIONS" }))},

	{Name: "allow-headers-missing", Summary: "Allow-Headers is never sent.", Class: result.Breakage, Checks: both("allow-headers"), Behaviour: granted(without(allowHeaders))},
	{Name: "allow-headers-rule-list", Summary: "Allow-Headers is the rule's list, patterns as they stand.", Class: result.Breakage, Checks: both("allow-headers"),
		Behaviour: granted(func(h map[string]string, q Asked) {
			if r, ok := matchedRule(q); ok && h[allowHeaders] != "" && len(r.AllowedHeaders) > 0 {
				h[allowHeaders] = strings.Join(r.AllowedHeaders, ", ")
			}
		})},
	{Name: "allow-headers-rule-list-always", Summary: "Allow-Headers is the rule's list, also where nothing was asked for.", Checks: both("allow-headers"), Class: result.Breakage,
		Behaviour: granted(func(h map[string]string, q Asked) {
			if r, ok := matchedRule(q); ok && len(r.AllowedHeaders) > 0 {
				h[allowHeaders] = strings.Join(r.AllowedHeaders, ",")
			}
		})},
	{Name: "allow-headers-star", Summary: "Allow-Headers is *.", Class: result.Exposure, Checks: both("allow-headers"),
		Behaviour: granted(changed(allowHeaders, func(string) string { return "*" }))},
	{Name: "allow-headers-case-kept", Summary: "Allow-Headers keeps the case of the request.", Class: result.Contract, Checks: both("allow-headers"),
		Behaviour: granted(func(h map[string]string, q Asked) {
			if h[allowHeaders] != "" {
				h[allowHeaders] = strings.Join(requested(q.Request), ", ")
			}
		})},
	{Name: "allow-headers-first-only", Summary: "Allow-Headers holds the first requested header only.", Class: result.Breakage, Checks: both("allow-headers"),
		Behaviour: granted(changed(allowHeaders, func(v string) string { first, _, _ := strings.Cut(v, ","); return first }))},
	{Name: "allow-headers-without-authorization", Summary: "Allow-Headers leaves Authorization out.", Class: result.Breakage, Checks: both("allow-headers"),
		Behaviour: granted(changed(allowHeaders, func(v string) string {
			return strings.Join(slices.DeleteFunc(strings.Split(v, ", "), func(n string) bool { return n == "authorization" }), ", ")
		}))},
	{Name: "allow-headers-missing-on-actual", Summary: "An actual answer to a request with Access-Control-Request-Headers has no Allow-Headers.", Class: result.Contract, Checks: []string{"actual.allow-headers"},
		Behaviour: onActual(without(allowHeaders))},

	{Name: "expose-headers-missing", Summary: "Expose-Headers is never sent.", Class: result.Breakage, Checks: both("expose-headers"), Behaviour: granted(without(exposeHeaders))},
	{Name: "expose-headers-missing-on-actual", Summary: "Actual answers have no Expose-Headers.", Class: result.Breakage, Checks: []string{"actual.expose-headers"}, Behaviour: onActual(without(exposeHeaders))},
	{Name: "expose-headers-missing-on-preflight", Summary: "The preflight's answer has no Expose-Headers.", Class: result.Contract, Checks: []string{"preflight.expose-headers"},
		Behaviour: onPreflight(without(exposeHeaders))},
	{Name: "expose-etag-always", Summary: "ETag is always exposed.", Class: result.Exposure, Checks: both("expose-headers"),
		Behaviour: granted(func(h map[string]string, _ Asked) {
			switch v := h[exposeHeaders]; {
			case v == "":
				h[exposeHeaders] = "ETag"
			case !strings.Contains(strings.ToLower(v), "etag"):
				h[exposeHeaders] = v + ", ETag"
			}
		})},
	{Name: "expose-headers-star", Summary: "Expose-Headers is *.", Class: result.Exposure, Checks: both("expose-headers"),
		Behaviour: granted(func(h map[string]string, _ Asked) { h[exposeHeaders] = "*" })},
	{Name: "expose-headers-lower-case", Summary: "Expose-Headers is lower-cased.", Class: result.Contract, Checks: both("expose-headers"),
		Behaviour: granted(changed(exposeHeaders, strings.ToLower))},
	{Name: "expose-headers-first-only", Summary: "Only the first header of the rule is exposed.", Class: result.Breakage, Checks: both("expose-headers"),
		Behaviour: granted(changed(exposeHeaders, func(v string) string { first, _, _ := strings.Cut(v, ","); return first }))},

	{Name: "max-age-missing", Summary: "Max-Age is never sent.", Class: result.Cache, Checks: both("max-age"), Behaviour: granted(without(maxAge))},
	{Name: "max-age-missing-on-actual", Summary: "Actual answers have no Max-Age.", Class: result.Contract, Checks: []string{"actual.max-age"}, Behaviour: onActual(without(maxAge))},
	{Name: "max-age-milliseconds", Summary: "Max-Age is in milliseconds.", Class: result.Cache, Checks: both("max-age"),
		Behaviour: granted(changed(maxAge, func(v string) string { return v + "000" }))},
	{Name: "max-age-default", Summary: "Max-Age is 3600 where the rule has none.", Class: result.Cache, Checks: both("max-age"),
		Behaviour: granted(func(h map[string]string, _ Asked) {
			if h[maxAge] == "" {
				h[maxAge] = "3600"
			}
		})},
	{Name: "max-age-of-first-rule", Summary: "Max-Age is the first rule's, whichever matched.", Class: result.Cache, Checks: both("max-age"),
		Behaviour: granted(func(h map[string]string, q Asked) {
			if first := q.Config.CORSRules[0].MaxAgeSeconds; first != nil {
				h[maxAge] = s3cors.Evaluate(&s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}, MaxAgeSeconds: first}}},
					s3cors.Request{Method: "GET", Target: s3cors.Object, Origin: q.Origin}).Answers[0].Headers[maxAge]
			}
		})},
	{Name: "max-age-capped", Summary: "Max-Age is at most 600.", Class: result.Cache, Checks: both("max-age"),
		Behaviour: granted(changed(maxAge, func(v string) string {
			if len(v) > 3 {
				return "600"
			}
			return v
		}))},
	{Name: "max-age-twice", Summary: "Max-Age is sent twice.", Class: result.Cache, Checks: both("max-age"), Behaviour: doubled(maxAge)},
}

// matchedRule is the first rule that S3 would answer by.
func matchedRule(q Asked) (s3cors.Rule, bool) {
	if i := s3cors.Evaluate(q.Config, q.Request).Rule; i >= 0 {
		return q.Config.CORSRules[i], true
	}
	return s3cors.Rule{}, false
}

// doubled sends a header's line twice.
func doubled(name string) Behaviour {
	return Behaviour{Lines: func(h http.Header) {
		if values := h[name]; len(values) > 0 {
			h[name] = append(slices.Clone(values), values...)
		}
	}}
}

// varyDefects spoil Vary.
var varyDefects = []Defect{
	{Name: "vary-missing", Summary: "Vary is never sent.", Class: result.Cache, Checks: both("vary"), Behaviour: granted(without(vary))},
	{Name: "vary-missing-on-actual", Summary: "Actual answers have no Vary.", Class: result.Cache, Checks: []string{"actual.vary"}, Behaviour: onActual(without(vary))},
	{Name: "vary-missing-on-preflight", Summary: "The preflight's answer has no Vary.", Class: result.Contract, Checks: []string{"preflight.vary"}, Behaviour: onPreflight(without(vary))},
	{Name: "vary-origin-only", Summary: "Vary is Origin alone.", Class: result.Contract, Checks: both("vary"), Behaviour: granted(changed(vary, func(string) string { return "Origin" }))},
	{Name: "vary-without-origin", Summary: "Vary names everything but Origin.", Class: result.Cache, Checks: both("vary"),
		Behaviour: granted(changed(vary, func(string) string { return "Access-Control-Request-Headers, Access-Control-Request-Method" }))},
	{Name: "vary-missing-on-errors", Summary: "Answers with an error have no Vary.", Class: result.Cache, Checks: []string{"actual.vary"},
		Behaviour: onActual(func(h map[string]string, q Asked) {
			if q.Status >= 400 {
				delete(h, vary)
			}
		})},
	{Name: "vary-missing-with-star", Summary: "Vary is not sent beside *, so that caches give answers to requests without Origin to pages.", Class: result.Cache, Checks: both("vary"),
		Behaviour: granted(func(h map[string]string, _ Asked) {
			if h[allowOrigin] == "*" {
				delete(h, vary)
			}
		})},
	{Name: "vary-blanks", Summary: "Vary is separated by blanks.", Class: result.Cache, Checks: both("vary"),
		Behaviour: granted(changed(vary, func(v string) string { return strings.ReplaceAll(v, ",", "") }))},
}

// preflightDefects treat preflights in another way than S3.
var preflightDefects = []Defect{
	{Name: "preflight-signature-needed", Summary: "An anonymous preflight is refused.", Class: result.Breakage, Checks: []string{"preflight.*"},
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if q.preflight() && q.HTTP.Header.Get("Authorization") == "" && q.HTTP.URL.Query().Get("X-Amz-Signature") == "" {
				refuse(a, 403, "AccessDenied")
			}
		})},
	{Name: "preflight-presigned-checked", Summary: "The preflight of a presigned URL fails the check of its signature, which is another method's.", Class: result.Breakage, Checks: []string{"preflight.*"},
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if q.preflight() && q.HTTP.URL.Query().Get("X-Amz-Signature") != "" {
				refuse(a, 403, "SignatureDoesNotMatch")
			}
		})},
	{Name: "preflight-authorization-checked", Summary: "A preflight with an Authorization header fails the check of its signature.", Class: result.Contract, Checks: []string{"preflight.*"},
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if q.preflight() && q.HTTP.Header.Get("Authorization") != "" {
				refuse(a, 403, "SignatureDoesNotMatch")
			}
		})},
	{Name: "preflight-key-needed", Summary: "The preflight of an object that does not exist gets 404.", Class: result.Breakage, Checks: []string{"preflight.status"},
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if q.preflight() && a.Headers[allowOrigin] != "" && (strings.Contains(q.HTTP.URL.Path, "missing") || strings.Contains(q.HTTP.URL.Path, "put-")) {
				refuse(a, 404, "NoSuchKey")
			}
		})},
	{Name: "preflight-bucket-url-unrouted", Summary: "The preflight of a bucket's URL gets 405.", Class: result.Breakage, Checks: []string{"preflight.status"},
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if q.preflight() && q.Target == s3cors.Bucket {
				refuse(a, 405, "MethodNotAllowed")
			}
		})},
	{Name: "preflight-query-unrouted", Summary: "The preflight of a URL with a query that names a sub-resource gets 400.", Class: result.Breakage, Checks: []string{"preflight.*"},
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if q.preflight() && q.HTTP.URL.Query().Has("list-type") {
				refuse(a, 400, "InvalidArgument")
			}
		})},
	{Name: "preflight-part-unrouted", Summary: "The preflight for a part of an upload gets 400.", Class: result.Breakage, Checks: []string{"preflight.*"},
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if q.preflight() && q.HTTP.URL.Query().Has("partNumber") {
				refuse(a, 400, "InvalidArgument")
			}
		})},
	{Name: "preflight-folder-unrouted", Summary: "The preflight of an object in a folder gets 405.", Class: result.Breakage, Checks: []string{"preflight.*"},
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if q.preflight() && strings.Count(q.HTTP.URL.Path, "/") > 2 {
				refuse(a, 405, "MethodNotAllowed")
			}
		})},
	{Name: "preflight-bare-bucket-url-allowed", Summary: "A preflight of a bucket's URL without a slash is permitted to everybody.", Class: result.Exposure,
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if q.preflight() && q.Origin != nil && strings.Count(q.HTTP.URL.Path, "/") == 1 && q.Target == s3cors.Bucket && q.HTTP.URL.Path != "/" {
				grant(a, q, text(q.Origin))
			}
		})},
	{Name: "preflight-bucket-slash-refused", Summary: "A preflight of a bucket's URL with a slash is refused.", Class: result.Breakage,
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if q.preflight() && q.Target == s3cors.Bucket && strings.HasSuffix(q.HTTP.URL.Path, "/") && len(q.HTTP.URL.Path) > 1 {
				refuse(a, http.StatusForbidden, s3cors.CodeAccessForbidden)
			}
		})},
	{Name: "preflight-of-the-root-allowed", Summary: "A preflight of the endpoint's root is permitted to everybody.", Class: result.Exposure, Checks: []string{"preflight.status"},
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if q.preflight() && q.Target == s3cors.Service && q.Origin != nil {
				grant(a, q, "*")
			}
		})},
	{Name: "preflight-204", Summary: "A preflight that is permitted gets 204.", Class: result.Contract, Checks: []string{"preflight.status"},
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if q.preflight() && a.Headers[allowOrigin] != "" {
				a.Status = []int{http.StatusNoContent}
			}
		})},
	{Name: "preflight-refusal-200", Summary: "A preflight that no rule permits gets 200 without CORS headers.", Class: result.Contract, Checks: []string{"preflight.status"},
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if q.preflight() && a.Error != nil && a.Error.Code == s3cors.CodeAccessForbidden {
				a.Status, a.Error = []int{200}, nil
			}
		})},
	{Name: "preflight-refusal-with-headers", Summary: "A preflight that no rule permits gets 403 with CORS headers.", Class: result.Contract,
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if q.preflight() && a.Error != nil && q.Origin != nil && q.Config != nil && a.Status[0] == 403 {
				a.Headers[allowOrigin], a.Headers[allowMethods] = text(q.Origin), text(q.RequestMethod)
			}
		})},
	{Name: "preflight-other-code", Summary: "A refused preflight has the code AccessDenied.", Class: result.Contract, Checks: []string{"preflight.error-code"},
		Behaviour: refusing(func(e *s3cors.Error) { e.Code = "AccessDenied" })},
	{Name: "preflight-other-method", Summary: "A refused preflight names OPTIONS in its error document.", Class: result.Contract, Checks: []string{"preflight.error-method"},
		Behaviour: refusing(func(e *s3cors.Error) { e.Method = "OPTIONS" })},
	{Name: "preflight-resource-type-object", Summary: "A refused preflight names OBJECT as its resource type, whatever its URL.", Class: result.Contract, Checks: []string{"preflight.error-resource-type"},
		Behaviour: refusing(func(e *s3cors.Error) { e.ResourceType = "OBJECT" })},
	{Name: "preflight-empty-refusal", Summary: "A refused preflight has no error document.", Class: result.Contract, Checks: []string{"preflight.error-code"},
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if q.preflight() {
				a.Error = nil
			}
		})},
	{Name: "preflight-without-origin-200", Summary: "OPTIONS without Origin gets 200.", Class: result.Contract, Checks: []string{"preflight.status"},
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if q.preflight() && q.Origin == nil {
				a.Status, a.Error = []int{200}, nil
			}
		})},
	{Name: "preflight-bad-method-403", Summary: "A preflight for a method that does not exist gets 403.", Class: result.Contract, Checks: []string{"preflight.status"},
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if q.preflight() && a.Status[0] == 400 && q.RequestMethod != nil && requested(q.Request) == nil {
				a.Status, a.Error = []int{403}, &s3cors.Error{Code: s3cors.CodeAccessForbidden, Message: s3cors.MessageNotAllowed}
			}
		})},
	{Name: "preflight-bad-header-name-200", Summary: "Names that are no header names are granted under *.", Class: result.Contract, Checks: []string{"preflight.status"},
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if q.preflight() && a.Status[0] == 400 && q.Origin != nil && requested(q.Request) != nil {
				grant(a, q, text(q.Origin))
			}
		})},
	{Name: "preflight-missing-bucket-404", Summary: "A preflight of a bucket that does not exist gets 404 NoSuchBucket.", Class: result.Contract, Checks: []string{"preflight.status"},
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if q.preflight() && q.BucketMissing && q.Origin != nil {
				refuse(a, 404, "NoSuchBucket")
			}
		})},
	{Name: "preflight-missing-bucket-allowed", Summary: "A preflight of a bucket that does not exist is permitted with *.", Class: result.Exposure, Checks: []string{"preflight.status"},
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if q.preflight() && q.BucketMissing && q.Origin != nil {
				grant(a, q, "*")
			}
		})},
	{Name: "no-configuration-allowed", Summary: "A bucket without a configuration permits everything with *.", Class: result.Exposure,
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if q.Config == nil && !q.BucketMissing && q.Origin != nil {
				if q.preflight() {
					grant(a, q, "*")
				} else {
					a.Headers[allowOrigin] = "*"
				}
			}
		})},
}

// refusing changes the error document of refused preflights.
func refusing(change func(*s3cors.Error)) Behaviour {
	return answering(func(a *s3cors.Answer, q Asked) {
		if q.preflight() && a.Error != nil && a.Error.Code == s3cors.CodeAccessForbidden {
			e := *a.Error
			change(&e)
			a.Error = &e
		}
	})
}

// actualDefects treat actual requests in another way than S3.
var actualDefects = []Defect{
	{Name: "no-headers-on-404", Summary: "A 404 has no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"}, Behaviour: bare(func(q Asked) bool { return q.Status == 404 })},
	{Name: "no-headers-on-403", Summary: "A 403 has no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"}, Behaviour: bare(func(q Asked) bool { return q.Status == 403 })},
	{Name: "no-headers-on-206", Summary: "A 206 has no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"}, Behaviour: bare(func(q Asked) bool { return q.Status == 206 })},
	{Name: "no-headers-on-304", Summary: "A 304 has no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"}, Behaviour: bare(func(q Asked) bool { return q.Status == 304 })},
	{Name: "no-headers-on-416", Summary: "A 416 has no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"}, Behaviour: bare(func(q Asked) bool { return q.Status == 416 })},
	{Name: "no-headers-on-412", Summary: "A 412 has no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"}, Behaviour: bare(func(q Asked) bool { return q.Status == 412 })},
	{Name: "no-headers-on-head", Summary: "Answers to HEAD have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"}, Behaviour: bare(method(http.MethodHead))},
	{Name: "no-headers-on-put", Summary: "Answers to PUT have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"}, Behaviour: bare(method(http.MethodPut))},
	{Name: "no-headers-on-post", Summary: "Answers to POST have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"}, Behaviour: bare(method(http.MethodPost))},
	{Name: "no-headers-on-delete", Summary: "Answers to DELETE have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"}, Behaviour: bare(method(http.MethodDelete))},
	{Name: "no-headers-on-listings", Summary: "Listings have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		Behaviour: bare(func(q Asked) bool { return q.HTTP.URL.Query().Has("list-type") })},
	{Name: "no-headers-on-sub-resources", Summary: "Answers for a bucket's sub-resources have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		Behaviour: bare(func(q Asked) bool { return q.HTTP.URL.Query().Has("location") || q.HTTP.URL.Query().Has("uploads") })},
	{Name: "no-headers-on-parts", Summary: "Answers to parts of an upload have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		Behaviour: bare(func(q Asked) bool { return q.HTTP.URL.Query().Has("partNumber") })},
	{Name: "no-headers-in-folders", Summary: "Answers for objects in folders have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		Behaviour: bare(func(q Asked) bool { return strings.Count(q.HTTP.URL.Path, "/") > 2 })},
	{Name: "headers-on-the-root", Summary: "The list of buckets can be read by every page.", Class: result.Exposure, Checks: []string{"actual.allow-origin"},
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if !q.preflight() && q.Target == s3cors.Service && q.Origin != nil {
				a.Headers[allowOrigin] = "*"
			}
		})},
	{Name: "no-headers-on-bucket", Summary: "Answers of a bucket's URL have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		Behaviour: bare(func(q Asked) bool { return q.Target == s3cors.Bucket })},
	{Name: "no-headers-on-presigned", Summary: "Answers to presigned requests have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		Behaviour: bare(func(q Asked) bool { return q.HTTP.URL.Query().Has("X-Amz-Signature") })},
	{Name: "no-headers-on-signed", Summary: "Answers to requests with an Authorization header have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		Behaviour: bare(func(q Asked) bool { return q.HTTP.Header.Get("Authorization") != "" })},
	{Name: "no-headers-on-anonymous", Summary: "Answers to anonymous requests have no CORS headers.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		Behaviour: bare(func(q Asked) bool {
			return q.HTTP.Header.Get("Authorization") == "" && !q.HTTP.URL.Query().Has("X-Amz-Signature")
		})},
	{Name: "no-headers-without-preflight-headers", Summary: "Actual answers have CORS headers only where the request has Access-Control-Request-Method.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		Behaviour: bare(func(q Asked) bool { return q.RequestMethod == nil })},
	{Name: "actual-refused", Summary: "An actual request that no rule permits is refused with 403.", Class: result.Contract, Checks: []string{"actual.status"},
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if !q.preflight() && q.Origin != nil && q.Config != nil && a.Headers[allowOrigin] == "" && q.Status < 300 && !q.HTTP.URL.Query().Has("cors") {
				a.Status = []int{403}
			}
		})},
	{Name: "actual-always-allowed", Summary: "Actual answers on a bucket with a configuration carry the origin whether or not a rule matches.", Class: result.Exposure, Checks: []string{"actual.*"},
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if !q.preflight() && q.Origin != nil && q.Config != nil && a.Headers[allowOrigin] == "" {
				a.Headers[allowOrigin], a.Headers[vary] = text(q.Origin), allVary
			}
		})},
	{Name: "actual-headers-without-origin", Summary: "Answers to requests without Origin carry CORS headers.", Class: result.Contract, Checks: []string{"actual.*"},
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if !q.preflight() && q.Origin == nil && q.Config != nil {
				a.Headers[allowOrigin] = "*"
			}
		})},
	{Name: "actual-headers-on-missing-bucket", Summary: "The 404 of a bucket that does not exist carries Allow-Origin.", Class: result.Exposure, Checks: []string{"actual.*"},
		Behaviour: answering(func(a *s3cors.Answer, q Asked) {
			if !q.preflight() && q.Origin != nil && q.BucketMissing {
				a.Headers[allowOrigin] = "*"
			}
		})},
	{Name: "actual-checks-real-headers", Summary: "The real headers of an actual request are held against AllowedHeaders.", Class: result.Breakage, Checks: []string{"actual.allow-origin"},
		Behaviour: bare(func(q Asked) bool {
			r, ok := matchedRule(q)
			return ok && slices.ContainsFunc([]string{"Content-Type", "X-Amz-Meta-Title", "Range", "If-None-Match"}, func(n string) bool {
				return q.HTTP.Header.Get(n) != "" && !anyHeader(r.AllowedHeaders, n)
			})
		})},
}

func method(m string) func(Asked) bool { return func(q Asked) bool { return q.Method == m } }
