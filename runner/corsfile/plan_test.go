package corsfile

import (
	"testing"

	"corsprobe/runner/s3cors"

	"github.com/google/go-cmp/cmp"
)

const plan = `Terraform used the selected providers to generate the following execution
plan. Resource actions are indicated with the following symbols:
  + create
  ~ update in-place
  - destroy
-/+ destroy and then create replacement

Terraform will perform the following actions:

  # aws_s3_bucket.old will be destroyed
  - resource "aws_s3_bucket" "old" {
      - bucket = "old" -> null

      - cors_rule {
          - allowed_methods = [
              - "DELETE",
            ]
          - allowed_origins = [
              - "https://gone.example.com",
            ]
        }
    }

  # aws_s3_bucket_cors_configuration.files will be updated in-place
  ~ resource "aws_s3_bucket_cors_configuration" "files" {
        id     = "files"
        # (1 unchanged attribute hidden)

      - cors_rule {
          - allowed_methods = [
              - "GET",
            ] -> null
          - allowed_origins = [
              - "https://old.example.com",
            ] -> null
          - max_age_seconds = 0 -> null
        }
      + cors_rule {
          + allowed_headers = (known after apply)
          + allowed_methods = [
              + "GET",
              + "PUT",
            ]
          + allowed_origins = [
              + "https://app.example.com/",
              - "https://was.example.com",
            ]
          ~ max_age_seconds = 60 -> 3000
        }
    }

Plan: 0 to add, 1 to change, 1 to destroy.
`

// What terraform plan prints is read as what it leads to, each value at its place; what goes away is not.
func TestPlan(t *testing.T) {
	f, err := Read("plan.txt", []byte(plan))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Configurations) != 1 {
		t.Fatalf("%d configurations, want that of the resource which stays", len(f.Configurations))
	}
	c := f.Configurations[0]
	age := int32(3000)
	want := []s3cors.Rule{{
		AllowedOrigins: []string{"https://app.example.com/"}, AllowedMethods: []string{"GET", "PUT"}, AllowedHeaders: []string{"(known after apply)"}, MaxAgeSeconds: &age,
	}}
	if diff := cmp.Diff(want, c.CORSRules); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	if at := c.Place(0, "AllowedOrigins", 0); at.Line != 45 || at.Column != 17 {
		t.Errorf("the origin stands at %d:%d", at.Line, at.Column)
	}
	if got := fromPlan([]byte(plan)); len(got) != len(plan) {
		t.Errorf("%d bytes came of %d", len(got), len(plan))
	}
}

// What is no plan, or only part of one, is told as ever, and never panics.
func FuzzPlan(f *testing.F) {
	f.Add(plan)
	f.Add("  # a.b will be created\n  + resource \"a\" \"b\" {\n      - cors_rule {\n")
	f.Fuzz(func(t *testing.T, text string) {
		if got := fromPlan([]byte(text)); len(got) != len(text) {
			t.Errorf("%d bytes came of %d", len(got), len(text))
		}
		_, _ = Read("plan.txt", []byte(text))
	})
}
