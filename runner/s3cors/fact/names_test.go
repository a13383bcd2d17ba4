package fact_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/s3cors/fact"

	"gopkg.in/yaml.v3"
)

// A name stands for the fact that says so. What each statement must speak of is written here, so that no id slips to another fact unnoticed:
// verdicts cite them.
func TestNamesMeanTheirFacts(t *testing.T) {
	data, err := os.ReadFile("../facts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var facts []struct {
		ID                                  int
		Statement, Strength, Source, Assert string
	}
	if err := yaml.Unmarshal(data, &facts); err != nil {
		t.Fatal(err)
	}
	statements := map[int]string{}
	for _, f := range facts {
		statements[f.ID] = f.Statement
		if !slices.Contains([]string{"RECORDED", "FIELD", "AWS-RUN", "DOC", "PEER", "OPEN"}, f.Strength) || !slices.Contains([]string{"hard", "tolerant", "advisory", "info"}, f.Assert) || f.Source == "" {
			t.Errorf("fact %d: strength %q, assert %q, source %q", f.ID, f.Strength, f.Assert, f.Source)
		}
		// What is open, or known from peers alone, is never held against an endpoint as a fact.
		if f.Strength == "OPEN" && f.Assert == "hard" {
			t.Errorf("fact %d is open, and asserted hard", f.ID)
		}
	}
	for id, words := range map[int]string{
		fact.PreflightGranted:      "200, empty body",
		fact.PreflightRefused:      "403, AccessForbidden, evalution",
		fact.RefusalDocument:       "Code, Message, Method, ResourceType, RequestId, HostId",
		fact.RefusalWithoutHeaders: "neither Access-Control-*, nor Vary",
		fact.NotEnabled:            "CORS is not enabled for this bucket., BUCKET",
		fact.BucketNotFound:        "not 404, Bucket not found",
		fact.OriginNeeded:          "400 BadRequest, Insufficient information. Origin request header needed.",
		fact.LookupWithoutMethod:   "no Access-Control-Request-Method, OPTIONS",
		fact.MissingMethod:         "400, 403, not settled",
		fact.UnknownMethod:         "GET, PUT, POST, DELETE and HEAD, Invalid Access-Control-Request-Method: ",
		fact.OddActual:             "not known",
		fact.GetIsNotHead:          "GET, HEAD",
		fact.FirstMatch:            "stored order, first",
		fact.OriginPattern:         "case-sensitive, at most one *",
		fact.StarCoversEmpty:       "empty string",
		fact.SchemeIsNoPattern:     "https://*",
		fact.MethodExact:           "exactly",
		fact.HeaderPattern:         "without regard to case",
		fact.NoAllowedHeaders:      "without AllowedHeader",
		fact.NoPartInMatching:      "ExposeHeader, MaxAgeSeconds",
		fact.PutReplaces:           "200, replaces the whole configuration",
		fact.SchemaBroken:          "MalformedXML",
		fact.UnsupportedMethod:     "Unsupported method is ",
		fact.TwoStarsInOrigin:      "can not have more than one wildcard.",
		fact.StarInExpose:          "We currently do not support wildcard for ExposeHeader.",
		fact.TooManyRules:          "100 rules",
		fact.DocumentSize:          "64 KB",
		fact.IDLength:              "255",
		fact.NoConfiguration:       "404 NoSuchCORSConfiguration, The CORS configuration does not exist",
		fact.DeleteAnswered:        "204, NoSuchBucket",
		fact.DocFirstRule:          "PutBucketCors, three conditions",
	} {
		for word := range strings.SplitSeq(words, ", ") {
			if !strings.Contains(statements[id], word) {
				t.Errorf("fact %d does not speak of %q: %s", id, word, statements[id])
			}
		}
	}
}

func Example() {
	fmt.Println("a verdict cites facts by their ids:", fact.RefusalWithoutHeaders, fact.FirstMatch)
	// Output: a verdict cites facts by their ids: 4 44
}
