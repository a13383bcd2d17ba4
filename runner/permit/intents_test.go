package permit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/dialect/dialecttest"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"

	"github.com/google/go-cmp/cmp"
)

// What a rule means to permit is every origin by every method, with each header and with none, as far as a browser can send it and the rule
// itself answers (fact 44).
func TestIntentsOfRules(t *testing.T) {
	for _, c := range []struct {
		name string
		cfg  *s3cors.Configuration
		want []string // rule, origin, method and header
	}{
		{"one of each", rules(rule(app, "GET", "")), []string{"1 https://app.example.com GET"}},
		{"methods and headers", rules(rule(app, "GET PUT", "x-a x-b")), []string{
			"1 https://app.example.com GET", "1 https://app.example.com GET x-a", "1 https://app.example.com GET x-b",
			"1 https://app.example.com PUT", "1 https://app.example.com PUT x-a", "1 https://app.example.com PUT x-b",
		}},
		{"patterns have a text in place of the star", rules(rule("https://*.example.com", "GET", "X-Amz-*")), []string{
			"1 https://stranger.example.com GET", "1 https://stranger.example.com GET x-amz-example",
		}},
		{"anybody", rules(rule("*", "GET", "*")), []string{"1 https://stranger.example GET", "1 https://stranger.example GET x-amz-meta-example"}},
		{"any port", rules(rule("http://localhost:*", "GET", "")), []string{"1 http://localhost:3000 GET"}},
		{"what no browser sends", rules(rule("https://app.example.com/ app.example.com HTTPS://app.example.com", "GET", "")), nil},
		{"headers that no page can set", rules(rule(app, "GET", "Origin Cookie")), []string{"1 https://app.example.com GET"}},
		{"what an earlier rule answers", rules(rule(app, "GET", "x-a"), rule(app, "GET PUT", "x-a x-b")), []string{
			"1 https://app.example.com GET", "1 https://app.example.com GET x-a",
			"2 https://app.example.com GET x-b", "2 https://app.example.com PUT", "2 https://app.example.com PUT x-a", "2 https://app.example.com PUT x-b",
		}},
		{"no rules", rules(), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, i := range Intents(c.cfg) {
				got = append(got, strings.TrimSpace(fmt.Sprintln(i.Rule+1, i.Page.Origin, i.Page.Method, strings.Join(i.Page.UnsafeNames, ","))))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A configuration of thousands of entries is not looked at whole.
func TestIntentsAreBounded(t *testing.T) {
	wide := rule("", "GET PUT POST DELETE HEAD", "x-a x-b x-c x-d x-e")
	for i := range 500 {
		wide.AllowedOrigins = append(wide.AllowedOrigins, fmt.Sprintf("https://a%d.example.com", i))
	}
	if n := len(Intents(rules(wide))); n != 20*5*6 {
		t.Errorf("%d intents of one rule, want those of 20 origins: %d", n, 20*5*6)
	}
	many := rules()
	for i := range 90 {
		many.CORSRules = append(many.CORSRules, rule(fmt.Sprintf("https://b%d.example.com", i), "GET PUT POST DELETE HEAD", "x-a x-b x-c x-d x-e"))
	}
	if n := len(Intents(many)); n != 2000 {
		t.Errorf("%d intents of 90 rules, want 2000", n)
	}
}

// Several providers side by side: what is refused works nowhere, what is lost says by which deviation, and what is as with S3 says nothing.
func TestComparedProviders(t *testing.T) {
	one := rule(app, "GET", "")
	one.ExposeHeaders = []string{"ETag"}
	cfg := rules(one, rule(app, "PUT", "x-a"))
	c := Compare([]Provider{
		{Name: "faithful", Title: "Faithful"},
		{Name: "first", Title: "First", Dialect: dialecttest.Dialect(t, "only-first-rule", "vary-missing")},
		{Name: "mute", Title: "Mute", Dialect: dialecttest.Dialect(t, "expose-headers-missing")},
		{Name: "one", Title: "One", Dialect: dialecttest.Dialect(t, "most-rules: 1")},
		{Name: "none", Title: "None", NoBucketCORS: true},
	}, cfg)
	var columns []string
	for _, p := range c.Providers {
		columns = append(columns, fmt.Sprintf("%s %d %s", p.Name, p.Deviations, p.Refused))
	}
	for i, want := range []string{"faithful 0 ", "first 2 ", "mute 1 ", "one 1 PutBucketCors is answered 400 InvalidRequest", "none 0 it has no CORS of a bucket's"} {
		if !strings.HasPrefix(columns[i], want) {
			t.Errorf("column %d is %q, want %q…", i, columns[i], want)
		}
	}
	var got []string
	for _, row := range c.Requests {
		line := strings.TrimSpace(fmt.Sprintln(row.Rule, row.Method, row.Header)) + ":"
		for _, at := range row.At {
			line += " " + string(at.Gets)
			for _, by := range at.By {
				line += "(" + by.Deviation + ")"
			}
			line += strings.Join(at.Unread, ",")
		}
		got = append(got, line)
	}
	want := []string{
		"1 GET: readable readable readable(expose-headers-missing)ETag blocked blocked",
		"2 PUT: readable blocked(only-first-rule) readable blocked blocked",
		"2 PUT x-a: readable blocked(only-first-rule) readable blocked blocked",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if c.Version != result.Version {
		t.Errorf("the version is %d", c.Version)
	}
}

// A page that S3 would block anyway is no loss of the provider's.
func TestBlocks(t *testing.T) {
	cfg := rules(rule(app, "GET", ""), rule(app, "PUT", ""))
	for _, c := range []struct {
		name, deviation, method string
		by                      []string // empty: not blocked by it
	}{
		{"blocked by a rule that is not tried", "only-first-rule", "PUT", []string{"only-first-rule"}},
		{"the first rule is tried", "only-first-rule", "GET", nil},
		{"with S3 too", "only-first-rule", "DELETE", nil},
		{"a difference that no browser notices", "vary-missing", "GET", nil},
		{"an origin that is spoilt", "allow-origin-trailing-slash", "GET", []string{"allow-origin-trailing-slash"}},
	} {
		q, _, err := Page{Origin: app, Method: c.method}.Request()
		if err != nil {
			t.Fatal(err)
		}
		sentence, by := Blocks(dialecttest.Dialect(t, c.deviation), cfg, q)
		var names []string
		for _, one := range by {
			names = append(names, one.Name)
		}
		if !slices.Equal(names, c.by) || (sentence != "") != (c.by != nil) {
			t.Errorf("%s: blocked by %q, %q; want %q", c.name, names, sentence, c.by)
		}
	}
}

// An entry is mended to what was meant, and an origin taken apart, whatever stands in it.
func TestPartsOfOrigins(t *testing.T) {
	for _, c := range []struct {
		entry, mended string
		parts         parts
	}{
		{"https://app.example.com", "https://app.example.com", parts{"https", "app.example.com", ""}},
		{" \"HTTPS://App.Example.com:443/path?x#y\" ", "https://app.example.com", parts{"https", "app.example.com", ""}},
		{"http://app.example.com:80", "http://app.example.com", parts{"http", "app.example.com", ""}},
		{"http://app.example.com:443", "http://app.example.com:443", parts{"http", "app.example.com", "443"}},
		{"http://localhost:*", "http://localhost:*", parts{"http", "localhost", "*"}},
		{"http://[::1]", "http://[::1]", parts{"http", "[::1]", ""}},
		{"http://[::1]:8080/", "http://[::1]:8080", parts{"http", "[::1]", "8080"}},
		{"app.example.com/", "app.example.com/", parts{"", "app.example.com/", ""}},
	} {
		if got := mended(c.entry); got != c.mended {
			t.Errorf("%q is mended to %q, want %q", c.entry, got, c.mended)
		}
		if got := split(mended(c.entry)); got != c.parts {
			t.Errorf("%q has the parts %q, want %q", c.entry, got, c.parts)
		}
	}
	for _, c := range []struct {
		mine, other string
		want        bool
	}{{"", "", true}, {"80", "80", true}, {"80", "81", false}, {"*", "3000", true}, {"*", "", false}, {"", "80", false}} {
		if got := samePort(c.mine, c.other); got != c.want {
			t.Errorf("port %q for %q: %t, want %t", c.mine, c.other, got, c.want)
		}
	}
}
