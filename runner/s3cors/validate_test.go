package s3cors

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// rule is one that S3 takes, changed by a test.
func rule(change func(*Rule)) Rule {
	r := Rule{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}}
	if change != nil {
		change(&r)
	}
	return r
}

func methods(list ...string) Rule { return rule(func(r *Rule) { r.AllowedMethods = list }) }
func origins(list ...string) Rule { return rule(func(r *Rule) { r.AllowedOrigins = list }) }
func allowed(list ...string) Rule { return rule(func(r *Rule) { r.AllowedHeaders = list }) }
func exposed(list ...string) Rule { return rule(func(r *Rule) { r.ExposeHeaders = list }) }

const schemaMessage = "The XML you provided was not well-formed or did not validate against our published schema"

func malformed56(rule int, field string) *Refusal {
	return &Refusal{Status: 400, Code: "MalformedXML", Message: schemaMessage, Facts: []int{56}, Rule: rule, Field: field}
}

func invalidAt(rule, fact int, field, message string) *Refusal {
	return &Refusal{Status: 400, Code: "InvalidRequest", Message: message, Facts: []int{fact}, Rule: rule, Field: field}
}

func openAt(rule, fact int, field string) *Refusal {
	return &Refusal{Status: 400, Facts: []int{fact}, Open: true, MayAccept: true, Rule: rule, Field: field}
}

func TestValidate(t *testing.T) {
	const unsupported = "Found unsupported HTTP method in CORS config. Unsupported method is "
	for _, c := range []struct {
		desc  string
		rules []Rule
		want  *Refusal
	}{
		{"plain", []Rule{rule(nil)}, nil},
		{"every method", []Rule{methods("GET", "PUT", "POST", "DELETE", "HEAD")}, nil},
		{"no rules (56)", nil, malformed56(-1, "CORSRules")},
		{"no origin (56)", []Rule{rule(nil), origins()}, malformed56(1, "AllowedOrigins")},
		{"no method (56)", []Rule{methods()}, malformed56(0, "AllowedMethods")},
		{"an empty rule (56)", []Rule{{}}, malformed56(0, "AllowedOrigins")},
		{"unknown method (57)", []Rule{methods("GET", "MYMETHOD")}, invalidAt(0, 57, "AllowedMethods", unsupported+"MYMETHOD")},
		{"lower case (57)", []Rule{methods("get")}, invalidAt(0, 57, "AllowedMethods", unsupported+"get")},
		{"PATCH (57)", []Rule{methods("PATCH")}, invalidAt(0, 57, "AllowedMethods", unsupported+"PATCH")},
		{"OPTIONS (57)", []Rule{methods("OPTIONS")}, invalidAt(0, 57, "AllowedMethods", unsupported+"OPTIONS")},
		{"* as method (57)", []Rule{methods("*")}, invalidAt(0, 57, "AllowedMethods", unsupported+"*")},
		{"empty method (57)", []Rule{methods("")}, invalidAt(0, 57, "AllowedMethods", unsupported)},
		{"two wildcards in an origin (58)", []Rule{origins("http://a", "*example*.com")},
			invalidAt(0, 58, "AllowedOrigins", `AllowedOrigin "*example*.com" can not have more than one wildcard.`)},
		{"two wildcards in a header, of which only peers know the text (59)", []Rule{allowed("*-amz-*")}, invalidAt(0, 59, "AllowedHeaders", "")},
		{"one wildcard anywhere", []Rule{{AllowedOrigins: []string{"a*b"}, AllowedMethods: []string{"GET"}, AllowedHeaders: []string{"*", "x-*", "*-x"}}}, nil},
		{"a wildcard exposed (60)", []Rule{exposed("ETag", "x-amz-*")},
			invalidAt(0, 60, "ExposeHeaders", `ExposeHeader "x-amz-*" contains wildcard. We currently do not support wildcard for ExposeHeader.`)},
		{"no header name exposed, of which only peers know the text (61)", []Rule{exposed("test header")}, invalidAt(0, 61, "ExposeHeaders", "")},
		{"any name exposed (67)", []Rule{exposed("GET", "PUT")}, nil},
		{"an empty name exposed", []Rule{exposed("")}, openAt(0, 61, "ExposeHeaders")},
		{"no header name allowed (62)", []Rule{allowed("test header")}, openAt(0, 62, "AllowedHeaders")},
		{"100 rules (63)", slices.Repeat([]Rule{rule(nil)}, 100), nil},
		{"101 rules (63)", slices.Repeat([]Rule{rule(nil)}, 101),
			&Refusal{Status: 400, Code: "InvalidRequest", Facts: []int{63}, Open: true, Rule: -1, Field: "CORSRules"}},
		{"64 KB (64)", []Rule{origins(strings.Repeat("a", 65536))}, openAt(-1, 64, "")},
		{"an ID of 255 characters (65)", []Rule{rule(func(r *Rule) { r.ID = strings.Repeat("é", 255) })}, nil},
		{"an ID of 256 characters (65)", []Rule{rule(func(r *Rule) { r.ID = strings.Repeat("é", 256) })}, openAt(0, 65, "ID")},
		{"an empty origin (66)", []Rule{origins("")}, nil},
		{"origins with port, path or without scheme (66)", []Rule{origins("localhost", "http://test.com:80", "http://127.0.0.1:8080/*")}, nil},
		{"a negative age (68)", []Rule{rule(nil), rule(func(r *Rule) { r.MaxAgeSeconds = ptr(int32(-1)) })}, openAt(1, 68, "MaxAgeSeconds")},
		{"the schema before the contents (69)", []Rule{methods("PATCH"), {}}, malformed56(1, "AllowedOrigins")},
		{"the schema before the number of rules (69)", make([]Rule, 101), malformed56(0, "AllowedOrigins")},
		{"rule by rule (69)", []Rule{exposed("*"), methods("PATCH")}, invalidAt(0, 60, "ExposeHeaders",
			`ExposeHeader "*" contains wildcard. We currently do not support wildcard for ExposeHeader.`)},
		{"what is sure before what is open", []Rule{allowed("a b"), methods("PATCH")}, invalidAt(1, 57, "AllowedMethods", unsupported+"PATCH")},
	} {
		t.Run(c.desc, func(t *testing.T) {
			got := Validate(&Configuration{CORSRules: c.rules})
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("the refusal is %+v, want %+v", got, c.want)
			}
		})
	}
	if got, want := Validate(nil), malformed56(-1, "CORSRules"); !reflect.DeepEqual(got, want) {
		t.Errorf("the refusal of no configuration is %+v, want %+v", got, want)
	}
}
