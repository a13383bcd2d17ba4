package reference_test

import (
	"cmp"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"corsprobe/runner/diagnose"
	"corsprobe/runner/dialect"
	"corsprobe/runner/reference"
	"corsprobe/runner/runnertest"
	"corsprobe/runner/runnertest/race"
	"corsprobe/scenarios"
)

// harmlessTogether are differences that one endpoint may have all at once: with each group the whole catalogue passes, and of it with each difference
// alone a part. Where several change the same, the first has the last word.
var harmlessTogether = [][]string{
	{"chunked-errors", "compressed", "names-lower-case", "lists-without-blanks", "vary-more", "content-type-on-grants", "another-wording", "late-configuration", "sets-cookies"},
	{
		"early-hints", "bit-by-bit", "indented-documents", "names-upper-case", "lists-with-blanks", "vary-repeated", "allow-headers-reversed",
		"expose-headers-reversed", "more-headers", "refusals-worded-otherwise", "connections-end", "jitter", "clock-ahead",
	},
	{"version-1.0", "prefixed-documents", "further-members", "vary-accept-encoding-always", "vary-reversed"},
	{"lines-reversed", "declared-otherwise", "vary-lines", "busy-now-and-then", "spreading", "preflights-with-text", "forms-without-headers"},
	{"blanks-around-values", "vary-lower-case", "connection-close", "late-everywhere", "slow"},
}

// Nothing that an endpoint may do is held against it.
func TestHarmlessDifferences(t *testing.T) {
	race.Skip(t)
	plan := runnertest.Catalogue(t)
	differences := map[string]reference.Harmless{}
	for _, h := range reference.HarmlessDifferences() { // of their own for the groups: some keep in mind what they answered, for one endpoint
		differences[h.Name] = h
	}
	for i, h := range reference.HarmlessDifferences() {
		t.Run(h.Name, func(t *testing.T) {
			t.Parallel()
			harmless(t, h.Behaviour, drawn(plan, uint64(i)))
		})
	}
	if len(differences) < 15 {
		t.Errorf("only %d harmless differences", len(differences))
	}
	for _, names := range harmlessTogether {
		var group []reference.Behaviour
		for _, name := range names {
			h, there := differences[name]
			if !there {
				t.Errorf("there is no harmless difference %s, or it is in two groups", name)
			}
			delete(differences, name)
			group = append(group, h.Behaviour)
		}
		t.Run(strings.Join(names, "+"), func(t *testing.T) {
			t.Parallel()
			harmless(t, together(t, group), plan)
		})
	}
	for name := range differences {
		t.Errorf("%s is in no group", name)
	}
}

// drawn is a twelfth of the catalogue by lot, and what every endpoint is held against; with -whole all of it.
func drawn(plan scenarios.Plan, lot uint64) scenarios.Plan {
	if *whole {
		return plan
	}
	random := rand.New(rand.NewPCG(*seed, lot))
	plan.Scenarios = slices.DeleteFunc(slices.Clone(plan.Scenarios), func(s scenarios.Planned) bool {
		id := s.Scenario.ID
		always := strings.HasPrefix(id, "use-cases/") || id == "lifecycle/put-replace-delete/put-replace-delete" || id == "validation/refused/refused-configurations"
		return random.IntN(12) > 0 && !always
	})
	return plan
}

func harmless(t *testing.T, b reference.Behaviour, plan scenarios.Plan) {
	t.Helper()
	report := run(t, b, plan, 10*time.Second)
	if report.Summary.Passed == 0 {
		t.Error("no cell passed")
	}
	for _, c := range report.Cells {
		if !faithful(c) {
			t.Errorf("-seed %d: %s is %s %s: %+v", *seed, c.ID, c.Verdict, c.Reason, c.Findings)
		}
	}
	for _, cause := range diagnose.Report(report).Causes {
		t.Errorf("-seed %d: %s is diagnosed", *seed, cause.Deviation)
	}
}

// together is an endpoint that behaves in all of these ways, the first of them the outermost.
func together(t *testing.T, group []reference.Behaviour) reference.Behaviour {
	t.Helper()
	var all reference.Behaviour
	for _, b := range slices.Backward(group) {
		if b.Config != nil && all.Config != nil || b.Refusal != "" && all.Refusal != "" || b.Raw != nil && all.Raw != nil || b.Rules != nil || len(b.Dialect) > 0 {
			t.Fatal("two of these cannot be had at once")
		}
		all = around(b, all)
	}
	return all
}

// around is what an endpoint does that behaves as the inner, and then as the outer says.
func around(outer, inner reference.Behaviour) reference.Behaviour {
	both := inner
	both.Refusal = cmp.Or(outer.Refusal, inner.Refusal)
	if outer.Config != nil {
		both.Config, both.Returned = outer.Config, outer.Returned
	}
	if outer.Raw != nil {
		both.Raw = outer.Raw
	}
	if outer.Handler != nil && inner.Handler != nil {
		both.Handler = func(next http.Handler) http.Handler { return outer.Handler(inner.Handler(next)) }
	} else if outer.Handler != nil {
		both.Handler = outer.Handler
	}
	if outer.Answer != nil && inner.Answer != nil {
		both.Answer = func(a *dialect.Answer, q dialect.Asked) { inner.Answer(a, q); outer.Answer(a, q) }
	} else if outer.Answer != nil {
		both.Answer = outer.Answer
	}
	if outer.Lines != nil && inner.Lines != nil {
		both.Lines = func(h http.Header) { inner.Lines(h); outer.Lines(h) }
	} else if outer.Lines != nil {
		both.Lines = outer.Lines
	}
	return both
}

// Of several that change the same the first has the last word, and none is lost.
func TestTogether(t *testing.T) {
	var order []string
	behaving := func(name string) reference.Behaviour {
		return reference.Behaviour{
			Lines:  func(http.Header) { order = append(order, "lines of "+name) },
			Answer: func(*dialect.Answer, dialect.Asked) { order = append(order, "answer of "+name) },
			Handler: func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					next.ServeHTTP(w, r)
					order = append(order, "handler of "+name)
				})
			},
		}
	}
	all := together(t, []reference.Behaviour{behaving("first"), {}, behaving("second"), {Refusal: "no"}})
	all.Lines(nil)
	all.Answer(nil, dialect.Asked{})
	all.Handler(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	want := []string{"lines of second", "lines of first", "answer of second", "answer of first", "handler of second", "handler of first"}
	if !slices.Equal(order, want) || all.Refusal != "no" {
		t.Errorf("order %q, want %q; refusal %q", order, want, all.Refusal)
	}
}
