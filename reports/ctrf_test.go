package reports

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"corsprobe/runner/result"
)

func TestCTRFGolden(t *testing.T) {
	golden(t, "ctrf.json", render(t, CTRF, shortened(sample())))
}

// compile reads a JSON Schema. Formats such as date-time are checked too.
func compile(t *testing.T, schema []byte) *jsonschema.Schema {
	t.Helper()
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", parsed); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("schema.json")
}

// fits says how a JSON document breaks a schema.
func fits(t *testing.T, s *jsonschema.Schema, document []byte) error {
	t.Helper()
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return err
	}
	return s.Validate(parsed)
}

var compiledRules *jsonschema.Schema

func ctrfRules(t *testing.T) *jsonschema.Schema {
	t.Helper()
	if compiledRules == nil {
		compiledRules = compile(t, []byte(read(t, filepath.Join("testdata", "ctrf.rules.json"))))
	}
	return compiledRules
}

// readCTRF decodes what was written, and nothing that it does not know.
func readCTRF(t *testing.T, data []byte) ctrfReport {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var doc ctrfReport
	if err := d.Decode(&doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestCTRFKeepsTheRules(t *testing.T) {
	rules := ctrfRules(t)
	nameless := result.Report{Cells: []result.Cell{{Verdict: result.Passed}}}
	for name, r := range map[string]result.Report{"sample": sample(), "clean": clean(), "empty": {}, "nameless": nameless} {
		if err := fits(t, rules, render(t, CTRF, r)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if fits(t, rules, []byte(`{"reportFormat":"CTRF","specVersion":"1.0.0","results":{"tool":{"name":""},"summary":{},"tests":[]}}`)) == nil {
		t.Error("the rules take what breaks them")
	}
}

func TestCTRFStatuses(t *testing.T) {
	r := sample()
	r.Cells = append(r.Cells, newCell("a/b", "c", "", "sideways"))
	doc := readCTRF(t, render(t, CTRF, r))
	want := map[result.Verdict]string{
		result.Passed: "passed", result.Failed: "failed", result.Flaky: "failed", result.Error: "failed", result.Known: "other", result.Unsupported: "skipped",
		"sideways": "failed",
	}
	tests := doc.Results.Tests[len(r.Stale):]
	counts := map[string]int{"failed": len(r.Stale)}
	for i, test := range tests {
		c := &r.Cells[i]
		if test.Status != want[c.Verdict] || test.RawStatus != string(c.Verdict) || test.Message != messageOf(c) || (test.Trace != "") != isWrong(c.Verdict) {
			t.Errorf("the %s cell is %+v", c.Verdict, test)
		}
		counts[test.Status]++
	}
	s := doc.Results.Summary
	if got := map[string]int{"passed": s.Passed, "failed": s.Failed, "skipped": s.Skipped, "other": s.Other}; !cmp.Equal(got, counts) || s.Tests != len(doc.Results.Tests) {
		t.Errorf("the summary says %v of %d, the tests %v of %d", got, s.Tests, counts, len(doc.Results.Tests))
	}
	if s.Stop-s.Start != s.Duration || s.Duration != 12345 {
		t.Errorf("from %d to %d in %d", s.Start, s.Stop, s.Duration)
	}
}

func TestCTRFTest(t *testing.T) {
	origin := "https://app.example.com"
	c := broken()
	c.Attempts, c.Point = 2, &result.Point{Target: "object", Origin: &origin, Method: "PUT"}
	got := ctrfCell(&c, []string{"smoke", "a\x1b"})
	if want := []string{"rules", "order"}; !slices.Equal(got.Suite, want) || got.Name != shortID(&c) {
		t.Errorf("suite %q, name %q", got.Suite, got.Name)
	}
	if want := []string{"smoke", `a\x1b`}; !slices.Equal(got.Tags, want) || got.Retries != 1 || got.Parameters != c.Point {
		t.Errorf("tags %q, %d retries, parameters %v", got.Tags, got.Retries, got.Parameters)
	}
	if got.FilePath != c.File || got.Line != c.Line || got.Duration != 41 || got.Start != started.UnixMilli() {
		t.Errorf("got %+v", got)
	}
	inOrder(t, got.Trace, "[breakage] preflight.status\n", "> OPTIONS", "curl      curl -sS")
}

func TestCTRFIsNeverGreenByAccident(t *testing.T) {
	r := clean()
	r.Run.Incomplete = "interrupted"
	for _, tc := range []struct {
		r       result.Report
		failed  int
		healthy bool
	}{{clean(), 0, true}, {r, 1, false}, {result.Report{}, 1, false}} {
		doc := readCTRF(t, render(t, CTRF, tc.r))
		if doc.Results.Summary.Failed != tc.failed || doc.Results.Environment.Healthy != tc.healthy {
			t.Errorf("%d failed, healthy %v; want %d and %v", doc.Results.Summary.Failed, doc.Results.Environment.Healthy, tc.failed, tc.healthy)
		}
	}
}

func TestCTRFLevels(t *testing.T) {
	got := readCTRF(t, render(t, CTRF, sample())).Results.Extra.Levels
	want := map[string]result.LevelState{"readable": result.Missed, "safe": result.Missed, "exact": result.Missed}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
