package diagnose_test

import (
	"fmt"

	"corsprobe/runner/diagnose"
	"corsprobe/runner/result"
)

// Two answers that differ from S3's by one thing that the endpoint does.
func ExampleReport() {
	origin := "https://app.example.com"
	ask := func(id, kind, method string) result.Cell {
		headers := []result.Header{{Name: "Origin", Value: origin}}
		if kind == "preflight" {
			headers = append(headers, result.Header{Name: "Access-Control-Request-Method", Value: "GET"})
		}
		return result.Cell{
			ID: id, Scenario: "s", Verdict: result.Failed,
			Point:    &result.Point{Target: "object", Origin: &origin, Method: "GET"},
			Findings: []result.Finding{{Check: kind + ".allow-methods", Class: result.Breakage}},
			Exchanges: []result.Exchange{{
				Kind: kind, Request: result.Request{Method: method, URL: "https://s3.example.com/bucket/key", Headers: headers},
				Response: result.Response{Status: 200, Headers: []result.Header{
					{Name: "Access-Control-Allow-Origin", Value: origin}, {Name: "Access-Control-Allow-Credentials", Value: "true"},
					{Name: "Access-Control-Allow-Methods", Value: "get, put"},
					{Name: "Vary", Value: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"},
				}},
			}},
		}
	}
	d := diagnose.Report(result.Report{
		Endpoint: result.Endpoint{URL: "https://s3.example.com"},
		Scenarios: []result.Scenario{{ID: "s", Steps: []result.Step{{
			Call: "PutBucketCors", CORS: `{"CORSRules": [{"AllowedOrigins": ["https://app.example.com"], "AllowedMethods": ["GET", "PUT"]}]}`,
		}}}},
		Cells: []result.Cell{ask("s/1", "preflight", "OPTIONS"), ask("s/2", "actual", "GET")},
	})
	for _, c := range d.Causes {
		fmt.Println(c.Deviation+":", c.Summary, c.Cells)
	}
	fmt.Println("unexplained:", len(d.Unexplained))
	// Output:
	// allow-methods-lower-case: Allow-Methods is lower-cased. [s/1 s/2]
	// unexplained: 0
}
