package diagnose

import (
	"cmp"
	"slices"
	"time"

	"corsprobe/runner/dialect"
)

const (
	// sampled bounds how many failing observations rank the candidates, sampledAlike how many of them fail alike.
	sampled, sampledAlike = 160, 3
	// tried bounds how many of the best candidates are held against every observation.
	tried = 24
	// mostCauses bounds a dialect.
	mostCauses = 30
)

// search looks for the smallest dialect that explains most.
type search struct {
	e     *evidence
	until time.Time
	trace func(string, ...any)
}

// explanation is a dialect, and what it leaves open.
type explanation struct {
	dialect dialect.Dialect
	trials  []trial // one an observation
	total   int     // of their costs
}

func (s *search) explain(d dialect.Dialect) explanation {
	x := explanation{dialect: d, trials: make([]trial, len(s.e.cases))}
	states := s.e.states(d)
	for i, o := range s.e.cases {
		x.trials[i] = s.e.try(d, states, o)
		x.total += x.trials[i].cost
	}
	return x
}

func (s *search) late() bool { return time.Now().After(s.until) }

// run adds causes one by one, then mends what an early one spoilt for a later.
func (s *search) run() explanation {
	best := s.honest(s.prune(s.grow(s.explain(nil), nil)))
	for improved := true; improved && best.total > 0 && !s.late(); {
		improved = false
		for i := range best.dialect {
			if s.late() {
				break
			}
			banned := best.dialect[i]
			next := s.honest(s.prune(s.grow(s.explain(without(best.dialect, i)), &banned)))
			if next.total < best.total {
				best, improved = next, true
				break
			}
		}
	}
	return best
}

// candidate is a deviation at a place of a dialect, and what it explains.
type candidate struct {
	dialect dialect.Dialect
	gain    int
}

// grow adds the deviation that explains most, as long as there is one.
func (s *search) grow(at explanation, banned *dialect.Deviation) explanation {
	for len(at.dialect) < mostCauses && at.total > 0 && !s.late() {
		next, found := s.step(at, banned)
		if !found {
			return at
		}
		at = next
	}
	return at
}

