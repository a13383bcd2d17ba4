package fuzz

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/result"
	"corsprobe/runner/runnertest/race"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"
)

// planted answers in memory: a question differs where wrong says so.
type planted func(c Case, q Question) bool

// ask gives a finding for the first question of each case's last state that is wrong.
func (wrong planted) ask(_ context.Context, cases []Case) (scenarios.Plan, map[string]result.Cell, error) {
	plan, err := Plan(cases, 1)
	results := map[string]result.Cell{}
	for i, c := range cases {
		if err != nil {
			break
		}
		last := len(c.States) - 1
		for k, cell := range plan.Scenarios[i].Steps[last].Cells {
			results[cell.ID] = answer(wrong(c, c.States[last].Questions[k]))
		}
	}
	return plan, results, err
}

func answer(wrong bool) result.Cell {
	if !wrong {
		return result.Cell{Verdict: result.Passed}
	}
	return result.Cell{Verdict: result.Failed, Findings: []result.Finding{{Check: "preflight.allow-origin", How: result.Missing, Class: result.Breakage}}}
}

// anyRule reports that a rule of the last configuration fits.
func anyRule(c Case, fits func(s3cors.Rule) bool) bool {
	cfg := c.States[len(c.States)-1].CORS
	return cfg != nil && slices.ContainsFunc(cfg.CORSRules, fits)
}

// What is left of a case is what the planted oracle needs, and nothing else.
func TestShrinksToWhatShows(t *testing.T) {
	race.Skip(t)
	tests := []struct {
		name          string
		wrong         planted
		states, rules int
		members       int // of all lists together
	}{
		{"any question", func(Case, Question) bool { return true }, 1, 0, 0},
		{"a star among the origins", func(c Case, _ Question) bool {
			return anyRule(c, func(r s3cors.Rule) bool { return slices.Contains(r.AllowedOrigins, "*") })
		}, 1, 1, 2},
		{"exposed headers", func(c Case, _ Question) bool {
			return anyRule(c, func(r s3cors.Rule) bool { return len(r.ExposeHeaders) > 0 })
		}, 1, 1, 3},
		{"two exposed headers", func(c Case, _ Question) bool {
			return anyRule(c, func(r s3cors.Rule) bool { return len(r.ExposeHeaders) > 1 })
		}, 1, 1, 4},
		{"a second rule", func(c Case, _ Question) bool {
			cfg := c.States[len(c.States)-1].CORS
			return cfg != nil && len(cfg.CORSRules) > 1
		}, 1, 2, 4},
		{"eleven rules", func(c Case, _ Question) bool {
			cfg := c.States[len(c.States)-1].CORS
			return cfg != nil && len(cfg.CORSRules) > 10
		}, 1, 11, -1},
		{"a configuration before", func(c Case, _ Question) bool {
			return len(c.States) > 1 && c.States[len(c.States)-2].put() != nil && c.States[len(c.States)-1].put() == nil
		}, 2, 1, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := firstSuspect(t, test.wrong)
			all, err := shrink(t.Context(), test.wrong.ask, []suspect{s})
			if err != nil {
				t.Fatal(err)
			}
			small := all[0].best
			if !test.wrong(small.Case, *small.question()) {
				t.Errorf("what is left does not show it:\n%s", small.text())
			}
			if len(small.States) != test.states || small.Rules() > max(test.rules, 1) || test.members >= 0 && test.rules > 0 && membersOf(small.Case) > test.members {
				t.Errorf("left are %d states, %d rules and %d members, expected %d, %d and %d:\n%s", len(small.States), small.Rules(), membersOf(small.Case), test.states, test.rules, test.members, small.text())
			}
			if all[0].tries > mostTries {
				t.Errorf("%d cases were tried, more than %d", all[0].tries, mostTries)
			}
		})
	}
}

// firstSuspect is the first case of a seed that a planted oracle is wrong about.
func firstSuspect(t *testing.T, wrong planted) suspect {
	t.Helper()
	g := NewGenerator(3)
	for range 2000 {
		c := g.Next()
		for k, state := range c.States {
			for n, q := range state.Questions {
				if cut := (Case{c.States[:k+1]}); wrong(cut, q) {
					return suspected(c, k, n, answer(true))
				}
			}
		}
	}
	t.Fatal("no case shows it")
	return suspect{}
}

func membersOf(c Case) int {
	n := 0
	for _, s := range c.States {
		if cfg := s.put(); cfg != nil {
			for _, r := range cfg.CORSRules {
				n += len(r.AllowedOrigins) + len(r.AllowedMethods) + len(r.AllowedHeaders) + len(r.ExposeHeaders)
			}
		}
	}
	return n
}

