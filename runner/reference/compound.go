package reference

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/dialect"
	"corsprobe/runner/header"
	"corsprobe/runner/s3cors"
)

// CompoundDefects lists defects that show only where two conditions meet. They measure how far the catalogue reaches beyond what was listed
// when it was written, so that not every one of them need be found.
func CompoundDefects() []Defect {
	return slices.Concat(operationDefects, clientDefects, sizeDefects, longDefects, originShapeDefects, lifeDefects, callDefects, connectionDefects, rareDefects, layerDefects)
}

// condition says which requests a compound defect concerns.
type condition func(asked) bool

// all holds where every one of the conditions does.
func all(conditions ...condition) condition {
	return func(q asked) bool {
		return !slices.ContainsFunc(conditions, func(c condition) bool { return !c(q) })
	}
}

func not(c condition) condition { return func(q asked) bool { return !c(q) } }

// is holds for requests of one of the methods.
func is(methods ...string) condition {
	return func(q asked) bool { return slices.Contains(methods, q.HTTP.Method) }
}

// asks holds where the URL's query has a parameter.
func asks(parameter string) condition {
	return func(q asked) bool { return q.HTTP.URL.Query().Has(parameter) }
}

// asksFor holds where a parameter of the URL's query has a value.
func asksFor(parameter, value string) condition {
	return func(q asked) bool { return q.HTTP.URL.Query().Get(parameter) == value }
}

// sends holds where a header of the request is there and begins so.
func sends(name, beginning string) condition {
	return func(q asked) bool {
		values, there := q.HTTP.Header[http.CanonicalHeaderKey(name)]
		return there && len(values) > 0 && strings.HasPrefix(values[0], beginning)
	}
}

// answered holds where the request comes to a status.
func answered(status int) condition { return func(q asked) bool { return q.Status == status } }

// keyHas holds where the path holds a text, as it was sent.
func keyHas(text string) condition {
	return func(q asked) bool { return strings.Contains(strings.TrimPrefix(q.HTTP.URL.EscapedPath(), "/"), text) }
}

// leavingOut drops one header of granted actual answers where a condition holds.
func leavingOut(name string, when condition) Behaviour {
	return onActual(func(h map[string]string, q asked) {
		if when(q) {
			delete(h, name)
		}
	})
}

// setting sets one header of granted actual answers where a condition holds.
func setting(name, value string, when condition) Behaviour {
	return onActual(func(h map[string]string, q asked) {
		if when(q) {
			h[name] = value
		}
	})
}

// refusingPreflights refuses preflights where a condition holds.
func refusingPreflights(when condition) Behaviour {
	return answering(func(a *dialect.Answer, q asked) {
		if q.Preflight() && a.Headers[header.AllowOrigin] != "" && when(q) {
			a.Status, a.Error = []int{http.StatusForbidden}, &s3cors.Error{Code: s3cors.CodeAccessForbidden, Message: s3cors.CodeAccessForbidden}
			clear(a.Headers)
		}
	})
}

