package reference_test

import (
	"context"
	"flag"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"slices"
	"strings"
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
	whole = flag.Bool("whole", false, "plant every defect under the whole catalogue, also where scenarios cannot tell it from a faithful endpoint, and where fewer show it")
	seed  = flag.Uint64("seed", uint64(time.Now().UnixNano()), "of the lot by which some defects are planted under the whole catalogue")
)

const (
	// byLot is how many defects are planted under the whole catalogue every time.
	byLot = 2
	// fewest is how many cells every other defect is held against at least, and of how many more those scenarios are that come next.
	fewest = 40
)

// Memory is cheaper here than the time to collect it.
func init() { debug.SetGCPercent(400) }

// planting is a defect and what it is planted under.
type planting struct {
	reference.Defect
	concerned map[string]bool // the scenarios that can tell it from a faithful endpoint; nil: not known
	whole     bool            // it is planted under all scenarios
	first     []string        // the scenarios that found it most often when it last was
	shown     func(found) bool
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

// plant has every defect looked for with the catalogue, and each be told what came of it.
//
// Scenarios that cannot tell a defect from a faithful endpoint are left out: those that get the same answers from both to everything that they
// ask, which the faithful endpoint's shadows show. Of the others some are enough once they have shown what a defect is; until then more are asked,
// at last all. Which, is drawn anew each time, and so are the defects that are planted under the whole catalogue. -whole plants all so.
func plant(t *testing.T, defects []reference.Defect, shown func(reference.Defect, found) bool, each func(*testing.T, reference.Defect, found)) []found {
	t.Helper()
	upstream := upstream(t)
	plan := runnertest.Catalogue(t)
	all := make([]found, len(defects))
	distinguish(t, upstream, plan)
	if t.Failed() {
		return all
	}
	first := readFirst(t)
	var chosen []planting
	for _, d := range defects {
		chosen = append(chosen, planting{Defect: d, concerned: concerned[d.Name], first: first[d.Name], shown: func(f found) bool { return shown(d, f) }})
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
	if *update {
		writeFirst(t, defects, all)
	}
	return all
}

func upstream(t *testing.T) *embedded.Server {
	t.Helper()
	server, err := embedded.Start(t.Context(), embedded.Options{WithoutCORS: true})
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

// concerned are the scenarios that can tell each defect from a faithful endpoint, by its name; none for those of which shadows cannot say it.
var concerned map[string]map[string]bool

// distinguish runs every scenario by itself against a faithful endpoint, once for all tests, with every defect as its shadow, and notes for each
// defect the scenarios that can tell it from that.
func distinguish(t *testing.T, upstream *embedded.Server, plan scenarios.Plan) {
	t.Helper()
	if concerned != nil {
		return
	}
	concerned = map[string]map[string]bool{}
	var shadows []reference.Behaviour
	var whose []string
	for _, d := range slices.Concat(reference.Defects(), reference.CompoundDefects()) {
		if d.Alone() {
			shadows, whose = append(shadows, d.Behaviour), append(whose, d.Name)
			concerned[d.Name] = map[string]bool{}
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
		for i, name := range whose {
			if servers[n] == nil || servers[n].Differs(i) { // nil: -run left it out
				concerned[name][s.Scenario.ID] = true
			}
		}
	}
}

// draw chooses what is planted under the whole catalogue: some by lot.
func draw(t *testing.T, all []planting) {
	t.Helper()
	drawn := rand.New(rand.NewPCG(*seed, 0)).Perm(len(all))
	if !*whole && !*update {
		drawn = drawn[:min(byLot, len(drawn))]
	}
	var names []string
	for i := range all {
		if all[i].whole = slices.Contains(drawn, i); all[i].whole {
			names = append(names, all[i].Name)
		}
	}
	t.Logf("-seed %d; under the whole catalogue: %q", *seed, names)
}

// run carries out what a defect is planted under.
func (p planting) run(t *testing.T, upstream *embedded.Server, plan scenarios.Plan) found {
	t.Helper()
	server := startBefore(t, upstream, p.Behaviour)
	f := newFound()
	for some := range p.parts(plan) {
		f.add(look(runAt(t, server, server.URL(), probe.Options{}, some, runner.Options{Settle: 400 * time.Millisecond})))
		if p.shown(f) {
			break
		}
	}
	for id := range f.scenarios {
		if p.concerned != nil && !p.concerned[id] {
			t.Errorf("%s finds it, where every answer was said to be a faithful endpoint's", id)
		}
	}
	return f
}

// parts are what a defect is planted under one after the other, each more than the one before: the scenarios that may find it, first those which
// did so before, the others by lot.
func (p planting) parts(plan scenarios.Plan) iter.Seq[scenarios.Plan] {
	if p.whole {
		return slices.Values([]scenarios.Plan{plan})
	}
	rest := slices.DeleteFunc(slices.Clone(plan.Scenarios), func(s scenarios.Planned) bool { return p.concerned != nil && !p.concerned[s.Scenario.ID] })
	rand.New(rand.NewPCG(*seed, uint64(len(p.Name)))).Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	turn := func(s scenarios.Planned) int {
		if n := slices.Index(p.first, s.Scenario.ID); n >= 0 {
			return n
		}
		return len(p.first)
	}
	slices.SortStableFunc(rest, func(a, b scenarios.Planned) int { return turn(a) - turn(b) })
	return func(yield func(scenarios.Plan) bool) {
		for least := fewest; len(rest) > 0; least *= 2 {
			some, cells := 0, 0
			for ; some < len(rest) && cells < least; some++ {
				cells += size(rest[some])
			}
			if !yield(scenarios.Plan{Scenarios: rest[:some]}) {
				return
			}
			rest = rest[some:]
		}
	}
}

// Every scenario that may find a defect is asked at last, once, and first those that found it before.
func TestParts(t *testing.T) {
	plan := runnertest.Catalogue(t)
	concerned := map[string]bool{}
	for _, s := range plan.Scenarios[10:90] {
		concerned[s.Scenario.ID] = true
	}
	first := plan.Scenarios[70].Scenario.ID
	for name, p := range map[string]planting{
		"known": {concerned: concerned, first: []string{first}}, "not known": {first: []string{first}}, "whole": {whole: true, concerned: concerned, first: []string{first}},
	} {
		asked, parts := map[string]int{}, 0
		for part := range p.parts(plan) {
			if parts++; parts == 1 && !p.whole && part.Scenarios[0].Scenario.ID != first {
				t.Errorf("%s: begins with %s, want %s", name, part.Scenarios[0].Scenario.ID, first)
			}
			for _, s := range part.Scenarios {
				asked[s.Scenario.ID]++
			}
		}
		for _, s := range plan.Scenarios {
			want := 1
			if id := s.Scenario.ID; name == "known" && !concerned[id] {
				want = 0
			}
			if n := asked[s.Scenario.ID]; n != want {
				t.Errorf("%s: %s is asked %d times, want %d", name, s.Scenario.ID, n, want)
			}
		}
		if parts < 3 && !p.whole {
			t.Errorf("%s: everything is asked in %d parts", name, parts)
		}
	}
}

// size is how many cells a scenario has, calls included.
func size(s scenarios.Planned) int {
	n := 0
	for _, step := range s.Steps {
		n += 1 + len(step.Cells)
	}
	return n
}

// firstFile lists the scenarios that found each defect most often when it was last planted under the whole catalogue. make defects writes it; what
// is not true any more costs time, and no more.
const firstFile = "testdata/first.txt"

func readFirst(t *testing.T) map[string][]string {
	t.Helper()
	data, err := os.ReadFile(firstFile)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for line := range strings.Lines(string(data)) {
		name, list, _ := strings.Cut(strings.TrimSpace(line), "\t")
		all[name] = strings.Fields(list)
	}
	return all
}

func writeFirst(t *testing.T, defects []reference.Defect, all []found) {
	t.Helper()
	first := readFirst(t)
	for i, d := range defects {
		if byMost := all[i].byMost(); len(byMost) > 0 {
			first[d.Name] = byMost[:min(most, len(byMost))]
		}
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(first)) {
		fmt.Fprintf(&b, "%s\t%s\n", name, strings.Join(first[name], " "))
	}
	if err := os.WriteFile(firstFile, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
