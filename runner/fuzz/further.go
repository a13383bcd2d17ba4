package fuzz

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"

	"corsprobe/scenarios"
)

// Further are a question's values in dimensions of which the generator knows no more than their words, by the dimensions' keys. What is as usual
// is left out.
type Further map[string]string

// furtherDimensions are those whose values are words. A dimension that the format gains is asked of itself.
var furtherDimensions = slices.DeleteFunc(scenarios.Dimensions(), func(d scenarios.Dimension) bool {
	return d.Words == nil || d.Key == "targets" || d.Key == "authorisations"
})

const operations = "operations"

// turns holds each of them once for every so many words begun: a value of a long list is rare enough.
const wordsATurn = 30

var turns = func() []scenarios.Dimension {
	var all []scenarios.Dimension
	for _, d := range furtherDimensions {
		all = append(all, slices.Repeat([]scenarios.Dimension{d}, (len(d.Words)+wordsATurn-1)/wordsATurn)...)
	}
	return all
}()

// bucketChanges are the operations that change a bucket.
var bucketChanges = func() []string {
	var all []string
	for _, o := range scenarios.Operations() {
		if o.Changes {
			all = append(all, o.Name)
		}
	}
	return all
}()

// mostFurther is how many of them one question has at most: a defect seldom takes more conditions than that, and fewer shrink faster.
const mostFurther = 3

// further are values for a question; most have one or two.
func further(r *rand.Rand) Further {
	all := Further{}
	for range r.IntN(mostFurther + 1) {
		d := pick(r, turns)
		word := pick(r, d.Words[1:])
		if d.Key == operations && slices.Contains(bucketChanges, word) {
			continue // these have states of their own
		}
		if large := strings.HasSuffix(word, "MiB"); large && !chance(r, 0.2) {
			continue // for what it takes to send
		}
		all[d.Key] = word
	}
	return all
}

// operation is the question's, where it has a particular one.
func (q Question) operation() (scenarios.Operation, bool) {
	return scenarios.OperationByName(q.Further[operations])
}

// operated gives a question what its operation brings, as the format does.
func (q Question) operated(o scenarios.Operation) Question {
	q.Method, q.Target, q.Fields = o.Method, string(o.Target), nil
	streams := slices.ContainsFunc(o.Fields, func(f scenarios.Field) bool { return strings.HasPrefix(f.Value, "STREAMING-") })
	switch {
	case o.Form != nil:
		q.Auth = "anonymous"
		if !forged(o) {
			q.Send = Preflight // what headers the answer has to a form that is accepted is open (fact 42)
		}
	case o.Changes && scenarios.Authorisation(q.Auth).Accepted():
		q.Auth = "anonymous"
	case o.NoPreflight != "":
		q.Send = Actual
	}
	if streams && q.Auth != "signed" {
		q.Auth = "signed" // the body's own signatures need one in a header
	}
	if q.Send != Preflight {
		q.Request = nil
	}
	return q
}

// forged reports a form whose signature does not hold.
func forged(o scenarios.Operation) bool {
	return slices.ContainsFunc(o.Form, func(f scenarios.Field) bool { return f.Name == "x-amz-signature" })
}

// fitting leaves out what the question's target or method cannot have.
func (f Further) fitting(q Question) Further {
	kept := maps.Clone(f)
	object := scenarios.Target(q.Target).OfObject()
	_, operated := q.operation()
	if !object {
		delete(kept, "keys")
	}
	if !object || operated || !slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodPut}, q.Method) {
		delete(kept, "sizes")
	}
	accepted := (q.Auth == presigned || q.Auth == "signed") && q.Target != "part" // of an upload that does not exist
	if large := kept["sizes"] != "" && kept["sizes"] != string(scenarios.NoByte); large && q.Method == http.MethodPut && !accepted {
		delete(kept, "sizes") // a server may end the connection before it has read what it refuses
	}
	if len(kept) == 0 {
		return nil
	}
	return kept
}

// names lists "key value" of each, in a fixed order.
func (f Further) names() []string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(f)) {
		all = append(all, key+" "+f[key])
	}
	return all
}

// size prefers fewer values, and of each dimension the earlier ones: then all that one cause shows by become the same.
func (f Further) size() int {
	n := 0
	for key, word := range f {
		n += 400 + rank(key, word)
	}
	return n
}

func rank(key, word string) int {
	i := slices.IndexFunc(furtherDimensions, func(d scenarios.Dimension) bool { return d.Key == key })
	return slices.Index(furtherDimensions[i].Words, word)
}

// furtherMoves leave out what a question has of further dimensions, or have an earlier value in its place.
func (s *suspect) furtherMoves() []move {
	var all []move
	for _, key := range slices.Sorted(maps.Keys(s.question().Further)) {
		all = append(all, func(s *suspect) bool { return s.with(key, "") })
		word := s.question().Further[key]
		for _, d := range furtherDimensions {
			if d.Key != key {
				continue
			}
			for _, simpler := range d.Words[1:max(1, rank(key, word))] {
				all = append(all, func(s *suspect) bool { return s.with(key, simpler) })
			}
		}
	}
	return all
}

// with gives the question another value of a dimension; none where it is empty.
func (s *suspect) with(key, word string) bool {
	q := s.question()
	if _, has := q.Further[key]; !has {
		return false
	}
	q.Further = maps.Clone(q.Further)
	if q.Further[key] = word; word == "" {
		delete(q.Further, key)
	}
	return true
}
