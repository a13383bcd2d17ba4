package s3cors

import (
	"maps"
	"slices"
)

// Owed is every answer that a faithful endpoint may give to one request.
type Owed struct {
	// Answers holds at least one answer; the first is the one that S3 is believed to give. More than one: the facts leave
	// the point open, and [Answer.Choices] names what each of them chose.
	Answers []Answer
	// Rule is the index of the rule that answers in Answers[0], -1 when none does.
	Rule int
	// Explanation says in a few sentences why, naming rules by number from 1.
	Explanation string
}

// Answer is one acceptable answer.
type Answer struct {
	// Status lists acceptable codes; empty: any.
	Status []int
	// Headers maps each of [Headers] to the value owed, as S3 writes it. A name that is not in the map must be absent. Keys
	// are header names as in [Headers], not names of checks.
	Headers map[string]string
	// Free lists names of [Headers] of which nothing is asserted.
	Free []string
	// Error is the error document owed; nil: nothing is asserted about the body.
	Error *Error
	// Facts maps a part ("status", "error-code", "error-message", "error-method", "error-resource-type", or the check's name of a
	// header such as "allow-origin") to the facts it rests on. Every asserted part has an entry, a header that must be absent too.
	Facts map[string][]int
	// Choices names what an endpoint that gives this answer chose on open points, empty when none is open.
	Choices []Choice
}

// Choice is one side of an open point.
type Choice struct {
	Point, Choice string
	Facts         []int
}

// Error is what is asserted of an error document. An empty member is not asserted.
type Error struct {
	Code, Message, Method, ResourceType string
}

// mostParts is how many parts of an answer may be asserted: the headers, and status and error document.
const mostParts = HeaderCount + 5

// newAnswer is an answer with a status and none of the headers; absent are the facts that forbid them.
func newAnswer(status []int, because []int, absent ...int) Answer {
	a := Answer{Status: status, Headers: map[string]string{}, Facts: make(map[string][]int, mostParts)}
	if len(status) > 0 {
		a.Facts["status"] = because
	}
	for _, header := range Headers {
		a.Facts[header.Check] = absent
	}
	return a
}

// owe adds an asserted error document; facts cites every part of it, methodFacts overrides that for Method and ResourceType.
func (a *Answer) owe(doc Error, facts, methodFacts []int) {
	a.Error = &doc
	cite := func(part, value string, facts []int) {
		if value != "" {
			a.Facts[part] = facts
		}
	}
	cite("error-code", doc.Code, facts)
	cite("error-message", doc.Message, facts)
	cite("error-method", doc.Method, methodFacts)
	cite("error-resource-type", doc.ResourceType, methodFacts)
}

// asserts reports whether two answers accept the same responses.
func (a Answer) asserts(b Answer) bool {
	return slices.Equal(a.Status, b.Status) && maps.Equal(a.Headers, b.Headers) && slices.Equal(a.Free, b.Free) &&
		(a.Error == nil) == (b.Error == nil) && (a.Error == nil || *a.Error == *b.Error)
}
