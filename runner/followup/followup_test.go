package followup

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"corsprobe/runner"
	"corsprobe/runner/diagnose"
	"corsprobe/runner/dialect"
	"corsprobe/runner/reference"
	"corsprobe/runner/result"
	"corsprobe/runner/runnertest"
	"corsprobe/scenarios"
)

// narrow is a scenario in which many deviations answer alike.
const narrow = `
name: narrow
cors:
  CORSRules:
    - {AllowedOrigins: [https://app.example.com], AllowedMethods: [GET]}
    - {AllowedOrigins: [https://app.example.com], AllowedMethods: [POST, PUT], AllowedHeaders: [content-type, x-amz-*]}
matrix: {origins: [https://app.example.com], methods: [PUT], headers: [x-amz-date]}
`

func parse(t *testing.T, name string) dialect.Deviation {
	t.Helper()
	one, err := dialect.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return one
}

func plan(t *testing.T, text string) scenarios.Plan {
	t.Helper()
	return runnertest.Plan(t, map[string]string{"narrow.yaml": text})
}

// carrier carries plans out at an endpoint with a planted deviation.
func carrier(t *testing.T, planted string) Carrier {
	t.Helper()
	server, err := reference.StartWith(t.Context(), reference.WithDialect(parse(t, planted)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close(context.Background()) })
	at := runnertest.Connect(t, server)
	return func(ctx context.Context, plan scenarios.Plan) (result.Report, []error) {
		return at.Run(ctx, plan, runner.Options{Settle: 5 * time.Second})
	}
}

// TestDecides: what a narrow scenario leaves open, further questions decide; where nothing tells two apart, both stay.
func TestDecides(t *testing.T) {
	for planted, like := range map[string][]string{
		"only-first-rule":           {"rules-looked-at: 1"}, // which is the same
		"rule-by-origin-alone":      nil,
		"preflight-204":             nil,
		"no-headers-on-method: PUT": nil,
		"credentials-missing":       nil,
		"method-first-only":         nil,
		"header-no-pattern":         nil,
	} {
		t.Run(planted, func(t *testing.T) {
			carry := carrier(t, planted)
			report, trouble := carry(t.Context(), plan(t, narrow))
			if len(trouble) > 0 {
				t.Fatal(trouble)
			}
			if report.Summary.Failed == 0 {
				t.Fatal("the scenario does not show it")
			}
			requests := report.Summary.Requests
			found, trouble := Ask(t.Context(), &report, Options{Carry: carry})
			if len(trouble) > 0 || len(found.Unexplained) > 0 {
				t.Errorf("trouble %v, unexplained %v", trouble, found.Unexplained)
			}
			if len(found.Causes) != 1 || !slices.Contains(append([]string{planted}, like...), found.Written(0)) {
				t.Fatalf("diagnosed as %s", found.Dialect)
			}
			for _, other := range found.Causes[0].Alternatives {
				if other != planted && !slices.Contains(like, other) {
					t.Errorf("%s is still an alternative", other)
				}
			}
			for _, q := range followUpOf(report).Questions {
				if !slices.Contains(q.Between, planted) || !slices.Contains(q.Remaining, planted) {
					t.Errorf("%+v", q)
				}
			}
			if n := len(followUpOf(report).Questions); n > 0 && report.Summary.Requests <= requests {
				t.Error("the requests of further questions are not counted")
			}
			for _, cause := range found.Causes {
				if slices.ContainsFunc(cause.Cells, func(id string) bool { return strings.HasPrefix(id, "follow-up") }) {
					t.Errorf("%s counts cells of the follow-up", cause.Deviation)
				}
			}
		})
	}
}

func followUpOf(r result.Report) result.FollowUp {
	if r.FollowUp == nil {
		return result.FollowUp{}
	}
	return *r.FollowUp
}

