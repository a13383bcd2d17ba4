package runner

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"corsprobe/runner/probe"
	"corsprobe/runner/result"
	"corsprobe/scenarios"

	"github.com/google/go-cmp/cmp"
)

// cellIn is the only cell of a matrix.
func cellIn(t *testing.T, matrix string) scenarios.Cell {
	t.Helper()
	return text(t, "name: a\ncors: none\nmatrix: "+matrix+"\n").Scenarios[0].Steps[0].Cells[0]
}

// A preflight is a browser's (fetch#cors-preflight-fetch-0): OPTIONS with Accept, Origin, the requested method as it stands, and the unsafe names
// sorted, in lower case, joined by a comma alone; or what the scenario writes.
func TestPreflightLines(t *testing.T) {
	for _, c := range []struct {
		matrix string
		want   []string
	}{
		{"{origins: [https://a.example], methods: PUT}", []string{"Accept: */*", "Access-Control-Request-Method: PUT", "Origin: https://a.example"}},
		{"{origins: [none], methods: get, send: preflight}", []string{"Accept: */*", "Access-Control-Request-Method: get"}},
		{"{origins: [''], methods: none, send: preflight}", []string{"Accept: */*", "Origin: "}},
		{"{origins: [x], headers: 'X-B, x-a'}", []string{"Accept: */*", "Access-Control-Request-Headers: X-B, x-a", "Access-Control-Request-Method: GET", "Origin: x"}},
		{"{origins: [x], headers: ['']}", []string{"Accept: */*", "Access-Control-Request-Headers: ", "Access-Control-Request-Method: GET", "Origin: x"}},
		{"{origins: [x], headers: [{X-B: 1, Accept: text/html, Content-Type: image/png, X-A: 2}]}", []string{"Accept: */*", "Access-Control-Request-Headers: content-type,x-a,x-b", "Access-Control-Request-Method: GET", "Origin: x"}},
		{"{origins: [x], headers: [{Range: bytes=0-1, Accept-Language: de}]}", []string{"Accept: */*", "Access-Control-Request-Method: GET", "Origin: x"}},
		{"{origins: [x], headers: [{Range: bytes=-1}]}", []string{"Accept: */*", "Access-Control-Request-Headers: range", "Access-Control-Request-Method: GET", "Origin: x"}},
	} {
		cell := cellIn(t, c.matrix)
		var got []string
		for _, h := range preflightHeaders(cell, requestedHeaders(cell)) {
			got = append(got, h.Name+": "+h.Value)
		}
		slices.Sort(got)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.matrix, diff)
		}
	}
}

// What an actual request is owed apart from CORS, and where nothing is asserted because it is no business of CORS.
func TestOutcomeOfCells(t *testing.T) {
	for _, c := range []struct{ matrix, want string }{
		{"{origins: [x]}", "[200] "},
		{"{origins: [x], methods: HEAD}", "[200] "},
		{"{origins: [x], methods: PUT}", "[200] "},
		{"{origins: [x], methods: DELETE}", "[204 200] "},
		{"{origins: [x], targets: missing-object}", "[404] NoSuchKey"},
		{"{origins: [x], targets: missing-object, methods: PUT}", "[200] "},
		{"{origins: [x], targets: missing-bucket}", "[404] NoSuchBucket"},
		{"{origins: [x], targets: deleted-bucket}", "[404] NoSuchBucket"},
		{"{origins: [x], authorisations: signed}", "[200] "},
		{"{origins: [x], headers: [{If-Match: '\"x\"'}]}", "[412 200] "},
		{"{origins: [x], headers: [{If-None-Match: '*'}]}", "[304 200] "},
		{"{origins: [x], headers: [{range: bytes=0-1}]}", "[206 416 200] "},
		{"{origins: [x], authorisations: anonymous}", "[] "},
		{"{origins: [x], authorisations: forged}", "[] "},
		{"{origins: [x], targets: service}", "[] "},
		{"{origins: [x], targets: part}", "[] "},
		{"{origins: [x], keys: double-slash}", "[] "},
		{"{origins: [x], parameters: session-token}", "[] "},
		{"{origins: [x], operations: DeleteObjects}", "[] "},
	} {
		o := outcomeOf(cellIn(t, c.matrix))
		if got := fmt.Sprint(o.Status, " ", o.Code); got != c.want {
			t.Errorf("%s is owed %s, want %s", c.matrix, got, c.want)
		}
	}
}

