package reports

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corsprobe/runner/result"
)

// visited is a page whose request goes through a hostile preflight and comes to an answer of that verdict.
func visited(gets result.Gets) result.Page {
	preflight := result.PageStep{
		Exchange: exchange("preflight", "OPTIONS", "https://app.example.com", 200, "Access-Control-Allow-Origin", "https://app.example.com", "X-Odd", hostile),
		Curl:     "curl -sS -i -X 'OPTIONS' \"$URL\"",
		Verdict:  result.PageVerdict{Allowed: true},
		Standard: &result.PageVerdict{Code: "authorization-needs-name", Sentence: "authorization is not listed by name"},
	}
	actual := result.PageStep{
		Exchange: exchange("actual", "PUT", "https://app.example.com", 200, "ETag", `"1"`),
		Curl:     "curl -sS -i -X 'PUT' \"$URL\"",
		Verdict:  result.PageVerdict{Allowed: true},
		Findings: broken().Findings, Explanation: "Rule 1 matches.",
	}
	if gets == result.Blocked {
		actual.Findings = nil
		actual.Verdict = result.PageVerdict{Code: "allow-origin-missing", Sentence: "the answer has no Access-Control-Allow-Origin", Chromium: "kMissingAllowOriginHeader", Firefox: "CORSMissingAllowOrigin"}
	}
	return result.Page{
		Version: 1, Tool: "corsprobe 0.1.0", Origin: "https://app.example.com", Method: "PUT", URL: "https://s3.example.com/b/k?X-Amz-Signature=REDACTED",
		Headers: []string{"authorization", "content-type"}, Credentials: true, Gets: gets, Sentence: actual.Verdict.Sentence,
		Steps: []result.PageStep{preflight, actual}, Readable: []string{"content-type"}, Hidden: []string{"etag"}, Notes: []string{"the first note " + hostile},
	}
}

func page(t *testing.T, p result.Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := WritePage(&b, p, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPageGolden(t *testing.T) {
	golden(t, "page-readable.txt", []byte(page(t, visited(result.Readable))))
	golden(t, "page-blocked.txt", []byte(page(t, visited(result.Blocked))))
}

func TestPageInWords(t *testing.T) {
	clean := visited(result.Readable)
	clean.Steps[1].Findings = nil
	lost := visited(result.Unreachable)
	lost.Steps, lost.Sentence = nil, "connection refused"
	permitted := visited(result.Permitted)
	permitted.Steps = permitted.Steps[:1]
	for want, p := range map[string]result.Page{
		"Readable: the page gets the answer.":                                                      clean,
		"Readable: the page gets the answer. Not as S3 answers by this configuration: 2 findings.": visited(result.Readable),
		"Permitted: the preflight lets the request go on.":                                         permitted,
		"Blocked: the answer has no Access-Control-Allow-Origin.":                                  visited(result.Blocked),
		"Unreachable: connection refused.":                                                         lost,
	} {
		lines := strings.Split(strings.TrimRight(page(t, p), "\n"), "\n")
		if got := lines[len(lines)-1]; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// Nothing that a server sent may reach a terminal as a control character, and JSON gives it back.
func TestPageIsHarmless(t *testing.T) {
	var b bytes.Buffer
	if err := WritePageJSON(&b, visited(result.Readable)); err != nil {
		t.Fatal(err)
	}
	for i, r := range page(t, visited(result.Readable)) + b.String() {
		if r != '\n' && (r < ' ' || (r >= 0x7f && r < 0xa0) || r == 0x202e) {
			t.Fatalf("%U at byte %d", r, i)
		}
	}
	var back result.Page
	if err := json.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	want := visited(result.Readable)
	want.Steps[0].Exchange.Response.Headers[1].Value = strings.ToValidUTF8(hostile, "\ufffd\ufffd") // two bytes that are no UTF-8
	want.Notes[0] = "the first note " + strings.ToValidUTF8(hostile, "\ufffd\ufffd")
	if diff := cmp.Diff(want, back); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPageReportsErrors(t *testing.T) {
	for _, room := range []int{0, 100, 1000} {
		if err := WritePage(&failing{room}, visited(result.Readable), TextOptions{}); err == nil {
			t.Errorf("no error with room for %d bytes", room)
		}
	}
}
