package fetch_test

import (
	"testing"

	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
)

func TestResourcePolicyCheck(t *testing.T) {
	t.Parallel()
	const app = "https://app.example.com"
	for _, c := range []struct {
		name, origin, target string
		policy               []string
		allowed              bool
	}{
		{"no policy", app, "https://s3.example.net/k", nil, true},
		{"cross-origin", app, "https://s3.example.net/k", []string{"cross-origin"}, true},
		{"same-origin, another", app, "https://s3.example.com/k", []string{"same-origin"}, false},
		{"same-origin, its own", app, "https://app.example.com/k", []string{"same-origin"}, true},
		{"same-site, another", app, "https://s3.example.net/k", []string{"same-site"}, false},
		{"same-site, its own", app, "https://s3.example.com/k", []string{"same-site"}, true},
		{"same-site over http", "http://app.example.com", "https://s3.example.com/k", []string{"same-site"}, false},
		{"same-site from https to http", app, "http://s3.example.com/k", []string{"same-site"}, true},
		{"same-site, a public suffix of many", "https://a.github.io", "https://b.github.io/k", []string{"same-site"}, false},
		{"same-site, one address", "http://127.0.0.1:1", "http://127.0.0.1:2/k", []string{"same-site"}, true},
		{"same-site, two addresses", "http://127.0.0.1", "http://127.0.0.2/k", []string{"same-site"}, false},
		{"same-site, localhost", "http://localhost:1", "http://localhost:2/k", []string{"same-site"}, true},
		{"of an opaque origin", "null", "https://s3.example.com/k", []string{"same-site"}, false},
		{"another case is no policy", app, "https://s3.example.net/k", []string{"Same-Origin"}, true},
		{"two lines are no policy", app, "https://s3.example.net/k", []string{"same-origin", "same-origin"}, true},
		{"an empty value is no policy", app, "https://s3.example.net/k", []string{""}, true},
	} {
		var headers []result.Header
		for _, v := range c.policy {
			headers = append(headers, result.Header{Name: "cross-origin-resource-policy", Value: v})
		}
		v := fetch.ResourcePolicyCheck(c.origin, c.target, headers)
		if v.Allowed != c.allowed {
			t.Errorf("%s: allowed %v, want %v: %s", c.name, v.Allowed, c.allowed, v.Sentence)
		}
		if !v.Allowed && (v.Reason != fetch.ResourcePolicy || v.Sentence == "" || v.Header == nil) {
			t.Errorf("%s: %+v", c.name, v)
		}
		// A request with CORS is not asked for the policy.
		readable := append(headers, result.Header{Name: "Access-Control-Allow-Origin", Value: "*"})
		if v := fetch.ActualCheck(fetch.Request{Method: "GET", Origin: c.origin, Credentials: fetch.Omit}, fetch.Response{Status: 200, Headers: readable}); !v.Allowed {
			t.Errorf("%s: fetch() is denied: %s", c.name, v.Sentence)
		}
	}
}
