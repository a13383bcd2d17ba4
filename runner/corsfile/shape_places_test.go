package corsfile

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/s3cors"

	"github.com/google/go-cmp/cmp"
)

// ofEachShape is one configuration as each tool's documentation writes it. Before each part that is looked for stands a ¦: the rule, the first
// method, the second origin, the age.
var ofEachShape = []struct{ shape, name, marked string }{
	{"S3's API", "request.json", `{
  "Bucket": "assets",
  "CORSConfiguration": {
    "CORSRules": [
      ¦{
        "AllowedMethods": [¦"GET"],
        "AllowedOrigins": ["https://a.example", ¦"https://b.example"],
        "MaxAgeSeconds": ¦600
      }
    ]
  }
}
`},
	{"S3's API", "console.json", `[
  ¦{
    "AllowedMethods": [¦"GET"],
    "AllowedOrigins": ["https://a.example", ¦"https://b.example"],
    "MaxAgeSeconds": ¦600
  }
]
`},
	{"S3's XML", "rule.xml", `¦<CORSRule>
  ¦<AllowedMethod>GET</AllowedMethod>
  <AllowedOrigin>https://a.example</AllowedOrigin>
  ¦<AllowedOrigin>https://b.example</AllowedOrigin>
  ¦<MaxAgeSeconds>600</MaxAgeSeconds>
</CORSRule>
`},
	{"CloudFormation", "stack.yaml", `Resources:
  Assets:
    Type: AWS::S3::Bucket
    Properties:
      CorsConfiguration:
        CorsRules:
          - ¦AllowedMethods: [¦GET]
            AllowedOrigins:
              - https://a.example
              - ¦https://b.example
            MaxAge: ¦600
`},
	{"Terraform", "main.tf", `resource "aws_s3_bucket_cors_configuration" "assets" {
  bucket = aws_s3_bucket.assets.id

  ¦cors_rule {
    allowed_methods = [¦"GET"]
    allowed_origins = ["https://a.example", ¦"https://b.example"]
    max_age_seconds = ¦600
  }
}
`},
	{"Pulumi's and Kubernetes operators'", "Pulumi.yaml", `resources:
  assets:
    type: aws:s3:BucketCorsConfigurationV2
    properties:
      corsRules:
        - ¦allowedMethods: [¦GET]
          allowedOrigins: ["https://a.example", ¦"https://b.example"]
          maxAgeSeconds: ¦600
`},
	{"Cloudflare R2", "wrangler.json", `{
  "rules": [
    ¦{
      "allowed": {
        "methods": [¦"GET"],
        "origins": ["https://a.example", ¦"https://b.example"]
      },
      "maxAgeSeconds": ¦600
    }
  ]
}
`},
	{"Backblaze B2", "b2.json", `[
  ¦{
    "corsRuleName": "assets",
    "allowedOperations": [¦"s3_get"],
    "allowedOrigins": ["https://a.example", ¦"https://b.example"],
    "maxAgeSeconds": ¦600
  }
]
`},
	{"Google Cloud Storage", "gcs.json", `[
  ¦{
    "method": [¦"GET"],
    "origin": ["https://a.example", ¦"https://b.example"],
    "maxAgeSeconds": ¦600
  }
]
`},
}

// The rule of each shape is S3's, and each of its parts stands where it is written.
func TestPlacesInEachShape(t *testing.T) {
	want := s3cors.Rule{AllowedOrigins: []string{"https://a.example", "https://b.example"}, AllowedMethods: []string{"GET"}, MaxAgeSeconds: ptr(600)}
	for _, c := range ofEachShape {
		text, at := marks(c.marked)
		file, err := Read(c.name, []byte(text))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if n := len(file.Configurations); n != 1 || file.Configurations[0].Shape != c.shape {
			t.Errorf("%s has %d configurations, the first of the shape of %s, want one of %s", c.name, n, file.Configurations[0].Shape, c.shape)
			continue
		}
		cfg := file.Configurations[0]
		rule := cfg.CORSRules[0]
		rule.ID = "" // B2 has a name for each
		if diff := cmp.Diff(want, rule); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		got := []string{placeText(cfg.Place(0, "", -1)), placeText(cfg.Place(0, "AllowedMethods", 0)), placeText(cfg.Place(0, "AllowedOrigins", 1)), placeText(cfg.Place(0, "MaxAgeSeconds", -1))}
		if diff := cmp.Diff(at, got); diff != "" {
			t.Errorf("%s: rule, method, origin, age (-want +got):\n%s", c.name, diff)
		}
	}
}

