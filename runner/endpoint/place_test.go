package endpoint_test

import (
	"net/url"
	"strings"
	"testing"

	"corsprobe/runner/endpoint"
)

// All spellings of one endpoint are one place.
func TestPlace(t *testing.T) {
	for want, spellings := range map[string][]string{
		"localhost:9000": {
			"http://localhost:9000", "http://LOCALHOST:9000/", "https://localhost.:9000", "http://127.0.0.1:9000", "http://127.0.0.1:09000//", "http://127.1:9000",
			"http://127.255.0.3:9000", "http://2130706433:9000", "http://0x7f000001:9000", "http://0x7F.1:9000", "http://0177.0.0.1:9000", "http://[::1]:9000",
			"http://[0:0:0:0:0:0:0:1]:9000", "http://[::ffff:127.0.0.1]:9000", "http://0.0.0.0:9000", "http://[::]:9000", "http://0:9000", "http://s3.localhost:9000",
			"http://ip6-localhost:9000", "http://localhost.localdomain:9000", "HTTP://localhost:9000/.",
		},
		"s3.example.com": {
			"https://s3.example.com", "https://S3.Example.COM/", "https://s3.example.com.", "https://s3.example.com:443", "http://s3.example.com", "http://s3.example.com:80/",
		},
		"s3.example.com:8443":      {"https://s3.example.com:8443", "https://s3.example.com:8443/"},
		"s3.example.com/base/Path": {"https://s3.example.com/base/Path", "https://s3.example.com//base/./Path/", "https://s3.example.com/base/%50ath"},
		"s3.example.com/base/path": {"https://s3.example.com/base/path"},
		"xn--bcher-kva.example":    {"https://bücher.example", "https://BÜCHER.example", "https://xn--bcher-kva.example", "https://XN--bcher-KVA.example."},
		"10.0.0.1:9000":            {"http://10.0.0.1:9000", "http://[::ffff:10.0.0.1]:9000"},
		"[2001:db8::1]:9000":       {"http://[2001:db8::1]:9000", "http://[2001:0DB8:0::0001]:9000"},
		"s3.amazonaws.com": {
			"https://s3.amazonaws.com", "https://s3.eu-west-1.amazonaws.com", "https://s3-us-west-2.amazonaws.com", "https://s3.dualstack.ap-southeast-2.amazonaws.com",
			"https://s3.us-gov-west-1.amazonaws.com", "https://s3-fips.us-east-1.amazonaws.com", "https://s3-external-1.amazonaws.com",
		},
		"s3.cn-north-1.amazonaws.com.cn":   {"https://s3.cn-north-1.amazonaws.com.cn"},
		"bucket.s3.eu-west-1.amazonaws.io": {"https://bucket.s3.eu-west-1.amazonaws.io"},
		"127.example.com":                  {"https://127.example.com"},
		"localhost.example.com:9000":       {"http://localhost.example.com:9000"},
		"notlocalhost:9000":                {"http://notlocalhost:9000"},
		"no URL":                           {"no URL"},
	} {
		for _, spelling := range spellings {
			same(t, spelling, want, endpoint.Place(spelling))
		}
	}
}

// A place is a normal form: it is its own, and neither the case of a host nor a slash at the end changes it.
func FuzzPlace(f *testing.F) {
	for _, seed := range []string{"http://localhost:9000", "https://BÜCHER.example.:443/a//b/", "http://[::1]", "http://0x7f.1:65535", "https://s3.x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := url.Parse(text)
		if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery || strings.Contains(text, "#") {
			return
		}
		got := endpoint.Place(text)
		same(t, "with a slash", got, endpoint.Place(text+"/"))
		if again, err := url.Parse("https://" + got); err == nil && again.Host != "" && again.Path == u.Path {
			same(t, "again", got, endpoint.Place("https://"+got))
		}
	})
}
