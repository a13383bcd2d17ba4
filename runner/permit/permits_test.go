package permit

import (
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// pageGets plays a page's request through both models, by themselves: what S3 owes to a preflight and to the request, and what a browser that
// ships makes of each.
func pageGets(cfg *s3cors.Configuration, q fetch.Request) result.Gets {
	method, names := fetch.NormalizeMethod(q.Method), ""
	for _, h := range fetch.PreflightHeaders(q) {
		if h.Name == "Access-Control-Request-Headers" {
			names = h.Value
		}
	}
	over := func(ask s3cors.Request) fetch.Response {
		answer := s3cors.Evaluate(cfg, ask).Answers[0]
		res := fetch.Response{Status: 200}
		if len(answer.Status) > 0 {
			res.Status = answer.Status[0]
		}
		for name, value := range answer.Headers {
			res.Headers = append(res.Headers, result.Header{Name: name, Value: value})
		}
		return res
	}
	if fetch.NeedsPreflight(q) {
		ask := s3cors.Request{Method: "OPTIONS", Target: s3cors.Object, Origin: &q.Origin, RequestMethod: &method}
		if names != "" {
			ask.RequestHeaders = &names
		}
		if !fetch.PreflightCheckToday(q, over(ask)).Allowed {
			return result.Blocked
		}
	}
	if !fetch.ActualCheck(q, over(s3cors.Request{Method: method, Target: s3cors.Object, Origin: &q.Origin, Outcome: s3cors.Outcome{Status: []int{200}}})).Allowed {
		return result.Blocked
	}
	return result.Readable
}

var (
	somePages  = []string{app, "http://app.example.com", "https://other.example.org", "http://localhost:3000", "null"}
	someRules  = []string{"*", app, "http://app.example.com", "https://*.example.com", "https://app.example.com/", "app.example.com", "null", "http://localhost:*", "https"}
	someNames  = []string{"content-type", "x-amz-date", "authorization", "range", "x-other"}
	someAllows = []string{"*", "x-amz-*", "Content-Type", "Authorization", "range"}
)

func drawRules(t *rapid.T) *s3cors.Configuration {
	return rules(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) s3cors.Rule {
		return s3cors.Rule{
			AllowedOrigins: rapid.SliceOfN(rapid.SampledFrom(someRules), 1, 3).Draw(t, "origins"),
			AllowedMethods: rapid.SliceOfNDistinct(rapid.SampledFrom(s3cors.Methods), 1, 3, rapid.ID).Draw(t, "methods"),
			AllowedHeaders: rapid.SliceOfNDistinct(rapid.SampledFrom(someAllows), 0, 2, rapid.ID).Draw(t, "headers"),
			ExposeHeaders:  rapid.SliceOfN(rapid.SampledFrom([]string{"ETag", "x-amz-version-id"}), 0, 1).Draw(t, "exposed"),
		}
	}), 1, 4).Draw(t, "rules")...)
}

func drawPage(t *rapid.T) Page {
	return Page{
		Origin: rapid.SampledFrom(somePages).Draw(t, "origin"), Method: rapid.SampledFrom(append([]string{"put", ""}, s3cors.Methods...)).Draw(t, "method"),
		Headers: rapid.SliceOfNDistinct(rapid.SampledFrom(someNames), 0, 3, rapid.ID).Draw(t, "asked"), Credentials: rapid.Bool().Draw(t, "credentials"),
	}
}

