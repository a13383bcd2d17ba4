package s3cors

import (
	"slices"

	"corsprobe/runner/s3cors/fact"
)

// point is a question that the facts leave open. Its first option is the one leaned to.
type point struct {
	name    string
	facts   []int
	options []string
}

// The open points. Each is asked only where its options differ in what is owed.
var (
	missingMethod = &point{"preflight without Access-Control-Request-Method", []int{fact.MissingMethod},
		[]string{"taken as OPTIONS, which no rule lists: 403", "refused as invalid: 400"}}
	serviceRoot = &point{"invalid preflight of the service root", []int{fact.OrderOfChecks, fact.ServiceRoot},
		[]string{"refused as on any other target: 400", "refused as every preflight of the root: 403"}}
	starAndOrigin = &point{"rule that lists both * and a fitting origin", []int{fact.StarAndOrigin},
		[]string{"answers *", "answers the origin, with credentials"}}
	emptyMember = &point{"empty member in Access-Control-Request-Headers", []int{fact.EmptyMember},
		[]string{"dropped", "refused: 400"}}
	emptyList = &point{"empty Access-Control-Request-Headers", []int{fact.EmptyMember},
		[]string{"counts as absent", "refused: 400"}}
	zeroMaxAge = &point{"MaxAgeSeconds 0", []int{fact.MaxAge},
		[]string{"sent as 0", "not sent"}}
	actualMethod = &point{"invalid Access-Control-Request-Method on an actual request", []int{fact.OddActual},
		[]string{"matches no rule", "refused: 400"}}
	actualName = &point{"invalid name in Access-Control-Request-Headers on an actual request", []int{fact.OddActual},
		[]string{"matches no rule", "refused: 400", "compared like any other name"}}
	nullOrigin = &point{"origin null", []int{fact.OriginNotParsed},
		[]string{"compared like any other origin", "matches no rule"}}
	emptyOrigin = &point{"empty Origin", []int{fact.OriginNeeded, fact.OriginNotParsed},
		[]string{"counts as absent", "compared like any other origin"}}
	emptyMethod = &point{"empty Access-Control-Request-Method", []int{fact.LookupWithoutMethod, fact.MissingMethod, fact.UnknownMethod},
		[]string{"is an invalid method", "counts as absent"}}
)

// NullUnmatched reports that the answer is one of an endpoint by which the origin null matches no rule (fact 48).
func (a Answer) NullUnmatched() bool {
	return slices.ContainsFunc(a.Choices, func(c Choice) bool { return c.Point == nullOrigin.name && c.Choice == nullOrigin.options[1] })
}

// points lists every open point, for the tests and for whoever wants to print them.
var points = []*point{missingMethod, serviceRoot, starAndOrigin, emptyMember, emptyList, zeroMaxAge, actualMethod, actualName, nullOrigin,
	emptyOrigin, emptyMethod}

// picks is one way through the open points: what was asked, and which option was taken each time. The zero value takes every
// option leaned to.
type picks struct {
	asked []*point
	taken []int // may be longer than asked: the options still to take
}

// pick returns the index of the option to take at a point: one endpoint takes one option, however often it is asked.
func (p *picks) pick(at *point) int {
	if i := slices.Index(p.asked, at); i >= 0 {
		return p.taken[i]
	}
	i := len(p.asked)
	p.asked = append(p.asked, at)
	if i == len(p.taken) {
		p.taken = append(p.taken, 0)
	}
	return p.taken[i]
}

// choices says what was taken on the way.
func (p *picks) choices() []Choice {
	var all []Choice
	for i, at := range p.asked {
		all = append(all, Choice{Point: at.name, Choice: at.options[p.taken[i]], Facts: at.facts})
	}
	return all
}

// next turns to the next way, the last point asked first; false when there is none.
func (p *picks) next() bool {
	for i := len(p.asked) - 1; i >= 0; i-- {
		if p.taken[i]+1 < len(p.asked[i].options) {
			p.taken = p.taken[:i+1]
			p.taken[i]++
			p.asked = p.asked[:0]
			return true
		}
	}
	return false
}
