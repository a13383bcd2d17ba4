package probe

import (
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// FirstBytes are the first bytes of an answer that is neither HTTP/1.1 nor TLS, as far as an error holds them; empty: the answer is one of
// these, or there is none.
func FirstBytes(err error) string {
	var record tls.RecordHeaderError
	if errors.As(err, &record) {
		return string(record.RecordHeader[:])
	}
	for _, phrase := range []string{"malformed HTTP response ", "malformed HTTP status code ", "malformed HTTP version "} {
		_, quoted, found := strings.Cut(err.Error(), phrase)
		if !found {
			continue
		}
		if quoted, err := strconv.QuotedPrefix(quoted); err == nil {
			if text, err := strconv.Unquote(quoted); err == nil {
				return text
			}
		}
	}
	return ""
}

// servers are servers of other protocols, by what their answers begin with.
var servers = []struct{ beginning, name string }{
	{"SSH-", "an SSH server"}, {"220", "a mail or FTP server"}, {"+OK", "a mail server"}, {"* OK", "a mail server"}, {"-ERR", "a Redis server"},
	{"RFB ", "a VNC server"}, {"\x00\x00", "an HTTP/2 server, or another"},
}

// IsTLSOnly reports that a server understands TLS only, by the first bytes of its answer to plain HTTP.
func IsTLSOnly(first string) bool {
	return len(first) > 1 && first[0] >= 0x14 && first[0] <= 0x18 && first[1] == 3 // a record of any version
}

// DescribeProtocol says which protocol the start of an answer is not, and which it looks like: "no TLS, and looks like an SSH server".
func DescribeProtocol(first string, overTLS bool) string {
	speaks := "no HTTP/1.1"
	if overTLS {
		speaks = "no TLS"
	}
	if i := slices.IndexFunc(servers, func(s struct{ beginning, name string }) bool { return strings.HasPrefix(first, s.beginning) }); i >= 0 {
		speaks += ", and looks like " + servers[i].name
	}
	return speaks
}

// longestBeginning is how much of an answer is shown that is no HTTP.
const longestBeginning = 100

// otherProtocol is the sentence about such an answer; empty: the error is of another kind.
func otherProtocol(err error) string {
	var record tls.RecordHeaderError
	switch first := FirstBytes(err); {
	case first == "":
		return ""
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return "the server does not speak TLS: try http:// instead of https://"
	case IsTLSOnly(first):
		return "the server speaks TLS only: try https:// instead of http://"
	case strings.Contains(err.Error(), "malformed HTTP response "), errors.As(err, &record):
		return fmt.Sprintf("the server speaks %s: its answer begins with %q", DescribeProtocol(first, errors.As(err, &record)), cut(first))
	default:
		return fmt.Sprintf("the server speaks no HTTP/1.1: its answer has %q where version and status belong", cut(first))
	}
}

func cut(text string) string { return text[:min(len(text), longestBeginning)] }