// What is said a page gets is what both models come to; and every change, applied, is taken by S3 and permits what was blocked.
func TestChangeReallyPermits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg, page := drawRules(t), drawPage(t)
		before := clone(cfg)
		q, _, err := page.Request()
		if err != nil {
			t.Fatal(err)
		}
		e := Explain(cfg, q)
		if want := pageGets(cfg, q); e.Gets != want {
			t.Fatalf("it gets %s, and the models say %s", e.Gets, want)
		}
		if !s3cors.Equal(cfg, before) {
			t.Fatal("the configuration that was given has changed")
		}
		if e.Gets != result.Blocked {
			if e.Change != nil {
				t.Fatalf("a change of what is not blocked: %v", e.Change.What)
			}
			return
		}
		if e.Change == nil {
			t.Fatalf("no change permits %+v", page)
		}
		changed, err := s3cors.ParseJSON([]byte(e.Change.Configuration))
		if err != nil {
			t.Fatal(err)
		}
		if refusal := s3cors.Validate(changed); refusal != nil {
			t.Fatalf("S3 refuses the change: %v", refusal)
		}
		if got := pageGets(changed, q); got != result.Readable {
			t.Fatalf("after %q it is %s:\n%s", e.Change.What, got, e.Change.Configuration)
		}
		keepsWhatWasPermitted(t, cfg, changed, e.Change.What)
		losesNothing(t, cfg, changed, e.Change)
	})
}

// keepsWhatWasPermitted: pages that could read still can, so that a change for one page does not block another.
func keepsWhatWasPermitted(t *rapid.T, old, changed *s3cors.Configuration, what []string) {
	for _, origin := range somePages {
		for _, method := range s3cors.Methods {
			q := fetch.Request{Origin: origin, Method: method, Credentials: fetch.Omit}
			if pageGets(old, q) == result.Readable && pageGets(changed, q) != result.Readable {
				t.Fatalf("after %q the page %s can no longer %s", what, origin, method)
			}
			after := simulate(changed, q).readable
			for _, name := range simulate(old, q).readable {
				if !slices.Contains(after, name) {
					t.Fatalf("after %q the page %s can no longer read %s by %s of\n%s", what, origin, name, method, old.JSON())
				}
			}
		}
	}
}

// losesNothing: a change adds rules and values, or mends one; each line that goes is a value that was written otherwise.
func losesNothing(t *rapid.T, old, changed *s3cors.Configuration, c *result.ConfigurationChange) {
	if len(changed.CORSRules) < len(old.CORSRules) {
		t.Fatalf("after %q rules are gone", c.What)
	}
	mends := slices.ContainsFunc(c.What, func(s string) bool { return strings.Contains(s, "in place of") })
	for i, r := range changed.CORSRules {
		if len(changed.CORSRules) == len(old.CORSRules) && !mends && len(r.AllowedOrigins) < len(old.CORSRules[i].AllowedOrigins) {
			t.Fatalf("after %q rule %d has fewer origins", c.What, i+1)
		}
	}
	if !strings.HasPrefix(c.Diff, "--- cors.json\n+++ cors.json\n@@ ") {
		t.Fatalf("no unified difference:\n%s", c.Diff)
	}
}

