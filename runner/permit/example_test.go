package permit_test

import (
	"fmt"
	"strings"

	"corsprobe/runner/permit"
	"corsprobe/runner/s3cors"
)

// What stands against each rule, and the smallest change that lets the page go on.
func ExampleExplain() {
	cfg := &s3cors.Configuration{CORSRules: []s3cors.Rule{
		{AllowedOrigins: []string{"https://app.example.com/"}, AllowedMethods: []string{"GET"}},
		{AllowedOrigins: []string{"https://app.example.com"}, AllowedMethods: []string{"GET"}},
	}}
	request, remarks, err := permit.Page{Origin: "https://app.example.com", Method: "put"}.Request()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.Join(remarks, "\n"))
	e := permit.Explain(cfg, request)
	fmt.Println(e.Gets, "because", e.Sentence)
	for _, rule := range e.Rules {
		fmt.Println(rule.Sentence)
	}
	fmt.Println("change:", strings.Join(e.Change.What, ", "))
	// Output:
	// put is sent as PUT: browsers write DELETE, GET, HEAD, OPTIONS, POST and PUT in upper case
	// blocked because the preflight's answer has no Access-Control-Allow-Origin
	// Rule 1: origin https://app.example.com does not fit AllowedOrigins (https://app.example.com/): "https://app.example.com/": no browser sends it, because it ends in a slash, and an origin has none; PUT is not in AllowedMethods (GET).
	// Rule 2: PUT is not in AllowedMethods (GET).
	// change: add PUT to AllowedMethods of rule 2
}