// No cell meets another's traces: what changes an object has one of its own, and what reads goes to the one that is there.
func TestKeysOfCells(t *testing.T) {
	name := func(matrix string) string { return base(cellIn(t, matrix)) }
	reading := name("{origins: [x]}")
	for matrix, want := range map[string]string{
		"{origins: [y]}": reading, "{origins: [x], methods: HEAD}": reading, "{origins: [x], sizes: 2-MiB}": reading + "-of-2-MiB",
		"{origins: [x], targets: nested-object}": nestedName,
	} {
		if got := name(matrix); got != want {
			t.Errorf("%s asks for %q, want %q", matrix, got, want)
		}
	}
	seen := map[string]string{}
	for _, matrix := range []string{
		"{origins: [x], methods: PUT}", "{origins: [y], methods: PUT}", "{origins: [x], methods: POST}", "{origins: [x], methods: DELETE}",
		"{origins: [x], targets: missing-object}", "{origins: [y], targets: missing-object}", "{origins: [x], targets: nested-object, methods: PUT}",
		"{origins: [x], operations: InvalidPart}",
	} {
		key := name(matrix)
		if other, taken := seen[key]; taken || key == reading || key == nestedName {
			t.Errorf("%s and %s both ask for %q", matrix, other, key)
		}
		seen[key] = matrix
	}
}

// Which configuration answers a cell: that of the bucket which it names.
func TestWhoAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		plan := text(t, `
name: a
cors: {CORSRules: [{AllowedOrigins: [x], AllowedMethods: [GET]}]}
matrix: {origins: [x], targets: [object, bucket, missing-object, service, missing-bucket, other-bucket, longer-bucket, deleted-bucket], send: actual}
`)
		report, trouble := start(t.Context(), plan, w, w, "run", Options{Concurrency: 1}).Finish()
		noneLeft(t, w, trouble)
		for _, c := range report.Cells {
			if c.Point == nil {
				continue
			}
			granted := len(result.Values(c.Exchanges[0].Response.Headers, "Access-Control-Allow-Origin")) > 0
			want := slices.Contains([]string{"object", "bucket", "missing-object"}, c.Point.Target)
			if granted != want || c.Verdict != result.Passed {
				t.Errorf("%s: granted %t, want %t; %s %s %v", c.Point.Target, granted, want, c.Verdict, c.Reason, c.Findings)
			}
		}
	})
}

// What was learnt of an endpoint as a whole is told once, however often it was seen.
func TestNotes(t *testing.T) {
	var n notes
	for _, server := range []string{"", "first", "second"} {
		ex := result.Exchange{}
		if server != "" {
			ex.Response.Headers = []result.Header{{Name: "server", Value: server}}
		}
		n.saw(ex)
	}
	if n.server() != "first" {
		t.Errorf("the server is %q, want the first that was named", n.server())
	}
	n.add(result.Observation{Point: "b", Choice: "x", Cells: 2})
	n.add(result.Observation{Point: "a", Choice: "y", Cells: 1})
	n.add(result.Observation{Point: "b", Choice: "x", Cells: 3})
	n.add(result.Observation{Point: "a", Choice: "x", Cells: 1})
	var got []string
	for _, o := range n.observations() {
		got = append(got, fmt.Sprint(o.Point, o.Choice, o.Cells))
	}
	if want := "ax1 ay1 bx5"; strings.Join(got, " ") != want {
		t.Errorf("observed %s, want %s", strings.Join(got, " "), want)
	}
}

