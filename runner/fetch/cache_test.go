package fetch_test

import (
	"testing"

	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
)

func TestMaxAge(t *testing.T) {
	const name = "Access-Control-Max-Age: "
	type lifetimes struct{ chromium, firefox, webkit int }
	const unparsed = ` is not a single number of seconds: it counts as 5 by the standard`
	tests := []struct {
		name    string
		headers []string
		seconds int
		ok      bool
		kept    lifetimes
		notes   []string
	}{
		{"absent", nil, 5, false, lifetimes{5, 5, 5}, nil},
		{"0", []string{name + "0"}, 0, true, lifetimes{0, 0, 0},
			[]string{"Access-Control-Max-Age 0 keeps nothing: every request that needs a preflight sends one"}},
		{"300", []string{name + "300"}, 300, true, lifetimes{300, 300, 300}, nil},
		{"600", []string{name + " 600 "}, 600, true, lifetimes{600, 600, 600}, nil},
		{"3000", []string{name + "3000"}, 3000, true, lifetimes{3000, 3000, 600},
			[]string{`Access-Control-Max-Age "3000" is cut to 600 in WebKit`}},
		{"7200", []string{name + "7200"}, 7200, true, lifetimes{7200, 7200, 600},
			[]string{`Access-Control-Max-Age "7200" is cut to 600 in WebKit`}},
		{"86400", []string{name + "86400"}, 86400, true, lifetimes{7200, 86400, 600},
			[]string{`Access-Control-Max-Age "86400" is cut to 7200 in Chromium`, `Access-Control-Max-Age "86400" is cut to 600 in WebKit`}},
		{"86401", []string{name + "86401"}, 86401, true, lifetimes{7200, 86400, 600},
			[]string{`Access-Control-Max-Age "86401" is cut to 7200 in Chromium`, `Access-Control-Max-Age "86401" is cut to 86400 in Firefox`,
				`Access-Control-Max-Age "86401" is cut to 600 in WebKit`}},
		{"more than 64 bits", []string{name + "99999999999999999999"}, 2147483647, true, lifetimes{5, 86400, 5},
			[]string{`Access-Control-Max-Age "99999999999999999999" is cut to 5 in Chromium`,
				`Access-Control-Max-Age "99999999999999999999" is cut to 86400 in Firefox`,
				`Access-Control-Max-Age "99999999999999999999" is cut to 5 in WebKit`}},
		{"more than 32 bits", []string{name + "9999999999"}, 2147483647, true, lifetimes{7200, 86400, 600},
			[]string{`Access-Control-Max-Age "9999999999" is cut to 7200 in Chromium`,
				`Access-Control-Max-Age "9999999999" is cut to 86400 in Firefox`,
				`Access-Control-Max-Age "9999999999" is cut to 600 in WebKit`}},
		{"leading zeros", []string{name + "0060"}, 60, true, lifetimes{60, 60, 60}, nil},
		{"-1", []string{name + "-1"}, 5, false, lifetimes{0, 0, 0}, []string{`Access-Control-Max-Age "-1"` + unparsed + ", as 0 in Chromium, as 0 in Firefox, as 0 in WebKit"}},
		{"+60", []string{name + "+60"}, 5, false, lifetimes{60, 0, 60}, []string{`Access-Control-Max-Age "+60"` + unparsed + ", as 60 in Chromium, as 0 in Firefox, as 60 in WebKit"}},
		{"fraction", []string{name + "1.5"}, 5, false, lifetimes{5, 0, 5}, []string{`Access-Control-Max-Age "1.5"` + unparsed + ", as 0 in Firefox"}},
		{"empty", []string{name}, 5, false, lifetimes{5, 5, 5}, []string{`Access-Control-Max-Age ""` + unparsed}},
		{"list", []string{name + "60, 60"}, 5, false, lifetimes{5, 0, 5}, []string{`Access-Control-Max-Age "60, 60"` + unparsed + ", as 0 in Firefox"}},
		{"two lines", []string{name + "60", name + "60"}, 5, false, lifetimes{5, 0, 5}, []string{`Access-Control-Max-Age "60, 60"` + unparsed + ", as 0 in Firefox"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			headers := head(tt.headers...)
			seconds, ok := fetch.MaxAge(headers)
			equal(t, "seconds", seconds, tt.seconds)
			equal(t, "ok", ok, tt.ok)
			equal(t, "Chromium", fetch.PreflightCacheLifetime(headers, fetch.Chromium), tt.kept.chromium)
			equal(t, "Firefox", fetch.PreflightCacheLifetime(headers, fetch.Firefox), tt.kept.firefox)
			equal(t, "WebKit", fetch.PreflightCacheLifetime(headers, fetch.WebKit), tt.kept.webkit)
			equal(t, "no cap known", fetch.PreflightCacheLifetime(headers, "Ladybird"), tt.seconds)
			equal(t, "notes", fetch.MaxAgeNotes(headers), tt.notes)
		})
	}
}

func TestVaryCovers(t *testing.T) {
	tests := []struct {
		name  string
		lines []string
		want  bool
	}{
		{"absent", nil, false},
		{"empty", []string{"Vary:"}, false},
		{"alone", []string{"Vary: Origin"}, true},
		{"any case", []string{"vary: ORIGIN"}, true},
		{"among others", []string{"Vary: Accept-Encoding,origin , X"}, true},
		{"second line", []string{"Vary: Accept-Encoding", "Vary: Origin"}, true},
		{"star", []string{"Vary: *"}, true},
		{"star among others", []string{"Vary: Accept, *"}, true},
		{"another", []string{"Vary: Accept-Encoding"}, false},
		{"part of a name", []string{"Vary: Origin-Agent-Cluster"}, false},
		{"without commas", []string{"Vary: Accept Origin"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "covers", fetch.VaryCovers(head(tt.lines...), "Origin"), tt.want)
		})
	}
}

func TestNeedsVary(t *testing.T) {
	none, star := head("Server: x"), head("Access-Control-Allow-Origin: *")
	a, b := head("Access-Control-Allow-Origin: https://a"), head("Access-Control-Allow-Origin: https://b")
	empty := head("Access-Control-Allow-Origin:")
	tests := []struct {
		name    string
		answers [][]result.Header
		want    bool
	}{
		{"no answers", nil, false},
		{"one", [][]result.Header{a}, false},
		{"static", [][]result.Header{a, a, a}, false},
		{"star always", [][]result.Header{star, star}, false},
		{"never", [][]result.Header{none, none}, false},
		{"echo", [][]result.Header{a, b}, true},
		{"last differs", [][]result.Header{a, a, b}, true},
		{"absent without Origin", [][]result.Header{star, none}, true},
		{"star or named", [][]result.Header{star, a}, true},
		{"empty is not absent", [][]result.Header{none, empty}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { equal(t, "needs", fetch.NeedsVary(tt.answers...), tt.want) })
	}
}
