package dialect_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"corsprobe/runner/dialect"
	"corsprobe/runner/dialect/dialecttest"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"

	gocmp "github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

// Whoever reads of a deviation finds what S3 does, where to look, and can write it.
func TestEveryDeviationIsDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range dialect.All() {
		switch {
		case seen[d.Name]:
			t.Errorf("%s is there twice", d.Name)
		case d.Summary == "" || d.Look == "" || len(d.Facts) == 0:
			t.Errorf("%s: summary %q, look %q, facts %v", d.Name, d.Summary, d.Look, d.Facts)
		case strings.ToLower(d.Name) != d.Name:
			t.Errorf("%s is not in lower case", d.Name)
		}
		seen[d.Name] = true
		for _, id := range d.Facts {
			if _, ok := s3cors.FactByID(id); !ok {
				t.Errorf("%s: there is no fact %d", d.Name, id)
			}
		}
	}
	for _, d := range dialect.Examples() {
		back, err := dialect.Parse(d.String())
		if err != nil || back.String() != d.String() || !back.Value.Equal(d.Value) {
			t.Errorf("%s is read as %s: %v", d, back, err)
		}
	}
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"vary-missing": "<nil>", "most-rules: 20": "<nil>", "always-exposed: [ETag, x-amz-meta-*]": "<nil>", "error-code: {AccessForbidden: AccessDenied}": "<nil>",
		"vary-mising":                         `there is no deviation "vary-mising"; is vary-missing meant? corsprobe list deviations names them`,
		"most-rules":                          "most-rules needs a value: how many rules are accepted, such as most-rules: 20",
		"most-rules: many":                    "most-rules takes a number, such as most-rules: 20, not many",
		"most-rules: 0":                       "most-rules: 0 is not above 0",
		"vary-missing: 3":                     "vary-missing takes no parameters",
		"preflight-root: {status: 1000}":      `preflight-root: status "1000" is none from 200 to 599`,
		"preflight-root: {status: 200, x: y}": `preflight-root: "x" is neither status nor code`,
	} {
		_, err := dialect.Parse(text)
		got := "<nil>"
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestValuesInFiles(t *testing.T) {
	for _, text := range []string{"20", "ETag", "[ETag, x-amz-meta-*]", "{AccessForbidden: AccessDenied}", `"20"`} {
		var v, again dialect.Value
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		out, err := yaml.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(out, &again); err != nil || !v.Equal(again) {
			t.Errorf("%s is written as %s and read as %s: %v", text, out, again, err)
		}
	}
}

func ptr(s string) *string { return &s }

var twoRules = &s3cors.Configuration{CORSRules: []s3cors.Rule{
	{AllowedOrigins: []string{"https://app.example"}, AllowedMethods: []string{"GET"}, AllowedHeaders: []string{"x-amz-*"}},
	{AllowedOrigins: []string{"https://*.example", "*"}, AllowedMethods: []string{"PUT"}, AllowedHeaders: []string{"*"}, ExposeHeaders: []string{"ETag"}},
}}

// What a dialect answers, worked out by hand.
func TestPredict(t *testing.T) {
	put := s3cors.Request{Method: "OPTIONS", Target: s3cors.Object, Origin: ptr("https://app.example"), RequestMethod: ptr("PUT"), RequestHeaders: ptr("X-Amz-Date")}
	get := put
	get.RequestMethod = ptr("GET")
	for _, c := range []struct {
		name    string
		dialect []string
		request s3cors.Request
		status  int
		header  string
		want    string
	}{
		{"S3", nil, get, 200, "Access-Control-Allow-Headers", "x-amz-date"},
		{"the rule's list", []string{"allow-headers-rule-list"}, get, 200, "Access-Control-Allow-Headers", "x-amz-*"},
		{"the rule's list, whatever matches", []string{"header-case-counts", "header-unchecked", "allow-headers-rule-list"}, get, 200, "Access-Control-Allow-Headers", "x-amz-*"},
		{"case counts", []string{"header-case-counts"}, get, 403, "Access-Control-Allow-Headers", ""},
		{"a later rule", nil, put, 200, "Access-Control-Expose-Headers", "ETag"},
		{"a later rule is not tried", []string{"rule-by-origin-alone"}, put, 403, "Access-Control-Allow-Origin", ""},
		{"the second of two undoes the first", []string{"vary-origin-only", "vary-missing"}, get, 200, "Vary", ""},
		{"more is exposed", []string{"always-exposed: [x-a, etag]", "expose-headers-lower-case"}, put, 200, "Access-Control-Expose-Headers", "etag, x-a"},
	} {
		a := dialect.Predict(dialecttest.Dialect(t, c.dialect...), twoRules, c.request)[0]
		if a.Status[0] != c.status || a.Headers[c.header] != c.want {
			t.Errorf("%s: %d, %s %q, want %d, %q", c.name, a.Status[0], c.header, a.Headers[c.header], c.status, c.want)
		}
	}
}

// The empty dialect is S3's model.
func TestEmptyDialect(t *testing.T) {
	request := s3cors.Request{Method: "GET", Target: s3cors.Object, Origin: ptr("https://b.example"), Outcome: s3cors.Outcome{Status: []int{200}}}
	var got []s3cors.Answer
	for _, a := range dialect.Predict(nil, twoRules, request) {
		got = append(got, a.Answer)
	}
	if diff := gocmp.Diff(s3cors.Evaluate(twoRules, request).Answers, got); diff != "" {
		t.Errorf("(-S3 +empty dialect):\n%s", diff)
	}
}

// Calls change what a bucket holds as the dialect says.
func TestCalls(t *testing.T) {
	for _, c := range []struct {
		dialect []string
		put     []*s3cors.Configuration
		status  []int
		holds   int // rules, -1: none
	}{
		{nil, []*s3cors.Configuration{twoRules}, []int{200}, 2},
		{[]string{"last-rule-lost"}, []*s3cors.Configuration{twoRules}, []int{200}, 1},
		{[]string{"most-rules: 1"}, []*s3cors.Configuration{twoRules}, []int{400}, -1},
		{[]string{"put-merges"}, []*s3cors.Configuration{twoRules, twoRules}, []int{200, 200}, 4},
		{[]string{"put-once"}, []*s3cors.Configuration{twoRules, {CORSRules: twoRules.CORSRules[:1]}}, []int{200, 200}, 2},
		{[]string{"refused-put-wipes"}, []*s3cors.Configuration{twoRules, {}}, []int{200, 400}, -1},
		{[]string{"accepts-no-rules"}, []*s3cors.Configuration{twoRules, {}}, []int{200, 200}, 0},
	} {
		d := dialecttest.Dialect(t, c.dialect...)
		var s dialect.State
		for i, cfg := range c.put {
			var reply dialect.Reply
			if reply, s = d.Call(s, dialect.Call{Method: "PUT", Put: cfg, Bytes: len(cfg.XML())}); reply.Status != c.status[i] {
				t.Errorf("%s: call %d is answered %d, want %d", d, i+1, reply.Status, c.status[i])
			}
		}
		holds := -1
		if s.Own != nil {
			holds = len(s.Own.CORSRules)
		}
		if holds != c.holds {
			t.Errorf("%s: %d rules, want %d", d, holds, c.holds)
		}
	}
}

// However deviations come together, and whatever is asked, there is an answer.
func TestAnyDialectAnswers(t *testing.T) {
	all := dialect.Examples()
	random := rand.New(rand.NewPCG(1, 2))
	texts := []*string{nil, ptr(""), ptr("null"), ptr("https://app.example"), ptr("GET"), ptr("x y"), ptr(","), ptr("x-amz-date, Content-Type"), ptr("ü")}
	configurations := []*s3cors.Configuration{nil, {}, twoRules, {CORSRules: []s3cors.Rule{{}, {AllowedOrigins: []string{""}}}}}
	pick := func() *string { return texts[random.IntN(len(texts))] }
	for range 5000 {
		var d dialect.Dialect
		for range random.IntN(6) {
			d = append(d, all[random.IntN(len(all))])
		}
		q := dialect.Asked{Request: s3cors.Request{
			Method: []string{"OPTIONS", "GET", "PUT"}[random.IntN(3)], Target: []s3cors.Target{s3cors.Object, s3cors.Bucket, s3cors.Service}[random.IntN(3)],
			BucketMissing: random.IntN(4) == 0, Origin: pick(), RequestMethod: pick(), RequestHeaders: pick(),
		}, Headers: []result.Header{{Name: "X", Value: "y"}}}
		cfg := configurations[random.IntN(len(configurations))]
		if answers := d.Answers(dialect.State{Own: cfg}, q); len(answers) == 0 {
			t.Fatalf("%s: no answer", d)
		}
		for _, method := range []string{"PUT", "GET", "DELETE"} {
			if reply, _ := d.Call(dialect.State{Own: cfg}, dialect.Call{Method: method, Put: cfg}); reply.Status == 0 {
				t.Fatalf("%s: no reply to %s", d, method)
			}
		}
	}
}

// A bucket that is made again holds nothing, whatever an endpoint's dialect keeps of deleted configurations.
func TestRecreate(t *testing.T) {
	cfg := &s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}}}}
	_, held := dialect.Dialect{}.Call(dialect.State{}, dialect.Call{Method: "PUT", Put: cfg})
	if held.Own == nil {
		t.Fatal("nothing was put")
	}
	if _, after := (dialect.Dialect{}).Call(held, dialect.Call{Method: dialect.Recreate}); after.Own != nil || len(after.Past) > 0 {
		t.Errorf("it holds %+v", after)
	}
}

