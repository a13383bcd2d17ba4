package console_test

import (
	"fmt"

	"corsprobe/runner/console"
)

// A line of a browser's console, and what to make of it.
func ExampleRead() {
	for _, m := range console.Read(`Access to fetch at 'https://my-bucket.s3.example.com/k' from origin 'https://app.example.com' has been blocked by CORS policy: ` +
		`Request header field x-amz-meta-name is not allowed by Access-Control-Allow-Headers in preflight response.`) {
		s := console.Explain(m)
		fmt.Println(s.Source, s.ID, s.Header)
		fmt.Println(s.Command)
		fmt.Print(s.Configuration)
	}
	// Output:
	// Chromium header-denied x-amz-meta-name
	// corsprobe probe https://my-bucket.s3.example.com/k --origin https://app.example.com --header x-amz-meta-name
	// {"CORSRules": [{
	//   "AllowedOrigins": ["https://app.example.com"],
	//   "AllowedMethods": ["GET","PUT"],
	//   "AllowedHeaders": ["x-amz-meta-name"],
	//   "ExposeHeaders": ["ETag"]
	// }]}
}

func ExampleParseDocument() {
	d, ok := console.ParseDocument("<Error><Code>PermanentRedirect</Code><Message>m</Message><Endpoint>b.s3.eu-west-1.amazonaws.com</Endpoint></Error>")
	fmt.Println(d.Code, d.Endpoint, ok)
	fmt.Println(console.ByError(d.Code, d.Message).Cause)
	// Output:
	// PermanentRedirect b.s3.eu-west-1.amazonaws.com true
	// the URL names the wrong region or host
}

func ExampleQuote() {
	fmt.Println(console.Quote("https://h/k"), console.Quote("it's & more"))
	// Output: https://h/k 'it'\''s & more'
}
