package result

// Summarise counts verdicts, and the findings of failed and flaky cells by class.
func Summarise(cells []Cell) Summary {
	s := Summary{Findings: map[Class]int{}}
	for i := range cells {
		s.Add(cells[i])
	}
	return s
}

// Add counts one more cell.
func (s *Summary) Add(c Cell) {
	s.Cells++
	*s.of(c.Verdict)++
	s.check(c)
	if c.Verdict != Failed && c.Verdict != Flaky {
		return
	}
	for _, f := range c.Findings {
		if f.Known == nil {
			if s.Findings == nil {
				s.Findings = map[Class]int{}
			}
			s.Findings[f.Class]++
		}
	}
}

// check counts a judged cell's checks.
func (s *Summary) check(c Cell) {
	if c.Checks == 0 || c.Verdict == Unsupported || c.Verdict == Error {
		return
	}
	if s.Checks == nil {
		s.Checks = &ChecksSummary{}
	}
	s.Checks.Made += c.Checks
	for _, f := range c.Findings {
		if f.Known != nil {
			s.Checks.Known++
		} else {
			s.Checks.Otherwise++
		}
	}
}

// of is where a verdict is counted; one that a later release wrote is an error.
func (s *Summary) of(v Verdict) *int {
	switch v {
	case Passed:
		return &s.Passed
	case Failed:
		return &s.Failed
	case Known:
		return &s.Known
	case Flaky:
		return &s.Flaky
	case Unsupported:
		return &s.Unsupported
	default:
		return &s.Errors
	}
}

// SummariseChromium counts cells by what a real browser made of them.
func SummariseChromium(cells []Cell) *ChromiumSummary {
	s := &ChromiumSummary{}
	for _, c := range cells {
		switch {
		case c.Chromium == nil:
		case c.Chromium.NotSent != "":
			s.NotSent++
		default:
			s.Sent++
			if c.Chromium.Disagreement == "" {
				s.Agreed++
			}
			if c.Chromium.Resolved {
				s.Resolved++
			}
		}
	}
	return s
}
