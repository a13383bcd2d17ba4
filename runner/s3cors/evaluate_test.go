package s3cors

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func ptr[T any](value T) *T { return &value }

// shared is a configuration in which order, patterns and absent members all matter.
func shared() *Configuration {
	return &Configuration{CORSRules: []Rule{
		{AllowedOrigins: []string{"https://app.example.com"}, AllowedMethods: []string{"GET", "HEAD"}},
		{AllowedOrigins: []string{"https://*.example.com"}, AllowedMethods: []string{"PUT", "GET"},
			AllowedHeaders: []string{"x-amz-*", "Content-Type"}, ExposeHeaders: []string{"ETag", "x-amz-id-2"}, MaxAgeSeconds: ptr(int32(600))},
		{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"DELETE"}, AllowedHeaders: []string{"*"}},
	}}
}

func one(rule Rule) *Configuration { return &Configuration{CORSRules: []Rule{rule}} }

// ask is a request for an object; an empty text stands for a header that is not sent.
func ask(method, origin, requestMethod, requestHeaders string) Request {
	sent := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	req := Request{Method: method, Target: Object, Origin: sent(origin), RequestMethod: sent(requestMethod), RequestHeaders: sent(requestHeaders)}
	if method != "OPTIONS" {
		req.Outcome.Status = []int{200}
	}
	return req
}

func at(target Target, req Request) Request {
	req.Target = target
	return req
}

func missing(req Request) Request {
	req.BucketMissing = true
	return req
}

// brief writes an answer for a table: status, code, then header values by check. Vary is left to the other tests.
func (a Answer) brief() string {
	parts := []string{strings.Trim(fmt.Sprint(a.Status), "[]")}
	if a.Error != nil {
		parts = append(parts, a.Error.Code)
	}
	for _, h := range Headers {
		if value, owed := a.Headers[h.Name]; owed && h.Check != "vary" {
			parts = append(parts, h.Check+"="+value)
		}
	}
	return strings.Join(parts, "; ")
}

