package fetch

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// ValidOrigin says what keeps a value from being an origin as a browser writes it in the Origin header: null, or
// scheme://host[:port] in lower case, the host in ASCII, without the scheme's own port and without a path
// (html#ascii-serialisation-of-an-origin). It returns nil for one that is fine.
func ValidOrigin(origin string) error {
	if problem := originProblem(origin); problem != "" {
		return fmt.Errorf("fetch: origin %s: %s", quote(origin), problem)
	}
	return nil
}

// OriginProblem is what [ValidOrigin] finds, in a few words that follow a colon; empty if there is nothing.
func OriginProblem(origin string) string { return originProblem(origin) }

func originProblem(origin string) string {
	switch {
	case origin == "null":
		return ""
	case origin == "":
		return "it is empty"
	case origin == "*":
		return "it is the wildcard"
	case strings.ContainsAny(origin, " \t\r\n"):
		return "it holds white space"
	case strings.Contains(origin, ","):
		return "it holds a comma, and an origin is one value"
	}
	scheme, rest, found := strings.Cut(origin, "://")
	_, _, special := cutSpecialScheme(origin)
	switch {
	case !found && special:
		return "it lacks the two slashes after its scheme"
	case !found || scheme == "":
		return "it has no scheme, such as https://"
	case strings.ContainsAny(rest, "/?#"):
		return afterHost(rest[strings.IndexAny(rest, "/?#"):])
	case byteLower(origin) != origin:
		return "it has upper-case letters, and browsers write lower case"
	case !isScheme(scheme):
		return quote(scheme) + " is not a scheme"
	case scheme == "file":
		return "browsers write null for a page of file:"
	}
	return authorityProblem(scheme, rest)
}

// authorityProblem looks at host[:port].
func authorityProblem(scheme, rest string) string {
	if strings.Contains(rest, "@") {
		return "it holds a user name"
	}
	host, port, hasPort := cutPort(rest)
	if problem := hostProblem(host); problem != "" {
		return problem
	}
	if hasPort {
		return portProblem(scheme, port)
	}
	return ""
}

// afterHost names what follows the host where nothing may.
func afterHost(rest string) string {
	switch {
	case rest == "/":
		return "it ends in a slash, and an origin has none"
	case rest[0] == '/':
		return fmt.Sprintf("it has the path %s, and an origin has none", quote(rest))
	case rest[0] == '?':
		return "it has a query, and an origin has none"
	}
	return "it has a fragment, and an origin has none"
}

// cutPort splits host[:port], mindful of the colons inside an IPv6 address's brackets.
func cutPort(authority string) (host, port string, found bool) {
	i := strings.LastIndexByte(authority, ':')
	closed := strings.LastIndexByte(authority, ']')
	if i < closed || i < 0 || authority[0] == '[' && closed < 0 {
		return authority, "", false
	}
	return authority[:i], authority[i+1:], true
}

func hostProblem(host string) string {
	if address, ok := strings.CutPrefix(host, "["); ok {
		return ipv6Problem(host, strings.TrimSuffix(address, "]"))
	}
	switch {
	case host == "":
		return "it has no host"
	case strings.Contains(host, "*"):
		return "browsers take * in it for a plain character, not for a pattern"
	}
	for i := range len(host) {
		if host[i] >= 0x80 {
			return "its host is not ASCII, and browsers write it in punycode"
		}
		if !isAlphanumeric(host[i]) && strings.IndexByte("-._", host[i]) < 0 {
			return fmt.Sprintf("its host has the character %q", host[i])
		}
	}
	return ipv4Problem(host)
}

// ipv4Problem finds an IPv4 address in a form other than four numbers: a host whose last label is a number is an
// address (url#ends-in-a-number-checker), and browsers rewrite 127.1 to 127.0.0.1.
func ipv4Problem(host string) string {
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	if !isDigits(labels[len(labels)-1]) {
		return ""
	}
	if _, err := netip.ParseAddr(host); err != nil {
		return quote(host) + " is not an IPv4 address of four numbers"
	}
	return ""
}

func ipv6Problem(host, address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil || !ip.Is6() || ip.Zone() != "" || !strings.HasSuffix(host, "]") {
		return quote(host) + " is not an IPv6 address"
	}
	if short := ip.String(); short != address && !ip.Is4In6() {
		return fmt.Sprintf("browsers write its address as [%s]", short)
	}
	return ""
}

func portProblem(scheme, port string) string {
	number, err := strconv.ParseUint(port, 10, 16)
	switch {
	case err != nil || !isDigits(port):
		return quote(port) + " is not a port"
	case strconv.FormatUint(number, 10) != port:
		return fmt.Sprintf("its port %s starts with a zero", port)
	case port == defaultPort(scheme):
		return fmt.Sprintf("it names port %s, which browsers leave out for %s", port, scheme)
	}
	return ""
}

// defaultPort is a special scheme's own port (url#special-scheme), empty for other schemes.
func defaultPort(scheme string) string {
	switch scheme {
	case "http", "ws":
		return "80"
	case "https", "wss":
		return "443"
	case "ftp":
		return "21"
	}
	return ""
}

// isScheme reports whether s is a scheme in lower case (url#url-scheme-string).
func isScheme(s string) bool {
	for i := range len(s) {
		if !isAlphanumeric(s[i]) && strings.IndexByte("+-.", s[i]) < 0 {
			return false
		}
	}
	return s != "" && 'a' <= s[0] && s[0] <= 'z'
}

// isAbsoluteURL reports whether a value would pass for an address at all, which is where Chromium draws the line between
// a wrong origin and no origin. How many slashes follow the scheme of a special address does not matter
// (url#special-authority-ignore-slashes-state).
func isAbsoluteURL(value string) bool {
	scheme, rest, special := cutSpecialScheme(value)
	if special {
		value = scheme + "://" + strings.TrimLeft(rest, `/\`)
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme == "" {
		return false
	}
	return !special || u.Hostname() != ""
}

// cutSpecialScheme cuts a value at its first colon, and reports whether a special scheme comes before it
// (url#special-scheme).
func cutSpecialScheme(value string) (scheme, rest string, special bool) {
	scheme, rest, found := strings.Cut(value, ":")
	return scheme, rest, found && defaultPort(byteLower(scheme)) != ""
}

// originOf returns the origin of an address, "null" where it has none of the form scheme://host
// (url#concept-url-origin).
func originOf(u *url.URL) string {
	scheme, host := byteLower(u.Scheme), byteLower(u.Hostname())
	if defaultPort(scheme) == "" || host == "" {
		return "null"
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && port != defaultPort(scheme) {
		host += ":" + port
	}
	return scheme + "://" + host
}
