package diagnose

import (
	"corsprobe/runner/dialect"
	"corsprobe/runner/result"
	"time"
)

func Debug(logf func(string, ...any), r result.Report, d dialect.Dialect) {
	s := &search{e: read(r), until: time.Now().Add(time.Minute)}
	x := s.explain(d)
	s.trace = logf
	s.run()
	n2 := 0
	for n, tr := range x.trials {
		m := tr.missed
		if m != 0 {
			n2++
			if n2 > 6 {
				continue
			}
			o := s.e.cases[n]
			logf("%s %s missed %b cost %d seen %+v call %+v", s.e.cells[o.cell].ID, o.asked.Method, m, tr.cost, o.seen, o.call)
			if o.call == nil {
				logf("   predicted %+v", tr.predicted)
			} else {
				logf(" bytes %d", s.e.scenarios[o.scenario].calls[o.step].Bytes)
			}
		}
	}
	for _, p := range s.e.proposals(d, x.failing()) {
		if !p.Value.IsZero() {
			logf("proposal %s", p)
		}
	}
}
