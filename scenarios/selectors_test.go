package scenarios

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/s3cors"

	"github.com/google/go-cmp/cmp"
)

// the cells that selectors choose among, by number.
const choices = `
name: a
cors: {CORSRules: [{AllowedOrigins: [https://app.example], AllowedMethods: [GET]}]}
matrix:
  origins: [https://app.example]
  include:
    - {origins: none}
    - {origins: ''}
    - {origins: 'null', methods: PUT}
    - {origins: http://app.example, targets: bucket}
    - {origins: https://app.example, headers: 'x-a, x-b'}
    - {origins: https://app.example, headers: [{Range: bytes=0-1}]}
    - {origins: https://app.example, authorisations: anonymous, addressing: path}
    - {origins: https://app.example, clients: firefox}
    - {origins: https://app.example, methods: none, send: preflight}
    - {origins: https://app.example, operations: GetObject-range}
expect:
  - cells: %s
    reason: chosen
    preflight: {status: 200}
`

// A selector takes the cells that fit every key that it names, each by one of its globs.
func TestSelectors(t *testing.T) {
	for _, c := range []struct {
		selector string
		want     []int
	}{
		{"{}", []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
		{"{origins: https://app.example}", []int{0, 5, 6, 7, 8, 9, 10}},
		{"{origins: '*://app.example'}", []int{0, 4, 5, 6, 7, 8, 9, 10}},
		{"{origins: none}", []int{1}},
		{"{origins: ''}", []int{2}},
		{"{origins: ['null', none]}", []int{1, 3}},
		{"{methods: PUT}", []int{3}},
		{"{methods: none}", []int{9}},
		{"{methods: '*'}", []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
		{"{targets: bucket}", []int{4}},
		{"{targets: 'b*'}", []int{4}},
		{"{headers: none, origins: https://app.example}", []int{0, 7, 8, 9, 10}},
		{"{headers: 'x-*'}", []int{5}},
		{"{headers: 'Range: *'}", []int{6}},
		{"{authorisations: anonymous}", []int{7}},
		{"{addressing: path, authorisations: anonymous}", []int{7}},
		{"{clients: firefox}", []int{8}},
		{"{clients: plain, methods: PUT}", []int{3}},
		{"{operations: 'GetObject-*'}", []int{10}},
		{"{operations: any, origins: http*, headers: none, clients: plain, methods: GET, authorisations: presigned}", []int{0, 4}},
	} {
		plan := expand(t, fmt.Sprintf(choices, c.selector))
		var got []int
		for i, cell := range plan.Scenarios[0].Steps[0].Cells {
			if len(cell.Pins) > 0 {
				got = append(got, i)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s chooses %v, want %v", c.selector, got, c.want)
		}
	}
}

// Pins are read as they are written: one value or several, of statuses, codes and headers.
func TestPinsAsRead(t *testing.T) {
	for _, c := range []struct {
		parts string
		want  Parts
	}{
		{"{status: 204}", Parts{Status: []int{204}}},
		{"{status: [200, 204]}", Parts{Status: []int{200, 204}}},
		{"{error: AccessDenied}", Parts{Error: []string{"AccessDenied"}}},
		{"{status: 403, error: [AccessDenied, AccessForbidden]}", Parts{Status: []int{403}, Error: []string{"AccessDenied", "AccessForbidden"}}},
		{"{headers: {Vary: Origin}}", Parts{Headers: headerPins{{"Vary", []string{"Origin"}}}}},
		{"{headers: {Vary: absent, Access-Control-Max-Age: [60, any]}}", Parts{Headers: headerPins{{"Vary", []string{"absent"}}, {"Access-Control-Max-Age", []string{"60", "any"}}}}},
		{"{headers: {X-A: ''}}", Parts{Headers: headerPins{{"X-A", []string{""}}}}},
	} {
		for _, kind := range []string{"preflight", "actual"} {
			cell := expand(t, "name: a\ncors: none\nmatrix: {origins: [x]}\nexpect: [{reason: r, "+kind+": "+c.parts+"}]\n").Scenarios[0].Steps[0].Cells[0]
			got, other := cell.Pins[0].Preflight, cell.Pins[0].Actual
			if kind == "actual" {
				got, other = other, got
			}
			if got == nil || other != nil || !slices.Equal(got.Status, c.want.Status) || !slices.Equal(got.Error, c.want.Error) || !cmp.Equal(got.Headers, c.want.Headers) {
				t.Errorf("%s: %s is read as %+v, and the other as %+v", kind, c.parts, got, other)
			}
		}
	}
}

// A configuration is the same in whatever shape it stands in a scenario, or in a file that the scenario names.
func TestConfigurationsOfEveryShape(t *testing.T) {
	want := &s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: []string{"https://a.example"}, AllowedMethods: []string{"GET"}}}}
	for name, c := range map[string]struct {
		cors  string
		files map[string]string
	}{
		"S3's API":           {"cors: {CORSRules: [{AllowedOrigins: ['https://a.example'], AllowedMethods: [GET]}]}", nil},
		"one value a list":   {"cors: {CORSRules: [{AllowedOrigins: 'https://a.example', AllowedMethods: GET}]}", nil},
		"Cloudflare R2":      {"cors: {rules: [{allowed: {origins: ['https://a.example'], methods: [GET]}}]}", nil},
		"the console's list": {"cors: [{AllowedOrigins: ['https://a.example'], AllowedMethods: [GET]}]", nil},
		"an anchor":          {"description: &o https://a.example\ncors: {CORSRules: [{AllowedOrigins: [*o], AllowedMethods: [GET]}]}", nil},
		"JSON beside it":     {"cors: {file: c.json}", map[string]string{"c.json": `{"CORSRules": [{"AllowedOrigins": ["https://a.example"], "AllowedMethods": ["GET"]}]}`}},
		"XML beside it":      {"corsFile: c.xml", map[string]string{"c.xml": "<CORSConfiguration><CORSRule><AllowedOrigin>https://a.example</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>"}},
		"in a folder":        {"corsFile: sub/c.json", map[string]string{"sub/c.json": `[{"AllowedOrigins": ["https://a.example"], "AllowedMethods": ["GET"]}]`}},
		"one of a template":  {"corsFile: 't.yaml#B'", map[string]string{"t.yaml": ""}},
	} {
		files := map[string]string{"f.yaml": "name: a\n" + c.cors + "\nmatrix: {origins: [x]}\n"}
		for file, text := range c.files {
			files[file] = text
		}
		if _, template := files["t.yaml"]; template {
			delete(files, "t.yaml") // every .yaml is a scenario's
			files["t.json"] = `{"Resources": {"A": {"Properties": {"CorsConfiguration": {"CorsRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["PUT"]}]}}},
"B": {"Properties": {"CorsConfiguration": {"CorsRules": [{"AllowedOrigins": ["https://a.example"], "AllowedMethods": ["GET"]}]}}}}}`
			files["f.yaml"] = strings.Replace(files["f.yaml"], "t.yaml#B", "t.json#B", 1)
		}
		all, err := load(files)
		if err != nil || len(all) != 1 {
			t.Errorf("%s: %d scenarios, %v", name, len(all), err)
			continue
		}
		if !s3cors.Equal(all[0].CORS.Config, want) {
			t.Errorf("%s is read as %+v", name, all[0].CORS.Config)
		}
	}
}

