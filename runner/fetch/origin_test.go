package fetch_test

import (
	"testing"

	"corsprobe/runner/fetch"
)

func TestValidOrigin(t *testing.T) {
	tests := []struct{ origin, problem string }{
		{"null", ""},
		{"https://example.com", ""},
		{"http://localhost:3000", ""},
		{"https://example.com:8443", ""},
		{"http://example.com:443", ""},
		{"https://example.com:80", ""},
		{"https://xn--bcher-kva.example", ""},
		{"http://127.0.0.1:9000", ""},
		{"http://[::1]:9000", ""},
		{"https://[2001:db8::1]", ""},
		{"https://a_b.example", ""},
		{"https://example.com.", ""},
		{"chrome-extension://abcdefghijklmnop", ""},
		{"capacitor://localhost", ""},

		{"", "it is empty"},
		{"*", "it is the wildcard"},
		{"NULL", "it has no scheme, such as https://"},
		{"example.com", "it has no scheme, such as https://"},
		{"//example.com", "it has no scheme, such as https://"},
		{"://example.com", "it has no scheme, such as https://"},
		{"https:example.com", "it lacks the two slashes after its scheme"},
		{"https://example.com/", "it ends in a slash, and an origin has none"},
		{"https://example.com/Path", `it has the path "/Path", and an origin has none`},
		{"https://example.com?a", "it has a query, and an origin has none"},
		{"https://example.com#a", "it has a fragment, and an origin has none"},
		{"HTTPS://example.com", "it has upper-case letters, and browsers write lower case"},
		{"https://Example.com", "it has upper-case letters, and browsers write lower case"},
		{"https://example.com:443", "it names port 443, which browsers leave out for https"},
		{"http://example.com:80", "it names port 80, which browsers leave out for http"},
		{"https://example.com:", `"" is not a port`},
		{"https://example.com:x", `"x" is not a port`},
		{"https://example.com:+1", `"+1" is not a port`},
		{"https://example.com:65536", `"65536" is not a port`},
		{"https://example.com:08443", "its port 08443 starts with a zero"},
		{"https://user@example.com", "it holds a user name"},
		{"https://", "it has no host"},
		{"https://:8443", "it has no host"},
		{"https://b\u00fccher.example", "its host is not ASCII, and browsers write it in punycode"},
		{"https://*.example.com", "browsers take * in it for a plain character, not for a pattern"},
		{"https://exa%6dple.com", "its host has the character '%'"},
		{" https://example.com", "it holds white space"},
		{"https://a.example https://b.example", "it holds white space"},
		{"https://a.example,https://b.example", "it holds a comma, and an origin is one value"},
		{"1https://example.com", `"1https" is not a scheme`},
		{"file://example.com", "browsers write null for a page of file:"},
		{"http://127.1", `"127.1" is not an IPv4 address of four numbers`},
		{"http://256.0.0.1", `"256.0.0.1" is not an IPv4 address of four numbers`},
		{"http://[::1", `"[::1" is not an IPv6 address`},
		{"http://[127.0.0.1]", `"[127.0.0.1]" is not an IPv6 address`},
		{"http://[0:0:0:0:0:0:0:1]", "browsers write its address as [::1]"},
	}
	for _, tt := range tests {
		t.Run(tt.origin, func(t *testing.T) {
			err := fetch.ValidOrigin(tt.origin)
			if tt.problem == "" {
				equal(t, "error", err, nil)
				return
			}
			if err == nil {
				t.Fatalf("no error, want %q", tt.problem)
			}
			equal(t, "error", err.Error(), "fetch: origin "+quoted(tt.origin)+": "+tt.problem)
		})
	}
}

func TestApplies(t *testing.T) {
	tests := []struct {
		origin, target string
		crossOrigin    bool
		reason         fetch.Reason
		sentence       string
	}{
		{page, "https://app.example.com/a?b", false, "", ""},
		{page, "https://APP.example.com:443/", false, "", ""},
		{"http://[::1]:9000", "http://[::1]:9000/a", false, "", ""},
		{page, "https://app.example.com:8443/", true, "", ""},
		{page, "https://s3.example.com/", true, "", ""},
		{"http://app.example.com", "https://app.example.com/", true, "", ""},
		{"http://app.example.com", "http://s3.example.com/", true, "", ""},
		{"null", "https://s3.example.com/", true, "", ""},
		{page, "http://localhost:9000/", true, "", ""},
		{page, "http://bucket.localhost:9000/", true, "", ""},
		{page, "http://127.0.0.2:9000/", true, "", ""},
		{page, "http://[::1]:9000/", true, "", ""},
		{page, "http://s3.example.com/", true, fetch.MixedContent,
			`a page of "https://app.example.com" may not ask "http://s3.example.com/": it is not https`},
		{page, "http://192.168.1.2:9000/", true, fetch.MixedContent,
			`a page of "https://app.example.com" may not ask "http://192.168.1.2:9000/": it is not https`},
		{page, "ftp://s3.example.com/", true, fetch.NotHTTP, `"ftp://s3.example.com/" is not an http or https address`},
		{page, "file:///etc/hosts", true, fetch.NotHTTP, `"file:///etc/hosts" is not an http or https address`},
		{page, "/path", true, fetch.NotHTTP, `"/path" is not an http or https address`},
		{page, "https://%", true, fetch.NotHTTP, `"https://%" is not an http or https address`},
		{page, "https://s3.example.com:6000/", true, fetch.PortBlocked, "browsers do not connect to port 6000"},
		{page, "https://s3.example.com:10080/", true, fetch.PortBlocked, "browsers do not connect to port 10080"},
	}
	for _, tt := range tests {
		t.Run(tt.origin+" "+tt.target, func(t *testing.T) {
			cross, v := fetch.Applies(tt.origin, tt.target)
			equal(t, "cross-origin", cross, tt.crossOrigin)
			verdict(t, "verdict", v, tt.reason, tt.sentence)
		})
	}
}
