package dialect_test

import (
	"testing"

	"corsprobe/runner/dialect"
	"corsprobe/runner/dialect/dialecttest"
)

// What S3's facts leave open is not open of an endpoint whose deviation decides it: one that always allows null is contradicted by an
// answer that does not (fact 48).
func TestOpenPointsThatADeviationSettles(t *testing.T) {
	for _, c := range []struct{ deviation, config, request, s3, here string }{
		{"origin-null-always", "null | GET", "GET /b/key; origin null", granted("null") + " or 200", granted("null")},
		{"origin-null-always", "* | GET", "OPTIONS /b/key; origin null; for GET", grantedAny + " or " + refusedGET, grantedAny},
		{"origin-reflected", "* | GET", "GET /b/key; origin null", grantedAny + " or 200", grantedAny},
		{"origin-localhost-always", "* | GET", "GET /b/key; origin null", grantedAny + " or 200", grantedAny + " or 200"},
	} {
		state := dialect.State{Own: dialecttest.Configuration(t, c.config)}
		if got := written(dialect.Dialect(nil).Answers(state, asked(t, c.request))); got != c.s3 {
			t.Errorf("S3 answers %s with %s, want %s", c.request, got, c.s3)
		}
		if got := written(dialecttest.Dialect(t, c.deviation).Answers(state, asked(t, c.request))); got != c.here {
			t.Errorf("with %s, %s is answered %s, want %s", c.deviation, c.request, got, c.here)
		}
	}
}
