package fetch

// Reason is the code of a verdict that denies: one for each exit of the standard's algorithms. The zero value belongs to
// a verdict that allows.
type Reason string

// The exits of the CORS check (fetch#concept-cors-check), on the answer to the request itself.
const (
	AllowOriginMissing      Reason = "allow-origin-missing"
	AllowOriginMultiple     Reason = "allow-origin-multiple"
	AllowOriginInvalid      Reason = "allow-origin-invalid"
	AllowOriginMismatch     Reason = "allow-origin-mismatch"
	WildcardWithCredentials Reason = "wildcard-with-credentials"
	CredentialsNotTrue      Reason = "credentials-not-true"
)

// The same exits on the answer to a preflight (fetch#cors-preflight-fetch-0, step 7).
const (
	PreflightAllowOriginMissing      = preflightPrefix + AllowOriginMissing
	PreflightAllowOriginMultiple     = preflightPrefix + AllowOriginMultiple
	PreflightAllowOriginInvalid      = preflightPrefix + AllowOriginInvalid
	PreflightAllowOriginMismatch     = preflightPrefix + AllowOriginMismatch
	PreflightWildcardWithCredentials = preflightPrefix + WildcardWithCredentials
	PreflightCredentialsNotTrue      = preflightPrefix + CredentialsNotTrue
)

// The other exits of a preflight (fetch#cors-preflight-fetch-0, step 7).
const (
	PreflightStatus        Reason = "preflight-status"
	PreflightRedirect      Reason = "preflight-redirect"
	AllowMethodsInvalid    Reason = "allow-methods-invalid"
	AllowHeadersInvalid    Reason = "allow-headers-invalid"
	MethodDenied           Reason = "method-denied"
	AuthorizationNeedsName Reason = "authorization-needs-name"
	HeaderDenied           Reason = "header-denied"
)

// The exits of a redirect (fetch#http-redirect-fetch).
const (
	RedirectCredentials Reason = "redirect-credentials"
	RedirectInvalid     Reason = "redirect-invalid"
	RedirectLimit       Reason = "redirect-limit"
	RedirectStream      Reason = "redirect-stream"
)

// ResourcePolicy is the exit of requests without CORS (fetch#cross-origin-resource-policy-check).
const ResourcePolicy Reason = "resource-policy"

// The exits before the protocol starts, and the one where nothing came back.
const (
	NotHTTP         Reason = "not-http"
	MixedContent    Reason = "mixed-content"
	PortBlocked     Reason = "port-blocked"
	MethodForbidden Reason = "method-forbidden"
	Transport       Reason = "transport"
)

// preflightPrefix makes the reason of a CORS check that of the same check on a preflight.
const preflightPrefix Reason = "preflight-"

// Names that stand for more than one reason.
const (
	chromiumHeaderDenied    = "kHeaderDisallowedByPreflightResponse"
	firefoxHeaderDenied     = "CORSMissingAllowHeaderFromPreflight"
	firefoxExternalRedirect = "CORSExternalRedirectNotAllowed"
)

// ReasonInfo says what a reason means and under which names people search for it.
type ReasonInfo struct {
	Reason Reason
	// Chromium is the member of Chromium's network::mojom::CorsError, empty if there is none.
	Chromium string
	// Firefox is the name of MDN's page on it under Web/HTTP/Guides/CORS/Errors, empty if there is none.
	Firefox string
	// Meaning is one sentence without a full stop.
	Meaning string
}

