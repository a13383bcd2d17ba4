package lint

import (
	"fmt"
	"slices"
	"strings"

	"corsprobe/runner/english"
	"corsprobe/runner/fetch"
	"corsprobe/runner/s3cors"

	"golang.org/x/net/http/httpguts"
)

func isName(s string) bool { return httpguts.ValidHeaderFieldName(s) }

func allNames(words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !isName(w) })
}

// has reports that a list names a header, in any case.
func has(list []string, name string) bool {
	return slices.ContainsFunc(list, func(e string) bool { return strings.EqualFold(e, name) })
}

// allows reports that a rule lets a page send a header.
func allows(r s3cors.Rule, name string) bool {
	return slices.ContainsFunc(r.AllowedHeaders, func(pattern string) bool { return s3cors.MatchHeader(pattern, name) })
}

// written lists the methods of a rule that change something.
func written(r s3cors.Rule) []string {
	return slices.DeleteFunc(slices.Clone(r.AllowedMethods), func(m string) bool { return m != "PUT" && m != "POST" && m != "DELETE" })
}

// uploads reports that a rule is for uploads: a DELETE has no body, and needs neither Content-Type nor ETag.
func uploads(r s3cors.Rule) bool {
	return slices.Contains(r.AllowedMethods, "PUT") || slices.Contains(r.AllowedMethods, "POST")
}

// methods: HEAD is not part of GET.
func methods(r s3cors.Rule) []Problem {
	if !slices.Contains(r.AllowedMethods, "GET") || slices.Contains(r.AllowedMethods, "HEAD") {
		return nil
	}
	return []Problem{found("CP301", whole("AllowedMethods"), "GET does not cover HEAD", "list HEAD if pages ask for an object's size or date")}
}

func headers(r s3cors.Rule) []Problem {
	all := missingHeaders(r)
	for i, name := range r.AllowedHeaders {
		at := At{Field: "AllowedHeaders", Index: i, Value: name}
		switch {
		case isResponseHeader(name):
			all = append(all, found("CP305", at, "it is a response's header, and useless here: a page does not send it", "leave it out; S3 sends it by itself where a rule matches, and ExposeHeaders says what a script may read"))
		case fetch.IsForbiddenRequestHeader(name, ""):
			all = append(all, found("CP304", at, "it is useless here: a page cannot set this header, so that no preflight asks for it", "leave it out").mended(remove))
		}
	}
	return all
}

// missingHeaders are those that a request as it is usually sent asks for, and that the rule refuses.
func missingHeaders(r s3cors.Rule) []Problem {
	field := whole("AllowedHeaders")
	var all []Problem
	switch {
	case uploads(r) && len(r.AllowedHeaders) == 0:
		return []Problem{found("CP302", field, "an upload with a Content-Type such as image/png, or any x-amz-* header, is refused: no name is allowed by itself", "list Content-Type and what else the page sends")}
	case slices.Contains(r.AllowedMethods, "PUT") && !allows(r, "content-type"):
		all = append(all, found("CP303", field, "an upload with a Content-Type such as image/png is refused", "list Content-Type"))
	}
	if !allows(r, "authorization") {
		return append(all, rangeForMedia(r)...)
	}
	signed := slices.DeleteFunc([]string{"x-amz-date", "x-amz-content-sha256"}, func(name string) bool { return allows(r, name) })
	sdk := slices.DeleteFunc([]string{"amz-sdk-invocation-id", "amz-sdk-request"}, func(name string) bool { return allows(r, name) })
	switch {
	case len(signed) > 0:
		all = append(all, found("CP307", field, "Authorization is allowed, and an SDK's signed request asks for "+english.And(signed)+" too", "list x-amz-* and amz-sdk-* beside it; a presigned URL needs none of them"))
	case len(sdk) > 0:
		all = append(all, found("CP308", field, "the AWS SDK for JavaScript asks for "+english.And(sdk)+" too, which x-amz-* does not cover", "list amz-sdk-* too"))
	}
	return append(all, rangeForMedia(r)...)
}

// rangeForMedia: the rule's own words say that it is for media.
func rangeForMedia(r s3cors.Rule) []Problem {
	id := strings.ToLower(r.ID)
	media := has(r.ExposeHeaders, "Content-Range") || has(r.ExposeHeaders, "Accept-Ranges")
	for _, word := range []string{"video", "media", "stream", "hls", "player", "audio"} {
		media = media || strings.Contains(id, word)
	}
	if !media || !slices.Contains(r.AllowedMethods, "GET") || allows(r, "range") {
		return nil
	}
	return []Problem{found("CP309", whole("AllowedHeaders"), "the rule is for media, and a player that asks for several ranges, or for the end, is refused", "list Range")}
}

// responseHeaders are in answers alone.
var responseHeaders = []string{"etag", "last-modified", "content-range", "accept-ranges", "age", "server", "location", "vary", "www-authenticate", "set-cookie", "x-amz-request-id", "x-amz-id-2", "x-amz-version-id", "x-amz-delete-marker"}

func isResponseHeader(name string) bool {
	name = strings.ToLower(name)
	return isCORSAnswer(name) || slices.Contains(responseHeaders, name)
}

// isCORSAnswer: the headers by which an endpoint answers a browser.
func isCORSAnswer(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, "access-control-") && !strings.HasPrefix(name, "access-control-request-")
}

