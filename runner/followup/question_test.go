package followup

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"

	"corsprobe/runner/diagnose"
	"corsprobe/runner/dialect"
	"corsprobe/runner/result"
	"corsprobe/scenarios"

	"github.com/google/go-cmp/cmp"
)

// What two numberings tell apart together: rivals are alike where both say so.
func TestTogether(t *testing.T) {
	for _, c := range []struct{ a, b, want []int }{
		{[]int{0, 0, 0}, []int{0, 0, 0}, []int{0, 0, 0}},
		{[]int{0, 0, 1}, []int{0, 1, 0}, []int{0, 1, 2}},
		{[]int{0, 1, 1, 0}, []int{1, 0, 0, 0}, []int{0, 1, 1, 2}},
		{nil, nil, []int{}},
	} {
		if got := together(c.a, c.b); !slices.Equal(got, c.want) {
			t.Errorf("%v and %v together are %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

// Questions are chosen as few as there need be, the finest first, and never more than may be asked.
func TestRefine(t *testing.T) {
	question := func(id string, classes ...int) predicted {
		return predicted{question{id: id}, classes}
	}
	for _, c := range []struct {
		name  string
		all   []predicted
		most  int
		want  []string
		alike []int // afterwards
	}{
		{"one that decides all", []predicted{question("halves", 0, 0, 1, 1), question("all", 0, 1, 2, 3)}, 9, []string{"all"}, []int{0, 1, 2, 3}},
		{"two halves", []predicted{question("a", 0, 0, 1, 1), question("b", 0, 1, 0, 1), question("a again", 0, 0, 1, 1)}, 9, []string{"a", "b"}, []int{0, 1, 2, 3}},
		{"no more than may be asked", []predicted{question("a", 0, 0, 1, 1), question("b", 0, 1, 0, 1)}, 1, []string{"a"}, []int{0, 0, 1, 1}},
		{"nothing tells the last two apart", []predicted{question("a", 0, 1, 2, 2)}, 9, []string{"a"}, []int{0, 1, 2, 2}},
		{"no question", nil, 9, nil, []int{0, 0, 0, 0}},
		{"none may be asked", []predicted{question("a", 0, 1, 2, 3)}, 0, nil, []int{0, 0, 0, 0}},
	} {
		alike := make([]int, 4)
		var got []string
		for _, q := range refine(alike, c.all, c.most) {
			got = append(got, q.id)
		}
		if !slices.Equal(got, c.want) || !slices.Equal(alike, c.alike) {
			t.Errorf("%s: asks %q and leaves %v, want %q and %v", c.name, got, alike, c.want, c.alike)
		}
	}
}

// A reply tells two endpoints apart where both say something, and not the same.
func TestRepliesDiffer(t *testing.T) {
	refused, accepted := reply{status: 400, code: "InvalidRequest"}, reply{status: 200, returned: "<x/>"}
	for _, c := range []struct {
		a, b reply
		want bool
	}{
		{refused, accepted, true}, {refused, refused, false}, {refused, reply{status: 400, code: "MalformedXML"}, true},
		{accepted, reply{status: 200, returned: "<y/>"}, true}, {refused, reply{}, false}, {reply{}, reply{}, false},
	} {
		if got := c.a.differs(c.b); got != c.want || c.b.differs(c.a) != c.want {
			t.Errorf("%+v and %+v: %t, want %t", c.a, c.b, got, c.want)
		}
	}
}

// Where S3 itself may accept or refuse, a call tells nothing; where it may not, what came and what is returned does.
func TestLive(t *testing.T) {
	planned := plan(t, `
name: a
steps:
- {name: put, put: {CORSRules: [{AllowedOrigins: [x], AllowedMethods: [PUT, GET]}]}}
- {name: refused, replace: {CORSRules: [{AllowedOrigins: [x], AllowedMethods: [PATCH]}]}}
- {name: open, replace: {CORSRules: [{ID: `+strings.Repeat("x", 256)+`, AllowedOrigins: [x], AllowedMethods: [GET]}]}}
- {name: get, get: true}
- {name: delete, delete: true}
`).Scenarios[0]
	for _, c := range []struct {
		deviation string
		statuses  []int // 0: nothing that tells
		holds     []int // rules after each step; -1: none
	}{
		{"vary-missing", []int{200, 400, 0, 200, 204}, []int{1, 1, 1, 1, -1}},
		{"refused-put-wipes", []int{200, 400, 0, 404, 204}, []int{1, -1, -1, -1, -1}},
		{"delete-200", []int{200, 400, 0, 200, 200}, []int{1, 1, 1, 1, -1}},
		{"delete-ignored", []int{200, 400, 0, 200, 204}, []int{1, 1, 1, 1, 1}},
	} {
		l := live(dialect.Dialect{parse(t, c.deviation)}, planned)
		for i, r := range l.replies {
			holds := -1
			if l.states[i].Own != nil {
				holds = len(l.states[i].Own.CORSRules)
			}
			if r.status != c.statuses[i] || holds != c.holds[i] {
				t.Errorf("%s: step %s is answered %d and leaves %d rules, want %d and %d", c.deviation, planned.Steps[i].Name, r.status, holds, c.statuses[i], c.holds[i])
			}
		}
	}
}

// The requests of a cell, as the model takes them.
func TestRequestsOf(t *testing.T) {
	for _, c := range []struct {
		matrix string
		want   []string // method, requested method and names, status, authorised
	}{
		{"{origins: [x], methods: [PUT], headers: [{X-A: b, Content-Type: text/html}]}", []string{"OPTIONS PUT content-type,x-a 0 url", "PUT - - 200 url"}},
		{"{origins: [x], methods: [GET], headers: ['x-b, x-a'], authorisations: signed}", []string{"OPTIONS GET x-b, x-a 0 none", "GET - - 200 header"}},
		{"{origins: [x], methods: [DELETE], send: actual}", []string{"DELETE - - 204 url"}},
		{"{origins: [x], targets: missing-object}", []string{"OPTIONS GET - 0 url", "GET - - 404 url"}},
		{"{origins: [x], targets: missing-bucket, send: actual}", []string{"GET - - 404 url"}},
		{"{origins: [x], methods: none, send: preflight}", []string{"OPTIONS - - 0 url"}},
		{"{origins: [x], headers: [{Access-Control-Request-Method: PUT}], send: actual}", []string{"GET PUT - 200 url"}},
	} {
		cell := plan(t, "name: a\ncors: none\nmatrix: "+c.matrix+"\n").Scenarios[0].Steps[0].Cells[0]
		var got []string
		for _, q := range requestsOf(cell) {
			authorised := "none"
			switch {
			case q.Presigned():
				authorised = "url"
			case q.Signed():
				authorised = "header"
			}
			got = append(got, strings.Join([]string{q.Method, text(q.RequestMethod), text(q.RequestHeaders), strconv.Itoa(q.Status), authorised}, " "))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.matrix, diff)
		}
	}
}

func text(s *string) string {
	if s == nil {
		return "-"
	}
	return *s
}

// Only what can be predicted is asked: pinned cells, further dimensions and other people's buckets are not.
func TestPredictable(t *testing.T) {
	for matrix, want := range map[string]bool{
		"{origins: [x]}": true, "{origins: [x], targets: bucket}": true, "{origins: [x], targets: missing-bucket}": true, "{origins: [x], authorisations: signed}": true,
		"{origins: [x], targets: service}": false, "{origins: [x], targets: other-bucket}": false, "{origins: [x], authorisations: expired}": false,
		"{origins: [x], addressing: path}": false, "{origins: [x], clients: firefox}": false, "{origins: [x], operations: DeleteObjects}": false, "{origins: [x], keys: dots}": false,
	} {
		if got := isPredictable(plan(t, "name: a\ncors: none\nmatrix: "+matrix+"\n").Scenarios[0].Steps[0].Cells[0]); got != want {
			t.Errorf("%s can be predicted: %t, want %t", matrix, got, want)
		}
	}
	pinned := plan(t, "name: a\ncors: none\nmatrix: {origins: [x]}\nexpect: [{reason: r, actual: {status: 200}}]\n")
	if isPredictable(pinned.Scenarios[0].Steps[0].Cells[0]) {
		t.Error("a cell whose answer is pinned can be predicted")
	}
}

// A question takes its steps along and no other cells, under a name that no other scenario has.
func TestQuestionOnItsOwn(t *testing.T) {
	planned := plan(t, `
name: narrow
steps:
- {name: one, put: {CORSRules: [{AllowedOrigins: [x], AllowedMethods: [GET]}]}, matrix: {origins: [x, y]}}
- {name: two, delete: true, matrix: {origins: [x, y]}}
- {name: three, get: true}
`).Scenarios[0]
	q := question{planned: upTo(planned, 1, 1), id: planned.Steps[1].Cells[1].ID}
	q.rename("follow-up-3")
	want := []string{"follow-up-3/one/PutBucketCors", "follow-up-3/two/DeleteBucketCors", "follow-up-3/two/object/auto/presigned/y/GET/-"}
	if got := (scenarios.Plan{Scenarios: []scenarios.Planned{q.planned}}).IDs(); !slices.Equal(got, want) || q.id != want[2] {
		t.Errorf("it asks %q for the sake of %q, want %q", got, q.id, want)
	}
	if first := planned.Steps[0].Cells; len(first) != 2 || !strings.HasPrefix(first[0].ID, "narrow/narrow/one/") || planned.Scenario.ID != "narrow/narrow" {
		t.Errorf("the scenario that it is taken from has changed: %+v", planned.Scenario)
	}
}

// Rivals for what is known already are no question; those for what failed are.
func TestOpenRivals(t *testing.T) {
	rival := diagnose.Rival{Deviations: []dialect.Deviation{parse(t, "vary-missing"), parse(t, "vary-missing-on-actual")}}
	d := diagnose.Diagnosis{Causes: []result.Cause{{Deviation: "vary-missing", Cells: []string{"1", "2"}}}, Rivals: []diagnose.Rival{rival}}
	for _, c := range []struct {
		verdicts []result.Verdict
		want     int
	}{{[]result.Verdict{result.Failed, result.Known}, 1}, {[]result.Verdict{result.Known, result.Known}, 0}} {
		r := result.Report{Cells: []result.Cell{{ID: "1", Verdict: c.verdicts[0]}, {ID: "2", Verdict: c.verdicts[1]}}}
		if got := len(open(d, r)); got != c.want {
			t.Errorf("of cells that are %s, %d rivals are open, want %d", c.verdicts, got, c.want)
		}
	}
}

// Why a question was not judged: time first, then what its cell says, then what the run says.
func TestWhy(t *testing.T) {
	over, cancel := context.WithCancel(t.Context())
	cancel()
	came := result.Report{Run: result.Run{Incomplete: "the run was cut"}, Cells: []result.Cell{{Reason: "no answer"}}}
	for _, c := range []struct {
		ctx  context.Context
		cell int
		want string
	}{{over, 0, "there was no time for more questions"}, {t.Context(), 0, "no answer"}, {t.Context(), -1, "the run was cut"}} {
		if got := why(c.ctx, came, c.cell); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
