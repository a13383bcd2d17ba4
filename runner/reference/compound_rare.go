package reference

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"corsprobe/runner/dialect"
	"corsprobe/runner/header"
	"corsprobe/runner/s3cors"
)

// rareDefects were thought up in one go, before any scenario for them, by the parts of a server in which they arise: what answers outside of the
// usual handler, what looks at a request before CORS does, what is kept from one request to the next.
func rareDefects() []Defect {
	return slices.Concat(rareAnswers(), rareQueries(), rareClients(), rareKeys(), rareConfigurations(), rareOrigins(), rareStates())
}

// isRefused holds for answers of a status from 400 to 499.
func isRefused(q asked) bool { return q.Status/100 == 4 }

// rareAnswers come from elsewhere than the usual handler.
func rareAnswers() []Defect {
	return []Defect{
		{Name: "head-not-modified", Summary: "304 to HEAD carries no CORS headers.", Behaviour: withoutCORS(all(is("HEAD"), answered(304)))},
		{Name: "head-precondition", Summary: "412 to HEAD carries no CORS headers.", Behaviour: withoutCORS(all(is("HEAD"), answered(412)))},
		{Name: "head-of-nothing", Summary: "404 to HEAD lacks Vary.", Behaviour: leavingOut(header.Vary, all(is("HEAD"), answered(404)))},
		{Name: "range-of-large-object", Summary: "A range of an object of over a megabyte lacks Vary.", Behaviour: Behaviour{Lines: func(h http.Header) {
			if _, total, _ := strings.Cut(h.Get("Content-Range"), "/"); len(total) > 6 {
				h.Del(header.Vary)
			}
		}}},
		{Name: "copy-replacing", Summary: "A copy with metadata of its own is answered without CORS headers.", Behaviour: withoutCORS(all(is("PUT"), sends("X-Amz-Metadata-Directive", "REPLACE")))},
		{Name: "delete-of-version", Summary: "DELETE of a version is answered without CORS headers.", Behaviour: withoutCORS(all(is("DELETE"), asks("versionId")))},
		{Name: "listing-goes-on", Summary: "A listing with a continuation token that is none is answered without CORS headers.", Behaviour: withoutCORS(asks("continuation-token"))},
		{Name: "uploads-hide", Summary: "The list of a bucket's uploads exposes nothing.", Behaviour: leavingOut(header.ExposeHeaders, all(is("GET"), asks("uploads")))},
		{Name: "invalid-part", Summary: "A multipart upload that cannot be completed is answered without Vary.", Behaviour: leavingOut(header.Vary, all(is("POST"), asks("uploadId"), isRefused))},
		{Name: "form-upload-refused", Summary: "A form upload that is refused is answered without CORS headers.", Behaviour: withoutCORS(all(sends("Content-Type", "multipart/form-data"), isRefused))},
		{Name: "form-upload-created", Summary: "A form upload that asks for 201 exposes nothing.", Behaviour: leavingOut(header.ExposeHeaders, all(sends("Content-Type", "multipart/form-data"), answered(201)))},
		{Name: "signed-chunks", Summary: "An upload whose chunks are signed lacks Vary.", Behaviour: leavingOut(header.Vary, sends("X-Amz-Content-Sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"))},
		{Name: "page-deletes-configuration", Summary: "DeleteBucketCors from a page is answered without CORS headers.", Behaviour: withoutCORS(all(is("DELETE"), asks("cors")))},
		{Name: "page-puts-configuration", Summary: "PutBucketCors from a page is answered without CORS headers.", Behaviour: withoutCORS(all(is("PUT"), asks("cors")))},
		{Name: "doubled-on-errors", Summary: "404 carries Allow-Origin twice.", Behaviour: Behaviour{Lines: func(h http.Header) {
			if v := h.Get(header.AllowOrigin); v != "" && strings.Contains(h.Get("Content-Type"), "xml") && h.Get(header.AllowHeaders) == "" {
				h.Add(header.AllowOrigin, v)
			}
		}}},
	}
}

