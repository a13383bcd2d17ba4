package diagnose_test

import (
	"slices"
	"testing"

	"corsprobe/runner/diagnose"
	"corsprobe/runner/dialect"
	"corsprobe/runner/result"
)

// An answer that S3 may give as well as the dialect shows nothing, and contradicts nothing: that of a preflight without a method is open.
func TestOracle(t *testing.T) {
	known, err := dialect.Parse("preflight-without-method: {status: 403, code: BadRequest}")
	if err != nil {
		t.Fatal(err)
	}
	scenario := result.Scenario{ID: "s", Steps: []result.Step{{Call: "PutBucketCors", CORS: `{"CORSRules":[{"AllowedOrigins":["https://app.example.com"],"AllowedMethods":["GET"]}]}`}}}
	oracle := diagnose.NewOracle(dialect.Dialect{known}, []result.Scenario{scenario}, "http://s3.example.com")
	for _, c := range []struct {
		name, body       string
		status           int
		concerned, shown bool
	}{
		{"both answer so", "<Error><Code>BadRequest</Code></Error>", 403, false, false},
		{"S3 answers so", "<Error><Code>BadRequest</Code></Error>", 400, true, false},
		{"neither answers so", "<Error><Code>NotImplemented</Code></Error>", 501, true, false},
	} {
		origin := "https://app.example.com"
		told := oracle.Explain(result.Cell{ID: "s/1", Scenario: "s", Verdict: result.Passed, Point: &result.Point{Origin: &origin, Target: "object"}, Exchanges: []result.Exchange{{
			Kind:     "preflight",
			Request:  result.Request{Method: "OPTIONS", URL: "http://s3.example.com/b/object.txt", Headers: []result.Header{{Name: "Origin", Value: origin}}},
			Response: result.Response{Status: c.status, Body: c.body},
		}}})
		if concerned, shown := slices.Contains(told.Concerned, 0), slices.Contains(told.Shown, 0); concerned != c.concerned || shown != c.shown {
			t.Errorf("%s: concerned %t, shown %t; want %t, %t", c.name, concerned, shown, c.concerned, c.shown)
		}
	}
}
