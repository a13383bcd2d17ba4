package s3cors

import (
	"slices"
	"strings"
	"testing"
)

func TestExplanation(t *testing.T) {
	star := one(Rule{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}})
	for _, c := range []struct {
		desc string
		cfg  *Configuration
		req  Request
		want string
	}{
		{"match by patterns", shared(), ask("OPTIONS", "https://x.example.com", "PUT", "X-Amz-Date, content-type"),
			"Rule 2 matches: origin https://x.example.com fits https://*.example.com, PUT is listed, x-amz-date fits x-amz-*, content-type is listed."},
		{"match by the letter", shared(), ask("GET", "https://app.example.com", "", ""),
			"Rule 1 matches: origin https://app.example.com is listed, GET is listed."},
		{"no match", shared(), ask("OPTIONS", "https://app.example.com", "POST", ""),
			"No rule matches. Rule 1: POST is not in AllowedMethods (GET, HEAD). Rule 2: POST is not in AllowedMethods (PUT, GET). Rule 3: POST is not in AllowedMethods (DELETE)."},
		{"no match, each for another reason", shared(), ask("GET", "https://app.example.com", "", "authorization"),
			"No rule matches. Rule 1: authorization is asked for, but the rule has no AllowedHeaders. Rule 2: authorization does not fit AllowedHeaders (x-amz-*, Content-Type). Rule 3: GET is not in AllowedMethods (DELETE)."},
		{"no match by origin", one(Rule{AllowedOrigins: []string{"http://a", ""}, AllowedMethods: []string{"GET"}}), ask("GET", "http://b", "", ""),
			`No rule matches. Rule 1: origin http://b does not fit AllowedOrigins (http://a, "").`},
		{"many rules", &Configuration{CORSRules: slices.Repeat(star.CORSRules, 10)}, ask("PUT", "a", "", ""),
			"No rule matches. " + numbered("Rule %: PUT is not in AllowedMethods (GET). ", 8) + "Nor do 2 further rules."},
		{"one rule more than are told", &Configuration{CORSRules: slices.Repeat(star.CORSRules, 9)}, ask("PUT", "a", "", ""),
			"No rule matches. " + numbered("Rule %: PUT is not in AllowedMethods (GET). ", 8) + "Nor does 1 further rule."},
		{"preflight without origin", star, ask("OPTIONS", "", "GET", ""),
			"The preflight has no Origin, and S3 asks for one before anything else."},
		{"invalid method", star, ask("OPTIONS", "a", "get", ""),
			"Access-Control-Request-Method get is none of GET, PUT, POST, DELETE, HEAD, which is refused before the bucket is looked up."},
		{"invalid name", star, ask("OPTIONS", "a", "GET", "x y"),
			`Access-Control-Request-Headers names "x y", which is no header name; that is refused before the bucket is looked up.`},
		{"missing bucket", star, missing(ask("OPTIONS", "a", "GET", "")), "The bucket does not exist."},
		{"no configuration", nil, ask("OPTIONS", "a", "GET", ""), "The bucket has no CORS configuration."},
		{"service root", nil, at(Service, ask("OPTIONS", "a", "GET", "")), "The service root has no CORS configuration."},
		{"preflight without method", star, ask("OPTIONS", "a", "", ""),
			"The preflight has no Access-Control-Request-Method. S3 seems to take that as OPTIONS. No rule matches. Rule 1: OPTIONS is not in AllowedMethods (GET)."},
		{"actual request without origin", star, ask("GET", "", "", ""), "The request has no Origin, so CORS takes no part."},
		{"actual request without configuration", nil, ask("GET", "a", "", ""), "The bucket has no CORS configuration."},
		{"actual request for a missing bucket", nil, missing(ask("GET", "a", "", "")), "The bucket does not exist."},
		{"ListBuckets", nil, at(Service, ask("GET", "a", "", "")), "The service root has no CORS configuration."},
		{"invalid method on an actual request", star, ask("GET", "a", "get", ""),
			"Access-Control-Request-Method get is none of GET, PUT, POST, DELETE, HEAD, so no rule matches."},
		{"invalid name on an actual request", star, ask("GET", "a", "", "x:y"),
			"Access-Control-Request-Headers names x:y, which is no header name, so no rule matches."},
	} {
		if got := Evaluate(c.cfg, c.req).Explanation; got != c.want {
			t.Errorf("%s: the explanation is\n  %s\nwant\n  %s", c.desc, got, c.want)
		}
	}
}

func numbered(format string, count int) string {
	var b strings.Builder
	for i := range count {
		b.WriteString(strings.ReplaceAll(format, "%", string(rune('1'+i))))
	}
	return b.String()
}

func TestExplain(t *testing.T) {
	got := Explain(shared(), ask("OPTIONS", "https://app.example.com", "GET", ""))
	want := []RuleVerdict{
		{0, true, true, "", "Rule 1 matches: origin https://app.example.com is listed, GET is listed."},
		{1, true, false, "", "Rule 2 matches: origin https://app.example.com fits https://*.example.com, GET is listed."},
		{2, false, false, MethodCondition, "Rule 3: GET is not in AllowedMethods (DELETE)."},
	}
	if !slices.Equal(got, want) {
		t.Errorf("the verdicts are %+v, want %+v", got, want)
	}
	for desc, req := range map[string]Request{
		"no origin":      ask("OPTIONS", "", "GET", ""),
		"invalid method": ask("OPTIONS", "a", "get", ""),
		"missing bucket": missing(ask("GET", "a", "", "")),
	} {
		if got := Explain(shared(), req); got != nil {
			t.Errorf("%s: the rules are not tried, yet the verdicts are %+v", desc, got)
		}
	}
}

func TestShow(t *testing.T) {
	for value, want := range map[string]string{
		"x-amz-date": "x-amz-date", "https://*.é": "https://*.é", "": `""`, "a b": `"a b"`, "a,b": `"a,b"`, "a\n": `"a\n"`, `a"`: `"a\""`, `\`: `"\\"`,
	} {
		if got := show(value); got != want {
			t.Errorf("show(%q) is %s, want %s", value, got, want)
		}
	}
}
