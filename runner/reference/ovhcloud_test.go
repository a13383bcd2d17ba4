package reference_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"corsprobe/runner"
	"corsprobe/runner/dialect"
	"corsprobe/runner/reference"
	"corsprobe/runner/result"
	"corsprobe/runner/runnertest"
	"corsprobe/runner/runnertest/race"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"

	gocmp "github.com/google/go-cmp/cmp"
)

// planned loads one scenario of a user's own.
func planned(t *testing.T, text string) scenarios.Plan {
	t.Helper()
	return runnertest.Plan(t, map[string]string{"mine.yaml": text})
}

// kinds counts findings by class and check, and by check those by which a browser blocks the page: every one, or by the standard alone.
func kinds(report result.Report) (findings, blocked map[string]int) {
	findings, blocked = map[string]int{}, map[string]int{}
	for _, c := range report.Cells {
		for _, f := range c.Findings {
			findings[fmt.Sprintf("%s %s", f.Class, f.Check)]++
			if b := f.Browser; b != nil && b.Blocked {
				blocked[strings.TrimSpace(f.Check+" "+string(b.By))]++
			}
		}
	}
	return findings, blocked
}

// The guide's own application works: what differs no page notices, but for a cache that several origins share.
func TestOVHcloudGuide(t *testing.T) {
	race.Skip(t)
	plan := runnertest.Catalogue(t).Filter(func(id string) bool { return scenarios.Glob("ovhcloud/guide", id) })
	report := run(t, reference.OVHcloud(), plan, 2*time.Second)
	findings, blocked := kinds(report)
	want := map[string]int{
		"contract preflight.vary": 4, "contract preflight.allow-headers": 4, // GET and HEAD, with Authorization and without
		"cache actual.vary": 6, "contract actual.allow-headers": 6, // after the preflight with x-amz-date too, which is refused
		"contract preflight.error-code": 5, "contract preflight.error-resource-type": 26,
	}
	if diff := gocmp.Diff(want, findings); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if len(blocked) != 0 {
		t.Errorf("blocked in a browser: %v", blocked)
	}
}

// What a customer runs into who allows headers by a pattern, or every origin.
func TestOVHcloudCustomer(t *testing.T) {
	race.Skip(t)
	for _, c := range []struct {
		name, text        string
		findings, blocked map[string]int
	}{
		{"patterns in AllowedHeaders stop uploads", `
name: uploads
cors: {CORSRules: [{AllowedOrigins: [https://app.example.com], AllowedMethods: [PUT], AllowedHeaders: [content-type, "x-amz-*"]}]}
matrix: {origins: [https://app.example.com], methods: PUT, headers: [content-type, x-amz-date]}
`, map[string]int{
			"breakage preflight.allow-headers": 1,                                                                                              // x-amz-date; content-type stands in the list by its name
			"contract preflight.allow-headers": 1, "contract actual.allow-headers": 2, "contract preflight.vary": 2, "contract actual.vary": 2, // no cache keeps the answer to a PUT
		}, map[string]int{"preflight.allow-headers": 1}},
		{"* does not cover Authorization", `
name: signed
cors: {CORSRules: [{AllowedOrigins: [https://app.example.com], AllowedMethods: [GET], AllowedHeaders: ["*"]}]}
matrix: {origins: [https://app.example.com], headers: authorization, send: preflight}
`, map[string]int{"breakage preflight.allow-headers": 1, "contract preflight.vary": 1}, map[string]int{"preflight.allow-headers standard": 1}},
		{"every origin may read with credentials", `
name: public
cors: {CORSRules: [{AllowedOrigins: ["*"], AllowedMethods: [GET]}]}
matrix: {origins: [https://app.example.com]}
`, map[string]int{
			"contract preflight.allow-credentials": 1, "contract actual.allow-credentials": 1, // beside *, and beside the echo
			"exposure actual.allow-origin": 1, "contract preflight.vary": 1, "cache actual.vary": 1,
		}, map[string]int{}},
		{"many rules are too long", "name: many\ncors: {CORSRules: [" + rules(100) + "]}\nmatrix: {origins: [https://app1.example.com]}\n",
			map[string]int{"breakage config.status": 1}, map[string]int{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			findings, blocked := kinds(run(t, reference.OVHcloud(), planned(t, c.text), 2*time.Second))
			if diff := gocmp.Diff(c.findings, findings); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if diff := gocmp.Diff(c.blocked, blocked); diff != "" {
				t.Errorf("blocked in a browser (-want +got):\n%s", diff)
			}
		})
	}
}

func rules(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "{AllowedOrigins: [https://app%d.example.com], AllowedMethods: [GET, HEAD]},", i)
	}
	return b.String()
}

// The provider's file knows every difference, and none that is not there: each entry is held strictly here.
func TestOVHcloudKnownDeviations(t *testing.T) {
	race.Skip(t)
	p, err := scenarios.ProviderByName("ovhcloud")
	if err != nil {
		t.Fatal(err)
	}
	known := slices.Clone(p.KnownDeviations)
	for i := range known {
		known[i].Lenient = false
	}
	report := runWith(t, reference.OVHcloud(), runnertest.Catalogue(t), runner.Options{Settle: 2 * time.Second, Known: &runner.Deviations{List: known}})
	verdicts := map[result.Verdict]int{}
	for _, c := range report.Cells {
		verdicts[c.Verdict]++
		for _, f := range c.Findings {
			if f.Known == nil {
				t.Errorf("%s: %s is not known: expected %s, got %s", c.ID, f.Check, f.Expected, f.Got)
			}
		}
	}
	if n := verdicts[result.Failed] + verdicts[result.Flaky] + verdicts[result.Error]; n > 0 || verdicts[result.Known] < 500 {
		t.Errorf("verdicts: %v", verdicts)
	}
	// What no scenario of the catalogue can tell: S3's facts leave it open, or the limit of a document's length comes first.
	untold := []string{"actual-bad-method", "accepts-long-id", "accepts-101-rules"}
	for _, s := range report.Stale {
		if name, _, _ := strings.Cut(s.Check, ":"); slices.Contains(untold, name) {
			continue
		}
		t.Errorf("%s: %s of %s %s", s.Where, s.Check, s.Cells, s.Problem)
	}
}

