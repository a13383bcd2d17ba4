package judge

import (
	"strings"
	"testing"

	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/runner/s3cors/fact"

	"github.com/google/go-cmp/cmp"
)

const app = "https://app.example.com"

// config is what the cases are judged under.
var config = &s3cors.Configuration{CORSRules: []s3cors.Rule{{
	AllowedOrigins: []string{app},
	AllowedMethods: []string{"GET", "PUT"},
	AllowedHeaders: []string{"x-amz-*"},
	ExposeHeaders:  []string{"ETag"},
}}}

const (
	vary    = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"
	refusal = `<Error><Code>AccessForbidden</Code><Message>` + s3cors.MessageNotAllowed + `</Message><Method>PUT</Method><ResourceType>OBJECT</ResourceType></Error>`
)

// right is what S3 answers to the preflight of a PUT that asks for x-amz-date.
var right = []result.Header{
	{Name: "Access-Control-Allow-Origin", Value: app},
	{Name: "Access-Control-Allow-Credentials", Value: "true"},
	{Name: "Access-Control-Allow-Methods", Value: "GET, PUT"},
	{Name: "Access-Control-Allow-Headers", Value: "x-amz-date"},
	{Name: "Access-Control-Expose-Headers", Value: "ETag"},
	{Name: "Vary", Value: vary},
}

// but is the right answer with one header replaced, or left out where no value is given.
func but(name string, values ...string) []result.Header {
	var lines []result.Header
	for _, h := range right {
		if h.Name != name {
			lines = append(lines, h)
		}
	}
	for _, v := range values {
		lines = append(lines, result.Header{Name: name, Value: v})
	}
	return lines
}

