package runner_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"corsprobe/runner"
	"corsprobe/runner/diagnose"
	"corsprobe/runner/dialect"
	"corsprobe/runner/reference"
	"corsprobe/runner/result"
	"corsprobe/runner/runnertest"
	"corsprobe/runner/runnertest/race"
	"corsprobe/scenarios"

	"github.com/google/go-cmp/cmp"
)

// What is kept in short is enough: a diagnosis of it comes to the same as one of all that was sent and came.
func TestShortEvidenceDiagnoses(t *testing.T) {
	race.Skip(t)
	plan := runnertest.Catalogue(t, "responses/**", "rules/order/**", "actual/**")
	for _, text := range []string{"exposed-where-sent: [ETag]", "only-first-rule", "actual-checks-real-headers", "vary-origin-only"} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			deviation, err := dialect.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			server := behaving(t, reference.Behaviour{Dialect: dialect.Dialect{deviation}})
			report, _ := run(t, server, plan, runner.Options{})
			if report.Summary.Failed == 0 {
				t.Fatal("nothing failed")
			}
			short := report
			short.Cells = nil
			for _, c := range report.Cells {
				short.Cells = append(short.Cells, runner.Shortened(c))
			}
			want, got := diagnose.Report(report), diagnose.Report(short)
			if diff := cmp.Diff(want.Causes, got.Causes); diff != "" {
				t.Errorf("causes of all evidence, and of it in short (-all +short):\n%s", diff)
			}
			if diff := cmp.Diff(want.Unexplained, got.Unexplained); diff != "" {
				t.Errorf("unexplained (-all +short):\n%s", diff)
			}
		})
	}
}

// large is a plan of n cells and a call.
func large(t testing.TB, n int) scenarios.Plan {
	var origins strings.Builder
	for i := range n / 4 {
		origins.WriteString("https://a" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + ".example.com, ")
	}
	return runnertest.Plan(t, map[string]string{"large.yaml": `name: large
cors:
  CORSRules:
    - AllowedOrigins: ["https://*.example.com"]
      AllowedMethods: [GET, PUT]
      AllowedHeaders: ["*"]
matrix:
  origins: [` + strings.TrimSuffix(origins.String(), ", ") + `]
  methods: [GET, PUT]
  headers: [none, x-amz-meta-title]
`})
}

// A cell that conforms is kept without what explains it, unless all evidence is asked for.
func TestEvidence(t *testing.T) {
	for _, c := range []struct {
		name         string
		evidence     runner.Evidence
		kept, judged bool // the whole, by the report, and by Judged
	}{
		{"all", runner.All, true, true},
		{"problems", runner.Problems, false, true},
		{"only problems", runner.OnlyProblems, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := behaving(t, reference.Behaviour{})
			t.Cleanup(func() { _ = server.Close(context.Background()) })
			whole := func(cell result.Cell) bool {
				return len(cell.Curl) > 0 && cell.Explanation != "" && cell.Browser != nil && !cell.Exchanges[0].Short
			}
			judged := func(cell result.Cell) {
				if cell.Point != nil && whole(cell) != c.judged {
					t.Errorf("Judged is given %+v", cell)
				}
			}
			report, _ := run(t, server, large(t, 8), runner.Options{Evidence: c.evidence, Judged: judged})
			for _, cell := range report.Cells {
				if cell.Point == nil || cell.Verdict != result.Passed {
					continue
				}
				if whole(cell) != c.kept {
					t.Errorf("kept: %+v", cell)
				}
			}
			if report.Summary.Passed < 8 {
				t.Errorf("%+v", report.Summary)
			}
		})
	}
}

// Of failures that are alike those after the first thousand are kept in short, and of known ones those after the first.
func TestEvidenceOfProblems(t *testing.T) {
	server := behaving(t, reference.Behaviour{Lines: func(h http.Header) { h.Del("Vary") }})
	known := &runner.Deviations{List: []scenarios.Deviation{{Cells: "**", Check: "preflight.vary", Reason: "no Vary"}, {Cells: "**", Check: "actual.vary", Reason: "no Vary"}}}
	report, _ := run(t, server, large(t, 8), runner.Options{Evidence: runner.OnlyProblems, Known: known})
	whole := 0
	for _, c := range report.Cells {
		if c.Verdict == result.Known && !c.Exchanges[0].Short {
			whole++
		}
	}
	if whole != 1 || report.Summary.Known != 8 {
		t.Errorf("%d of %d known cells have all their evidence, want 1 of 8", whole, report.Summary.Known)
	}
}
