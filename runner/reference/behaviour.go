package reference

import (
	"net/http"

	"corsprobe/runner/s3cors"
)

// Behaviour departs from S3 in the places that it sets. The zero value is S3's.
type Behaviour struct {
	// Handler stands before everything else.
	Handler func(next http.Handler) http.Handler
	// Config chooses the configuration that a request is answered by.
	Config func(View) *s3cors.Configuration
	// Request changes what a request is taken for.
	Request func(*s3cors.Request, *http.Request)
	// Rules changes the rules that a request is matched against. Whatever way of matching an endpoint has, the rules can be rewritten so
	// that S3's way comes to the same.
	Rules func(*s3cors.Configuration, s3cors.Request) *s3cors.Configuration
	// Answer changes what S3 owes before it is written.
	Answer func(*s3cors.Answer, Asked)
	// Lines changes the header lines of an answer, other headers among them.
	Lines func(http.Header)

	// Validate decides over a PutBucketCors; refusal is S3's, nil where it accepts.
	Validate func(cfg *s3cors.Configuration, refusal *s3cors.Refusal) *s3cors.Refusal
	// Refused is told of a refused PutBucketCors.
	Refused func(configs map[string]*s3cors.Configuration, bucket string)
	// Store makes of a configuration what is kept; before is what the bucket had.
	Store func(before, put *s3cors.Configuration) *s3cors.Configuration
	// Returned is what GetBucketCors returns of a bucket; nil: as if there were none.
	Returned func(View) *s3cors.Configuration
	// Delete reports whether DeleteBucketCors removes the configuration.
	Delete func(*s3cors.Configuration) bool
	// Called changes the answer to a configuration call; had: the bucket had a configuration before.
	Called func(a *http.Response, had bool)
}

// View is what an endpoint may answer a request by.
type View struct {
	Bucket string
	Own    *s3cors.Configuration // of the bucket; nil: none
	Last   *s3cors.Configuration // of whichever bucket was configured last
}

// Asked is a request that an answer is made for.
type Asked struct {
	s3cors.Request
	HTTP   *http.Request
	Config *s3cors.Configuration // nil: none
	Status int                   // of an actual request's answer; 0 for a preflight
}

// preflight reports whether the request is one.
func (a Asked) preflight() bool { return a.Status == 0 }
