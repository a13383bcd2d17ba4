package probe

import (
	"fmt"
	"net"
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
}

// Filling is the letter that large bodies are made of. From longBody bytes on a command makes such a body rather than hold it.
const (
	Filling  = "x"
	longBody = 1 << 10
)

// Curl is a command that repeats a request. Signatures are left out: curl signs anew with the keys of the environment.
func Curl(q result.Request, body []byte, opts CurlOptions) string {
	u, err := url.Parse(q.URL)
	if err != nil {
		return ""
	}
	args := []string{"curl", "-sS", "-i"}
	switch q.Method {
	case "GET":
	case "HEAD":
		args[2] = "-I"
	default:
		args = append(args, "-X", quote(q.Method))
	}
	args = append(args, connection(u, opts)...)
	signed := unsign(u) && q.Method != "OPTIONS" // preflights are never authenticated
	for _, h := range q.Headers {
		name := strings.ToLower(h.Name)
		if name == "authorization" {
			signed = true
		}
		if !slices.Contains([]string{"host", "user-agent", "accept", "content-length", "authorization", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token"}, name) {
			args = append(args, "-H", quote(h.Name+": "+h.Value))
		}
	}
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

// unsign takes a signature out of a URL's query, and reports that there was one.
func unsign(u *url.URL) bool {
	query := u.Query()
	signed := query.Has("X-Amz-Algorithm")
	for name := range query {
		if slices.Contains([]string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature", "X-Amz-Security-Token", "x-id"}, name) {
			query.Del(name)
		}
	}
	u.RawQuery = query.Encode()
	return signed
}

// quote makes one word of a shell command.
func quote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
