package dialect_test

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"corsprobe/runner/dialect"
	"corsprobe/runner/dialect/dialecttest"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// The tables of this folder write configurations, requests and answers in a line each, so that a row can be read and worked out by hand:
//
//	configuration   https://app.example, * | GET, PUT | headers x-amz-* | expose ETag | age 600 | id one     one rule a line
//	request         OPTIONS /b/key; origin https://app.example; for GET; with X-Amz-Date
//	answer          200; origin https://app.example; credentials; methods GET, PUT; headers x-amz-date; vary
//
// A request's path says what it names: / the root, /b and /b/ a bucket, anything longer an object. "vary" alone is the whole of fact 29,
// "credentials" alone is true. A refusal has its error document's code, method and resource type behind the status.

// asked reads a request.
func asked(t testing.TB, text string) dialect.Asked {
	t.Helper()
	parts := strings.Split(text, "; ")
	method, address, _ := strings.Cut(parts[0], " ")
	u, err := url.Parse("http://endpoint" + address)
	if err != nil {
		t.Fatal(err)
	}
	q := dialect.Asked{Request: s3cors.Request{Method: method, Target: s3cors.Object}, Path: u.Path, Query: u.Query()}
	_, q.Key, _ = strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	switch {
	case u.Path == "/":
		q.Target = s3cors.Service
	case q.Key == "":
		q.Target = s3cors.Bucket
	}
	if method != "OPTIONS" {
		q.Status = 200
	}
	for _, part := range parts[1:] {
		name, value, _ := strings.Cut(part, " ")
		switch name {
		case "origin":
			q.Origin = sent(&q, "Origin", value)
		case "for":
			q.RequestMethod = sent(&q, "Access-Control-Request-Method", value)
		case "with":
			q.RequestHeaders = sent(&q, "Access-Control-Request-Headers", value)
		case "header":
			header, content, _ := strings.Cut(value, ": ")
			sent(&q, header, content)
		case "status":
			if q.Status, err = strconv.Atoi(value); err != nil {
				t.Fatal(err)
			}
		case "sends":
			q.Sent = dialecttest.Words(value)
		case "fault":
			q.Fault = value
		case "no-bucket":
			q.BucketMissing = true
		case "no-key":
			q.KeyMissing = true
		default:
			t.Fatalf("a request has no %q", name)
		}
	}
	if q.Status > 0 {
		q.Outcome.Status = []int{q.Status}
	}
	return q
}

func sent(q *dialect.Asked, name, value string) *string {
	q.Headers = append(q.Headers, result.Header{Name: name, Value: value})
	return &value
}

const wholeVary = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method" // fact 29

// written writes the answers that may be given, the one leaned to first.
func written(answers []dialect.Answer) string {
	texts := make([]string, len(answers))
	for i, a := range answers {
		texts[i] = writtenOne(a)
	}
	return strings.Join(texts, " or ")
}

func writtenOne(a dialect.Answer) string {
	parts := []string{strings.Trim(fmt.Sprint(a.Status), "[]")}
	if a.Error != nil {
		parts[0] = strings.Join(strings.Fields(fmt.Sprintln(parts[0], a.Error.Code, a.Error.Method, a.Error.ResourceType)), " ")
	}
	if a.NoDocument {
		parts[0] += " bare"
	}
	for _, h := range []struct{ name, short, usual string }{
		{"Access-Control-Allow-Origin", "origin", ""}, {"Access-Control-Allow-Credentials", "credentials", "true"},
		{"Access-Control-Allow-Methods", "methods", ""}, {"Access-Control-Allow-Headers", "headers", ""},
		{"Access-Control-Expose-Headers", "expose", ""}, {"Access-Control-Max-Age", "age", ""}, {"Vary", "vary", wholeVary},
	} {
		value, there := a.Headers[h.name]
		switch {
		case there && value == h.usual:
			parts = append(parts, h.short)
		case there:
			parts = append(parts, h.short+" "+value)
		}
		if slices.Contains(a.Twice, h.name) && there {
			parts[len(parts)-1] += " twice"
		}
	}
	return strings.Join(parts, "; ")
}

// TestNotation: what the tables are written in says all that an answer has.
func TestNotation(t *testing.T) {
	q := asked(t, "PUT /b/a/key?partNumber=1; origin ; for GET; status 403; sends ETag, x-a")
	switch {
	case q.Target != s3cors.Object || q.Key != "a/key" || !q.Query.Has("partNumber"):
		t.Errorf("target %s, key %q, query %v", q.Target, q.Key, q.Query)
	case q.Origin == nil || *q.Origin != "" || *q.RequestMethod != "GET" || q.RequestHeaders != nil:
		t.Errorf("read as %+v", q.Request)
	case q.Status != 403 || q.Outcome.Status[0] != 403 || len(q.Sent) != 2:
		t.Errorf("status %d, %v, sends %q", q.Status, q.Outcome.Status, q.Sent)
	}
	a := dialect.Answer{NoDocument: true, Twice: []string{"Vary"}, Answer: s3cors.Answer{
		Status:  []int{403, 404},
		Error:   &s3cors.Error{Code: "C", ResourceType: "BUCKET"},
		Headers: map[string]string{"Vary": "Origin", "Access-Control-Allow-Credentials": "false", "Access-Control-Max-Age": "0"},
	}}
	if got, want := written([]dialect.Answer{a, {Answer: s3cors.Answer{Status: []int{200}}}}), "403 404 C BUCKET bare; credentials false; age 0; vary Origin twice or 200"; got != want {
		t.Errorf("an answer is written %q, want %q", got, want)
	}
}
