package reference_test

import (
	"context"
	"flag"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"corsprobe/runner"
	"corsprobe/runner/dialect"
	"corsprobe/runner/embedded"
	"corsprobe/runner/probe"
	"corsprobe/runner/reference"
	"corsprobe/runner/runnertest"
	"corsprobe/scenarios"
)

var (
	whole = flag.Bool("whole", false, "plant every defect under the whole catalogue, also where scenarios cannot tell it from a faithful endpoint")
	seed  = flag.Uint64("seed", uint64(time.Now().UnixNano()), "of the lot by which some defects are planted under the whole catalogue")
)

// byLot is how many defects are planted under the whole catalogue every time.
const byLot = 3

// Memory is cheaper here than the time to collect it.
func init() { debug.SetGCPercent(400) }

// planting is a defect and what it is planted under.
type planting struct {
	reference.Defect
	concerned map[string]bool // the scenarios that can tell it from a faithful endpoint; nil: not known
	whole     bool            // it is planted under the others, too
}

// withoutRace leaves a test to the pass of make test that is without the race detector, which makes a run ten times as slow: what goes on at once in
// it does so in TestFaithful, TestRaces and the Chromium tests, too.
func withoutRace(t *testing.T) {
	t.Helper()
	if raceEnabled {
		t.Skip("make test runs it without the race detector")
	}
}

// The race detector looks at runs in which cells fail, answers change and configurations come late: of few scenarios, for it is slow.
func TestRaces(t *testing.T) {
	plan := part(runnertest.Catalogue(t), "use-cases", "origins/exact", "lifecycle")
	var answers atomic.Int64
	flaky := reference.Behaviour{Answer: func(a *dialect.Answer, _ dialect.Asked) {
		if a.Headers["Access-Control-Allow-Origin"] != "" && answers.Add(1)%5 == 0 {
			a.Headers["Access-Control-Allow-Methods"] = "TRACE" // unlike an answer without CORS headers, no bucket without a configuration gives it: it is no node that is late
		}
	}}
	for name, b := range map[string]reference.Behaviour{
		"failing": defect(t, "vary-origin-only").Behaviour, "flaky": flaky, "late": reference.Late(150 * time.Millisecond),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := run(t, b, plan, 10*time.Second).Summary
			if s.Passed == 0 || s.Errors > 0 || name == "failing" && s.Failed == 0 || name == "flaky" && s.Flaky == 0 || name == "late" && s.Failed+s.Flaky > 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// plant runs the catalogue against every defect, and has each be told what came of it.
//
// Scenarios that cannot tell a defect from a faithful endpoint are left out: those that get the same answers from both to everything that they
// ask, which the faithful endpoint's shadows show. What holds this against whole runs is a lot, drawn anew each time.
func plant(t *testing.T, defects []reference.Defect, each func(*testing.T, reference.Defect, found)) []found {
	t.Helper()
	withoutRace(t)
	upstream := upstream(t)
	plan := runnertest.Catalogue(t)
	all := make([]found, len(defects))
	var chosen []planting
	for _, d := range defects {
		chosen = append(chosen, planting{Defect: d})
	}
	distinguish(t, upstream, plan, chosen)
	if t.Failed() {
		return all
	}
	draw(t, chosen)
	t.Run("plant", func(t *testing.T) { // returns when the parallel tests in it have ended
		for n, p := range chosen {
			t.Run(p.Name, func(t *testing.T) {
				t.Parallel()
				f := p.run(t, upstream, plan)
				each(t, p.Defect, f)
				all[n] = f
			})
		}
	})
	return all
}

func upstream(t *testing.T) *embedded.Server {
	t.Helper()
	server, err := embedded.Start(t.Context(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close(context.Background()) })
	return server
}

// startBefore starts an endpoint before a server that others share.
func startBefore(t *testing.T, upstream *embedded.Server, b reference.Behaviour) *reference.Server {
	t.Helper()
	server, err := reference.StartBefore(upstream, b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close(context.Background()) })
	return server
}

// distinguish runs every scenario by itself against a faithful endpoint, with the defects as its shadows, and notes for each defect the scenarios
// that can tell it from that.
func distinguish(t *testing.T, upstream *embedded.Server, plan scenarios.Plan, all []planting) {
	t.Helper()
	var shadows []reference.Behaviour
	var whose []int
	for i := range all {
		if all[i].Alone() {
			shadows, whose = append(shadows, all[i].Behaviour), append(whose, i)
			all[i].concerned = map[string]bool{}
		}
	}
	servers := make([]*reference.Server, len(plan.Scenarios))
	t.Run("faithful", func(t *testing.T) {
		for n, s := range plan.Scenarios {
			t.Run(s.Scenario.ID, func(t *testing.T) {
				t.Parallel()
				servers[n] = startBefore(t, upstream, reference.Behaviour{})
				servers[n].Shadow(shadows)
				one := scenarios.Plan{Scenarios: []scenarios.Planned{s}}
				for _, c := range runAt(t, servers[n], servers[n].URL(), probe.Options{}, one, runner.Options{Settle: 10 * time.Second}).Cells {
					if !faithful(c) {
						t.Errorf("%s is %s %s: %+v", c.ID, c.Verdict, c.Reason, c.Findings)
					}
				}
			})
		}
	})
	for n, s := range plan.Scenarios {
		for i, w := range whose {
			if servers[n] == nil || servers[n].Differs(i) { // nil: -run left it out
				all[w].concerned[s.Scenario.ID] = true
			}
		}
	}
}

// draw chooses what is planted under the whole catalogue: what the shadows do not tell of, and some by lot.
func draw(t *testing.T, all []planting) {
	t.Helper()
	drawn := rand.New(rand.NewPCG(*seed, 0)).Perm(len(all))
	if !*whole && !*update {
		drawn = drawn[:min(byLot, len(drawn))]
	}
	var names []string
	for i := range all {
		if all[i].whole = all[i].concerned == nil || slices.Contains(drawn, i); all[i].whole {
			names = append(names, all[i].Name)
		}
	}
	t.Logf("-seed %d; under the whole catalogue: %q", *seed, names)
}

// run carries out what a defect is planted under.
func (p planting) run(t *testing.T, upstream *embedded.Server, plan scenarios.Plan) found {
	t.Helper()
	if !p.whole {
		plan.Scenarios = slices.DeleteFunc(slices.Clone(plan.Scenarios), func(s scenarios.Planned) bool { return !p.concerned[s.Scenario.ID] })
	}
	if len(plan.Scenarios) == 0 {
		return found{scenarios: map[string]int{}}
	}
	server := startBefore(t, upstream, p.Behaviour)
	f := look(runAt(t, server, server.URL(), probe.Options{}, plan, runner.Options{Settle: 400 * time.Millisecond}))
	for id := range f.scenarios {
		if p.concerned != nil && !p.concerned[id] {
			t.Errorf("%s finds it, where every answer was said to be a faithful endpoint's", id)
		}
	}
	return f
}
