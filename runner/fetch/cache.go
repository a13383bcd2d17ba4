package fetch

import (
	"fmt"
	"math"
	"strconv"

	"corsprobe/runner/result"
)

// Browser is an engine with its own limits on the preflight cache.
type Browser string

const (
	Chromium Browser = "Chromium"
	Firefox  Browser = "Firefox"
	WebKit   Browser = "WebKit"
)

// Browsers lists the engines whose limits are known.
var Browsers = []Browser{Chromium, Firefox, WebKit}

// Lifetimes of an entry in the preflight cache, in seconds.
const (
	// DefaultMaxAge counts where Access-Control-Max-Age is absent or cannot be parsed (fetch#cors-preflight-fetch-0).
	DefaultMaxAge = 5
	// ChromiumMaxAge is Chromium's cap since version 76; it was 600 before (MDN, Access-Control-Max-Age).
	ChromiumMaxAge = 7200
	// FirefoxMaxAge is Firefox's cap (MDN, Access-Control-Max-Age).
	FirefoxMaxAge = 86400
	// WebKitMaxAge is WebKit's cap (a comment in the source of github.com/jub0bs/cors; not seen in WebKit's own).
	WebKitMaxAge = 600
)

// Cap returns the longest lifetime in seconds that a browser gives an entry, and whether it is known.
func (b Browser) Cap() (seconds int, known bool) {
	switch b {
	case Chromium:
		return ChromiumMaxAge, true
	case Firefox:
		return FirefoxMaxAge, true
	case WebKit:
		return WebKitMaxAge, true
	}
	return 0, false
}

// MaxAge returns how many seconds a preflight's answer may be kept by its Access-Control-Max-Age, before any browser's
// cap: a single run of digits (fetch#cors-preflight-fetch-0). It is ok only if the header is there once and such a
// number; otherwise the seconds are [DefaultMaxAge]. A number too great for 32 bits is the greatest of those.
func MaxAge(headers []result.Header) (seconds int, ok bool) {
	values := lines(headers, maxAge)
	if len(values) != 1 || !isDigits(values[0]) {
		return DefaultMaxAge, false
	}
	n, err := strconv.ParseInt(values[0], 10, 32)
	if err != nil {
		return math.MaxInt32, true
	}
	return int(n), true
}

// PreflightCacheLifetime returns how many seconds a browser keeps a preflight's answer: its [MaxAge], at most the
// browser's cap. Chromium takes a value that is there but cannot be parsed for 0. For an engine that is not among
// [Browsers] no cap counts.
func PreflightCacheLifetime(headers []result.Header, browser Browser) int {
	seconds, ok := MaxAge(headers)
	if _, present := Get(headers, maxAge); present && !ok && browser == Chromium {
		return 0
	}
	if limit, known := browser.Cap(); known {
		return min(seconds, limit)
	}
	return seconds
}

// MaxAgeNotes returns sentences on what browsers make of an answer's Access-Control-Max-Age: which of them cut it, and
// that 0 keeps nothing. It says nothing of an answer without the header.
func MaxAgeNotes(headers []result.Header) []string {
	value, present := Get(headers, maxAge)
	seconds, ok := MaxAge(headers)
	switch {
	case !present:
		return nil
	case !ok:
		return []string{fmt.Sprintf("%s %s is not a single number of seconds: it counts as %d by the standard and as 0 in %s",
			maxAge, quote(value), DefaultMaxAge, Chromium)}
	case seconds == 0:
		return []string{maxAge + " 0 keeps nothing: every request that needs a preflight sends one"}
	}
	var notes []string
	for _, browser := range Browsers {
		if limit, _ := browser.Cap(); seconds > limit {
			notes = append(notes, fmt.Sprintf("%s %s is cut to %d in %s", maxAge, quote(value), limit, browser))
		}
	}
	return notes
}
