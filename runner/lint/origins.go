package lint

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"corsprobe/runner/fetch"
	"corsprobe/runner/s3cors"
)

// origins looks at each AllowedOrigin as a browser's Origin header will be held against it.
func origins(r s3cors.Rule) []Problem {
	var all []Problem
	for i, origin := range r.AllowedOrigins {
		if p, found := originOf(origin, r); found {
			p.Field, p.Index, p.Value = "AllowedOrigins", i, origin
			all = append(all, p)
		}
	}
	return all
}

// stranger is an origin that nobody means to allow.
const stranger = "https://stranger.example"

func originOf(origin string, r s3cors.Rule) (Problem, bool) {
	switch {
	case strings.Count(origin, "*") > 1:
		return Problem{}, false // refused anyway
	case origin == "*":
		return star(r), true
	case origin == "null":
		return Problem{Severity: Warning, What: "every site can make itself the origin null, with a sandboxed frame", Do: "serve the page from an origin of its own, and list that", Facts: []int{48}, Fetch: "origin-header"}, true
	case origin == "https" || origin == "http":
		return Problem{Severity: Warning, What: "it is compared as text and covers no origin, whatever the user guide says", Do: "write " + origin + "://* for every such origin", Facts: []int{49}}, true
	case s3cors.MatchOrigin(origin, stranger):
		return Problem{Severity: Warning, What: "it covers every site, and with credentials: only * itself is answered without", Do: "list the origins that are meant, or *", Facts: []int{20, 22, 45}, Fetch: "cors-protocol-and-credentials"}, true
	}
	if why := unsendable(origin); why != "" {
		return Problem{Severity: Warning, What: "no browser sends such an origin: " + why, Do: better(origin), Facts: []int{45, 47}, Fetch: "origin-header"}, true
	}
	if foreign := strangerUnder(origin); foreign != "" {
		return Problem{Severity: Warning, What: "it covers " + foreign + " too, which anybody may have", Do: "put the * between :// and a dot, as in https://*.example.com", Facts: []int{45, 46}}, true
	}
	return insecure(origin)
}

func star(r s3cors.Rule) Problem {
	p := Problem{Severity: Note, What: "every site may read what it can fetch, and none with credentials such as cookies", Do: "list origins if pages send credentials", Facts: []int{20, 22}, Fetch: "cors-protocol-and-credentials"}
	if writes(r) {
		p.Severity, p.What, p.Do = Warning, "every site may send "+strings.Join(written(r), ", ")+" with a presigned URL that it holds, and none with credentials such as cookies", "list the origins that are meant"
	}
	return p
}

func writes(r s3cors.Rule) bool { return len(written(r)) > 0 }

// written lists the methods of a rule that change something.
func written(r s3cors.Rule) []string {
	var all []string
	for _, m := range r.AllowedMethods {
		if slices.Contains([]string{"PUT", "POST", "DELETE"}, m) {
			all = append(all, m)
		}
	}
	return all
}

// unsendable says why no browser sends an origin, or none that a pattern covers.
func unsendable(pattern string) string {
	why := ""
	for _, text := range []string{"x", "x.y", "https", "https://x", "8443"} {
		why = fetch.OriginProblem(strings.Replace(pattern, "*", text, 1))
		if why == "" || !strings.Contains(pattern, "*") {
			break
		}
	}
	return why
}

// better is an origin as a browser would write it.
func better(origin string) string {
	scheme, rest, found := strings.Cut(origin, "://")
	if !found {
		return "write scheme and host, such as https://app.example.com"
	}
	host, _, _ := strings.Cut(strings.ToLower(rest), "/")
	scheme = strings.ToLower(scheme)
	if name, port, err := net.SplitHostPort(host); err == nil && (scheme == "https" && port == "443" || scheme == "http" && port == "80") {
		host = name
	}
	if written := scheme + "://" + host; written != origin && unsendable(written) == "" {
		return "write " + written
	}
	return "write scheme and host, such as https://app.example.com"
}

// strangerUnder is an origin of somebody else's that a pattern covers; empty where it keeps to one domain.
func strangerUnder(pattern string) string {
	before, after, wild := strings.Cut(pattern, "*")
	if !wild || keeps(before, after) {
		return ""
	}
	texts := []string{"stranger", "stranger.example"}
	if after == "" && strings.HasSuffix(before, ".") {
		texts = []string{"stranger.example"}
	} else if after == "" {
		texts = []string{".stranger.example", "stranger.example"}
	}
	for _, text := range texts {
		if origin := before + text + after; fetch.OriginProblem(origin) == "" {
			return origin
		}
	}
	return ""
}

// keeps reports that whatever the star stands for, the host ends in a domain that is not for everybody to have; or that it stands for a port.
func keeps(before, after string) bool {
	if after == "" {
		return strings.HasSuffix(before, ":")
	}
	host, _, _ := strings.Cut(after, ":")
	_, domain, _ := strings.Cut(host, ".")
	return domain == "localhost" || strings.Contains(domain, ".")
}

func insecure(origin string) (Problem, bool) {
	if strings.HasPrefix(origin, "*") {
		return Problem{Severity: Warning, What: "it covers http too, and whoever is on the way can change a page that comes over http", Do: "write https://" + strings.TrimPrefix(origin, "*://"), Facts: []int{45}}, true
	}
	u, err := url.Parse(strings.Replace(strings.TrimSuffix(origin, ":*"), "*", "x", 1))
	if err != nil || u.Scheme != "http" {
		return Problem{}, false
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() == "localhost" || ip != nil && ip.IsLoopback() {
		return Problem{Severity: Note, What: "it is a developer's own machine", Do: "leave it out of a configuration for everybody", Facts: []int{47}}, true
	}
	return Problem{Severity: Warning, What: "whoever is on the way can change a page that comes over http, and read as it does", Do: fmt.Sprintf("write https://%s", strings.TrimPrefix(origin, "http://")), Facts: []int{47}, Fetch: "origin-header"}, true
}
