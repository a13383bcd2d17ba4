package corsfile

import (
	"testing"

	"corsprobe/runner/s3cors"
)

// The same rule, as the documentation of each tool has its keys; Google's has neither ID nor ExposeHeaders, and is not among them. Nothing is to be
// said of the keys, and all of it is read.
func TestShapes(t *testing.T) {
	want := &s3cors.Configuration{CORSRules: []s3cors.Rule{{
		ID: "a", AllowedOrigins: []string{"https://a.example"}, AllowedMethods: []string{"GET"}, AllowedHeaders: []string{"x-a"}, ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: ptr(5),
	}}}
	for shape, c := range map[string]struct{ name, text string }{
		"S3's API": {"f.json", `{"CORSRules": [{"ID": "a", "AllowedOrigins": ["https://a.example"], "AllowedMethods": ["GET"], "AllowedHeaders": ["x-a"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 5}]}`},
		"S3's XML": {"f.xml", `<CORSConfiguration><CORSRule><ID>a</ID><AllowedOrigin>https://a.example</AllowedOrigin><AllowedMethod>GET</AllowedMethod><AllowedHeader>x-a</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>5</MaxAgeSeconds></CORSRule></CORSConfiguration>`},
		"CloudFormation": {"f.yaml", "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      CorsConfiguration:\n        CorsRules:\n" +
			"          - {Id: a, AllowedOrigins: ['https://a.example'], AllowedMethods: [GET], AllowedHeaders: [x-a], ExposedHeaders: [ETag], MaxAge: 5}\n"},
		"Terraform": {"f.tf", "resource \"aws_s3_bucket_cors_configuration\" \"b\" {\n  cors_rule {\n    id = \"a\"\n    allowed_origins = [\"https://a.example\"]\n    allowed_methods = [\"GET\"]\n" +
			"    allowed_headers = [\"x-a\"]\n    expose_headers = [\"ETag\"]\n    max_age_seconds = 5\n  }\n}\n"},
		"Pulumi's and Kubernetes operators'": {"f.yaml", "resources:\n  b:\n    type: aws:s3:BucketCorsConfigurationV2\n    properties:\n      corsRules:\n" +
			"        - {id: a, allowedOrigins: ['https://a.example'], allowedMethods: [GET], allowedHeaders: [x-a], exposeHeaders: [ETag], maxAgeSeconds: 5}\n"},
		"Cloudflare R2": {"f.json", `{"rules": [{"id": "a", "allowed": {"origins": ["https://a.example"], "methods": ["GET"], "headers": ["x-a"]}, "exposeHeaders": ["ETag"], "maxAgeSeconds": 5}]}`},
		"Backblaze B2":  {"f.json", `[{"corsRuleName": "a", "allowedOrigins": ["https://a.example"], "allowedOperations": ["s3_get"], "allowedHeaders": ["x-a"], "exposeHeaders": ["ETag"], "maxAgeSeconds": 5}]`},
	} {
		file, err := Read(c.name, []byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", shape, err)
			continue
		}
		got := file.Configurations[0]
		if len(file.Configurations) != 1 || got.Shape != shape || !s3cors.Equal(got.Configuration, want) {
			t.Errorf("%s: read as %s, %+v", shape, got.Shape, got.CORSRules)
		}
		for _, n := range file.All(got) {
			if n.Code != "CP004" {
				t.Errorf("%s: %v", shape, n)
			}
		}
	}
}

// A key of one tool in another's file is understood, and told with the tool's own spelling.
func TestKeysOfOthers(t *testing.T) {
	for _, c := range []struct{ key, value, meant string }{
		{"AllowedOrigin", `["https://a.example"]`, "AllowedOrigins"}, {"allowed_origins", `["https://a.example"]`, "AllowedOrigins"}, {"allowedOrigins", `["https://a.example"]`, "AllowedOrigins"},
		{"AllowedOrigns", `["https://a.example"]`, "AllowedOrigins"}, {"AllowedHeader", `["x-a"]`, "AllowedHeaders"}, {"ExposedHeaders", `["ETag"]`, "ExposeHeaders"}, {"expose_headers", `["ETag"]`, "ExposeHeaders"},
		{"MaxAge", "5", "MaxAgeSeconds"}, {"max_age_seconds", "5", "MaxAgeSeconds"}, {"Id", `"a"`, "ID"},
	} {
		text := `{"CORSRules": [{"AllowedMethods": ["GET"], "` + c.key + `": ` + c.value + `}]}`
		file, err := Read("f.json", []byte(text))
		if err != nil {
			t.Errorf("%s: %v", c.key, err)
			continue
		}
		want := `1:44: S3's API has no key "` + c.key + `": did you mean ` + c.meant + `?; write ` + c.meant
		all := file.All(file.Configurations[0])
		if len(all) != 1 || all[0].Code != "CP024" || all[0].String() != want {
			t.Errorf("%s: %v\nwant %s", c.key, all, want)
			continue
		}
		mended, err := file.Apply(all[0].Edits)
		if wanted := `{"CORSRules": [{"AllowedMethods": ["GET"], "` + c.meant + `": ` + c.value + `}]}`; err != nil || string(mended) != wanted {
			t.Errorf("%s is mended as %s: %v", c.key, mended, err)
		}
	}
}

func TestPlainKey(t *testing.T) {
	for key, want := range map[string]string{"AllowedOrigins": "allowedorigins", "allowed_origins": "allowedorigins", "Max-Age Seconds": "maxageseconds", "é.1": "é1", "": ""} {
		if got := foldKey(key); got != want {
			t.Errorf("%q is %q, want %q", key, got, want)
		}
	}
}

// A word is near where a quarter of its letters differ, or two.
func TestNearest(t *testing.T) {
	words := []string{"CORSRules", "AllowedOrigins"}
	for word, want := range map[string]string{"CORSRule": "CORSRules", "cors_rules": "CORSRules", "CORSRulzz": "CORSRules", "AllowdOrigns": "AllowedOrigins", "Bucket": "", "": ""} {
		if got := nearest(word, words); got != want {
			t.Errorf("%q is near %q, want %q", word, got, want)
		}
	}
}