// To a user's own scenario the provider's file explains what breaks, and does not excuse it.
func TestOVHcloudExplained(t *testing.T) {
	p, err := scenarios.ProviderByName("ovhcloud")
	if err != nil {
		t.Fatal(err)
	}
	plan := planned(t, `
name: uploads
cors: {CORSRules: [{AllowedOrigins: [https://app.example.com], AllowedMethods: [PUT], AllowedHeaders: ["x-amz-*"]}]}
matrix: {origins: [https://app.example.com], methods: PUT, headers: [none, x-amz-date], send: preflight}
`)
	known := &runner.Deviations{List: p.KnownDeviations, Explain: true}
	report := runWith(t, reference.OVHcloud(), plan, runner.Options{Known: known})
	got := map[string]string{}
	for _, c := range report.Cells {
		for _, f := range c.Findings {
			if f.Check == "preflight.allow-headers" {
				got[string(f.Class)] = string(c.Verdict) + fmt.Sprint(f.Known != nil, strings.Contains(f.Why, "; known of the provider: Access-Control-Allow-Headers is the rule's"))
			}
		}
	}
	want := map[string]string{"breakage": "failedfalse true", "contract": "knowntrue false"}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("verdict, known, explained by class (-want +got):\n%s", diff)
	}
	if len(report.Stale) > 0 {
		t.Errorf("stale: %v", report.Stale)
	}
}

// A provider's measured entries that do not occur are told, and fail nothing.
func TestAbsentDeviations(t *testing.T) {
	race.Skip(t)
	p, err := scenarios.ProviderByName("ovhcloud")
	if err != nil {
		t.Fatal(err)
	}
	known := &runner.Deviations{List: p.KnownDeviations, Explain: true}
	report := runWith(t, reference.Behaviour{}, runnertest.Catalogue(t), runner.Options{Settle: 2 * time.Second, Known: known})
	for _, c := range report.Cells {
		if !faithful(c) {
			t.Errorf("%s is %s %s: %+v", c.ID, c.Verdict, c.Reason, c.Findings)
		}
	}
	if len(report.Stale) > 0 {
		t.Errorf("stale: %v", report.Stale)
	}
	var told, want []string
	for _, d := range known.Absent() {
		told = append(told, d.Named.String())
	}
	for _, d := range p.KnownDeviations { // of what S3's facts leave open, no answer tells whether it is still there
		if d.Evidence == scenarios.Measured && d.Named.Class != dialect.Open {
			want = append(want, d.Named.String())
		}
	}
	if diff := gocmp.Diff(want, told); diff != "" || len(want) == 0 {
		t.Errorf("entries told (-want +got):\n%s", diff)
	}
}

// What the layer was seen to do where S3's facts leave it open, and no scenario of the catalogue would tell.
func TestOVHcloudAnswers(t *testing.T) {
	server := start(t, reference.OVHcloud())
	for _, c := range []struct {
		name, method string
		headers      map[string]string
		want         string
	}{
		{"no such method on a GET", "GET", map[string]string{"Access-Control-Request-Method": "FOO"}, "400 CORSInvalidAccessControlRequest"},
		{"an empty one", "GET", map[string]string{"Access-Control-Request-Method": ""}, "400 CORSInvalidAccessControlRequest"},
		{"a preflight without method", "OPTIONS", map[string]string{"Origin": "https://a.example"}, "400 CORSInvalidAccessControlRequest"},
		{"a preflight without origin", "OPTIONS", map[string]string{"Access-Control-Request-Method": "GET"}, "400 CORSOriginMissing"},
		{"a missing bucket", "OPTIONS", map[string]string{"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}, "403 AccessForbidden"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, server.URL()+"/bucket/key", nil)
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range c.headers {
			r.Header.Set(name, value)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		_, rest, _ := strings.Cut(string(body), "<Code>")
		code, _, _ := strings.Cut(rest, "</Code>")
		if got := fmt.Sprintf("%d %s", answer.StatusCode, code); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	accepted := map[string]bool{}
	for name, r := range map[string]s3cors.Rule{
		"a long ID":    {ID: strings.Repeat("x", 256), AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}},
		"no method":    {AllowedOrigins: []string{"*"}},
		"no origin":    {AllowedMethods: []string{"GET"}},
		"empty origin": {AllowedOrigins: []string{""}, AllowedMethods: []string{"GET"}},
	} {
		reply, _ := reference.OVHcloud().Call(dialect.State{}, dialect.Call{Method: "PUT", Put: &s3cors.Configuration{CORSRules: []s3cors.Rule{r}}})
		accepted[name] = reply.Status == 200
	}
	if want := map[string]bool{"a long ID": true, "no method": true, "no origin": false, "empty origin": false}; !maps.Equal(accepted, want) {
		t.Errorf("accepted: %v, want %v", accepted, want)
	}
}