// TestOffline: a report with what was asked further is diagnosed alike without an endpoint.
func TestOffline(t *testing.T) {
	carry := carrier(t, "rule-by-origin-alone")
	report, _ := carry(t.Context(), plan(t, narrow))
	before := diagnose.Report(report)
	if len(before.Rivals) == 0 {
		t.Fatal("the narrow scenario tells everything")
	}
	found, _ := Ask(t.Context(), &report, Options{Carry: carry})
	if again := diagnose.Report(report); again.Dialect.String() != found.Dialect.String() || len(again.Rivals) != len(found.Rivals) {
		t.Errorf("%s offline, %s before", again.Dialect, found.Dialect)
	}
}

// TestBounds: no more is asked than may be; what was not judged decides nothing, and is told.
func TestBounds(t *testing.T) {
	carry := carrier(t, "rule-by-origin-alone")
	report, _ := carry(t.Context(), plan(t, narrow))
	asked := 0
	one := report
	_, _ = Ask(t.Context(), &one, Options{Questions: 1, Carry: func(ctx context.Context, p scenarios.Plan) (result.Report, []error) {
		asked += len(p.Scenarios)
		return carry(ctx, p)
	}})
	if asked != 1 || len(one.FollowUp.Questions) != 1 {
		t.Errorf("%d questions", asked)
	}
	dead := report
	boom := errors.New("boom")
	found, trouble := Ask(t.Context(), &dead, Options{Carry: func(_ context.Context, p scenarios.Plan) (result.Report, []error) {
		r := result.Report{}
		for _, s := range p.Scenarios {
			for _, id := range (scenarios.Plan{Scenarios: []scenarios.Planned{s}}).IDs() {
				r.Cells = append(r.Cells, result.Cell{ID: id, Scenario: s.Scenario.ID, Verdict: result.Error, Reason: "connection refused"})
			}
		}
		return r, []error{boom}
	}})
	if len(dead.FollowUp.Questions) != 0 || dead.FollowUp.Incomplete != "connection refused" || !slices.Equal(trouble, []error{boom}) || len(found.Rivals) == 0 {
		t.Errorf("got %+v, %v", dead.FollowUp, trouble)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	none := report
	if Ask(ended, &none, Options{Carry: func(context.Context, scenarios.Plan) (result.Report, []error) {
		t.Error("asked")
		return result.Report{}, nil
	}}); none.FollowUp != nil {
		t.Errorf("got %+v", none.FollowUp)
	}
}

// TestKnownNeedsNoDecision: causes of what is known alone are not asked about.
func TestKnownNeedsNoDecision(t *testing.T) {
	carry := carrier(t, "rule-by-origin-alone")
	report, _ := carry(t.Context(), plan(t, narrow))
	for i := range report.Cells {
		if c := &report.Cells[i]; c.Verdict == result.Failed {
			c.Verdict = result.Known
		}
	}
	if Ask(t.Context(), &report, Options{Carry: carry}); report.FollowUp != nil {
		t.Errorf("asked %+v", report.FollowUp.Questions)
	}
}

// TestMadeUp: what the catalogue asked already is left to cases that are made up.
func TestMadeUp(t *testing.T) {
	first, other := parse(t, "only-first-rule"), parse(t, "last-rule-wins")
	rival := diagnose.Rival{Deviations: []dialect.Deviation{first, other}, Dialects: []dialect.Dialect{{first}, {other}}}
	var asked result.Report
	for _, id := range catalogue().IDs() {
		asked.Cells = append(asked.Cells, result.Cell{ID: id})
	}
	chosen := choose([]diagnose.Rival{rival}, asked, 5)
	if len(chosen) != 1 || !strings.HasPrefix(chosen[0].id, "fuzz-") {
		t.Fatalf("got %+v", chosen)
	}
	if q := choose([]diagnose.Rival{rival}, result.Report{}, 5); strings.HasPrefix(q[0].id, "fuzz-") {
		t.Errorf("%s though the catalogue has one", q[0].id)
	}
	same := diagnose.Rival{Deviations: []dialect.Deviation{first, first}, Dialects: []dialect.Dialect{{first}, {first}}}
	if q := choose([]diagnose.Rival{same}, result.Report{}, 5); len(q) != 0 {
		t.Errorf("asks %s between two that are one", q[0].id)
	}
}
