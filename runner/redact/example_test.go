package redact_test

import (
	"fmt"

	"corsprobe/runner/redact"
)

// Signatures go without being told what they are; other secrets by their values.
func ExampleRedactor_Text() {
	r := redact.New("wJalrXUtnFEMI")
	fmt.Println(r.Text("GET /k?X-Amz-Date=20260101T000000Z&X-Amz-Signature=f0e8bdb8"))
	fmt.Println(r.Text("the server said: wrong key wJalrXUtnFEMI"))
	// Output:
	// GET /k?X-Amz-Date=20260101T000000Z&X-Amz-Signature=REDACTED
	// the server said: wrong key REDACTED
}

func ExampleOfAddress() {
	fmt.Printf("%q\n", redact.OfAddress("https://h/k?access_token=a%2Bbcdef&partNumber=1"))
	// Output: ["a%2Bbcdef" "a+bcdef"]
}