// step tries every candidate on a sample of what is not explained, and the best of them on everything.
func (s *search) step(at explanation, banned *dialect.Deviation) (explanation, bool) {
	failing := at.failing()
	sample := s.sample(at, failing)
	var all []candidate
	for _, one := range s.e.proposals(at.dialect, failing) {
		if banned != nil && banned.Name == one.Name && banned.Value.Equal(one.Value) {
			continue
		}
		for _, d := range placed(at.dialect, one) {
			if gain := s.gain(at, d, sample); gain > 0 {
				all = append(all, candidate{d, gain})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return b.gain - a.gain })
	var best explanation
	worth := 0
	for _, c := range all[:min(tried, len(all))] {
		next := s.explain(c.dialect)
		if s.trace != nil {
			s.trace("   %d %s: gain %d worth %d total %d of %d", len(sample), c.dialect, c.gain, s.worthOf(at, next), next.total, at.total)
		}
		if w := s.worthOf(at, next); w > worth {
			best, worth = next, w
		}
	}
	return best, worth > 0
}

// placed puts a deviation at the end of a dialect, and at its start.
func placed(d dialect.Dialect, one dialect.Deviation) []dialect.Dialect {
	if len(d) == 0 {
		return []dialect.Dialect{{one}}
	}
	return []dialect.Dialect{with(d, one, len(d)), with(d, one, 0)}
}

// worthOf weighs what a step explains against what it breaks, which another cause would have to mend, and against what it predicts otherwise
// than before and wrong all the same.
func (s *search) worthOf(was, is explanation) int {
	const explained, broken, wrong = 4, 12, 1
	worth := 0
	for i := range was.trials {
		before, after := was.trials[i], is.trials[i]
		switch d := before.cost - after.cost; {
		case d > 0:
			worth += explained * d
		case d < 0:
			worth += broken * d
		}
		if after.missed != 0 && after.predicted.contradicts(before.predicted, after.missed, s.e.cases[i].seen) {
			worth -= wrong
		}
	}
	return worth
}

func (s *search) gain(at explanation, d dialect.Dialect, sample []int) int {
	states := s.e.states(d)
	gain := 0
	for _, i := range sample {
		gain += at.trials[i].cost - s.e.try(d, states, s.e.cases[i]).cost
	}
	return gain
}

func (x explanation) failing() []int {
	var all []int
	for i, t := range x.trials {
		if t.missed != 0 {
			all = append(all, i)
		}
	}
	return all
}

// sample takes a few of each way of failing.
func (s *search) sample(at explanation, failing []int) []int {
	type way struct {
		missed    parts
		preflight bool
		scenario  int
	}
	alike := map[way]int{}
	var all []int
	for _, i := range failing {
		o := s.e.cases[i]
		w := way{at.trials[i].missed, o.asked.Method == "OPTIONS", o.scenario}
		if alike[w]++; alike[w] <= sampledAlike {
			all = append(all, i)
		}
	}
	for len(all) > sampled { // thin out evenly
		thinned := all[:0]
		for i, o := range all {
			if i%3 != 1 {
				thinned = append(thinned, o)
			}
		}
		all = thinned
	}
	return all
}

// prune leaves out what explains nothing beside the others.
func (s *search) prune(at explanation) explanation {
	for i := len(at.dialect) - 1; i >= 0; i-- {
		if next := s.explain(without(at.dialect, i)); next.total <= at.total {
			at = next
		}
	}
	return at
}

// honest leaves out what predicts an answer that did not come.
func (s *search) honest(at explanation) explanation {
	for {
		i := slices.IndexFunc(at.dialect, func(one dialect.Deviation) bool { return s.contradicted(at, one) })
		if i < 0 {
			return at
		}
		at = s.prune(s.explain(without(at.dialect, i)))
	}
}

// contradicted reports that a part of some answer is as it is predicted because of this deviation, and came otherwise.
func (s *search) contradicted(at explanation, one dialect.Deviation) bool {
	i := slices.IndexFunc(at.dialect, func(o dialect.Deviation) bool { return o.Name == one.Name && o.Value.Equal(one.Value) })
	less := without(at.dialect, i)
	bare := s.e.states(less)
	for n, t := range at.trials {
		if t.missed == 0 {
			continue
		}
		o := s.e.cases[n]
		other := s.e.try(less, bare, o)
		if o.call != nil && t.missed&^other.missed != 0 || o.call == nil && t.predicted.contradicts(other.predicted, t.missed, o.seen) {
			return true
		}
	}
	return false
}

// contradicts reports that a prediction differs from another in what was missed. Where the two grant and refuse, only that counts: what else
// a grant or a refusal says is S3's, or another deviation's.
func (x expected) contradicts(y expected, missed parts, came seen) bool {
	turned := !slices.Equal(x.status, y.status) || (x.headers[allowOrigin] == "") != (y.headers[allowOrigin] == "")
	if turned {
		return missed&status != 0 || (x.headers[allowOrigin] == "") != (came.headers[allowOrigin] == "")
	}
	return x.changes(y)&missed != 0
}

// changes are the parts in which two predictions differ.
func (x expected) changes(y expected) parts {
	var p parts
	if !slices.Equal(x.status, y.status) {
		p |= status
	}
	for i := range x.headers {
		if x.headers[i] != y.headers[i] {
			p |= firstHeader << i
		}
	}
	if x.code != y.code || x.bare != y.bare {
		p |= errorCode
	}
	if x.method != y.method {
		p |= errorMethod
	}
	if x.resource != y.resource {
		p |= errorResourceType
	}
	return p
}

// alternatives are the deviations that could stand in the place of one and predict all that came as well as it does.
func (s *search) alternatives(at explanation, i int) []dialect.Deviation {
	less := s.explain(without(at.dialect, i))
	var matters []int
	for n := range less.trials {
		if less.trials[n].missed != at.trials[n].missed {
			matters = append(matters, n)
		}
	}
	var all []dialect.Deviation
	for _, one := range s.e.proposals(less.dialect, less.failing()) {
		if has(at.dialect, one) || s.late() {
			continue
		}
		d := with(less.dialect, one, i)
		if s.fits(at, d, matters) && sameMissed(s.explain(d), at) {
			all = append(all, one)
		}
	}
	slices.SortStableFunc(all, func(a, b dialect.Deviation) int { return cmp.Compare(a.Class, b.Class) })
	return all
}

func (s *search) fits(at explanation, d dialect.Dialect, which []int) bool {
	states := s.e.states(d)
	for _, n := range which {
		if s.e.try(d, states, s.e.cases[n]).missed != at.trials[n].missed {
			return false
		}
	}
	return true
}

func sameMissed(a, b explanation) bool {
	return slices.EqualFunc(a.trials, b.trials, func(x, y trial) bool { return x.missed == y.missed })
}
