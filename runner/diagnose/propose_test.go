package diagnose

import (
	"slices"
	"testing"

	"corsprobe/runner/dialect"
	"corsprobe/runner/dialect/dialecttest"
	"corsprobe/runner/result"
)

// proposed are the values that a small report speaks for, of one deviation.
func proposed(t *testing.T, name string, steps ...step) []string {
	e := read(small(t, steps...))
	at := (&search{e: e}).explain(nil)
	var all []string
	for _, one := range e.proposals(nil, at.failing()) {
		if one.Name == name {
			all = append(all, one.Value.String())
		}
	}
	slices.Sort(all)
	return all
}

// Values come from what was seen: a limit lies between what was accepted and what was refused, a code is the one that came.
func TestProposedValues(t *testing.T) {
	long := func(n int) string {
		text := ""
		for range n {
			text += "* | GET\n"
		}
		return text[:len(text)-1]
	}
	for _, c := range []struct {
		deviation string
		steps     []step
		want      []string
	}{
		{"most-rules", []step{{put: long(5)}, {put: long(8), came: "400 InvalidRequest", finds: "config.status"}}, []string{"5"}},
		{"most-rules", []step{{put: long(5)}, {put: long(30), came: "400 InvalidRequest", finds: "config.status"}}, []string{"20"}}, // a usual one
		{"most-rules", []step{{put: long(5), came: "400 InvalidRequest", finds: "config.status"}, {put: long(8)}}, nil},             // more was accepted
		{"max-age-capped", []step{{put: "* | GET | age 5000", cells: []string{"GET /b/key; origin x => 200; origin *; methods GET; age 77; vary !! actual.max-age"}}}, []string{"77"}},
		{"max-age-default", []step{{put: "* | GET", cells: []string{"GET /b/key; origin x => 200; origin *; methods GET; age 77; vary !! actual.max-age"}}}, []string{"77"}},
		{"max-age-default", []step{{put: "* | GET", cells: []string{"GET /b/key; origin x => 200; origin *; methods GET; age soon; vary !! actual.max-age"}}}, nil},
		{"always-exposed", []step{{put: "* | GET", cells: []string{
			"GET /b/key; origin x => 200; origin *; methods GET; expose A, B; vary !! actual.expose-headers",
			"OPTIONS /b/key; origin x; for GET => 200; origin *; methods GET; expose B, C; vary !! preflight.expose-headers",
		}}}, []string{"[B]"}},
		{"no-headers-on-method", []step{{put: "* | PUT", cells: []string{"PUT /b/key; origin x => 200 !! actual.allow-origin"}}}, []string{"PUT"}},
		{"no-headers-on-query", []step{{put: "* | GET", cells: []string{"GET /b?acl; target bucket; origin x => 403 !! actual.allow-origin"}}}, []string{
			`{method: GET, query: acl, status: "403"}`, "{method: GET, query: acl}",
		}},
		{"preflight-root", []step{{put: "* | GET", cells: []string{"OPTIONS /; target service; origin x; for GET => 501 NotImplemented !! preflight.status"}}}, []string{`{code: NotImplemented, status: "501"}`}},
		{"preflight-bad-method", []step{{put: "* | GET", cells: []string{"OPTIONS /b/key; origin x; for PATCH => 403 !! preflight.status"}}}, []string{`{status: "403"}`}},
		{"preflight-not-allowed", []step{{put: "https://a | GET", cells: []string{"OPTIONS /b/key; origin x; for GET => 405 !! preflight.status"}}}, []string{`{status: "405"}`}},
		{"preflight-not-enabled", []step{{call: "DeleteBucketCors", came: "204", cells: []string{"OPTIONS /b/key; origin x; for GET => 404 NoSuchCORS !! preflight.status"}}}, []string{`{code: NoSuchCORS, status: "404"}`}},
		{"rules-looked-at", []step{{put: "https://a | GET\nhttps://b | GET\nhttps://c | GET", cells: []string{"GET /b/key; origin https://c => 200 !! actual.allow-origin"}}}, []string{"2"}},
		{"rules-looked-at", []step{{put: "https://a | GET\nhttps://b | GET\nhttps://c | GET", cells: []string{
			"GET /b/key; origin https://c => 200 !! actual.allow-origin", "GET /b/key; origin https://b => 200 !! actual.allow-origin",
			"GET /b/key; origin https://c => 200 !! actual.allow-origin",
		}}}, []string{"1"}},
		{"returned-once", []step{{put: "a, b, a | GET", came: "200", returned: "a, b | GET", finds: "config.round-trip"}}, []string{"[AllowedOrigins]"}},
		{"digest-code", []step{{put: "* | GET", digest: "malformed-md5", came: "400 BadDigest", finds: "config.error-code"}}, []string{"{InvalidDigest: BadDigest}"}},
		{"refusal-code", []step{{put: "* | PATCH", came: "400 MalformedXML", finds: "config.error-code"}}, []string{"{InvalidRequest: MalformedXML}"}},
		{"error-method", []step{{put: "* | GET", cells: []string{"OPTIONS /b/key; origin x; for PUT => 403 AccessForbidden OPTIONS OBJECT !! preflight.error-method"}}}, []string{"OPTIONS"}},
		{"error-method", []step{{put: "* | GET", cells: []string{"OPTIONS /b/key; origin x; for PUT => 403 AccessForbidden !! preflight.error-method"}}}, []string{"none"}},
	} {
		if got := proposed(t, c.deviation, c.steps...); !slices.Equal(got, c.want) {
			t.Errorf("of %s, %q is proposed, want %q", c.deviation, got, c.want)
		}
	}
}

