package reports

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corsprobe/runner/result"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares with a file in testdata, or rewrites it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got), -update rewrites it:\n%s", path, diff)
	}
}

// hostile holds everything that an endpoint may send to break a format or a terminal.
const hostile = "]]> <script>alert(1)</script> & \" ' nul\x00 esc\x1b[31mred bell\a c1\u009b31m invalid\xff\xfe nonchar\uffff bidi\u202e crlf\r\nX: y"

var started = time.Date(2026, 3, 1, 12, 30, 0, 0, time.UTC)

// sample is a report with every verdict, every class, hostile values and a header of a megabyte.
func sample() result.Report {
	r := result.Report{
		Version: result.Version,
		Run:     result.Run{ID: "20260301-7f3a", Tool: "corsprobe 0.1.0", Started: started, Duration: 12345 * time.Millisecond},
		Endpoint: result.Endpoint{
			URL: "https://s3.example.com", Name: "Example S3", Region: "eu-west-1", Server: "ExampleS3/2.1 \x1b]0;owned\a",
		},
		Stale: []result.StaleDeviation{
			{Where: "known.yaml:14", Cells: "rules/**", Check: "preflight.vary", Problem: "no longer occurs"},
			{Where: "known.yaml:20", Cells: "methods/patch/*", Check: "*", Problem: "matches no cell that was judged"},
		},
		Observations: []result.Observation{
			{Point: "an AllowedOrigin list with both * and the origin", Choice: "answers *", Facts: []int{12}, Cells: 8},
			{Point: "Vary on a refused preflight", Choice: "sends none", Facts: []int{31, 40}, Cells: 1},
		},
	}
	r.Cells = append(r.Cells, passedCells()...)
	r.Cells = append(r.Cells, reflected()...)
	r.Cells = append(r.Cells, broken(), cached(), hostileCell(), flaky())
	r.Cells = append(r.Cells, setAside()...)
	r.Scenarios = described()
	r.Summary = tally(r.Cells)
	return r
}

// described are the sample's scenarios, but for one that the report does not describe.
func described() []result.Scenario {
	const cors = "{\n  \"CORSRules\": [\n    {\n      \"AllowedOrigins\": [\"https://app.example.com\"],\n      \"AllowedMethods\": [\"GET\", \"PUT\"]\n    }\n  ]\n}\n"
	put := []result.Step{{Call: "PutBucketCors", CORS: cors}}
	return []result.Scenario{
		{ID: "origins/exact", Description: "An origin is compared to the letter.", Labels: []string{"smoke"}, Facts: []int{20, 23}, References: []string{"https://docs.example.com/cors"}, Steps: put},
		{ID: "rules/order", Description: "The first rule that matches answers.", Steps: []result.Step{{Name: "put", Call: "PutBucketCors", CORS: cors}, {Name: "replaced", Call: "PutBucketCors", CORS: cors}, {Name: "never asked"}}},
		{ID: "responses/vary", Steps: put},
		{ID: "hostile/answers", Description: hostile, Labels: []string{hostile}, References: []string{"javascript:alert(1)", hostile}, Steps: []result.Step{{Name: hostile, Call: hostile, CORS: hostile}}},
		{ID: "methods/listed", Steps: put},
	}
}

// tally counts as a run does.
func tally(cells []result.Cell) result.Summary {
	s := result.Summary{Cells: len(cells), Findings: map[result.Class]int{}}
	counts := map[result.Verdict]*int{
		result.Passed: &s.Passed, result.Failed: &s.Failed, result.Known: &s.Known,
		result.Flaky: &s.Flaky, result.Unsupported: &s.Unsupported, result.Error: &s.Errors,
	}
	for _, c := range cells {
		*counts[c.Verdict]++
		if c.Verdict == result.Failed || c.Verdict == result.Flaky {
			for _, f := range c.Findings {
				s.Findings[f.Class]++
			}
		}
	}
	return s
}

// newCell is a cell of a scenario in a file of the same folder.
func newCell(scenario, point, title string, v result.Verdict) result.Cell {
	topic, _, _ := strings.Cut(scenario, "/")
	return result.Cell{
		ID: scenario + "/" + point, Scenario: scenario, Title: title, File: "scenarios/" + topic + ".yaml", Line: 12,
		Point: pointOf(point), Verdict: v, Duration: 41500 * time.Microsecond, Attempts: 1,
	}
}

// pointOf reads a point from the last part of an id; nil where that names a configuration call.
func pointOf(id string) *result.Point {
	parts := strings.Split(id, "/")
	if len(parts) != 6 {
		return nil
	}
	origin := strings.ReplaceAll(parts[3], "%2F", "/")
	return &result.Point{Target: parts[0], Addressing: parts[1], Authorisation: parts[2], Origin: &origin, Method: parts[4], Headers: parts[5]}
}

