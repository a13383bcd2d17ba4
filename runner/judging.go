package runner

import (
	"corsprobe/runner/fetch"
	"corsprobe/runner/judge"
	"corsprobe/runner/result"
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

func answer(ex result.Exchange) fetch.Response {
	return fetch.Response{Status: ex.Response.Status, Headers: ex.Response.Headers}
}