// What an edit writes, each shape writes in its own way, and nothing else changes.
func TestEditsInEachShape(t *testing.T) {
	const origin = "https://b.example"
	for _, c := range ofEachShape {
		text, _ := marks(c.marked)
		if strings.Count(text, origin) != 1 {
			t.Fatalf("%s has %s otherwise than once", c.name, origin)
		}
		replaced := edited(t, c.name, text, func(cfg *Configuration) ([]Edit, bool) {
			return cfg.Replace(0, "AllowedOrigins", 1, "https://c.example")
		})
		if want := strings.Replace(text, origin, "https://c.example", 1); replaced != want {
			t.Errorf("%s: replaced, it is\n%s\nwant\n%s", c.name, replaced, want)
		}
		two := edited(t, c.name, text, func(cfg *Configuration) ([]Edit, bool) {
			return cfg.Replace(0, "AllowedOrigins", 1, "https://c.example", "https://d.example")
		})
		if got := originsOf(t, c.name, two); !slices.Equal(got, []string{"https://a.example", "https://c.example", "https://d.example"}) {
			t.Errorf("%s: with two in the place of one, it has %q:\n%s", c.name, got, two)
		}
		if quoted := `"` + origin + `"`; strings.Contains(text, quoted) {
			if want := strings.Replace(text, quoted, `"https://c.example", "https://d.example"`, 1); two != want {
				t.Errorf("%s: with two in the place of one, it is\n%s\nwant\n%s", c.name, two, want)
			}
		}
		removed := edited(t, c.name, text, func(cfg *Configuration) ([]Edit, bool) { return cfg.Remove(0, "AllowedOrigins", 1) })
		if got := originsOf(t, c.name, removed); !slices.Equal(got, []string{"https://a.example"}) || strings.Contains(removed, origin) {
			t.Errorf("%s: without the second, it has %q:\n%s", c.name, got, removed)
		}
		if last := edited(t, c.name, removed, func(cfg *Configuration) ([]Edit, bool) { return cfg.Remove(0, "AllowedOrigins", 0) }); last != "no" {
			t.Errorf("%s: the only origin is removed:\n%s", c.name, last)
		}
	}
}

func originsOf(t *testing.T, name, text string) []string {
	t.Helper()
	file, err := Read(name, []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return file.Configurations[0].CORSRules[0].AllowedOrigins
}

// A part that is not there is said to stand where the nearest thing is that is.
func TestPlacesOfWhatIsNotThere(t *testing.T) {
	for _, c := range ofEachShape {
		text, at := marks(c.marked)
		file, err := Read(c.name, []byte(text))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		cfg := file.Configurations[0]
		for _, missing := range []struct {
			field string
			index int
			want  string
		}{
			{"ExposeHeaders", 3, at[0]}, {"NoSuchField", -1, at[0]}, {"", -1, at[0]},
			{"AllowedOrigins", 9, placeText(cfg.Place(0, "AllowedOrigins", -1))},
		} {
			if got := placeText(cfg.Place(0, missing.field, missing.index)); got != missing.want {
				t.Errorf("%s: %s[%d] stands at %s, want %s", c.name, missing.field, missing.index, got, missing.want)
			}
		}
		if whole, beyond := cfg.Place(-1, "", -1), cfg.Place(7, "AllowedOrigins", 0); whole != beyond {
			t.Errorf("%s: a rule that is not there stands at %v, want the configuration's place %v", c.name, beyond, whole)
		}
	}
}

// A placeholder is a value of which nothing is known, at its place; its neighbours are known.
func TestUnknownValues(t *testing.T) {
	for _, c := range []struct{ name, text, placeholder string }{
		{"f.json", `{"CORSRules": [{"AllowedOrigins": ["https://a.example", %s], "AllowedMethods": ["GET"]}]}`, `"https://${STAGE}.example"`},
		{"f.yaml", "Resources:\n  B:\n    Properties:\n      CorsConfiguration:\n        CorsRules: [{AllowedOrigins: ['https://a.example', %s], AllowedMethods: [GET]}]\n", "!Ref Origin"},
		{"f.tf", "resource \"aws_s3_bucket_cors_configuration\" \"b\" {\n  cors_rule {\n    allowed_origins = [\"https://a.example\", %s]\n    allowed_methods = [\"GET\"]\n  }\n}\n", "var.origin"},
		{"f.tf", "resource \"aws_s3_bucket_cors_configuration\" \"b\" {\n  cors_rule {\n    allowed_origins = [\"https://a.example\", %s]\n    allowed_methods = [\"GET\"]\n  }\n}\n", `"https://${var.host}"`},
	} {
		for _, known := range []bool{false, true} {
			value := c.placeholder
			if known {
				value = `"https://b.example"`
			}
			file, err := Read(c.name, fmt.Appendf(nil, c.text, value))
			if err != nil {
				t.Errorf("%s, %s: %v", c.name, value, err)
				continue
			}
			cfg := file.Configurations[0]
			if first, second := cfg.Unknown(0, "AllowedOrigins", 0), cfg.Unknown(0, "AllowedOrigins", 1); first || second == known {
				t.Errorf("%s, %s: the first origin is unknown: %t, the second: %t, want false and %t", c.name, value, first, second, !known)
			}
			if some, methods := cfg.Unknown(0, "AllowedOrigins", -1), cfg.Unknown(0, "AllowedMethods", -1); some == known || methods {
				t.Errorf("%s, %s: some origin is unknown: %t, some method: %t, want %t and false", c.name, value, some, methods, !known)
			}
			if _, ok := cfg.Replace(0, "AllowedOrigins", 1, "https://c.example"); ok && !known && !strings.Contains(value, `"`) {
				t.Errorf("%s: %s is replaced, though it is no text", c.name, value)
			}
		}
	}
}
