package s3cors

import (
	"fmt"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// text is naiveText for an answer of Evaluate.
func (a Answer) text() string {
	doc := Error{}
	if a.Error != nil {
		doc = *a.Error
	}
	return naiveText(strings.Trim(fmt.Sprint(a.Status), "[]"), doc.Code, doc.Message, doc.Method, doc.ResourceType, a.Headers)
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// agree compares both models on one request, and checks what holds of every answer.
func agree(t failer, cfg *Configuration, req Request) {
	t.Helper()
	owed := Evaluate(cfg, req)
	first, all := naive(cfg, req)
	var got []string
	for _, answer := range owed.Answers {
		got = append(got, answer.text())
		wholesome(t, answer, len(owed.Answers))
	}
	if got[0] != first {
		t.Fatalf("the first answer is\n  %s\nthe second model has\n  %s\nfor %s", got[0], first, situation(cfg, req))
	}
	sort.Strings(got)
	if !slices.Equal(got, all) {
		t.Fatalf("the answers are\n  %s\nthe second model has\n  %s\nfor %s", strings.Join(got, "\n  "), strings.Join(all, "\n  "), situation(cfg, req))
	}
	if owed.Explanation == "" {
		t.Fatalf("no explanation for %s", situation(cfg, req))
	}
	explainAgrees(t, owed, Explain(cfg, req))
}

// wholesome: every asserted part cites facts that exist, and several answers name their choices.
func wholesome(t failer, a Answer, answers int) {
	t.Helper()
	if (answers > 1) != (len(a.Choices) > 0) {
		t.Fatalf("an answer of %d names %d choices", answers, len(a.Choices))
	}
	parts := []string{}
	if len(a.Status) > 0 {
		parts = append(parts, "status")
	}
	for _, h := range Headers {
		parts = append(parts, h.Check)
	}
	if a.Error != nil {
		for part, value := range map[string]string{"error-code": a.Error.Code, "error-message": a.Error.Message,
			"error-method": a.Error.Method, "error-resource-type": a.Error.ResourceType} {
			if value != "" {
				parts = append(parts, part)
			}
		}
	}
	if len(parts) != len(a.Facts) {
		t.Fatalf("parts %v are asserted, facts cited for %v", parts, a.Facts)
	}
	for _, part := range parts {
		if len(a.Facts[part]) == 0 {
			t.Fatalf("%s cites no fact", part)
		}
		for _, id := range a.Facts[part] {
			if _, found := FactByID(id); !found {
				t.Fatalf("%s cites fact %d, which does not exist", part, id)
			}
		}
	}
}

// explainAgrees: the rule that answers is the first that Explain has as matching.
func explainAgrees(t failer, owed Owed, verdicts []RuleVerdict) {
	t.Helper()
	first := -1
	for _, v := range verdicts {
		if v.Matched != (v.Failed == "") || v.Sentence == "" {
			t.Fatalf("contradictory verdict %+v", v)
		}
		if v.Matched && first < 0 {
			first = v.Rule
		}
		if v.Answers != (v.Matched && first == v.Rule) {
			t.Fatalf("verdict %+v, the first match is %d", v, first)
		}
	}
	if first != owed.Rule {
		t.Fatalf("Explain has rule %d, Evaluate %d", first, owed.Rule)
	}
}

func situation(cfg *Configuration, req Request) string {
	value := func(s *string) string {
		if s == nil {
			return "-"
		}
		return strconv.Quote(*s)
	}
	text := fmt.Sprintf("%s %s missing=%t origin=%s acrm=%s acrh=%s outcome=%+v", req.Method, req.Target, req.BucketMissing,
		value(req.Origin), value(req.RequestMethod), value(req.RequestHeaders), req.Outcome)
	if cfg != nil {
		text += "\n" + string(cfg.XML())
	}
	return text
}

// The alphabets are small, so that values meet.
var (
	someOrigins = []string{"*", "", "null", "http://a", "https://a", "http://a.b", "http://*.b", "http://*", "*a", "a*a", "a", "aa", "A", "http://a/"}
	someMethods = []string{"GET", "PUT", "HEAD", "POST", "DELETE"}
	otherMethod = []string{"", "get", "OPTIONS", "PATCH", "*"}
	someNames   = []string{"*", "x-a", "X-A", "x-*", "*-b", "x-a-b", "content-type", ""}
	someParts   = []string{"x-a", "X-A", " x-a-b", "x-b ", "content-type", "", " ", "a b", "é", "\t", "*"}
	someExposed = []string{"ETag", "x-amz-id-2"}
	someAges    = []int32{0, 1, 3000, -1}
)

func drawConfiguration(t *rapid.T) *Configuration {
	if rapid.IntRange(0, 9).Draw(t, "configured") == 0 {
		return nil
	}
	lists := func(from []string, atLeast, atMost int, label string) []string {
		return rapid.SliceOfN(rapid.SampledFrom(from), atLeast, atMost).Draw(t, label)
	}
	cfg := &Configuration{}
	for range rapid.IntRange(1, 3).Draw(t, "rules") {
		rule := Rule{
			AllowedOrigins: lists(someOrigins, 1, 3, "origins"),
			AllowedMethods: lists(someMethods, 1, 3, "methods"),
			AllowedHeaders: lists(someNames, 0, 3, "headers"),
			ExposeHeaders:  lists(someExposed, 0, 2, "exposed"),
		}
		if rapid.Bool().Draw(t, "aged") {
			age := rapid.SampledFrom(someAges).Draw(t, "age")
			rule.MaxAgeSeconds = &age
		}
		cfg.CORSRules = append(cfg.CORSRules, rule)
	}
	return cfg
}

func drawRequest(t *rapid.T) Request {
	maybe := func(from []string, label string) *string {
		if !rapid.Bool().Draw(t, label+" sent") {
			return nil
		}
		value := rapid.SampledFrom(from).Draw(t, label)
		return &value
	}
	req := Request{
		Method:        rapid.SampledFrom(append([]string{"OPTIONS", "OPTIONS", "OPTIONS", "OPTIONS"}, someMethods...)).Draw(t, "method"),
		Target:        rapid.SampledFrom([]Target{Object, Object, Bucket, Bucket, Service}).Draw(t, "target"),
		BucketMissing: rapid.IntRange(0, 7).Draw(t, "missing") == 0,
		Origin:        maybe(someOrigins, "origin"),
		RequestMethod: maybe(slices.Concat(someMethods, someMethods, otherMethod), "acrm"),
	}
	if rapid.Bool().Draw(t, "acrh sent") {
		list := strings.Join(rapid.SliceOfN(rapid.SampledFrom(someParts), 1, 3).Draw(t, "acrh"), ",")
		req.RequestHeaders = &list
	}
	if req.Method != http.MethodOptions {
		req.Outcome = rapid.SampledFrom([]Outcome{{}, {[]int{200}, ""}, {[]int{200, 204}, ""}, {[]int{404}, "NoSuchKey"}}).Draw(t, "outcome")
	}
	return req
}

func drawAndAgree(t *rapid.T) { agree(t, drawConfiguration(t), drawRequest(t)) }

func TestSecondModelAgrees(t *testing.T) { rapid.Check(t, drawAndAgree) }

func FuzzSecondModelAgrees(f *testing.F) { f.Fuzz(rapid.MakeFuzz(drawAndAgree)) }

// TestSecondModelAgreesOnData covers what is recorded and what peers ask.
func TestSecondModelAgreesOnData(t *testing.T) {
	for _, rec := range loadRecordings(t).Requests {
		agree(t, rec.CORS, rec.request())
	}
	var cases []peerCase
	loadJSON(t, "testdata/peer-cases.json", &cases)
	for _, c := range cases {
		agree(t, c.Config, c.request())
	}
}