func TestEvaluate(t *testing.T) {
	star := one(Rule{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}})
	const granted = "200; allow-origin=https://x.example.com; allow-credentials=true; allow-methods=PUT, GET; "
	for _, c := range []struct {
		desc string
		cfg  *Configuration
		req  Request
		want []string
	}{
		{"the first matching rule answers (44)", shared(), ask("OPTIONS", "https://app.example.com", "GET", ""),
			[]string{"200; allow-origin=https://app.example.com; allow-credentials=true; allow-methods=GET, HEAD"}},
		{"a later rule answers when an earlier lacks the header (44, 52)", shared(), ask("OPTIONS", "https://app.example.com", "GET", "X-Amz-Date,content-type"),
			[]string{"200; allow-origin=https://app.example.com; allow-credentials=true; allow-methods=PUT, GET; allow-headers=x-amz-date, content-type; expose-headers=ETag, x-amz-id-2; max-age=600"}},
		{"a later rule answers when an earlier lacks the method (44)", shared(), ask("OPTIONS", "https://app.example.com", "DELETE", "a"),
			[]string{"200; allow-origin=*; allow-methods=DELETE; allow-headers=a"}},
		{"white space around names (53)", shared(), ask("OPTIONS", "https://x.example.com", "PUT", " x-amz-a ,\tX-AMZ-B"),
			[]string{granted + "allow-headers=x-amz-a, x-amz-b; expose-headers=ETag, x-amz-id-2; max-age=600"}},
		{"one name that is not covered (52)", shared(), ask("OPTIONS", "https://x.example.com", "PUT", "x-amz-a, y"),
			[]string{"403; AccessForbidden"}},
		{"an empty value of the list (25)", star, Request{Method: "OPTIONS", Target: Object, Origin: ptr("a"), RequestMethod: ptr("GET"), RequestHeaders: ptr("")},
			[]string{"200; allow-origin=*; allow-methods=GET", "400"}},
		{"an empty member (25)", shared(), ask("OPTIONS", "https://x.example.com", "PUT", "content-type,,x-amz-a"),
			[]string{granted + "allow-headers=content-type, x-amz-a; expose-headers=ETag, x-amz-id-2; max-age=600", "400"}},
		{"an invalid method before the bucket (10, 12)", nil, missing(ask("OPTIONS", "a", "PATCH", "")), []string{"400; BadRequest"}},
		{"a method in lower case (10)", star, ask("OPTIONS", "a", "get", ""), []string{"400; BadRequest"}},
		{"an invalid name before the bucket (11, 12)", nil, missing(ask("OPTIONS", "a", "GET", "x y")), []string{"400; BadRequest"}},
		{"no origin before everything (7, 12)", nil, missing(ask("OPTIONS", "", "PATCH", "x y")), []string{"400; BadRequest"}},
		{"a missing bucket (6)", star, missing(ask("OPTIONS", "a", "GET", "")), []string{"403; AccessForbidden"}},
		{"no method (9)", star, ask("OPTIONS", "a", "", ""), []string{"403", "400"}},
		{"no method, an invalid name (11)", star, ask("OPTIONS", "a", "", "x y"), []string{"400; BadRequest"}},
		{"no method, an empty member (9, 25)", star, ask("OPTIONS", "a", "", "x,,y"), []string{"403", "400"}},
		{"the service root (13)", nil, at(Service, ask("OPTIONS", "a", "GET", "")), []string{"403"}},
		{"the service root without origin (7, 13)", nil, at(Service, ask("OPTIONS", "", "", "")), []string{"400; BadRequest", "403"}},
		{"* and the origin (21)", one(Rule{AllowedOrigins: []string{"http://a", "*"}, AllowedMethods: []string{"GET"}}), ask("OPTIONS", "http://a", "GET", ""),
			[]string{"200; allow-origin=*; allow-methods=GET", "200; allow-origin=http://a; allow-credentials=true; allow-methods=GET"}},
		{"* and another origin (20)", one(Rule{AllowedOrigins: []string{"http://a", "*"}, AllowedMethods: []string{"GET"}}), ask("OPTIONS", "http://b", "GET", ""),
			[]string{"200; allow-origin=*; allow-methods=GET"}},
		{"a pattern that covers everything is not * (20)", one(Rule{AllowedOrigins: []string{"http*"}, AllowedMethods: []string{"GET"}}), ask("GET", "http://a", "", ""),
			[]string{"200; allow-origin=http://a; allow-credentials=true; allow-methods=GET"}},
		{"MaxAgeSeconds 0 (28)", one(Rule{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}, MaxAgeSeconds: ptr(int32(0))}), ask("GET", "a", "", ""),
			[]string{"200; allow-origin=*; allow-methods=GET; max-age=0", "200; allow-origin=*; allow-methods=GET"}},
		{"null by * (48)", star, ask("GET", "null", "", ""), []string{"200; allow-origin=*; allow-methods=GET", "200"}},
		{"null by null (48)", one(Rule{AllowedOrigins: []string{"null"}, AllowedMethods: []string{"GET"}}), ask("OPTIONS", "null", "GET", ""),
			[]string{"200; allow-origin=null; allow-credentials=true; allow-methods=GET", "403; AccessForbidden"}},
		{"null by no rule", shared(), ask("GET", "null", "", ""), []string{"200"}},
		{"several open points at once (21, 28)", one(Rule{AllowedOrigins: []string{"*", "a"}, AllowedMethods: []string{"GET"}, MaxAgeSeconds: ptr(int32(0))}), ask("GET", "a", "", ""),
			[]string{"200; allow-origin=*; allow-methods=GET; max-age=0", "200; allow-origin=*; allow-methods=GET",
				"200; allow-origin=a; allow-credentials=true; allow-methods=GET; max-age=0", "200; allow-origin=a; allow-credentials=true; allow-methods=GET"}},
		{"an actual request without origin (32)", star, ask("GET", "", "GET", "x y"), []string{"200"}},
		{"an actual request that no rule covers (31)", star, ask("PUT", "a", "", ""), []string{"200"}},
		{"GET does not imply HEAD (40)", star, ask("HEAD", "a", "", ""), []string{"200"}},
		{"the requested method replaces the real one (33)", star, ask("PUT", "a", "GET", ""), []string{"200; allow-origin=*; allow-methods=GET"}},
		{"requested names count on actual requests (34)", star, ask("GET", "a", "", "x-a"), []string{"200"}},
		{"and are repeated (26)", shared(), ask("DELETE", "a", "", "X-A"), []string{"200; allow-origin=*; allow-methods=DELETE; allow-headers=x-a"}},
		{"an invalid method on an actual request (36)", star, ask("GET", "a", "PATCH", ""), []string{"200", "400"}},
		{"an invalid name on an actual request (36)", shared(), ask("DELETE", "a", "", "x y"),
			[]string{"200", "400", "200; allow-origin=*; allow-methods=DELETE; allow-headers=x y"}},
		{"an empty origin (7, 46)", star, Request{Method: "OPTIONS", Target: Object, Origin: ptr(""), RequestMethod: ptr("GET")},
			[]string{"400; BadRequest", "200; allow-origin=*; allow-methods=GET"}},
		{"an empty method (8, 10)", nil, Request{Method: "OPTIONS", Target: Object, Origin: ptr("a"), RequestMethod: ptr("")},
			[]string{"400; BadRequest", "403; AccessForbidden"}},
		{"a missing bucket's actual request (38)", star, Request{Method: "GET", Target: Object, BucketMissing: true, Origin: ptr("a"), Outcome: Outcome{[]int{404}, "NoSuchBucket"}},
			[]string{"404; NoSuchBucket"}},
		{"an error with a matching rule (37)", star, Request{Method: "GET", Target: Object, Origin: ptr("a"), Outcome: Outcome{[]int{404}, "NoSuchKey"}},
			[]string{"404; NoSuchKey; allow-origin=*; allow-methods=GET"}},
		{"HEAD has no error document", star, Request{Method: "HEAD", Target: Object, Origin: ptr("a"), Outcome: Outcome{[]int{404}, "NoSuchKey"}},
			[]string{"404"}},
		{"ListBuckets (38)", nil, at(Service, ask("GET", "a", "", "")), []string{"200"}},
		{"no outcome is asserted", star, Request{Method: "GET", Target: Object, Origin: ptr("b")}, []string{"; allow-origin=*; allow-methods=GET"}},
	} {
		t.Run(c.desc, func(t *testing.T) {
			var got []string
			for _, answer := range Evaluate(c.cfg, c.req).Answers {
				got = append(got, answer.brief())
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("the answers are\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(c.want, "\n  "))
			}
			agree(t, c.cfg, c.req)
		})
	}
}

