package fuzz

import (
	"context"
	"testing"

	"corsprobe/runner/fetch"
	"corsprobe/runner/judge"
	"corsprobe/runner/result"
	"corsprobe/scenarios"
)

// For a page only what a page can ask is asked.
func TestQuestionsOfPages(t *testing.T) {
	g := NewGenerator(3)
	g.pages = true
	for range 60 {
		for _, state := range g.Next().States {
			for _, q := range state.Questions {
				if !isPage(q.Origin) || q.Auth == "signed" || q.Request != nil && !judge.BrowserList(q.Request) {
					t.Errorf("no page asks from %s, %s, for %s", shown(q.Origin), q.Auth, shown(q.Request))
				}
				for _, f := range q.Fields {
					if fetch.IsForbiddenRequestHeader(f.Name, f.Value) {
						t.Errorf("no script sets %s: %s", f.Name, f.Value)
					}
				}
				for _, key := range []string{operations, "clients", "connections"} {
					if word, has := q.Further[key]; has {
						t.Errorf("no script chooses %s: %s", key, word)
					}
				}
			}
		}
	}
}

func TestBrowserList(t *testing.T) {
	for _, c := range []struct{ list, want string }{{"X-B, x-a", "x-a,x-b"}, {"x-a,,X-A", "x-a"}, {"cookie", "-"}, {" ", "-"}} {
		got := "-"
		if list := browserList(c.list); list != nil {
			got = *list
		}
		if got != c.want {
			t.Errorf("%q: %s, want %s", c.list, got, c.want)
		}
	}
}

// Where Chromium and Fetch's model come to different ends, that is what is told and made smaller, not an error nor what the endpoint did.
func TestDisagreement(t *testing.T) {
	cell := result.Cell{
		Verdict: result.Error, Chromium: &result.Chromium{Disagreement: "a script could read x-a"},
		Findings: []result.Finding{{Check: "actual.vary", Class: result.Cache}},
	}
	s := &session{sightings: map[kind]int{}}
	if !s.count(cell) || s.out.ErrorCells != 0 || s.out.Pages != 1 {
		t.Errorf("%d errors, %d pages", s.out.ErrorCells, s.out.Pages)
	}
	found := shownIn(cell)
	if len(found) != 1 || found[0].Check != "chromium.agreement" || found[0].Got != "a script could read x-a" {
		t.Errorf("found %+v", found)
	}
	c := cases(3, 1)[0]
	before := suspected(c, 0, 0, cell)
	plan, err := Plan([]Case{before.Case}, 1)
	if err != nil {
		t.Fatal(err)
	}
	id := plan.Scenarios[0].Steps[len(plan.Scenarios[0].Steps)-1].Cells[0].ID
	if _, f, shows := before.shownBy(plan.Scenarios[0], map[string]result.Cell{id: cell}); !shows || f.Check != "chromium.agreement" {
		t.Errorf("it shows: %t, %+v", shows, f)
	}
	if _, _, shows := before.shownBy(plan.Scenarios[0], map[string]result.Cell{id: {Verdict: result.Passed}}); shows {
		t.Error("it shows where both agree")
	}
}

// What is made smaller keeps no further dimension that it does not take, and the first value of one that any value of shows.
func TestShrinksFurtherDimensions(t *testing.T) {
	for _, c := range []struct {
		name  string
		wrong planted
		want  Further
	}{
		{"none", func(Case, Question) bool { return true }, nil},
		{"any connection", func(_ Case, q Question) bool { return q.Further["connections"] != "" }, Further{"connections": string(scenarios.Fresh)}},
		{"two", func(_ Case, q Question) bool { return q.Further["clients"] != "" && q.Further["parameters"] == "x-id" }, Further{"clients": string(scenarios.Chromium), "parameters": "x-id"}},
		{"an operation", func(_ Case, q Question) bool { return q.Further[operations] == "CopyObject" }, Further{operations: "CopyObject"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			all, err := shrink(context.Background(), c.wrong.ask, []suspect{firstSuspect(t, c.wrong)})
			if err != nil {
				t.Fatal(err)
			}
			got := all[0].best.question().Further
			if len(got) != len(c.want) {
				t.Fatalf("left are %v, want %v", got, c.want)
			}
			for key, word := range c.want {
				if got[key] != word {
					t.Errorf("left are %v, want %v", got, c.want)
				}
			}
		})
	}
}
