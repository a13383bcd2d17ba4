package judge

import (
	"testing"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// TestChecked counts what an answer is held against: a status, every header of the table, up to three elements of an error document.
func TestChecked(t *testing.T) {
	headers := len(s3cors.Headers)
	granted := s3cors.Answer{Status: []int{200}, Headers: map[string]string{"Access-Control-Allow-Origin": "*"}}
	refused := s3cors.Answer{Status: []int{403}, Error: &s3cors.Error{Code: "AccessForbidden", Method: "GET", ResourceType: "OBJECT"}}
	free := granted
	free.Free = []string{"Vary"}
	for _, c := range []struct {
		name string
		kind Kind
		owed s3cors.Answer
		came result.Response
		want int
	}{
		{"right", Actual, granted, result.Response{Status: 200, Headers: []result.Header{{Name: "Access-Control-Allow-Origin", Value: "*"}}}, 1 + headers},
		{"a header is left open", Actual, free, result.Response{Status: 200, Headers: []result.Header{{Name: "Access-Control-Allow-Origin", Value: "*"}}}, headers},
		{"a refusal", Preflight, refused, result.Response{Status: 403, Body: "<Error><Code>AccessForbidden</Code><Method>GET</Method><ResourceType>OBJECT</ResourceType></Error>"}, 1 + headers + 3},
		{"a wrong status, with which all else goes", Preflight, refused, result.Response{Status: 200}, 1},
		{"no header at all", Actual, granted, result.Response{Status: 200}, 2},
	} {
		got := Nearest(c.kind, s3cors.Owed{Answers: []s3cors.Answer{c.owed}}, nil, result.Exchange{Response: c.came})
		if got.Checks != c.want {
			t.Errorf("%s: %d checks, want %d; differences %+v", c.name, got.Checks, c.want, got.Differences)
		}
	}
}
