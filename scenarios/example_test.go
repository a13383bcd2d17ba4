package scenarios_test

import (
	"fmt"
	"testing/fstest"

	"corsprobe/scenarios"
)

// A scenario is a configuration and a matrix of requests; the plan has a call for the one and a cell for each of the others.
func ExampleExpand() {
	file := `
name: uploads
cors: {CORSRules: [{AllowedOrigins: ["https://app.example.com"], AllowedMethods: [PUT]}]}
matrix:
  origins: [https://app.example.com, none]
  methods: [PUT]
`
	all, err := scenarios.Load(fstest.MapFS{"mine.yaml": {Data: []byte(file)}}, "")
	if err != nil {
		fmt.Println(err)
		return
	}
	plan, err := scenarios.Expand(all)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, id := range plan.IDs() {
		fmt.Println(id)
	}
	// Output:
	// mine/uploads/PutBucketCors
	// mine/uploads/object/auto/presigned/https:app.example.com/PUT/-
	// mine/uploads/object/auto/presigned/-/PUT/-
}

// Everything that is wrong in a file is said at once, with its place and what was meant.
func ExampleLoad() {
	file := `name: uploads
cors: none
matrx:
  origins: [a]
`
	_, err := scenarios.Load(fstest.MapFS{"mine.yaml": {Data: []byte(file)}}, "folder/")
	fmt.Println(err)
	// Output:
	// folder/mine.yaml:3:1: unknown key "matrx", expected one of name, description, labels, depth, facts, references, cors, corsFile, matrix, expect, steps; did you mean "matrix"?
}

// A star stands for anything within one part of an id, two for any number of parts; a pattern that ends early fits all below.
func ExampleGlob() {
	const id = "origins/exact/object/auto/presigned/https:app.example.com/GET/-"
	for _, pattern := range []string{"origins", "origins/*/bucket", "**/GET/-", "**/https:*.example.com"} {
		fmt.Println(pattern, scenarios.Glob(pattern, id))
	}
	// Output:
	// origins true
	// origins/*/bucket false
	// **/GET/- true
	// **/https:*.example.com true
}

// What is known of a provider says how to reach it, and what it does otherwise than S3.
func ExampleProviderByName() {
	p, err := scenarios.ProviderByName("ovhcloud")
	if err != nil {
		fmt.Println(err)
		return
	}
	url, region, err := p.URL("gra")
	fmt.Println(p.Title, url, region, err)
	_, err = scenarios.ProviderByName("ovh-clod")
	fmt.Println(err.Error()[:58])
	// Output:
	// OVHcloud Object Storage https://s3.gra.io.cloud.ovh.net gra <nil>
	// there is no provider "ovh-clod", did you mean "ovhcloud"?;
}
