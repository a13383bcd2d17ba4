package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/s3cors"
)

func TestNeighbours(t *testing.T) {
	var b strings.Builder
	for _, pattern := range []string{
		"https://app.example.com", "http://localhost:3000", "https://192.0.2.1", "http://[::1]:8080", "chrome-extension://abcdef", "example.origin",
		"https://*.example.com", "http://*", "*", "https://a*a.example", "https://app.*", "*.example.com",
	} {
		fmt.Fprintf(&b, "%s\n", pattern)
		cfg := &s3cors.Configuration{CORSRules: []s3cors.Rule{{AllowedOrigins: []string{pattern}}}}
		for _, o := range neighbours(cfg, nil) {
			verdict := "      "
			if s3cors.MatchOrigin(pattern, o.Text) {
				verdict = "allows"
			}
			fmt.Fprintf(&b, "  %s %-44s %s\n", verdict, o.Text, o.Adversarial)
		}
	}
	golden(t, "testdata/neighbours.golden", b.String())
}

// Listed origins and those of several rules are not repeated.
func TestNeighboursOnce(t *testing.T) {
	plan := expand(t, `
name: a
cors:
  CORSRules:
  - {AllowedOrigins: [https://a.example, "*"], AllowedMethods: GET}
  - {AllowedOrigins: https://a.example, AllowedMethods: PUT}
matrix: {origins: [https://a.example, "null", http://a.example, adversarial], send: preflight}
`)
	var all []string
	for _, c := range plan.Scenarios[0].Steps[0].Cells {
		all = append(all, *c.Origin)
		if listed := slices.Contains([]string{"https://a.example", "null", "http://a.example"}, *c.Origin); listed != (c.Adversarial == "") {
			t.Errorf("%s: adversarial %q", *c.Origin, c.Adversarial)
		}
	}
	slices.Sort(all)
	if once := slices.Compact(slices.Clone(all)); len(once) != len(all) {
		t.Errorf("origins come twice: %v", all)
	}
	if len(all) < 10 {
		t.Errorf("only %v", all)
	}
}
