package header_test

import (
	"fmt"

	"corsprobe/runner/header"
	"corsprobe/runner/result"
)

func ExampleCompare() {
	answer := []result.Header{
		{Name: "Access-Control-Allow-Origin", Value: "*"},
		{Name: "Access-Control-Allow-Origin", Value: "*"},
		{Name: "Access-Control-Allow-Methods", Value: "GET,DELETE"},
		{Name: "vary", Value: "accept-encoding, origin"},
	}
	fmt.Println(header.Compare(answer, "Access-Control-Allow-Origin", "*"))
	fmt.Println(header.Compare(answer, "Access-Control-Allow-Methods", "GET, PUT"))
	fmt.Println(header.Compare(answer, "Vary", "Origin") == nil)
	// Output:
	// sent twice
	// missing PUT; extra DELETE
	// true
}
