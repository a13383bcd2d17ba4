package reports

import (
	"cmp"
	"io"
	"strings"
	"time"

	"corsprobe/runner/result"
)

// The parts of a CTRF document that there is something to say for. https://ctrf.io has the specification.
type (
	ctrfReport struct {
		ReportFormat string      `json:"reportFormat"`
		SpecVersion  string      `json:"specVersion"`
		Timestamp    *time.Time  `json:"timestamp,omitempty"`
		GeneratedBy  string      `json:"generatedBy"`
		Results      ctrfResults `json:"results"`
	}
	ctrfResults struct {
		Tool        ctrfTool        `json:"tool"`
		Summary     ctrfSummary     `json:"summary"`
		Tests       []ctrfTest      `json:"tests"`
		Environment ctrfEnvironment `json:"environment"`
		Extra       ctrfExtra       `json:"extra"`
	}
	ctrfTool struct {
		Name    string `json:"name"`
		Version string `json:"version,omitempty"`
	}
	ctrfSummary struct {
		Tests    int   `json:"tests"`
		Passed   int   `json:"passed"`
		Failed   int   `json:"failed"`
		Skipped  int   `json:"skipped"`
		Pending  int   `json:"pending"`
		Other    int   `json:"other"`
		Start    int64 `json:"start"`
		Stop     int64 `json:"stop"`
		Duration int64 `json:"duration"`
	}
	ctrfTest struct {
		Name       string        `json:"name"`
		Status     string        `json:"status"`
		Duration   int64         `json:"duration"`
		Start      int64         `json:"start,omitempty"`
		Suite      []string      `json:"suite"`
		Message    string        `json:"message,omitempty"`
		Trace      string        `json:"trace,omitempty"`
		RawStatus  string        `json:"rawStatus"`
		Tags       []string      `json:"tags,omitempty"`
		Type       string        `json:"type"`
		FilePath   string        `json:"filePath,omitempty"`
		Line       int           `json:"line,omitempty"`
		Retries    int           `json:"retries,omitempty"`
		Parameters *result.Point `json:"parameters,omitempty"`
	}
	ctrfEnvironment struct {
		ReportName string            `json:"reportName"`
		AppName    string            `json:"appName,omitempty"`
		Healthy    bool              `json:"healthy"`
		Extra      map[string]string `json:"extra,omitempty"`
	}
	ctrfExtra struct {
		Levels map[string]result.LevelState `json:"levels"`
	}
)

// ctrfStatuses map a verdict. What no judgement was possible on has failed, for readers look at nothing else; a known deviation is neither
// skipped nor pending. CTRF's flaky means that a test passed in the end, which is never so here.
var ctrfStatuses = map[result.Verdict]string{
	result.Passed: "passed", result.Unsupported: "skipped", result.Known: "other",
}

func writeCTRF(w io.Writer, r result.Report) error {
	tool, version, _ := strings.Cut(visible(r.Run.Tool), " ")
	doc := ctrfReport{
		ReportFormat: "CTRF", SpecVersion: "1.0.0", GeneratedBy: cmp.Or(visible(r.Run.Tool), "corsprobe"),
		Results: ctrfResults{
			Tool: ctrfTool{cmp.Or(tool, "corsprobe"), version}, Tests: ctrfTests(r), Environment: ctrfEnvironmentOf(r),
			Extra: ctrfExtra{map[string]result.LevelState{}},
		},
	}
	if !r.Run.Started.IsZero() {
		end := r.Run.Started.Add(r.Run.Duration).UTC()
		doc.Timestamp = &end
	}
	for _, l := range Levels(r) {
		doc.Results.Extra.Levels[l.Name] = l.State
	}
	doc.Results.Summary = ctrfSummaryOf(r.Run, doc.Results.Tests)
	return encodeJSON(w, doc, "  ")
}

// ctrfSummaryOf counts the tests that are there, so that counts can never disagree with them.
func ctrfSummaryOf(run result.Run, tests []ctrfTest) ctrfSummary {
	s := ctrfSummary{Tests: len(tests), Start: milliseconds(run.Started), Duration: run.Duration.Milliseconds()}
	s.Stop = s.Start + s.Duration
	counts := map[string]*int{"passed": &s.Passed, "failed": &s.Failed, "skipped": &s.Skipped, "other": &s.Other}
	for _, t := range tests {
		*counts[t.Status]++
	}
	return s
}

func ctrfTests(r result.Report) []ctrfTest {
	all := []ctrfTest{}
	for _, p := range runProblems(r) {
		all = append(all, ctrfTest{
			Name: p.name, Status: "failed", Suite: []string{runSuite}, Message: p.message, RawStatus: "run", Type: "run", FilePath: p.file, Line: p.line,
		})
	}
	labels := map[string][]string{}
	for _, s := range r.Scenarios {
		labels[s.ID] = s.Labels
	}
	for i := range r.Cells {
		all = append(all, ctrfCell(&r.Cells[i], labels[r.Cells[i].Scenario]))
	}
	return all
}

func ctrfCell(c *result.Cell, labels []string) ctrfTest {
	t := ctrfTest{
		Name: cmp.Or(shortID(c), "-"), Status: cmp.Or(ctrfStatuses[c.Verdict], "failed"), Duration: max(0, c.Duration.Milliseconds()),
		Suite: strings.Split(visible(c.Scenario), "/"), Message: messageOf(c), RawStatus: visible(string(c.Verdict)), Type: "conformance",
		FilePath: visible(c.File), Line: c.Line, Retries: max(0, c.Attempts-1), Parameters: c.Point,
	}
	for _, l := range labels {
		t.Tags = append(t.Tags, visible(l))
	}
	if len(c.Exchanges) > 0 {
		t.Start = milliseconds(c.Exchanges[0].Start)
	}
	if isWrong(c.Verdict) {
		t.Trace = strings.Join(problemLines(c), "\n")
	}
	return t
}

// milliseconds since 1970; 0 where a time is not known.
func milliseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func ctrfEnvironmentOf(r result.Report) ctrfEnvironment {
	colour, words := verdict(r)
	env := ctrfEnvironment{ReportName: words, Healthy: colour == green, Extra: map[string]string{}}
	env.AppName = brief(cmp.Or(r.Endpoint.Name, r.Endpoint.Provider, r.Endpoint.Server, r.Endpoint.URL), valueLimit)
	for name, value := range map[string]string{
		"endpoint": r.Endpoint.URL, "region": r.Endpoint.Region, "server": r.Endpoint.Server, "provider": r.Endpoint.Provider,
		"run": r.Run.ID, "asked": r.Run.Digest,
	} {
		if value != "" {
			env.Extra[name] = brief(value, valueLimit)
		}
	}
	return env
}
