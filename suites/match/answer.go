package match

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"corsprobe/runner/result"

	"github.com/onsi/gomega/format"
)

// answer is what the matchers read of an actual value, with what that value has of it.
type answer struct {
	headers []result.Header
	status  int             // 0 where there is none to read
	request *result.Request // nil where it is not known
	// body reads the start of the body; nil where there is none to read.
	body func() (string, error)
}

// answerOf reads any supported value.
func answerOf(actual any) (answer, error) {
	switch v := actual.(type) {
	case result.Exchange:
		return ofExchange(v)
	case *result.Exchange:
		if v != nil {
			return ofExchange(*v)
		}
	case result.Response:
		return ofResponse(v), nil
	case *http.Response:
		if v != nil {
			return ofHTTP(v), nil
		}
	case http.Header:
		return answer{headers: sortedLines(v)}, nil
	case []result.Header:
		return answer{headers: v}, nil
	}
	return answer{}, unsupported(actual)
}

// unsupported lists what an answer may come as.
func unsupported(actual any) error {
	return fmt.Errorf("match: an answer is a result.Exchange, *result.Exchange, result.Response, *http.Response, "+
		"http.Header or []result.Header, not\n%s", format.Object(actual, 1))
}

// withStatus reads a value that has a status.
func withStatus(actual any) (answer, error) {
	a, err := answerOf(actual)
	if err == nil && a.status == 0 {
		err = fmt.Errorf("match: no status is in a %T; give a result.Exchange, *result.Exchange, result.Response or *http.Response", actual)
	}
	return a, err
}

func ofExchange(ex result.Exchange) (answer, error) {
	if ex.Error != "" {
		return answer{}, errors.New("match: there was no answer: " + ex.Error)
	}
	a := ofResponse(ex.Response)
	a.request = &ex.Request
	return a, nil
}

func ofResponse(r result.Response) answer {
	return answer{headers: r.Headers, status: r.Status, body: func() (string, error) { return r.Body, nil }}
}

func ofHTTP(r *http.Response) answer {
	a := answer{headers: sortedLines(r.Header), status: r.StatusCode, body: func() (string, error) { return peek(r) }}
	if r.Request != nil {
		a.request = &result.Request{Method: r.Request.Method, Headers: sortedLines(r.Request.Header)}
	}
	return a
}

// sortedLines lists a header map by name, so that messages are the same from run to run.
func sortedLines(h http.Header) []result.Header {
	var lines []result.Header
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			lines = append(lines, result.Header{Name: name, Value: value})
		}
	}
	return lines
}

// peeked is how much of a body is read: as much as a [result.Response] keeps.
const peeked = 64 << 10

// peek reads the start of a body and puts it back, so that the next matcher finds it too.
func peek(r *http.Response) (string, error) {
	if r.Body == nil {
		return "", nil
	}
	start, err := io.ReadAll(io.LimitReader(r.Body, peeked))
	if err != nil {
		return "", fmt.Errorf("match: reading the body: %w", err)
	}
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(start), r.Body), r.Body}
	return string(start), nil
}

// isCORS reports whether a header is one of the CORS protocol's, in answers all of which begin alike.
func isCORS(name string) bool {
	const prefix = "access-control-"
	return len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix)
}
