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
	fmt.Println(header.Compare(answer, header.AllowOrigin, "*", header.Exact))
	fmt.Println(header.Compare(answer, header.AllowMethods, "GET, PUT", header.Sequence))
	fmt.Println(header.Compare(answer, header.Vary, "Origin", header.CoversFold) == nil)
	// Output:
	// sent twice
	// missing PUT; extra DELETE
	// true
}
