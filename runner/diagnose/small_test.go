package diagnose

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"corsprobe/runner/dialect/dialecttest"
	"corsprobe/runner/result"
)

// The reports of these tests are written by hand, in lines that a reader can check:
//
//	rule      https://app.example | GET, PUT | headers x-* | expose ETag | age 600
//	cell      GET /b/key; origin https://app.example => 200; origin *; methods GET; vary !! actual.vary
//
// A cell is one exchange: what was asked, what came, and behind the marks the checks that found something; none: it passed. "vary" alone is
// S3's own, "credentials" alone is true. The cell's target follows from its path, or is named: "GET /b/key; target missing-bucket".

// step is one configuration call and what was asked after it.
type step struct {
	call       string // "PutBucketCors" where empty
	put        string // rules, a line each
	on, digest string
	came       string // status and code where the call's exchange is kept
	returned   string // rules that GetBucketCors returned; "none": a configuration without rules
	finds      string
	cells      []string
}

const wholeVary = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"

var shorts = map[string]string{
	"origin": "Access-Control-Allow-Origin", "credentials": "Access-Control-Allow-Credentials", "methods": "Access-Control-Allow-Methods",
	"headers": "Access-Control-Allow-Headers", "expose": "Access-Control-Expose-Headers", "age": "Access-Control-Max-Age", "vary": "Vary", "etag": "ETag",
}

// small makes a report of one scenario. The ids of its cells are numbers, calls and requests in the order in which they stand.
func small(t testing.TB, steps ...step) result.Report {
	t.Helper()
	r := result.Report{Endpoint: result.Endpoint{URL: "http://endpoint"}}
	scenario := result.Scenario{ID: "s"}
	for i, s := range steps {
		name := fmt.Sprintf("step%d", i)
		one := result.Step{Name: name, Call: s.call, On: s.on, Digest: s.digest}
		if one.Call == "" {
			one.Call = "PutBucketCors"
		}
		if one.Call == "PutBucketCors" {
			one.Put = configuration(t, s.put)
		}
		scenario.Steps = append(scenario.Steps, one)
		r.Cells = append(r.Cells, callCell(t, strconv.Itoa(len(r.Cells)+1), one, s))
		for _, text := range s.cells {
			r.Cells = append(r.Cells, requestCell(t, strconv.Itoa(len(r.Cells)+1), name, text))
		}
	}
	r.Scenarios = []result.Scenario{scenario}
	return r
}

func configuration(t testing.TB, text string) string {
	t.Helper()
	data, err := json.Marshal(dialecttest.Configuration(t, cmp.Or(text, "none")))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func callCell(t testing.TB, id string, one result.Step, s step) result.Cell {
	t.Helper()
	c := result.Cell{ID: id, Scenario: "s", Step: one.Name, Verdict: result.Passed}
	c.Findings, c.Verdict = findings(s.finds)
	method := map[string]string{"PutBucketCors": "PUT", "GetBucketCors": "GET", "DeleteBucketCors": "DELETE"}[one.Call]
	if s.came != "" {
		response := answer(t, s.came)
		if s.returned != "" && method == "GET" {
			response.Body = string(dialecttest.Configuration(t, s.returned).XML())
		}
		c.Exchanges = append(c.Exchanges, result.Exchange{Kind: "call", Request: result.Request{Method: method, URL: "http://endpoint/b?cors"}, Response: response})
	}
	if s.returned != "" && method == "PUT" {
		c.Exchanges = append(c.Exchanges, result.Exchange{Kind: "call", Request: result.Request{Method: "GET"}, Response: result.Response{Status: 200, Body: string(dialecttest.Configuration(t, s.returned).XML())}})
	}
	return c
}

func findings(checks string) ([]result.Finding, result.Verdict) {
	if checks == "" {
		return nil, result.Passed
	}
	var all []result.Finding
	for check := range strings.SplitSeq(checks, ", ") {
		all = append(all, result.Finding{Check: check, Class: result.Contract})
	}
	return all, result.Failed
}

func requestCell(t testing.TB, id, step, text string) result.Cell {
	t.Helper()
	text, finds, _ := strings.Cut(text, " !! ")
	request, came, found := strings.Cut(text, " => ")
	if !found {
		t.Fatalf("%q has no answer", text)
	}
	parts := strings.Split(request, "; ")
	method, path, _ := strings.Cut(parts[0], " ")
	c := result.Cell{ID: id, Scenario: "s", Step: step, Point: &result.Point{Target: "object", Method: method}}
	if strings.Count(path, "/") == 1 {
		c.Point.Target = "bucket"
	}
	c.Findings, c.Verdict = findings(finds)
	ex := result.Exchange{Kind: "actual", Request: result.Request{Method: method, URL: "http://endpoint" + path}, Response: answer(t, came)}
	if method == "OPTIONS" {
		ex.Kind = "preflight"
	}
	for _, part := range parts[1:] {
		name, value, _ := strings.Cut(part, " ")
		switch name {
		case "origin":
			ex.Request.Headers = append(ex.Request.Headers, result.Header{Name: "Origin", Value: value})
		case "for":
			c.Point.Method = value
			ex.Request.Headers = append(ex.Request.Headers, result.Header{Name: "Access-Control-Request-Method", Value: value})
		case "with":
			ex.Request.Headers = append(ex.Request.Headers, result.Header{Name: "Access-Control-Request-Headers", Value: value})
		case "target":
			c.Point.Target, ex.NoObject = value, value == "missing-object"
		case "no": // "no object": of the key, which a PUT is to make
			ex.NoObject = value == "object"
		case "auth":
			c.Point.Authorisation = value
		default:
			t.Fatalf("a request has no %q", name)
		}
	}
	c.Exchanges = []result.Exchange{ex}
	return c
}

func answer(t testing.TB, text string) result.Response {
	t.Helper()
	parts := strings.Split(text, "; ")
	first := strings.Fields(parts[0])
	status, err := strconv.Atoi(first[0])
	if err != nil {
		t.Fatal(err)
	}
	r := result.Response{Status: status}
	if len(first) > 1 {
		r.Body = "<Error><Code>" + first[1] + "</Code></Error>"
	}
	if len(first) == 4 {
		r.Body = "<Error><Code>" + first[1] + "</Code><Method>" + first[2] + "</Method><ResourceType>" + first[3] + "</ResourceType></Error>"
	}
	for _, part := range parts[1:] {
		short, value, _ := strings.Cut(part, " ")
		switch {
		case shorts[short] == "":
			t.Fatalf("an answer has no %q", short)
		case part == "vary":
			value = wholeVary
		case part == "credentials":
			value = "true"
		}
		r.Headers = append(r.Headers, result.Header{Name: shorts[short], Value: value})
	}
	return r
}

// causes writes a diagnosis: each cause with what could stand in its place, the cells that need it and the checks by which it shows.
func causes(d Diagnosis) []string {
	var all []string
	for i, c := range d.Causes {
		names := append([]string{d.Written(i)}, c.Alternatives...)
		slices.Sort(names)
		all = append(all, strings.TrimSuffix(fmt.Sprintf("%s in %s by %s", strings.Join(names, " or "), strings.Join(c.Cells, ", "), strings.Join(c.Checks, ", ")), " by "))
	}
	slices.Sort(all)
	return all
}
