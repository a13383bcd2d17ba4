package console

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	blockedBy = "Access to fetch at 'https://my-bucket.s3.example.com/k' from origin 'https://app.example.com' has been blocked by CORS policy: "
	preflight = "Response to preflight request doesn't pass access control check: "
	firefoxAt = "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at https://my-bucket.s3.example.com/k. (Reason: "
	address   = "https://my-bucket.s3.example.com/k"
	app       = "https://app.example.com"
)

// said is what a message tells, in one line, for comparison.
func said(m Message) string {
	parts := []string{m.Source, m.Meaning.ID}
	for _, p := range []struct{ name, value string }{
		{"url", m.URL}, {"from", m.From}, {"origin", m.Origin}, {"method", m.Method}, {"header", m.Header}, {"value", m.Value}, {"status", m.Status},
	} {
		if p.value != "" {
			parts = append(parts, p.name+"="+p.value)
		}
	}
	if m.Error != nil {
		parts = append(parts, "code="+m.Error.Code)
	}
	return strings.Join(parts, " ")
}

func saidAll(text string) []string {
	var all []string
	for _, m := range Read(text) {
		all = append(all, said(m))
	}
	return all
}

const whole = " url=" + address + " origin=" + app

func TestReadChromium(t *testing.T) {
	for text, want := range map[string]string{
		blockedBy + "Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.":                                                                                                                                                                                         "method-denied" + whole + " method=PUT",
		blockedBy + "Method patch is not allowed by Access-Control-Allow-Methods in preflight response.":                                                                                                                                                                                       "method-denied" + whole + " method=patch",
		blockedBy + "No 'Access-Control-Allow-Origin' header is present on the requested resource.":                                                                                                                                                                                            "allow-origin-missing" + whole,
		blockedBy + "Request header field x-amz-meta-name is not allowed by Access-Control-Allow-Headers in preflight response.":                                                                                                                                                               "header-denied" + whole + " header=x-amz-meta-name",
		blockedBy + preflight + "It does not have HTTP ok status.":                                                                                                                                                                                                                             "preflight-status" + whole,
		blockedBy + preflight + "No 'Access-Control-Allow-Origin' header is present on the requested resource.":                                                                                                                                                                                "preflight-allow-origin-missing" + whole,
		blockedBy + preflight + "Redirect is not allowed for a preflight request.":                                                                                                                                                                                                             "preflight-redirect" + whole,
		blockedBy + "The 'Access-Control-Allow-Origin' header contains multiple values '*, *', but only one is allowed. Have the server send the header with a valid value.":                                                                                                                   "allow-origin-multiple" + whole + " value=*, *",
		blockedBy + "The 'Access-Control-Allow-Origin' header contains multiple values 'https://a.example.com, https://app.example.com', but only one is allowed. Have the server send the header with a valid value.":                                                                         "allow-origin-multiple" + whole + " value=https://a.example.com, https://app.example.com",
		blockedBy + "The 'Access-Control-Allow-Origin' header contains the invalid value 'true'. Have the server send the header with a valid value.":                                                                                                                                          "allow-origin-invalid" + whole + " value=true",
		blockedBy + "The 'Access-Control-Allow-Origin' header contains the invalid value ''.":                                                                                                                                                                                                  "allow-origin-invalid" + whole,
		blockedBy + "The 'Access-Control-Allow-Origin' header has a value 'https://app.example.com/' that is not equal to the supplied origin. Have the server send the header with a valid value.":                                                                                            "allow-origin-mismatch" + whole + " value=https://app.example.com/",
		blockedBy + "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'.":                                                                                                                     "wildcard-with-credentials" + whole,
		blockedBy + "The value of the 'Access-Control-Allow-Credentials' header in the response is '' which must be 'true' when the request's credentials mode is 'include'. The credentials mode of requests initiated by the XMLHttpRequest is controlled by the withCredentials attribute.": "credentials-not-true" + whole,
		blockedBy + preflight + "The 'Access-Control-Allow-Origin' header contains multiple values '*, *', but only one is allowed.":                                                                                                                                                           "preflight-allow-origin-multiple" + whole + " value=*, *",
		blockedBy + preflight + "The 'Access-Control-Allow-Origin' header contains the invalid value 'x'.":                                                                                                                                                                                     "preflight-allow-origin-invalid" + whole + " value=x",
		blockedBy + preflight + "The 'Access-Control-Allow-Origin' header has a value 'http://app.example.com' that is not equal to the supplied origin.":                                                                                                                                      "preflight-allow-origin-mismatch" + whole + " value=http://app.example.com",
		blockedBy + preflight + "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'.":                                                                                                         "preflight-wildcard-with-credentials" + whole,
		blockedBy + preflight + "The value of the 'Access-Control-Allow-Credentials' header in the response is 'false' which must be 'true' when the request's credentials mode is 'include'.":                                                                                                 "preflight-credentials-not-true" + whole + " value=false",
		blockedBy + "Cannot parse Access-Control-Allow-Methods response header field in preflight response.":                                                                                                                                                                                   "allow-methods-invalid" + whole,
		blockedBy + "Cannot parse Access-Control-Allow-Headers response header field in preflight response.":                                                                                                                                                                                   "allow-headers-invalid" + whole,
		blockedBy + "Redirect location 'https://u:planted@s3.example.com/' contains a username and password, which is disallowed for cross-origin requests.":                                                                                                                                   "redirect-credentials" + whole + " value=https://s3.example.com/",
		blockedBy + "Cross origin requests are only supported for protocol schemes: chrome, data, http, https.":                                                                                                                                                                                "not-http" + whole,
		blockedBy + "Permission was denied for this request to access the `local` address space.":                                                                                                                                                                                              "private-network" + whole,
		blockedBy + "Some sentence of the year 2040.": "blocked" + whole,
		`Refused to get unsafe header "ETag"`:         "unreadable-header header=ETag",
		`Refused to get unsafe header ETag`:           "unreadable-header header=ETag",
		`Refused to set unsafe header "host"`:         "forbidden-header header=host",
		"Access to font at 'https://cdn.example.com/a.woff2' (redirected from 'https://www.example.com/a') from origin 'null' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.": "allow-origin-missing url=https://cdn.example.com/a.woff2 from=https://www.example.com/a origin=null",
		// Before 2018.
		"XMLHttpRequest cannot load https://my-bucket.s3.example.com/k. No 'Access-Control-Allow-Origin' header is present on the requested resource. Origin 'https://app.example.com' is therefore not allowed access. The response had HTTP status code 403.":             "allow-origin-missing" + whole + " status=403",
		"Failed to load https://my-bucket.s3.example.com/k: Response for preflight has invalid HTTP status code 404.":                                                                                                                                                       "preflight-status url=" + address + " status=404",
		"Font from origin 'https://cdn.example.com' has been blocked from loading by Cross-Origin Resource Sharing policy: No 'Access-Control-Allow-Origin' header is present on the requested resource. Origin 'https://app.example.com' is therefore not allowed access.": "allow-origin-missing origin=" + app,
	} {
		if diff := cmp.Diff([]string{"Chromium " + want}, saidAll(text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestReadFirefox(t *testing.T) {
	for reason, want := range map[string]string{
		"CORS disabled).": "not-by-mode",
		"CORS request did not succeed). Status code: (null).":                                                                  "transport",
		"CORS header ‘Origin’ cannot be added).":                                                                               "not-by-mode",
		"CORS request external redirect not allowed).":                                                                         "redirect-denied",
		"CORS request not http).":                                                                                              "not-http",
		"CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 403.":                                                "allow-origin-missing status=403",
		"CORS header 'Access-Control-Allow-Origin' missing). Status code: 403.":                                                "allow-origin-missing status=403",
		"Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed).":                                                     "allow-origin-multiple",
		"CORS header ‘Access-Control-Allow-Origin’ does not match ‘http://app.example.com’).":                                  "allow-origin-mismatch value=http://app.example.com",
		"Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’).":                                "wildcard-with-credentials",
		"Did not find method in CORS header ‘Access-Control-Allow-Methods’).":                                                  "method-denied",
		"expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’).":                                                  "credentials-not-true",
		"CORS preflight response did not succeed). Status code: 403.":                                                          "preflight-status status=403",
		"CORS preflight channel did not succeed).":                                                                             "preflight-status",
		"invalid token ‘GET;PUT’ in CORS header ‘Access-Control-Allow-Methods’).":                                              "allow-methods-invalid value=GET;PUT",
		"invalid token ‘a b’ in CORS header ‘Access-Control-Allow-Headers’).":                                                  "allow-headers-invalid value=a b",
		"missing token ‘x-amz-date’ in CORS header ‘Access-Control-Allow-Headers’ from CORS preflight channel).":               "header-denied header=x-amz-date",
		"header ‘x-amz-date’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS preflight response).": "header-denied header=x-amz-date",
	} {
		id, values, _ := strings.Cut(want, " ")
		wanted := strings.TrimSpace("Firefox " + id + " url=" + address + " " + values)
		if diff := cmp.Diff([]string{wanted}, saidAll(firefoxAt+reason)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", reason, diff)
		}
	}
	warning := "Cross-Origin Request Warning: The Same Origin Policy will disallow reading the remote resource at " + address + " soon. (Reason: When the `Access-Control-Allow-Headers` is `*`, the `Authorization` header is not covered. To include the `Authorization` header, it must be explicitly listed in CORS header `Access-Control-Allow-Headers`)."
	if diff := cmp.Diff([]string{"Firefox authorization-needs-name url=" + address}, saidAll(warning)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReadSafari(t *testing.T) {
	for text, want := range map[string]string{
		"Origin https://app.example.com is not allowed by Access-Control-Allow-Origin. Status code: 403": "origin-not-allowed origin=" + app + " status=403",
		"Preflight response is not successful. Status code: 403":                                         "preflight-status status=403",
		"Preflight response is not successful. Status code: 307":                                         "preflight-redirect status=307",
		"Preflight response is not successful":                                                           "preflight-status",
		"Request header field x-amz-date is not allowed by Access-Control-Allow-Headers.":                "header-denied header=x-amz-date",
		"Method PUT is not allowed by Access-Control-Allow-Methods.":                                     "method-denied method=PUT",
		"Header Access-Control-Allow-Methods has an invalid value: GET;PUT":                              "allow-methods-invalid value=GET;PUT",
		"Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true.":              "wildcard-with-credentials",
		"Access-Control-Allow-Origin cannot contain more than one origin.":                               "allow-origin-multiple",
		`Credentials flag is true, but Access-Control-Allow-Credentials is not "true".`:                  "credentials-not-true",
		"Fetch API cannot load " + address + " due to access control checks.":                            "blocked url=" + address,
		"XMLHttpRequest cannot load " + address + " due to access control checks.":                       "blocked url=" + address,
		"Cross-origin image load denied by Cross-Origin Resource Sharing policy.":                        "blocked",
		"[Error] Cross-origin redirection to https://s3.example.com/ denied by Cross-Origin Resource Sharing policy: Origin capacitor://localhost is not allowed by Access-Control-Allow-Origin. Status code: 302": "redirect-denied url=https://s3.example.com/ origin=capacitor://localhost status=302",
	} {
		if diff := cmp.Diff([]string{"Safari " + want}, saidAll(text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

// People paste what stands around a line, several lines at once, and lines that a terminal or a forum broke.
func TestReadPasted(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"Chromium's three lines": {`app.js:12 Uncaught (in promise) TypeError: Failed to fetch
			app.js:12  PUT https://my-bucket.s3.example.com/k net::ERR_FAILED
			10:22:33.123 index.html:1 ` + blockedBy + preflight + `No 'Access-Control-Allow-Origin' header is present on the requested resource. If an opaque response serves your needs, set the request's mode to 'no-cors' to fetch the resource with CORS disabled.`,
			[]string{"Chromium preflight-allow-origin-missing" + whole + " method=PUT"}},
		"the preflight's own line tells no method": {"OPTIONS " + address + " 403 (Forbidden)\n" + blockedBy + preflight + "It does not have HTTP ok status.",
			[]string{"Chromium preflight-status" + whole}},
		"broken lines and typographic quotes": {strings.NewReplacer(" ", "\n  ", "'", "’").Replace(blockedBy + "Method PUT is not allowed by Access-Control-Allow-Methods in preflight response."),
			[]string{"Chromium method-denied" + whole + " method=PUT"}},
		"quotes that a shell ate": {strings.ReplaceAll(blockedBy+"The 'Access-Control-Allow-Origin' header has a value 'http://app.example.com' that is not equal to the supplied origin.", "'", ""),
			[]string{"Chromium allow-origin-mismatch" + whole + " value=http://app.example.com"}},
		"Safari's three lines": {"[Error] Origin https://app.example.com is not allowed by Access-Control-Allow-Origin. Status code: 403\n[Error] Fetch API cannot load " + address +
			" due to access control checks.\n[Error] Failed to load resource: Origin https://app.example.com is not allowed by Access-Control-Allow-Origin. Status code: 403 (k, line 0)",
			[]string{"Safari origin-not-allowed" + whole + " status=403"}},
		"Firefox's two lines": {firefoxAt + "CORS preflight response did not succeed). Status code: 403.\n" + firefoxAt + "CORS request did not succeed). Status code: (null).",
			[]string{"Firefox preflight-status url=" + address + " status=403"}},
		"a network's error with its line": {"GET https://my-bucket.s3.example.com/k net::ERR_NAME_NOT_RESOLVED", []string{"Chromium transport url=" + address + " method=GET"}},
		"only what a script is told":      {"TypeError: Failed to fetch", []string{"Chromium says-nothing"}},
		"two requests": {blockedBy + "Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.\n" +
			strings.ReplaceAll(blockedBy, "/k'", "/l'") + "Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.",
			[]string{"Chromium method-denied" + whole + " method=PUT", "Chromium method-denied url=https://my-bucket.s3.example.com/l origin=" + app + " method=PUT"}},
		"the same twice": {blockedBy + "Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.\n" + blockedBy + "Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.",
			[]string{"Chromium method-denied" + whole + " method=PUT"}},
		"S3's document beside the line": {blockedBy + "No 'Access-Control-Allow-Origin' header is present on the requested resource.\n<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message></Error>",
			[]string{"S3 s3-no-bucket" + whole + " code=NoSuchBucket", "Chromium allow-origin-missing" + whole}},
		"a sentence that was cut":           {"blocked by CORS policy: No 'Access-Control-Allow-Origin' header", []string{"Chromium allow-origin-missing"}},
		"a sentence told without its start": {strings.ReplaceAll(blockedBy, "fetch", "script") + "Redirect is not allowed for a preflight request.", []string{"Chromium preflight-redirect" + whole}},
		"Safari of long ago": {"XMLHttpRequest cannot load " + address + ". Origin https://app.example.com is not allowed by Access-Control-Allow-Origin.",
			[]string{"Safari origin-not-allowed" + whole}},
		"axios":                    {"AxiosError: Network Error", []string{"Chromium says-nothing"}},
		"nothing":                  {"Uncaught ReferenceError: foo is not defined", nil},
		"nothing but a CORS word":  {"how do I set up CORS for my bucket?", nil},
		"a plain word is no code":  {"403 Forbidden Redirect Busy", nil},
		"empty":                    {"", nil},
		"a network's line is none": {"GET https://my-bucket.s3.example.com/k 403 (Forbidden)", nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, saidAll(c.text)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A console of a long day is read in no time.
func BenchmarkRead(b *testing.B) {
	text := strings.Repeat(strings.Repeat("app.js:12 something quite ordinary happened here\n", 20)+blockedBy+"Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.\n", 200)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if len(Read(text)) != 1 {
			b.Fatal("not read")
		}
	}
}
