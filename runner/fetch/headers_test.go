package fetch_test

import (
	"strings"
	"testing"

	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
)

func TestMethods(t *testing.T) {
	tests := []struct {
		method, normalized    string
		forbidden, safelisted bool // safelisted once normalised
	}{
		{"", "GET", false, true},
		{"get", "GET", false, true},
		{"Head", "HEAD", false, true},
		{"pOST", "POST", false, true},
		{"put", "PUT", false, false},
		{"delete", "DELETE", false, false},
		{"options", "OPTIONS", false, false},
		{"patch", "patch", false, false},
		{"PATCH", "PATCH", false, false},
		{"copy", "copy", false, false},
		{"po\u017ft", "po\u017ft", false, false}, // long s, which Unicode's upper case makes an S
		{"connect", "connect", true, false},
		{"Trace", "Trace", true, false},
		{"TRACK", "TRACK", true, false},
	}
	for _, tt := range tests {
		t.Run(tt.method, func(t *testing.T) {
			equal(t, "normalised", fetch.NormalizeMethod(tt.method), tt.normalized)
			equal(t, "forbidden", fetch.IsForbiddenMethod(tt.method), tt.forbidden)
			equal(t, "safelisted", fetch.IsSafelistedMethod(tt.normalized), tt.safelisted)
		})
	}
	equal(t, "safelisted before it is normalised", fetch.IsSafelistedMethod("get"), false)
}

func TestIsForbiddenRequestHeader(t *testing.T) {
	tests := []struct {
		name, value string
		want        bool
	}{
		{"Accept-Charset", "", true}, {"accept-encoding", "", true}, {"Access-Control-Request-Headers", "", true},
		{"Access-Control-Request-Method", "", true}, {"Connection", "", true}, {"CONTENT-LENGTH", "", true},
		{"Cookie", "", true}, {"Cookie2", "", true}, {"Date", "", true}, {"DNT", "", true}, {"Expect", "", true},
		{"Host", "", true}, {"Keep-Alive", "", true}, {"Origin", "", true}, {"Referer", "", true}, {"Set-Cookie", "", true},
		{"TE", "", true}, {"Trailer", "", true}, {"Transfer-Encoding", "", true}, {"Upgrade", "", true}, {"Via", "", true},
		{"Proxy-Authorization", "", true}, {"proxy-", "", true}, {"Sec-Fetch-Mode", "", true}, {"sec-x", "", true},
		{"proxy", "", false}, {"secret", "", false}, {"x-amz-date", "", false}, {"Authorization", "", false},
		{"User-Agent", "", false}, {"Content-MD5", "", false}, {"Origins", "", false},
		{"X-HTTP-Method", "TRACE", true}, {"X-HTTP-Method-Override", "get, track", true}, {"X-Method-Override", " connect ", true},
		{"X-HTTP-Method", "PUT", false}, {"X-HTTP-Method", "", false}, {"X-HTTP-Method", "TRACES", false}, {"X-Method", "TRACE", false},
	}
	for _, tt := range tests {
		t.Run(tt.name+": "+tt.value, func(t *testing.T) {
			equal(t, "forbidden", fetch.IsForbiddenRequestHeader(tt.name, tt.value), tt.want)
		})
	}
}

