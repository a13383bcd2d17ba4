package fetch

import "corsprobe/runner/result"

// Credentials is a request's credentials mode (fetch#concept-request-credentials-mode). The zero value counts as
// [SameOrigin], which is what fetch() takes when a page names none.
type Credentials string

const (
	// Omit sends no cookies, client certificates or HTTP authentication.
	Omit Credentials = "omit"
	// SameOrigin sends them to the page's own origin only. To any other it is the same as Omit.
	SameOrigin Credentials = "same-origin"
	// Include sends them everywhere. It is the one mode that makes the protocol stricter.
	Include Credentials = "include"
)

// Request is a request that a page's script makes to another origin.
type Request struct {
	// Method is as the script wrote it: "put" is normalised, "patch" stays as it is. Empty is GET.
	Method string
	// Headers are those the script set, with their values. Forbidden ones among them are passed over, as a browser
	// does, and so are names that are not tokens, which it refuses. Headers of the browser's own (Origin, User-Agent …) do not belong here.
	Headers []result.Header
	// UnsafeNames are further header names that count as unsafe whatever their value, and are taken at their word even
	// where no browser would let a script set them. They serve callers that know only the names.
	UnsafeNames []string
	// Origin is the page's origin as a browser serialises it, or "null".
	Origin string
	// Credentials is the credentials mode.
	Credentials Credentials
	// UseCORSPreflight is the standard's use-CORS-preflight flag (fetch#use-cors-preflight-flag): an upload listener
	// on an XMLHttpRequest. A body that is a stream sets it by itself.
	UseCORSPreflight bool
	// StreamBody: the body is a stream (fetch#concept-body-source). It cannot be sent again, so that no redirect but 303 can be followed.
	StreamBody bool
	// ForcePreflight has the request treated as one that needs a preflight even where the standard needs none. Unlike
	// UseCORSPreflight it changes nothing else.
	ForcePreflight bool
}

// Response is an answer as it came over the wire.
type Response struct {
	// Status is the HTTP status code.
	Status int
	// Headers are the header lines in order.
	Headers []result.Header
}

// Verdict is whether a browser lets a request go on, or lets script see the answer, and if not why.
type Verdict struct {
	// Allowed is the verdict. Reason, Sentence, Header, Chromium and Firefox are empty when it is true.
	Allowed bool
	// Reason is the code of the step that failed.
	Reason Reason
	// Sentence says for a person what is wrong with this very answer, without a full stop.
	Sentence string
	// Header is the header that made the step fail, several lines of one name joined as [Get] does; nil if the answer lacks it, or if
	// the step failed for another reason than a header.
	Header *result.Header
	// Chromium is Chromium's name for the reason, such as kMissingAllowOriginHeader; empty if it has none.
	Chromium string
	// Firefox is Firefox's and MDN's name for the reason, such as CORSMissingAllowOrigin; empty if it has none.
	Firefox string
	// Notes are further sentences worth telling, whatever the verdict.
	Notes []string
}

// allow is the verdict of a step that passed.
func allow(notes ...string) Verdict { return Verdict{Allowed: true, Notes: notes} }

// deny is the verdict of a step that failed, with the header that made it fail.
func deny(reason Reason, header *result.Header, sentence string) Verdict {
	info := reason.Info()
	return Verdict{Reason: reason, Sentence: sentence, Header: header, Chromium: info.Chromium, Firefox: info.Firefox}
}

// Unanswered is the verdict on a request that got no answer: the connection failed, or what came was not HTTP. The
// message is the transport's.
func Unanswered(message string) Verdict {
	return deny(Transport, nil, "no answer came: "+message)
}
