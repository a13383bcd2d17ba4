package fetch_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
)

const page = "https://app.example.com"

// head turns "Name: value" lines into header lines.
func head(lines ...string) []result.Header {
	var headers []result.Header
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ":")
		headers = append(headers, result.Header{Name: name, Value: strings.TrimPrefix(value, " ")})
	}
	return headers
}

// answer is a response with a status and header lines.
func answer(status int, lines ...string) *fetch.Response {
	return &fetch.Response{Status: status, Headers: head(lines...)}
}

// quoted quotes as sentences do.
func quoted(s string) string { return fmt.Sprintf("%q", s) }

// equal fails a test unless got is want to the letter.
func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %#v\nwant %#v", what, got, want)
	}
}

// verdict fails a test unless a verdict has a reason and a sentence. Both are empty where it is to allow.
func verdict(t *testing.T, what string, v fetch.Verdict, reason fetch.Reason, sentence string) {
	t.Helper()
	equal(t, what+" reason", v.Reason, reason)
	equal(t, what+" sentence", v.Sentence, sentence)
	equal(t, what+" allowed", v.Allowed, reason == "")
	equal(t, what+" Chromium", v.Chromium, reason.Info().Chromium)
	equal(t, what+" Firefox", v.Firefox, reason.Info().Firefox)
}
