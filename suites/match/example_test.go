package match_test

import (
	"fmt"

	"corsprobe/runner/result"
	"corsprobe/suites/match"

	"github.com/onsi/gomega"
)

// say shows what a failing test would print.
func say(actual any, m gomega.OmegaMatcher) {
	if ok, err := m.Match(actual); err != nil {
		fmt.Println(err)
	} else if ok {
		fmt.Println("it matches")
	} else {
		fmt.Println(m.FailureMessage(actual))
	}
}

func Example() {
	preflight := result.Exchange{
		Request: result.Request{Method: "OPTIONS", Headers: []result.Header{
			{Name: "Origin", Value: "https://app.example.com"}, {Name: "Access-Control-Request-Method", Value: "PUT"}}},
		Response: result.Response{Status: 200, Headers: []result.Header{
			{Name: "Access-Control-Allow-Origin", Value: "https://app.example.com"}, {Name: "Access-Control-Allow-Methods", Value: "GET"}}},
	}
	say(preflight, match.AllowOrigin("https://app.example.com"))
	say(preflight, match.AllowMethods("GET", "PUT"))
	// Output:
	// it matches
	// Expected
	//     Access-Control-Allow-Methods: GET
	// to allow the methods, in this order (missing PUT)
	//     GET, PUT
}

func ExampleVaryOn() {
	answer := []result.Header{{Name: "Vary", Value: "Accept-Encoding"}, {Name: "vary", Value: "origin, access-control-request-method"}}
	say(answer, match.VaryOn("Origin"))
	say(answer, match.VaryOn("Access-Control-Request-Headers"))
	// Output:
	// it matches
	// Expected
	//     Vary: Accept-Encoding
	//     vary: origin, access-control-request-method
	// to vary at least on (missing Access-Control-Request-Headers)
	//     Access-Control-Request-Headers
}

func ExampleErrorCode() {
	refused := result.Response{Status: 403, Body: "<Error><Code>AccessForbidden</Code></Error>"}
	say(refused, match.ErrorCode("AccessForbidden"))
	say(refused, match.ErrorCode(gomega.HavePrefix("NoSuch")))
	// Output:
	// it matches
	// Expected
	//     <Error><Code>AccessForbidden</Code></Error>
	// to be an error document with a code that satisfies
	//     Expected
	//         <string>: AccessForbidden
	//     to have prefix
	//         <string>: NoSuch
}

// That a server is down never passes for an absent header.
func ExampleNoCORSHeaders() {
	say(result.Response{Status: 200}, match.NoCORSHeaders())
	say(result.Exchange{Error: "connection refused"}, match.NoCORSHeaders())
	// Output:
	// it matches
	// match: there was no answer: connection refused
}
