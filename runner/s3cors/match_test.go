package s3cors

import "testing"

func TestMatchOrigin(t *testing.T) {
	for _, c := range []struct {
		pattern, origin string
		want            bool
		why             string
	}{
		{"http://a.example", "http://a.example", true, "fact 45: the same text"},
		{"http://a.example", "http://A.example", false, "fact 45: case counts"},
		{"http://a.example", "https://a.example", false, "fact 47: the scheme counts"},
		{"http://a.example", "http://a.example:80", false, "fact 47: the default port counts"},
		{"http://a.example", "http://a.example/", false, "fact 47: a trailing slash counts"},
		{"http://*.origin.com", "http://test.origin.com", true, "recorded"},
		{"http://*.origin.com", "http://test.origin.com/", false, "recorded"},
		{"http://*.origin.com", "http://origin.com", false, "the dot is literal"},
		{"http://a*", "http://a:8080/path", true, "fact 47: * at the end takes port and path"},
		{"*suffix", "foo.suffix", true, "fact 45: * at the start"},
		{"*suffix", "foo.suffix.get", false, "the end is the end"},
		{"prefix*", "prefix", true, "fact 46: * takes nothing too"},
		{"start*end", "startend", true, "fact 46"},
		{"start*end", "start12end", true, "fact 45: * in the middle"},
		{"start*end", "0start12end", false, "the start is the start"},
		{"*.allowedorigin.com", ".allowedorigin.com", true, "fact 46"},
		{"a*a", "a", false, "prefix and suffix share no character"},
		{"a*a", "aa", true, "fact 46"},
		{"ab*bc", "abc", false, "prefix and suffix share no character"},
		{"*", "", true, "fact 46"},
		{"*", "null", true, "fact 48: a text like any other"},
		{"null", "null", true, "fact 48"},
		{"https", "https://a.example", false, "fact 49: no scheme wildcard"},
		{"https://*", "https://a.example", true, "fact 49"},
		{"", "", true, "fact 66: an empty origin is stored, and compared"},
		{"", "a", false, "fact 66"},
		{"*", "*", true, "* itself is covered"},
		{"a*b*", "aXb*", true, "a second * is literal"},
		{"a*b*", "aXbY", false, "a second * is literal"},
		{"http://a.example", "http://aXexample", false, "a dot is no wildcard"},
		{"http://?.example", "http://a.example", false, "? is no wildcard"},
	} {
		if got := MatchOrigin(c.pattern, c.origin); got != c.want {
			t.Errorf("MatchOrigin(%q, %q) is %t: %s", c.pattern, c.origin, got, c.why)
		}
	}
}

func TestMatchHeader(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"*", "anything", true},
		{"x-amz-date", "X-AMZ-Date", true},
		{"X-AMZ-Date", "x-amz-date", true},
		{"x-amz-*", "X-Amz-Date", true},
		{"x-amz-*", "x-amz-", true},
		{"x-amz-*", "x-am", false},
		{"*-date", "x-amz-date", true},
		{"x*date", "x-amz-date", true},
		{"x-*-x", "x-x", false},
		{"content-type", "content-types", false},
		{"\u212a", "k", false}, // the Kelvin sign is no ASCII letter
	} {
		if got := MatchHeader(c.pattern, c.name); got != c.want {
			t.Errorf("MatchHeader(%q, %q) is %t, want %t", c.pattern, c.name, got, c.want)
		}
	}
}

func TestIsToken(t *testing.T) {
	for name, want := range map[string]bool{
		"x-amz-date": true, "!#$%&'*+-.^_`|~09azAZ": true,
		"": false, "a b": false, "a\tb": false, "a:b": false, "a/b": false, "é": false, "a\x7f": false, `"a"`: false, "a,b": false,
	} {
		if got := isToken(name); got != want {
			t.Errorf("isToken(%q) is %t, want %t", name, got, want)
		}
	}
}
