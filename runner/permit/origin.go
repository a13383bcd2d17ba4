package permit

import (
	"fmt"
	"strings"

	"corsprobe/runner/fetch"
	"corsprobe/runner/s3cors"
)

// againstOrigin says why an entry of AllowedOrigins does not cover an origin, where the two are similar or where no browser sends what the
// entry says; empty where they are unrelated.
func againstOrigin(entry, origin string) string {
	var reasons []string
	if problem := entryProblem(entry); problem != "" {
		reasons = append(reasons, "no browser sends it, because "+problem)
	}
	if reason := difference(split(mended(entry)), split(origin)); reason != "" {
		reasons = append(reasons, reason)
	}
	if len(reasons) == 0 {
		return ""
	}
	return fmt.Sprintf("%q: %s", entry, strings.Join(reasons, "; and "))
}

// difference says where an entry that is near an origin differs from it.
func difference(mine, other parts) string {
	sameHost := s3cors.MatchOrigin(mine.host, other.host)
	switch {
	case sameHost && mine.scheme == "":
		return ""
	case sameHost && mine.scheme != other.scheme:
		return fmt.Sprintf("it is %s, and the page is %s", mine.scheme, other.scheme)
	case sameHost && !samePort(mine.port, other.port):
		return fmt.Sprintf("it has %s, and the page has %s", portWords(mine.port), portWords(other.port))
	case sameHost:
		return ""
	case mine.host == "*."+other.host:
		return fmt.Sprintf("it covers what is below %s, and not %s itself", other.host, other.host)
	case strings.TrimPrefix(mine.host, "www.") == strings.TrimPrefix(other.host, "www."):
		return "hosts with www. and without it are two"
	case !strings.Contains(mine.host, "*") && strings.HasSuffix(other.host, "."+mine.host):
		return "it does not cover the hosts below " + mine.host
	}
	return ""
}

// entryProblem is what keeps any browser's origin from being what an entry says.
func entryProblem(entry string) string {
	if strings.Count(entry, "*") > 1 || entry == "*" || entry == "null" {
		return ""
	}
	if strings.Trim(entry, `"'`) != entry {
		return "it has quotes around it"
	}
	const anything = "anything" // a text in place of *
	sample := strings.TrimSuffix(entry, ":*")
	if before, after, wild := strings.Cut(sample, "*"); wild && before != "" {
		sample = before + anything + after
	} else if wild {
		return "" // its scheme may be anything
	}
	return strings.ReplaceAll(fetch.OriginProblem(sample), anything, "*")
}

// mended is an entry as it was meant: without a path, blanks or quotes, in lower case, without the scheme's own port.
func mended(entry string) string {
	entry = strings.ToLower(strings.Trim(entry, " \t\r\n\"'"))
	scheme, rest, found := strings.Cut(entry, "://")
	if !found {
		return entry
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	switch scheme {
	case "https":
		rest = strings.TrimSuffix(rest, ":443")
	case "http":
		rest = strings.TrimSuffix(rest, ":80")
	}
	return scheme + "://" + rest
}

// parts of an origin, or of a pattern of origins.
type parts struct{ scheme, host, port string }

func split(origin string) parts {
	scheme, rest, found := strings.Cut(origin, "://")
	if !found {
		return parts{host: origin}
	}
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexByte(rest, ']') {
		return parts{scheme, rest[:i], rest[i+1:]}
	}
	return parts{scheme: scheme, host: rest}
}

// samePort compares ports. A * after the colon stands for some port, not for none.
func samePort(mine, other string) bool {
	return mine == other || other != "" && s3cors.MatchOrigin(mine, other)
}

func portWords(port string) string {
	switch port {
	case "":
		return "no port"
	case "*":
		return "any port"
	}
	return "port " + port
}
