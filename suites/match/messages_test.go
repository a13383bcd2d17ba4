package match_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/result"
	"corsprobe/suites/match"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"
)

// spoken is one matcher with an answer that it takes and one that it does not, and all that it says of them.
type spoken struct {
	matcher types.GomegaMatcher
	fits    any
	negated string // what it says where it must not fit, and does
	misfit  any
	failure string // what it says where it must fit, and does not
	needs   string // what it reads: "headers", "status", "request", "cell"
}

func answer(status int, body string, lines ...string) result.Response {
	return result.Response{Status: status, Headers: headers(lines...), Body: body}
}

const refusal = "<Error><Code>AccessForbidden</Code></Error>"

// every has each matcher of the package by its constructor's name.
var every = map[string]spoken{
	"AllowOrigin": {match.AllowOrigin("https://a.example"), answer(200, "", "access-control-allow-origin: https://a.example"),
		"Expected\n    access-control-allow-origin: https://a.example\nnot to allow the origin\n    https://a.example",
		answer(200, "", "Access-Control-Allow-Origin: https://A.example"),
		"Expected\n    Access-Control-Allow-Origin: https://A.example\nto allow the origin (same but for case)\n    https://a.example", "headers"},
	"AllowMethods": {match.AllowMethods("GET", "PUT"), answer(200, "", "Access-Control-Allow-Methods: GET", "Access-Control-Allow-Methods: PUT"),
		"Expected\n    Access-Control-Allow-Methods: GET\n    Access-Control-Allow-Methods: PUT\nnot to allow the methods, in this order\n    GET, PUT",
		answer(200, "", "Access-Control-Allow-Methods: GET, DELETE"),
		"Expected\n    Access-Control-Allow-Methods: GET, DELETE\nto allow the methods, in this order (missing PUT; extra DELETE)\n    GET, PUT", "headers"},
	"AllowHeaders": {match.AllowHeaders("content-type"), answer(200, "", "Access-Control-Allow-Headers: content-type"),
		"Expected\n    Access-Control-Allow-Headers: content-type\nnot to allow the headers, in this order\n    content-type",
		answer(200, "", "Access-Control-Allow-Headers: *"),
		"Expected\n    Access-Control-Allow-Headers: *\nto allow the headers, in this order (missing content-type; extra *)\n    content-type", "headers"},
	"ExposeHeaders": {match.ExposeHeaders("ETag"), answer(200, "", "Access-Control-Expose-Headers:  ETag "),
		"Expected\n    Access-Control-Expose-Headers:  ETag \nnot to expose the headers, in this order\n    ETag",
		answer(404, ""),
		"Expected\n    404 Not Found without Access-Control-Expose-Headers\nto expose the headers, in this order\n    ETag", "headers"},
	"MaxAge": {match.MaxAge(600), answer(200, "", "Access-Control-Max-Age: 600"),
		"Expected\n    Access-Control-Max-Age: 600\nnot to be kept for this number of seconds\n    600",
		answer(200, "", "Access-Control-Max-Age: 600", "Access-Control-Max-Age: 600"),
		"Expected\n    Access-Control-Max-Age: 600\n    Access-Control-Max-Age: 600\nto be kept for this number of seconds (sent twice)\n    600", "headers"},
	"VaryOn": {match.VaryOn("Origin"), answer(200, "", "Vary: *"),
		"Expected\n    Vary: *\nnot to vary at least on\n    Origin",
		answer(200, "", "Vary: Accept-Encoding"),
		"Expected\n    Vary: Accept-Encoding\nto vary at least on (missing Origin)\n    Origin", "headers"},
	"Credentials": {match.Credentials(), answer(200, "", "Access-Control-Allow-Credentials: true"),
		"Expected\n    Access-Control-Allow-Credentials: true\nnot to allow credentials, with the value\n    true",
		answer(200, "", "Access-Control-Allow-Credentials: false"),
		"Expected\n    Access-Control-Allow-Credentials: false\nto allow credentials, with the value\n    true", "headers"},
	"NoHeader": {match.NoHeader("Vary"), answer(204, ""),
		"Expected\n    204 No Content without Vary\nnot to lack\n    Vary",
		answer(204, "", "vary: "),
		"Expected\n    vary: \nto lack\n    Vary", "headers"},
	"NoCORSHeaders": {match.NoCORSHeaders(), answer(200, "", "Vary: Origin"),
		"Expected\n    200 OK\nnot to lack Access-Control-* headers",
		answer(200, "", "Vary: Origin", "ACCESS-CONTROL-MAX-AGE: 5"),
		"Expected\n    200 OK\n    ACCESS-CONTROL-MAX-AGE: 5\nto lack Access-Control-* headers", "headers"},
	"HaveStatus": {match.HaveStatus(200, 204, 206), answer(204, ""),
		"Expected\n    204 No Content\nnot to have the status\n    200 OK, 204 No Content or 206 Partial Content",
		answer(299, ""),
		"Expected\n    299\nto have the status\n    200 OK, 204 No Content or 206 Partial Content", "status"},
	"ErrorCode": {match.ErrorCode("AccessForbidden"), answer(403, refusal),
		"Expected\n    " + refusal + "\nnot to be an error document with the code\n    AccessForbidden",
		answer(403, "<Error><Message>no</Message></Error>"),
		"Expected\n    <Error><Message>no</Message></Error>\nto be an error document with the code (it has no Code)\n    AccessForbidden", "status"},
	"RefusePreflight": {match.RefusePreflight("AccessForbidden"), answer(403, refusal),
		"Expected\n    403 Forbidden\n    " + refusal + "\nnot to refuse the preflight as S3 does\n    403 Forbidden without Access-Control-* headers\n    an error document with the code\n        AccessForbidden",
		answer(404, refusal),
		"Expected\n    404 Not Found\n    " + refusal + "\nto refuse the preflight as S3 does (another status)\n    403 Forbidden without Access-Control-* headers\n    an error document with the code\n        AccessForbidden", "status"},
	"GrantPreflight": {match.GrantPreflight(), exchange(204, "", "Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: *", "Access-Control-Allow-Headers: *"),
		"Expected\n    204 No Content\n    Access-Control-Allow-Origin: *\n    Access-Control-Allow-Methods: *\n    Access-Control-Allow-Headers: *\nnot to grant the preflight\n" + requested,
		exchange(403, "", "Access-Control-Allow-Origin: *"),
		"Expected\n    403 Forbidden\n    Access-Control-Allow-Origin: *\nto grant the preflight (the preflight was answered with 403: only 200 to 299 lets the request go on)\n" + requested, "request"},
	"Conform": {match.Conform(), result.Cell{ID: "a/b", Verdict: result.Passed, Curl: []string{"curl"}, Explanation: "rule 1"},
		"Expected\n    a/b\nnot to conform",
		result.Cell{ID: "a/b", Verdict: result.Known, Reason: "first rule only"},
		"Expected\n    a/b\nto conform (a known deviation: first rule only)", "cell"},
}

