package fuzz

import (
	"context"

	"corsprobe/runner/result"
	"corsprobe/scenarios"
)

const (
	mostRounds = 16  // of making a case smaller
	mostTries  = 500 // smaller cases that are asked for one difference
)

// asker asks cases, and gives the results by the cells' ids.
type asker func(ctx context.Context, cases []Case) (scenarios.Plan, map[string]result.Cell, error)

// shrinking is a difference on its way to its smallest case.
type shrinking struct {
	best  suspect
	tries int
	fine  bool // bold moves lead nowhere any more
	done  bool
	next  []suspect // asked in this round
	by    []move    // that led to each of next; nil: several moves at once
	union []suspect // all moves of the last round that kept the difference, at once
}

// shrink makes all suspects smaller side by side, a round at a time: every smaller case is really asked, and the smallest that still shows
// the difference goes on. It ends where nothing smaller does, or a bound is reached.
func shrink(ctx context.Context, ask asker, suspects []suspect) ([]*shrinking, error) {
	var all []*shrinking
	for _, s := range suspects {
		all = append(all, &shrinking{best: s})
	}
	for range mostRounds {
		var cases []Case
		for _, s := range all {
			s.propose()
			for _, next := range s.next {
				cases = append(cases, next.Case)
			}
		}
		if len(cases) == 0 || ctx.Err() != nil {
			break
		}
		plan, results, err := ask(ctx, cases)
		if err != nil {
			return all, err
		}
		from := 0
		for _, s := range all {
			s.judge(plan.Scenarios[from:from+len(s.next)], results)
			from += len(s.next)
		}
	}
	return all, ctx.Err()
}

// propose lists what is asked next.
func (s *shrinking) propose() {
	s.next, s.by = nil, nil
	if s.done {
		return
	}
	if s.next, s.by = s.best.smaller(s.best.boldMoves()); s.fine || len(s.next) == 0 {
		s.fine = true
		s.next, s.by = s.best.smaller(s.best.moves())
	}
	for _, u := range s.union {
		if u.size() < s.best.size() {
			s.next, s.by = append([]suspect{u}, s.next...), append([]move{nil}, s.by...)
		}
	}
	if left := mostTries - s.tries; len(s.next) > left {
		s.next, s.by = s.next[:left], s.by[:left]
	}
	s.tries += len(s.next)
	s.done = len(s.next) == 0
}

// judge goes on with the smallest that shows the difference.
func (s *shrinking) judge(planned []scenarios.Planned, results map[string]result.Cell) {
	if s.done {
		return
	}
	base := s.best
	var good []move
	for i, next := range s.next {
		cell, finding, shown := next.shownBy(planned[i], results)
		if !shown {
			continue
		}
		if s.by[i] != nil {
			good = append(good, s.by[i])
		}
		if next.size() < s.best.size() {
			s.best = next
			s.best.cell, s.best.finding = cell, finding
		}
	}
	s.union = nil
	if u, ok := base.moved(good...); ok && len(good) > 1 {
		s.union = []suspect{u}
	}
	if s.best.size() == base.size() {
		s.fine, s.done = true, s.fine
	}
}
