package fetch

import (
	"fmt"
	"strings"

	"corsprobe/runner/header"
	"corsprobe/runner/result"
)

// check is a CORS check under way: whose answer it is, for the words and the code of the verdict.
type check struct {
	subject string // "the answer" or "the preflight's answer"
	prefix  Reason // what comes before the reason code
	headers []result.Header
}

// CORSCheck says whether script of a page may see an answer with those header lines (fetch#concept-cors-check). The
// origin is the request's as serialised, "null" after a redirect that tainted it.
func CORSCheck(origin string, credentials Credentials, headers []result.Header) Verdict {
	return check{"the answer", "", headers}.run(origin, credentials)
}

// preflightCORSCheck is the same step on the answer to a preflight. It takes the credentials mode of the request that
// is to follow, though the preflight itself carries no credentials.
func preflightCORSCheck(req Request, headers []result.Header) Verdict {
	return check{"the preflight's answer", preflightPrefix, headers}.run(req.Origin, req.Credentials)
}

// run is the check's order: presence, the lone *, equality, and with credentials the second header.
func (c check) run(origin string, credentials Credentials) Verdict {
	value, present := Get(c.headers, header.AllowOrigin)
	switch {
	case !present:
		return c.deny(AllowOriginMissing, header.AllowOrigin, "%s has no %s", c.subject, header.AllowOrigin)
	case value == "*" && credentials != Include:
		return allow()
	case value == "*":
		return c.deny(WildcardWithCredentials, header.AllowOrigin,
			"%s has %s \"*\", which does not cover a request with credentials", c.subject, header.AllowOrigin)
	case value != origin || value == "":
		return c.originDiffers(origin, value)
	case credentials == Include:
		return c.credentials()
	}
	return allow()
}

// originDiffers tells apart the ways in which a value is not the origin, as Chromium does.
func (c check) originDiffers(origin, value string) Verdict {
	if n := len(lines(c.headers, header.AllowOrigin)); n > 1 {
		return c.deny(AllowOriginMultiple, header.AllowOrigin,
			"%s has %d lines of %s, which a browser joins to %s: only one value is allowed",
			c.subject, n, header.AllowOrigin, quote(value))
	}
	if strings.ContainsAny(value, " ,") {
		return c.deny(AllowOriginMultiple, header.AllowOrigin,
			"%s has %s %s: only one origin, or *, is allowed", c.subject, header.AllowOrigin, quote(value))
	}
	if !isAbsoluteURL(value) && value != "null" {
		return c.deny(AllowOriginInvalid, header.AllowOrigin,
			"%s has %s %s, which is not an origin: %s", c.subject, header.AllowOrigin, quote(value), originProblem(value))
	}
	sentence := fmt.Sprintf("%s has %s %s, not %s", c.subject, header.AllowOrigin, quote(value), quote(origin))
	if problem := originProblem(value); problem != "" {
		sentence += ": " + problem
	}
	return c.deny(AllowOriginMismatch, header.AllowOrigin, "%s", sentence)
}

// credentials is the check's last step: the one value that counts is true in lower case.
func (c check) credentials() Verdict {
	switch value, present := Get(c.headers, header.AllowCredentials); {
	case !present:
		return c.deny(CredentialsNotTrue, header.AllowCredentials,
			"%s has no %s, and the request carries credentials", c.subject, header.AllowCredentials)
	case value != "true":
		return c.deny(CredentialsNotTrue, header.AllowCredentials,
			"%s has %s %s: only \"true\" counts, in lower case and once", c.subject, header.AllowCredentials, quote(value))
	}
	return allow()
}

func (c check) deny(reason Reason, header, format string, args ...any) Verdict {
	return deny(c.prefix+reason, headerIn(c.headers, header), fmt.Sprintf(format, args...))
}
