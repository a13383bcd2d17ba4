package judge

import (
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/header"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// Finding is the difference as data and in words. The caller sets its class.
func (d Difference) Finding() result.Finding {
	return result.Finding{
		Check: d.Check(), How: d.How, Owed: &d.Owed, Came: &d.Got,
		Expected: d.expected(), Got: d.got(), Why: d.why() + Weak(d.Facts), Facts: d.Facts,
	}
}

// peersOnly ends the reason of a finding that rests on other implementations alone.
const peersOnly = "; that is known from other implementations only, not from AWS"

// Weak says that facts rest on other implementations alone, or that sources disagree: what AWS answers is not known then. It is empty where
// one of the facts is better known, and where there are none.
func Weak(facts []int) string {
	if len(facts) == 0 {
		return ""
	}
	for _, id := range facts {
		if f, ok := s3cors.FactByID(id); !ok || f.Strength != s3cors.Peer && f.Strength != s3cors.Open {
			return ""
		}
	}
	return peersOnly
}

func (d Difference) expected() string {
	switch {
	case d.Part == Status:
		return strings.TrimSpace(oneOf(d.Owed.Status, strconv.Itoa) + " " + d.Owed.Code)
	case d.Name == "":
		return strings.Join(d.Owed.Values, " or ")
	case len(d.Owed.Values) == 0:
		return d.Name + " absent"
	default:
		return d.Name + ": " + strings.Join(d.Owed.Values, " or ")
	}
}

func (d Difference) got() string {
	switch {
	case len(d.Got.Elements) > 0:
		return "absent, but there is " + tags(d.Got.Elements)
	case d.Part == Status:
		return statusLine(d.Got)
	case d.How == result.MissingAll:
		return "absent, as is every other CORS header"
	case d.How == result.NoDocument:
		return NoDocument(d.Got.Body)
	case d.Name == "":
		return OrAbsent(strings.Join(d.Got.Values, ", "))
	case d.Name == header.Vary && d.How == result.Missing && d.Pinned == "":
		return "absent, beside " + OrAbsent(joined(d.Got.Headers))
	default:
		return OrAbsent(joined(d.Got.Headers))
	}
}

// statusLine renders a status with the error document's code and the CORS headers, where there are any: "403 AccessDenied".
func statusLine(s result.Side) string {
	text := strings.TrimSpace(oneOf(s.Status, strconv.Itoa) + " " + s.Code)
	if len(s.Headers) > 0 {
		text += " with " + joined(s.Headers)
	}
	return text
}

func (d Difference) why() string {
	switch {
	case d.Why != "":
		return d.Why
	case d.Pinned != "":
		return "pinned by the scenario: " + d.Pinned
	case d.Part == Status:
		return d.whyStatus()
	case d.How == result.NoDocument:
		return "S3 answers with an error document"
	case d.Detail != nil:
		return d.Detail.String()
	case d.Name != "":
		return "S3 sends " + d.Name + " only where a rule makes it"
	default:
		return "the error document's " + elements[d.Part] + " differs"
	}
}

func (d Difference) whyStatus() string {
	switch {
	case d.Kind == Actual:
		return "CORS never changes the status of an actual request"
	case slices.Contains(d.Owed.Status, 200):
		return "a rule permits this preflight"
	case slices.Contains(d.Owed.Status, 400):
		return "a preflight without what S3 needs is a bad request"
	default:
		return "no rule permits this preflight"
	}
}

// BodyStart is as much of a body as helps to recognise it.
func BodyStart(body string) string {
	const enough = 120
	if len(body) > enough {
		return strings.ToValidUTF8(body[:enough], "") + "…"
	}
	return body
}

// NoDocument says what came in place of an error document.
func NoDocument(start string) string {
	if start == "" {
		return "an empty body"
	}
	return "a body that is no error document: " + strconv.Quote(start)
}

// OrAbsent is a text, or "absent".
func OrAbsent(s string) string {
	if s == "" {
		return "absent"
	}
	return s
}

func line(h result.Header) string { return h.Name + ": " + h.Value }

func tags(elements []result.Element) string {
	all := make([]string, len(elements))
	for i, e := range elements {
		all[i] = "<" + e.Name + ">" + e.Value + "</" + e.Name + ">"
	}
	return strings.Join(all, " ")
}

func joined(lines []result.Header) string {
	all := make([]string, len(lines))
	for i, h := range lines {
		all[i] = line(h)
	}
	return strings.Join(all, "; ")
}

func oneOf[T any](values []T, show func(T) string) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = show(v)
	}
	return strings.Join(words, " or ")
}
