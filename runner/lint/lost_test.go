package lint

import (
	"fmt"
	"regexp"
	"testing"
	"unicode/utf8"

	"corsprobe/runner/dialect/dialecttest"
	"corsprobe/runner/s3cors"

	"github.com/google/go-cmp/cmp"
)

// What works with S3 and not at a provider is told rule by rule, with the deviation at fault; nothing is told of what works, or fails with S3
// too.
func TestLost(t *testing.T) {
	rule := func(change func(*s3cors.Rule)) s3cors.Rule {
		r := s3cors.Rule{AllowedOrigins: []string{"https://app.example.com"}, AllowedMethods: []string{"GET", "PUT"}, AllowedHeaders: []string{"content-type", "x-amz-*"}, ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: ptr(600)}
		if change != nil {
			change(&r)
		}
		return r
	}
	second := rule(func(r *s3cors.Rule) { r.AllowedMethods = []string{"DELETE"} })
	for _, c := range []struct {
		name  string
		by    []string
		rules []s3cors.Rule
		want  []string
	}{
		{"S3's own", nil, []s3cors.Rule{rule(nil)}, nil},
		{"a deviation that loses nothing", []string{"header-unchecked"}, []s3cors.Rule{rule(nil)}, nil},
		{"patterns of headers", []string{"header-no-pattern"}, []s3cors.Rule{rule(nil)}, []string{`CP605 warning: rule 1, AllowedHeaders "x-amz-*": on Example, GET from https://app.example.com with x-amz-example is blocked: the preflight's answer has no Access-Control-Allow-Origin. Only * alone is a wildcard in AllowedHeaders (header-no-pattern)`}},
		{"the first rule alone", []string{"only-first-rule"}, []s3cors.Rule{rule(nil), second}, []string{`CP605 warning: rule 2, AllowedOrigins "https://app.example.com": on Example, rule 2 is never reached for https://app.example.com: its DELETE is blocked. Only the first rule is looked at (only-first-rule)`}},
		{"exposed headers", []string{"expose-headers-missing"}, []s3cors.Rule{rule(nil)}, []string{`CP605 warning: rule 1, ExposeHeaders "ETag": on Example, a script at https://app.example.com cannot read ETag. Expose-Headers is never sent (expose-headers-missing)`}},
		{"credentials", []string{"credentials-missing"}, []s3cors.Rule{rule(nil)}, []string{"CP606 note: rule 1: on Example, a page of https://app.example.com that asks with credentials is blocked: the answer has no Access-Control-Allow-Credentials, and the request carries credentials. Allow-Credentials is never sent (credentials-missing)"}},
		{"what S3 refuses", []string{"header-no-pattern"}, []s3cors.Rule{rule(func(r *s3cors.Rule) { r.AllowedMethods = []string{"PATCH"} })}, nil},
		{"what S3 may accept", []string{"refuses-empty-text"}, []s3cors.Rule{rule(func(r *s3cors.Rule) { r.AllowedHeaders = append(r.AllowedHeaders, "") })}, []string{"CP603 error: the configuration: on Example, PutBucketCors is answered 500 InternalError. PutBucketCors fails with an internal error for an empty first origin, or an empty header name (refuses-empty-text)"}},
		{"what S3 may accept, and the provider too", []string{"header-no-pattern"}, []s3cors.Rule{rule(func(r *s3cors.Rule) { r.AllowedHeaders = []string{""} })}, nil},
		{"an empty origin, not the first", []string{"refuses-empty-text"}, []s3cors.Rule{rule(func(r *s3cors.Rule) { r.AllowedOrigins = append(r.AllowedOrigins, "") })}, nil},
		{"the whole rule", []string{"origin-no-wildcard"}, []s3cors.Rule{rule(func(r *s3cors.Rule) { r.AllowedOrigins = []string{"https://*.example.com"} })}, []string{`CP605 warning: rule 1, AllowedOrigins "https://*.example.com": on Example, GET and PUT from https://stranger.example.com are blocked: the answer has no Access-Control-Allow-Origin. Only * alone is a wildcard, so that later rules answer (origin-no-wildcard)`}},
		{"one header of two", []string{"header-case-counts"}, []s3cors.Rule{rule(func(r *s3cors.Rule) { r.AllowedHeaders = []string{"Content-Type", "x-amz-meta-a"} })}, []string{`CP605 warning: rule 1, AllowedHeaders "Content-Type": on Example, GET from https://app.example.com with content-type is blocked: the preflight's answer has no Access-Control-Allow-Origin. Requested headers are compared with regard to case (header-case-counts)`}},
		{"two faults, each by its own deviation", []string{"header-no-pattern", "expose-headers-missing"}, []s3cors.Rule{rule(nil)}, []string{
			`CP605 warning: rule 1, AllowedHeaders "x-amz-*": on Example, GET from https://app.example.com with x-amz-example is blocked: the preflight's answer has no Access-Control-Allow-Origin. Only * alone is a wildcard in AllowedHeaders (header-no-pattern)`,
			`CP605 warning: rule 1, ExposeHeaders "ETag": on Example, a script at https://app.example.com cannot read ETag. Expose-Headers is never sent (expose-headers-missing)`}},
	} {
		got := said(Provider{Title: "Example", Dialect: dialecttest.Dialect(t, c.by...)}.lost(&s3cors.Configuration{CORSRules: c.rules}))
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// What to do about a loss depends on what is lost.
func TestLostAdvice(t *testing.T) {
	for deviation, want := range map[string]string{
		"header-no-pattern":      "list each header by its name",
		"only-first-rule":        "put all that its pages need into one rule, before others for the same origin",
		"expose-headers-missing": "corsprobe explain --provider shows both answers",
		"credentials-missing":    "have the page ask without credentials",
		"refuses-id":             "stay within what it takes",
	} {
		cfg := &s3cors.Configuration{CORSRules: []s3cors.Rule{
			{ID: "one", AllowedOrigins: []string{"https://app.example.com"}, AllowedMethods: []string{"GET"}, AllowedHeaders: []string{"x-*"}, ExposeHeaders: []string{"ETag"}},
			{AllowedOrigins: []string{"https://app.example.com"}, AllowedMethods: []string{"DELETE"}},
		}}
		got := Provider{Title: "Example", Dialect: dialecttest.Dialect(t, deviation)}.lost(cfg)
		if len(got) == 0 || got[0].Do != want {
			t.Errorf("%s: %+v, want the advice %q", deviation, got, want)
		}
	}
}

// A point of a provider is told at each value of its field that it matches, and once where it speaks of every configuration.
func TestPoints(t *testing.T) {
	cfg := &s3cors.Configuration{CORSRules: []s3cors.Rule{
		{ID: "first", AllowedOrigins: []string{"https://a.example", "https://b.example"}, AllowedMethods: []string{"GET"}, AllowedHeaders: []string{"x-a"}, ExposeHeaders: []string{"x-b"}},
		{AllowedOrigins: []string{"https://c.example"}, AllowedMethods: []string{"PUT"}},
	}}
	for _, c := range []struct {
		name  string
		point Point
		want  []string
	}{
		{"every configuration", Point{Severity: Note, What: "is slow", Do: "wait"}, []string{"CP604 note: the configuration: Example: is slow"}},
		{"some origins", Point{Field: "AllowedOrigins", Matches: regexp.MustCompile("[bc]"), Severity: Warning, What: "refuses it", Do: "leave it out"}, []string{
			`CP604 warning: rule 1, AllowedOrigins "https://b.example": Example: refuses it`, `CP604 warning: rule 2, AllowedOrigins "https://c.example": Example: refuses it`}},
		{"an error", Point{Field: "AllowedMethods", Matches: regexp.MustCompile("^PUT$"), Severity: Error, What: "refuses it", Do: "leave it out"}, []string{`CP603 error: rule 2, AllowedMethods "PUT": Example: refuses it`}},
		{"headers", Point{Field: "AllowedHeaders", Matches: regexp.MustCompile("."), Severity: Note, What: "w", Do: "d"}, []string{`CP604 note: rule 1, AllowedHeaders "x-a": Example: w`}},
		{"exposed headers", Point{Field: "ExposeHeaders", Matches: regexp.MustCompile("."), Severity: Note, What: "w", Do: "d"}, []string{`CP604 note: rule 1, ExposeHeaders "x-b": Example: w`}},
		{"an ID, where there is one", Point{Field: "ID", Matches: regexp.MustCompile(""), Severity: Note, What: "w", Do: "d"}, []string{`CP604 note: rule 1, ID "first": Example: w`}},
		{"nothing that matches", Point{Field: "ID", Matches: regexp.MustCompile("second"), Severity: Note, What: "w", Do: "d"}, nil},
		{"a field that is none", Point{Field: "MaxAgeSeconds", Matches: regexp.MustCompile(""), Severity: Note, What: "w", Do: "d"}, nil},
	} {
		if diff := cmp.Diff(c.want, said(Provider{Title: "Example", Points: []Point{c.point}}.check(cfg))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// A limit is met, not exceeded, by as many as it allows.
func TestLimits(t *testing.T) {
	rule := s3cors.Rule{ID: "é€", AllowedOrigins: []string{"https://a.example"}, AllowedMethods: []string{"GET"}, MaxAgeSeconds: ptr(10)}
	cfg := &s3cors.Configuration{CORSRules: []s3cors.Rule{rule, rule}}
	alone := len((&s3cors.Configuration{CORSRules: []s3cors.Rule{rule}}).XML())
	for of, c := range map[string]struct {
		least int
		want  []string
	}{
		"rules":               {2, []string{"CP601 warning: the configuration: it has 2 rules, and Example is known to allow 1"}},
		"max-age-seconds":     {10, []string{"CP601 warning: rule 1, MaxAgeSeconds: it is 10, and Example is known to allow 9", "CP601 warning: rule 2, MaxAgeSeconds: it is 10, and Example is known to allow 9"}},
		"id-characters":       {2, []string{"CP601 warning: rule 1, ID: it has 2 characters, and Example is known to allow 1", "CP601 warning: rule 2, ID: it has 2 characters, and Example is known to allow 1"}},
		"document-bytes":      {len(cfg.XML()), []string{fmt.Sprintf("CP601 warning: the configuration: it is %d bytes long as XML, and Example is known to allow %d", len(cfg.XML()), len(cfg.XML())-1)}},
		"document-characters": {utf8.RuneCount(cfg.XML()), []string{fmt.Sprintf("CP601 warning: the configuration: it has %d characters as XML, and Example is known to allow %d", utf8.RuneCount(cfg.XML()), utf8.RuneCount(cfg.XML())-1)}},
		"rule-bytes": {alone, []string{fmt.Sprintf("CP601 warning: rule 1: the rule is %d bytes long as XML, and Example is known to allow %d", alone, alone-1),
			fmt.Sprintf("CP601 warning: rule 2: the rule is %d bytes long as XML, and Example is known to allow %d", alone, alone-1)}},
	} {
		at := func(most int) []string {
			return said(Provider{Title: "Example", Limits: []Limit{{Of: of, Most: most}}}.check(cfg))
		}
		if got := at(c.least); got != nil {
			t.Errorf("%s, %d allowed: %s", of, c.least, got)
		}
		if diff := cmp.Diff(c.want, at(c.least-1)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", of, diff)
		}
	}
}

// Small numbers are words in a sentence.
func TestNumber(t *testing.T) {
	for n, want := range map[int]string{0: "no", 2: "two", 6: "six", 7: "7", 12: "12"} {
		if got := number(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}
