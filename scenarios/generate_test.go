package scenarios

import (
	"fmt"
	"testing"

	"corsprobe/runner/s3cors"

	"github.com/google/go-cmp/cmp"
)

func TestGenerate(t *testing.T) {
	age := int32(60)
	cfg := &s3cors.Configuration{CORSRules: []s3cors.Rule{
		{ID: "1", AllowedOrigins: []string{"https://app.example.com", "https://*.example.org", "null", "none"}, AllowedMethods: []string{"GET"}, AllowedHeaders: []string{"X-Amz-*", "content-type", "x-*-id"}, ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: &age},
	}}
	text, err := Generate("My Bucket.2", "What it does.", "", cfg)
	if err != nil {
		t.Fatal(err)
	}
	want := `# yaml-language-server: $schema=corsprobe.schema.json
name: my-bucket-2
description: What it does.
cors:
  CORSRules:
    - ID: "1"
      AllowedOrigins: ['https://app.example.com', 'https://*.example.org', "null", none]
      AllowedMethods: [GET]
      AllowedHeaders: [X-Amz-*, content-type, x-*-id]
      ExposeHeaders: [ETag]
      MaxAgeSeconds: 60
matrix:
  origins:
    - https://app.example.com
    - "null"
    - none
    - adversarial
  methods: [GET, PUT, POST, DELETE, HEAD]
  headers:
    - none
    - content-type
    - x-amz-date
    - x-corsprobe-id
    - content-type,x-amz-date,x-corsprobe-id
    - x-corsprobe-unlisted
  exclude:
    - origins: [adversarial]
      headers:
        - content-type
        - x-amz-date
        - x-corsprobe-id
        - content-type,x-amz-date,x-corsprobe-id
        - x-corsprobe-unlisted
`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	read, err := load(map[string]string{"f.yaml": string(text)})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(cfg, read[0].CORS.Config); diff != "" {
		t.Errorf("the configuration read back (-want +got):\n%s", diff)
	}
}

// Whatever S3 takes gives a valid scenario of the same configuration: every one in the catalogue, and odd ones.
func TestGenerateIsValid(t *testing.T) {
	all, err := Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	var configurations []*s3cors.Configuration
	for _, s := range all {
		configurations = append(configurations, s.CORS.config())
		for _, step := range s.Steps {
			configurations = append(configurations, step.configuration().config())
		}
	}
	rule := func(origins []string, headers ...string) *s3cors.Configuration {
		return &s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: origins, AllowedMethods: []string{"GET"}, AllowedHeaders: headers}}}
	}
	var many []string
	for i := range 300 {
		many = append(many, fmt.Sprintf("https://a-rather-long-name-%d.example.com", i))
	}
	configurations = append(configurations, rule([]string{""}), rule([]string{"a\nb", "ü", "yes", "{x}", "# y", "~", "adversarial"}), rule(many, many...), rule([]string{"*"}, "a b", "", "*"))
	n := 0
	for _, cfg := range configurations {
		if refusal := s3cors.Validate(cfg); cfg == nil || refusal != nil && !refusal.MayAccept {
			continue
		}
		n++
		text, err := Generate("x", "y", "", cfg)
		if err != nil {
			t.Errorf("%+v: %v", cfg, err)
			continue
		}
		read, err := load(map[string]string{"f.yaml": string(text)})
		if err != nil {
			t.Errorf("%+v: %v", cfg, err)
		} else if string(read[0].CORS.Config.JSON()) != string(cfg.JSON()) {
			t.Errorf("%s is read back as %s", cfg.JSON(), read[0].CORS.Config.JSON())
		}
	}
	if n < 50 {
		t.Errorf("only %d configurations", n)
	}
}

func (c *CORS) config() *s3cors.Configuration {
	if c == nil {
		return nil
	}
	return c.Config
}

func TestGenerateRefuses(t *testing.T) {
	_, err := Generate("x", "y", "", &s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"PATCH"}}}})
	want := "S3 refuses this configuration: InvalidRequest: Found unsupported HTTP method in CORS config. Unsupported method is PATCH (rule 1, AllowedMethods); corsprobe lint tells what to do"
	if fmt.Sprint(err) != want {
		t.Errorf("error = %v, want %s", err, want)
	}
}

// A scenario may name the configuration's file instead.
func TestGenerateWithFile(t *testing.T) {
	cfg := &s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: []string{"https://a.example"}, AllowedMethods: []string{"GET"}}}}
	text, err := Generate("x", "y", "sub/cors.json", cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := load(map[string]string{"f.yaml": string(text), "sub/cors.json": string(cfg.JSON())}); err != nil {
		t.Error(err)
	}
}
