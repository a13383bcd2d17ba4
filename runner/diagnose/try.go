package diagnose

import (
	"net/http"
	"slices"
	"sync"

	"corsprobe/runner/dialect"
	"corsprobe/runner/s3cors"
)

// simulation is a run's scenarios played at an endpoint with the deviations of a dialect: what the buckets hold after each step, and which
// rule of theirs each request matches.
type simulation struct {
	states [][]dialect.State
	// answers is the simulation of the same dialect without the deviations of configuration calls; nil: the dialect has none. Where a bucket is
	// in the same state in both, a request is answered alike, and is not matched twice.
	answers *simulation

	mu      sync.Mutex
	matched []*dialect.Matched // by observation; nil: not asked yet
}

// simulate plays the scenarios at an endpoint of a dialect. All dialects that differ in answers alone share one simulation: those are most, and
// the search tries them many times over.
func (e *evidence) simulate(d dialect.Dialect) *simulation {
	key := d.Matching().String()
	if d.Configures() {
		key = "configures " + d.WithoutAnswers().String()
	}
	e.mu.Lock()
	w := e.simulations[key]
	e.mu.Unlock()
	if w != nil {
		return w
	}
	w = &simulation{matched: make([]*dialect.Matched, len(e.cases)), states: e.faithful}
	if d.Configures() {
		w.states = e.replay(d)
		if alike := d.Matching(); !alike.Configures() {
			w.answers = e.simulate(alike)
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.simulations) > mostSimulations {
		clear(e.simulations)
	}
	if e.simulations[key] == nil { // another goroutine may have made it meanwhile
		e.simulations[key] = w
	}
	return e.simulations[key]
}

// mostSimulations bounds what is kept in memory: about a megabyte each.
const mostSimulations = 64

// replay is what each scenario's bucket holds while each of its steps is asked.
func (e *evidence) replay(d dialect.Dialect) [][]dialect.State {
	all := make([][]dialect.State, len(e.scenarios))
	for i, t := range e.scenarios {
		for step, call := range t.calls {
			s := e.before(d, all, i, step)
			switch {
			case call == nil:
			case t.untried[step]:
				_, s = dialect.Dialect(nil).Call(s, *call)
			default:
				_, s = d.Call(s, *call)
			}
			all[i] = append(all[i], s)
		}
	}
	return all
}

// before is what a scenario's bucket holds when a step begins: a page may have deleted the configuration of the one before.
func (e *evidence) before(d dialect.Dialect, states [][]dialect.State, scenario, step int) dialect.State {
	if step == 0 {
		return dialect.State{}
	}
	s := states[scenario][step-1]
	if e.scenarios[scenario].deleted[step-1] {
		_, s = d.Call(s, dialect.Call{Method: http.MethodDelete})
	}
	return s
}

func (w *simulation) match(d dialect.Dialect, e *evidence, n int) dialect.Matched {
	if o := e.cases[n]; w.answers != nil && sameState(e.state(w, o), e.state(w.answers, o)) {
		return w.answers.match(d, e, n)
	}
	w.mu.Lock()
	m := w.matched[n]
	w.mu.Unlock()
	if m == nil {
		made := d.Matched(e.state(w, e.cases[n]), e.cases[n].asked)
		m = &made
		w.mu.Lock()
		w.matched[n] = m
		w.mu.Unlock()
	}
	return *m
}

// sameState reports that a bucket holds and held the very same configurations.
func sameState(a, b dialect.State) bool { return a.Own == b.Own && slices.Equal(a.Past, b.Past) }

// trial is how a prediction compares with an observation.
type trial struct {
	predicted expected // the nearest of the answers that were predicted; zero for a configuration call
	missed    parts
	cost      int
}

func (e *evidence) try(d dialect.Dialect, s *simulation, n int) trial {
	o := e.cases[n]
	if o.call != nil {
		t := trial{missed: e.missedCall(d, s, o) &^ o.ignored}
		if t.cost = t.missed.count(); t.missed&status != 0 {
			t.cost = wrongStatus
		}
		return t
	}
	best := trial{cost: -1}
	for _, a := range d.Finish(s.match(d, e, n)) {
		x := e.meanings.expect(a)
		m := x.missed(&o.seen) &^ o.ignored
		if c := x.cost(m, &o.seen); best.cost < 0 || c < best.cost {
			best = trial{x, m, c}
		}
		if best.cost == 0 {
			break
		}
	}
	return best
}

// state is that of the bucket that a request names.
func (e *evidence) state(w *simulation, o *observation) dialect.State {
	switch o.place {
	case own:
		return w.states[o.scenario][o.step]
	case deletedBucket:
		return dialect.State{Own: w.states[o.scenario][o.step].Own}
	}
	return dialect.State{}
}

func (e *evidence) missedCall(d dialect.Dialect, w *simulation, o *observation) parts {
	before, call := e.before(d, w.states, o.scenario, o.step), *e.scenarios[o.scenario].calls[o.step]
	reply, after := d.Call(before, call)
	came := o.call
	var missed parts
	accepted := reply.Refusal != nil && reply.Refusal.MayAccept && came.status == 200
	switch open := reply.Refusal != nil && reply.Refusal.Open; {
	case accepted, call.Missing && refusedAnyway(d, before, call, came):
		return 0
	case reply.Status != came.status:
		return status
	case reply.Code != "" && reply.Code != came.code && !open:
		missed |= errorCode
	}
	if call.Missing {
		return missed
	}
	if came.unlike && s3cors.Equal(d.Returned(after.Own), call.Put) {
		missed |= returned
	}
	return missed | missedConfiguration(d, came, reply, after)
}

// refusedAnyway reports a call on a bucket that does not exist that came to what a dialect answers it on one that does: which is looked at first, the
// document or the bucket, is the endpoint's own affair.
func refusedAnyway(d dialect.Dialect, before dialect.State, call dialect.Call, came *called) bool {
	call.Missing = false
	reply, _ := d.Call(before, call)
	return reply.Refusal != nil && reply.Status == came.status && reply.Code == came.code
}

// missedConfiguration is which of what a call says or does to the configuration is not as the dialect predicts.
func missedConfiguration(d dialect.Dialect, came *called, reply dialect.Reply, after dialect.State) (missed parts) {
	switch came.method {
	case "PUT":
		if came.status < 300 && came.read && !s3cors.Equal(d.Returned(after.Own), came.returned) {
			missed |= returned
		}
	case "GET":
		if came.read && !s3cors.Equal(reply.Config, came.returned) && (!empty(reply.Config) || !empty(came.returned)) {
			missed |= returned
		}
	case "DELETE":
		if came.removed != (after.Own == nil) {
			missed |= deleted
		}
	}
	return missed
}

func empty(c *s3cors.Configuration) bool { return c == nil || len(c.CORSRules) == 0 }

// with returns the dialect with a deviation at a place, 0 to len(d).
func with(d dialect.Dialect, one dialect.Deviation, at int) dialect.Dialect {
	return slices.Insert(slices.Clone(d), at, one)
}

func without(d dialect.Dialect, at int) dialect.Dialect {
	return slices.Delete(slices.Clone(d), at, at+1)
}