func TestIsSafelistedRequestHeader(t *testing.T) {
	tests := []struct {
		name, value string
		want        bool
	}{
		{"Accept", "*/*", true},
		{"accept", "text/html, image/png;q=0.5", true},
		{"Accept", "a\tb", true},
		{"Accept", "", true},
		{"Accept", "\u00e9", true},
		{"Accept", "a\x01b", false},
		{"Accept", "a\x7f", false},
		{"Accept", `"quoted"`, false},
		{"Accept", "(comment)", false},
		{"Accept", "a:b", false}, {"Accept", "<a", false}, {"Accept", "a>", false}, {"Accept", "a?", false}, {"Accept", "a@b", false},
		{"Accept", "a[", false}, {"Accept", `a\`, false}, {"Accept", "a]", false}, {"Accept", "{a", false}, {"Accept", "a}", false},
		{"Accept", strings.Repeat("a", 128), true},
		{"Accept", strings.Repeat("a", 129), false},
		{"Accept-Language", "de-CH, en;q=0.5, *", true},
		{"Accept-Language", "de_CH", false},
		{"Accept-Language", "en\tfr", false},
		{"Accept-Language", "\u00e9", false},
		{"Content-Language", "en.GB=1", true},
		{"Content-Language", "@", false},
		{"Content-Type", "text/plain", true},
		{"Content-Type", "text/plain;charset=UTF-8", true},
		{"content-type", " TEXT/Plain ; charset=utf-8", true},
		{"Content-Type", "multipart/form-data; boundary=x", true},
		{"Content-Type", "application/x-www-form-urlencoded", true},
		{"Content-Type", "application/json", false},
		{"Content-Type", "text/plain2", false},
		{"Content-Type", "text/plain, text/plain", false},
		{"Content-Type", "text/plain; application/json", true},
		{"Content-Type", "text/html", false},
		{"Content-Type", "", false},
		{"Content-Type", "text", false},
		{"Content-Type", `text/plain; charset="utf-8"`, false},
		{"Content-Type", "multipart/form-data; boundary=" + strings.Repeat("x", 100), false}, // 130 bytes
		{"Range", "bytes=0-", true},
		{"Range", "bytes=0-499", true},
		{"Range", "bytes=7-7", true},
		{"Range", "bytes=007-8", true},
		{"Range", "bytes=99999999999999999999-100000000000000000000", true},
		{"Range", "bytes=-500", false},
		{"Range", "bytes=8-7", false},
		{"Range", "bytes=10-9", false},
		{"Range", "bytes=0-1,5-6", false},
		{"Range", "bytes= 0-1", false},
		{"Range", "bytes =0-1", false},
		{"Range", "bytes=0 -1", false},
		{"Range", "Bytes=0-1", false},
		{"Range", "bytes=", false},
		{"Range", "bytes=0", false},
		{"Range", "bytes=-", false},
		{"Range", "lines=0-1", false},
		{"Range", "bytes=0-1x", false},
		{"Authorization", "x", false}, {"x-amz-date", "", false}, {"If-None-Match", "x", false}, {"DPR", "1", false},
	}
	for _, tt := range tests {
		t.Run(tt.name+": "+tt.value, func(t *testing.T) {
			equal(t, "safelisted", fetch.IsSafelistedRequestHeader(tt.name, tt.value), tt.want)
		})
	}
}

func TestUnsafeRequestHeaderNames(t *testing.T) {
	eight := make([]string, 8)
	for i := range eight {
		eight[i] = "Accept: " + strings.Repeat("a", 128)
	}
	tests := []struct {
		name    string
		headers []string
		want    []string
	}{
		{"none", nil, nil},
		{"safelisted alone", []string{"Accept: */*", "Content-Type: text/plain"}, nil},
		{"sorted, lower-case, once", []string{"X-Amz-Date: 1", "Authorization: x", "x-amz-DATE: 2"}, []string{"authorization", "x-amz-date"}},
		{"same name safe and unsafe", []string{"Content-Type: text/plain", "Content-Type: application/xml"}, []string{"content-type"}},
		{"1024 bytes", eight, nil},
		{"1025 bytes", append([]string{"Accept-Language: a"}, eight...), []string{"accept", "accept-language"}},
		{"1025 bytes and an unsafe one", append([]string{"Accept-Language: a", "X-B: "}, eight...), []string{"accept", "accept-language", "x-b"}},
		{"unsafe values do not count", append([]string{"X-B: " + strings.Repeat("b", 100)}, eight...), []string{"x-b"}},
		{"white space around a value is none of it", []string{"Range:  bytes=0-1 "}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "names", fetch.UnsafeRequestHeaderNames(head(tt.headers...)), tt.want)
		})
	}
}

func TestGet(t *testing.T) {
	headers := head("A: 1", "b: 2", "a:  3\t", "C:")
	for _, tt := range []struct {
		name, value string
		present     bool
	}{{"A", "1, 3", true}, {"B", "2", true}, {"c", "", true}, {"D", "", false}} {
		value, present := fetch.Get(headers, tt.name)
		equal(t, tt.name, value, tt.value)
		equal(t, tt.name+" present", present, tt.present)
	}
}

func TestExtractHeaderListValues(t *testing.T) {
	tests := []struct {
		name  string
		lines []string
		want  []string
		err   string
	}{
		{"absent", nil, nil, ""},
		{"empty", []string{""}, []string{}, ""},
		{"commas alone", []string{" , ,,"}, []string{}, ""},
		{"one", []string{"GET"}, []string{"GET"}, ""},
		{"no space", []string{"GET,PUT"}, []string{"GET", "PUT"}, ""},
		{"spaces and tabs", []string{" GET\t, \tPUT "}, []string{"GET", "PUT"}, ""},
		{"leading comma", []string{",y-lol,x-print"}, []string{"y-lol", "x-print"}, ""},
		{"two lines", []string{"GET", "PUT, *"}, []string{"GET", "PUT", "*"}, ""},
		{"every mark of a token", []string{"!#$%&'*+-.^_`|~09azAZ"}, []string{"!#$%&'*+-.^_`|~09azAZ"}, ""},
		{"space inside", []string{"GET PUT"}, nil, `fetch: L: "GET PUT" is not a token`},
		{"semicolon", []string{"GET", "PUT;q=1"}, nil, `fetch: L: "PUT;q=1" is not a token`},
		{"quoted", []string{`"GET"`}, nil, `fetch: L: "\"GET\"" is not a token`},
		{"not ASCII", []string{"\u00e9"}, nil, `fetch: L: "é" is not a token`},
		{"very long", []string{strings.Repeat("a", 200) + " b"}, nil, `fetch: L: "` + strings.Repeat("a", 200) + `" and 2 bytes more is not a token`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var headers []result.Header
			for _, line := range tt.lines {
				headers = append(headers, result.Header{Name: "l", Value: line})
			}
			got, err := fetch.ExtractHeaderListValues(headers, "L")
			equal(t, "list", got, tt.want)
			message := ""
			if err != nil {
				message = err.Error()
			}
			equal(t, "error", message, tt.err)
		})
	}
}