// rareQueries have parameters that look like something else.
func rareQueries() []Defect {
	return []Defect{
		{Name: "sdk-names-operation", Summary: "A preflight whose URL has the SDK's x-id is refused.", Behaviour: refusingPreflights(asks("x-id"))},
		{Name: "unknown-parameter", Summary: "A GET with a parameter that S3 does not know is answered without CORS headers.", Behaviour: withoutCORS(all(is("GET"), func(q asked) bool {
			return strings.Contains(q.HTTP.URL.RawQuery, "cache") || strings.HasPrefix(q.HTTP.URL.RawQuery, "v=") || q.HTTP.URL.Query().Has("t")
		}))},
		{Name: "session-token", Summary: "A preflight whose URL holds a session token is refused.", Behaviour: refusingPreflights(asks("X-Amz-Security-Token"))},
		{Name: "unknown-access-key", Summary: "A request of an unknown access key is answered without CORS headers.", Behaviour: withoutCORS(func(q asked) bool {
			return isRefused(q) && strings.Contains(q.HTTP.URL.Query().Get("X-Amz-Credential"), "UNKNOWN")
		})},
		{Name: "signature-version-2", Summary: "The preflight of a URL that was presigned by version 2 is refused.", Behaviour: refusingPreflights(asks("AWSAccessKeyId"))},
		{Name: "forged-upload", Summary: "An upload by a forged URL is answered without CORS headers.", Behaviour: withoutCORS(all(is("PUT"), answered(403), asks("X-Amz-Signature")))},
	}
}

// rareClients send what not every page sends.
func rareClients() []Defect {
	return []Defect{
		{Name: "private-network", Summary: "A preflight that asks for the private network is refused.", Behaviour: refusingPreflights(sends("Access-Control-Request-Private-Network", "true"))},
		{Name: "media-elements", Summary: "What an image, a video or a font asks for is answered without CORS headers.", Behaviour: withoutCORS(all(sends("Sec-Fetch-Dest", ""), not(sends("Sec-Fetch-Dest", "empty"))))},
		{Name: "hard-reload", Summary: "A reload past the cache lacks Vary.", Behaviour: leavingOut(header.Vary, all(is("GET"), sends("Cache-Control", "no-cache")))},
		{Name: "safari-preflight", Summary: "Safari's preflights are granted without Max-Age.", Behaviour: onPreflight(func(h map[string]string, q asked) {
			if agent := q.HTTP.UserAgent(); strings.Contains(agent, "Safari/") && !strings.Contains(agent, "Chrome/") {
				delete(h, header.MaxAge)
			}
		})},
		{Name: "compressed-range", Summary: "A range that may be compressed lacks Allow-Credentials.", Behaviour: leavingOut(header.AllowCredentials, all(answered(206), sends("Accept-Encoding", "gzip")))},
		{Name: "behind-a-proxy", Summary: "What came through a proxy is answered without Vary.", Behaviour: leavingOut(header.Vary, func(q asked) bool {
			return q.HTTP.Header.Get("Via") != "" || q.HTTP.Header.Get("X-Forwarded-Host") != ""
		})},
		{Name: "cookie-on-errors", Summary: "Errors to a request with a cookie carry no CORS headers.", Behaviour: withoutCORS(all(isRefused, sends("Cookie", "")))},
		{Name: "expects-to-continue", Summary: "An upload that waits for 100 is answered without CORS headers.", Behaviour: withoutCORS(sends("Expect", "100-continue"))},
	}
}

// rareKeys are taken for something else on their way to the handler.
func rareKeys() []Defect {
	return []Defect{
		{Name: "plus-in-key", Summary: "A key with a plus is answered without CORS headers.", Behaviour: withoutCORS(func(q asked) bool {
			return strings.Contains(q.HTTP.URL.EscapedPath(), "+") || keyHas("%2B")(q)
		})},
		{Name: "key-begins-with-slash", Summary: "The preflight of a key that begins with a slash is refused.", Behaviour: refusingPreflights(func(q asked) bool { return strings.HasPrefix(q.Key, "/") })},
		{Name: "question-mark-in-key", Summary: "A key with a question mark or a number sign is answered without CORS headers.", Behaviour: withoutCORS(func(q asked) bool { return keyHas("%3F")(q) || keyHas("%23")(q) })},
		{Name: "pages-and-scripts", Summary: "An object that is named like a page or a script lacks Vary.", Behaviour: leavingOut(header.Vary, all(is("GET"), func(q asked) bool {
			return slices.ContainsFunc([]string{".html", ".js", ".css", ".json"}, func(end string) bool { return strings.HasSuffix(q.HTTP.URL.Path, end) })
		}))},
		{Name: "named-like-a-call", Summary: "The preflight of a key that is named like a sub-resource is refused.", Behaviour: refusingPreflights(func(q asked) bool {
			return slices.ContainsFunc([]string{"cors", "acl", "policy", "uploads", "favicon.ico", "robots.txt"}, func(name string) bool { return q.Key == name || strings.HasSuffix(q.Key, "/"+name) })
		})},
		{Name: "very-large-object", Summary: "A GET of over four megabytes is answered without CORS headers.", Behaviour: Behaviour{Lines: func(h http.Header) {
			if n := h.Get("Content-Length"); len(n) >= 7 && n >= "4" && h.Get("Last-Modified") != "" {
				for name := range h {
					if isAccessControl(name) {
						h.Del(name)
					}
				}
			}
		}}},
	}
}

