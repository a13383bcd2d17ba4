package reports

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"corsprobe/runner/result"
)

// TestTextKnown holds a run without anything else to what it says: what of all that was compared is as owed, what is known, what it costs.
func TestTextKnown(t *testing.T) {
	exposed := &result.Deviation{Name: "always-exposed: [ETag]", Reason: "ETag is exposed whatever the rule says.", Link: "https://example.com/1893"}
	named := &result.Deviation{Name: "error-method: OPTIONS", Reason: "A refused preflight names OPTIONS as the method, in the error document."}
	found := func(id string, findings ...result.Finding) result.Cell {
		return result.Cell{ID: id, Scenario: "a/b", Title: "GET " + id, File: "catalogue/a.yaml", Line: 7, Verdict: result.Known, Checks: 19, Findings: findings}
	}
	refused := result.Finding{Check: "preflight.error-method", Class: result.Contract, Expected: "GET", Got: "OPTIONS", Known: named}
	read := result.Finding{Check: "actual.expose-headers", Class: result.Exposure, Known: exposed, Browser: &result.Effect{Sentence: "a script can read etag"}}
	unread := result.Finding{Check: "preflight.expose-headers", Class: result.Contract, Expected: "x", Got: "y", Known: exposed}
	r := result.Report{Endpoint: result.Endpoint{Name: "embedded versitygw 1.8.0"}, Cells: []result.Cell{
		{Verdict: result.Passed, Checks: 19}, found("1", refused), found("2", refused), found("3", unread), found("4", refused, read, unread),
	}}
	r.Summary = result.Summarise(r.Cells)
	inOrder(t, text(t, r, TextOptions{Width: 75}),
		"Of 95 checks 89 came as S3 owes them, and 6 exactly as versitygw 1.8.0 is\nknown to answer, by 2 deviations, worst first:\n\n",
		"exposure: a page may do or read what the configuration forbids\n  2 cells  ETag is exposed whatever the rule says.\n\n",
		"contract: the answer differs from S3's, and no browser or cache would\n  notice\n  3 cells  A refused preflight names OPTIONS as the method, in the error …\n\n",
		"--verbose also tells: an example of each deviation, and its link.\n\nSummary\n", "  checks    95: 89 as S3 owes them, 6 known\n",
		"safe missed, as is known: [exposure] actual.expose-headers in 1\n", "\nConforms, known deviations aside: 1 cell passed, 4 cells differ as is\nknown.\n")
	got := text(t, r, TextOptions{Width: 200, Verbose: true})
	inOrder(t, got,
		"Of 95 checks 89 came as S3 owes them, and 6 exactly as versitygw 1.8.0 is known to answer, by 2 deviations, worst first:\n\n",
		"exposure: a page may do or read what the configuration forbids\n  2 cells  ETag is exposed whatever the rule says.\n    e.g.      a script can read etag\n    in        catalogue/a.yaml:7\n    <https://example.com/1893>\n    3  GET 3\n",
		"contract: the answer differs from S3's, and no browser or cache would notice\n  3 cells  A refused preflight names OPTIONS as the method, in the error document.\n    e.g.      GET 1: expected GET, got OPTIONS\n    in        catalogue/a.yaml:7\n",
		"  checks    95: 89 as S3 owes them, 6 known\n")
	if strings.Contains(got, "--verbose") {
		t.Error("asks for what it was given")
	}
	coloured := text(t, r, TextOptions{Color: true})
	for _, s := range []style{red, alarm} {
		if strings.Contains(coloured, "\x1b["+string(s)+"m") {
			t.Errorf("a run that finds what is known alone has an alarm in it: colour %s in\n%s", s, coloured)
		}
	}
	if !strings.HasSuffix(coloured, "\x1b[33mConforms, known deviations aside: 1 cell passed, 4 cells differ as is known.\x1b[0m\n") {
		t.Errorf("known deviations make no green verdict:\n%s", coloured)
	}
}

// TestTextKnownBesideOthers: where something is left over, the run does not say that all is known.
func TestTextKnownBesideOthers(t *testing.T) {
	listed := []result.Finding{{Check: "preflight.vary", Class: result.Cache, Known: &result.Deviation{Reason: "as ever"}}}
	other := []result.Finding{{Check: "preflight.vary", Class: result.Cache}}
	for _, verdict := range []result.Verdict{result.Failed, result.Flaky} {
		r := result.Report{Cells: []result.Cell{{Verdict: result.Known, Checks: 8, Findings: listed}, {Verdict: verdict, Checks: 8, Findings: other}}}
		r.Summary = result.Summarise(r.Cells)
		got := text(t, r, TextOptions{})
		if !strings.Contains(got, "\nKnown deviations: 1 deviation in 1 cell\n") || !strings.Contains(got, "  checks    16: 14 as S3 owes them, 1 otherwise, 1 known\n") {
			t.Errorf("%s: got\n%s", verdict, got)
		}
	}
}

// TestTextOfManyKnown: a screen holds no more lines than it has.
func TestTextOfManyKnown(t *testing.T) {
	var r result.Report
	for i := range mostKnown + 3 {
		known := &result.Deviation{Reason: fmt.Sprintf("Reason %d.", i)}
		r.Cells = append(r.Cells, result.Cell{ID: strconv.Itoa(i), Verdict: result.Known, Checks: 1, Findings: []result.Finding{{Check: "actual.vary", Class: result.Cache, Known: known}}})
	}
	r.Summary = result.Summarise(r.Cells)
	got := text(t, r, TextOptions{})
	inOrder(t, got, "  1 cell  Reason 0.\n", "  1 cell  Reason 23.\n  … and 3 more, no worse\n\n--verbose also tells")
	if strings.Contains(got, "Reason 24.") || !strings.Contains(text(t, r, TextOptions{Verbose: true}), "Reason 26.") {
		t.Errorf("got\n%s", got)
	}
}

func TestWhoAnswers(t *testing.T) {
	for want, e := range map[string]result.Endpoint{
		"versitygw 1.8.0": {Name: "embedded versitygw 1.8.0", Provider: "x"}, "ovhcloud": {Provider: "ovhcloud"}, "this endpoint": {URL: "https://s3.example.com"},
	} {
		if got := whoAnswers(e); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
