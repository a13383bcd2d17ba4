package s3error_test

import (
	"fmt"

	"corsprobe/runner/s3error"
)

// S3's refusal of a preflight says which method was asked for, and of what.
func ExampleRead() {
	doc, err := s3error.Read("<Error><Code>AccessForbidden</Code><Message>CORSResponse: CORS is not enabled for this bucket.</Message><Method>PUT</Method><ResourceType>BUCKET</ResourceType></Error>")
	fmt.Println(doc.Code, doc.Method, doc.ResourceType, err)
	_, err = s3error.Read("<html></html>")
	fmt.Println(err)
	// Output:
	// AccessForbidden PUT BUCKET <nil>
	// its root is html
}