// Reasons lists every reason, in the order of the standard's steps.
var Reasons = []ReasonInfo{
	{MethodForbidden, "", "", "script may not use CONNECT, TRACE or TRACK, nor a method that is not a token"},
	{NotHTTP, "kCorsDisabledScheme", "CORSRequestNotHttp", "the address is not one of http or https"},
	{PortBlocked, "", "", "browsers do not connect to that port, because another protocol lives there"},
	{MixedContent, "", "", "a page of https may not ask an address of http, except on its own machine"},
	{Transport, "", "CORSDidNotSucceed", "no answer came at all"},

	{PreflightAllowOriginMissing, "kPreflightMissingAllowOriginHeader", "",
		"the preflight's answer has no Access-Control-Allow-Origin"},
	{PreflightAllowOriginMultiple, "kPreflightMultipleAllowOriginValues", "",
		"the preflight's Access-Control-Allow-Origin has more than one value"},
	{PreflightAllowOriginInvalid, "kPreflightInvalidAllowOriginValue", "",
		"the preflight's Access-Control-Allow-Origin is not an origin"},
	{PreflightAllowOriginMismatch, "kPreflightAllowOriginMismatch", "",
		"the preflight's Access-Control-Allow-Origin is not the page's origin to the letter"},
	{PreflightWildcardWithCredentials, "kPreflightWildcardOriginNotAllowed", "",
		"the preflight's Access-Control-Allow-Origin is *, which does not cover a request with credentials"},
	{PreflightCredentialsNotTrue, "kPreflightInvalidAllowCredentials", "",
		"the preflight's Access-Control-Allow-Credentials is not true, and the request carries credentials"},
	{PreflightRedirect, "kPreflightDisallowedRedirect", firefoxExternalRedirect,
		"the preflight was answered with a redirect, which browsers do not follow there"},
	{PreflightStatus, "kPreflightInvalidStatus", "CORSPreflightDidNotSucceed",
		"the preflight's status is not one from 200 to 299"},
	{AllowMethodsInvalid, "kInvalidAllowMethodsPreflightResponse", "CORSInvalidAllowMethod",
		"Access-Control-Allow-Methods is not a comma-separated list of methods"},
	{AllowHeadersInvalid, "kInvalidAllowHeadersPreflightResponse", "CORSInvalidAllowHeader",
		"Access-Control-Allow-Headers is not a comma-separated list of header names"},
	{MethodDenied, "kMethodDisallowedByPreflightResponse", "CORSMethodNotFound",
		"Access-Control-Allow-Methods does not list the method"},
	{AuthorizationNeedsName, chromiumHeaderDenied, firefoxHeaderDenied,
		"Access-Control-Allow-Headers does not list Authorization by name, and by the standard * does not cover it"},
	{HeaderDenied, chromiumHeaderDenied, firefoxHeaderDenied,
		"Access-Control-Allow-Headers does not list a header of the request"},

	{AllowOriginMissing, "kMissingAllowOriginHeader", "CORSMissingAllowOrigin",
		"the answer has no Access-Control-Allow-Origin"},
	{AllowOriginMultiple, "kMultipleAllowOriginValues", "CORSMultipleAllowOriginNotAllowed",
		"the answer's Access-Control-Allow-Origin has more than one value"},
	{AllowOriginInvalid, "kInvalidAllowOriginValue", "CORSAllowOriginNotMatchingOrigin",
		"the answer's Access-Control-Allow-Origin is not an origin"},
	{AllowOriginMismatch, "kAllowOriginMismatch", "CORSAllowOriginNotMatchingOrigin",
		"the answer's Access-Control-Allow-Origin is not the page's origin to the letter"},
	{WildcardWithCredentials, "kWildcardOriginNotAllowed", "CORSNotSupportingCredentials",
		"the answer's Access-Control-Allow-Origin is *, which does not cover a request with credentials"},
	{CredentialsNotTrue, "kInvalidAllowCredentials", "CORSMissingAllowCredentials",
		"the answer's Access-Control-Allow-Credentials is not true, and the request carries credentials"},

	{RedirectInvalid, "", firefoxExternalRedirect, "the redirect's Location is no address a browser can go to"},
	{RedirectLimit, "", firefoxExternalRedirect, "there were more than 20 redirects"},
	{RedirectCredentials, "kRedirectContainsCredentials", firefoxExternalRedirect,
		"the redirect's Location holds a user name or password"},
	{RedirectStream, "", "", "a body that is a stream is gone once it is sent, so that no redirect but 303 can be followed"},

	{ResourcePolicy, "", "", "Cross-Origin-Resource-Policy keeps the answer from what a page uses without CORS, such as images; fetch() with CORS is not concerned"},
}

// Info returns what is known of a reason: an entry of [Reasons], or one with nothing but the reason itself for a code
// that is not among them.
func (r Reason) Info() ReasonInfo {
	for _, info := range Reasons {
		if info.Reason == r {
			return info
		}
	}
	return ReasonInfo{Reason: r}
}