// TestErrorDocuments has the parts of error documents that the recordings do not cover.
func TestErrorDocuments(t *testing.T) {
	star := one(Rule{AllowedOrigins: []string{"b"}, AllowedMethods: []string{"GET"}})
	for _, c := range []struct {
		desc string
		cfg  *Configuration
		req  Request
		want Error
	}{
		{"a missing bucket names the requested method (3, 6)", nil, missing(ask("OPTIONS", "a", "PUT", "")),
			Error{"AccessForbidden", "CORSResponse: Bucket not found", "PUT", "BUCKET"}},
		{"no configuration, bucket URL (5)", nil, at(Bucket, ask("OPTIONS", "a", "HEAD", "")),
			Error{"AccessForbidden", "CORSResponse: CORS is not enabled for this bucket.", "HEAD", "BUCKET"}},
		{"the wording of 10 is not asserted", star, ask("OPTIONS", "a", "PATCH", ""), Error{Code: "BadRequest"}},
		{"the wording of 11 is not asserted", star, ask("OPTIONS", "a", "GET", "ä"), Error{Code: "BadRequest"}},
	} {
		if got := Evaluate(c.cfg, c.req).Answers[0].Error; got == nil || *got != c.want {
			t.Errorf("%s: the error is %+v, want %+v", c.desc, got, c.want)
		}
	}
}

