package judge

import (
	"slices"
	"strings"

	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// came is an exchange's answer as Fetch's model takes it.
func came(ex result.Exchange) fetch.Response {
	return fetch.Response{Status: ex.Response.Status, Headers: ex.Response.Headers}
}

// owedAnswer is the answer that was owed: what came, with the status and every CORS header as S3 would have sent them.
func owedAnswer(owed s3cors.Answer, ex result.Exchange) fetch.Response {
	a := fetch.Response{Status: ex.Response.Status}
	if len(owed.Status) > 0 && !slices.Contains(owed.Status, a.Status) {
		a.Status = owed.Status[0]
	}
	asserted := func(name string) bool {
		return slices.ContainsFunc(s3cors.Headers, func(h s3cors.Header) bool { return strings.EqualFold(h.Name, name) }) &&
			!slices.Contains(owed.Free, s3cors.HeaderNamed(name).Name)
	}
	for _, line := range ex.Response.Headers {
		if !asserted(line.Name) {
			a.Headers = append(a.Headers, line)
		}
	}
	for _, h := range s3cors.Headers {
		if value, ok := owed.Headers[h.Name]; ok && asserted(h.Name) {
			a.Headers = append(a.Headers, result.Header{Name: h.Name, Value: value})
		}
	}
	return a
}

// with is the right answer with one difference put in: that header's lines as they came, or the whole answer as it came where the difference
// stands for all of it.
func with(right fetch.Response, ex result.Exchange, d Difference) fetch.Response {
	switch {
	case d.whole():
		return came(ex)
	case d.Name == "":
		return right
	}
	changed := fetch.Response{Status: right.Status}
	for _, line := range right.Headers {
		if !strings.EqualFold(line.Name, d.Name) {
			changed.Headers = append(changed.Headers, line)
		}
	}
	changed.Headers = append(changed.Headers, named(ex.Response.Headers, d.Name)...)
	return changed
}
