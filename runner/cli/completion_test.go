package cli

import (
	"bytes"
	"strings"
	"testing"
)

// What a shell is offered: each line is a command line to be completed, and one of the words that stand then.
func TestCompletion(t *testing.T) {
	for line, want := range map[string]string{
		"run --provider o":             "ovhcloud\tOVHcloud Object Storage",
		"sweep --provider ":            "aws\tAmazon S3",
		"lint --provider ver":          "versitygw\tVersityGW",
		"serve --provider mi":          "minio\tMinIO",
		"run --report j":               "junit-strict=",
		"merge --report ":              "html=",
		"compare --report ":            "html=",
		"run --fail-on ":               "exposure\ta page may do or read what the configuration forbids",
		"run --color ":                 "never",
		"lint --convert t":             "terraform",
		"lint --format s":              "sarif",
		"list --depth ":                "quick",
		"serve --deviation vary-":      "vary-missing\tVary is never sent.",
		"explain preflight.allow-or":   "preflight.allow-origin\t",
		"explain header-d":             "header-denied\t",
		"explain CP2":                  "CP201\t",
		"explain vary-mi":              "vary-missing\t",
		"explain 2":                    "24\t",
		"run orig":                     "origins",
		"validate origins/ex":          "origins/exact/one-origin\t",
		"list providers ":              "ovhcloud\tOVHcloud Object Storage",
		"schema ":                      "report",
		"reproduce nonesuch.json orig": ":1", // it cannot be read: the shell is told of an error
	} {
		var out bytes.Buffer
		words := strings.Split("__complete "+line, " ")
		if code := Main(words, &out, &bytes.Buffer{}); code != 0 {
			t.Errorf("%s: exit code %d", line, code)
		}
		if !strings.Contains("\n"+out.String(), "\n"+want) {
			t.Errorf("%s: no %q in\n%s", line, want, out.String())
		}
	}
}