// rareConfigurations are at the limits of what a server keeps of a configuration.
func rareConfigurations() []Defect {
	return []Defect{
		{Name: "hundredth-rule", Summary: "The hundredth rule is not looked at.", Behaviour: choosing(func(rules []s3cors.Rule, _ s3cors.Request) []s3cors.Rule { return rules[:min(len(rules), 99)] })},
		{Name: "tenth-origin", Summary: "Origins of a rule after the tenth do not count.", Behaviour: rewriting(func(r s3cors.Rule, _ s3cors.Request) (s3cors.Rule, bool) {
			r.AllowedOrigins = r.AllowedOrigins[:min(len(r.AllowedOrigins), 10)]
			return r, true
		})},
		{Name: "sixteenth-header", Summary: "Patterns of requested headers after the sixteenth do not count.", Behaviour: rewriting(func(r s3cors.Rule, _ s3cors.Request) (s3cors.Rule, bool) {
			n := 0
			r.AllowedHeaders = slices.DeleteFunc(slices.Clone(r.AllowedHeaders), func(p string) bool {
				if strings.Contains(p, "*") {
					n++
				}
				return n > 16 && strings.Contains(p, "*")
			})
			return r, true
		})},
		{Name: "long-list-of-names", Summary: "Requested headers of over a kilobyte are refused.", Behaviour: refusingPreflights(func(q asked) bool { return len(text(q.RequestHeaders)) > 1024 })},
		{Name: "repeated-name", Summary: "A name that is requested twice is refused.", Behaviour: refusingPreflights(func(q asked) bool {
			names := requested(q.Request)
			slices.Sort(names)
			return len(slices.Compact(slices.Clone(names))) < len(names)
		})},
		{Name: "underscore-in-name", Summary: "A requested name with an underscore is refused.", Behaviour: refusingPreflights(func(q asked) bool { return strings.Contains(text(q.RequestHeaders), "_") })},
		{Name: "sign-in-name", Summary: "A requested name with a sign that is neither letter, digit, dash nor underscore is refused.", Behaviour: refusingPreflights(func(q asked) bool {
			return strings.ContainsAny(text(q.RequestHeaders), "!#$%&'*+.^`|~")
		})},
		{Name: "long-max-age", Summary: "Max-Age is no more than a day on answers of actual requests.", Behaviour: onActual(func(h map[string]string, _ asked) {
			if v := h[header.MaxAge]; len(v) > 5 || len(v) == 5 && v > "86400" {
				h[header.MaxAge] = "86400"
			}
		})},
		{Name: "long-id", Summary: "A rule with an ID of over 128 characters is not tried.", Behaviour: rewriting(func(r s3cors.Rule, _ s3cors.Request) (s3cors.Rule, bool) { return r, len(r.ID) <= 128 })},
		{Name: "last-of-48-kilobytes", Summary: "Of a configuration of over 48 KiB the last rule does not count.", Behaviour: Behaviour{Rules: func(cfg *s3cors.Configuration, _ s3cors.Request) *s3cors.Configuration {
			if n := len(cfg.CORSRules); n > 1 && len(cfg.XML()) > 48<<10 {
				return &s3cors.Configuration{CORSRules: cfg.CORSRules[:n-1]}
			}
			return cfg
		}}},
	}
}

