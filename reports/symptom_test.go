package reports

import (
	"bytes"
	"encoding/json"
	"testing"

	"corsprobe/runner/result"
)

func symptoms() []result.Symptom {
	return []result.Symptom{
		{
			Source: "Chromium", ID: "method-denied", URL: "https://s3.example.com/b/k", Origin: "https://app.example.com", Method: "PUT", Status: "403",
			RedirectedFrom: "https://www.example.com/k", Chromium: "kMethodDisallowedByPreflightResponse", Firefox: "CORSMethodNotFound",
			Means:   "The preflight was answered, and its Access-Control-Allow-Methods does not list PUT, which is a sentence that is long enough to be wrapped.",
			Causes:  []string{"The first " + hostile, "The second.", "The third."},
			Command: "corsprobe probe https://s3.example.com/b/k --origin https://app.example.com --method PUT", Reads: "It shows the list.", Assumes: []string{"Add --header NAME."},
			Configuration: "{\"CORSRules\": [{\n  \"AllowedOrigins\": [\"https://app.example.com\"]\n}]}\n", Note: "In place of one put another.",
		},
		{Source: "S3", ID: "s3-region", Code: "PermanentRedirect", Message: "Please " + hostile, Endpoint: "b.s3.eu-west-1.amazonaws.com", Region: "eu-west-1", Means: "It is elsewhere.", Causes: []string{"One.", "Two.", "Three."}, Note: "Nothing."},
	}
}

func TestSymptomsGolden(t *testing.T) {
	var b bytes.Buffer
	if err := WriteSymptoms(&b, symptoms(), TextOptions{}); err != nil {
		t.Fatal(err)
	}
	golden(t, "symptoms.txt", b.Bytes())
}

func TestSymptomsJSON(t *testing.T) {
	var b bytes.Buffer
	if err := WriteSymptomsJSON(&b, symptoms()); err != nil {
		t.Fatal(err)
	}
	var back []result.Symptom
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || len(back) != 2 || back[0].Command != symptoms()[0].Command || len(back[1].Causes) != 3 {
		t.Errorf("%v: %+v", err, back)
	}
	b.Reset()
	if err := WriteSymptomsJSON(&b, nil); err != nil || b.String() != "[]\n" {
		t.Errorf("%v: %q", err, b.String())
	}
}

func explanation() result.Explanation {
	return result.Explanation{
		Origin: "https://app.example.com", Method: "PUT", Headers: []string{"x-amz-date"}, Credentials: true, Remarks: []string{"put is sent as PUT"},
		Rules:     []result.ExplainedRule{{Rule: 1, Sentence: "Rule 1: PUT is not in AllowedMethods (GET) " + hostile + "."}},
		Preflight: &result.ExplainedAnswer{Status: 403, Code: "AccessForbidden", Verdict: result.PageVerdict{Code: "preflight-allow-origin-missing", Sentence: "the preflight's answer has no Access-Control-Allow-Origin"}},
		Gets:      result.Blocked, Notes: []string{"a note"},
		Change: &result.ConfigurationChange{What: []string{"add PUT to AllowedMethods of rule 1"}, Also: []string{"it permits PUT from https://a.example.com as well"},
			Diff: "--- cors.json\n+++ cors.json\n@@ -5,3 +5,4 @@\n       \"AllowedMethods\": [\n-        \"GET\"\n+        \"GET\",\n+        \"PUT\"\n"},
	}
}

func TestExplanationGolden(t *testing.T) {
	through := explanation()
	through.Change, through.Notes, through.Gets = nil, nil, result.Readable
	through.Rules = []result.ExplainedRule{{Rule: 1, Matched: true, Answers: true, Sentence: "Rule 1 matches: all is listed."}}
	through.Preflight = &result.ExplainedAnswer{Status: 200, Headers: []result.Header{{Name: "Access-Control-Allow-Origin", Value: "https://app.example.com"}}, Verdict: result.PageVerdict{Allowed: true},
		Standard: &result.PageVerdict{Code: "authorization-needs-name", Sentence: "authorization is not listed by name"}}
	through.Actual = &result.ExplainedAnswer{Status: 200, Headers: through.Preflight.Headers, Verdict: result.PageVerdict{Allowed: true}}
	through.Readable = []string{"cache-control", "etag"}
	hidden := explanation()
	hidden.Preflight, hidden.Change = nil, nil
	hidden.Actual = &result.ExplainedAnswer{Status: 200, Verdict: result.PageVerdict{Sentence: "the answer has no Access-Control-Allow-Origin"}}
	for range 20 {
		hidden.Rules = append(hidden.Rules, hidden.Rules[0])
	}
	var b bytes.Buffer
	for _, e := range []result.Explanation{explanation(), through, hidden} {
		if err := WriteExplanation(&b, e, TextOptions{}); err != nil {
			t.Fatal(err)
		}
		b.WriteString("=====\n")
	}
	golden(t, "explanations.txt", b.Bytes())
}
