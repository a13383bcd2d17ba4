package runner

import (
	"net/http"
	"strings"
	"testing"

	"corsprobe/runner/browser"
	"corsprobe/runner/fetch"
	"corsprobe/runner/probe"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"

	"github.com/google/go-cmp/cmp"
)

const app = "https://app.example.com"

// An endpoint that answers a browser in its own way is judged by that answer too, and the difference stands first.
func TestAnsweredOtherwise(t *testing.T) {
	origin := app
	cfg := &s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: []string{app}, AllowedMethods: []string{"GET"}}}}
	actual := request{
		Request: probe.Request{Method: http.MethodGet}, send: scenarios.Actual, holds: cfg,
		cors:  s3cors.Request{Method: "GET", Target: s3cors.Object, Origin: &origin, Outcome: s3cors.Outcome{Status: []int{200}}},
		fetch: fetch.Request{Method: "GET", Origin: app, Credentials: fetch.Omit},
	}
	right := []result.Header{{Name: "Access-Control-Allow-Origin", Value: app}, {Name: "Access-Control-Allow-Credentials", Value: "true"},
		{Name: "Access-Control-Allow-Methods", Value: "GET"}, {Name: "Vary", Value: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"}}
	lower := make([]result.Header, len(right))
	for i, h := range right {
		lower[i] = result.Header{Name: strings.ToLower(h.Name), Value: h.Value}
	}
	sent := []result.Header{{Name: "Origin", Value: app}, {Name: "Accept-Encoding", Value: "gzip"}}
	const otherwise = "the actual: Chromium got 200 without CORS headers, and corsprobe 200 with " +
		"Access-Control-Allow-Credentials: true; Access-Control-Allow-Methods: GET; Access-Control-Allow-Origin: https://app.example.com"
	names := "authorization,x-amz-date"
	for _, c := range []struct {
		name      string
		own       []result.Header
		chromiums browser.Exchange
		verdict   result.Verdict
		otherwise string
		want      []string
		asks      *string // the names that the preflight asks for
	}{
		{name: "refused for headers without meaning", own: right, chromiums: browser.Exchange{Sent: sent, Status: 400}, verdict: result.Passed, asks: &names,
			otherwise: strings.Replace(strings.Replace(otherwise, "got 200", "got 400", 1), "the actual:", "the actual, which has values of corsprobe's own in the headers that the cell names:", 1)},
		{name: "nothing for browsers that send them", own: right, chromiums: browser.Exchange{Sent: sent, Status: 200}, verdict: result.Failed, otherwise: otherwise, asks: &names,
			want: []string{"chromium.actual.allow-origin breakage"}},
		{"the same", right, browser.Exchange{Sent: sent, Status: 200, Received: lower}, result.Passed, "", nil, nil},
		{"another status alone", right, browser.Exchange{Sent: sent, Status: 404, Received: lower}, result.Passed, "", nil, nil},
		{"asked to slow down", right, browser.Exchange{Sent: sent, Status: 503}, result.Passed, "", nil, nil},
		{"nothing for browsers", right, browser.Exchange{Sent: sent, Status: 200}, result.Failed, otherwise, []string{"chromium.actual.allow-origin breakage"}, nil},
		{"nothing for others", nil, browser.Exchange{Sent: sent, Status: 200, Received: right}, result.Passed,
			"the actual: Chromium got 200 with Access-Control-Allow-Credentials: true; Access-Control-Allow-Methods: GET; Access-Control-Allow-Origin: https://app.example.com, and corsprobe 200 without CORS headers", nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			cell := result.Cell{Verdict: result.Passed, Chromium: &result.Chromium{}, Exchanges: []result.Exchange{{Kind: "actual", Response: result.Response{Status: 200, Headers: c.own}}}}
			answeredOtherwise(scenarios.Cell{Headers: scenarios.Headers{Request: c.asks}}, actual, browser.Outcome{Actual: &c.chromiums}, &cell)
			var got []string
			for _, f := range cell.Findings {
				got = append(got, f.Check+" "+string(f.Class))
				if !strings.Contains(f.Why, c.otherwise) {
					t.Errorf("why %q", f.Why)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" || cell.Verdict != c.verdict || cell.Chromium.Otherwise != c.otherwise {
				t.Errorf("%s, %q; findings (-want +got):\n%s", cell.Verdict, cell.Chromium.Otherwise, diff)
			}
		})
	}
}

// What the browser was answered right is no second finding, and what both were answered wrong stands once.
func TestAnsweredOtherwiseTellsOnce(t *testing.T) {
	origin := app
	actual := request{
		send: scenarios.Actual, holds: nil,
		cors: s3cors.Request{Method: "GET", Target: s3cors.Object, Origin: &origin, Outcome: s3cors.Outcome{Status: []int{200}}}, fetch: fetch.Request{Method: "GET", Origin: app},
	}
	came := []result.Header{{Name: "Access-Control-Allow-Origin", Value: "*"}}
	var judged judging
	ex := result.Exchange{Kind: "actual", Response: result.Response{Status: 200, Headers: came}}
	judged.add(actual, scenarios.Cell{}, ex)
	cell := result.Cell{Verdict: result.Failed, Chromium: &result.Chromium{}, Exchanges: []result.Exchange{ex}}
	judged.conclude(&cell)
	judged.explain(&cell)
	answeredOtherwise(scenarios.Cell{}, actual, browser.Outcome{Actual: &browser.Exchange{Sent: []result.Header{{Name: "Origin", Value: app}}, Status: 200, Received: came}}, &cell)
	if len(cell.Findings) != 1 || cell.Findings[0].Check != "actual.allow-origin" {
		t.Errorf("%+v", cell.Findings)
	}
}
