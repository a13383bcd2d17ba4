package fetch_test

import (
	"fmt"

	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
)

// An upload needs a preflight. The answers here permit it, but script cannot read the ETag that a multipart upload must send back.
func ExampleEvaluate() {
	upload := fetch.Request{Method: "PUT", Origin: "https://app.example.com", Headers: []result.Header{{Name: "Content-Type", Value: "image/png"}}}
	grant := []result.Header{
		{Name: "Access-Control-Allow-Origin", Value: "https://app.example.com"},
		{Name: "Access-Control-Allow-Methods", Value: "GET, PUT"},
		{Name: "Access-Control-Allow-Headers", Value: "content-type"},
	}
	preflight := fetch.Response{Status: 200, Headers: grant}
	actual := fetch.Response{Status: 200, Headers: append(grant, result.Header{Name: "ETag", Value: `"1"`})}
	outcome := fetch.Evaluate(upload, &preflight, &actual)
	fmt.Println("allowed:", outcome.Browsers.Allowed)
	fmt.Println("script reads ETag:", fetch.CanRead("ETag", fetch.Omit, actual.Headers))
	// Output:
	// allowed: true
	// script reads ETag: false
}

// With credentials the wildcard is no wildcard: an answer that anybody may read is blocked for a page that sends its cookies.
func ExampleCORSCheck() {
	answer := []result.Header{{Name: "Access-Control-Allow-Origin", Value: "*"}}
	for _, credentials := range []fetch.Credentials{fetch.Omit, fetch.Include} {
		v := fetch.CORSCheck("https://app.example.com", credentials, answer)
		fmt.Printf("%s: %t, %q, %q\n", credentials, v.Allowed, v.Reason, v.Firefox)
	}
	// Output:
	// omit: true, "", ""
	// include: false, "wildcard-with-credentials", "CORSNotSupportingCredentials"
}

// A preflight names the method, and of the headers those that are not safelisted: lower-cased, sorted, joined by a comma without a blank.
func ExamplePreflightHeaders() {
	request := fetch.Request{Method: "put", Origin: "https://app.example.com", Headers: []result.Header{
		{Name: "X-Amz-Meta-Title", Value: "holiday"}, {Name: "Content-Type", Value: "image/png"}, {Name: "Accept", Value: "*/*"},
	}}
	for _, h := range fetch.PreflightHeaders(request) {
		fmt.Printf("%s: %s\n", h.Name, h.Value)
	}
	// Unordered output:
	// Accept: */*
	// Origin: https://app.example.com
	// Access-Control-Request-Method: PUT
	// Access-Control-Request-Headers: content-type,x-amz-meta-title
}

// A star covers every header for the standard, but Authorization, which must be named; browsers as they ship are not so strict.
func ExamplePreflightCheck() {
	request := fetch.Request{Method: "GET", Origin: "https://app.example.com", UnsafeNames: []string{"authorization"}}
	answer := fetch.Response{Status: 200, Headers: []result.Header{
		{Name: "Access-Control-Allow-Origin", Value: "*"}, {Name: "Access-Control-Allow-Headers", Value: "*"},
	}}
	fmt.Println("standard:", fetch.PreflightCheck(request, answer).Allowed)
	fmt.Println("browsers today:", fetch.PreflightCheckToday(request, answer).Allowed)
	// Output:
	// standard: false
	// browsers today: true
}
