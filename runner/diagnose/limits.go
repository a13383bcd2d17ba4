package diagnose

import (
	"slices"

	"corsprobe/runner/dialect"
	"corsprobe/runner/s3cors"
)

// limits proposes limits that lie between what was accepted and what was refused.
func (p *proposing) limits() {
	rules, bytes := limit{}, limit{}
	for _, o := range p.e.cases {
		if o.call == nil || o.call.method != "PUT" {
			continue
		}
		call := p.e.scenarios[o.scenario].calls[o.step]
		if call.Put == nil {
			continue
		}
		if r := s3cors.Validate(call.Put); r != nil && (!r.MayAccept || o.call.status >= 300) {
			continue // refused for another reason
		}
		rules.saw(len(call.Put.CORSRules), o.call.status < 300)
		bytes.saw(call.Bytes, o.call.status < 300)
	}
	rules.propose(p, "most-rules")
	bytes.propose(p, "document-bytes")
}

// limit is the most that was accepted, and what was refused.
type limit struct {
	accepted int
	refused  []int
}

func (l *limit) saw(n int, accepted bool) {
	if accepted {
		l.accepted = max(l.accepted, n)
	} else {
		l.refused = append(l.refused, n)
	}
}

// propose proposes a limit between the most that was accepted and the least that was refused above it: a usual one, if there is one.
func (l *limit) propose(p *proposing, name string) {
	slices.Sort(l.refused)
	i := slices.IndexFunc(l.refused, func(n int) bool { return n > l.accepted })
	if i < 0 {
		return
	}
	value := max(1, l.accepted)
	for _, usual := range []int{20, 50, 2048, 4096, 10_240} {
		if usual >= l.accepted && usual < l.refused[i] {
			value = usual
			break
		}
	}
	p.add(name, dialect.Number(value))
}
