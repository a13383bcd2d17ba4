package result

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A report as another program writes it, member by member. What is not here is what a reader may leave out.
const report = `{
  "version": 1,
  "run": {"id": "r1", "tool": "corsprobe 1.0.0", "started": "2026-11-26T10:00:00Z", "durationNanoseconds": 1500000000, "shard": {"index": 2, "total": 3}, "buckets": "kept"},
  "endpoint": {"url": "https://s3.example.com", "region": "eu", "server": "S3", "provider": "ovhcloud"},
  "summary": {"cells": 2, "passed": 1, "failed": 1, "known": 0, "flaky": 0, "unsupported": 0, "errors": 0, "findings": {"exposure": 1}, "checks": {"made": 20, "known": 3, "otherwise": 2}},
  "causes": [{"deviation": "most-rules", "parameters": 20, "class": "breakage", "summary": "s", "facts": [63], "checks": ["config.status"], "cells": ["a"], "alternatives": ["document-bytes: 4096"]}],
  "cells": [
    {
      "id": "a/b", "scenario": "a", "title": "GET from x", "file": "f.yaml", "line": 3, "verdict": "failed", "durationNanoseconds": 5, "attempts": 2,
      "point": {"target": "object", "addressing": "auto", "authorisation": "presigned", "origin": "", "method": "GET", "headers": "none", "further": {"client": "firefox"}},
      "findings": [{"check": "actual.allow-origin", "class": "exposure", "how": "unwanted", "owed": {"status": [200]}, "came": {"values": ["*"], "headers": [{"name": "A", "value": "*"}]}, "expected": "absent", "got": "*", "why": "w",
        "browser": {"sentence": "a page can read it", "by": "browsers"}, "known": {"name": "vary-missing", "reason": "r", "link": "l"}}],
      "exchanges": [{"kind": "actual", "request": {"method": "GET", "url": "u"}, "response": {"status": 200, "headers": [{"name": "Vary", "value": ""}], "body": "b", "truncated": true}, "start": "2026-11-26T10:00:01Z", "tookNanoseconds": 9}]
    },
    {"id": "c", "scenario": "c", "title": "", "file": "f.yaml", "verdict": "passed", "durationNanoseconds": 0}
  ]
}`

func TestReadReport(t *testing.T) {
	var got Report
	if err := json.Unmarshal([]byte(report), &got); err != nil {
		t.Fatal(err)
	}
	none := ""
	want := Report{
		Version:  1,
		Run:      Run{ID: "r1", Tool: "corsprobe 1.0.0", Started: time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC), Duration: 1500 * time.Millisecond, Shard: &Shard{2, 3}, Buckets: BucketsKept},
		Endpoint: Endpoint{URL: "https://s3.example.com", Region: "eu", Server: "S3", Provider: "ovhcloud"},
		Summary:  Summary{Cells: 2, Passed: 1, Failed: 1, Findings: map[Class]int{Exposure: 1}, Checks: &ChecksSummary{Made: 20, Known: 3, Otherwise: 2}},
		Causes: []Cause{{
			Deviation: "most-rules", Parameters: 20.0, Class: Breakage, Summary: "s", Facts: []int{63}, Checks: []string{"config.status"}, Cells: []string{"a"},
			Alternatives: []string{"document-bytes: 4096"},
		}},
		Cells: []Cell{
			{
				ID: "a/b", Scenario: "a", Title: "GET from x", File: "f.yaml", Line: 3, Verdict: Failed, Duration: 5, Attempts: 2,
				Point: &Point{Target: "object", Addressing: "auto", Authorisation: "presigned", Origin: &none, Method: "GET", Headers: "none", Further: map[string]string{"client": "firefox"}},
				Findings: []Finding{{
					Check: "actual.allow-origin", Class: Exposure, How: Unwanted, Owed: &Side{Status: []int{200}},
					Came: &Side{Values: []string{"*"}, Headers: []Header{{"A", "*"}}}, Expected: "absent", Got: "*", Why: "w",
					Browser: &Effect{Sentence: "a page can read it", By: ByBrowsers}, Known: &Deviation{Name: "vary-missing", Reason: "r", Link: "l"},
				}},
				Exchanges: []Exchange{{
					Kind: "actual", Request: Request{Method: "GET", URL: "u"},
					Response: Response{Status: 200, Headers: []Header{{"Vary", ""}}, Body: "b", Truncated: true},
					Start:    time.Date(2026, 11, 26, 10, 0, 1, 0, time.UTC), Took: 9,
				}},
			},
			{ID: "c", Scenario: "c", File: "f.yaml", Verdict: Passed},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +read):\n%s", diff)
	}
}