func passedCells() []result.Cell {
	return []result.Cell{
		newCell("origins/exact", "object/path/anonymous/https:%2F%2Fapp.example.com/GET/none", "GET https://app.example.com", result.Passed),
		newCell("origins/exact", "object/path/anonymous/https:%2F%2Fapp.example.com/PUT/none", "PUT https://app.example.com", result.Passed),
	}
}

// reflected are five cells that fail in the same way and, at another place of the same scenario, five that differ in a value.
func reflected() []result.Cell {
	var cells []result.Cell
	for _, method := range []string{"GET", "PUT", "POST", "HEAD", "DELETE"} {
		c := reflectedCell(method, "https://evil.example")
		cells = append(cells, c)
	}
	for _, origin := range []string{"a", "b", "c", "d", "e"} {
		c := reflectedCell("GET", "https://"+origin+".evil.example")
		c.Line = 30
		cells = append(cells, c)
	}
	return cells
}

func reflectedCell(method, origin string) result.Cell {
	point := "object/path/anonymous/" + strings.ReplaceAll(origin, "/", "%2F") + "/" + method + "/none"
	c := newCell("origins/exact", point, method+" "+origin, result.Failed)
	c.Attempts = 2
	c.Explanation = "No rule matches. Rule 1: no AllowedOrigin fits " + origin + "."
	c.Findings = []result.Finding{{
		Check: "actual.allow-origin", Class: result.Exposure,
		Expected: "Access-Control-Allow-Origin absent", Got: "Access-Control-Allow-Origin: " + origin,
		Why: "S3 sends Access-Control-Allow-Origin only where a rule makes it", Facts: []int{23}, How: result.UnwantedAll,
		Owed: &result.Side{}, Came: &result.Side{Headers: []result.Header{{Name: "Access-Control-Allow-Origin", Value: origin}}},
		Browser: &result.Effect{Sentence: method + " from " + origin + ": S3 keeps the answer from the page; here the page can read it"},
	}}
	c.Browser = &result.Browser{
		Owed: "blocked: no Access-Control-Allow-Origin", Got: "readable",
		Sentence: method + " from " + origin + ": S3 keeps the answer from the page; here the page can read it",
	}
	c.Exchanges = []result.Exchange{exchange("actual", method, origin, 200, "Access-Control-Allow-Origin", origin)}
	c.Curl = []string{"curl -sS -i -X " + method + " -H 'Origin: " + origin + "' 'https://s3.example.com/bucket/object'"}
	return c
}

func exchange(kind, method, origin string, status int, answer ...string) result.Exchange {
	ex := result.Exchange{
		Kind: kind,
		Request: result.Request{
			Method: method, URL: "https://s3.example.com/bucket/object",
			Headers: []result.Header{{Name: "Origin", Value: origin}},
		},
		Response: result.Response{Status: status, Proto: "HTTP/1.1"},
		Start:    started, Took: 41500 * time.Microsecond,
	}
	for i := 0; i < len(answer); i += 2 {
		ex.Response.Headers = append(ex.Response.Headers, result.Header{Name: answer[i], Value: answer[i+1]})
	}
	return ex
}

// broken has findings of two classes, one of them known, and an error document.
func broken() result.Cell {
	c := newCell("rules/order", "object/path/anonymous/https:%2F%2Fapp.example.com/PUT/x-amz-date", "PUT https://app.example.com asking for x-amz-date", result.Failed)
	c.Step = "put"
	c.Explanation = "Rule 2 matches: its AllowedOrigin, AllowedMethod and AllowedHeader fit."
	c.Findings = []result.Finding{
		{Check: "preflight.error-message", Class: result.Contract, Expected: "CORSResponse: This CORS request is not allowed.", Got: "absent", Why: "the error document's message differs",
			Known: &result.Deviation{Reason: "short error documents", Link: "https://example.com/issues/7"}},
		{Check: "preflight.status", Class: result.Breakage, Expected: "200", Got: "403 AccessForbidden", Why: "a rule permits this preflight", Facts: []int{4, 9}, How: result.Value,
			Owed: &result.Side{Status: []int{200}}, Came: &result.Side{Status: []int{403}, Code: "AccessForbidden"},
			Browser: &result.Effect{Blocked: true, Sentence: "PUT from https://app.example.com with x-amz-date: S3 permits it; here the browser blocks it at the preflight: status 403"}},
	}
	c.Browser = &result.Browser{Owed: "allowed", Got: "blocked: status 403", Code: "preflight-status",
		Sentence: "PUT from https://app.example.com with x-amz-date: S3 permits it; here the browser blocks it at the preflight: status 403"}
	ex := exchange("preflight", "OPTIONS", "https://app.example.com", 403, "Content-Type", "application/xml")
	ex.Response.Body = "<?xml version=\"1.0\"?>\n<Error>\n  <Code>AccessForbidden</Code>\n</Error>"
	c.Exchanges = []result.Exchange{ex}
	c.Curl = []string{"curl -sS -i -X OPTIONS \\\n  -H 'Origin: https://app.example.com' \\\n  'https://s3.example.com/bucket/object'"}
	return c
}

