package dialect_test

import (
	"fmt"

	"corsprobe/runner/dialect"
	"corsprobe/runner/s3cors"
)

// What an endpoint answers that looks at the first rule alone: S3 would have found the second.
func ExamplePredict() {
	cfg := &s3cors.Configuration{CORSRules: []s3cors.Rule{
		{AllowedOrigins: []string{"https://app.example.com"}, AllowedMethods: []string{"GET"}},
		{AllowedOrigins: []string{"https://app.example.com"}, AllowedMethods: []string{"PUT"}},
	}}
	origin, method := "https://app.example.com", "PUT"
	preflight := s3cors.Request{Method: "OPTIONS", Target: s3cors.Object, Origin: &origin, RequestMethod: &method}
	first, err := dialect.Parse("only-first-rule")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range []dialect.Dialect{nil, {first}} {
		answer := dialect.Predict(d, cfg, preflight)[0]
		fmt.Printf("%q: %d %s\n", d, answer.Status, answer.Headers["Access-Control-Allow-Methods"])
	}
	// Output:
	// "": [200] PUT
	// "only-first-rule": [403]
}

// A deviation is written by its name, and with what it takes.
func ExampleParse() {
	limit, err := dialect.Parse("most-rules: 20")
	fmt.Println(limit, "-", limit.Summary, err)
	_, err = dialect.Parse("most-rules")
	fmt.Println(err)
	_, err = dialect.Parse("vary-mising")
	fmt.Println(err)
	// Output:
	// most-rules: 20 - PutBucketCors refuses more than 20 rules. <nil>
	// most-rules needs a value: how many rules are accepted, such as most-rules: 20
	// there is no deviation "vary-mising"; is vary-missing meant? corsprobe list deviations names them
}

// What a bucket holds goes along from call to call.
func ExampleDialect_Call() {
	once, err := dialect.Parse("put-once")
	if err != nil {
		fmt.Println(err)
		return
	}
	d := dialect.Dialect{once}
	var bucket dialect.State
	for _, origin := range []string{"https://first.example.com", "https://second.example.com"} {
		var reply dialect.Reply
		put := &s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: []string{origin}, AllowedMethods: []string{"GET"}}}}
		reply, bucket = d.Call(bucket, dialect.Call{Method: "PUT", Put: put})
		fmt.Println(reply.Status, bucket.Own.CORSRules[0].AllowedOrigins)
	}
	// Output:
	// 200 [https://first.example.com]
	// 200 [https://first.example.com]
}