// No Origin, an empty one and null are three things, and stay so on their way through a file.
func TestOriginsInReports(t *testing.T) {
	empty, null := "", "null"
	for text, want := range map[string]*string{`{"target":"","addressing":"","authorisation":"","method":"","headers":""}`: nil, `{"origin":""}`: &empty, `{"origin":"null"}`: &null, `{"origin":null}`: nil} {
		var p Point
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, p.Origin); diff != "" {
			t.Errorf("%s (-want +read):\n%s", text, diff)
		}
		again, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var q Point
		if err := json.Unmarshal(again, &q); err != nil || !cmp.Equal(p, q) {
			t.Errorf("%s is written as %s, and read as %+v, %v", text, again, q, err)
		}
	}
}

// Only an exchange in short has no time, and says so by leaving it out.
func TestExchangesInShort(t *testing.T) {
	got, err := json.Marshal(Exchange{Kind: "preflight", Short: true, Request: Request{Method: "OPTIONS", URL: "u"}, Response: Response{Status: 403}})
	const want = `{"kind":"preflight","short":true,"request":{"method":"OPTIONS","url":"u"},"response":{"status":403},"tookNanoseconds":0}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v, want\n%s", got, err, want)
	}
}

// Of the checks that were made, those are owed that nobody spoke against. A cell that could not be judged made none.
func TestChecks(t *testing.T) {
	listed := Finding{Known: &Deviation{Reason: "listed"}}
	for _, c := range []struct {
		name  string
		cells []Cell
		want  *ChecksSummary
		owed  int
	}{
		{"no checks: an older report", []Cell{{Verdict: Failed, Findings: []Finding{{}}}}, nil, 0},
		{"passed", []Cell{{Verdict: Passed, Checks: 9}}, &ChecksSummary{Made: 9}, 9},
		{"one of nine", []Cell{{Verdict: Failed, Checks: 9, Findings: []Finding{{}}}}, &ChecksSummary{Made: 9, Otherwise: 1}, 8},
		{"known and new in one cell", []Cell{{Verdict: Failed, Checks: 9, Findings: []Finding{listed, {}, {}}}}, &ChecksSummary{Made: 9, Known: 1, Otherwise: 2}, 6},
		{"all known", []Cell{{Verdict: Known, Checks: 2, Findings: []Finding{listed, listed}}}, &ChecksSummary{Made: 2, Known: 2}, 0},
		{"flaky counts", []Cell{{Verdict: Flaky, Checks: 3, Findings: []Finding{{}}}}, &ChecksSummary{Made: 3, Otherwise: 1}, 2},
		{"an error and an unsupported cell judge nothing", []Cell{{Verdict: Error, Checks: 9, Findings: []Finding{{}}}, {Verdict: Unsupported, Checks: 9}}, nil, 0},
		{"several", []Cell{{Verdict: Passed, Checks: 4}, {Verdict: Error, Checks: 9}, {Verdict: Failed, Checks: 5, Findings: []Finding{{}}}}, &ChecksSummary{Made: 9, Otherwise: 1}, 8},
	} {
		got := Summarise(c.cells).Checks
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		if got != nil && got.Owed() != c.owed {
			t.Errorf("%s: %d came as owed, want %d", c.name, got.Owed(), c.owed)
		}
	}
}

// What a real browser made of cells: of those that a page can send, how many it agreed on and how many a script was answered.
func TestChromiumSummary(t *testing.T) {
	for _, c := range []struct {
		name  string
		cells []Chromium
		want  ChromiumSummary
	}{
		{"nothing", nil, ChromiumSummary{}},
		{"agreed that it is blocked", []Chromium{{Code: "MissingAllowOriginHeader"}}, ChromiumSummary{Sent: 1, Agreed: 1}},
		{"agreed that it is not", []Chromium{{Resolved: true, Status: 404}}, ChromiumSummary{Sent: 1, Agreed: 1, Resolved: 1}},
		{"resolved against the model", []Chromium{{Resolved: true, Disagreement: "d"}}, ChromiumSummary{Sent: 1, Resolved: 1}},
		{"no page can send it", []Chromium{{NotSent: "CONNECT is forbidden", Resolved: true}}, ChromiumSummary{NotSent: 1}},
	} {
		var cells []Cell
		for i := range c.cells {
			cells = append(cells, Cell{Chromium: &c.cells[i]}, Cell{})
		}
		if diff := cmp.Diff(&c.want, SummariseChromium(cells)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// What is left of a further question is always told: nothing left is a list of nothing, and not a member that is missing.
func TestFollowUpJSON(t *testing.T) {
	for _, c := range []struct {
		question FollowUpQuestion
		want     string
	}{
		{FollowUpQuestion{Between: []string{"vary-missing", "most-rules: 20"}, Cell: "follow-up-1", Remaining: []string{"vary-missing"}}, `{"between":["vary-missing","most-rules: 20"],"cell":"follow-up-1","left":["vary-missing"]}`},
		{FollowUpQuestion{Between: []string{"vary-missing"}, Cell: "follow-up-1", Remaining: []string{}}, `{"between":["vary-missing"],"cell":"follow-up-1","left":[]}`},
	} {
		got, err := json.Marshal(c.question)
		if err != nil || string(got) != c.want {
			t.Errorf("%s, %v, want\n%s", got, err, c.want)
		}
	}
}
