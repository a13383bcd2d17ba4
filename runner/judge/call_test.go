package judge

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"

	"github.com/google/go-cmp/cmp"
)

// told writes findings for a table.
func told(findings []result.Finding) []string {
	var all []string
	for _, f := range findings {
		all = append(all, fmt.Sprintf("%s %s: %s, not %s", f.Check, f.Class, f.Got, f.Expected))
	}
	return all
}

func TestCallCompare(t *testing.T) {
	good := &s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}}}}
	bad := &s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"PATCH"}}}}
	negative := &s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}, MaxAgeSeconds: seconds(-1)}}}
	for _, c := range []struct {
		name   string
		owed   Call
		status int
		code   string
		want   []string
	}{
		{"put", Put(good), 200, "", nil},
		{"put, refused", Put(good), 400, "MalformedXML", []string{"config.status breakage: 400 MalformedXML, not 200"}},
		{"put, another success", Put(good), 204, "", []string{"config.status contract: 204, not 200"}},
		{"put of what is refused", Put(bad), 400, "InvalidRequest", nil},
		{"put of what is refused, accepted", Put(bad), 200, "", []string{"config.status contract: 200, not 400 InvalidRequest"}},
		{"put of what is refused, by another code", Put(bad), 400, "MalformedXML", []string{"config.error-code contract: MalformedXML, not InvalidRequest"}},
		{"put of what is refused, without a code", Put(bad), 400, "", []string{"config.error-code contract: absent, not InvalidRequest"}},
		{"put of what is open, accepted", Put(negative), 200, "", nil},
		{"put of what is open, refused", Put(negative), 400, "Whatever", nil},
		{"get", Get(good), 200, "", nil},
		{"get of none", Get(nil), 404, "NoSuchCORSConfiguration", nil},
		{"get of none, found", Get(nil), 200, "", []string{"config.status contract: 200, not 404 NoSuchCORSConfiguration"}},
		{"delete", Delete(), 204, "", nil},
		{"delete, another status", Delete(), 200, "", []string{"config.status contract: 200, not 204"}},
		{"pinned", PinnedCall([]int{501}, []string{"NotImplemented"}, "it has none"), 501, "NotImplemented", nil},
		{"pinned, another code", PinnedCall([]int{501}, []string{"A", "B"}, "it has none"), 501, "C", []string{"config.error-code contract: C, not A or B"}},
	} {
		if diff := cmp.Diff(c.want, told(c.owed.Compare(c.status, c.code))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestPutDocument(t *testing.T) {
	const rule = "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>%s</CORSRule></CORSConfiguration>"
	for _, c := range []struct {
		name, document string
		status         []int // that are taken
		not            []int
	}{
		{"whole", fmt.Sprintf(rule, ""), []int{200}, []int{400}},
		{"no XML", "<CORS", []int{400}, []int{200}},
		{"no number", fmt.Sprintf(rule, "<MaxAgeSeconds>soon</MaxAgeSeconds>"), []int{400}, []int{200}},
		{"an empty MaxAgeSeconds", fmt.Sprintf(rule, "<MaxAgeSeconds> </MaxAgeSeconds>"), []int{200, 400}, []int{500}},
		{"an empty MaxAgeSeconds, short", fmt.Sprintf(rule, "<MaxAgeSeconds/>"), []int{200, 400}, []int{500}},
		{"an empty MaxAgeSeconds, and an unknown element", fmt.Sprintf(rule, "<MaxAgeSeconds/><Other/>"), []int{400}, []int{200}},
		{"refused for what it holds", fmt.Sprintf(rule, "<ExposeHeader>*</ExposeHeader>"), []int{400}, []int{200}},
	} {
		owed := PutDocument(c.document, s3cors.ParseXML)
		for _, status := range c.status {
			if found := owed.Compare(status, owed.code()); len(found) > 0 {
				t.Errorf("%s: %d is held against the endpoint: %v", c.name, status, told(found))
			}
		}
		for _, status := range c.not {
			if len(owed.Compare(status, "")) == 0 {
				t.Errorf("%s: %d is taken", c.name, status)
			}
		}
	}
}

// code is one that is owed.
func (c Call) code() string {
	if len(c.Codes) == 0 {
		return ""
	}
	return c.Codes[0]
}

func TestReturned(t *testing.T) {
	one := &s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}}}}
	two := &s3cors.Configuration{CORSRules: []s3cors.Rule{one.CORSRules[0], one.CORSRules[0]}}
	for _, c := range []struct {
		name      string
		want, got *s3cors.Configuration
		err       error
		body      string
		told      []string
	}{
		{"the same", one, one, nil, "", nil},
		{"none", one, nil, nil, "", []string{"config.round-trip breakage: no configuration, not the rule that was put"}},
		{"fewer rules", two, one, nil, "", []string{"config.round-trip contract: 2 rules were set; 1 came back, not the 2 rules that were put"}},
		{"no document", one, nil, errors.New("x"), "<html>", []string{`config.round-trip contract: a body that is no error document: "<html>", not the rule that was put`}},
	} {
		if diff := cmp.Diff(c.told, told(Returned(c.want, c.got, c.err, c.body))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestNamesBucket(t *testing.T) {
	for body, want := range map[string][]string{
		"<Error><BucketName>b</BucketName></Error>": nil,
		"<Error><BucketName>c</BucketName></Error>": {"config.error-bucket-name contract: c, not b"},
		"<Error><Code>x</Code></Error>":             {"config.error-bucket-name contract: absent, not b"},
		"<Error><Bucketname>b</Bucketname></Error>": {"config.error-bucket-name contract: absent, but there is <Bucketname>b</Bucketname>, not b"},
		"": nil,
	} {
		if diff := cmp.Diff(want, told(NamesBucket("b", body))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
	if f := StillThere(); f.Check != "config.deleted" || f.Class != result.Exposure || !strings.Contains(f.Got, "still") {
		t.Errorf("%+v", f)
	}
}

// Every check of a configuration call is documented.
func TestCallChecks(t *testing.T) {
	for _, part := range []string{Status, ErrorCode, BucketName, RoundTrip, Deleted} {
		if _, ok := CheckByID(string(Config) + "." + part); !ok {
			t.Errorf("no check of %s", part)
		}
	}
}
