package fetch

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Applies says whether the protocol has any part in a request of a page to an address (fetch#main-fetch). It has none
// between a page and its own origin. Where the verdict denies, a browser stops before it sends anything: the address is
// not of http or https, its port is blocked, or a page of https asks an address of http that is not on its own machine.
func Applies(origin, target string) (crossOrigin bool, v Verdict) {
	u, err := url.Parse(target)
	switch {
	case err != nil || !isHTTP(u):
		return true, deny(NotHTTP, nil, quote(target)+" is not an http or https address")
	case isBlockedPort(u.Port()):
		return true, deny(PortBlocked, nil, "browsers do not connect to port "+u.Port())
	case isMixedContent(origin, u):
		return true, deny(MixedContent, nil,
			fmt.Sprintf("a page of %s may not ask %s: it is not https", quote(origin), quote(target)))
	}
	return originOf(u) != origin, allow()
}

// isHTTP reports whether an address has an HTTP(S) scheme and a host (fetch#http-scheme).
func isHTTP(u *url.URL) bool {
	scheme := byteLower(u.Scheme)
	return (scheme == "http" || scheme == "https") && u.Hostname() != ""
}

// isMixedContent reports whether a page of https asks an address of http that is not trustworthy by itself
// (mixed-content#should-block-fetch, secure-contexts#is-origin-trustworthy).
func isMixedContent(origin string, target *url.URL) bool {
	return strings.HasPrefix(origin, "https://") && byteLower(target.Scheme) == "http" && !isLoopback(target.Hostname())
}

// isLoopback reports whether a host is the browser's own machine by its name alone.
func isLoopback(host string) bool {
	host = strings.TrimSuffix(byteLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// blockedPorts are the standard's bad ports (fetch#bad-port), in order.
var blockedPorts = []int{
	0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
	111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
	540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
	6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
}

// isBlockedPort reports whether browsers do not connect to a port. The schemes' own ports, written as nothing, are fine.
func isBlockedPort(port string) bool {
	number, err := strconv.Atoi(port)
	return err == nil && slices.Contains(blockedPorts, number)
}
