package scenarios

import (
	"net"
	"net/url"
	"slices"
	"strings"

	"corsprobe/runner/s3cors"
)

// adversarial stands in a matrix for the neighbours of the configured origins.
const adversarial = "adversarial"

// neighbours lists origins that an attacker, or a careless matcher, would confuse with the configured ones. Those that the matrix lists
// itself are left out. Whether S3 allows one is not said here: of https://*.example.com a deeper subdomain is a neighbour, and allowed.
func neighbours(cfg *s3cors.Configuration, listed []Value) []Value {
	seen := map[string]bool{}
	for _, v := range listed {
		seen[v.Text] = true
	}
	var all []Value
	add := func(value, note string) {
		if !seen[value] && value != "" {
			seen[value] = true
			all = append(all, Value{Text: value, Adversarial: note})
		}
	}
	for _, pattern := range configured(cfg) {
		if before, after, found := strings.Cut(pattern, "*"); found {
			wildcardNeighbours(pattern, before, after, add)
		} else {
			literalNeighbours(pattern, add)
		}
	}
	add("null", "the origin of sandboxed pages and local files")
	return all
}

// configured lists the configuration's origins, each once.
func configured(cfg *s3cors.Configuration) []string {
	var all []string
	if cfg == nil {
		return nil
	}
	for _, rule := range cfg.CORSRules {
		for _, pattern := range rule.AllowedOrigins {
			if !slices.Contains(all, pattern) {
				all = append(all, pattern)
			}
		}
	}
	return all
}

// literalNeighbours adds what lies around one origin.
func literalNeighbours(o string, add func(value, note string)) {
	u, err := url.Parse(o)
	if err != nil || u.Host == "" {
		add(o+".evil.test", o+" is its prefix")
		add("evil"+o, o+" is its suffix")
		return
	}
	host, port := u.Hostname(), u.Port()
	with := func(scheme, host, port string) string {
		if port != "" {
			return scheme + "://" + net.JoinHostPort(host, port)
		}
		return scheme + "://" + strings.TrimSuffix(net.JoinHostPort(host, ""), ":")
	}
	name := net.ParseIP(host) == nil
	if name {
		add(with(u.Scheme, host+".evil.test", port), o+" with a domain added behind it")
		add(with(u.Scheme, "evil"+host, port), o+" with text before its host")
		add(with(u.Scheme, "sub."+host, port), "a subdomain of "+o)
	}
	if first, rest, found := strings.Cut(host, "."); found && name {
		add(with(u.Scheme, first+"x"+rest, port), o+" with a dot taken for any character")
		if strings.Contains(rest, ".") {
			add(with(u.Scheme, rest, port), "the domain above "+o)
		}
	}
	add(o+"@evil.test", o+" as the user name of another host")
	add(o[:len(o)-1], "a prefix of "+o)
	add(o+"/", o+" with a trailing slash")
	add(strings.ToUpper(o), o+" in upper case")
	add(with(otherScheme(u.Scheme), host, port), o+" with another scheme")
	if port != "" {
		add(with(u.Scheme, host, ""), o+" without its port")
		add(o+"0", o+" with a longer port")
	} else {
		add(with(u.Scheme, host, "8443"), o+" with a port")
		if usual, ok := defaultPort[u.Scheme]; ok {
			add(with(u.Scheme, host, usual), o+" with its default port written out")
		}
	}
}

var defaultPort = map[string]string{"http": "80", "https": "443"}

func otherScheme(scheme string) string {
	if scheme == "https" {
		return "http"
	}
	return "https"
}

// wildcardNeighbours adds what lies around a pattern: what the star may not reach over, and ends that overlap.
func wildcardNeighbours(pattern, before, after string, add func(value, note string)) {
	if before == "" && after == "" {
		add("https://any.example.com", "an origin that only * allows")
		return
	}
	add(before+"sub"+after, pattern+" with one name for the star")
	add(before+"a.b"+after, pattern+" with two names for the star")
	add(before+after, pattern+" with nothing for the star")
	add(before+"*"+after, pattern+" as it stands")
	add(before+"sub"+after+".evil.test", pattern+" with a domain added behind it")
	add(before+"evil.test/"+after, pattern+" with a slash for the star")
	add("x"+before+"sub"+after, pattern+" with text before it")
	if rest, found := strings.CutPrefix(after, "."); found {
		add(before+rest, pattern+" without the dot behind the star")
		add(before+"evil"+rest, pattern+" with a dot taken for any character")
	}
	if scheme, rest, found := strings.Cut(before, "://"); found {
		add(otherScheme(scheme)+"://"+rest+"sub"+after, pattern+" with another scheme")
	}
	if after != "" {
		add(before+"sub"+after+":8443", pattern+" with a port")
		add(before+"sub"+strings.ToUpper(after), pattern+" in upper case")
	}
	if value := overlap(before, after); value != "" {
		add(value, pattern+" with the star's two ends laid over each other")
	}
}

// overlap is the text that starts with before and ends with after, but is too short to hold both; empty where no text is.
func overlap(before, after string) string {
	for n := min(len(before), len(after)); n > 0; n-- {
		if strings.HasSuffix(before, after[:n]) {
			return before + after[n:]
		}
	}
	return ""
}
