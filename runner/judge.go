package runner

import (
	"encoding/xml"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/header"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"
)

// judgement is what one exchange came to.
type judgement struct {
	findings []result.Finding
	owed     s3cors.Answer // the answer that the findings are measured against
	choices  []s3cors.Choice
}

// judge holds an exchange against every answer that S3's model accepts and keeps the nearest: an endpoint is blamed only for what no
// acceptable answer explains. Pins replace parts of all of them.
func judge(kind scenarios.Send, owed s3cors.Owed, pins []pin, ex result.Exchange) judgement {
	var best judgement
	nearest, next := math.MaxInt, math.MaxInt
	for _, answer := range owed.Answers {
		answer = unpinned(answer, pins)
		found := append(compare(kind, answer, ex), comparePins(kind, pins, ex)...)
		if d := distance(answer, found); d < nearest {
			best = judgement{findings: found, owed: answer, choices: answer.Choices}
			nearest, next = d, nearest
		} else {
			next = min(next, d)
		}
	}
	switch {
	case len(best.findings) == 0:
		best.choices = append(slices.Clone(best.choices), wording(best.owed, ex)...)
	case next-nearest < farApart:
		best.choices = nil // what the endpoint chose cannot be told from what it got wrong
	}
	return best
}

// farApart is a distance by which one acceptable answer is clearly meant and another not.
const farApart = 50

// wording is the message of an error document, where it is not S3's. Nobody can rely on it: it is told, and never held against anybody.
func wording(owed s3cors.Answer, ex result.Exchange) []s3cors.Choice {
	if owed.Error == nil || owed.Error.Message == "" {
		return nil
	}
	got, err := parseError(ex.Response.Body)
	if err != nil || got.Message == owed.Error.Message {
		return nil
	}
	return worded(owed.Error.Message, got.Message, owed.Facts["error-message"])
}

func worded(owed, got string, facts []int) []s3cors.Choice {
	return []s3cors.Choice{{Point: "wording of " + strconv.Quote(shortened(owed)), Choice: strconv.Quote(shortened(got)), Facts: facts}}
}

