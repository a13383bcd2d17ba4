package console

import (
	"strings"
	"testing"

	"corsprobe/runner/s3cors"

	"github.com/google/go-cmp/cmp"
)

// An address is shown without what is as good as a key, and with all else: a reader must see which object was asked for.
func TestShown(t *testing.T) {
	long := strings.Repeat("x", longest+1)
	for address, want := range map[string]struct {
		text   string
		secret bool
	}{
		"https://b.s3.example.com/a/b.png":               {"https://b.s3.example.com/a/b.png", false},
		"https://s3.example.com/b/k?versionId=3&x-id=Ge": {"https://s3.example.com/b/k?versionId=3&x-id=Ge", false},
		"https://h/k?X-Amz-Date=1&X-Amz-Signature=abc":   {"https://h/k?X-Amz-Date=1&X-Amz-Signature=REDACTED", true},
		"https://h/k?x-amz-signature=abc&a":              {"https://h/k?x-amz-signature=REDACTED&a", true},
		"https://h/k?X-Amz-Signature=":                   {"https://h/k?X-Amz-Signature=", false},
		"https://h/k?X-Amz-SignedHeaders=" + long:        {"https://h/k?X-Amz-SignedHeaders=" + long, false},
		"https://h/k?opaque=" + long:                     {"https://h/k?opaque=REDACTED", true},
		"https://h/k?opaque=" + long[1:]:                 {"https://h/k?opaque=" + long[1:], false},
		"https://h/k#access_token=abc":                   {"https://h/k", false},
		"https://user:password@h/k":                      {"https://h/k", true},
		"https://user@h":                                 {"https://h", true},
		"https://h/k@2x.png":                             {"https://h/k@2x.png", false},
		"https://h?mail=a@b":                             {"https://h?mail=a@b", false},
		"/k?token=abc":                                   {"/k?token=REDACTED", true},
		"":                                               {"", false},
	} {
		if text, secret := shown(address); text != want.text || secret != want.secret {
			t.Errorf("%s is shown as %s, %t; want %s, %t", address, text, secret, want.text, want.secret)
		}
	}
}

func TestWithoutKeys(t *testing.T) {
	for text, want := range map[string]string{
		"nothing to see": "nothing to see",
		"see https://h/?sig=abcdef and http://u:p@g/x, both":  "see https://h/?sig=REDACTED and http://g/x, both",
		`"https://h/?token=a"`:                                `"https://h/?token=REDACTED"`,
		"<a href='s3+https://h/?Policy=abc'>":                 "<a href='s3+https://h/?Policy=REDACTED'>",
		"https://h/?partNumber=1&uploadId=2 and token=abcdef": "https://h/?partNumber=1&uploadId=2 and token=abcdef",
	} {
		if got := WithoutKeys(text); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

// A shell reads a quoted word back as it was.
func TestQuote(t *testing.T) {
	for text, want := range map[string]string{
		"": "''", "plain": "plain", "https://h/k": "https://h/k", "a=b,c:d%2F+@_-.": "a=b,c:d%2F+@_-.",
		"a b": "'a b'", "it's": `'it'\''s'`, "$(x)": "'$(x)'", "a&b": "'a&b'", "é": "'é'", "a\nb": "'a\nb'", "~": "'~'", "*": "'*'", "#a": "'#a'", "'": `''\'''`,
	} {
		if got := Quote(text); got != want {
			t.Errorf("%q becomes %s, want %s", text, got, want)
		}
	}
}

func TestHostOf(t *testing.T) {
	for address, want := range map[string]string{"https://h:9000/k": "h:9000", "https://h": "h", "https://h?x": "h", "h/k": "", "": ""} {
		if got := hostOf(address); got != want {
			t.Errorf("%q is at %q, want %q", address, got, want)
		}
	}
}

// What is to be written permits what the line speaks of, and only that: the page's own origin, method and header, where it tells them.
func TestRuleForMessage(t *testing.T) {
	meaning := func(id string) *Meaning {
		m := byID(id)
		if m == nil {
			t.Fatalf("there is no %s", id)
		}
		return m
	}
	for _, c := range []struct {
		name string
		m    Message
		want s3cors.Rule
	}{
		{"a GET", Message{Meaning: meaning("allow-origin-missing"), Origin: app}, s3cors.Rule{AllowedOrigins: []string{app}, AllowedMethods: []string{"GET", "HEAD"}}},
		{"an origin that is not told", Message{Meaning: meaning("allow-origin-missing")}, s3cors.Rule{AllowedOrigins: []string{"https://app.example.com"}, AllowedMethods: []string{"GET", "HEAD"}}},
		{"null: only * is sure to cover it (48)", Message{Meaning: meaning("allow-origin-missing"), Origin: "null"}, s3cors.Rule{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET", "HEAD"}}},
		{"a preflight of which nothing is told", Message{Meaning: meaning("preflight-status"), Origin: app},
			s3cors.Rule{AllowedOrigins: []string{app}, AllowedMethods: []string{"GET", "PUT"}, AllowedHeaders: []string{"*"}, ExposeHeaders: []string{"ETag"}}},
		{"a method in lower case", Message{Meaning: meaning("method-denied"), Origin: app, Method: "delete"}, s3cors.Rule{AllowedOrigins: []string{app}, AllowedMethods: []string{"DELETE"}, AllowedHeaders: []string{"*"}}},
		{"a header", Message{Meaning: meaning("header-denied"), Origin: app, Header: "x-amz-date", Method: "PUT"},
			s3cors.Rule{AllowedOrigins: []string{app}, AllowedMethods: []string{"PUT"}, AllowedHeaders: []string{"x-amz-date"}, ExposeHeaders: []string{"ETag"}}},
		{"a header that a script may not read", Message{Meaning: meaning("unreadable-header"), Origin: app, Header: "x-amz-version-id"},
			s3cors.Rule{AllowedOrigins: []string{app}, AllowedMethods: []string{"GET", "HEAD"}, ExposeHeaders: []string{"x-amz-version-id"}}},
		{"what is no header's name is not written", Message{Meaning: meaning("unreadable-header"), Origin: app, Header: `a"b c`}, s3cors.Rule{AllowedOrigins: []string{app}, AllowedMethods: []string{"GET", "HEAD"}}},
	} {
		if diff := cmp.Diff(c.want, c.m.rule()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		cfg, err := s3cors.ParseJSON([]byte(written(c.m.rule())))
		if err != nil || !s3cors.Equal(cfg, &s3cors.Configuration{CORSRules: []s3cors.Rule{c.want}}) {
			t.Errorf("%s: written as %s: %v", c.name, written(c.m.rule()), err)
		}
	}
}

// An error's message tells which of several it is; a code that nobody knows is one of S3's all the same.
func TestByError(t *testing.T) {
	for _, c := range []struct{ code, message, want string }{
		{"AccessDenied", "Request has expired", "s3-request-expired"}, {"AccessDenied", "Access Denied", "s3-access-denied"}, {"AccessDenied", "", "s3-access-denied"},
		{"accessdenied", "", "s3-other"}, {"", "", "s3-other"}, {"Nonesuch", "Request has expired", "s3-other"}, {"InvalidRequest", "", "s3-other"},
	} {
		if got := ByError(c.code, c.message); got == nil || got.ID != c.want {
			t.Errorf("%s %q: %v, want %s", c.code, c.message, got, c.want)
		}
	}
}
