package diagnose

import (
	"slices"

	"corsprobe/runner/dialect"
	"corsprobe/runner/s3cors"
)

// states are what the buckets of the scenarios hold after each step, on an endpoint that speaks a dialect.
type states [][]dialect.State

func (e *evidence) states(d dialect.Dialect) states {
	if e.faithful != nil && !d.Configures() {
		return e.faithful
	}
	all := make(states, len(e.scenarios))
	for i, t := range e.scenarios {
		var s dialect.State
		for _, call := range t.calls {
			if call != nil {
				_, s = d.Call(s, *call)
			}
			all[i] = append(all[i], s)
		}
	}
	if !d.Configures() {
		e.faithful = all
	}
	return all
}

// trial is what came of holding a prediction against an observation.
type trial struct {
	predicted expected // the nearest of the answers that were predicted; zero for a configuration call
	missed    parts
	cost      int
}

func (e *evidence) try(d dialect.Dialect, s states, o observation) trial {
	if o.call != nil {
		t := trial{missed: e.missedCall(d, s, o) &^ o.ignored}
		if t.cost = t.missed.count(); t.missed&status != 0 {
			t.cost = wrongStatus
		}
		return t
	}
	best := trial{cost: -1}
	for _, a := range d.Answers(e.state(s, o), o.asked) {
		x := expect(a)
		m := x.missed(o.seen) &^ o.ignored
		if c := x.cost(m, o.seen); best.cost < 0 || c < best.cost {
			best = trial{x, m, c}
		}
		if best.cost == 0 {
			break
		}
	}
	return best
}

// state is that of the bucket that a request names.
func (e *evidence) state(s states, o observation) dialect.State {
	switch o.place {
	case own:
		return s[o.scenario][o.step]
	case gone:
		return dialect.State{Own: s[o.scenario][o.step].Own}
	}
	return dialect.State{}
}

func (e *evidence) missedCall(d dialect.Dialect, s states, o observation) parts {
	var before dialect.State
	if o.step > 0 {
		before = s[o.scenario][o.step-1]
	}
	reply, after := d.Call(before, *e.scenarios[o.scenario].calls[o.step])
	came := o.call
	var missed parts
	accepted := reply.Refusal != nil && reply.Refusal.MayAccept && came.status == 200
	switch open := reply.Refusal != nil && reply.Refusal.Open; {
	case accepted:
		return 0
	case reply.Status != came.status:
		return status
	case reply.Code != "" && reply.Code != came.code && !open:
		missed |= errorCode
	}
	switch came.method {
	case "PUT":
		if came.status < 300 && came.read && !s3cors.Equal(d.Returned(after.Own), came.returned) {
			missed |= returned
		}
	case "GET":
		if came.read && !s3cors.Equal(reply.Config, came.returned) && !(empty(reply.Config) && empty(came.returned)) {
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