// shortened keeps the start of a message, which tells it from others.
func shortened(text string) string {
	const most = 120
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// distance says how far an answer is from an acceptable one. A wrong status, or a wrong Allow-Origin or Allow-Credentials, says more than all else together: an
// answer that grants is nearest to the one that should have granted, however many of its headers are wrong. CORS headers where none is
// owed say more still: some rule answered.
func distance(owed s3cors.Answer, found []result.Finding) int {
	sum := 0
	for _, f := range found {
		switch {
		case strings.HasSuffix(f.Check, ".status"):
			sum += 10_000
		case strings.HasSuffix(f.Check, ".allow-origin"), strings.HasSuffix(f.Check, ".allow-credentials"):
			sum += 100
		default:
			sum++
		}
	}
	_, grants := owed.Headers["Access-Control-Allow-Origin"]
	if !grants && slices.ContainsFunc(found, func(f result.Finding) bool { return strings.HasSuffix(f.Expected, " absent") }) {
		sum += 200
	}
	return sum
}

// compare lists the differences between one acceptable answer and the one that came. A difference that only follows from another is
// folded into it, so that one cause makes one finding: an answer of the wrong status is not also blamed for its headers and body.
func compare(kind scenarios.Send, owed s3cors.Answer, ex result.Exchange) []result.Finding {
	b := blame{kind: kind, owed: owed, ex: ex}
	if f, differs := b.status(); differs && (kind == scenarios.Preflight || !b.carriesCORS()) {
		return []result.Finding{f}
	} else if differs {
		return append([]result.Finding{f}, b.headers()...)
	}
	return append(b.headers(), b.document()...)
}

// blame builds the findings of one exchange.
type blame struct {
	kind scenarios.Send
	owed s3cors.Answer
	ex   result.Exchange
}

func (b blame) finding(part, expected, got, why string) result.Finding {
	return result.Finding{
		Check:    string(b.kind) + "." + part,
		Expected: expected,
		Got:      got,
		Why:      why,
		Facts:    b.owed.Facts[part],
	}
}

func (b blame) carriesCORS() bool {
	return len(corsHeaders(b.ex.Response.Headers)) > 0
}

func (b blame) status() (result.Finding, bool) {
	if len(b.owed.Status) == 0 || slices.Contains(b.owed.Status, b.ex.Response.Status) {
		return result.Finding{}, false
	}
	expected := oneOf(b.owed.Status, strconv.Itoa)
	if b.owed.Error != nil && b.owed.Error.Code != "" {
		expected += " " + b.owed.Error.Code
	}
	return b.finding("status", expected, statusLine(b.ex.Response), b.whyStatus()), true
}

func (b blame) whyStatus() string {
	switch {
	case b.kind == scenarios.Actual:
		return "CORS never changes the status of an actual request"
	case slices.Contains(b.owed.Status, 200):
		return "a rule permits this preflight"
	case slices.Contains(b.owed.Status, 400):
		return "a preflight without what S3 needs is a bad request"
	default:
		return "no rule permits this preflight"
	}
}

// headers compares every header that CORS owes or must leave out. Where Allow-Origin itself is missing or unwanted the others go with it.
func (b blame) headers() []result.Finding {
	var found []result.Finding
	for _, h := range s3cors.Headers {
		if slices.Contains(b.owed.Free, h.Name) {
			continue
		}
		f, differs := b.header(h.Check, h.Name)
		if !differs {
			continue
		}
		found = append(found, f)
		if h.Check == "allow-origin" && b.allOrNothing() {
			break
		}
	}
	return found
}

// allOrNothing reports that CORS headers were owed and none came, or that none was owed and some came.
func (b blame) allOrNothing() bool {
	_, owed := b.owed.Headers["Access-Control-Allow-Origin"]
	return owed != b.carriesCORS()
}

func (b blame) header(check, name string) (result.Finding, bool) {
	lines := b.ex.Response.Headers
	want, owed := b.owed.Headers[name]
	if !owed {
		return b.unwanted(check, name)
	}
	diff := header.Compare(lines, name, want)
	if diff == nil || diff.Kind == header.Order && check != "allow-methods" {
		// These lists are sets to every reader. Of Allow-Methods fact 23 says that the order is the stored one.
		return result.Finding{}, false
	}
	got := quoted(lines, name)
	switch {
	case check == "allow-origin" && b.allOrNothing():
		got = "absent, as is every other CORS header"
	case check == "vary" && got == "absent":
		got += ", beside " + quoted(lines, "Access-Control-Allow-Origin") // what a cache may keep depends on it
	}
	return b.finding(check, name+": "+want, got, diff.String()), true
}

// unwanted reports a header that must be absent. Vary is unwanted only where it names what CORS varies on: a server may vary on
// anything of its own.
func (b blame) unwanted(check, name string) (result.Finding, bool) {
	lines := b.ex.Response.Headers
	if len(result.Values(lines, name)) == 0 || (check == "vary" && !variesOnCORS(lines)) {
		return result.Finding{}, false
	}
	got := quoted(lines, name)
	if check == "allow-origin" {
		got = strings.Join(corsHeaders(lines), "; ")
	}
	return b.finding(check, name+" absent", got, "S3 sends "+name+" only where a rule makes it"), true
}

func variesOnCORS(lines []result.Header) bool {
	return slices.ContainsFunc(header.Elements(lines, "Vary"), func(e string) bool {
		return strings.EqualFold(e, "Origin") || strings.HasPrefix(strings.ToLower(e), "access-control-request-")
	})
}

// document compares S3's error document. When it is missing or has another code, its other members are not blamed as well.
func (b blame) document() []result.Finding {
	want := b.owed.Error
	if want == nil {
		return nil
	}
	got, err := parseError(b.ex.Response.Body)
	if err != nil {
		return []result.Finding{b.finding("error-code", want.Code, bodyStart(b.ex.Response.Body), "S3 answers with an error document")}
	}
	var found []result.Finding
	for _, m := range []struct{ part, want, got string }{
		{"error-code", want.Code, got.Code},
		{"error-method", want.Method, got.Method},
		{"error-resource-type", want.ResourceType, got.ResourceType},
	} {
		if m.want == "" || m.want == m.got {
			continue
		}
		found = append(found, b.finding(m.part, m.want, orAbsent(m.got), "the error document's "+m.part[len("error-"):]+" differs"))
		if m.part == "error-code" {
			break
		}
	}
	return found
}

// errorDocument is the part of S3's error document that is compared.
type errorDocument struct {
	XMLName      xml.Name `xml:"Error"`
	Code         string   `xml:"Code"`
	Message      string   `xml:"Message"`
	Method       string   `xml:"Method"`
	ResourceType string   `xml:"ResourceType"`
	BucketName   string   `xml:"BucketName"`
}

func parseError(body string) (errorDocument, error) {
	var doc errorDocument
	err := xml.Unmarshal([]byte(body), &doc)
	return doc, err
}

// statusLine renders a status with the error document's code, where there is one: "403 AccessDenied".
func statusLine(r result.Response) string {
	s := strconv.Itoa(r.Status)
	if doc, err := parseError(r.Body); err == nil && doc.Code != "" {
		s += " " + doc.Code
	}
	if cors := corsHeaders(r.Headers); len(cors) > 0 {
		s += " with " + strings.Join(cors, "; ")
	}
	return s
}

// corsHeaders renders every Access-Control-* line, sorted: some servers send them in another order each time.
func corsHeaders(lines []result.Header) []string {
	var out []string
	for _, h := range lines {
		if strings.HasPrefix(strings.ToLower(h.Name), "access-control-") {
			out = append(out, h.Name+": "+h.Value)
		}
	}
	slices.Sort(out)
	return out
}

func quoted(lines []result.Header, name string) string {
	values := result.Values(lines, name)
	if len(values) == 0 {
		return "absent"
	}
	for i, v := range values {
		values[i] = name + ": " + v
	}
	return strings.Join(values, "; ")
}

// noDocument begins what came in place of an error document.
const noDocument = "a body that is no error document: "

func bodyStart(body string) string {
	if body == "" {
		return "an empty body"
	}
	const enough = 120
	if len(body) > enough {
		body = body[:enough] + "…"
	}
	return noDocument + strconv.Quote(body)
}

func orAbsent(s string) string {
	if s == "" {
		return "absent"
	}
	return s
}

func oneOf[T any](values []T, show func(T) string) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = show(v)
	}
	return strings.Join(words, " or ")
}

