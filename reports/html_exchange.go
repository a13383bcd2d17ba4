package reports

import (
	"regexp"
	"slices"
	"strings"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// lineLimit is how many lines of one exchange a page shows.
const lineLimit = 200

// leftOut stands for what a provider's support can tell a server by and tells nobody else anything: random, it would be a quarter of a page.
const leftOut = "… (in the JSON report)"

var (
	namesServer   = regexp.MustCompile(`(?i)^x-amz-id-2$`)
	namesItInBody = regexp.MustCompile(`<(HostId)>[^<]*</`)
)

// exchangeView is a request and its answer, line by line, the lines that findings concern with the names of their checks.
type exchangeView struct {
	Kind  string
	Lines []evidenceLine
}

type evidenceLine struct{ Text, Checks string }

func newExchangeView(ex result.Exchange, findings []result.Finding) exchangeView {
	var lines []evidenceLine
	for _, text := range requestLines(ex.Request, evidenceLimit) {
		lines = append(lines, evidenceLine{Text: text})
	}
	lines = append(lines, evidenceLine{})
	if ex.Error != "" {
		lines = append(lines, evidenceLine{Text: "! " + brief(ex.Error, evidenceLimit)})
	} else {
		lines = append(lines, answerLines(ex, findings)...)
	}
	if ex.Short {
		lines = append(lines, evidenceLine{Text: "(in short: run --evidence all keeps every value and the body)"})
	}
	if more := len(lines) - lineLimit; more > 0 {
		lines = append(lines[:lineLimit], evidenceLine{Text: "… and " + plural(more, "more line")})
	}
	return exchangeView{Kind: visible(ex.Kind), Lines: lines}
}

// answerLines are an answer's. A header that a finding concerns and that did not come has a line too, which says so.
func answerLines(ex result.Exchange, findings []result.Finding) []evidenceLine {
	parts := partsOf(ex.Kind, findings)
	lines := []evidenceLine{{Text: "< " + statusLine(ex.Response), Checks: parts.named("status")}}
	for _, h := range ex.Response.Headers {
		checks := parts.named(s3cors.CheckOf(h.Name))
		if namesServer.MatchString(h.Name) && checks == "" {
			h.Value = leftOut
		}
		lines = append(lines, evidenceLine{Text: headerLines("< ", []result.Header{h}, evidenceLimit)[0], Checks: checks})
	}
	for _, h := range s3cors.Headers {
		if len(result.Values(ex.Response.Headers, h.Name)) == 0 && parts.named(h.Check) != "" {
			lines = append(lines, evidenceLine{Text: "  no " + h.Name, Checks: parts.named(h.Check)})
		}
	}
	return append(lines, documentLines(ex.Response, parts)...)
}

// inDocument are the parts that are read from a body, and what they are there.
var inDocument = []struct{ part, element string }{
	{"error-code", "<Code>"}, {"error-message", "<Message>"}, {"error-method", "<Method>"}, {"error-resource-type", "<ResourceType>"},
	{"error-bucket-name", "<BucketName>"}, {"round-trip", "<CORSConfiguration"},
}

// documentLines are a body's. A part that a finding concerns and that is not there has a line too.
func documentLines(r result.Response, parts concerned) []evidenceLine {
	var lines []evidenceLine
	r.Body = namesItInBody.ReplaceAllString(r.Body, "<$1>"+leftOut+"</")
	for _, text := range bodyLines(r, evidenceLimit) {
		l := evidenceLine{Text: text}
		for _, in := range inDocument {
			if strings.Contains(text, in.element) {
				l.Checks = joined(l.Checks, parts.named(in.part))
			}
		}
		lines = append(lines, l)
	}
	for _, in := range inDocument {
		if checks := parts.named(in.part); checks != "" && !strings.Contains(r.Body, in.element) {
			lines = append(lines, evidenceLine{Text: "  no " + in.element, Checks: checks})
		}
	}
	return lines
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + ", " + b
}

// concerned are the parts of an answer that findings concern: "allow-origin", "status", "header.x-amz-id".
type concerned struct {
	prefix string // of the checks
	parts  []string
}

func partsOf(kind string, findings []result.Finding) concerned {
	c := concerned{prefix: kind + "."}
	if strings.HasSuffix(kind, "BucketCors") {
		c.prefix = "config."
	}
	for _, f := range findings {
		if part, ok := strings.CutPrefix(f.Check, c.prefix); ok {
			c.parts = append(c.parts, part)
		}
	}
	return c
}

// named is the check of that part, where a finding concerns it.
func (c concerned) named(part string) string {
	if slices.Contains(c.parts, part) {
		return visible(c.prefix + part)
	}
	return ""
}