const requested = "    Origin: https://app.example.com\n    Access-Control-Request-Method: PUT\n    Access-Control-Request-Headers: x-amz-date"

// Each matcher says what came, what was expected and the difference, and the same again when it is asked again.
func TestEveryMatcherSpeaks(t *testing.T) {
	for name, c := range every {
		t.Run(name, func(t *testing.T) {
			for range 2 {
				if outcome, text := ask(c.matcher, c.fits); outcome != "matches" || text != c.negated {
					t.Errorf("%s:\n%s\nwant\n%s", outcome, text, c.negated)
				}
				if outcome, text := ask(c.matcher, c.misfit); outcome != "fails" || text != c.failure {
					t.Errorf("%s:\n%s\nwant\n%s", outcome, text, c.failure)
				}
			}
		})
	}
}

// The table has every matcher that there is.
func TestEveryMatcherIsListed(t *testing.T) {
	sources, err := filepath.Glob("*.go")
	if err != nil || len(sources) == 0 {
		t.Fatal(sources, err)
	}
	found := 0
	for _, source := range sources {
		if strings.HasSuffix(source, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), source, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !f.Name.IsExported() {
				continue
			}
			found++
			if _, listed := every[f.Name.Name]; !listed {
				t.Errorf("%s is not in the table", f.Name.Name)
			}
		}
	}
	if found != len(every) {
		t.Errorf("%d matchers, and the table has %d", found, len(every))
	}
}

const answerIs = "match: an answer is a result.Exchange, *result.Exchange, result.Response, *http.Response, http.Header or []result.Header, not\n    "

// Whatever holds too little is an error, never an absent header: neither a match nor its negation.
func TestEveryMatcherRefuses(t *testing.T) {
	const cell = "match.Conform takes a result.Cell or *result.Cell, not\n    "
	for _, c := range []struct {
		actual   any
		shown    string // as gomega shows it
		noAnswer string // the error of an exchange that has none
	}{
		{nil, "<nil>: nil", ""},
		{"Vary: Origin", "<string>: Vary: Origin", ""},
		{200, "<int>: 200", ""},
		{(*result.Exchange)(nil), "<*result.Exchange | 0x0>: nil", ""},
		{(*http.Response)(nil), "<*http.Response | 0x0>: nil", ""},
		{(*result.Cell)(nil), "<*result.Cell | 0x0>: nil", ""},
		{result.Exchange{Error: "dial tcp: connection refused"}, "", "match: there was no answer: dial tcp: connection refused"},
	} {
		for name, m := range every {
			want := answerIs + c.shown
			switch {
			case m.needs == "cell":
				want = cell + c.shown
			case c.noAnswer != "":
				want = c.noAnswer
			}
			ok, err := m.matcher.Match(c.actual)
			if ok || err == nil || c.shown != "" && err.Error() != want || c.shown == "" && !strings.Contains(err.Error(), want) {
				t.Errorf("%s of %T: %t, %v\nwant %s", name, c.actual, ok, err, want)
			}
			if ok, err := gomega.Not(m.matcher).Match(c.actual); ok || err == nil {
				t.Errorf("Not(%s) of %T: %t, %v; want an error", name, c.actual, ok, err)
			}
		}
	}
	for name, m := range every {
		for _, bare := range []any{http.Header{}, []result.Header{}} {
			_, err := m.matcher.Match(bare)
			want := map[string]string{
				"headers": "",
				"status":  "match: no status is in a " + typeOf(bare) + "; give a result.Exchange, *result.Exchange, result.Response or *http.Response",
				"request": "match.GrantPreflight needs the request too, which a " + typeOf(bare) + " does not have; give a result.Exchange, *result.Exchange or *http.Response with its Request",
			}[m.needs]
			if got := textOf(err); m.needs != "cell" && got != want {
				t.Errorf("%s of a bare %T: %q, want %q", name, bare, got, want)
			}
		}
	}
}

