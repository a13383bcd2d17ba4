package match_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"corsprobe/runner/result"
	"corsprobe/suites/match"

	"github.com/google/go-cmp/cmp"
	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"
)

var update = flag.Bool("update", false, "write the golden file")

// exchange is a preflight and its answer.
func exchange(status int, body string, lines ...string) result.Exchange {
	return result.Exchange{
		Request: result.Request{Method: http.MethodOptions, Headers: headers(
			"Origin: https://app.example.com", "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: x-amz-date")},
		Response: result.Response{Status: status, Headers: headers(lines...), Body: body},
	}
}

func headers(lines ...string) []result.Header {
	var all []result.Header
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		all = append(all, result.Header{Name: name, Value: value})
	}
	return all
}

const document = `<?xml version="1.0"?><Error><Code>AccessForbidden</Code></Error>`

var (
	granted = exchange(200, "", "Access-Control-Allow-Origin: https://app.example.com", "access-control-allow-methods: GET,PUT",
		"Access-Control-Allow-Headers: x-amz-date", "Access-Control-Max-Age: 3000", "Vary: Origin", "Vary: accept-encoding,Access-Control-Request-Headers",
		"Access-Control-Expose-Headers: ETag, x-amz-version-id", "Access-Control-Allow-Credentials: true")
	refused = exchange(403, document, "Content-Type: application/xml")
	twice   = exchange(200, "", "Access-Control-Allow-Origin: *", "Access-Control-Allow-Origin: *", "Access-Control-Max-Age: soon", "Access-Control-Allow-Credentials: True")
	down    = result.Exchange{Error: "connection refused"}
	get     = result.Exchange{Request: result.Request{Method: "GET"}, Response: result.Response{Status: 200}}
	failed  = result.Cell{
		ID: "origins/exact/one/object", Title: "GET from https://app.example.com", File: "origins.yaml", Line: 7, Verdict: result.Failed,
		Findings: []result.Finding{{
			Check: "preflight.allow-origin", Class: result.Breakage, Expected: "https://app.example.com", Got: "absent", Why: "it is missing", Facts: []int{20, 22},
		}},
		Explanation: "Rule 1 answers.",
		Browser:     &result.Browser{Sentence: "S3 owes a readable answer; here the browser blocks it"},
		Curl:        []string{"curl -i 'http://127.0.0.1/'"},
	}
)

