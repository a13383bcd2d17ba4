package console

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/fetch"
	"corsprobe/runner/s3cors"

	"github.com/google/go-cmp/cmp"
)

// Every entry of the data has what an answer needs, and names only values that are filled in.
func TestMeanings(t *testing.T) {
	names := regexp.MustCompile(`\{([a-z]+)\}`)
	for _, m := range append(slices.Clone(browserMeanings()), s3Meanings()...) {
		if m.Means == "" || len(m.Causes) != 3 || !slices.Contains([]string{"preflight", "actual", "credentials", "none"}, m.Asks) {
			t.Errorf("%s: it has no meaning, not three causes, or does not say what to ask", m.ID)
		}
		if !slices.Contains([]string{"", "rule", "expose"}, m.Write) || m.Write == "" && m.Note == "" && !m.Quiet {
			t.Errorf("%s: it does not say what to write", m.ID)
		}
		if m.Asks != "none" && m.Read == "" {
			t.Errorf("%s: it does not say what the command shows", m.ID)
		}
		for _, found := range names.FindAllStringSubmatch(strings.Join(append([]string{m.Means, m.Note, m.Read}, m.Causes...), " "), -1) {
			if _, ok := unknown[found[1]]; !ok {
				t.Errorf("%s: nothing fills {%s}", m.ID, found[1])
			}
		}
		if err := s3cors.Validate(&s3cors.Configuration{CORSRules: []s3cors.Rule{Message{Meaning: m}.rule()}}); err != nil {
			t.Errorf("%s: S3 refuses what is to be written: %v", m.ID, err)
		}
	}
	for _, m := range s3Meanings() {
		if m.Cause == "" || strings.HasSuffix(m.Cause, ".") {
			t.Errorf("%s: its cause is no clause: %q", m.ID, m.Cause)
		}
	}
}

// Every sentence of the data is recognised by itself, for what it is.
func TestSentencesAreRecognised(t *testing.T) {
	sample := strings.NewReplacer("{url}", "https://s3.example.com/b/k", "{origin}", "https://app.example.com", "{method}", "PUT", "{header}", "x-amz-date", "{value}", "planted", "{status}", "403")
	for _, m := range browserMeanings() {
		for _, text := range slices.Concat(m.Chromium, m.Firefox, m.Safari) {
			all := Read(sample.Replace(text) + ".")
			if len(all) != 1 || all[0].Meaning != m {
				t.Errorf("%q of %s is read as %v", text, m.ID, saidAll(sample.Replace(text)+"."))
			}
		}
	}
}

// Every reason of package fetch that a console can show has a meaning.
func TestReasonsHaveMeanings(t *testing.T) {
	silent := []fetch.Reason{
		fetch.MethodForbidden, // a script's own error tells of it, before any request
		fetch.RedirectStream,  // a console has no sentence of its own for it
	}
	for _, r := range fetch.Reasons {
		if ByReason(string(r.Reason)) == nil && !slices.Contains(silent, r.Reason) {
			t.Errorf("%s has none", r.Reason)
		}
	}
	if ByReason("nonesuch") != nil || ByReason("") != nil {
		t.Error("what is no reason has a meaning")
	}
}

func TestExplain(t *testing.T) {
	s := Explain(Read(blockedBy + "Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.")[0])
	if s.Chromium != "kMethodDisallowedByPreflightResponse" || s.Firefox != "CORSMethodNotFound" {
		t.Errorf("named %q, %q", s.Chromium, s.Firefox)
	}
	if want := "The preflight was answered, and its Access-Control-Allow-Methods does not list PUT."; s.Means != want {
		t.Errorf("means %q, want %q", s.Means, want)
	}
	want := `{"CORSRules": [{
  "AllowedOrigins": ["https://app.example.com"],
  "AllowedMethods": ["PUT"],
  "AllowedHeaders": ["*"],
  "ExposeHeaders": ["ETag"]
}]}
`
	if diff := cmp.Diff(want, s.Configuration); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	cfg, err := s3cors.ParseJSON([]byte(s.Configuration))
	if err != nil || s3cors.Validate(cfg) != nil {
		t.Errorf("the configuration is none: %v", err)
	}
}

