package dialect_test

import (
	"slices"
	"testing"

	"corsprobe/runner/dialect"
	"corsprobe/runner/dialect/dialecttest"
)

// row says of one deviation what an endpoint that has it answers.
type row struct {
	deviation string // as it is written in a file
	config    string // empty: the standard one, see usual
	cases     []answered
}

// answered is a request with both answers, worked out by hand from S3's facts and the deviation's own summary.
type answered struct {
	config  string // empty: the row's
	request string
	s3      string
	here    string // empty: the same as S3's, a near miss that the deviation leaves alone
}

// usual is the configuration of rows that name none; none is a bucket's without one.
const (
	usual = "https://app.example, https://*.shop.example | PUT, GET | headers X-Amz-*, Content-Type | expose ETag, x-amz-version-id | age 3000\n* | GET"
	none  = "none"
)

// The answers that come time and again, under the usual configuration.
const (
	preflightGET = "OPTIONS /b/key; origin https://app.example; for GET"
	grantedGET   = "200; origin https://app.example; credentials; methods PUT, GET; expose ETag, x-amz-version-id; age 3000; vary"
	actualGET    = "GET /b/key; origin https://app.example"
	preflightAny = "OPTIONS /b/key; origin https://other.example; for GET"
	actualAny    = "GET /b/key; origin https://other.example"
	grantedAny   = "200; origin *; methods GET; vary"
	refusedGET   = "403 AccessForbidden GET OBJECT"
)

func (r row) check(t *testing.T) {
	d := dialecttest.Dialect(t, r.deviation)
	differs, alike := 0, 0
	for _, c := range r.cases {
		config := c.config
		if config == "" {
			config = r.config
		}
		switch config {
		case "":
			config = usual
		case none:
			config = ""
		}
		state := dialect.State{Own: dialecttest.Configuration(t, config)}
		if got := written(dialect.Dialect(nil).Answers(state, asked(t, c.request))); got != c.s3 {
			t.Errorf("%s\n under %s\n S3 answers  %s\n want        %s", c.request, config, got, c.s3)
		}
		want := c.here
		if want == "" {
			want, alike = c.s3, alike+1
		} else {
			differs++
		}
		if got := written(d.Answers(state, asked(t, c.request))); got != want {
			t.Errorf("%s\n under %s\n is answered %s\n want        %s", c.request, config, got, want)
		}
		if c.here == c.s3 {
			t.Errorf("%s: both answers are %s: leave the second out", c.request, c.s3)
		}
	}
	if differs == 0 || alike == 0 {
		t.Errorf("%d requests are answered otherwise, %d alike; at least one of each is needed", differs, alike)
	}
}

// TestEveryDeviationHasARow: who adds a deviation says by hand what it does and what it leaves alone.
func TestEveryDeviationHasARow(t *testing.T) {
	var named []string
	for _, r := range answerRows() {
		named = append(named, dialecttest.Dialect(t, r.deviation)[0].Name)
	}
	for _, r := range callRows() {
		named = append(named, dialecttest.Dialect(t, r.deviation)[0].Name)
	}
	for _, r := range historyRows {
		named = append(named, dialecttest.Dialect(t, r.deviation)[0].Name)
	}
	for _, d := range dialect.All() {
		if !slices.Contains(named, d.Name) {
			t.Errorf("%s has no row: add one to the table of its kind", d.Name)
		}
	}
}

func answerRows() []row {
	return slices.Concat(ruleRows, originRows, methodRows, headerRows, allowOriginRows, grantRows, varyRows, preflightRows, refusalRows, actualRows)
}

// TestRows holds every row against the model.
func TestRows(t *testing.T) {
	for _, r := range answerRows() {
		t.Run(r.deviation, r.check)
	}
}
