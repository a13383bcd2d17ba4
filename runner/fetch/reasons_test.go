package fetch_test

import (
	"testing"

	"corsprobe/runner/fetch"
)

// names are what the browsers' own lists say, by code.
var names = []struct {
	code              fetch.Reason
	chromium, firefox string
}{
	{"allow-origin-missing", "kMissingAllowOriginHeader", "CORSMissingAllowOrigin"},
	{"allow-origin-multiple", "kMultipleAllowOriginValues", "CORSMultipleAllowOriginNotAllowed"},
	{"allow-origin-invalid", "kInvalidAllowOriginValue", "CORSAllowOriginNotMatchingOrigin"},
	{"allow-origin-mismatch", "kAllowOriginMismatch", "CORSAllowOriginNotMatchingOrigin"},
	{"wildcard-with-credentials", "kWildcardOriginNotAllowed", "CORSNotSupportingCredentials"},
	{"credentials-not-true", "kInvalidAllowCredentials", "CORSMissingAllowCredentials"},
	{"preflight-allow-origin-missing", "kPreflightMissingAllowOriginHeader", ""},
	{"preflight-allow-origin-multiple", "kPreflightMultipleAllowOriginValues", ""},
	{"preflight-allow-origin-invalid", "kPreflightInvalidAllowOriginValue", ""},
	{"preflight-allow-origin-mismatch", "kPreflightAllowOriginMismatch", ""},
	{"preflight-wildcard-with-credentials", "kPreflightWildcardOriginNotAllowed", ""},
	{"preflight-credentials-not-true", "kPreflightInvalidAllowCredentials", ""},
	{"preflight-status", "kPreflightInvalidStatus", "CORSPreflightDidNotSucceed"},
	{"preflight-redirect", "kPreflightDisallowedRedirect", "CORSExternalRedirectNotAllowed"},
	{"allow-methods-invalid", "kInvalidAllowMethodsPreflightResponse", "CORSInvalidAllowMethod"},
	{"allow-headers-invalid", "kInvalidAllowHeadersPreflightResponse", "CORSInvalidAllowHeader"},
	{"method-denied", "kMethodDisallowedByPreflightResponse", "CORSMethodNotFound"},
	{"header-denied", "kHeaderDisallowedByPreflightResponse", "CORSMissingAllowHeaderFromPreflight"},
	{"authorization-needs-name", "kHeaderDisallowedByPreflightResponse", "CORSMissingAllowHeaderFromPreflight"},
	{"redirect-credentials", "kRedirectContainsCredentials", "CORSExternalRedirectNotAllowed"},
	{"redirect-invalid", "", "CORSExternalRedirectNotAllowed"},
	{"redirect-limit", "", "CORSExternalRedirectNotAllowed"},
	{"not-http", "kCorsDisabledScheme", "CORSRequestNotHttp"},
	{"transport", "", "CORSDidNotSucceed"},
	{"mixed-content", "", ""},
	{"port-blocked", "", ""},
	{"method-forbidden", "", ""},
	{"redirect-stream", "", ""},
	{"resource-policy", "", ""},
}

func TestReasons(t *testing.T) {
	for _, tt := range names {
		info := tt.code.Info()
		equal(t, string(tt.code)+" Chromium", info.Chromium, tt.chromium)
		equal(t, string(tt.code)+" Firefox", info.Firefox, tt.firefox)
		if info.Meaning == "" {
			t.Errorf("%s has no meaning", tt.code)
		}
	}
	equal(t, "number of reasons", len(fetch.Reasons), len(names))
	equal(t, "unknown code", fetch.Reason("x").Info(), fetch.ReasonInfo{Reason: "x"})
}