// What was changed on its way is refused for that, whatever else is wrong with it.
func TestDigestComesFirst(t *testing.T) {
	call := dialect.Call{Method: "PUT", Put: &s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}}}}, Digest: s3cors.CodeBadDigest}
	for _, d := range []dialect.Dialect{nil, dialecttest.Dialect(t, "refuses-without-max-age")} {
		if reply, _ := d.Call(dialect.State{}, call); reply.Status != 400 || reply.Code != s3cors.CodeBadDigest {
			t.Errorf("%s: %d %s, want 400 %s", d, reply.Status, reply.Code, s3cors.CodeBadDigest)
		}
	}
}

// What WithoutAnswers leaves out changes nothing of what buckets hold, and nothing of what calls are answered.
func TestWithoutAnswers(t *testing.T) {
	put := &s3cors.Configuration{CORSRules: []s3cors.Rule{
		{ID: "b", AllowedOrigins: []string{"https://b.example", "https://a.example"}, AllowedMethods: []string{"PUT", "GET"}, AllowedHeaders: []string{"X-B", "x-a"}, ExposeHeaders: []string{"ETag", "ETag"}},
		{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"HEAD"}},
	}}
	none := dialect.Dialect(nil)
	left := 0
	for _, one := range dialect.Examples() {
		d := dialect.Dialect{one}
		if len(d.WithoutAnswers()) > 0 {
			continue
		}
		left++
		var s, faithful dialect.State
		for _, method := range []string{"GET", "PUT", "GET", "DELETE", "GET"} {
			call := dialect.Call{Method: method}
			if method == "PUT" {
				call.Put = put
			}
			var got, want dialect.Reply
			got, s = d.Call(s, call)
			want, faithful = none.Call(faithful, call)
			if got.Status != want.Status || got.Code != want.Code || !s3cors.Equal(got.Config, want.Config) || !s3cors.Equal(s.Own, faithful.Own) {
				t.Errorf("%s is left out, and changes %s: %+v, want %+v", one, method, got, want)
			}
		}
	}
	if left == 0 || left == len(dialect.Examples()) {
		t.Errorf("%d of %d deviations are left out", left, len(dialect.Examples()))
	}
}
