package fetch

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"corsprobe/runner/english"
	"corsprobe/runner/header"
)

// authorization is the one CORS non-wildcard request-header name (fetch#cors-non-wildcard-request-header-name).
const authorization = "authorization"

// starIsLiteral ends the sentence on a list with * where it grants nothing.
const starIsLiteral = ": * stands for itself alone when the request carries credentials"

// invalidList is the verdict on a list header that cannot be parsed (fetch#cors-preflight-fetch-0, step 7.3).
func invalidList(reason Reason, res Response, name string, err error) Verdict {
	return deny(reason, headerIn(res.Headers, name),
		fmt.Sprintf("%s cannot be parsed, so nothing in it counts: %s", name, errors.Unwrap(err)))
}

// methodCheck is the condition on the method (fetch#cors-preflight-fetch-0, steps 7.4 and 7.5). Where the flag made the
// preflight necessary, an answer without a list grants the method.
func methodCheck(req Request, res Response, methods []string) Verdict {
	method := NormalizeMethod(req.Method)
	if methods == nil && req.preflightFlag() {
		methods = []string{method}
	}
	star := slices.Contains(methods, "*")
	if slices.Contains(methods, method) || IsSafelistedMethod(method) || star && req.Credentials != Include {
		return allow()
	}
	tail := ""
	switch {
	case containsFold(methods, method):
		tail = ": browsers compare methods with their case"
	case star:
		tail = starIsLiteral
	}
	return notListed(MethodDenied, []string{method}, res, header.AllowMethods, tail)
}

// headersCheck is the condition on the request's headers, Authorization first (fetch#cors-preflight-fetch-0, steps 7.6
// and 7.7). The sentence names every header that is missing, not the first alone.
func headersCheck(req Request, res Response, granted []string, authorizationByStar bool) Verdict {
	star := slices.Contains(granted, "*")
	missing := slices.DeleteFunc(req.unsafeNames(), func(name string) bool {
		covered := star && req.Credentials != Include && (name != authorization || authorizationByStar)
		return covered || containsFold(granted, name)
	})
	reason := HeaderDenied
	if slices.Contains(missing, authorization) {
		reason = AuthorizationNeedsName
	}
	switch {
	case len(missing) == 0:
		return allow(patternNotes(granted)...)
	case star && slices.Equal(missing, []string{authorization}):
		return notListed(reason, missing, res, header.AllowHeaders, ": * does not cover it, it must be listed by name")
	case star:
		return notListed(reason, missing, res, header.AllowHeaders, starIsLiteral)
	}
	return notListed(reason, missing, res, header.AllowHeaders, patternTail(granted, missing))
}

// notListed is the verdict on names that a list header does not grant.
func notListed(reason Reason, names []string, res Response, header, tail string) Verdict {
	verb := "is"
	if len(names) > 1 {
		verb = "are"
	}
	line := headerIn(res.Headers, header)
	if line == nil {
		return deny(reason, nil,
			fmt.Sprintf("%s %s not granted: the preflight's answer has no %s", english.And(names), verb, header))
	}
	return deny(reason, line,
		fmt.Sprintf("%s %s not in %s %s%s", english.And(names), verb, header, quote(line.Value), tail))
}

// patterns returns the elements of a list that look like patterns. To a browser they are names with a * in them.
func patterns(list []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == "*" || !strings.Contains(s, "*") })
}

// patternTail ends the sentence on missing names where a pattern was meant to cover one of them.
func patternTail(list, missing []string) string {
	for _, pattern := range patterns(list) {
		for _, name := range missing {
			if ok, _ := path.Match(byteLower(pattern), name); ok {
				return fmt.Sprintf(": browsers take %s for a literal name", quote(pattern))
			}
		}
	}
	return ""
}

// patternNotes tells of patterns in a list that granted all the same.
func patternNotes(list []string) []string {
	var notes []string
	for _, pattern := range patterns(list) {
		notes = append(notes, fmt.Sprintf("browsers take %s in %s for a literal name", quote(pattern), header.AllowHeaders))
	}
	return notes
}