// pin is what a scenario pins of one answer, with its reason.
type pin struct {
	scenarios.Parts
	reason string
}

// pinsFor collects the pins of one exchange of a cell. Later pins of the same part win.
func pinsFor(kind scenarios.Send, cell scenarios.Cell) []pin {
	var pins []pin
	for _, p := range cell.Pins {
		parts := p.Preflight
		if kind == scenarios.Actual {
			parts = p.Actual
		}
		if parts != nil {
			pins = append(pins, pin{Parts: *parts, reason: p.Reason})
		}
	}
	return pins
}

// unpinned is the answer without the parts that pins speak for.
func unpinned(a s3cors.Answer, pins []pin) s3cors.Answer {
	for _, p := range pins {
		if len(p.Status) > 0 {
			a.Status, a.Error = nil, nil
		}
		if len(p.Error) > 0 {
			a.Error = nil
		}
		for _, h := range p.Headers {
			a.Free = append(slices.Clone(a.Free), canonicalHeader(h.Name))
		}
	}
	return a
}

func canonicalHeader(name string) string {
	for _, h := range s3cors.Headers {
		if strings.EqualFold(h.Name, name) {
			return h.Name
		}
	}
	return name
}

func comparePins(kind scenarios.Send, pins []pin, ex result.Exchange) []result.Finding {
	var found []result.Finding
	report := func(p pin, part, expected, got string) {
		found = append(found, result.Finding{Check: string(kind) + "." + part, Expected: expected, Got: got, Why: "pinned by the scenario: " + p.reason})
	}
	for i, p := range pins {
		if len(p.Status) > 0 && !slices.Contains(p.Status, ex.Response.Status) && !overridden(pins[i+1:], func(q pin) bool { return len(q.Status) > 0 }) {
			report(p, "status", oneOf(p.Status, strconv.Itoa), statusLine(ex.Response))
		}
		if doc, _ := parseError(ex.Response.Body); len(p.Error) > 0 && !slices.Contains(p.Error, doc.Code) && !overridden(pins[i+1:], func(q pin) bool { return len(q.Error) > 0 }) {
			report(p, "error-code", strings.Join(p.Error, " or "), orAbsent(doc.Code))
		}
		for _, h := range p.Headers {
			again := func(q pin) bool {
				return slices.ContainsFunc(q.Headers, func(g scenarios.HeaderPin) bool { return strings.EqualFold(g.Name, h.Name) })
			}
			if !overridden(pins[i+1:], again) && !fitsPin(h, ex.Response.Headers) {
				report(p, s3cors.CheckOf(h.Name), fmt.Sprintf("%s: %s", h.Name, strings.Join(h.Values, " or ")), quoted(ex.Response.Headers, h.Name))
			}
		}
	}
	return found
}

func overridden(later []pin, by func(pin) bool) bool { return slices.ContainsFunc(later, by) }

func fitsPin(h scenarios.HeaderPin, lines []result.Header) bool {
	present := len(result.Values(lines, h.Name)) > 0
	return slices.ContainsFunc(h.Values, func(v string) bool {
		switch v {
		case "any":
			return true
		case "absent":
			return !present
		case "present":
			return present
		default:
			return header.Compare(lines, h.Name, v) == nil
		}
	})
}