// The same report is proposed the same deviations in the same order every time, for of those that explain as much the first is told.
func TestProposedInOrder(t *testing.T) {
	e := read(small(t, step{put: "* | GET", cells: []string{
		"GET /b?acl&versionId=1&tagging&policy; target bucket; origin x => 403 Forbidden !! actual.allow-origin",
		"GET /b/key; origin x => 200 !! actual.allow-origin",
	}}))
	at := (&search{e: e}).explain(nil)
	first := e.proposals(nil, at.failing())
	for range 20 {
		if again := e.proposals(nil, at.failing()); !slices.EqualFunc(first, again, func(a, b dialect.Deviation) bool { return a.String() == b.String() }) {
			t.Fatalf("proposed\n%s\nand then\n%s", first, again)
		}
	}
	if len(first) < 8 {
		t.Errorf("only %s", first)
	}
}

// Of what came in the place of a code, what came most often is taken.
func TestVotes(t *testing.T) {
	v := votes{}
	for _, came := range []string{"B", "A", "B"} {
		v.saw("X", came)
	}
	v.saw("Y", "A")
	if got := v.most(); len(got) != 2 || got["X"] != "B" || got["Y"] != "A" {
		t.Errorf("most are %v, want X: B and Y: A", got)
	}
}

func TestThinned(t *testing.T) {
	list := []int{0, 1, 2, 3, 4, 5, 6, 7}
	for most, want := range map[int][]int{4: {0, 2, 4, 6}, 3: {0, 2, 5}, 8: list, 100: list} {
		if got := thinned(list, most); !slices.Equal(got, want) {
			t.Errorf("thinned to %d: %v, want %v", most, got, want)
		}
	}
}

// More causes that show in one cell alone than there is wrong in it explain nothing: they are guesses.
func TestGuessesAreDropped(t *testing.T) {
	causes := func(cells ...[]string) []result.Cause {
		all := []result.Cause{{Deviation: "vary-missing"}, {Deviation: "max-age-missing"}, {Deviation: "credentials-missing"}}
		for i := range all {
			all[i].Cells = cells[i]
		}
		return all
	}
	cell := func(findings int) []result.Cell {
		return []result.Cell{{ID: "1", Findings: make([]result.Finding, findings)}, {ID: "2", Findings: make([]result.Finding, 1)}}
	}
	for _, c := range []struct {
		name        string
		findings    int
		causes      []result.Cause
		left        []string
		unexplained []string
	}{
		{"as many as there is wrong", 3, causes([]string{"1"}, []string{"1"}, []string{"1"}), []string{"vary-missing", "max-age-missing", "credentials-missing"}, nil},
		{"more than there is wrong", 2, causes([]string{"1"}, []string{"1"}, []string{"1"}), nil, []string{"1"}},
		{"those that show elsewhere too are none", 1, causes([]string{"1"}, []string{"1", "2"}, []string{"1"}), []string{"max-age-missing"}, []string{"1"}},
		{"one in each cell", 1, causes([]string{"1"}, []string{"2"}, []string{"1", "2"}), []string{"vary-missing", "max-age-missing", "credentials-missing"}, nil},
	} {
		d := Diagnosis{Dialect: dialecttest.Dialect(t, "vary-missing", "max-age-missing", "credentials-missing"), Causes: c.causes}
		d.dropGuesses(cell(c.findings))
		var left []string
		for _, one := range d.Causes {
			left = append(left, one.Deviation)
		}
		var spoken []string
		for _, one := range d.Dialect {
			spoken = append(spoken, one.Name)
		}
		if !slices.Equal(left, c.left) || !slices.Equal(spoken, c.left) || !slices.Equal(d.Unexplained, c.unexplained) {
			t.Errorf("%s: causes %q, dialect %q, unexplained %q; want %q and %q", c.name, left, spoken, d.Unexplained, c.left, c.unexplained)
		}
	}
}