func TestAnswersCiteFacts(t *testing.T) {
	for _, c := range []struct {
		desc string
		cfg  *Configuration
		req  Request
		want map[string][]int
	}{
		{"granted preflight", shared(), ask("OPTIONS", "https://x.example.com", "PUT", "x-amz-a"), map[string][]int{
			"status": {1}, "allow-origin": {20}, "allow-credentials": {22}, "allow-methods": {23}, "allow-headers": {24},
			"expose-headers": {27}, "max-age": {28}, "vary": {29}}},
		{"refused preflight", shared(), ask("OPTIONS", "b", "PUT", ""), map[string][]int{
			"status": {2}, "error-code": {2}, "error-message": {2}, "error-method": {3, 18}, "error-resource-type": {3, 18},
			"allow-origin": {4, 30}, "vary": {4, 30}}},
		{"preflight without configuration and method", nil, ask("OPTIONS", "b", "", ""), map[string][]int{
			"status": {5}, "error-message": {5}, "error-method": {5, 8}}},
		{"error of a covered request", shared(), Request{Method: "DELETE", Target: Object, Origin: ptr("a"), Outcome: Outcome{[]int{403}, "AccessDenied"}},
			map[string][]int{"status": {31}, "error-code": {31}, "allow-origin": {20, 37}, "allow-headers": {24, 26, 37}, "vary": {29, 37}}},
		{"preflight of a missing bucket, with a method", nil, missing(ask("OPTIONS", "b", "PUT", "")), map[string][]int{
			"status": {6}, "error-message": {6}, "error-method": {3, 6}}},
		{"preflight of a missing bucket, without", nil, missing(ask("OPTIONS", "b", "", "")), map[string][]int{"error-method": {6, 8}}},
		{"origin null", shared(), ask("DELETE", "null", "", ""), map[string][]int{"allow-origin": {20, 48}, "status": {31}}},
		{"request without origin", shared(), ask("GET", "", "", ""), map[string][]int{"status": {31}, "vary": {30, 32}}},
		{"missing bucket", nil, missing(ask("GET", "a", "", "")), map[string][]int{"status": {31}, "allow-origin": {38}}},
	} {
		got := Evaluate(c.cfg, c.req).Answers[0].Facts
		for part, want := range c.want {
			if !slices.Equal(got[part], want) {
				t.Errorf("%s: %s cites facts %v, want %v", c.desc, part, got[part], want)
			}
		}
	}
}

func TestChoices(t *testing.T) {
	cfg := one(Rule{AllowedOrigins: []string{"*", "a"}, AllowedMethods: []string{"GET"}, MaxAgeSeconds: ptr(int32(0))})
	got := Evaluate(cfg, ask("GET", "a", "", "")).Answers[3].Choices
	want := []Choice{
		{"rule that lists both * and a fitting origin", "answers the origin, with credentials", []int{21}},
		{"MaxAgeSeconds 0", "not sent", []int{28}},
	}
	if !slices.EqualFunc(got, want, func(a, b Choice) bool {
		return a.Point == b.Point && a.Choice == b.Choice && slices.Equal(a.Facts, b.Facts)
	}) {
		t.Errorf("the choices are %+v, want %+v", got, want)
	}
	if got := Evaluate(cfg, ask("GET", "", "", "")).Answers[0].Choices; got != nil {
		t.Errorf("nothing is open, yet the choices are %+v", got)
	}
}

func BenchmarkEvaluate(b *testing.B) {
	long := &Configuration{}
	for range MaxRules {
		long.CORSRules = append(long.CORSRules, Rule{AllowedOrigins: []string{"https://*.example.com"}, AllowedMethods: []string{"GET"}})
	}
	for _, c := range []struct {
		name string
		cfg  *Configuration
		req  Request
	}{
		{"granted", shared(), ask("OPTIONS", "https://x.example.com", "PUT", "x-amz-date, content-type")},
		{"refused", shared(), ask("OPTIONS", "http://elsewhere", "PUT", "")},
		{"actual", shared(), ask("GET", "https://x.example.com", "", "")},
		{"open", shared(), ask("DELETE", "a", "", "x y")},
		{"hundred-rules", long, ask("OPTIONS", "https://x.example.com", "PUT", "")},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Evaluate(c.cfg, c.req)
			}
		})
	}
}
