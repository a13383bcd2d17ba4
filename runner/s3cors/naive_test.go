package s3cors

import (
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// This file holds a second model, written from the facts in another way: it tries every combination of the open points'
// sides in nested loops, matches with regular expressions and writes answers as text. Evaluate must give the same answers.

// sides is one side of every open point. The zero value is the one leaned to.
type sides struct {
	noMethodIs400, rootIs400Last, starEchoes, emptyMemberIs400, zeroAgeDropped, oddMethodIs400, nullIsNone bool
	oddName                                                                                                int // 0 none, 1 400, 2 compare
	emptyOriginCounts, emptyMethodAbsent                                                                   bool
}

// naive returns the leaned answer and the set of all of them.
func naive(cfg *Configuration, req Request) (string, []string) {
	set := map[string]bool{}
	for bits := range 1 << 9 {
		on := func(i int) bool { return bits>>i&1 == 1 }
		for odd := range 3 {
			set[naiveAnswer(cfg, req, sides{on(0), on(1), on(2), on(3), on(4), on(5), on(6), odd, on(7), on(8)})] = true
		}
	}
	var all []string
	for answer := range set {
		all = append(all, answer)
	}
	sort.Strings(all)
	return naiveAnswer(cfg, req, sides{}), all
}

// naiveExpr compiles an expression once: the loops above ask for the same few thousands of times.
func naiveExpr(expr string) *regexp.Regexp {
	if naiveExprs[expr] == nil {
		naiveExprs[expr] = regexp.MustCompile(expr)
	}
	return naiveExprs[expr]
}

var naiveExprs = map[string]*regexp.Regexp{}

var naiveToken = regexp.MustCompile("^[-!#$%&'*+.^_`|~0-9A-Za-z]+$")

func naiveAnswer(cfg *Configuration, req Request, s sides) string {
	isPreflight := req.Method == "OPTIONS"

	// What was sent, after the sides on empty values.
	origin := req.Origin
	if origin != nil && *origin == "" && !s.emptyOriginCounts {
		origin = nil
	}
	acrm := req.RequestMethod
	if acrm != nil && *acrm == "" && s.emptyMethodAbsent {
		acrm = nil
	}
	var names []string
	badName, emptyName := false, false
	if req.RequestHeaders != nil && strings.Trim(*req.RequestHeaders, " \t") != "" {
		for _, part := range naiveExpr(`[ \t]*,[ \t]*`).Split(strings.Trim(*req.RequestHeaders, " \t"), -1) {
			if part == "" {
				emptyName = true
			} else {
				badName = badName || !naiveToken.MatchString(part)
				names = append(names, strings.ToLower(part))
			}
		}
	}
	emptyIs400 := emptyName && !badName && s.emptyMemberIs400
	method := req.Method
	if acrm != nil {
		method = *acrm
	}
	badMethod := acrm != nil && !naiveExpr(`^(GET|PUT|POST|DELETE|HEAD)$`).MatchString(*acrm)

	// Refusals of preflights, in the order of fact 12.
	if isPreflight {
		first := ""
		if origin == nil {
			first = naiveText("400", "BadRequest", "Insufficient information. Origin request header needed.", "", "", nil)
		} else if badMethod || badName {
			first = naiveText("400", "BadRequest", "", "", "", nil)
		} else if emptyIs400 {
			first = naiveText("400", "", "", "", "", nil)
		}
		if first != "" && !(req.Target == Service && s.rootIs400Last) {
			return first
		}
		if req.Target == Service {
			return naiveText("403", "", "", "", "", nil)
		}
		if req.BucketMissing {
			return naiveText("403", "AccessForbidden", "CORSResponse: Bucket not found", method, "BUCKET", nil)
		}
		if cfg == nil {
			return naiveText("403", "AccessForbidden", "CORSResponse: CORS is not enabled for this bucket.", method, "BUCKET", nil)
		}
		if acrm == nil {
			if s.noMethodIs400 {
				return naiveText("400", "", "", "", "", nil)
			}
			return naiveText("403", "", "", "", "", nil)
		}
	}

	// Actual requests that no rule can touch, and the open ones.
	status, code := fmt.Sprint(req.Outcome.Status), req.Outcome.Code
	if req.Method == "HEAD" {
		code = ""
	}
	bare := naiveText(strings.Trim(status, "[]"), code, "", "", "", nil)
	if !isPreflight {
		if req.Target == Service || origin == nil {
			return bare
		}
		if badMethod {
			if s.oddMethodIs400 {
				return naiveText("400", "", "", "", "", nil)
			}
			return bare
		}
		if badName && s.oddName == 0 {
			return bare
		}
		if badName && s.oddName == 1 || emptyIs400 {
			return naiveText("400", "", "", "", "", nil)
		}
		if req.BucketMissing || cfg == nil {
			return bare
		}
	}

	// The rules.
	for _, rule := range cfg.CORSRules {
		if !naiveAny(rule.AllowedOrigins, *origin, "") || !slices.Contains(rule.AllowedMethods, method) {
			continue
		}
		all := true
		for _, name := range names {
			all = all && naiveAny(rule.AllowedHeaders, name, "(?i)")
		}
		if !all || *origin == "null" && s.nullIsNone {
			continue
		}
		h := map[string]string{"Vary": "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"}
		h["Access-Control-Allow-Origin"] = *origin
		others := slices.DeleteFunc(slices.Clone(rule.AllowedOrigins), func(o string) bool { return o == "*" })
		if len(others) < len(rule.AllowedOrigins) && !(s.starEchoes && naiveAny(others, *origin, "")) {
			h["Access-Control-Allow-Origin"] = "*"
		}
		if h["Access-Control-Allow-Origin"] != "*" {
			h["Access-Control-Allow-Credentials"] = "true"
		}
		h["Access-Control-Allow-Methods"] = strings.Join(rule.AllowedMethods, ", ")
		h["Access-Control-Allow-Headers"] = strings.Join(names, ", ")
		h["Access-Control-Expose-Headers"] = strings.Join(rule.ExposeHeaders, ", ")
		if rule.MaxAgeSeconds != nil && (*rule.MaxAgeSeconds != 0 || !s.zeroAgeDropped) {
			h["Access-Control-Max-Age"] = strconv.FormatInt(int64(*rule.MaxAgeSeconds), 10)
		}
		if isPreflight {
			return naiveText("200", "", "", "", "", h)
		}
		return naiveText(strings.Trim(status, "[]"), code, "", "", "", h)
	}
	if !isPreflight {
		return bare
	}
	return naiveText("403", "AccessForbidden", "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
		method, strings.ToUpper(string(req.Target)), nil)
}

func naiveAny(patterns []string, value, flags string) bool {
	for _, pattern := range patterns {
		quoted := strings.Replace(regexp.QuoteMeta(pattern), `\*`, `.*`, 1)
		if naiveExpr(flags + `(?s)\A` + quoted + `\z`).MatchString(value) {
			return true
		}
	}
	return false
}

// naiveText writes an answer in one line, empty parts left out.
func naiveText(status, code, message, method, resource string, headers map[string]string) string {
	parts := []string{"status=" + status, "code=" + code, "message=" + message, "method=" + method, "resource=" + resource}
	for name, value := range headers {
		if value != "" {
			parts = append(parts, name+"="+value)
		}
	}
	sort.Strings(parts)
	return strings.Join(parts, "|")
}

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
	if req.Method != "OPTIONS" {
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