// cases gives each matcher what it takes and what it does not. The golden file holds what each says.
var cases = []struct {
	name    string
	matcher types.GomegaMatcher
	actual  any
	want    string // "matches", "fails", "error"
}{
	{"AllowOrigin equal", match.AllowOrigin("https://app.example.com"), granted, "matches"},
	{"AllowOrigin pointer", match.AllowOrigin("https://app.example.com"), &granted, "matches"},
	{"AllowOrigin response", match.AllowOrigin("https://app.example.com"), granted.Response, "matches"},
	{"AllowOrigin lines", match.AllowOrigin("https://app.example.com"), granted.Response.Headers, "matches"},
	{"AllowOrigin http.Header", match.AllowOrigin("*"), http.Header{"Access-Control-Allow-Origin": {"*"}}, "matches"},
	{"AllowOrigin other", match.AllowOrigin("*"), granted, "fails"},
	{"AllowOrigin absent", match.AllowOrigin("*"), refused, "fails"},
	{"AllowOrigin twice", match.AllowOrigin("*"), twice, "fails"},
	{"AllowOrigin sub-matcher", match.AllowOrigin(gomega.HaveSuffix(".example.com")), granted, "matches"},
	{"AllowOrigin sub-matcher fails", match.AllowOrigin(gomega.HaveSuffix(".example.org")), granted, "fails"},
	{"AllowOrigin sub-matcher not asked", match.AllowOrigin(gomega.Not(gomega.Equal("*"))), refused, "fails"},
	{"AllowOrigin of a number", match.AllowOrigin(1), granted, "error"},
	{"AllowOrigin without an answer", match.AllowOrigin("*"), down, "error"},
	{"AllowOrigin of nothing", match.AllowOrigin("*"), nil, "error"},
	{"AllowMethods equal", match.AllowMethods("GET", "PUT"), granted, "matches"},
	{"AllowMethods slice", match.AllowMethods([]string{"GET", "PUT"}), granted, "matches"},
	{"AllowMethods order", match.AllowMethods("PUT", "GET"), granted, "fails"},
	{"AllowMethods any order", match.AllowMethods(gomega.ConsistOf("PUT", "GET")), granted, "matches"},
	{"AllowMethods missing one", match.AllowMethods("GET", "PUT", "DELETE"), granted, "fails"},
	{"AllowMethods absent", match.AllowMethods("GET"), refused, "fails"},
	{"AllowMethods none", match.AllowMethods(), granted, "error"},
	{"AllowHeaders equal", match.AllowHeaders("x-amz-date"), granted, "matches"},
	{"AllowHeaders case", match.AllowHeaders("X-Amz-Date"), granted, "fails"},
	{"AllowHeaders element", match.AllowHeaders(gomega.ContainElement("content-type")), granted, "fails"},
	{"ExposeHeaders equal", match.ExposeHeaders("ETag", "x-amz-version-id"), granted, "matches"},
	{"ExposeHeaders extra", match.ExposeHeaders("ETag"), granted, "fails"},
	{"MaxAge equal", match.MaxAge(3000), granted, "matches"},
	{"MaxAge other", match.MaxAge(5), granted, "fails"},
	{"MaxAge at most", match.MaxAge(gomega.BeNumerically("<=", 7200)), granted, "matches"},
	{"MaxAge no number", match.MaxAge(gomega.BeNumerically("<=", 7200)), twice, "fails"},
	{"MaxAge of a word", match.MaxAge("soon"), granted, "error"},
	{"VaryOn one", match.VaryOn("Origin"), granted, "matches"},
	{"VaryOn two lines", match.VaryOn("Access-Control-Request-Headers", "origin"), granted, "matches"},
	{"VaryOn missing", match.VaryOn("Origin", "Access-Control-Request-Method"), granted, "fails"},
	{"Credentials", match.Credentials(), granted, "matches"},
	{"Credentials in another case", match.Credentials(), twice, "fails"},
	{"Credentials absent", match.Credentials(), refused, "fails"},
	{"NoHeader", match.NoHeader("Access-Control-Max-Age", "Vary"), refused, "matches"},
	{"NoHeader present", match.NoHeader("access-control-max-age"), granted, "fails"},
	{"NoCORSHeaders", match.NoCORSHeaders(), refused, "matches"},
	{"NoCORSHeaders present", match.NoCORSHeaders(), twice, "fails"},
	{"HaveStatus one of", match.HaveStatus(200, 204), granted, "matches"},
	{"HaveStatus other", match.HaveStatus(200, 204), refused, "fails"},
	{"HaveStatus sub-matcher", match.HaveStatus(gomega.BeNumerically("<", 300)), refused, "fails"},
	{"HaveStatus of a header map", match.HaveStatus(200), http.Header{}, "error"},
	{"ErrorCode equal", match.ErrorCode("AccessForbidden"), refused, "matches"},
	{"ErrorCode other", match.ErrorCode("AccessDenied"), refused, "fails"},
	{"ErrorCode empty body", match.ErrorCode("AccessDenied"), granted, "fails"},
	{"ErrorCode not XML", match.ErrorCode("AccessDenied"), exchange(403, "<html"), "fails"},
	{"ErrorCode sub-matcher", match.ErrorCode(gomega.HavePrefix("NoSuch")), refused, "fails"},
	{"RefusePreflight", match.RefusePreflight(), refused, "matches"},
	{"RefusePreflight with code", match.RefusePreflight("AccessForbidden"), refused, "matches"},
	{"RefusePreflight with another code", match.RefusePreflight("AccessDenied"), refused, "fails"},
	{"RefusePreflight of a grant", match.RefusePreflight("AccessForbidden"), granted, "fails"},
	{"RefusePreflight of 403 with headers", match.RefusePreflight(), exchange(403, "", "Access-Control-Allow-Origin: *"), "fails"},
	{"GrantPreflight", match.GrantPreflight(), granted, "matches"},
	{"GrantPreflight of a refusal", match.GrantPreflight(), refused, "fails"},
	{"GrantPreflight of two values", match.GrantPreflight(), twice, "fails"},
	{"GrantPreflight of patterns", match.GrantPreflight(), exchange(200, "", "Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: x-amz-*"), "fails"},
	{"GrantPreflight of a GET", match.GrantPreflight(), get, "error"},
	{"GrantPreflight without a request", match.GrantPreflight(), http.Header{}, "error"},
	{"Conform passed", match.Conform(), result.Cell{ID: "a", Verdict: result.Passed}, "matches"},
	{"Conform failed", match.Conform(), failed, "fails"},
	{"Conform pointer", match.Conform(), &failed, "fails"},
	{"Conform flaky", match.Conform(), result.Cell{ID: "a", Verdict: result.Flaky, Reason: "200, then 403"}, "fails"},
	{"Conform unsupported", match.Conform(), result.Cell{ID: "a", Verdict: result.Unsupported, Reason: "no virtual hosts"}, "fails"},
	{"Conform error", match.Conform(), result.Cell{ID: "a", Verdict: result.Error, Reason: "connection refused"}, "fails"},
	{"Conform of an answer", match.Conform(), granted, "error"},
}

func TestMatchers(t *testing.T) {
	var said strings.Builder
	for _, c := range cases {
		got, text := ask(c.matcher, c.actual)
		if got != c.want {
			t.Errorf("%s: %s, want %s:\n%s", c.name, got, c.want, text)
		}
		fmt.Fprintf(&said, "## %s: %s\n%s\n\n", c.name, got, text)
	}
	golden(t, "testdata/messages.golden", said.String())
}

// ask returns what a matcher says: the message of a failure, or of the negation where it matches.
func ask(m types.GomegaMatcher, actual any) (outcome, text string) {
	ok, err := m.Match(actual)
	switch {
	case err != nil:
		return "error", err.Error()
	case ok:
		return "matches", m.NegatedFailureMessage(actual)
	default:
		return "fails", m.FailureMessage(actual)
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; go test -update writes it):\n%s", file, diff)
	}
}
