package reports

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/result"
)

// WriteProviderComparisonJSON writes what of a configuration works at providers as JSON.
func WriteProviderComparisonJSON(w io.Writer, c result.ProviderComparison) error {
	return encodeJSON(w, c, "  ")
}

// WriteProviderComparison writes what of a configuration works at providers, for a person: what does not work somewhere as a table, then why,
// provider by provider. What works at all of them is counted, and listed when asked.
func WriteProviderComparison(w io.Writer, c result.ProviderComparison, opts TextOptions) error {
	t := newTextWriter(w, opts)
	header := []string{"rule", "request"}
	var taken []int // columns of providers that take the configuration
	for i, p := range c.Providers {
		if p.Refused == "" {
			header, taken = append(header, visible(p.Title)), append(taken, i)
		}
	}
	rows, everywhere := [][]string{header}, 0
	for _, q := range c.Requests {
		if !slices.ContainsFunc(taken, func(at int) bool { return !q.At[at].Works() }) {
			if everywhere++; !opts.Verbose {
				continue
			}
		}
		rows = append(rows, requestRow(q, taken))
	}
	t.line(0, t.paint(bold, fmt.Sprintf("%s: %s that S3 serves, %d of them wherever the configuration is taken", visible(c.File), plural(len(c.Requests), "request"), everywhere)))
	if len(rows) > 1 {
		t.blank()
		t.table(2, rows)
	}
	for i := range c.Providers {
		t.comparedProvider(c, i)
	}
	return t.out.Flush()
}

func requestRow(q result.ComparedRequest, columns []int) []string {
	row := []string{strconv.Itoa(q.Rule), brief(asks(q), valueLimit)}
	for _, at := range columns {
		switch o := q.At[at]; {
		case o.Works():
			row = append(row, "works")
		case o.Gets == result.Readable:
			row = append(row, "cannot read "+brief(strings.Join(o.Unread, ", "), valueLimit))
		default:
			row = append(row, "blocked")
		}
	}
	return row
}

func asks(q result.ComparedRequest) string {
	text := q.Method + " from " + q.Origin
	if q.Header != "" {
		text += " with " + q.Header
	}
	return text
}

// comparedProvider tells each reason for which something does not work at a provider once, with the first request that shows it.
func (t *textWriter) comparedProvider(c result.ProviderComparison, at int) {
	p := c.Providers[at]
	t.section(bold, visible(p.Title))
	switch {
	case p.Refused != "":
		t.wrapped(2, "The configuration is not taken: "+brief(p.Refused, evidenceLimit)+".")
		return
	case p.Deviations == 0:
		t.wrapped(2, "Nothing is known by which it would answer otherwise than S3.")
		return
	}
	shown := map[string]bool{}
	for _, q := range c.Requests {
		o := q.At[at]
		key := deviationsBy(o)
		if o.Works() || shown[key] {
			continue
		}
		shown[key] = true
		what := asks(q) + " is blocked: " + o.Sentence
		if o.Gets == result.Readable {
			what = "a script of " + q.Origin + " cannot read " + strings.Join(o.Unread, ", ")
		}
		t.wrapped(2, brief(what, evidenceLimit)+".")
		for _, by := range o.By {
			t.wrapped(4, "by "+brief(by.Deviation, valueLimit)+": "+brief(by.Summary, evidenceLimit))
		}
	}
	if len(shown) == 0 {
		t.wrapped(2, fmt.Sprintf("All of it works, by what is known: %s.", plural(p.Deviations, "deviation")))
	}
}

func deviationsBy(o result.ComparedOutcome) string {
	var names []string
	for _, by := range o.By {
		names = append(names, by.Deviation)
	}
	return strings.Join(names, ", ")
}