// exposed: what a script needs to read, and what it reads anyway.
func exposed(r s3cors.Rule) []Problem {
	field := whole("ExposeHeaders")
	var all []Problem
	if uploads(r) && !has(r.ExposeHeaders, "ETag") {
		all = append(all, found("CP401", field, "a script cannot read ETag, and so cannot complete a multipart upload", "list ETag"))
	}
	if has(r.AllowedHeaders, "Range") && slices.Contains(r.AllowedMethods, "GET") && !has(r.ExposeHeaders, "Content-Range") {
		all = append(all, found("CP402", field, "a script may ask for a Range and cannot read which it got", "list Content-Range"))
	}
	for i, name := range r.ExposeHeaders {
		at := At{Field: "ExposeHeaders", Index: i, Value: name}
		switch lower := strings.ToLower(name); {
		case isCORSAnswer(lower):
			all = append(all, found("CP306", at, "it is useless here: the browser obeys it whether or not a script may read it", "leave it out"))
		case lower == "set-cookie" || lower == "set-cookie2":
			all = append(all, found("CP408", at, "no script can read it, whatever is exposed", "leave it out").mended(remove))
		case fetch.IsSafelistedResponseHeader(lower):
			all = append(all, found("CP403", at, "a script can always read it", "leave it out").mended(remove))
		case isRequestOnly(lower):
			all = append(all, found("CP407", at, "no answer of S3's has such a header", "leave it out"))
		}
	}
	return all
}

// isRequestOnly: methods, and headers that only requests have.
func isRequestOnly(name string) bool {
	return slices.Contains([]string{"get", "put", "post", "delete", "head", "options", "patch", "authorization", "origin", "host", "referer", "cookie", "accept", "user-agent", "x-requested-with", "x-csrf-token",
		"access-control-request-method", "access-control-request-headers", "x-amz-date", "x-amz-content-sha256", "x-amz-acl", "x-amz-security-token", "x-amz-user-agent", "amz-sdk-request", "amz-sdk-invocation-id"}, name)
}

// Browsers keep a preflight's answer no longer than this, in seconds.
const (
	chromiumMaxAge = 7_200
	firefoxMaxAge  = 86_400
)

func maxAge(r s3cors.Rule) []Problem {
	field := whole("MaxAgeSeconds")
	switch age := r.MaxAgeSeconds; {
	case age == nil:
		return []Problem{found("CP404", field, "without it a browser keeps a preflight's answer for 5 seconds, and soon asks again", "write 3600, or another age")}
	case *age == 0:
		return []Problem{found("CP405", field, "a browser asks before every request", "write 3600, or another age")}
	case *age > firefoxMaxAge:
		return []Problem{found("CP406", field, fmt.Sprintf("Chromium keeps an answer for %d seconds at most, Firefox for %d", chromiumMaxAge, firefoxMaxAge), "reckon with that")}
	case *age > chromiumMaxAge:
		return []Problem{found("CP406", field, fmt.Sprintf("Chromium keeps an answer for %d seconds at most", chromiumMaxAge), "reckon with that")}
	}
	return nil
}

// repeated finds values that are there twice, and origins that another entry covers.
func repeated(r s3cors.Rule) []Problem {
	exact := func(s string) string { return s }
	return slices.Concat(
		twice("AllowedOrigins", r.AllowedOrigins, exact), coveredOrigins(r),
		twice("AllowedMethods", r.AllowedMethods, exact),
		twice("AllowedHeaders", r.AllowedHeaders, strings.ToLower), twice("ExposeHeaders", r.ExposeHeaders, strings.ToLower))
}

func twice(field string, values []string, same func(string) string) []Problem {
	var all []Problem
	seen := map[string]bool{}
	for i, v := range values {
		if seen[same(v)] {
			all = append(all, found("CP221", At{Field: field, Index: i, Value: v}, "it is listed twice", "leave one").mended(remove))
		}
		seen[same(v)] = true
	}
	return all
}

// hasPath: such an entry matches no page, and so covers nothing.
func hasPath(origin string) bool {
	_, rest, found := strings.Cut(origin, "://")
	return found && strings.Contains(rest, "/")
}

// mostPatterns bounds how many patterns each origin is compared with: a list may have a hundred thousand.
const mostPatterns = 100

func coveredOrigins(r s3cors.Rule) []Problem {
	var patterns []string
	for _, o := range r.AllowedOrigins {
		if strings.Count(o, "*") == 1 && !hasPath(o) && len(patterns) < mostPatterns && !slices.Contains(patterns, o) {
			patterns = append(patterns, o)
		}
	}
	var all []Problem
	for i, o := range r.AllowedOrigins {
		if hasPath(o) {
			continue
		}
		by := slices.IndexFunc(patterns, func(p string) bool { return p != o && covers(p, o, s3cors.MatchOrigin) })
		if by < 0 {
			continue
		}
		what, do := fmt.Sprintf("%q covers it, so that it does nothing", patterns[by]), "leave it out"
		if patterns[by] == "*" {
			what, do = `beside "*" it probably does nothing: S3 answers *, and without credentials`, `leave "*" out if only the others are meant`
		}
		all = append(all, found("CP222", At{Field: "AllowedOrigins", Index: i, Value: o}, what, do))
	}
	return all
}
