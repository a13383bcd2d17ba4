package runner_test

import (
	"regexp"
	"strings"
	"testing"

	"corsprobe/runner"
	"corsprobe/runner/reference"
	"corsprobe/runner/result"
	"corsprobe/runner/runnertest"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"
)

// TestFaithfulEndpoint runs the whole catalogue against an endpoint that answers as S3 does: every cell passes, nothing is left behind, and no call is
// made that --dry-run does not list.
func TestFaithfulEndpoint(t *testing.T) {
	t.Parallel()
	var made recorder
	server := behaving(t, reference.Behaviour{Handler: made.record})
	plan := runnertest.CatalogueOrSample(t)
	report, trouble := run(t, server, plan, runner.Options{})
	made.listed(t, plan, report.Run.ID, runner.Options{})
	for _, err := range trouble {
		t.Errorf("clean-up: %v", err)
	}
	for _, c := range report.Cells {
		if !faithful(c) {
			t.Errorf("%s is %s %s: %+v", c.ID, c.Verdict, c.Reason, c.Findings)
		}
	}
	if report.Summary.Passed == 0 {
		t.Error("no cell was judged")
	}
	described(t, report)
}

// notOffered is the reason of a cell or call that the server behind the reference does not have.
var notOffered = regexp.MustCompile("^the endpoint does not offer .*: it answers 501$|; what follows is asked all the same$")

// faithful reports a cell that passed, or what the server behind the reference does not have.
func faithful(c result.Cell) bool {
	return c.Verdict == result.Passed || c.Verdict == result.Unsupported && notOffered.MatchString(c.Reason)
}

// described holds what a report says of its scenarios and cells together: every cell is of a scenario and a step that are there.
func described(t *testing.T, report result.Report) {
	t.Helper()
	steps := map[string]bool{}
	for _, s := range report.Scenarios {
		for _, step := range s.Steps {
			steps[s.ID+"\x00"+step.Name] = true
			if _, err := s3cors.ParseJSON([]byte(step.CORS)); step.CORS != "" && err != nil {
				t.Errorf("%s %s: %v", s.ID, step.Name, err)
			}
		}
	}
	for _, c := range report.Cells {
		if !steps[c.Scenario+"\x00"+c.Step] {
			t.Errorf("%s: no step %q of %s", c.ID, c.Step, c.Scenario)
		}
		call := c.Point == nil
		if call != !strings.Contains(c.ID, "/auto/") && !strings.Contains(c.ID, "/path/") && !strings.Contains(c.ID, "/virtual/") || !call && !strings.Contains(c.ID, "/"+c.Point.Target+"/"+c.Point.Addressing+"/"+c.Point.Authorisation+"/") {
			t.Errorf("%s lies at %+v", c.ID, c.Point)
		}
	}
}

func run(t testing.TB, s runnertest.Server, plan scenarios.Plan, opts runner.Options) (result.Report, []error) {
	t.Helper()
	report, trouble := runnertest.Connect(t, s).Run(t.Context(), plan, opts)
	_, secret := s.Credentials()
	if data := strings.Join(texts(report), "\n"); strings.Contains(data, secret) {
		t.Error("the report holds the secret key")
	}
	return report, trouble
}

func texts(report result.Report) []string {
	var all []string
	for _, c := range report.Cells {
		for _, ex := range c.Exchanges {
			all = append(all, ex.Request.URL, ex.Response.Body, ex.Error)
			for _, h := range append(ex.Request.Headers, ex.Response.Headers...) {
				all = append(all, h.Value)
			}
		}
		all = append(all, c.Curl...)
	}
	return all
}
