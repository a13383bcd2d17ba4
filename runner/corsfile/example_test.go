package corsfile_test

import (
	"fmt"

	"corsprobe/runner/corsfile"
)

// Whatever shape a file has, its configuration is S3's, and every part knows where it stands.
func ExampleRead() {
	file, err := corsfile.Read("main.tf", []byte(`resource "aws_s3_bucket_cors_configuration" "assets" {
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://a.example.com", "https://b.example.com"]
  }
}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	cfg := file.Configurations[0]
	fmt.Println(cfg.Name, "has the shape of", cfg.Shape)
	fmt.Println(cfg.CORSRules[0].AllowedOrigins, cfg.Place(0, "AllowedOrigins", 1))
	// Output:
	// aws_s3_bucket_cors_configuration.assets has the shape of Terraform
	// [https://a.example.com https://b.example.com] {4 49}
}

// An error tells the place, what is wrong and what to do.
func ExampleProblems() {
	_, err := corsfile.Read("cors.json", []byte("{\n  \"CORSRules\": [\n    {\"AllowedOrigins\" [\"*\"]}\n  ]\n}"))
	fmt.Println(err)
	_, err = corsfile.Read("cors.json", []byte("{\"CORSRules\": [{\"AllowedOrigins\": [“*”]}]}"))
	fmt.Println(err)
	// Output:
	// cors.json:3:23: not JSON: invalid character '[' after object name; mend the JSON; jq . FILE checks it
	// cors.json:1:36: typographic quotes: JSON wants straight ones; write " for them; editors for prose change what is typed
}

func ExampleWrite() {
	file, err := corsfile.Read("cors.json", []byte(`[{"AllowedOrigins": ["https://a.example.com"], "AllowedMethods": ["GET"], "MaxAgeSeconds": 600}]`))
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := corsfile.Write("xml", file.Configurations...)
	fmt.Printf("%s%v\n", text, err)
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
	//   <CORSRule>
	//     <AllowedMethod>GET</AllowedMethod>
	//     <AllowedOrigin>https://a.example.com</AllowedOrigin>
	//     <MaxAgeSeconds>600</MaxAgeSeconds>
	//   </CORSRule>
	// </CORSConfiguration>
	// <nil>
}

func ExampleSplit() {
	file, configuration := corsfile.Split("template.yaml#Uploads")
	fmt.Println(file, configuration)
	// Output: template.yaml Uploads
}
