package corsfile

import (
	"slices"
	"testing"

	"corsprobe/runner/s3cors"

	"github.com/google/go-cmp/cmp"
)

func ptr(n int32) *int32 { return &n }

// full has every member, and values that each language writes in its own way.
func full() *Configuration {
	return &Configuration{Name: "uploads", Configuration: &s3cors.Configuration{CORSRules: []s3cors.Rule{
		{ID: "a & b: \"c\"", AllowedOrigins: []string{"https://app.example.com", "null", "*"}, AllowedMethods: []string{"GET", "PUT"}, AllowedHeaders: []string{"*", "x-amz-*"}, ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: ptr(3000)},
		{AllowedOrigins: []string{"https://b.example.com"}, AllowedMethods: []string{"GET"}},
	}}}
}

func TestWrite(t *testing.T) {
	want := map[string]string{
		"json":           "{\n  \"CORSRules\": [\n    {\n      \"AllowedOrigins\": [\n        \"https://b.example.com\"\n      ],\n      \"AllowedMethods\": [\n        \"GET\"\n      ]\n    }\n  ]\n}\n",
		"console":        "[\n  {\n    \"AllowedOrigins\": [\n      \"https://b.example.com\"\n    ],\n    \"AllowedMethods\": [\n      \"GET\"\n    ]\n  }\n]\n",
		"yaml":           "CORSRules:\n  - AllowedOrigins:\n      - https://b.example.com\n    AllowedMethods:\n      - GET\n",
		"r2":             "{\n  \"rules\": [\n    {\n      \"allowed\": {\n        \"origins\": [\n          \"https://b.example.com\"\n        ],\n        \"methods\": [\n          \"GET\"\n        ]\n      }\n    }\n  ]\n}\n",
		"cloudformation": "Resources:\n  Uploads:\n    Type: AWS::S3::Bucket\n    Properties:\n      CorsConfiguration:\n        CorsRules:\n          - AllowedMethods: [GET]\n            AllowedOrigins:\n              - https://b.example.com\n",
		"terraform":      "resource \"aws_s3_bucket_cors_configuration\" \"uploads\" {\n  bucket = aws_s3_bucket.uploads.id\n\n  cors_rule {\n    allowed_methods = [\"GET\"]\n    allowed_origins = [\"https://b.example.com\"]\n  }\n}\n",
		"xml": "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CORSConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\n  <CORSRule>\n    <AllowedMethod>GET</AllowedMethod>\n    <AllowedOrigin>https://b.example.com</AllowedOrigin>\n" +
			"  </CORSRule>\n</CORSConfiguration>\n",
	}
	one := full()
	one.CORSRules = one.CORSRules[1:]
	for _, target := range TargetNames() {
		got, err := Write(target, one)
		if diff := cmp.Diff(want[target], string(got)); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", target, err, diff)
		}
	}
}

// What is written is read as it was, without a notice but those that say whose shape it is.
func TestWriteIsRead(t *testing.T) {
	for _, target := range TargetNames() {
		text, err := Write(target, full())
		if err != nil {
			t.Fatal(err)
		}
		name := map[string]string{"terraform": "f.tf"}[target]
		file, err := Read(name, text)
		if err != nil {
			t.Errorf("%s: %v\n%s", target, err, text)
			continue
		}
		back := file.Configurations[0]
		if d := s3cors.Difference(full().Configuration, back.Configuration); d != "" || !s3cors.Same(full().Configuration, back.Configuration) {
			t.Errorf("%s: %s\n%s", target, d, text)
		}
		for _, n := range file.All(back) {
			if n.Code != "CP001" && n.Code != "CP004" {
				t.Errorf("%s: %v", target, n)
			}
		}
	}
}

// Templates hold several configurations; the others one.
func TestWriteSeveral(t *testing.T) {
	other := full()
	other.Name = "logs"
	for _, target := range TargetNames() {
		text, err := Write(target, full(), other)
		if !slices.Contains([]string{"terraform", "cloudformation"}, target) {
			if want := target + " holds one configuration, and there are 2: name one of uploads, logs, as in FILE#uploads"; err == nil || err.Error() != want {
				t.Errorf("%s: %v, want %s", target, err, want)
			}
			continue
		}
		name := map[string]string{"terraform": "f.tf"}[target]
		if file, err := Read(name, text); err != nil || len(file.Configurations) != 2 {
			t.Errorf("%s: %v\n%s", target, err, text)
		}
	}
	if _, err := Write("toml", full()); err == nil || err.Error() != `there is no shape "toml": write json, console, xml, yaml, terraform, cloudformation, r2` {
		t.Error(err)
	}
}
