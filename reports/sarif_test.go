package reports

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"corsprobe/runner/result"
	"corsprobe/runner/sarif"
)

func TestSARIFGolden(t *testing.T) {
	golden(t, "report.sarif", render(t, SARIF, shortened(diagnosed())))
}

var compiledSARIF *jsonschema.Schema

// sarifSchema is the standard's, as OASIS publishes it.
func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	if compiledSARIF == nil {
		compiledSARIF = compile(t, []byte(read(t, filepath.Join("testdata", "sarif-schema-2.1.0.json"))))
	}
	return compiledSARIF
}

// readSARIF decodes what was written, and nothing that it does not know.
func readSARIF(t *testing.T, data []byte) sarif.Run {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var log sarif.Log
	if err := d.Decode(&log); err != nil {
		t.Fatal(err)
	}
	if len(log.Runs) != 1 {
		t.Fatalf("%d runs", len(log.Runs))
	}
	return log.Runs[0]
}

func sarifSkeleton(t *testing.T, data []byte) (skeleton, problems []string) {
	skeleton, problems = jsonSkeleton(data)
	if err := fits(t, sarifSchema(t), data); err != nil {
		problems = append(problems, err.Error())
	}
	return skeleton, problems
}

func TestSARIFKeepsTheSchema(t *testing.T) {
	strange := diagnosed()
	strange.Cells[3].Findings[0].Class, strange.Cells[4].File = "of a later release", "a folder/with # and %.yaml"
	for name, r := range map[string]result.Report{"sample": sample(), "diagnosed": diagnosed(), "clean": clean(), "empty": {}, "strange": strange} {
		if err := fits(t, sarifSchema(t), render(t, SARIF, r)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, bad := range []string{`{"version":"2.1.0"}`, `{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"a"}},"results":[{"ruleIndex":0}]}]}`} {
		if fits(t, sarifSchema(t), []byte(bad)) == nil {
			t.Errorf("the schema takes %s", bad)
		}
	}
}

// A result has the rule of its cause, or of its check where no cause explains it, once a scenario, at the scenario's place.
func TestSARIFResults(t *testing.T) {
	r := diagnosed()
	for i := range r.Cells { // a scenario is in one place
		if r.Cells[i].Scenario == "origins/exact" {
			r.Cells[i].Line = 12
		}
	}
	run := readSARIF(t, render(t, SARIF, shortened(r)))
	type found struct {
		Rule, Level, Place string
		Cells              int
	}
	var got []found
	for _, f := range run.Results {
		if rule := run.Tool.Driver.Rules[f.RuleIndex]; rule.ID != f.RuleID {
			t.Errorf("rule %d is %s, want %s", f.RuleIndex, rule.ID, f.RuleID)
		}
		place := "none"
		if p := f.Locations[0].Physical; p != nil {
			place = p.Artifact.URI
			if p.Region != nil {
				place += ":" + string(rune('0'+p.Region.StartLine/10)) + string(rune('0'+p.Region.StartLine%10))
			}
		}
		if !strings.HasPrefix(f.RuleID, "actual.header.") {
			got = append(got, found{f.RuleID, string(f.Level), place, f.Occurrences})
		}
	}
	want := []found{
		{"origin-reflected", "error", "scenarios/origins.yaml:12", 10},
		{"preflight.status", "error", "scenarios/rules.yaml:12", 1},
		{"preflight.error-message", "note", "scenarios/rules.yaml:12", 1},
		{"actual.allow-origin", "error", "scenarios/rules.yaml:12", 1},
		{"actual.vary", "warning", "scenarios/responses.yaml:12", 1},
		{"stale-known-deviation", "error", "known.yaml:14", 0},
		{"stale-known-deviation", "error", "known.yaml:20", 0},
	}
	for i := range want {
		if want[i].Rule == "preflight.error-message" { // it is known, and so no result
			want = append(want[:i], want[i+1:]...)
			break
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if text := run.Results[0].Message.Text; text != "Every origin is taken for an allowed one, in 10 cells of origins/exact. E.g. GET https://evil.example: expected Access-Control-Allow-Origin absent, got Access-Control-Allow-Origin: https://evil.example" {
		t.Errorf("it says %q", text)
	}
}

// Fingerprints are the same from run to run, and different for different results.
func TestSARIFFingerprints(t *testing.T) {
	first, next := diagnosed(), diagnosed()
	next.Run = result.Run{ID: "other", Tool: "corsprobe 9"}
	for i := range next.Cells {
		next.Cells[i].Line, next.Cells[i].Title = 99, "reworded"
	}
	prints := func(r result.Report) map[string]int {
		all := map[string]int{}
		for _, f := range readSARIF(t, render(t, SARIF, r)).Results {
			all[f.Fingerprints["corsprobe/v1"]]++
		}
		return all
	}
	a, b := prints(first), prints(next)
	for fingerprint := range a {
		if b[fingerprint] == 0 {
			t.Errorf("%s is gone in the next run", fingerprint)
		}
	}
}

// The built-in catalogue is in no checkout: its findings have a name and no file.
func TestSARIFOfTheCatalogueHasNoFile(t *testing.T) {
	c := broken()
	c.File = "catalogue/rules/order.yaml"
	for _, f := range readSARIF(t, render(t, SARIF, result.Report{Cells: []result.Cell{c}})).Results {
		if f.Locations[0].Physical != nil || f.Locations[0].Logical[0].Name != c.ID {
			t.Errorf("it is at %+v", f.Locations[0])
		}
	}
}

// A run that is no good one is no success, whatever its results.
func TestSARIFIsNeverGreenByAccident(t *testing.T) {
	incomplete, unsupported, open := clean(), clean(), clean()
	incomplete.Run.Incomplete = "interrupted"
	unsupported.Cells = setAside()[5:7]
	open.Cells = append(open.Cells, setAside()[0])
	bare := clean()
	bare.Cells = append(bare.Cells, newCell("a/b", "c", "", result.Failed))
	for name, tc := range map[string]struct {
		r       result.Report
		success bool
		results int
		want    string
	}{
		"clean":       {clean(), true, 0, ""},
		"incomplete":  {incomplete, false, 0, "the run is incomplete: interrupted"},
		"unsupported": {unsupported, false, 0, "nothing was judged: this endpoint supports none of 2 cells"},
		"in error":    {open, false, 0, `1 cell without a judgement: connection reset by peer \x1b[2J`},
		"empty":       {result.Report{}, false, 0, "nothing was judged: no cell was run"},
		"no finding":  {bare, true, 1, ""},
	} {
		run := readSARIF(t, render(t, SARIF, tc.r))
		v, said := run.Invocations[0], ""
		for _, n := range v.Notifications {
			said += n.Message.Text
		}
		if v.Successful != tc.success || said != tc.want || len(run.Results) != tc.results {
			t.Errorf("%s: successful %t, says %q, %d results; want %t, %q, %d", name, v.Successful, said, len(run.Results), tc.success, tc.want, tc.results)
		}
	}
}
