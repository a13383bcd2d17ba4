package fetch

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"corsprobe/runner/header"
	"corsprobe/runner/result"
)

// Browser is an engine with its own limits on the preflight cache.
type Browser string

// The engines whose limits are known.
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
	// WebKitMaxAge is WebKit's cap (maxPreflightCacheTimeout in its CrossOriginPreflightResultCache.cpp).
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
	values := lines(headers, header.MaxAge)
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
// browser's cap. What is no number of seconds by the standard counts differently from engine to engine: Firefox keeps
// nothing unless the value is empty, for the others see integerLifetime. For an engine that is not among [Browsers] the
// standard alone counts.
func PreflightCacheLifetime(headers []result.Header, browser Browser) int {
	seconds, ok := MaxAge(headers)
	value, present := Get(headers, header.MaxAge)
	limit, known := browser.Cap()
	switch {
	case !known || !present:
		return seconds
	case browser != Firefox:
		return integerLifetime(value, limit)
	case !ok && value != "":
		return 0
	}
	return min(seconds, limit)
}

// integerLifetime is how Chromium and WebKit read Access-Control-Max-Age: as a whole number of 64 bits that may have a
// sign. What is below 0 counts as 0, and what is no such number as [DefaultMaxAge].
func integerLifetime(value string, limit int) int {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return DefaultMaxAge
	}
	return int(max(0, min(n, int64(limit))))
}

// MaxAgeNotes returns sentences on what browsers make of an answer's Access-Control-Max-Age: which of them cut it, and
// that 0 keeps nothing. It says nothing of an answer without the header.
func MaxAgeNotes(headers []result.Header) []string {
	value, present := Get(headers, header.MaxAge)
	seconds, ok := MaxAge(headers)
	switch {
	case !present:
		return nil
	case !ok:
		return []string{unparsedNote(headers, value)}
	case seconds == 0:
		return []string{header.MaxAge + " 0 keeps nothing: every request that needs a preflight sends one"}
	}
	var notes []string
	for _, browser := range Browsers {
		if kept := PreflightCacheLifetime(headers, browser); kept < seconds {
			notes = append(notes, fmt.Sprintf("%s %s is cut to %d in %s", header.MaxAge, quote(value), kept, browser))
		}
	}
	return notes
}

// unparsedNote tells as how many seconds a value counts that is no number of them: by the standard, and in the browsers
// that differ.
func unparsedNote(headers []result.Header, value string) string {
	notes := []string{fmt.Sprintf("%s %s is not a single number of seconds: it counts as %d by the standard", header.MaxAge, quote(value), DefaultMaxAge)}
	for _, browser := range Browsers {
		if kept := PreflightCacheLifetime(headers, browser); kept != DefaultMaxAge {
			notes = append(notes, fmt.Sprintf("as %d in %s", kept, browser))
		}
	}
	return strings.Join(notes, ", ")
}