// operationDefects concern single operations of S3.
var operationDefects = []Defect{
	{Name: "unsatisfiable-suffix-range", Summary: "Of an empty object, a range that cannot be satisfied is answered without CORS headers.", Behaviour: withoutCORS(all(answered(416), sends("Range", "bytes=-")))},
	{Name: "suffix-range-hides", Summary: "The answer to a suffix range exposes nothing.", Behaviour: leavingOut(header.ExposeHeaders, all(answered(206), sends("Range", "bytes=-")))},
	{Name: "not-modified-since", Summary: "304 by date carries no CORS headers, 304 by ETag does.", Behaviour: withoutCORS(all(answered(304), sends("If-Modified-Since", "")))},
	{Name: "not-modified-without-vary", Summary: "304 by the object's own ETag lacks Vary.", Behaviour: leavingOut(header.Vary, all(answered(304), sends("If-None-Match", `"`)))},
	{Name: "precondition-by-date", Summary: "412 by date carries no CORS headers.", Behaviour: withoutCORS(all(answered(412), sends("If-Unmodified-Since", "")))},
	{Name: "conditional-write", Summary: "A PUT that If-None-Match: * stops is answered without CORS headers.", Behaviour: withoutCORS(all(is("PUT"), sends("If-None-Match", "*"), answered(412)))},
	{Name: "override-hides", Summary: "A GET that overrides the disposition exposes nothing.", Behaviour: leavingOut(header.ExposeHeaders, all(is("GET"), asks("response-content-disposition")))},
	{Name: "override-of-type-on-head", Summary: "A HEAD that overrides the type carries no CORS headers.", Behaviour: withoutCORS(all(is("HEAD"), asks("response-content-type")))},
	{Name: "put-tagging", Summary: "Tagging an object is answered without CORS headers, reading tags is not.", Behaviour: withoutCORS(all(is("PUT"), asks("tagging")))},
	{Name: "get-acl-with-credentials", Summary: "An object's ACL is answered without Allow-Credentials.", Behaviour: leavingOut(header.AllowCredentials, all(is("GET"), asks("acl")))},
	{Name: "attributes-hide", Summary: "GetObjectAttributes is answered without CORS headers.", Behaviour: withoutCORS(all(is("GET"), asks("attributes")))},
	{Name: "listing-encoded", Summary: "A listing with encoded keys of version 1 is answered without CORS headers.", Behaviour: withoutCORS(all(asksFor("encoding-type", "url"), not(asks("list-type"))))},
	{Name: "listing-of-folders", Summary: "A listing of version 2 with a delimiter lacks Vary.", Behaviour: leavingOut(header.Vary, all(asksFor("list-type", "2"), asks("delimiter")))},
	{Name: "part-hides-its-etag", Summary: "A part that was written exposes nothing; one that fails does.", Behaviour: leavingOut(header.ExposeHeaders, all(is("PUT"), asks("partNumber"), answered(200)))},
	{Name: "completed-upload", Summary: "A multipart upload that succeeds is answered without CORS headers.", Behaviour: withoutCORS(all(is("POST"), asks("uploadId"), answered(200)))},
	{Name: "aborted-upload", Summary: "The abort of an upload that was there is answered without CORS headers.", Behaviour: withoutCORS(all(is("DELETE"), asks("uploadId"), answered(204)))},
	{Name: "listed-parts", Summary: "The list of an upload's parts is answered without CORS headers.", Behaviour: withoutCORS(all(is("GET"), asks("uploadId"), answered(200)))},
	{Name: "copied-object", Summary: "A copy that succeeds lacks Allow-Credentials.", Behaviour: leavingOut(header.AllowCredentials, all(is("PUT"), sends("X-Amz-Copy-Source", ""), answered(200)))},
	{Name: "copy-of-nothing", Summary: "A copy of what is not there is answered without CORS headers.", Behaviour: withoutCORS(all(is("PUT"), sends("X-Amz-Copy-Source", ""), answered(404)))},
	{Name: "objects-deleted", Summary: "DeleteObjects is answered without CORS headers.", Behaviour: withoutCORS(all(is("POST"), asks("delete")))},
	{Name: "expired-signature", Summary: "An expired URL is answered without CORS headers, a forged one with them.", Behaviour: withoutCORS(all(asksFor("X-Amz-Expires", "1"), answered(403)))},
	{Name: "streamed-upload", Summary: "An upload in signed chunks is answered without CORS headers.", Behaviour: withoutCORS(all(is("PUT"), sends("X-Amz-Content-Sha256", "STREAMING-")))},
	{Name: "trailing-checksum", Summary: "An upload with a trailing checksum exposes nothing.", Behaviour: leavingOut(header.ExposeHeaders, all(is("PUT"), sends("X-Amz-Trailer", "")))},
	{Name: "checksum-mode", Summary: "A GET that asks for the checksum exposes nothing.", Behaviour: leavingOut(header.ExposeHeaders, all(is("GET"), sends("X-Amz-Checksum-Mode", "")))},
	{Name: "preflight-of-tagging", Summary: "A preflight for the PUT of tags is refused.", Behaviour: refusingPreflights(all(asks("tagging"), requesting("PUT")))},
	{Name: "preflight-of-delete-objects", Summary: "A preflight for DeleteObjects is refused.", Behaviour: refusingPreflights(all(asks("delete"), requesting("POST")))},
}

// requesting holds for preflights of a method.
func requesting(method string) condition {
	return func(q asked) bool { return text(q.RequestMethod) == method }
}

// clientDefects concern what browsers send along.
var clientDefects = []Defect{
	{Name: "compression-varies-alone", Summary: "Where gzip is accepted, a listing varies on Accept-Encoding alone.", Behaviour: setting(header.Vary, "Accept-Encoding", all(sends("Accept-Encoding", "gzip"), asks("list-type")))},
	{Name: "compressed-errors", Summary: "Where gzip is accepted, errors carry no CORS headers.", Behaviour: withoutCORS(all(sends("Accept-Encoding", "gzip"), answered(404)))},
	{Name: "cookie-with-star", Summary: "With a cookie, an origin that * allows is given back with credentials.", Behaviour: onActual(func(h map[string]string, q asked) {
		if h[header.AllowOrigin] == "*" && sends("Cookie", "")(q) {
			h[header.AllowOrigin], h[header.AllowCredentials] = text(q.Origin), "true"
		}
	})},
	{Name: "cookie-on-put", Summary: "A PUT with a cookie is answered without Allow-Credentials.", Behaviour: leavingOut(header.AllowCredentials, all(is("PUT"), sends("Cookie", "")))},
	{Name: "foreign-referer", Summary: "A GET whose Referer is not below its Origin is answered without CORS headers.", Behaviour: withoutCORS(all(sends("Referer", "http"), func(q asked) bool {
		return !strings.HasPrefix(q.HTTP.Referer(), text(q.Origin)+"/")
	}))},
	{Name: "same-site-unlisted", Summary: "An origin that no rule lists is allowed where the browser says same-site.", Behaviour: answering(func(a *dialect.Answer, q asked) {
		if !q.Preflight() && a.Headers[header.AllowOrigin] == "" && q.Config != nil && q.Origin != nil && sends("Sec-Fetch-Site", "same-site")(q) {
			a.Headers[header.AllowOrigin], a.Headers[header.Vary] = *q.Origin, allVary
		}
	})},
	{Name: "browser-preflight-age", Summary: "A browser's preflight that asks for headers is answered without Max-Age.", Behaviour: onPreflight(func(h map[string]string, q asked) {
		if sends("User-Agent", "Mozilla/")(q) && q.RequestHeaders != nil {
			delete(h, header.MaxAge)
		}
	})},
	{Name: "language-varies-alone", Summary: "With Accept-Language, HEAD varies on that alone.", Behaviour: setting(header.Vary, "Accept-Language", all(is("HEAD"), sends("Accept-Language", "")))},
}