func cached() result.Cell {
	c := newCell("responses/vary", "object/virtual/signed/https:%2F%2Fapp.example.com/GET/none", "GET https://app.example.com", result.Failed)
	c.Findings = []result.Finding{{Check: "actual.vary", Class: result.Cache, Expected: "Vary: Origin", Got: "absent", Why: "missing: Origin", Facts: []int{31}, How: result.Missing,
		Owed: &result.Side{Values: []string{"Origin"}}, Came: &result.Side{}, Browser: &result.Effect{Sentence: "a cache may give this answer to another origin"}}}
	c.Browser = &result.Browser{Owed: "readable", Got: "readable"}
	c.Exchanges = []result.Exchange{exchange("actual", "GET", "https://app.example.com", 200, "Access-Control-Allow-Origin", "https://app.example.com")}
	return c
}

// hostileCell carries hostile text wherever an endpoint, or a scenario that copies from one, could put it.
func hostileCell() result.Cell {
	c := newCell("hostile/answers", "object/"+strings.ReplaceAll(hostile, "/", "%2F"), hostile, result.Failed)
	text := hostile
	c.Step, c.Explanation = hostile, hostile
	c.Point = &result.Point{Target: hostile, Addressing: hostile, Authorisation: hostile, Origin: &text, Method: hostile, Headers: hostile, Adversarial: hostile}
	c.Findings = []result.Finding{{Check: "actual.header.x-" + hostile, Class: result.Contract, Expected: hostile, Got: strings.Repeat("é", 1<<10) + hostile, Why: hostile,
		How: result.Value, Owed: &result.Side{Code: hostile, Values: []string{hostile}}, Came: &result.Side{Headers: []result.Header{{Name: hostile, Value: hostile}}, Body: hostile},
		Browser: &result.Effect{Sentence: hostile}}}
	c.Browser = &result.Browser{Owed: "readable", Got: hostile, Sentence: hostile}
	ex := exchange("actual", "GET", hostile, 200, "X-Big", strings.Repeat("A", 1<<20), "X-"+hostile, hostile)
	ex.Response.Body, ex.Response.Truncated = hostile+strings.Repeat("b\n", 5000), true
	c.Exchanges = []result.Exchange{ex}
	c.Curl = []string{"curl -H " + hostile}
	return c
}

func flaky() result.Cell {
	c := newCell("rules/order", "object/path/anonymous/https:%2F%2Fapp.example.com/GET/none", "GET https://app.example.com", result.Flaky)
	c.Step, c.Attempts = "replaced", 2
	c.Findings = []result.Finding{{Check: "actual.allow-origin", Class: result.Breakage, Expected: "Access-Control-Allow-Origin: https://app.example.com", Got: "absent, as is every other CORS header", Why: "missing", Facts: []int{23}}}
	c.Exchanges = []result.Exchange{
		exchange("actual", "GET", "https://app.example.com", 200),
		exchange("actual", "GET", "https://app.example.com", 200, "Access-Control-Allow-Origin", "https://app.example.com"),
	}
	return c
}

// setAside are cells in error, unsupported and known.
func setAside() []result.Cell {
	var cells []result.Cell
	for _, method := range []string{"GET", "PUT", "POST", "HEAD", "DELETE"} {
		c := newCell("methods/listed", "bucket/path/anonymous/https:%2F%2Fapp.example.com/"+method+"/none", method+" https://app.example.com", result.Error)
		c.Reason = "connection reset by peer \x1b[2J"
		c.Exchanges = []result.Exchange{{Kind: "actual", Request: result.Request{Method: method, URL: "https://s3.example.com/bucket"}, Error: c.Reason}}
		c.Curl = []string{"curl -sS -i -X " + method + " 'https://s3.example.com/bucket'"}
		cells = append(cells, c)
	}
	for _, method := range []string{"GET", "PUT"} {
		c := newCell("methods/listed", "object/virtual/anonymous/https:%2F%2Fapp.example.com/"+method+"/none", method+" https://app.example.com", result.Unsupported)
		c.Reason = "virtual-hosted addressing: the endpoint is an IP address"
		cells = append(cells, c)
	}
	c := newCell("validation/refused", "PutBucketCors", "PutBucketCors", result.Known)
	d := result.Deviation{Reason: "accepts CONNECT as AllowedMethod", Link: "https://example.com/issues/9"}
	c.Reason = d.Reason
	c.Findings = []result.Finding{{Check: "config.status", Class: result.Contract, Expected: "400 InvalidRequest", Got: "200", Why: "CONNECT is no method of S3's", Facts: []int{51}, Known: &d}}
	return append(cells, c)
}

// clean is a report of a run that conforms.
func clean() result.Report {
	r := sample()
	r.Stale, r.Observations, r.Cells = nil, nil, passedCells()
	r.Summary = tally(r.Cells)
	return r
}
