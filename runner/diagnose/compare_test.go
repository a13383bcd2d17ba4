package diagnose

import (
	"slices"
	"testing"

	"corsprobe/runner/dialect"
	"corsprobe/runner/dialect/dialecttest"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

func lines(pairs ...string) []result.Header {
	var all []result.Header
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, result.Header{Name: pairs[i], Value: pairs[i+1]})
	}
	return all
}

// Lists are compared by what they say (the order of Vary, blanks, several lines, case of names make no difference), and single values by the
// byte, as a browser does.
func TestMeaning(t *testing.T) {
	for _, c := range []struct {
		name, check string
		a, b        []result.Header
		same        bool
	}{
		{"the order of Vary", "vary", lines("Vary", "Origin, Access-Control-Request-Method"), lines("vary", "access-control-request-method,origin"), true},
		{"several lines of Vary", "vary", lines("Vary", "Origin", "Vary", "Access-Control-Request-Method"), lines("Vary", "Origin, Access-Control-Request-Method"), true},
		{"what has nothing to do with CORS", "vary", lines("Vary", "Accept-Encoding, Origin"), lines("Vary", "Origin"), true},
		{"nothing but that", "vary", lines("Vary", "Accept-Encoding"), nil, true},
		{"a star covers all", "vary", lines("Vary", "*"), lines("Vary", wholeVary), true},
		{"a name of Vary twice", "vary", lines("Vary", "Origin, Origin"), lines("Vary", "Origin"), true},
		{"a name less in Vary", "vary", lines("Vary", "Origin"), lines("Vary", wholeVary), false},
		{"the order of exposed names", "expose-headers", lines("Access-Control-Expose-Headers", "ETag, x-a"), lines("Access-Control-Expose-Headers", "x-a,ETag"), true},
		{"the case of exposed names", "expose-headers", lines("Access-Control-Expose-Headers", "ETag"), lines("Access-Control-Expose-Headers", "etag"), false}, // as stored (fact 27)
		{"the order of methods", "allow-methods", lines("Access-Control-Allow-Methods", "GET, PUT"), lines("Access-Control-Allow-Methods", "PUT, GET"), false}, // stored order (fact 23)
		{"blanks in the list of methods", "allow-methods", lines("Access-Control-Allow-Methods", "GET, PUT"), lines("Access-Control-Allow-Methods", "GET,PUT"), true},
		{"methods in two lines", "allow-methods", lines("Access-Control-Allow-Methods", "GET", "Access-Control-Allow-Methods", "PUT"), lines("Access-Control-Allow-Methods", "GET, PUT"), true},
		{"blanks around an origin", "allow-origin", lines("Access-Control-Allow-Origin", " https://a "), lines("Access-Control-Allow-Origin", "https://a"), true},
		{"the case of an origin", "allow-origin", lines("Access-Control-Allow-Origin", "https://A"), lines("Access-Control-Allow-Origin", "https://a"), false},
		{"an origin twice", "allow-origin", lines("Access-Control-Allow-Origin", "*", "Access-Control-Allow-Origin", "*"), lines("Access-Control-Allow-Origin", "*"), false},
		{"empty and absent", "allow-origin", lines("Access-Control-Allow-Origin", ""), nil, false},
	} {
		name := s3cors.Headers[slices.IndexFunc(s3cors.Headers, func(h s3cors.Header) bool { return h.Check == c.check })].Name
		a, b := meaning(c.check, name, c.a), meaning(c.check, name, c.b)
		if (a == b) != c.same {
			t.Errorf("%s: %q and %q, same is %t, want %t", c.name, a, b, a == b, c.same)
		}
	}
}

// see reads an error document only where there is one.
func TestSee(t *testing.T) {
	for _, c := range []struct {
		body     string
		document bool
		code     string
	}{
		{`<?xml version="1.0"?><Error><Code>AccessForbidden</Code><Method>PUT</Method><ResourceType>OBJECT</ResourceType></Error>`, true, "AccessForbidden"},
		{`<Error xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Code>X</Code></Error>`, true, "X"},
		{`<html><Code>X</Code></html>`, false, ""},
		{`<Error><Code>X</Cod`, false, ""},
		{``, false, ""},
		{`{"Code": "X"}`, false, ""},
	} {
		s := see("GET", result.Response{Status: 403, Body: c.body})
		if s.document != c.document || s.code != c.code || s.status != 403 {
			t.Errorf("%q is seen as %+v, want a document: %t, code %q", c.body, s, c.document, c.code)
		}
	}
	if !see("HEAD", result.Response{}).bodyless || see("GET", result.Response{}).bodyless {
		t.Error("HEAD alone has no body")
	}
}