// rareOrigins are of shapes that few pages have.
func rareOrigins() []Defect {
	return []Defect{
		{Name: "trailing-dot-of-host", Summary: "A dot at the end of a host makes no difference.", Behaviour: origins(func(p, o string) bool {
			return s3cors.MatchOrigin(p, o) || !strings.Contains(p, "*") && strings.HasSuffix(o, ".") && s3cors.MatchOrigin(p, strings.TrimSuffix(o, "."))
		})},
		{Name: "long-origin-under-star", Summary: "An origin of over 200 characters is refused even by *.", Behaviour: origins(func(p, o string) bool { return s3cors.MatchOrigin(p, o) && len(o) <= 200 })},
		{Name: "any-port-or-none", Summary: "A star in the place of the port covers an origin without one.", Behaviour: origins(func(p, o string) bool {
			origin, anyPort := strings.CutSuffix(p, ":*")
			return s3cors.MatchOrigin(p, o) || anyPort && s3cors.MatchOrigin(origin, o)
		})},
		{Name: "single-label", Summary: "A host of a single label is covered by no pattern.", Behaviour: origins(func(p, o string) bool {
			return s3cors.MatchOrigin(p, o) && (!strings.Contains(p, "*") || p == "*" || strings.Contains(o, ".") || !strings.Contains(o, "://") || hostOf(o) == "localhost")
		})},
		{Name: "underscore-in-host", Summary: "A host with an underscore is never matched.", Behaviour: origins(func(p, o string) bool { return s3cors.MatchOrigin(p, o) && !strings.Contains(o, "_") })},
	}
}

// rareStates keep something from one request or call to the next.
func rareStates() []Defect {
	return []Defect{
		{Name: "after-a-head", Summary: "The answer after a HEAD on the same connection lacks Vary.", Behaviour: afterAHead()},
		{Name: "answers-kept", Summary: "The CORS headers of a GET are kept for two seconds, whoever asks for the same object.", Behaviour: keeping(2*time.Second, func(q asked) string {
			if q.HTTP.Method != http.MethodGet || q.Target != s3cors.Object {
				return ""
			}
			return q.HTTP.URL.EscapedPath()
		})},
		{Name: "preflights-kept", Summary: "A preflight is answered by the last one of the same origin and object, whatever it asks for.", Behaviour: keeping(2*time.Second, func(q asked) string {
			if !q.Preflight() {
				return ""
			}
			return text(q.Origin) + " " + q.HTTP.URL.EscapedPath()
		})},
		{Name: "encryption-drops", Summary: "Where a bucket's default encryption is set after the configuration, that is gone.", Behaviour: forgetting(after("PUT", "encryption"))},
		{Name: "public-access-drops", Summary: "Where public access is blocked after the configuration, that is gone.", Behaviour: forgetting(after("PUT", "publicAccessBlock"))},
		{Name: "deleted-policy-drops", Summary: "Where a policy is deleted after the configuration, that is gone.", Behaviour: forgetting(after("DELETE", "policy"))},
		{Name: "website-drops", Summary: "Where the bucket becomes a website after the configuration, that is gone.", Behaviour: forgetting(after("PUT", "website"))},
		{Name: "ownership-drops", Summary: "Where the owner of objects is set after the configuration, that is gone.", Behaviour: forgetting(after("PUT", "ownershipControls"))},
		{Name: "untagging-drops", Summary: "Where the bucket's tags are deleted after the configuration, that is gone.", Behaviour: forgetting(after("DELETE", "tagging"))},
		{Name: "virtual-listing", Summary: "A listing of a bucket in the host is answered without CORS headers.", Behaviour: withoutCORS(all(inHost, func(q asked) bool { return q.Target == s3cors.Bucket }))},
		{Name: "virtual-error", Summary: "404 of a bucket in the host is answered without CORS headers.", Behaviour: withoutCORS(all(inHost, answered(404)))},
	}
}

// inHost holds where the host names the bucket.
func inHost(q asked) bool { return strings.Contains(q.HTTP.Host, ".localhost") }

func afterAHead() Behaviour {
	var heads sync.Map
	return counting(func(a *dialect.Answer, q asked) {
		_, was := heads.LoadAndDelete(q.HTTP.RemoteAddr)
		if was && !q.Preflight() {
			delete(a.Headers, header.Vary)
		}
		if q.HTTP.Method == http.MethodHead {
			heads.Store(q.HTTP.RemoteAddr, true)
		}
	})
}

// keeping gives the CORS headers of the first answer of a key again, for a while. An empty key is not kept.
func keeping(long time.Duration, key func(asked) string) Behaviour {
	type kept struct {
		answer dialect.Answer
		since  time.Time
	}
	var mu sync.Mutex
	answers := map[string]kept{}
	return counting(func(a *dialect.Answer, q asked) {
		k := key(q)
		if k == "" {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if before, there := answers[k]; there && time.Since(before.since) < long {
			status := a.Status
			*a = before.answer
			if !q.Preflight() {
				a.Status = status
			}
			return
		}
		answers[k] = kept{*a, time.Now()}
	})
}
