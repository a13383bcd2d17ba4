// Package s3cors says what S3 owes: for a bucket's CORS configuration and a request, the answers that a faithful endpoint may give.
//
// Every rule cites its fact by number; facts.yaml lists them with their strength and source. The package is pure: it does
// no I/O and has no state.
package s3cors

// Configuration is a bucket's CORS configuration in the shape that S3's API and `aws s3api put-bucket-cors` give it.
type Configuration struct {
	CORSRules []Rule `json:"CORSRules" yaml:"CORSRules" doc:"The rules in order: the first that matches origin, method and every requested header answers (fact 44)."`
}

// Rule is one CORSRule.
type Rule struct {
	ID             string   `json:"ID,omitempty" yaml:"ID" doc:"A name for the rule, at most 255 characters."`
	AllowedOrigins []string `json:"AllowedOrigins" yaml:"AllowedOrigins" doc:"Origins, compared as case-sensitive strings, each with at most one * (fact 45)."`
	AllowedMethods []string `json:"AllowedMethods" yaml:"AllowedMethods" doc:"GET, PUT, POST, DELETE, HEAD."`
	AllowedHeaders []string `json:"AllowedHeaders,omitempty" yaml:"AllowedHeaders" doc:"Header names that a preflight may ask for, compared without regard to case, each with at most one * (fact 51)."`
	ExposeHeaders  []string `json:"ExposeHeaders,omitempty" yaml:"ExposeHeaders" doc:"Response headers that a script may read (fact 27)."`
	MaxAgeSeconds  *int32   `json:"MaxAgeSeconds,omitempty" yaml:"MaxAgeSeconds" doc:"How long a browser may keep the preflight's answer, in seconds (fact 28)."`
}

// Target is what a request's URL names.
type Target string

const (
	Object  Target = "object"  // a key, existing or not
	Bucket  Target = "bucket"  // the bucket itself, with or without a query
	Service Target = "service" // the root
)

// Request is a request as S3's CORS processing sees it.
type Request struct {
	Method string // as sent; "OPTIONS" is a preflight
	Target Target
	// BucketMissing: the bucket does not exist.
	BucketMissing bool
	// Origin, RequestMethod and RequestHeaders are the values of Origin, Access-Control-Request-Method and
	// Access-Control-Request-Headers; nil where the header was not sent.
	Origin, RequestMethod, RequestHeaders *string
	// Service is what the request is owed apart from CORS, for an actual request; see [Outcome].
	Outcome Outcome
}

// Outcome is what an actual request is owed by the rest of S3, before CORS adds its headers: 200 for a GET of an existing
// object, 404 NoSuchKey for a missing one. CORS never changes it (fact 31).
type Outcome struct {
	Status []int  // any of these; empty: not asserted
	Code   string // the error document's Code; empty: not asserted
}

// Owed is every answer that a faithful endpoint may give to one request.
type Owed struct {
	// Answers holds at least one answer; the first is the one that S3 is believed to give. More than one: the facts leave
	// the point open, and [Answer.Choice] names what each of them chose.
	Answers []Answer
	// Rule is the index of the rule that answers in Answers[0], -1 when none does.
	Rule int
	// Explanation says in one or two sentences why, naming rules by number from 1.
	Explanation string
}

// Answer is one acceptable answer.
type Answer struct {
	// Status lists acceptable codes; empty: any.
	Status []int
	// Headers maps each of [Headers] to the value owed, as S3 writes it. A name that is not in the map must be absent.
	Headers map[string]string
	// Free lists names of [Headers] of which nothing is asserted.
	Free []string
	// Error is the error document owed; nil: nothing is asserted about the body.
	Error *Error
	// Facts maps a part ("status", "error-code", "error-message", "error-method", "error-resource-type", or the check's name of a
	// header such as "allow-origin") to the facts it rests on.
	Facts map[string][]int
	// Choices names what an endpoint that gives this answer chose on open points, empty when none is open.
	Choices []Choice
}

// Choice is one side of an open point.
type Choice struct {
	Point, Choice string
	Facts         []int
}

// Error is what is asserted of an error document. An empty member is not asserted.
type Error struct {
	Code, Message, Method, ResourceType string
}

// Headers lists the response headers that S3's CORS processing owes or must leave out, by the name of their check.
var Headers = []struct{ Check, Name string }{
	{"allow-origin", "Access-Control-Allow-Origin"},
	{"allow-credentials", "Access-Control-Allow-Credentials"},
	{"allow-methods", "Access-Control-Allow-Methods"},
	{"allow-headers", "Access-Control-Allow-Headers"},
	{"expose-headers", "Access-Control-Expose-Headers"},
	{"max-age", "Access-Control-Max-Age"},
	{"vary", "Vary"},
}
