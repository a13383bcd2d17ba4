package fetch_test

import (
	"testing"

	"corsprobe/runner/fetch"
)

func TestEvaluate(t *testing.T) {
	const acao = "Access-Control-Allow-Origin: "
	get := fetch.Request{Method: "GET", Origin: page}
	put := fetch.Request{Method: "PUT", Origin: page}
	signed := fetch.Request{Method: "PUT", Origin: page, Headers: head("Authorization: AWS4-HMAC-SHA256 x", "X-Amz-Date: 1")}
	forced := fetch.Request{Method: "GET", Origin: page, ForcePreflight: true}
	open := answer(200, acao+"*", "Access-Control-Allow-Methods: *", "Access-Control-Allow-Headers: *")
	closed := answer(403)
	ok := answer(200, acao+"*", "ETag: x", "Content-Type: text/xml", "Access-Control-Expose-Headers: ETag")
	hidden := answer(200, "ETag: x")
	const missing, noAnswer = "the answer has no Access-Control-Allow-Origin", "no answer came: "
	readable := []string{"content-type", "etag"}
	tests := []struct {
		name              string
		req               fetch.Request
		preflight, actual *fetch.Response
		needed            bool
		reason            fetch.Reason
		sentence          string
		readable          []string
	}{
		{"simple and open", get, nil, ok, false, "", "", readable},
		{"simple and hidden", get, nil, hidden, false, fetch.AllowOriginMissing, missing, nil},
		{"an error is readable too", get, nil, answer(404, acao+"*"), false, "", "", nil},
		{"simple with a preflight nobody asks for", get, closed, ok, false, "", "", readable},
		{"simple with nothing but such a preflight", get, open, nil, false,
			fetch.Transport, noAnswer + "the request needs no preflight, and has no answer itself", nil},
		{"preflighted", put, open, ok, true, "", "", readable},
		{"preflight denied, answer fine", put, closed, ok, true,
			fetch.PreflightAllowOriginMissing, "the preflight's answer has no Access-Control-Allow-Origin", nil},
		{"preflight fine, answer hidden", put, open, hidden, true, fetch.AllowOriginMissing, missing, nil},
		{"preflight alone", put, open, nil, true, "", "", nil},
		{"preflight unknown", put, nil, ok, true, "", "", readable},
		{"preflight unknown, answer hidden", put, nil, hidden, true, fetch.AllowOriginMissing, missing, nil},
		{"nothing", put, nil, nil, true, fetch.Transport, noAnswer + "neither to the preflight nor to the request", nil},
		{"nothing simple", get, nil, nil, false, fetch.Transport, noAnswer + "the request needs no preflight, and has no answer itself", nil},
		{"forced", forced, closed, ok, true,
			fetch.PreflightAllowOriginMissing, "the preflight's answer has no Access-Control-Allow-Origin", nil},
		{"forced and open", forced, open, nil, true, "", "", nil},
		{"forbidden method", fetch.Request{Method: "trace", Origin: page}, open, nil, false,
			fetch.MethodForbidden, `script may not use the method "trace"`, nil},
		{"method with a space", fetch.Request{Method: "PUT X", Origin: page}, open, ok, false,
			fetch.MethodForbidden, `script may not use the method "PUT X"`, nil},
		{"signed under star", signed, open, nil, true, fetch.AuthorizationNeedsName,
			`authorization is not in Access-Control-Allow-Headers "*": * does not cover it, it must be listed by name`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := fetch.Evaluate(tt.req, tt.preflight, tt.actual)
			equal(t, "needed", o.PreflightNeeded, tt.needed)
			verdict(t, "standard", o.Standard, tt.reason, tt.sentence)
			equal(t, "readable", o.Readable, tt.readable)
			if tt.reason != fetch.AuthorizationNeedsName {
				equal(t, "browsers", o.Browsers, o.Standard)
			}
		})
	}
}

// The one case where the two verdicts differ.
func TestEvaluateAuthorizationUnderStar(t *testing.T) {
	req := fetch.Request{Method: "PUT", Origin: page, Headers: head("Authorization: AWS4-HMAC-SHA256 x")}
	open := answer(200, "Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: *")
	o := fetch.Evaluate(req, open, answer(200, "Access-Control-Allow-Origin: *", "Content-Length: 0"))
	equal(t, "standard", o.Standard.Reason, fetch.AuthorizationNeedsName)
	verdict(t, "browsers", o.Browsers, "", "")
	equal(t, "notes", o.Browsers.Notes, []string{"by the standard authorization must be listed by name, but browsers let * cover it"})
	equal(t, "readable", o.Readable, []string{"content-length"})
}

func TestEvaluateNotesAPreflightNobodyAsksFor(t *testing.T) {
	o := fetch.Evaluate(fetch.Request{Origin: page}, answer(403), answer(200, "Access-Control-Allow-Origin: *"))
	equal(t, "notes", o.Standard.Notes, []string{"no browser sends a preflight for this request"})
}

func TestActualCheckNotes(t *testing.T) {
	const carriedOut = " was carried out all the same: a browser only hides the answer"
	tests := []struct {
		method string
		status int
		lines  []string
		want   []string
	}{
		{"POST", 200, nil, []string{"the POST" + carriedOut}},
		{"delete", 204, nil, []string{"the DELETE" + carriedOut}},
		{"PUT", 403, nil, nil},
		{"GET", 200, nil, nil},
		{"HEAD", 200, nil, nil},
		{"PUT", 200, []string{"Access-Control-Allow-Origin: *"}, nil},
		{"GET", 304, []string{"Access-Control-Allow-Origin: *"},
			[]string{"after 304 script gets the answer that the browser kept, if it kept one, with this answer's headers over its own"}},
		{"GET", 407, nil, []string{"407 is for the proxy's own dialogue and does not reach the page"}},
	}
	for _, tt := range tests {
		t.Run(tt.method, func(t *testing.T) {
			v := fetch.ActualCheck(fetch.Request{Method: tt.method, Origin: page}, *answer(tt.status, tt.lines...))
			equal(t, "allowed", v.Allowed, tt.lines != nil)
			equal(t, "notes", v.Notes, tt.want)
		})
	}
}

// Whatever the status, the check alone decides.
func TestActualCheckLooksAtNoStatus(t *testing.T) {
	for _, status := range []int{100, 200, 206, 301, 304, 400, 403, 404, 412, 500, 503} {
		v := fetch.ActualCheck(fetch.Request{Origin: page}, *answer(status, "Access-Control-Allow-Origin: "+page))
		verdict(t, "check", v, "", "")
	}
}

func TestUnanswered(t *testing.T) {
	v := fetch.Unanswered("connection refused")
	verdict(t, "verdict", v, fetch.Transport, "no answer came: connection refused")
	equal(t, "Firefox", v.Firefox, "CORSDidNotSucceed")
}
