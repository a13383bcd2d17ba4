package reports

import (
	"fmt"
	"io"
	"strings"

	"corsprobe/runner/result"
)

// WriteExplanationJSON writes what a configuration comes to for a request as JSON.
func WriteExplanationJSON(w io.Writer, e result.Explanation) error { return encodeJSON(w, e, "  ") }

// WriteExplanation writes what a configuration comes to for a request, for a person: the rules, the answers, the verdict, and what would permit it.
// Its sentences are wrapped for a terminal alone: in what is no terminal, people look for what stands in them.
func WriteExplanation(w io.Writer, e result.Explanation, opts TextOptions) error {
	t := newTextWriter(w, opts)
	p := result.Page{Headers: e.Headers, Credentials: e.Credentials}
	t.line(0, t.paint(bold, visible(e.Method)+" from a page of "+visible(e.Origin)+asking(p)))
	for _, remark := range e.Remarks {
		t.sentence(2, plain, brief(remark, evidenceLimit))
	}
	t.blank()
	t.explainedRules(e.Rules)
	t.explainedPreflight(e)
	t.explainedActual(e)
	for _, at := range e.Providers {
		t.explainedProvider(e, at)
	}
	t.explainedChange(e.Change)
	if len(e.Notes) > 0 {
		t.section(bold, "Notes")
		for _, n := range e.Notes {
			t.sentence(2, plain, brief(n, evidenceLimit))
		}
	}
	return t.out.Flush()
}

// mostRules is how many rules that do not match are spelt out: as many as people write by hand.
const mostRules = 12

func (t *textWriter) explainedRules(rules []result.ExplainedRule) {
	if len(rules) == 0 {
		t.line(0, "The configuration has no rule.")
	}
	silent := 0
	for i, r := range rules {
		if i >= mostRules && !r.Answers {
			silent++
			continue
		}
		t.sentence(0, plain, brief(r.Sentence, evidenceLimit))
	}
	if silent > 0 {
		t.line(0, plural(silent, "rule")+" more: --json has them all.")
	}
}

func (t *textWriter) explainedPreflight(e result.Explanation) {
	if e.Preflight == nil {
		if e.Actual != nil {
			t.section(plain, "No preflight is needed: a browser sends this "+visible(e.Method)+" at once.")
		}
		return
	}
	t.explainedAnswer("S3", "the preflight", e.Preflight)
	t.blank()
	if !e.Preflight.Verdict.Allowed {
		t.wrapped(0, "A browser blocks it: "+brief(e.Preflight.Verdict.Sentence, evidenceLimit)+".")
		return
	}
	t.line(0, "A browser goes on with the request.")
	if s := e.Preflight.Standard; s != nil {
		t.wrapped(0, "By the standard it is blocked, though browsers let it pass: "+brief(s.Sentence, evidenceLimit)+".")
	}
}

func (t *textWriter) explainedAnswer(who, what string, a *result.ExplainedAnswer) {
	t.section(plain, strings.TrimSpace(fmt.Sprintf("%s answers %s with %d %s", brief(who, valueLimit), what, a.Status, a.Code)))
	for _, h := range a.Headers {
		t.line(2, brief(h.Name+": "+h.Value, valueLimit))
	}
	if len(a.Headers) == 0 {
		t.line(2, "no CORS header")
	}
}

func (t *textWriter) explainedActual(e result.Explanation) {
	if e.Actual == nil {
		if e.Preflight == nil {
			t.section(alarm, "A browser refuses: "+brief(e.Sentence, evidenceLimit)+".")
		}
		return
	}
	t.explainedAnswer("S3", "the request itself", e.Actual)
	t.blank()
	if !e.Actual.Verdict.Allowed {
		t.wrapped(0, "A browser keeps the answer from the page: "+brief(e.Actual.Verdict.Sentence, evidenceLimit)+".")
		return
	}
	t.sentence(0, plain, "The page gets the answer. Beside its body a script can read: "+visible(strings.Join(e.Readable, ", "))+".")
}

// explainedProvider says what a provider answers where S3 answers otherwise, what the page then gets, and by which deviations.
func (t *textWriter) explainedProvider(e result.Explanation, at result.ExplainedProvider) {
	t.section(bold, "At "+visible(at.Title))
	switch {
	case at.Refused != "":
		t.wrapped(0, "The configuration is not taken: "+brief(at.Refused, evidenceLimit)+".")
	case len(at.By) == 0:
		t.wrapped(0, "Nothing is known by which it would answer otherwise than S3.")
		return
	}
	if at.Preflight != nil {
		t.explainedAnswer(at.Title, "the preflight", at.Preflight)
	}
	if at.Actual != nil {
		t.explainedAnswer(at.Title, "the request itself", at.Actual)
	}
	t.blank()
	same := ""
	if at.Gets == e.Gets {
		same = ", as with S3"
	}
	if at.Gets == result.Readable {
		t.wrapped(0, "The page gets the answer"+same+". Beside its body a script can read: "+visible(strings.Join(at.Readable, ", "))+".")
	} else {
		t.wrapped(0, "The page is blocked"+same+": "+brief(at.Sentence, evidenceLimit)+".")
	}
	for _, by := range at.By {
		t.wrapped(2, "by "+brief(by.Deviation, valueLimit)+": "+brief(by.Summary, evidenceLimit))
	}
}

// explainedChange shows the smallest change that permits what is blocked, as a diff to be applied.
func (t *textWriter) explainedChange(c *result.ConfigurationChange) {
	if c == nil {
		return
	}
	t.blank()
	t.sentence(0, bold, "The smallest change that permits it: "+brief(strings.Join(c.What, ", "), evidenceLimit))
	for _, also := range c.Also {
		t.sentence(2, plain, brief(also, evidenceLimit))
	}
	t.blank()
	t.diff(c.Diff)
}

// diff writes a unified diff so that patch takes it: its two lines of file names are written as they are, though Buildkite would begin a
// group of its log with them. The file is the user's own.
func (t *textWriter) diff(text string) {
	n := 0
	for l := range strings.Lines(text) {
		l = visibleIndented(strings.TrimSuffix(l, "\n"))
		if n++; n > 2 {
			t.line(0, l)
			continue
		}
		_, _ = fmt.Fprintln(t.out, l)
	}
}
