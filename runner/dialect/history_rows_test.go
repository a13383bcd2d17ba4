package dialect_test

import (
	"testing"

	"corsprobe/runner/dialect"
	"corsprobe/runner/dialect/dialecttest"
)

// historyRow says what a bucket with a history answers. The calls are "PUT" with the configuration behind it, "DELETE", "RECREATE".
type historyRow struct {
	deviation string
	name      string
	calls     []called
	request   string
	s3        string // S3 answers by what was put last (fact 55), and by nothing once that was deleted (fact 74)
	here      string // empty: the same
}

var historyRows = []historyRow{
	{
		deviation: "put-merges-silently", name: "rules of the configuration before",
		calls:   []called{{call: "PUT", put: one}, {call: "PUT", put: two}},
		request: "GET /b/key; origin https://a.example", s3: "200", here: "200; origin https://a.example; credentials; methods GET; vary",
	},
	{
		deviation: "put-merges-silently", name: "the newest goes first",
		calls:   []called{{call: "PUT", put: "https://a.example | GET | expose old"}, {call: "PUT", put: "https://a.example | GET | expose new"}},
		request: "GET /b/key; origin https://a.example", s3: "200; origin https://a.example; credentials; methods GET; expose new; vary",
	},
	{
		deviation: "put-merges-silently", name: "nothing from before a deletion",
		calls:   []called{{call: "PUT", put: one}, {call: "DELETE"}, {call: "PUT", put: two}},
		request: "GET /b/key; origin https://a.example", s3: "200",
	},
	{
		deviation: "put-merges-silently", name: "a deleted configuration is gone",
		calls:   []called{{call: "PUT", put: one}, {call: "DELETE"}},
		request: "GET /b/key; origin https://a.example", s3: "200",
	},
	{
		deviation: "put-merges", name: "what is held answers",
		calls:   []called{{call: "PUT", put: one}, {call: "PUT", put: two}},
		request: "GET /b/key; origin https://a.example", s3: "200", here: "200; origin https://a.example; credentials; methods GET; vary",
	},
	{
		deviation: "put-once", name: "the first stays",
		calls:   []called{{call: "PUT", put: one}, {call: "PUT", put: two}},
		request: "PUT /b/key; origin https://b.example", s3: "200; origin https://b.example; credentials; methods PUT; vary", here: "200",
	},
	{
		deviation: "put-once", name: "after a deletion there is a first again",
		calls:   []called{{call: "PUT", put: one}, {call: "DELETE"}, {call: "PUT", put: two}},
		request: "PUT /b/key; origin https://b.example", s3: "200; origin https://b.example; credentials; methods PUT; vary",
	},
	{
		deviation: "delete-late", name: "answers go on",
		calls:   []called{{call: "PUT", put: one}, {call: "DELETE"}},
		request: "GET /b/key; origin https://a.example", s3: "200", here: "200; origin https://a.example; credentials; methods GET; vary",
	},
	{
		deviation: "delete-late", name: "a new configuration counts",
		calls:   []called{{call: "PUT", put: one}, {call: "DELETE"}, {call: "PUT", put: two}},
		request: "GET /b/key; origin https://a.example", s3: "200",
	},
	{
		deviation: "delete-late", name: "not in a bucket made anew",
		calls:   []called{{call: "PUT", put: one}, {call: "DELETE"}, {call: "RECREATE"}},
		request: "GET /b/key; origin https://a.example", s3: "200",
	},
	{
		deviation: "delete-late", name: "GetBucketCors knows of the deletion",
		calls:   []called{{call: "PUT", put: one}, {call: "DELETE"}, {call: "GET", s3: "404 NoSuchCORSConfiguration"}},
		request: "GET /b/key; origin https://b.example", s3: "200",
	},
	{
		deviation: "delete-ignored", name: "it answers still",
		calls:   []called{{call: "PUT", put: one}, {call: "DELETE"}},
		request: "GET /b/key; origin https://a.example", s3: "200", here: "200; origin https://a.example; credentials; methods GET; vary",
	},
	{
		deviation: "refused-put-wipes", name: "nothing answers after a refusal",
		calls:   []called{{call: "PUT", put: one}, {call: "PUT", put: "* | PATCH"}},
		request: "GET /b/key; origin https://a.example", s3: "200; origin https://a.example; credentials; methods GET; vary", here: "200",
	},
	{
		deviation: "last-rule-lost", name: "the last rule does not answer",
		calls:   []called{{call: "PUT", put: one + "\n" + two}},
		request: "PUT /b/key; origin https://b.example", s3: "200; origin https://b.example; credentials; methods PUT; vary", here: "200",
	},
}

func TestHistoryRows(t *testing.T) {
	for _, r := range historyRows {
		t.Run(r.deviation+"/"+r.name, func(t *testing.T) {
			here := r.here
			if here == "" {
				here = r.s3
			}
			for want, d := range map[string]dialect.Dialect{"S3": nil, "here": dialecttest.Dialect(t, r.deviation)} {
				var s dialect.State
				for _, c := range r.calls {
					var reply dialect.Reply
					reply, s = d.Call(s, call(t, c))
					if c.s3 != "" && outcome(reply, s) != c.s3 {
						t.Errorf("%s: %s leads to %s, want %s", want, c.call, outcome(reply, s), c.s3)
					}
				}
				answer := r.s3
				if d != nil {
					answer = here
				}
				if got := written(d.Answers(s, asked(t, r.request))); got != answer {
					t.Errorf("%s: %s is answered\n %s, want\n %s", want, r.request, got, answer)
				}
			}
		})
	}
}
