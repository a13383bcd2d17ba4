package reports

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"corsprobe/runner/result"
)

// WriteReproduced shows a cell of an earlier report that was asked again: the configuration, what was expected, what came, how to repeat it, and
// whether it is as it was.
func WriteReproduced(w io.Writer, then, now result.Report, id string, opts TextOptions) error {
	t := newTextWriter(w, opts)
	before, _ := then.Cell(id)
	cell, _ := now.Cell(id)
	config := configurationOf(now, &cell)
	if !opts.Quiet {
		t.line(0, fmt.Sprintf("%s asked %s again", t.paint(bold, visible(now.Run.Tool)), endpoint(now.Endpoint)))
		t.blank()
		t.cell(0, &cell)
		t.configuration(config)
		t.asked(&cell)
		t.blank()
	}
	if configurationOf(then, &before) != config {
		t.wrapped(0, "The scenario's configuration is another than in the report: both answers are to different questions.")
	}
	colour, words := likeBefore(before, cell)
	t.wrapped(0, t.paint(colour, words)+fmt.Sprintf(" (run %s, %s)", visible(then.Run.ID), then.Run.Started.UTC().Format("2006-01-02 15:04 MST")))
	return t.out.Flush()
}

// asked shows what was expected of a cell, what came, and how to repeat it.
func (t *textWriter) asked(c *result.Cell) {
	if c.Reason != "" {
		t.rows(2, []row{{label: "reason", value: brief(c.Reason, evidenceLimit)}})
	}
	for _, f := range worstFirst(c.Findings) {
		t.line(2, t.paint(classStyles[f.Class], "["+visible(string(f.Class))+"]")+" "+brief(f.Check, valueLimit))
		t.rows(4, findingRows(f))
	}
	t.rows(2, slices.Concat(cellRows(c), curlRows(c)))
	t.exchanges(c)
}

// exchanges shows what was asked and answered: of a cell without findings, for nothing else says it, and of others when asked.
func (t *textWriter) exchanges(c *result.Cell) {
	if len(c.Findings) > 0 && !t.opts.Verbose {
		return
	}
	for _, ex := range c.Exchanges {
		t.blank()
		for _, l := range exchangeLines(ex, valueLimit) {
			t.line(2, l)
		}
	}
}

// bucketsGone says, where commands were shown that repeat a request, that they find no bucket any more, and what does.
func (t *textWriter) bucketsGone(r result.Report) {
	shown := slices.ContainsFunc(r.Cells, func(c result.Cell) bool {
		return len(c.Curl) > 0 && c.Verdict != result.Passed && c.Verdict != result.Known && c.Verdict != result.Unsupported
	})
	if words := bucketsGoneWords(r); shown && words != "" {
		t.wrapped(0, words)
		t.blank()
	}
}

// bucketsGoneWords says why commands that repeat a request find nothing, and what does; empty where they may find it.
func bucketsGoneWords(r result.Report) string {
	switch {
	case r.Run.Buckets == result.BucketsGiven:
		return "The bucket has its own configuration again: the curl commands ask for that. corsprobe reproduce REPORT.json CELL --bucket NAME puts the cell's, and asks."
	case r.Run.Buckets != result.BucketsRemoved:
		return ""
	case r.Endpoint.Embedded:
		return "The run's buckets and their server are gone: the curl commands find nothing. corsprobe reproduce REPORT.json CELL makes them again, and asks."
	}
	return "The run's buckets are gone: the curl commands find nothing. corsprobe reproduce REPORT.json CELL makes one again, and asks; run --keep leaves them."
}

// configuration shows what the bucket held, as it can be put.
func (t *textWriter) configuration(cors string) {
	if cors == "" {
		return
	}
	t.line(2, t.paint(faint, "configuration"))
	for l := range strings.SplitSeq(strings.TrimRight(cors, "\n"), "\n") {
		t.line(4, visible(l))
	}
}

// configurationOf is what a cell's bucket holds while it is asked, or what its call puts; empty: none.
func configurationOf(r result.Report, c *result.Cell) string {
	for _, s := range r.Scenarios {
		if s.ID != c.Scenario {
			continue
		}
		for _, step := range s.Steps {
			if step.Name != c.Step {
				continue
			}
			if step.Put != "" && c.Point == nil {
				return step.Put
			}
			return step.CORS
		}
	}
	return ""
}

// likeBefore says whether a cell is as it was.
func likeBefore(then, now result.Cell) (style, string) {
	same := len(then.Findings) == len(now.Findings) && !slices.ContainsFunc(now.Findings, func(f result.Finding) bool {
		return !slices.ContainsFunc(then.Findings, f.Same)
	})
	switch {
	case now.Verdict != result.Passed && now.Verdict != result.Failed:
		return alarm, fmt.Sprintf("Not reproduced: the cell is %s now; in the report it was %s", now.Verdict, then.Verdict)
	case now.Verdict == result.Passed && then.Verdict == result.Passed:
		return green, "Conforms, as in the report"
	case now.Verdict == result.Passed:
		return green, fmt.Sprintf("Not reproduced: the cell conforms now; in the report it was %s: %s", then.Verdict, checksOf(&then))
	case then.Verdict == result.Passed:
		return red, "Fails now; in the report it passed"
	case same && then.Verdict == result.Known:
		return red, "Reproduced: it differs as in the report, where that is known"
	case same:
		return red, "Reproduced: it fails as in the report"
	default:
		return red, fmt.Sprintf("It fails, but otherwise than in the report: there it was %s: %s", then.Verdict, checksOf(&then))
	}
}
