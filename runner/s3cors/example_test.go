package s3cors_test

import (
	"fmt"

	"corsprobe/runner/s3cors"
)

func ExampleEvaluate() {
	cfg, err := s3cors.ParseJSON([]byte(`{"CORSRules": [
		{"AllowedOrigins": ["https://*.example.com"], "AllowedMethods": ["GET", "PUT"], "AllowedHeaders": ["x-amz-*"]}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	origin, method, headers := "https://app.example.com", "PUT", "X-Amz-Date"
	owed := s3cors.Evaluate(cfg, s3cors.Request{
		Method: "OPTIONS", Target: s3cors.Object, Origin: &origin, RequestMethod: &method, RequestHeaders: &headers,
	})
	fmt.Println(owed.Explanation)
	answer := owed.Answers[0]
	for _, header := range s3cors.Headers {
		if value, isOwed := answer.Headers[header.Name]; isOwed {
			fmt.Println(header.Name+":", value, answer.Facts[header.Check])
		}
	}
	// Output:
	// Rule 1 matches: origin https://app.example.com fits https://*.example.com, PUT is listed, x-amz-date fits x-amz-*.
	// Access-Control-Allow-Origin: https://app.example.com [20]
	// Access-Control-Allow-Credentials: true [22]
	// Access-Control-Allow-Methods: GET, PUT [23]
	// Access-Control-Allow-Headers: x-amz-date [24]
	// Vary: Origin, Access-Control-Request-Headers, Access-Control-Request-Method [29]
}

func ExampleValidate() {
	refusal := s3cors.Validate(&s3cors.Configuration{CORSRules: []s3cors.Rule{
		{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"PATCH"}},
	}})
	fmt.Println(refusal.Status, refusal.Code, refusal.Facts)
	fmt.Println(refusal.Message)
	// Output:
	// 400 InvalidRequest [57]
	// Found unsupported HTTP method in CORS config. Unsupported method is PATCH
}