// TestPreflightFindings changes one thing at a time in the answer to a preflight, and expects one finding that names it and what it costs.
func TestPreflightFindings(t *testing.T) {
	type finding struct {
		Check string
		Class result.Class
		Got   string
		Why   string
	}
	cases := []struct {
		desc   string
		origin string
		answer result.Response
		want   []finding
	}{
		{desc: "right", answer: result.Response{Status: 200, Headers: right}},
		{desc: "right, lists without spaces and names in lower case", answer: result.Response{Status: 200, Headers: append(but("Access-Control-Allow-Methods"), result.Header{Name: "access-control-allow-methods", Value: "GET,PUT"})}},
		{desc: "right, Vary in several lines with more", answer: result.Response{Status: 200, Headers: but("Vary", "access-control-request-method, origin", "Accept-Encoding", "Access-Control-Request-Headers")}},
		{desc: "no Vary", answer: result.Response{Status: 200, Headers: but("Vary")},
			want: []finding{{"preflight.vary", result.Contract, "absent, beside Access-Control-Allow-Origin: " + app, "absent"}}},
		{desc: "the pattern in Allow-Headers", answer: result.Response{Status: 200, Headers: but("Access-Control-Allow-Headers", "x-amz-*")},
			want: []finding{{"preflight.allow-headers", result.Breakage, "Access-Control-Allow-Headers: x-amz-*", "missing x-amz-date; extra x-amz-*"}}},
		{desc: "no Allow-Credentials", answer: result.Response{Status: 200, Headers: but("Access-Control-Allow-Credentials")},
			want: []finding{{"preflight.allow-credentials", result.Breakage, "absent", "absent"}}},
		{desc: "a star for the origin", answer: result.Response{Status: 200, Headers: but("Access-Control-Allow-Origin", "*")},
			want: []finding{{"preflight.allow-origin", result.Breakage, "Access-Control-Allow-Origin: *", "another value"}}},
		{desc: "Allow-Origin twice", answer: result.Response{Status: 200, Headers: but("Access-Control-Allow-Origin", app, app)},
			want: []finding{{"preflight.allow-origin", result.Breakage, "Access-Control-Allow-Origin: " + app + "; Access-Control-Allow-Origin: " + app, "sent twice"}}},
		{desc: "only the requested method", answer: result.Response{Status: 200, Headers: but("Access-Control-Allow-Methods", "PUT")},
			want: []finding{{"preflight.allow-methods", result.Contract, "Access-Control-Allow-Methods: PUT", "missing GET"}}},
		{desc: "another method too, which no rule permits", answer: result.Response{Status: 200, Headers: but("Access-Control-Allow-Methods", "GET, PUT, DELETE")},
			want: []finding{{"preflight.allow-methods", result.Exposure, "Access-Control-Allow-Methods: GET, PUT, DELETE", "extra DELETE"}}},
		{desc: "every header granted", answer: result.Response{Status: 200, Headers: but("Access-Control-Allow-Headers", "*")},
			want: []finding{{"preflight.allow-headers", result.Exposure, "Access-Control-Allow-Headers: *", "missing x-amz-date; extra *"}}},
		{desc: "nothing but 200", answer: result.Response{Status: 200},
			want: []finding{{"preflight.allow-origin", result.Breakage, "absent, as is every other CORS header", "absent"}}},
		{desc: "refused", answer: result.Response{Status: 403, Body: refusal},
			want: []finding{{"preflight.status", result.Breakage, "403 AccessForbidden", "a rule permits this preflight"}}},
		{desc: "204", answer: result.Response{Status: 204, Headers: right},
			want: []finding{{"preflight.status", result.Contract, "204", "a rule permits this preflight"}}},
		{desc: "an unlisted origin is refused", origin: "https://evil.example", answer: result.Response{Status: 403, Body: refusal}},
		{desc: "an unlisted origin is reflected", origin: "https://evil.example", answer: result.Response{Status: 200, Headers: but("Access-Control-Allow-Origin", "https://evil.example")},
			want: []finding{{"preflight.status", result.Exposure, "200", "no rule permits this preflight"}}},
		{desc: "an unlisted origin gets a bare 200", origin: "https://evil.example", answer: result.Response{Status: 200},
			want: []finding{{"preflight.status", result.Contract, "200", "no rule permits this preflight"}}},
		{desc: "refused with another code", origin: "https://evil.example", answer: result.Response{Status: 403, Body: "<Error><Code>AccessDenied</Code></Error>"},
			want: []finding{{"preflight.error-code", result.Contract, "AccessDenied", "the error document's Code differs"}}},
		{desc: "refused with an element in another case", origin: "https://evil.example", answer: result.Response{Status: 403, Body: strings.ReplaceAll(refusal, "ResourceType", "Resourcetype")},
			want: []finding{{"preflight.error-resource-type", result.Contract, "absent, but there is <Resourcetype>OBJECT</Resourcetype>", "the error document's ResourceType differs"}}},
		{desc: "refused without a document", origin: "https://evil.example", answer: result.Response{Status: 403},
			want: []finding{{"preflight.error-code", result.Contract, "an empty body", "S3 answers with an error document"}}},
		{desc: "refused with an Allow-Origin all the same", origin: "https://evil.example", answer: result.Response{Status: 403, Body: refusal, Headers: []result.Header{{Name: "Access-Control-Allow-Origin", Value: "*"}}},
			want: []finding{{"preflight.allow-origin", result.Contract, "Access-Control-Allow-Origin: *", "S3 sends Access-Control-Allow-Origin only where a rule makes it"}}},
	}
	for _, c := range cases {
		t.Run(c.desc, func(t *testing.T) {
			if c.origin == "" {
				c.origin = app
			}
			var got []finding
			for _, f := range judged(preflightOf(c.origin), c.answer) {
				if f.Check == "preflight.status" && f.Class != result.Contract {
					f.Got = f.Got[:min(len(f.Got), len("403 AccessForbidden"))]
				}
				got = append(got, finding{f.Check, f.Class, trimCORS(f.Got), f.Why})
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// trimCORS cuts the headers that a status is quoted with.
func trimCORS(got string) string {
	for i := range got {
		if i+6 <= len(got) && got[i:i+6] == " with " {
			return got[:i]
		}
	}
	return got
}

func preflightOf(origin string) Page {
	method, headers := "PUT", "x-amz-date"
	return Page{
		Kind:    Preflight,
		Config:  config,
		Asked:   s3cors.Request{Method: "OPTIONS", Target: s3cors.Object, Origin: &origin, RequestMethod: &method, RequestHeaders: &headers},
		Request: fetch.Request{Method: method, Origin: origin, UnsafeNames: []string{headers}},
	}
}

func judged(p Page, answer result.Response) []result.Finding {
	ex := result.Exchange{Response: answer}
	return p.Findings(Nearest(p.Kind, s3cors.Evaluate(p.Config, p.Asked), nil, ex), ex)
}

// TestActualFindings does the same for the answer to a GET.
func TestActualFindings(t *testing.T) {
	origin := app
	q := Page{
		Kind:    Actual,
		Config:  config,
		Asked:   s3cors.Request{Method: "GET", Target: s3cors.Object, Origin: &origin, Outcome: s3cors.Outcome{Status: []int{200}}},
		Request: fetch.Request{Method: "GET", Origin: origin},
	}
	cases := []struct {
		desc    string
		headers []result.Header
		check   string
		class   result.Class
	}{
		{"right", but("Access-Control-Allow-Headers"), "", ""},
		{"no Vary", withoutName(but("Access-Control-Allow-Headers"), "Vary"), "actual.vary", result.Cache},
		{"Vary by headers alone", append(withoutName(but("Access-Control-Allow-Headers"), "Vary"), result.Header{Name: "Vary", Value: "Access-Control-Request-Headers"}), "actual.vary", result.Cache},
		{"Vary by Origin alone", append(withoutName(but("Access-Control-Allow-Headers"), "Vary"), result.Header{Name: "Vary", Value: "Origin"}), "actual.vary", result.Contract},
		{"another origin", append(withoutName(but("Access-Control-Allow-Headers"), "Access-Control-Allow-Origin"), result.Header{Name: "Access-Control-Allow-Origin", Value: "https://evil.example"}), "actual.allow-origin", result.Breakage},
		{"the list of allowed headers", but("Access-Control-Allow-Headers", "x-amz-*"), "actual.allow-headers", result.Contract},
		{"nothing exposed", withoutName(but("Access-Control-Allow-Headers"), "Access-Control-Expose-Headers"), "actual.expose-headers", result.Breakage},
		{"more exposed", append(withoutName(but("Access-Control-Allow-Headers"), "Access-Control-Expose-Headers"), result.Header{Name: "Access-Control-Expose-Headers", Value: "ETag, x-amz-request-id"}), "actual.expose-headers", result.Exposure},
	}
	for _, c := range cases {
		t.Run(c.desc, func(t *testing.T) {
			headers := append([]result.Header{{Name: "ETag", Value: `"1"`}, {Name: "x-amz-request-id", Value: "1"}}, c.headers...)
			found := judged(q, result.Response{Status: 200, Headers: headers})
			switch {
			case c.check == "" && len(found) > 0:
				t.Errorf("got %+v, want no finding", found)
			case c.check != "" && (len(found) != 1 || found[0].Check != c.check || found[0].Class != c.class):
				t.Errorf("got %+v, want %s as %s alone", found, c.check, c.class)
			}
		})
	}
}

func withoutName(lines []result.Header, name string) []result.Header {
	var rest []result.Header
	for _, h := range lines {
		if h.Name != name {
			rest = append(rest, h)
		}
	}
	return rest
}

// A wording is told, and never held against anybody: also where something else is wrong, but not where the error is another.
func TestWordings(t *testing.T) {
	page := preflightOf("https://evil.example")
	document := func(code, message, method string) string {
		return "<Error><Code>" + code + "</Code><Message>" + message + "</Message><Method>" + method + "</Method><ResourceType>OBJECT</ResourceType></Error>"
	}
	for _, c := range []struct {
		name, body string
		told       string
		findings   int
	}{
		{"S3's", refusal, "", 0},
		{"another", document("AccessForbidden", "No.", "PUT"), `"No."`, 0},
		{"another, beside a wrong method", document("AccessForbidden", "No.", "GET"), `"No."`, 1},
		{"another error's", document("AccessDenied", "No.", "PUT"), "", 1},
		{"none", "", "", 1},
	} {
		j := Nearest(Preflight, s3cors.Evaluate(page.Config, page.Asked), nil, result.Exchange{Response: result.Response{Status: 403, Body: c.body}})
		told := ""
		for _, choice := range j.Choices {
			told += choice.Choice
		}
		if told != c.told || len(j.Differences) != c.findings {
			t.Errorf("%s: told %s, %d differences, want %s and %d", c.name, told, len(j.Differences), c.told, c.findings)
		}
	}
}

// What rests on other implementations alone says so.
func TestWeak(t *testing.T) {
	const words = "; that is known from other implementations only, not from AWS"
	for _, c := range []struct {
		facts []int
		want  string
	}{
		{nil, ""}, {[]int{fact.UnknownMethod}, words}, {[]int{fact.BadHeaderName, fact.OrderOfChecks}, words}, {[]int{fact.EmptyMember}, ""},
		{[]int{fact.MissingMethod}, words}, {[]int{fact.UnknownMethod, fact.PreflightRefused}, ""}, {[]int{100_000}, ""},
	} {
		if got := Weak(c.facts); got != c.want {
			t.Errorf("%v: %q, want %q", c.facts, got, c.want)
		}
	}
	page := preflightOf(app)
	method := "PATCH"
	page.Asked.RequestMethod = &method
	findings := judged(page, result.Response{Status: 403})
	if len(findings) != 1 || !strings.HasSuffix(findings[0].Why, words) {
		t.Errorf("%+v", findings)
	}
}
