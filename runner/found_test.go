package runner

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"corsprobe/runner/judge"
	"corsprobe/runner/result"
	"corsprobe/scenarios"
)

// cell is one of scenario a/b, from an origin, with findings given as checks and what came in turn; without any it conforms.
func cell(origin, method string, findings ...string) result.Cell {
	c := result.Cell{
		ID: "a/b/object/auto/presigned/" + origin + "/" + method + "/-", Scenario: "a/b", Verdict: result.Passed,
		Point: &result.Point{Origin: &origin, Method: method, Headers: "none"},
	}
	for i := 0; i < len(findings); i += 2 {
		c.Verdict = result.Failed
		c.Findings = append(c.Findings, result.Finding{Check: findings[i], Got: findings[i+1]})
	}
	return c
}

// aBody is a cell in which something else came than an error document.
func aBody(start string) result.Cell {
	c := cell("o1", "GET", "actual.error-code", judge.NoDocument(start))
	c.Findings[0].How, c.Findings[0].Came = result.NoDocument, &result.Side{Body: start}
	return c
}

func TestFound(t *testing.T) {
	const acao = "Access-Control-Allow-Origin: "
	called := result.Cell{ID: "a/b/PutBucketCors", Scenario: "a/b", Verdict: result.Passed}
	known := cell("o1", "PUT", "actual.vary", "absent")
	known.Findings[0].Known = &result.Deviation{Reason: "listed"}
	flaky := cell("o1", "PUT", "actual.vary", "absent")
	flaky.Verdict = result.Flaky
	for _, c := range []struct {
		name   string
		cells  []result.Cell
		others []string
		want   []string // cells, check and got of each entry
	}{
		{"nothing", []result.Cell{cell("o1", "GET")}, nil, nil},
		{"everything", []result.Cell{cell("o1", "GET", "actual.vary", "absent"), cell("o2", "PUT", "actual.vary", "absent")}, nil,
			[]string{"a/** actual.vary absent"}},
		{"the scenario, but not the topic", []result.Cell{cell("o1", "GET", "actual.vary", "absent")}, []string{"a/other/x"},
			[]string{"a/b/** actual.vary absent"}},
		{"all but the call", []result.Cell{called, cell("o1", "GET", "actual.vary", "absent")}, nil,
			[]string{"a/b/*/*/*/*/*/* actual.vary absent"}},
		{"one method of every origin", []result.Cell{cell("o1", "GET"), cell("o2", "GET"), cell("o1", "PUT", "actual.vary", "absent"), cell("o2", "PUT", "actual.vary", "absent")}, nil,
			[]string{"a/b/*/*/*/*/PUT/* actual.vary absent"}},
		{"one origin", []result.Cell{cell("o1", "GET"), cell("o2", "GET", "actual.vary", "absent"), cell("o2", "PUT", "actual.vary", "absent")}, nil,
			[]string{"a/b/*/*/*/o2/** actual.vary absent"}},
		{"a corner", []result.Cell{cell("o1", "GET"), cell("o1", "PUT"), cell("o2", "GET"), cell("o2", "PUT", "actual.vary", "absent")}, nil,
			[]string{"a/b/*/*/*/o2/PUT/* actual.vary absent"}},
		{"all but a corner", []result.Cell{cell("o1", "GET"), cell("o1", "PUT", "actual.vary", "absent"), cell("o2", "GET", "actual.vary", "absent"), cell("o2", "PUT", "actual.vary", "absent")}, nil,
			[]string{"a/b/*/*/*/*/PUT/* actual.vary absent", "a/b/*/*/*/o2/** actual.vary absent"}},
		{"the cell's own origin", []result.Cell{cell("o1", "GET", "actual.allow-origin", acao+"o1"), cell("o2", "GET", "actual.allow-origin", acao+"o2")}, nil,
			[]string{"a/** actual.allow-origin " + acao + "{origin}"}},
		{"another's origin", []result.Cell{cell("o1", "GET", "actual.allow-origin", acao+"o3"), cell("o2", "GET", "actual.allow-origin", acao+"o3")}, nil,
			[]string{"a/** actual.allow-origin " + acao + "o3"}},
		{"two kinds", []result.Cell{cell("o1", "GET", "preflight.status", "403", "actual.vary", "absent"), cell("o2", "GET", "preflight.status", "500")}, nil,
			[]string{"a/b/*/*/*/o1/** preflight.status 403", "a/b/*/*/*/o1/** actual.vary absent", "a/b/*/*/*/o2/** preflight.status 500"}},
		{"known already", []result.Cell{known}, nil, nil},
		{"flaky", []result.Cell{flaky}, nil, nil},
		{"a body", []result.Cell{aBody("at 12:00")}, nil,
			[]string{"a/** actual.error-code " + judge.NoDocument("*")}},
		{"a bucket of the run's", []result.Cell{cell("o1", "GET", "x", "corsprobe-0123456789ab-7 is it")}, nil, []string{"a/** x * is it"}},
		{"bytes that YAML does not hold", []result.Cell{cell("o1", "GET", "x", "caf\xe9")}, nil, []string{"a/** x caf*"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, d := range Found(c.cells, c.others) {
				got = append(got, d.Cells+" "+d.Check+" "+d.Got)
			}
			if diff := cmp.Diff(sorted(c.want), sorted(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			exact(t, c.cells, c.others)
		})
	}
}

// exact holds what Found promises: every unlisted finding of a failed cell is covered, and no entry names a cell that does not show it.
func exact(t *testing.T, cells []result.Cell, others []string) {
	t.Helper()
	entries := Found(cells, others)
	for _, d := range entries {
		for _, id := range others {
			if scenarios.Glob(d.Cells, id) {
				t.Errorf("%s names %s, which was not asked", d.Cells, id)
			}
		}
	}
	for _, c := range cells {
		for _, d := range entries {
			if scenarios.Glob(d.Cells, c.ID) && !covers(d, c) {
				t.Errorf("%s names %s, which does not show %s", d.Cells, c.ID, d.Check)
			}
		}
		d := &Deviations{List: entries}
		before := c.Verdict
		c.Findings = append([]result.Finding{}, c.Findings...)
		d.apply(&c)
		if before == result.Failed && c.Verdict != result.Known {
			t.Errorf("%s is %s with the entries known", c.ID, c.Verdict)
		}
	}
}

func covers(d scenarios.Deviation, c result.Cell) bool {
	for _, f := range c.Findings {
		if d.Covers(f.Check, f.Got, originOf(c)) {
			return true
		}
	}
	return false
}

func sorted(list []string) map[string]bool {
	set := map[string]bool{}
	for _, s := range list {
		set[s] = true
	}
	return set
}
