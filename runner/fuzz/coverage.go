package fuzz

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"corsprobe/runner/s3cors"
	"corsprobe/runner/s3cors/fact"
	"corsprobe/scenarios"
)

// Coverage counts what was asked: facts that the answers owed rest on, ways through the model, values of dimensions and pairs of them. The
// zero value has seen nothing.
type Coverage struct {
	seen  map[string]int
	facts map[int]bool
	pairs int
}

// feature is one thing that a question touches. Dimensions are combined with each other, all else counts alone.
type feature struct {
	text      string
	dimension bool
}

// Facts is how many of S3's facts the answers owed rest on.
func (c *Coverage) Facts() int { return len(c.facts) }

// Pairs is how many pairs of values of two dimensions were asked.
func (c *Coverage) Pairs() int { return c.pairs }

// Branches is how many ways through the model, and values of dimensions, were asked.
func (c *Coverage) Branches() int { return len(c.seen) - c.pairs }

// news is how much of what a question touches was seldom or never asked: the sum of 1/(1+count).
func (c *Coverage) news(features []feature) float64 {
	sum := 0.0
	eachOf(features, func(text string, _ bool) { sum += 1 / float64(1+c.seen[text]) })
	return sum
}

// add counts what a question touches.
func (c *Coverage) add(features []feature, facts []int) {
	if c.seen == nil {
		c.seen, c.facts = map[string]int{}, map[int]bool{}
	}
	eachOf(features, func(text string, pair bool) {
		if pair && c.seen[text] == 0 {
			c.pairs++
		}
		c.seen[text]++
	})
	for _, fact := range facts {
		c.facts[fact] = true
	}
}

// eachOf calls with every feature, and with every pair of dimensions.
func eachOf(features []feature, call func(text string, pair bool)) {
	for i, f := range features {
		call(f.text, false)
		for _, g := range features[i+1:] {
			if f.dimension && g.dimension {
				call(f.text+" & "+g.text, true)
			}
		}
	}
}

// facts are those that the answers to the state's calls rest on: to put or delete a configuration, and to read it back.
func (s *State) facts() []int {
	switch {
	case s.Call != "":
		return nil
	case scenarios.Digest(s.Digest).Spoilt():
		return []int{fact.ChecksumNeeded}
	case s.Refused != nil:
		return s3cors.Validate(s.Refused).Facts
	case s.CORS == nil:
		return []int{fact.DeleteAnswered, fact.NoConfiguration}
	case s.Digest != "":
		return []int{fact.PutReplaces, fact.StoredAsPut, fact.ChecksumNeeded}
	default:
		return []int{fact.PutReplaces, fact.StoredAsPut}
	}
}

// touched is the way that a question takes through the model, and the facts that its answers rest on.
func touched(cfg *s3cors.Configuration, q Question) (features []feature, facts []int) {
	for _, request := range q.asked() {
		kind := "actual"
		if request.Method == http.MethodOptions {
			kind = "preflight"
		}
		owed := s3cors.Evaluate(cfg, request)
		for _, answer := range owed.Answers {
			for _, of := range answer.Facts {
				facts = append(facts, of...)
			}
		}
		slices.Sort(facts)
		facts = slices.Compact(facts)
		for _, fact := range facts {
			features = append(features, feature{text: fmt.Sprintf("%s rests on %d", kind, fact)})
		}
		features = append(features, feature{text: kind + way(cfg, request, owed)})
	}
	return features, facts
}

// way says how the rules were tried: which condition each of the first fails, and which rule answers.
func way(cfg *s3cors.Configuration, request s3cors.Request, owed s3cors.Owed) string {
	var b strings.Builder
	fmt.Fprintf(&b, " open in %d", len(owed.Answers))
	for i, v := range s3cors.Explain(cfg, request) {
		switch {
		case i == 3:
			fmt.Fprintf(&b, " … %t", owed.Rule >= 3)
			return b.String()
		case v.Answers:
			return b.String() + " answers"
		default:
			b.WriteString(" " + string(v.Failed))
		}
	}
	return b.String()
}
