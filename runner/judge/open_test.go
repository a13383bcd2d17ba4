package judge

import (
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/runner/s3cors/fact"
)

// answerAs writes one acceptable answer as an endpoint would send it.
func answerAs(a s3cors.Answer) result.Response {
	r := result.Response{Status: http.StatusOK}
	if len(a.Status) > 0 {
		r.Status = a.Status[0]
	}
	for _, h := range s3cors.Headers {
		if value, owed := a.Headers[h.Name]; owed {
			r.Headers = append(r.Headers, result.Header{Name: h.Name, Value: value})
		}
	}
	if a.Error != nil {
		document, err := xml.Marshal(struct {
			XMLName                             xml.Name `xml:"Error"`
			Code, Message, Method, ResourceType string
		}{Code: a.Error.Code, Message: a.Error.Message, Method: a.Error.Method, ResourceType: a.Error.ResourceType})
		if err != nil {
			panic(err) // strings only
		}
		r.Body = string(document)
	}
	return r
}

// corpus is every combination of what a request may hold, odd values among them.
func corpus(yield func(cfg *s3cors.Configuration, q s3cors.Request)) {
	text := func(s string) *string { return &s }
	maxAge := int32(0)
	configurations := []*s3cors.Configuration{nil, {CORSRules: []s3cors.Rule{
		{AllowedOrigins: []string{"https://a.example"}, AllowedMethods: []string{"GET"}, MaxAgeSeconds: &maxAge},
		{AllowedOrigins: []string{"https://b.example", "*"}, AllowedMethods: []string{"GET", "PUT"}, AllowedHeaders: []string{"*"}, ExposeHeaders: []string{"ETag"}},
	}}}
	for _, cfg := range configurations {
		for _, method := range []string{"OPTIONS", "GET", "HEAD"} {
			for _, target := range []s3cors.Target{s3cors.Object, s3cors.Bucket, s3cors.Service} {
				for _, origin := range []*string{nil, text(""), text("null"), text("https://a.example"), text("https://b.example"), text("https://c.example")} {
					for _, asked := range []*string{nil, text(""), text("GET"), text("PUT"), text("get"), text("PATCH")} {
						for _, names := range []*string{nil, text(""), text(" "), text("x-a"), text("x-a,,x-b"), text("x a")} {
							q := s3cors.Request{Method: method, Target: target, Origin: origin, RequestMethod: asked, RequestHeaders: names}
							if method != "OPTIONS" {
								q.Outcome = s3cors.Outcome{Status: []int{404}, Code: "NoSuchKey"}
							}
							yield(cfg, q)
						}
					}
				}
			}
		}
	}
}

// Whatever an endpoint chooses where the facts are open, nothing is held against it, and the choice is told.
func TestOpenPointsNeverFail(t *testing.T) {
	asked := map[int]bool{}
	corpus(func(cfg *s3cors.Configuration, q s3cors.Request) {
		kind := Actual
		if q.Method == http.MethodOptions {
			kind = Preflight
		}
		owed := s3cors.Evaluate(cfg, q)
		for i, a := range owed.Answers {
			j := Nearest(kind, owed, nil, result.Exchange{Response: answerAs(a)})
			if len(j.Differences) > 0 {
				t.Errorf("%s: answer %d of %d is held against the endpoint: %+v", show(q), i+1, len(owed.Answers), j.Differences)
			}
			if len(owed.Answers) > 1 && len(j.Choices) == 0 {
				t.Errorf("%s: answer %d of %d is not told", show(q), i+1, len(owed.Answers))
			}
			for _, c := range a.Choices {
				for _, id := range c.Facts {
					asked[id] = true
				}
			}
		}
	})
	for _, f := range s3cors.Facts() {
		about := slices.Contains([]string{"preflight", "headers", "actual", "matching"}, f.Section)
		if about && f.Assert == s3cors.Tolerant && f.ID != fact.FormUpload && !asked[f.ID] { // no form is uploaded
			t.Errorf("fact %d is tolerant, and no answer leaves it open: %s", f.ID, f.Statement)
		}
	}
}

func show(q s3cors.Request) string {
	text := func(s *string) string {
		if s == nil {
			return "-"
		}
		return fmt.Sprintf("%q", *s)
	}
	return fmt.Sprintf("%s %s origin %s method %s headers %s", q.Method, q.Target, text(q.Origin), text(q.RequestMethod), text(q.RequestHeaders))
}

// What is asserted rests on a fact that may be asserted: one that is open, or told and not failed, is never all that an assertion has, unless
// another answer stands beside it.
func TestAssertionsRestOnFacts(t *testing.T) {
	corpus(func(cfg *s3cors.Configuration, q s3cors.Request) {
		owed := s3cors.Evaluate(cfg, q)
		for _, a := range owed.Answers {
			for part, facts := range a.Facts {
				if part == "error-message" { // a wording is told
					continue
				}
				if len(owed.Answers) == 1 && !slices.ContainsFunc(facts, assertable) {
					t.Errorf("%s: %s rests on %v alone", show(q), part, facts)
				}
			}
		}
	})
	for _, c := range Checks() {
		if !slices.ContainsFunc(c.Facts, assertable) {
			t.Errorf("%s rests on %v alone", c.ID, c.Facts)
		}
	}
}

// assertable reports that a difference from a fact may fail a cell.
func assertable(id int) bool {
	f, ok := s3cors.FactByID(id)
	return ok && f.Strength != s3cors.Open && (f.Assert == s3cors.Hard || f.Assert == s3cors.Tolerant && id == fact.ServiceRoot)
}

// Every part that can be found to differ has a check that explains it.
func TestEveryPartHasACheck(t *testing.T) {
	parts := map[string]bool{}
	corpus(func(cfg *s3cors.Configuration, q s3cors.Request) {
		for part := range s3cors.Evaluate(cfg, q).Answers[0].Facts {
			parts[part] = true
		}
	})
	delete(parts, "error-message") // told, never found to differ
	for _, part := range slices.Sorted(maps.Keys(parts)) {
		if _, ok := CheckByID(string(Preflight) + "." + part); !ok {
			t.Errorf("no check %s", part)
		}
	}
}
