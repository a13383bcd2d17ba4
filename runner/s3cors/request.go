package s3cors

import (
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// Target is what a request's URL names.
type Target string

// The targets that CORS processing tells apart (facts 3, 13, 18).
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
	// Outcome is what the request is owed apart from CORS, for an actual request; see [Outcome].
	Outcome Outcome
}

// Outcome is what an actual request is owed by the rest of S3, before CORS adds its headers: 200 for a GET of an existing
// object, 404 NoSuchKey for a missing one. CORS never changes it (fact 31).
type Outcome struct {
	Status []int  // any of these; empty: not asserted
	Code   string // the error document's Code; empty: not asserted
}

// Methods lists the methods that a rule may list and a preflight may ask for (facts 10, 57).
var Methods = []string{"GET", "PUT", "POST", "DELETE", "HEAD"}

// asked is what a request asks of CORS, once its headers are read.
type asked struct {
	preflight bool
	origin    string
	hasOrigin bool
	method    string // the method that rules are asked for
	named     bool   // the method was named by Access-Control-Request-Method
	names     []string
	badMethod bool   // the named method is none of [Methods]
	badName   string // the first requested name that is no token; empty: none
	badEmpty  bool   // the list of requested names is empty, or has an empty member that is not dropped
}

// read takes the CORS parts from a request. It asks p only where a header's value leaves a point open.
func read(req Request, p *picks) asked {
	a := asked{preflight: req.Method == http.MethodOptions, method: req.Method}
	a.readOrigin(req.Origin, p)
	if !a.hasOrigin {
		return a // fact 32: nothing else counts
	}
	a.readMethod(req.RequestMethod, p)
	if !a.badMethod {
		a.readNames(req.RequestHeaders, p)
	}
	return a
}

func (a *asked) readOrigin(origin *string, p *picks) {
	if origin == nil || *origin == "" && p.pick(emptyOrigin) == 0 {
		return
	}
	a.origin, a.hasOrigin = *origin, true
}

// readMethod: the requested method replaces the real one on actual requests too (fact 33).
func (a *asked) readMethod(method *string, p *picks) {
	if method == nil || *method == "" && p.pick(emptyMethod) == 1 {
		return
	}
	a.method, a.named, a.badMethod = *method, true, !isMethod(*method)
}

// readNames: names are trimmed (fact 53) and lower-cased (fact 24), empty members dropped, and a value without any member counts as absent
// (fact 25, both open).
func (a *asked) readNames(list *string, p *picks) {
	switch {
	case list == nil:
		return
	case trim(*list) == "":
		a.badEmpty = p.pick(emptyList) == 1
		return
	}
	empty := false
	for _, name := range strings.Split(*list, ",") {
		name = trim(name)
		switch {
		case name == "":
			empty = true
			continue
		case a.badName == "" && !isToken(name): // fact 11
			a.badName = name
		}
		a.names = append(a.names, lower(name))
	}
	a.badEmpty = a.badName == "" && empty && p.pick(emptyMember) == 1
}

// isMethod: exact and case-sensitive (facts 10, 50).
func isMethod(method string) bool {
	for _, known := range Methods {
		if method == known {
			return true
		}
	}
	return false
}

// isToken: the characters that RFC 9110 permits in a header's name (fact 11).
func isToken(name string) bool { return httpguts.ValidHeaderFieldName(name) }

// trim takes off the optional whitespace of a header's list members.
func trim(s string) string { return strings.Trim(s, " \t") }

// lower lowers ASCII letters only: header names have no others.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