func TestExplainCommands(t *testing.T) {
	for text, want := range map[string]string{
		blockedBy + "No 'Access-Control-Allow-Origin' header is present on the requested resource.":                                                                                                                                      "corsprobe probe https://my-bucket.s3.example.com/k --origin https://app.example.com",
		blockedBy + preflight + "It does not have HTTP ok status.":                                                                                                                                                                       "corsprobe probe https://my-bucket.s3.example.com/k --origin https://app.example.com --method PUT",
		blockedBy + "Method delete is not allowed by Access-Control-Allow-Methods in preflight response.":                                                                                                                                "corsprobe probe https://my-bucket.s3.example.com/k --origin https://app.example.com --method DELETE",
		blockedBy + "Method POST is not allowed by Access-Control-Allow-Methods in preflight response.":                                                                                                                                  "corsprobe probe https://my-bucket.s3.example.com/k --origin https://app.example.com --method POST --preflight",
		blockedBy + "Request header field x-amz-date is not allowed by Access-Control-Allow-Headers in preflight response.":                                                                                                              "corsprobe probe https://my-bucket.s3.example.com/k --origin https://app.example.com --header x-amz-date",
		blockedBy + "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'.":                                                               "corsprobe probe https://my-bucket.s3.example.com/k --origin https://app.example.com --credentials",
		"Access to fetch at 'https://b.example.com/k' (redirected from 'https://a.example.com/x?n=1') from origin 'null' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.": "corsprobe probe 'https://a.example.com/x?n=1' --origin null",
		"Preflight response is not successful":                                                     `corsprobe probe "$URL" --origin "$ORIGIN" --method PUT`,
		`Refused to get unsafe header "ETag"`:                                                      `corsprobe probe "$URL" --origin "$ORIGIN"`,
		`Refused to set unsafe header "host"`:                                                      "",
		"Fetch API cannot load https://s3.example.com/it's;rm$(x)|y due to access control checks.": `corsprobe probe 'https://s3.example.com/it'\''s;rm$(x)|y' --origin "$ORIGIN"`,
	} {
		if got := Explain(Read(text)[0]).Command; got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

// S3 has no such method, and nothing that is written permits it.
func TestExplainUnknownMethod(t *testing.T) {
	s := Explain(Read(blockedBy + "Method patch is not allowed by Access-Control-Allow-Methods in preflight response.")[0])
	if want := "S3 has no method patch, so no configuration permits it: it knows GET, PUT, POST, DELETE, HEAD."; s.Note != want || s.Configuration != "" {
		t.Errorf("note %q, want %q; configuration %s", s.Note, want, s.Configuration)
	}
}

// What is as good as a key is not given back, wherever it stands in a text.
func TestNothingSecret(t *testing.T) {
	signed := "https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAPLANTED%2F20260101%2Fus-east-1&X-Amz-Date=20260101T000000Z&X-Amz-Security-Token=planted-token&X-Amz-Signature=planted0123&x-id=GetObject#planted"
	for _, text := range []string{
		strings.ReplaceAll(blockedBy, address, signed) + "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
		strings.ReplaceAll(firefoxAt, address, signed) + "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 403.",
		"Fetch API cannot load " + signed + " due to access control checks.",
		"Access to fetch at 'https://a.example.com/k' (redirected from '" + signed + "') from origin 'https://app.example.com' has been blocked by CORS policy: whatever",
		strings.ReplaceAll(blockedBy, address, "https://user:planted@s3.example.com/k?access_token=planted&opaque="+strings.Repeat("planted", 9)) + "x",
		blockedBy + "Redirect location 'https://user:planted@s3.example.com/?sig=planted' contains a username and password, which is disallowed for cross-origin requests.",
		blockedBy + "The 'Access-Control-Allow-Origin' header has a value 'https://x.example.com/?token=planted' that is not equal to the supplied origin.",
		document("SignatureDoesNotMatch", "see https://s3.example.com/?Signature=planted", "<AWSAccessKeyId>AKIAPLANTED</AWSAccessKeyId><StringToSign>planted</StringToSign>"),
	} {
		all := Read(text)
		if len(all) == 0 {
			t.Errorf("%s: not recognised", text)
		}
		for _, m := range all {
			out, _ := json.Marshal(Explain(m))
			if regexp.MustCompile(`(?i)planted`).Match(out) {
				t.Errorf("it is given back:\n%s\nof %s", out, text)
			}
		}
	}
	s := Explain(Read("Fetch API cannot load " + signed + " due to access control checks.")[0])
	if s.Command != `corsprobe probe "$URL" --origin "$ORIGIN"` || !strings.Contains(s.Assumes[0], "as good as the right itself") {
		t.Errorf("command %q %q", s.Command, s.Assumes)
	}
	if want := "https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=REDACTED&X-Amz-Date=20260101T000000Z&X-Amz-Security-Token=REDACTED&X-Amz-Signature=REDACTED&x-id=GetObject"; s.URL != want {
		t.Errorf("shown as %s", s.URL)
	}
}

func FuzzRead(f *testing.F) {
	for _, text := range []string{blockedBy + "Method PUT is not allowed", firefoxAt, document("A", "b", ""), "Status code: 403", "GET https://x/?Signature=planted-secret", "\x1b[31m", "Cross-origin redirection to x denied by Cross-Origin Resource Sharing policy: Origin y is not allowed by Access-Control-Allow-Origin"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, m := range Read(text) {
			s := Explain(m)
			if s.Means == "" || len(s.Causes) != 3 {
				t.Errorf("nothing is said of %v", m)
			}
			if strings.ContainsAny(s.Command+s.Means+s.URL+s.Origin, "\x00\x1b\n") {
				t.Errorf("a control character got through: %q", s)
			}
		}
	})
}