// What a digest may be unknown for, and what it is refused for, are two things (fact 70).
func TestDigests(t *testing.T) {
	for digest, want := range map[Digest]string{
		MD5: "taken", CRC32: "taken", SHA256: "taken", MD5AndCRC32: "taken", CRC64NVME: "may be unknown", Trailing: "may be unknown", WrongMD5: "refused", MalformedMD5: "refused",
	} {
		got := "taken"
		switch {
		case digest.MayBeUnknown():
			got = "may be unknown"
		case digest.Spoilt():
			got = "refused"
		}
		if got != want || !slices.Contains(Digests, digest) {
			t.Errorf("%s is %s, want %s; listed: %t", digest, got, want, slices.Contains(Digests, digest))
		}
	}
}

// Calls in the life of a bucket name it or its object, never another, and open it to nobody.
func TestBucketCalls(t *testing.T) {
	for _, c := range BucketCalls {
		if c.Method != http.MethodPut && c.Method != http.MethodDelete {
			t.Errorf("%s is sent as %s", c.Name, c.Method)
		}
		if c.OnKey == (c.Query != "") {
			t.Errorf("%s is on an object: %t, with the query %q: a sub-resource of a bucket has one, an object none", c.Name, c.OnKey, c.Query)
		}
		if verb, _, _ := strings.Cut(string(c.Name), "Bucket"); strings.HasPrefix(verb, "Delete") != (c.Method == http.MethodDelete) {
			t.Errorf("%s is sent as %s", c.Name, c.Method)
		}
		for _, f := range c.Fields {
			if strings.HasPrefix(f.Value, "public") {
				t.Errorf("%s opens the bucket: %s: %s", c.Name, f.Name, f.Value)
			}
		}
		if strings.Contains(c.Body, `"Effect":"Allow"`) {
			t.Errorf("%s opens the bucket: %s", c.Name, c.Body)
		}
	}
}
