package judge

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/header"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/runner/s3error"
)

// Judgement is what one exchange came to.
type Judgement struct {
	Differences []Difference
	Owed        s3cors.Answer // the answer that the differences are measured against
	Checks      int           // how many were made
	// Choices are what the endpoint chose on points that the facts leave open; none where its answer does not show it.
	Choices []s3cors.Choice
}

// Nearest compares an exchange with every answer that S3's model accepts and keeps the nearest: a finding is only what no acceptable answer
// explains. Pins replace parts of all of them.
func Nearest(kind Kind, owed s3cors.Owed, pins []Pin, ex result.Exchange) Judgement {
	var best Judgement
	nearest, next := math.MaxInt, math.MaxInt
	document := reading(ex.Response.Body)
	for _, answer := range owed.Answers {
		answer = unpinned(answer, pins)
		found := append(compare(kind, answer, ex, document), comparePins(kind, pins, ex.Response)...)
		if d := distance(answer, found); d < nearest {
			best = Judgement{Differences: found, Owed: answer, Choices: answer.Choices, Checks: checked(kind, answer, found)}
			nearest, next = d, nearest
		} else {
			next = min(next, d)
		}
	}
	if len(best.Differences) > 0 && next-nearest < farApart {
		best.Choices = nil // the endpoint's choice does not show in a wrong answer
	}
	best.Choices = append(slices.Clone(best.Choices), wording(best.Owed, document)...)
	return best
}

// checked counts the checks of an answer: its status, each header, each element of the error document. A part that goes with another
// difference was not compared, and does not count.
func checked(kind Kind, owed s3cors.Answer, found []Difference) int {
	n := 1
	wrongStatus := slices.ContainsFunc(found, func(d Difference) bool { return d.Part == Status })
	if wrongStatus && kind == Preflight {
		return max(n, len(found))
	}
	if n += len(s3cors.Headers) - len(owed.Free); slices.ContainsFunc(found, Difference.whole) {
		n = 2 // status and Allow-Origin, with which the others go
	}
	if owed.Error != nil && !wrongStatus {
		for _, element := range []string{owed.Error.Code, owed.Error.Method, owed.Error.ResourceType} {
			if element != "" {
				n++
			}
		}
	}
	return max(n, len(found))
}

// farApart is a distance by which one acceptable answer is clearly meant and another not.
const farApart = 50

// distance says how far an answer is from an acceptable one. A wrong status, or a wrong Allow-Origin or Allow-Credentials, says more than
// all else together: an answer that grants is nearest to the one that should have granted, however many of its headers are wrong. CORS
// headers where none is owed say more still: some rule answered.
func distance(owed s3cors.Answer, found []Difference) int {
	sum := 0
	for _, d := range found {
		switch {
		case d.Part == Status:
			sum += 10_000
		case d.Name == header.AllowOrigin || d.Name == header.AllowCredentials:
			sum += 100
		default:
			sum++
		}
	}
	_, grants := owed.Headers[header.AllowOrigin]
	if !grants && slices.ContainsFunc(found, func(d Difference) bool { return d.How == result.Unwanted || d.How == result.UnwantedAll }) {
		sum += 200
	}
	return sum
}

// wording is the message of an error document, where it is not S3's. No client can rely on a message, so it is shown and is no finding.
func wording(owed s3cors.Answer, document readDocument) []s3cors.Choice {
	if owed.Error == nil || owed.Error.Message == "" {
		return nil
	}
	got, err := document()
	if err != nil || got.Code != owed.Error.Code || got.Message == owed.Error.Message {
		return nil // another error has another message
	}
	return Worded(owed.Error.Message, got.Message, owed.Facts["error-message"])
}

// Worded is the choice of an endpoint that words a message in another way than S3: the start of both messages, with the facts.
func Worded(owed, got string, facts []int) []s3cors.Choice {
	return []s3cors.Choice{{Point: "wording of " + strconv.Quote(shortened(owed)), Choice: strconv.Quote(shortened(got)), Facts: facts}}
}

// shortened is the start of a message, enough to tell it from other messages.
func shortened(text string) string {
	const most = 120
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// Alike reports that two answers are the same to CORS: status, error document and CORS headers.
func Alike(a, b result.Response) bool {
	x, _ := s3error.Read(a.Body)
	y, _ := s3error.Read(b.Body)
	return x.Same(y) && AlikeAtHead(a, b)
}

// AlikeAtHead is [Alike] where only the head of an answer is known. Case of names and space around values do not count.
func AlikeAtHead(a, b result.Response) bool {
	return a.Status == b.Status && slices.Equal(normalised(a.Headers), normalised(b.Headers))
}

// AtHead is an answer's status and CORS headers as text, for comparison.
func AtHead(r result.Response) string {
	text := statusLine(result.Side{Status: []int{r.Status}, Headers: corsHeaders(r.Headers)})
	if len(corsHeaders(r.Headers)) == 0 {
		return text + " without CORS headers"
	}
	return text
}

func normalised(lines []result.Header) []result.Header {
	var all []result.Header
	for _, h := range lines {
		all = append(all, result.Header{Name: strings.ToLower(h.Name), Value: strings.TrimSpace(h.Value)})
	}
	return corsHeaders(all)
}