// A cause that shows in a cell or two is none where more come out now so, now otherwise, by the same check.
func TestChancesAreDropped(t *testing.T) {
	for _, c := range []struct {
		name  string
		flaky []string // the check of each flaky cell
		cells []string // in which the cause shows
		left  int
	}{
		{"nothing changes", nil, []string{"1"}, 1},
		{"more that change", []string{"actual.vary", "actual.vary"}, []string{"1"}, 0},
		{"as many that change", []string{"actual.vary"}, []string{"1"}, 1},
		{"what changes is something else", []string{"actual.max-age", "actual.max-age"}, []string{"1"}, 1},
		{"too many cells to be chance", []string{"actual.vary", "actual.vary", "actual.vary", "actual.vary"}, []string{"1", "2", "3"}, 1},
	} {
		d := Diagnosis{Dialect: dialecttest.Dialect(t, "vary-missing"), Causes: []result.Cause{{Deviation: "vary-missing", Checks: []string{"actual.vary"}, Cells: c.cells}}}
		var cells []result.Cell
		for _, check := range c.flaky {
			cells = append(cells, result.Cell{Verdict: result.Flaky, Findings: []result.Finding{{Check: check}}})
		}
		d.dropChances(cells)
		if len(d.Causes) != c.left || len(d.Dialect) != c.left || len(d.Unexplained) != (1-c.left)*len(c.cells) {
			t.Errorf("%s: %d causes are left, a dialect of %d, %q unexplained; want %d", c.name, len(d.Causes), len(d.Dialect), d.Unexplained, c.left)
		}
	}
}

// A deviation is put before and behind what is there: changes apply in order.
func TestPlaced(t *testing.T) {
	one := dialecttest.Dialect(t, "vary-missing")
	for _, c := range []struct {
		d    dialect.Dialect
		want []string
	}{
		{nil, []string{"vary-missing"}},
		{dialecttest.Dialect(t, "max-age-missing", "credentials-missing"), []string{"max-age-missing, credentials-missing, vary-missing", "vary-missing, max-age-missing, credentials-missing"}},
	} {
		var got []string
		for _, d := range placed(c.d, one[0]) {
			got = append(got, d.String())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("beside %q it is placed as %q, want %q", c.d, got, c.want)
		}
	}
}

// An oracle says which of a cell's findings a known dialect explains, and by which of its deviations.
func TestOracleExplainsFindings(t *testing.T) {
	d := dialecttest.Dialect(t, "vary-origin-only", "max-age-missing", "origin-case-ignored")
	const came = "200; origin https://app.example; credentials; methods GET; vary Origin"
	for _, c := range []struct {
		name, cell       string
		findings         [][]int
		concerned, shown []int
	}{
		{"both parts", "GET /b/key; origin https://app.example => " + came + " !! actual.vary, actual.max-age", [][]int{{0}, {1}}, []int{0, 1}, []int{0, 1}},
		{"S3's own answer", "GET /b/key; origin https://app.example => 200; origin https://app.example; credentials; methods GET; age 60; vary", [][]int{}, []int{0, 1}, nil},
		{"one part, and something else", "GET /b/key; origin https://app.example => " + came + "; expose ETag !! actual.expose-headers, actual.vary", [][]int{nil, {0}}, []int{0, 1}, []int{0, 1}},
		{"another rule's answer", "GET /b/key; origin https://APP.example => 200; origin https://APP.example; credentials; methods GET; vary Origin !! actual.allow-origin", [][]int{{2}}, []int{0, 1, 2}, []int{0, 2}}, // no Max-Age is S3's answer too
		{"what no deviation concerns", "GET /b/key; origin https://other.example => 200", [][]int{}, nil, nil},
		{"a status that is nobody's", "GET /b/key; origin https://app.example => 500; origin https://app.example !! actual.status", [][]int{nil}, []int{0, 1}, nil},
	} {
		r := small(t, step{put: "https://app.example | GET | age 60"})
		cell := requestCell(t, "1", "step0", c.cell)
		if cell.Findings != nil && cell.Findings[0].Check == "actual.status" {
			cell.Findings[0].Expected = "200"
		}
		told := NewOracle(d, r.Scenarios, r.Endpoint.URL).Explain(cell)
		if !slices.EqualFunc(told.Findings, c.findings, slices.Equal) || !slices.Equal(told.Concerned, c.concerned) || !slices.Equal(told.Shown, c.shown) {
			t.Errorf("%s: findings %v, concerned %v, shown %v; want %v, %v, %v", c.name, told.Findings, told.Concerned, told.Shown, c.findings, c.concerned, c.shown)
		}
	}
}
