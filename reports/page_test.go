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

// What lies behind it is told before the exchanges, and in the verdict.
func TestPageCauseGolden(t *testing.T) {
	refused := visited(result.Blocked)
	refused.Cause = &result.PageCause{Code: "s3-no-rule", Sentence: "none of the rules fits " + hostile, Do: []string{"aws s3api get-bucket-cors --bucket BUCKET > cors.json", "corsprobe explain"}, Likely: []string{"The origin differs.", "The method is not listed."}}
	refused.Chromium = &result.Chromium{Code: "MissingAllowOriginHeader", Console: "Access to fetch at … has been blocked " + hostile}
	spoilt := visited(result.Readable)
	spoilt.Steps[1].Findings = nil
	spoilt.Cause = &result.PageCause{Code: "image-first", Sentence: "an image that came first breaks the page", Do: []string{"set crossorigin"}}
	bare := exchange("without-origin", "GET", "", 200, "Last-Modified", "Wed, 01 Jul 2026 00:00:00 GMT")
	spoilt.WithoutOrigin, spoilt.Chromium = &bare, &result.Chromium{Resolved: true, Status: 200, Disagreement: "it differs"}
	golden(t, "page-cause.txt", []byte(page(t, refused)+"=====\n"+page(t, spoilt)))
}

func TestPageInWords(t *testing.T) {
	clean := visited(result.Readable)
	clean.Steps[1].Findings = nil
	lost := visited(result.Unreachable)
	lost.Steps, lost.Sentence = nil, "connection refused"
	permitted := visited(result.Permitted)
	permitted.Steps = permitted.Steps[:1]
	spoilt := clean
	spoilt.Cause = &result.PageCause{Sentence: "an image that came first breaks the page"}
	hidden := visited(result.Blocked)
	hidden.Cause = &result.PageCause{Sentence: "this bucket has no CORS configuration (403 AccessForbidden)"}
	refused := visited(result.Blocked)
	refused.Gets, refused.Cause = result.Refused, &result.PageCause{Sentence: "CORS is right, and S3 refuses the request with 403 AccessDenied"}
	bare := visited(result.Blocked)
	bare.Gets, bare.Sentence = result.Refused, "the page can read the answer, and it is an error: 418"
	for want, p := range map[string]result.Page{
		"Readable: the page gets the answer.":                                                                                                clean,
		"Readable: the page gets the answer. Not as S3 answers by this configuration: 2 findings.":                                           visited(result.Readable),
		"Permitted: the preflight lets the request go on.":                                                                                   permitted,
		"Blocked: the answer has no Access-Control-Allow-Origin.":                                                                            visited(result.Blocked),
		"Unreachable: connection refused.":                                                                                                   lost,
		"Readable: the page gets the answer. But an image that came first breaks the page.":                                                  spoilt,
		"Blocked: this bucket has no CORS configuration (403 AccessForbidden); to a browser, the answer has no Access-Control-Allow-Origin.": hidden,
		"Refused: CORS is right, and S3 refuses the request with 403 AccessDenied.":                                                          refused,
		"Refused: the page can read the answer, and it is an error: 418.":                                                                    bare,
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
