package fuzz

import (
	"strings"
	"testing"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"
)

// finding is one of a check and a class.
func finding(check string, class result.Class) result.Finding {
	return result.Finding{Check: check, Class: class, How: result.Missing}
}

func known(f result.Finding) result.Finding {
	f.Known = &result.Deviation{Reason: "known"}
	return f
}

func failed(all ...result.Finding) result.Cell {
	return result.Cell{Verdict: result.Failed, Findings: all}
}

// What a cell shows is told the worst first, and what is known only where there is nothing else.
func TestShownIn(t *testing.T) {
	vary, open, text := finding("actual.vary", result.Cache), finding("actual.allow-origin", result.Exposure), finding("preflight.error-code", result.Contract)
	for _, c := range []struct {
		name string
		cell result.Cell
		want string
	}{
		{"one", failed(vary), "actual.vary"},
		{"the worst first", failed(text, vary, open), "actual.allow-origin actual.vary preflight.error-code"},
		{"what is known apart", failed(known(open), vary), "actual.vary"},
		{"nothing else than what is known", failed(known(text), known(open)), "preflight.error-code actual.allow-origin"},
	} {
		var got []string
		for _, f := range shownIn(c.cell) {
			got = append(got, f.Check)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// A case is cut down to the states up to the one that shows something, and to the question that does.
func TestSuspected(t *testing.T) {
	c := Case{[]State{{CORS: config("a"), Questions: asking(2)}, {CORS: config("b"), Questions: asking(3)}, {Questions: asking(1)}}}
	for _, w := range []struct {
		name            string
		state, question int
		states          int
		origin          string
		call            bool
	}{
		{"of the first state", 0, 1, 1, "https://1.test", false},
		{"of the second", 1, 2, 2, "https://2.test", false},
		{"the call of the second", 1, -1, 2, "", true},
		{"of the last", 2, 0, 3, "https://0.test", false},
	} {
		s := suspected(c, w.state, w.question, failed(finding("actual.vary", result.Cache)))
		origin := ""
		if o := s.question().Origin; o != nil {
			origin = *o
		}
		if len(s.States) != w.states || s.Questions() != 1 || origin != w.origin || s.call != w.call {
			t.Errorf("%s: %d states, %d questions, from %q, call %t", w.name, len(s.States), s.Questions(), origin, s.call)
		}
	}
	if c.Questions() != 6 {
		t.Errorf("the case itself has %d questions now", c.Questions())
	}
}

// A smaller case shows the same only by the same check, in the same way, of the same class, and not where it is known.
func TestShownBy(t *testing.T) {
	s := suspected(Case{[]State{{CORS: config("https://a.test"), Questions: asking(1)}}}, 0, 0, failed(finding("actual.vary", result.Cache)))
	call := s
	call.call, call.finding = true, finding("config.round-trip", result.Contract)
	plan, err := Plan([]Case{s.Case}, 1)
	if err != nil {
		t.Fatal(err)
	}
	step := plan.Scenarios[0].Steps[0]
	other := finding("actual.vary", result.Cache)
	other.How = result.Value
	for _, c := range []struct {
		name string
		of   suspect
		at   string
		cell result.Cell
		want bool
	}{
		{"the same", s, step.Cells[0].ID, failed(finding("actual.vary", result.Cache)), true},
		{"beside others", s, step.Cells[0].ID, failed(finding("actual.allow-origin", result.Exposure), finding("actual.vary", result.Cache)), true},
		{"of another class", s, step.Cells[0].ID, failed(finding("actual.vary", result.Contract)), false},
		{"in another way", s, step.Cells[0].ID, failed(other), false},
		{"another check", s, step.Cells[0].ID, failed(finding("preflight.vary", result.Cache)), false},
		{"known", s, step.Cells[0].ID, failed(known(finding("actual.vary", result.Cache))), false},
		{"flaky", s, step.Cells[0].ID, result.Cell{Verdict: result.Flaky, Findings: []result.Finding{finding("actual.vary", result.Cache)}}, false},
		{"in the call", s, step.CallID, failed(finding("actual.vary", result.Cache)), false},
		{"of the call", call, step.CallID, failed(finding("config.round-trip", result.Contract)), true},
	} {
		_, f, shown := c.of.shownBy(plan.Scenarios[0], map[string]result.Cell{c.at: c.cell})
		if shown != c.want || shown && kindOf(f) != kindOf(c.of.finding) {
			t.Errorf("%s: shown %t as %+v, want %t", c.name, shown, f, c.want)
		}
	}
}

// What is smaller comes first: fewer states before fewer rules before fewer members before shorter texts, defaults before all else.
func TestSize(t *testing.T) {
	smallest := func() suspect {
		return suspect{Case: Case{[]State{{CORS: config("https://a.test"), Questions: []Question{{Target: object, Auth: presigned, Method: "GET", Send: Actual}}}}}}
	}
	base := smallest()
	sizes := []int{base.size()}
	for _, grow := range []struct {
		name string
		by   func(*suspect)
	}{
		{"a longer origin", func(s *suspect) { s.States[0].CORS.CORSRules[0].AllowedOrigins[0] += "0123456789" }},
		{"another method", func(s *suspect) { s.question().Method = "DELETE" }},
		{"a member", func(s *suspect) { s.States[0].CORS.CORSRules[0].AllowedHeaders = []string{"x"} }},
		{"both exchanges", func(s *suspect) { s.question().Send = Both }},
		{"a further dimension", func(s *suspect) { s.question().Further = Further{"connections": string(scenarios.Fresh)} }},
		{"another target", func(s *suspect) { s.question().Target = "bucket" }},
		{"a rule", func(s *suspect) {
			s.States[0].CORS.CORSRules = append(s.States[0].CORS.CORSRules, s3cors.Rule{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}})
		}},
		{"a state", func(s *suspect) { s.States = append([]State{{}}, s.States...) }},
	} {
		s := smallest()
		grow.by(&s)
		if got := s.size(); got <= sizes[len(sizes)-1] {
			t.Errorf("%s: %d, no more than %d of what should be smaller", grow.name, got, sizes[len(sizes)-1])
		} else {
			sizes = append(sizes, got)
		}
	}
}
