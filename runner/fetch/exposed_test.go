package fetch_test

import (
	"testing"

	"corsprobe/runner/fetch"
)

func TestExposedHeaders(t *testing.T) {
	sent := []string{"ETag: x", "Content-Type: text/plain", "x-amz-request-id: 1", "Set-Cookie: a=b", "Content-Length: 3", "content-length: 3"}
	tests := []struct {
		name        string
		credentials fetch.Credentials
		expose      []string
		want        []string
	}{
		{"nothing exposed", fetch.Omit, nil, []string{"content-length", "content-type"}},
		{"by name in any case", fetch.Omit, []string{"etag, X-Amz-Request-Id"}, []string{"content-length", "content-type", "etag", "x-amz-request-id"}},
		{"two lines", fetch.Include, []string{"etag", "x-amz-request-id"}, []string{"content-length", "content-type", "etag", "x-amz-request-id"}},
		{"absent names", fetch.Omit, []string{"x-amz-version-id"}, []string{"content-length", "content-type"}},
		{"star", fetch.Omit, []string{"*"},
			[]string{"access-control-expose-headers", "content-length", "content-type", "etag", "x-amz-request-id"}},
		{"star beside a name", fetch.SameOrigin, []string{"etag, *"},
			[]string{"access-control-expose-headers", "content-length", "content-type", "etag", "x-amz-request-id"}},
		{"star with credentials", fetch.Include, []string{"*"}, []string{"content-length", "content-type"}},
		{"star and name with credentials", fetch.Include, []string{"*, ETag"}, []string{"content-length", "content-type", "etag"}},
		{"cookies never", fetch.Omit, []string{"Set-Cookie, Set-Cookie2"}, []string{"content-length", "content-type"}},
		{"spoilt list", fetch.Omit, []string{"etag x-amz-request-id"}, []string{"content-length", "content-type"}},
		{"one spoilt line", fetch.Omit, []string{"etag", "a b"}, []string{"content-length", "content-type"}},
		{"pattern", fetch.Omit, []string{"x-amz-*"}, []string{"content-length", "content-type"}},
		{"empty", fetch.Omit, []string{""}, []string{"content-length", "content-type"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			headers := head(sent...)
			for _, line := range tt.expose {
				headers = append(headers, head("Access-Control-Expose-Headers: "+line)...)
			}
			equal(t, "names", fetch.ExposedHeaders(tt.credentials, headers), tt.want)
		})
	}
}

func TestCanRead(t *testing.T) {
	const expose = "Access-Control-Expose-Headers: "
	tests := []struct {
		name        string
		credentials fetch.Credentials
		line        string
		want        bool
	}{
		{"Cache-Control", fetch.Omit, expose, true}, {"Content-Language", fetch.Omit, expose, true},
		{"Content-Length", fetch.Omit, expose, true}, {"content-type", fetch.Omit, expose, true},
		{"Expires", fetch.Omit, expose, true}, {"LAST-MODIFIED", fetch.Omit, expose, true}, {"Pragma", fetch.Include, expose, true},
		{"ETag", fetch.Omit, expose, false}, {"Date", fetch.Omit, expose, false}, {"Content-Range", fetch.Omit, expose, false},
		{"Content-Encoding", fetch.Omit, expose, false},
		{"ETag", fetch.Omit, expose + "etag", true},
		{"ETag", fetch.Omit, expose + "*", true},
		{"ETag", fetch.Include, expose + "*", false},
		{"*", fetch.Include, expose + "*", true},
		{"Set-Cookie", fetch.Omit, expose + "*", false}, {"set-cookie2", fetch.Omit, expose + "set-cookie2", false},
	}
	for _, tt := range tests {
		t.Run(tt.name+" "+string(tt.credentials)+" "+tt.line, func(t *testing.T) {
			equal(t, "can read", fetch.CanRead(tt.name, tt.credentials, head(tt.line)), tt.want)
		})
	}
}
