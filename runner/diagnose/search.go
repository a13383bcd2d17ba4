package diagnose

import (
	"cmp"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"corsprobe/runner/dialect"
)

const (
	// sampled bounds how many failing observations rank the candidates, sampledAlike how many of them fail alike.
	sampled, sampledAlike = 90, 2
	// tried is how many of the best candidates are held against every observation at once, triedAtMost how many in all where the best are not
	// worth it: what explains much of a sample may break more elsewhere.
	tried, triedAtMost = 6, 24
	// mostCauses bounds a dialect.
	mostCauses = 40
	// effort bounds how many dialects are held against every observation: a bound that is the same on every machine.
	effort = 2500
)

// search looks for the smallest dialect that explains most.
type search struct {
	e    *evidence
	used atomic.Int64
	kept []explanation // some of the last ones, the oldest first: the same dialects are asked for again and again
}

// explanation is a dialect, and what it leaves open.
type explanation struct {
	dialect dialect.Dialect
	trials  []trial // one an observation
	total   int     // of their costs
}

// explain holds a dialect against every observation, unless that was done just before.
func (s *search) explain(d dialect.Dialect) explanation {
	s.used.Add(1)
	name := d.String()
	for _, x := range s.kept {
		if x.dialect.String() == name {
			return x
		}
	}
	x := s.hold(d)
	s.keep(x)
	return x
}

// keep remembers an explanation in the place of the oldest: so many that they stay within a few ten megabytes.
func (s *search) keep(x explanation) {
	const most, trials = 16, 100_000
	if len(s.kept) >= min(most, max(2, trials/max(1, len(x.trials)))) {
		s.kept = slices.Delete(s.kept, 0, 1)
	}
	s.kept = append(s.kept, x)
}

func (s *search) hold(d dialect.Dialect) explanation {
	x := explanation{dialect: d, trials: make([]trial, len(s.e.cases))}
	w := s.e.simulate(d)
	for i := range s.e.cases {
		x.trials[i] = s.e.try(d, w, i)
		x.total += x.trials[i].cost
	}
	return x
}

func (s *search) late() bool { return s.used.Load() > effort }

// run adds causes one by one, then mends what an early one spoilt for a later: one that is contradicted is left out, and others are looked
// for without it.
func (s *search) run() explanation {
	best := s.prune(s.grow(s.explain(nil), nil))
	for improved := true; improved && best.total > 0 && !s.late(); {
		improved = false
		for i, one := range best.dialect {
			if s.late() || !s.contradicted(best, one) {
				continue
			}
			if next := s.prune(s.grow(s.explain(without(best.dialect, i)), &one)); next.total < best.total {
				best, improved = next, true
				break
			}
		}
	}
	return s.honest(best)
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
	wrong, right := s.sample(at)
	var dialects []dialect.Dialect
	for _, one := range s.e.proposals(at.dialect, failing) {
		if banned == nil || banned.Name != one.Name || !banned.Value.Equal(one.Value) {
			dialects = append(dialects, placed(at.dialect, one)...)
		}
	}
	all := make([]candidate, len(dialects))
	parallel(len(dialects), func(i int) {
		all[i].dialect = dialects[i]
		if all[i].gain = s.gain(at, dialects[i], wrong); all[i].gain > 0 {
			all[i].gain += s.gain(at, dialects[i], right)
		}
	})
	all = slices.DeleteFunc(all, func(c candidate) bool { return c.gain <= 0 })
	slices.SortStableFunc(all, func(a, b candidate) int { return b.gain - a.gain })
	for few := range slices.Chunk(all[:min(triedAtMost, len(all))], tried) {
		if next, found := s.worthiest(at, few); found {
			return next, true
		}
	}
	return explanation{}, false
}

// worthiest holds candidates against everything, up to the first that leaves nothing open: none is worth more. All of them count as effort, for
// how many are begun at once is a matter of the machine.
func (s *search) worthiest(at explanation, few []candidate) (explanation, bool) {
	s.used.Add(int64(len(few)))
	next := make([]explanation, len(few))
	var whole atomic.Int64 // the first that leaves nothing open
	whole.Store(int64(len(few)))
	parallel(len(few), func(i int) {
		if int64(i) > whole.Load() {
			return
		}
		if next[i] = s.hold(few[i].dialect); next[i].total == 0 {
			for first := whole.Load(); int64(i) < first; first = whole.Load() {
				if whole.CompareAndSwap(first, int64(i)) {
					break
				}
			}
		}
	})
	best, worth := -1, 0
	for i := range next {
		if next[i].trials == nil {
			continue
		}
		if w := s.worthOf(at, next[i]); w > worth {
			best, worth = i, w
		}
	}
	if best < 0 {
		return explanation{}, false
	}
	s.keep(next[best])
	return next[best], true
}

