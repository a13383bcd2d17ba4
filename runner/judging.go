package runner

import (
	"corsprobe/runner/judge"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"
)

// page is a request as package judge sees it.
func (q request) page() judge.Page {
	return judge.Page{Kind: judge.Kind(q.send), Config: q.holds, Asked: q.cors, Request: q.fetch}
}

// pinsFor collects the pins of one exchange of a cell.
func pinsFor(kind scenarios.Send, cell scenarios.Cell) []judge.Pin {
	var pins []judge.Pin
	for _, p := range cell.Pins {
		parts := p.Preflight
		if kind == scenarios.Actual {
			parts = p.Actual
		}
		if parts != nil {
			pins = append(pins, judge.Pin{Status: parts.Status, Error: parts.Error, Headers: headerPins(parts.Headers), Reason: p.Reason})
		}
	}
	return pins
}

func headerPins(headers []scenarios.HeaderPin) []judge.HeaderPin {
	var pins []judge.HeaderPin
	for _, h := range headers {
		pins = append(pins, judge.HeaderPin{Name: h.Name, Values: h.Values})
	}
	return pins
}

// judging gathers the exchanges of a cell, which are judged together: what one of them costs a page depends on the other.
type judging struct {
	unoffered string // why the actual request could not be judged; empty: it could
	exchanges judge.Exchanges
}

// add holds an answer against those that were owed.
func (j *judging) add(q request, cell scenarios.Cell, ex result.Exchange) judge.Judgement {
	page, owed := q.page(), s3cors.Answers(q.holds, q.cors)
	judged := judge.Nearest(page.Kind, owed, pinsFor(q.send, cell), ex)
	j.keep(judge.Exchange{Page: page, Judgement: judged, Exchange: ex})
	return judged
}

// keep keeps one exchange of each kind: of several connections the first whose answer is wrong.
func (j *judging) keep(x judge.Exchange) {
	for i, other := range j.exchanges {
		if other.Kind == x.Kind {
			if len(other.Differences) == 0 {
				j.exchanges[i] = x
			}
			return
		}
	}
	j.exchanges = append(j.exchanges, x)
}

// conclude counts in a cell what all of its exchanges were held against, and what differs.
func (j *judging) conclude(c *result.Cell) {
	c.Findings = j.exchanges.Findings()
	c.Checks = 0
	for _, x := range j.exchanges {
		c.Checks += x.Checks
	}
	c.Checks = max(c.Checks, len(c.Findings))
}

// explain writes what was owed, and what a page gets, into a cell.
func (j *judging) explain(c *result.Cell) {
	why := map[judge.Kind]string{} // which rule should have answered
	for _, x := range j.exchanges {
		why[x.Kind] = s3cors.Evaluate(x.Config, x.Asked).Explanation
	}
	c.Explanation = judge.Explanation(why[judge.Preflight], why[judge.Actual])
	c.Browser = j.exchanges.Describe()
}