func typeOf(v any) string {
	if _, ok := v.(http.Header); ok {
		return "http.Header"
	}
	return "[]result.Header"
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// A constructor that was given what it does not take fails every match, its negation too, and says so.
func TestMisuse(t *testing.T) {
	for _, c := range []struct {
		matcher types.GomegaMatcher
		want    string
	}{
		{match.AllowOrigin(nil), "match.AllowOrigin takes a string or a gomega matcher, not\n    <nil>: nil"},
		{match.AllowOrigin([]string{"*"}), "match.AllowOrigin takes a string or a gomega matcher, not\n    <[]string | len:1, cap:1>: [\"*\"]"},
		{match.MaxAge("600"), "match.MaxAge takes an int or a gomega matcher, not\n    <string>: 600"},
		{match.MaxAge(int64(5)), "match.MaxAge takes an int or a gomega matcher, not\n    <int64>: 5"},
		{match.HaveStatus(), "match.HaveStatus needs at least one status"},
		{match.HaveStatus("200"), "match.HaveStatus takes ints or one gomega matcher, not\n    <string>: 200"},
		{match.HaveStatus(200, "204"), "match.HaveStatus takes ints or one gomega matcher, not\n    <string>: 204"},
		{match.NoHeader(), "match.NoHeader needs at least one name"},
		{match.AllowMethods(), `match.AllowMethods needs at least one name; match.NoHeader("Access-Control-Allow-Methods") is for none`},
		{match.AllowHeaders([]string{}), `match.AllowHeaders needs at least one name; match.NoHeader("Access-Control-Allow-Headers") is for none`},
		{match.ExposeHeaders(""), `match.ExposeHeaders needs at least one name; match.NoHeader("Access-Control-Expose-Headers") is for none`},
		{match.VaryOn(" , "), `match.VaryOn needs at least one name; match.NoHeader("Vary") is for none`},
		{match.AllowMethods("GET", 5), "match.AllowMethods takes strings, one []string or one gomega matcher, not\n    <int>: 5"},
		{match.ErrorCode(403), "match.ErrorCode takes a string or a gomega matcher, not\n    <int>: 403"},
		{match.RefusePreflight("a", "b"), "match.RefusePreflight takes at most one code, not 2"},
	} {
		for _, actual := range []any{granted, refused, nil} {
			for _, m := range []types.GomegaMatcher{c.matcher, gomega.Not(c.matcher)} {
				if ok, err := m.Match(actual); ok || textOf(err) != c.want {
					t.Errorf("%t, %v\nwant %s", ok, err, c.want)
				}
			}
		}
		if got := c.matcher.FailureMessage(granted); got != c.want {
			t.Errorf("as a message: %s\nwant %s", got, c.want)
		}
	}
	if ok, err := match.RefusePreflight(5).Match(refused); ok || textOf(err) != "match.ErrorCode takes a string or a gomega matcher, not\n    <int>: 5" {
		t.Errorf("RefusePreflight(5): %t, %v", ok, err)
	}
}

// All six forms of an answer are read alike.
func TestForms(t *testing.T) {
	lines := headers("Access-Control-Allow-Origin: *", "Vary: Origin")
	response := result.Response{Status: 200, Headers: lines}
	ex := result.Exchange{Response: response}
	web := http.Header{"Access-Control-Allow-Origin": {"*"}, "Vary": {"Origin"}}
	forms := []any{ex, &ex, response, &http.Response{StatusCode: http.StatusOK, Header: web}, web, lines}
	for _, form := range forms {
		for _, m := range []types.GomegaMatcher{match.AllowOrigin("*"), match.VaryOn("origin"), match.NoHeader("Access-Control-Max-Age"), gomega.Not(match.NoCORSHeaders()), gomega.Not(match.Credentials())} {
			if ok, err := m.Match(form); !ok || err != nil {
				t.Errorf("%T: %t, %v\n%s", form, ok, err, m.FailureMessage(form))
			}
		}
		hasStatus := slices.ContainsFunc(forms[:4], func(f any) bool { return sameType(f, form) })
		if ok, err := match.HaveStatus(200).Match(form); ok != hasStatus || err == nil != hasStatus {
			t.Errorf("the status of a %T: %t, %v", form, ok, err)
		}
	}
}

func sameType(a, b any) bool { return reflect.TypeOf(a) == reflect.TypeOf(b) }
