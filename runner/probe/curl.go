package probe

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"corsprobe/runner/result"
)

// CurlOptions are what a curl command needs to reach the endpoint as the run did.
type CurlOptions struct {
	Region   string
	CAFile   string
	Insecure bool
	HTTP2    bool
	Resolve  []Resolve
	// AsSent: the request's presigned URL is one that must be refused, expired or forged. It is printed as it was sent.
	AsSent bool
}

// Filling is the letter that large bodies are made of. A body of longBody bytes or more is made by the command rather than written out.
const (
	Filling  = "x"
	longBody = 1 << 10
)

// Curl is a command that repeats a request. Where the request itself was signed, curl signs anew with the keys of the environment. A preflight
// keeps its query as it was sent, signature and all: nobody is to check it, and whether an endpoint does is what is asked. So does
// a URL that must be refused. Whoever shows the command redacts it.
func Curl(q result.Request, body []byte, opts CurlOptions) string {
	u, err := url.Parse(q.URL)
	if err != nil {
		return ""
	}
	args := []string{"curl", "-sS", "-i"}
	switch q.Method {
	case http.MethodGet:
	case http.MethodHead:
		args[2] = "-I"
	default:
		args = append(args, "-X", quote(q.Method))
	}
	args = append(args, connection(u, opts)...)
	args = append(args, asWritten(u)...)
	signed := q.Method != http.MethodOptions && !opts.AsSent && unsign(u)
	for _, h := range q.Headers {
		signed = signed || h.Is("Authorization")
		args = append(args, headerArgument(h, u)...)
	}
	args = append(args, bodyArguments(q, body)...)
	if signed {
		// S3 wants the header, and curl before 8.2 does not make it
		args = append(args, "-H", quote("x-amz-content-sha256: UNSIGNED-PAYLOAD"), "--aws-sigv4", quote("aws:amz:"+opts.Region+":s3"), "--user", `"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"`)
	}
	filled := len(body) > longBody && strings.Trim(string(body), Filling) == ""
	switch {
	case filled:
		args = append([]string{fmt.Sprintf("head -c %d /dev/zero | tr '\\0' %s |", len(body), Filling)}, append(args, "--data-binary", "@-")...)
	case len(body) > 0:
		args = append(args, "--data-binary", quote(string(body)))
	}
	return strings.Join(append(args, quote(u.String())), " ")
}

// asWritten keeps curl from rewriting a path with dots, and from taking brackets for patterns.
func asWritten(u *url.URL) []string {
	var args []string
	if strings.Contains(u.EscapedPath(), "/.") {
		args = append(args, "--path-as-is")
	}
	if strings.ContainsAny(u.String(), "[]{}") {
		args = append(args, "-g")
	}
	return args
}

// byCurl are headers that curl makes itself, as the run does.
var byCurl = []string{"user-agent", "content-length", "authorization", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token"}

// headerArgument is a header as curl takes it. An empty one wants a semicolon: with a colon it would be left out.
func headerArgument(h result.Header, u *url.URL) []string {
	name := strings.ToLower(h.Name)
	switch {
	case slices.Contains(byCurl, name), name == "accept" && h.Value == "*/*", name == "host" && (h.Value == u.Host || u.Host == ""):
		return nil
	case h.Value == "":
		return []string{"-H", quote(h.Name + ";")}
	default:
		return []string{"-H", quote(h.Name + ": " + h.Value)}
	}
}

// bodyArguments keep curl from adding a type to a body that came without one, and have it say that there is no body where the run does.
func bodyArguments(q result.Request, body []byte) []string {
	switch {
	case len(body) > 0 && len(result.Values(q.Headers, "Content-Type")) == 0:
		return []string{"-H", quote("Content-Type:")}
	case len(body) == 0 && slices.Contains([]string{"PUT", "POST", "PATCH"}, q.Method):
		return []string{"-H", quote("Content-Length: 0")}
	}
	return nil
}

func connection(u *url.URL, opts CurlOptions) []string {
	var args []string
	for _, r := range opts.Resolve {
		args = append(args, "--resolve", quote(r.Host+":"+r.Port+":"+r.Addr))
	}
	if strings.HasSuffix(u.Hostname(), ".localhost") {
		args = append(args, "--resolve", quote(net.JoinHostPort(u.Hostname(), u.Port())+":127.0.0.1"))
	}
	if opts.CAFile != "" {
		args = append(args, "--cacert", quote(opts.CAFile))
	}
	if opts.Insecure {
		args = append(args, "--insecure")
	}
	if opts.HTTP2 {
		args = append(args, "--http2")
	}
	return args
}

// signing are the query parameters that belong to a signature.
var signing = []string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature", "X-Amz-Security-Token"}

// unsign takes a signature out of a URL's query, and reports that there was one. What is left stays as it was written.
func unsign(u *url.URL) bool {
	if !u.Query().Has("X-Amz-Algorithm") {
		return false
	}
	var kept []string
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		if name, _, _ := strings.Cut(pair, "="); !slices.Contains(signing, name) {
			kept = append(kept, pair)
		}
	}
	u.RawQuery = strings.Join(kept, "&")
	return true
}

// quote makes one word of a shell command.
func quote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
