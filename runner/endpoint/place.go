package endpoint

import (
	"net"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// place is the normal form of an endpoint's URL: two spellings of one endpoint have the same. Locks and journals go by it. Where two different
// endpoints might share a place (http and https of one host, two addresses of the loopback interface) they are taken for one: a bucket is then
// refused that could have been used, and none is used twice.
func place(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" {
		return endpoint
	}
	host := normalHost(u.Hostname())
	if port := normalPort(u.Port()); port != "" {
		host = net.JoinHostPort(host, port)
	}
	return host + strings.TrimSuffix(path.Clean("/"+u.Path), "/")
}

// normalHost is a host name in lower case and ASCII, without the dot at its end; an address as it is usually written; and "localhost" for all
// that is this machine's loopback interface.
func normalHost(host string) string {
	host = strings.TrimRight(strings.ToLower(host), ".")
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	if address, err := netip.ParseAddr(host); err == nil {
		address = address.Unmap()
		if address.IsLoopback() || address.IsUnspecified() { // a connection to 0.0.0.0 or :: reaches the own machine
			return "localhost"
		}
		return address.String()
	}
	switch {
	case oldLoopback(host), host == "ip6-localhost", host == "ip6-loopback", host == "localhost.localdomain", strings.HasSuffix(host, ".localhost"):
		return "localhost"
	case ofAWS.MatchString(host):
		return "s3.amazonaws.com"
	}
	return host
}

// ofAWS are the names of AWS S3's endpoints. A bucket's name is one bucket in all regions.
var ofAWS = regexp.MustCompile(`^s3([.-](dualstack|fips|fips\.dualstack|external-1|[a-z]{2}(-[a-z]+)+-[0-9]))*\.amazonaws\.com$`)

// oldLoopback knows the spellings of 127.0.0.1 that the C library takes: 127.1, 2130706433, 0x7f000001, 0177.0.0.1.
func oldLoopback(host string) bool {
	first, rest, dotted := strings.Cut(host, ".")
	n, err := strconv.ParseUint(first, 0, 32)
	if err != nil {
		return false
	}
	if !dotted {
		return n>>24 == 127 || n == 0
	}
	for part := range strings.SplitSeq(rest, ".") {
		if _, err := strconv.ParseUint(part, 0, 32); err != nil {
			return false
		}
	}
	return n == 127
}

// normalPort is empty for the ports that http and https have by themselves.
func normalPort(port string) string {
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 80 || n == 443 {
		return ""
	}
	return strconv.FormatUint(n, 10)
}