// missed names exactly the parts that came otherwise.
func TestMissed(t *testing.T) {
	answered := func(status int, headers map[string]string, e *s3cors.Error) expected {
		return new(meanings).expect(dialect.Answer{Answer: s3cors.Answer{Status: []int{status}, Headers: headers, Error: e}})
	}
	grant := answered(200, map[string]string{"Access-Control-Allow-Origin": "*", "Vary": wholeVary}, nil)
	refusal := answered(403, nil, &s3cors.Error{Code: "AccessForbidden", Method: "GET", ResourceType: "OBJECT"})
	empty := new(meanings).expect(dialect.Answer{NoDocument: true, Answer: s3cors.Answer{Status: []int{404}}})
	free := new(meanings).expect(dialect.Answer{Answer: s3cors.Answer{Free: []string{"Vary"}}})
	silent := answered(403, nil, &s3cors.Error{Method: dialect.Nothing})
	for _, c := range []struct {
		name  string
		owed  expected
		came  string
		want  parts
		costs int
	}{
		{"as it was owed", grant, "200; origin *; vary", 0, 0},
		{"another status", grant, "204; origin *; vary", status, wrongStatus},
		{"no grant", grant, "200", firstHeader<<allowOrigin | firstHeader<<varyIndex, wrongGrant},
		{"another origin", grant, "200; origin https://a; vary", firstHeader << allowOrigin, 1},
		{"two headers", grant, "200; origin *; age 5", firstHeader<<varyIndex | firstHeader<<maxAge, 2},
		{"the refusal", refusal, "403 AccessForbidden GET OBJECT", 0, 0},
		{"another code", refusal, "403 AccessDenied GET OBJECT", errorCode, 1},
		{"no document", refusal, "403", errorCode | errorMethod | errorResourceType, 3},
		{"another method and type", refusal, "403 AccessForbidden OPTIONS BUCKET", errorMethod | errorResourceType, 2},
		{"a grant for a refusal", refusal, "403 AccessForbidden GET OBJECT; origin *", firstHeader << allowOrigin, wrongGrant},
		{"a document where there should be none", empty, "404 NoSuchKey", errorCode, 1},
		{"none where there should be none", empty, "404", 0, 0},
		{"what is free, and any status", free, "500; vary Origin", 0, 0},
		{"a method that should not be named", silent, "403 X GET OBJECT", errorMethod, 1},
		{"no method", silent, "403 X", 0, 0},
	} {
		came := see("GET", answer(t, c.came))
		missed := c.owed.missed(&came)
		if missed != c.want || c.owed.cost(missed, &came) != c.costs {
			t.Errorf("%s: missed %b at a cost of %d, want %b at %d", c.name, missed, c.owed.cost(missed, &came), c.want, c.costs)
		}
	}
	headed := see("HEAD", result.Response{Status: 403})
	if m := refusal.missed(&headed); m != 0 {
		t.Errorf("the answer to HEAD, which has no body, misses %b of a refusal", m)
	}
}

// A prediction is contradicted by what came in its own kind of answer, not by another rule's.
func TestContradicts(t *testing.T) {
	predicted := func(text string) expected {
		s := see("GET", answer(t, text))
		return expected{status: []int{s.status}, headers: s.headers, code: s.code, method: s.method, resource: s.resource}
	}
	for _, c := range []struct {
		name, with, without, came string
		want                      bool
	}{
		{"the part that it changes came otherwise", "200; origin *; vary Origin", "200; origin *; vary", "200; origin *", true},
		{"another part came otherwise", "200; origin *; vary Origin", "200; origin *; vary", "200; origin *; vary Origin; age 1", false},
		{"it predicts a refusal, and a grant came", "403 A", "200; origin *", "200; origin *", true},
		{"both predict a grant, and a refusal came", "200; origin *; vary Origin", "200; origin *; vary", "403 A", false},
		{"both predict headers, and none came", "200; origin *; vary Origin", "200; origin *; vary", "200", false},
		{"it predicts headers, and none came", "200; origin *; vary", "200", "200", true},
		{"it mends what was of the wrong kind", "200; origin *; vary Origin", "403 A", "200; origin *; vary", false},
		{"another document came", "403 A PUT OBJECT", "403 A GET OBJECT", "403 B DELETE OBJECT", false},
		{"the document's method came otherwise", "403 A PUT OBJECT", "403 A GET OBJECT", "403 A DELETE OBJECT", true},
	} {
		x, y, came := predicted(c.with), predicted(c.without), see("GET", answer(t, c.came))
		if got := x.contradicts(&y, x.missed(&came), &came); got != c.want {
			t.Errorf("%s: contradicts is %t, want %t", c.name, got, c.want)
		}
	}
}

// A question tells two dialects apart only where no answer of one may be one of the other.
func TestDistinguishable(t *testing.T) {
	cfg := dialecttest.Configuration(t, "https://app.example | GET")
	origin, null := "https://APP.example", "null"
	get := func(origin *string) s3cors.Request {
		return s3cors.Request{Method: "GET", Target: s3cors.Object, Origin: origin, Outcome: s3cors.Outcome{Status: []int{200}}}
	}
	noMethod := s3cors.Request{Method: "OPTIONS", Target: s3cors.Object, Origin: &null}
	for _, c := range []struct {
		a, b    string
		request s3cors.Request
		want    bool
	}{
		{"origin-case-ignored", "origin-reflected", get(&origin), false},
		{"origin-case-ignored", "origin-prefix", get(&origin), true},
		{"origin-null-always", "origin-reflected", get(&null), false},
		{"origin-null-always", "vary-missing", get(&null), true},
		{"preflight-without-method: {status: 400}", "vary-missing", noMethod, false}, // S3 may answer 400 too
		{"preflight-without-method: {status: 404}", "vary-missing", noMethod, true},
	} {
		a, b := dialect.Predict(dialecttest.Dialect(t, c.a), cfg, c.request), dialect.Predict(dialecttest.Dialect(t, c.b), cfg, c.request)
		if Distinguishable(a, b) != c.want || Distinguishable(b, a) != c.want {
			t.Errorf("%s against %s: %t one way and %t the other, want %t", c.a, c.b, Distinguishable(a, b), Distinguishable(b, a), c.want)
		}
	}
}

func TestCount(t *testing.T) {
	for p, want := range map[parts]int{0: 0, status: 1, status | deleted: 2, status | errorCode | errorMethod: 3} {
		if got := p.count(); got != want {
			t.Errorf("%b counts %d, want %d", p, got, want)
		}
	}
}