// What a page gets, by the facts and the standard: written by hand, not by the models.
func TestGets(t *testing.T) {
	star, named := rules(rule("*", "GET PUT", "*")), rules(rule(app, "GET PUT", "content-type"))
	for _, c := range []struct {
		name     string
		cfg      *s3cors.Configuration
		page     Page
		gets     result.Gets
		status   int    // of the preflight; 0: none is sent
		code     string // of S3's error document
		sentence string // why it is blocked
	}{
		{"a simple GET needs no preflight", named, Page{Origin: app}, result.Readable, 0, "", ""},
		{"a GET that no rule covers (31)", named, Page{Origin: "https://b.example.com"}, result.Blocked, 0, "", "the answer has no Access-Control-Allow-Origin"},
		{"PUT", named, Page{Origin: app, Method: "PUT"}, result.Readable, 200, "", ""},
		{"a preflight that is refused (2)", named, Page{Origin: app, Method: "DELETE"}, result.Blocked, 403, "AccessForbidden", "the preflight's answer has no Access-Control-Allow-Origin"},
		{"a header that is not allowed (52)", named, Page{Origin: app, Headers: []string{"x-amz-date"}}, result.Blocked, 403, "AccessForbidden", "the preflight's answer has no Access-Control-Allow-Origin"},
		{"no rules (5)", rules(), Page{Origin: app, Method: "PUT"}, result.Blocked, 403, "AccessForbidden", "the preflight's answer has no Access-Control-Allow-Origin"},
		{"a method that S3 has not (10)", star, Page{Origin: app, Method: "PATCH"}, result.Blocked, 400, "BadRequest", "the preflight's answer has no Access-Control-Allow-Origin"},
		{"* without credentials (20)", star, Page{Origin: app, Method: "PUT"}, result.Readable, 200, "", ""},
		{"a name with credentials (22)", named, Page{Origin: app, Method: "PUT", Credentials: true}, result.Readable, 200, "", ""},
		{"null and *", star, Page{Origin: "null", Method: "PUT"}, result.Readable, 200, "", ""},
		{"HEAD is not GET (40)", named, Page{Origin: app, Method: "HEAD"}, result.Blocked, 0, "", "the answer has no Access-Control-Allow-Origin"},
		{"a method that no script may use", star, Page{Origin: app, Method: "TRACE"}, result.Blocked, 0, "", "script may not use the method TRACE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := explain(t, c.cfg, c.page)
			if e.Gets != c.gets || e.Sentence != c.sentence {
				t.Errorf("%s: %q, want %s: %q", e.Gets, e.Sentence, c.gets, c.sentence)
			}
			switch {
			case e.Preflight == nil:
				if c.status != 0 {
					t.Errorf("no preflight, want one that is answered %d", c.status)
				}
			case e.Preflight.Status != c.status || e.Preflight.Code != c.code:
				t.Errorf("the preflight is answered %d %s, want %d %s", e.Preflight.Status, e.Preflight.Code, c.status, c.code)
			}
			if blockedBefore := c.status >= 300 || strings.HasPrefix(c.sentence, "script"); (e.Actual == nil) != blockedBefore {
				t.Errorf("the request itself is answered %v", e.Actual)
			}
		})
	}
}

// What a script can read (Fetch, CORS-safelisted response-header name): seven names always, and what is exposed.
func TestReadable(t *testing.T) {
	cfg := rules(s3cors.Rule{AllowedOrigins: []string{app}, AllowedMethods: []string{"GET"}, ExposeHeaders: []string{"ETag", "x-amz-version-id"}})
	got := explain(t, cfg, Page{Origin: app}).Readable
	slices.SortFunc(got, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	want := "cache-control content-language content-length content-type etag expires last-modified pragma x-amz-version-id"
	if diff := cmp.Diff(want, strings.ToLower(strings.Join(got, " "))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := explain(t, cfg, Page{Origin: "https://b.example.com"}).Readable; got != nil {
		t.Errorf("of a blocked answer: %s", got)
	}
}

// A new rule before the others answers in their place, and shows what they showed.
func TestChangeHidesNothing(t *testing.T) {
	open := rule("*", "GET PUT", "*")
	open.ExposeHeaders = []string{"ETag", "x-amz-version-id"}
	open.MaxAgeSeconds = new(int32)
	*open.MaxAgeSeconds = 3000
	other := rule("https://b.example.com", "GET", "")
	for _, c := range []struct {
		name string
		cfg  *s3cors.Configuration
		page Page
		what string
	}{
		{"credentials and *", rules(open), Page{Origin: app, Credentials: true}, "add a rule for https://app.example.com before the others"},
		{"not an earlier rule that exposes nothing", rules(other, open), Page{Origin: app, Credentials: true}, "add a rule for https://app.example.com before the others"},
	} {
		e := explain(t, c.cfg, c.page)
		if got := strings.Join(e.Change.What, ", "); got != c.what {
			t.Errorf("%s: %s, want %s", c.name, got, c.what)
		}
		changed, err := s3cors.ParseJSON([]byte(e.Change.Configuration))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(open.MaxAgeSeconds, changed.CORSRules[0].MaxAgeSeconds); diff != "" {
			t.Errorf("%s: answers by the new rule are kept for (-want +got):\n%s", c.name, diff)
		}
		if diff := cmp.Diff(open.ExposeHeaders, changed.CORSRules[0].ExposeHeaders); diff != "" {
			t.Errorf("%s: the new rule exposes (-want +got):\n%s", c.name, diff)
		}
	}
}
