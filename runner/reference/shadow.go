package reference

import (
	"maps"
	"net/http"
	"slices"
	"sync/atomic"

	"corsprobe/runner/dialect"
	"corsprobe/runner/s3cors"
)

// shadows are endpoints that get every request of the one before them, and whose answers nobody gets. The reference notes which of them would
// have answered anything in another way: one that would not is, to its client, the same endpoint.
type shadows struct {
	all     []Behaviour
	differs []atomic.Bool
}

// held is what a bucket holds, and what it would hold at each of the shadows.
type held struct {
	dialect.State
	shadows []dialect.State // nil: nothing at any
}

func (h held) shadow(i int) dialect.State {
	if h.shadows == nil {
		return dialect.State{}
	}
	return h.shadows[i]
}

// Alone reports that what an endpoint that behaves so answers is a matter of the request and of what was done to the bucket: not of time,
// connections, chance and other buckets, nor of what the bucket held for somebody else.
func (b Behaviour) Alone() bool {
	return b.Handler == nil && b.Config == nil && b.Refusal == "" && b.Returned == nil && !b.counts && !b.Remembers()
}

// Shadow has endpoints that behave so be asked all that s is asked from now on. Each must be [Behaviour.Alone].
func (s *Server) Shadow(all []Behaviour) {
	s.shadows = &shadows{all: all, differs: make([]atomic.Bool, len(all))}
}

// Differs reports that the i-th shadow would have answered something otherwise than s did.
func (s *Server) Differs(i int) bool { return s.shadows.differs[i].Load() }

func (s *shadows) answer(state held, r *http.Request, q dialect.Asked) []*dialect.Answer {
	if s == nil {
		return nil
	}
	answers := make([]*dialect.Answer, len(s.all))
	for i, b := range s.all {
		if !s.differs[i].Load() {
			a := b.answer(state.shadow(i), r, q)
			answers[i] = &a
		}
	}
	return answers
}

// compare holds what the shadows owe against what is owed. h are the other headers of the answer.
func (s *shadows) compare(h http.Header, owed owed, b Behaviour) {
	if s == nil {
		return
	}
	want := linesOf(b, h, owed.Answer)
	for i, a := range owed.shadows {
		if a != nil && !s.alike(i, *a, owed.Answer, b, h, want) {
			s.differs[i].Store(true)
		}
	}
}

// alike reports that a shadow's answer is sent as what is owed is. Lines are made only where the answers themselves do not say it.
func (s *shadows) alike(i int, a, owed dialect.Answer, b Behaviour, others, want http.Header) bool {
	asOwed := s.all[i].Lines == nil && b.Lines == nil && sameHeaders(a, owed)
	return sameAnswer(a, owed) && (asOwed || maps.EqualFunc(linesOf(s.all[i], others, a), want, slices.Equal[[]string]))
}

func sameHeaders(a, b dialect.Answer) bool {
	return maps.Equal(a.Headers, b.Headers) && slices.Equal(a.Twice, b.Twice)
}

// linesOf are the headers of an answer as they are sent.
func linesOf(b Behaviour, others http.Header, a dialect.Answer) http.Header {
	h := others.Clone()
	if h == nil {
		h = http.Header{}
	}
	b.lines(h, a)
	return h
}

// sameAnswer compares two answers but for their headers.
func sameAnswer(a, b dialect.Answer) bool {
	return slices.Equal(a.Status, b.Status) && a.NoDocument == b.NoDocument && sameError(a.Error, b.Error)
}

func sameError(a, b *s3cors.Error) bool { return a == b || a != nil && b != nil && *a == *b }

// call has the shadows carry out a configuration call, and is what the bucket holds at each afterwards.
func (s *shadows) call(before held, c dialect.Call, reply dialect.Reply) []dialect.State {
	if s == nil {
		return nil
	}
	after := make([]dialect.State, len(s.all))
	for i, b := range s.all {
		var other dialect.Reply
		if other, after[i] = b.Call(before.shadow(i), c); !sameReply(other, reply) {
			s.differs[i].Store(true)
		}
	}
	return after
}

func sameReply(a, b dialect.Reply) bool {
	same := a.Status == b.Status && a.Code == b.Code && a.Message == b.Message && (a.Refusal == nil) == (b.Refusal == nil)
	return same && (a.Config == nil) == (b.Config == nil) && (a.Config == nil || string(a.Config.XML()) == string(b.Config.XML()))
}