// sizeDefects concern bodies, objects and keys.
var sizeDefects = []Defect{
	{Name: "large-object", Summary: "A GET of over a megabyte lacks Vary.", Behaviour: Behaviour{Lines: func(h http.Header) {
		if n, _ := strconv.Atoi(h.Get("Content-Length")); n > 1<<20 && h.Get("Last-Modified") != "" {
			h.Del(header.Vary)
		}
	}}},
	{Name: "empty-object", Summary: "An object of no byte is served without CORS headers.", Behaviour: Behaviour{Lines: func(h http.Header) {
		if h.Get("Content-Length") == "0" && h.Get("Last-Modified") != "" && h.Get("Etag") != "" {
			h.Del(header.AllowOrigin)
		}
	}}},
	{Name: "large-body", Summary: "A PUT of over 64 KiB exposes nothing.", Behaviour: leavingOut(header.ExposeHeaders, all(is("PUT"), func(q asked) bool { return q.HTTP.ContentLength > 64<<10 }))},
	{Name: "empty-body", Summary: "A PUT of no byte is answered without CORS headers.", Behaviour: withoutCORS(all(is("PUT"), func(q asked) bool { return q.HTTP.ContentLength == 0 && q.HTTP.URL.RawQuery != "" }))},
	{Name: "double-slash-in-key", Summary: "The preflight of a key with two slashes is refused.", Behaviour: refusingPreflights(keyHas("//"))},
	{Name: "slash-at-end-of-key", Summary: "A PUT of a key that ends in a slash is answered without CORS headers.", Behaviour: withoutCORS(all(is("PUT"), func(q asked) bool { return q.Target == s3cors.Object && strings.HasSuffix(q.HTTP.URL.Path, "/") }))},
	{Name: "percent-in-key", Summary: "The preflight of a key with a percent sign is refused.", Behaviour: refusingPreflights(keyHas("%25"))},
	{Name: "long-key", Summary: "A GET of a key of over 512 bytes is answered without CORS headers.", Behaviour: withoutCORS(all(is("GET"), func(q asked) bool { return len(q.HTTP.URL.Path) > 512 }))},
}

// longDefects concern lists and texts that are longer than usual.
var longDefects = []Defect{
	{Name: "many-names-with-patterns", Summary: "More than 32 requested names are refused by a rule of patterns.", Behaviour: rewriting(func(r s3cors.Rule, q s3cors.Request) (s3cors.Rule, bool) {
		return r, len(requested(q)) <= 32 || slices.Contains(r.AllowedHeaders, "*")
	})},
	{Name: "long-name", Summary: "A requested name of over 64 characters is refused unless * stands alone.", Behaviour: headers(func(patterns []string, name string) bool {
		return anyHeader(patterns, name) && (len(name) <= 64 || slices.Contains(patterns, "*"))
	})},
	{Name: "many-exposed", Summary: "An actual answer exposes no more than twenty headers.", Behaviour: onActual(func(h map[string]string, _ asked) {
		if v, there := h[header.ExposeHeaders]; there {
			names := strings.Split(v, ", ")
			h[header.ExposeHeaders] = strings.Join(names[:min(20, len(names))], ", ")
		}
	})},
	{Name: "many-rules-with-patterns", Summary: "Patterns of rules after the fiftieth are not tried.", Behaviour: choosing(func(rules []s3cors.Rule, _ s3cors.Request) []s3cors.Rule {
		for i := range rules {
			if i >= 50 {
				rules[i].AllowedOrigins = slices.DeleteFunc(slices.Clone(rules[i].AllowedOrigins), func(p string) bool { return strings.Contains(p, "*") })
			}
		}
		return rules
	})},
	{Name: "large-configuration", Summary: "Of a configuration of over 16 KiB only the first half counts.", Behaviour: Behaviour{Rules: func(cfg *s3cors.Configuration, _ s3cors.Request) *s3cors.Configuration {
		if n := len(cfg.CORSRules); n > 1 && len(cfg.XML()) > 16<<10 {
			return &s3cors.Configuration{CORSRules: cfg.CORSRules[:n/2]}
		}
		return cfg
	}}},
}