// parallel calls do for 0 to n-1, on all processors, and returns when all calls have.
func parallel(n int, do func(i int)) {
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	group.Wait()
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
		if after.missed != 0 && after.predicted.contradicts(&before.predicted, after.missed, &s.e.cases[i].seen) {
			worth -= wrong
		}
	}
	return worth
}

// gain is what a dialect explains of a sample, less what it breaks there.
func (s *search) gain(at explanation, d dialect.Dialect, sample []int) int {
	w := s.e.simulate(d)
	gain := 0
	for _, i := range sample {
		if g := at.trials[i].cost - s.e.try(d, w, i).cost; g > 0 {
			gain += g
		} else {
			gain += 3 * g
		}
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

// sample takes a few of each way of failing, and of what is right, a few of each scenario.
func (s *search) sample(at explanation) (wrong, right []int) {
	type way struct {
		missed    parts
		preflight bool
		scenario  int
		status    int
	}
	alike := map[way]int{}
	for i, t := range at.trials {
		o := s.e.cases[i]
		w := way{t.missed, o.asked.Preflight(), o.scenario, o.seen.status}
		if alike[w]++; alike[w] > sampledAlike {
			continue
		}
		if t.missed != 0 {
			wrong = append(wrong, i)
		} else {
			right = append(right, i)
		}
	}
	return thinned(wrong, sampled), thinned(right, sampled)
}

// thinned keeps at most so many of a list, evenly.
func thinned(list []int, most int) []int {
	if len(list) <= most {
		return list
	}
	kept := make([]int, most)
	for i := range kept {
		kept[i] = list[i*len(list)/most]
	}
	return kept
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
	simulated := s.e.simulate(less)
	for n, t := range at.trials {
		if t.missed == 0 {
			continue
		}
		o := s.e.cases[n]
		other := s.e.try(less, simulated, n)
		if o.call != nil && t.missed&^other.missed != 0 || o.call == nil && t.predicted.contradicts(&other.predicted, t.missed, &o.seen) {
			return true
		}
	}
	return false
}

// contradicts reports that a prediction differs from another in what was missed. Where an answer of another kind came, a refusal for a grant
// or another status, its parts say nothing; at fault is what made the prediction one of the wrong kind.
func (x *expected) contradicts(y *expected, missed parts, came *seen) bool {
	if x.otherKind(came) {
		return !y.otherKind(came)
	}
	if y.otherKind(came) {
		return false
	}
	if missed&errorCode != 0 { // another document came
		missed &^= errorMethod | errorResourceType
	}
	return x.changes(y)&missed != 0
}

// otherKind reports that an answer of another status came, or one without CORS headers for one with them, or one with for one without.
func (x *expected) otherKind(came *seen) bool {
	return len(x.status) > 0 && !slices.Contains(x.status, came.status) || (x.headers[allowOrigin] == "") != (came.headers[allowOrigin] == "")
}

// changes are the parts in which two predictions differ.
func (x *expected) changes(y *expected) parts {
	var p parts
	if !slices.Equal(x.status, y.status) {
		p |= status
	}
	for i := range x.headers {
		if x.headers[i] != y.headers[i] {
			p |= firstHeader << i
		}
	}
	if x.code != y.code || x.noDocument != y.noDocument {
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
		if has(at.dialect, one) || (dialect.Dialect{one}).Configures() != (dialect.Dialect{at.dialect[i]}).Configures() || s.late() {
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
	w := s.e.simulate(d)
	for _, n := range which {
		if s.e.try(d, w, n).missed != at.trials[n].missed {
			return false
		}
	}
	return true
}

func sameMissed(a, b explanation) bool {
	return slices.EqualFunc(a.trials, b.trials, func(x, y trial) bool { return x.missed == y.missed })
}
