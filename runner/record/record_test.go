package record

import (
	"cmp"
	"strings"
	"testing"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"

	gocmp "github.com/google/go-cmp/cmp"
)

func exchange(kind string, status int, body string, lines ...string) result.Exchange {
	ex := result.Exchange{Kind: kind, Response: result.Response{Status: status, Body: body}}
	for i := 0; i+1 < len(lines); i += 2 {
		ex.Response.Headers = append(ex.Response.Headers, result.Header{Name: lines[i], Value: lines[i+1]})
	}
	return ex
}

// pinned is what is recorded of an answer with those headers: every header of the table, absent ones too.
func pinned(status string, headers map[string]string) string {
	parts := []string{status}
	for _, h := range s3cors.Headers {
		parts = append(parts, h.Name+": "+cmp.Or(headers[h.Name], "absent"))
	}
	return strings.Join(parts, ", ")
}

func TestCell(t *testing.T) {
	came := result.Cell{Verdict: result.Failed, Exchanges: []result.Exchange{
		exchange("preflight", 403, "<Error><Code>AccessForbidden</Code></Error>"),
		exchange("actual", 200, "hello", "access-control-allow-origin", "*", "Vary", "Origin", "Vary", "Accept"),
	}}
	r, ok := Cell("put", scenarios.Cell{ID: "x"}, came)
	got := []string{r.Step, r.Cell.ID, r.Preflight.String(), r.Actual.String()}
	want := []string{"put", "x", pinned("403 AccessForbidden", nil), pinned("200", map[string]string{"Access-Control-Allow-Origin": "*", "Vary": "Origin, Accept"})}
	if diff := gocmp.Diff(want, got); !ok || diff != "" {
		t.Errorf("%v (-want +got):\n%s", ok, diff)
	}
}

// What was not answered, or in two ways, is no expectation.
func TestCellUnheard(t *testing.T) {
	lost := exchange("actual", 0, "")
	lost.Error = "connection refused"
	for name, came := range map[string]result.Cell{
		"error":       {Verdict: result.Error, Exchanges: []result.Exchange{exchange("actual", 200, "")}},
		"flaky":       {Verdict: result.Flaky, Exchanges: []result.Exchange{exchange("actual", 200, "")}},
		"unsupported": {Verdict: result.Unsupported},
		"lost":        {Verdict: result.Failed, Exchanges: []result.Exchange{exchange("preflight", 200, ""), lost}},
		"never asked": {},
	} {
		if r, ok := Cell("", scenarios.Cell{}, came); ok {
			t.Errorf("%s: %s %s", name, r.Preflight, r.Actual)
		}
	}
}

func TestMoved(t *testing.T) {
	was := func(status int, vary string) *scenarios.Parts {
		return parts(exchange("", status, "", "Vary", vary).Response)
	}
	pinned := scenarios.Cell{Pins: []scenarios.Pin{
		{Reason: "a person said so", Preflight: was(500, "x")},
		{Reason: "recorded 2026-11-26 at x", Preflight: was(200, "Origin"), Actual: was(200, "Origin")},
	}}
	for _, c := range []struct {
		name string
		now  scenarios.Recorded
		want []string
	}{
		{"nothing", scenarios.Recorded{Cell: pinned, Preflight: was(200, "Origin"), Actual: was(200, "Origin")}, nil},
		{"never recorded", scenarios.Recorded{Preflight: was(200, "Origin")}, nil},
		{"only one is sent now", scenarios.Recorded{Cell: pinned, Preflight: was(200, "Origin")}, nil},
		{"status and header", scenarios.Recorded{Cell: pinned, Preflight: was(204, "Origin"), Actual: was(200, "Accept")},
			[]string{"preflight status: was [200], is [204]", "actual Vary: was Origin, is Accept"}},
	} {
		if diff := gocmp.Diff(c.want, Moved(c.now)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}