// Scenarios of many steps begin first, others keep their order.
func TestLongestFirst(t *testing.T) {
	plan := func(steps ...int) (all []scenarios.Planned) {
		for i, n := range steps {
			all = append(all, scenarios.Planned{Scenario: &scenarios.Scenario{Name: strconv.Itoa(i)}, Steps: make([]scenarios.PlannedStep, n)})
		}
		return all
	}
	given := plan(1, 3, 1, 5, 3)
	var got []string
	for _, p := range longestFirst(given) {
		got = append(got, p.Scenario.Name)
	}
	if want := "3 1 4 0 2"; strings.Join(got, " ") != want || given[0].Scenario.Name != "0" {
		t.Errorf("the order is %s, want %s; the first that was given is %s", strings.Join(got, " "), want, given[0].Scenario.Name)
	}
}

// What becomes of the buckets that are asked, and how many scenarios are under way.
func TestOptions(t *testing.T) {
	for _, c := range []struct {
		opts    Options
		buckets result.Buckets
		lanes   int
	}{
		{Options{}, result.BucketsRemoved, 32},
		{Options{Keep: true, Concurrency: 5}, result.BucketsKept, 5},
		{Options{Bucket: "b"}, result.BucketsGiven, 1},
		{Options{Bucket: "b", AssumeConfigured: true}, "", 1},
	} {
		r := &Run{opts: c.opts.withDefaults()}
		if got := c.opts.buckets(); got != c.buckets || r.lanes() != c.lanes {
			t.Errorf("%+v: buckets %q, %d lanes; want %q, %d", c.opts, got, r.lanes(), c.buckets, c.lanes)
		}
	}
}

// An object of a cell's own is not there before its first request has made it, unless it is written first.
func TestHasObject(t *testing.T) {
	for _, c := range []struct {
		name, method, operation string
		target                  scenarios.Target
		query                   string // of the request that is answered 200
		before, after           bool
	}{
		{"read", http.MethodGet, "", scenarios.Object, "", true, true},
		{"missing", http.MethodGet, "", scenarios.MissingObject, "", false, false},
		{"put", http.MethodPut, "", scenarios.Object, "", false, true},
		{"put where something was missing", http.MethodPut, "", scenarios.MissingObject, "", false, true},
		{"deleted without having been", http.MethodDelete, "", scenarios.Object, "", false, false},
		{"written first", http.MethodDelete, "DeleteObject", scenarios.Object, "", true, true},
		{"an upload is begun", http.MethodPost, "", scenarios.Object, "?uploads", false, false},
		{"a part", http.MethodPut, "UploadPart", scenarios.Object, "?partNumber=1&uploadId=u", false, false},
		{"completed", http.MethodPost, "CompleteMultipartUpload", scenarios.Object, "?uploadId=u", false, true},
		{"read by an upload", http.MethodGet, "ListParts", scenarios.Object, "?uploadId=u", true, true},
		{"of no object", http.MethodPut, "", scenarios.Bucket, "", true, true},
	} {
		s, cell := &stage{}, scenarios.Cell{ID: c.name, Method: c.method, Operation: c.operation, Target: c.target}
		at, err := url.Parse("http://endpoint/b/key" + c.query)
		if err != nil {
			t.Fatal(err)
		}
		refused, ex := result.Exchange{Response: result.Response{Status: 403}}, result.Exchange{Response: result.Response{Status: 200}}
		s.noteObject(cell, request{Request: probe.Request{Method: c.method, URL: at}}, &refused)
		s.noteObject(cell, request{Request: probe.Request{Method: c.method, URL: at}}, &ex)
		before := !refused.NoObject
		if before != !ex.NoObject {
			t.Errorf("%s: a request that was refused has made an object", c.name)
		}
		if after := s.hasObject(cell); before != c.before || after != c.after {
			t.Errorf("%s: there before %t, after %t; want %t, %t", c.name, before, after, c.before, c.after)
		}
	}
}