// Every smaller case is smaller, is one that can be asked, and leaves the one that it was made of as it is.
func TestSmallerCases(t *testing.T) {
	race.Skip(t)
	for i, c := range cases(11, 25) {
		for k, state := range c.States {
			s := suspected(c, k, i%len(state.Questions), answer(true))
			before := s.text()
			all, _ := s.smaller(few(s.moves(), len(before)))
			var asked []Case
			for _, next := range all {
				if next.size() >= s.size() {
					t.Errorf("case %d: of size %d, and made of one of %d:\n%s", i, next.size(), s.size(), next.text())
				}
				asked = append(asked, next.Case)
			}
			if _, err := Plan(asked, 1); err != nil && len(asked) > 0 {
				t.Fatalf("case %d, state %d: %v", i, k, err)
			}
			if s.text() != before {
				t.Fatalf("case %d, state %d was changed:\n%s\n%s", i, k, before, s.text())
			}
		}
	}
}

// few leaves every eighth of the moves of a case of many kilobytes, which has thousands, most of them for one member of a list each: its smaller cases
// are written, read and expanded one by one. Of the other cases, four of five, it leaves all moves.
func few(moves []move, size int) []move {
	if size < 5000 {
		return moves
	}
	var some []move
	for i := 0; i < len(moves); i += 8 {
		some = append(some, moves[i])
	}
	return some
}

// A text of the endpoint's own does not get out of a comment.
func TestComment(t *testing.T) {
	got := comment("got a\rb\x1b[31m\nname: evil")
	if want := "# got a\uFFFDb\uFFFD[31m\n# name: evil\n"; got != want {
		t.Errorf("comment is %q, expected %q", got, want)
	}
	d := Difference{Name: "x-1", Case: cases(1, 1)[0], Finding: result.Finding{Class: result.Contract, Check: "actual.vary", Got: "a\nname: evil", Why: "b: {c"}}
	text, err := d.Scenario(1)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Read(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if got := plan.Scenarios[0].Scenario.Name; got != "x-1" || strings.Contains(string(text), "\nname: evil") {
		t.Errorf("the scenario is called %s:\n%s", got, text)
	}
}

// Edges of a configuration are edges: what fits fits, and what must not does not.
func TestOriginEdges(t *testing.T) {
	g := NewGenerator(5)
	never := []string{"changed", "dropped-last", "other-scheme", "overlap"}
	for _, pattern := range []string{"https://app.example.com", "http://localhost:8080", "https://[::1]:3000"} {
		for _, e := range originEdges {
			value, ok := e.make(g.random, pattern)
			fits := s3cors.MatchOrigin(pattern, value)
			switch {
			case !ok:
			case e.name == "fits" && !fits:
				t.Errorf("%s of %s: %s does not fit", e.name, pattern, value)
			case e.name != "fits" && fits:
				t.Errorf("%s of %s: %s fits", e.name, pattern, value)
			}
		}
	}
	for range 200 {
		pattern := origin(g.random)
		for _, e := range originEdges {
			value, ok := e.make(g.random, pattern)
			if ok && (e.name == "fits" || e.name == "empty-star") && !s3cors.MatchOrigin(pattern, value) {
				t.Errorf("%s of %s: %s does not fit", e.name, pattern, value)
			}
			if ok && !strings.Contains(pattern, "*") && slices.Contains(never, e.name) && s3cors.MatchOrigin(pattern, value) {
				t.Errorf("%s of %s: %s fits", e.name, pattern, value)
			}
		}
	}
	if got, ok := overlap("https://a*a.example.com"); !ok || got != "https://a.example.com" {
		t.Errorf("overlap is %s, %t", got, ok)
	}
}

// What was seldom asked counts for more.
func TestCoverage(t *testing.T) {
	var c Coverage
	known := []feature{{"origin fits", true}, {"target object", true}, {"preflight rests on 20", false}}
	c.add(known, []int{20, 23})
	fresh := []feature{{"origin null", true}, {"target object", true}}
	if c.news(fresh) <= c.news(known[:2]) {
		t.Errorf("what is new counts %f, what is known %f", c.news(fresh), c.news(known[:2]))
	}
	if got := fmt.Sprint(c.Facts(), c.Branches(), c.Pairs()); got != "2 3 1" {
		t.Errorf("facts, branches and pairs are %s, expected 2 3 1", got)
	}
}
