package runnertest_test

import (
	"context"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"

	"corsprobe/runner"
	"corsprobe/runner/probe"
	"corsprobe/runner/reference"
	"corsprobe/runner/result"
	"corsprobe/runner/runnertest"
	"corsprobe/scenarios"

	"github.com/google/go-cmp/cmp"
)

const one = `
name: one
cors: {CORSRules: [{AllowedOrigins: ["*"], AllowedMethods: [GET]}]}
matrix: {origins: [https://a.example], methods: [GET, PUT]}
`

func server(t *testing.T) *reference.Server {
	t.Helper()
	s, err := reference.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

func passes(t *testing.T, r result.Report) {
	t.Helper()
	if s := r.Summary; s.Passed != s.Cells || s.Cells == 0 {
		t.Errorf("%d of %d cells passed", s.Passed, s.Cells)
	}
}

func TestCleanRun(t *testing.T) {
	plan := runnertest.Plan(t, map[string]string{"one.yaml": one})
	if ids := plan.IDs(); len(ids) < 2 {
		t.Fatalf("the plan has the cells %q, want one for GET and one for PUT", ids)
	}
	passes(t, runnertest.Connect(t, server(t)).CleanRun(t, plan, runner.Options{}))
}

// A server behind a proxy is reached at the proxy's address.
func TestConnectAt(t *testing.T) {
	behind := server(t)
	target, err := url.Parse(behind.URL())
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(httputil.NewSingleHostReverseProxy(target))
	t.Cleanup(proxy.Close)
	at := runnertest.ConnectAt(t, behind, proxy.URL, probe.Options{})
	if at.Endpoint.URL() != proxy.URL {
		t.Errorf("the endpoint is at %s, want %s", at.Endpoint.URL(), proxy.URL)
	}
	passes(t, at.CleanRun(t, runnertest.Plan(t, map[string]string{"one.yaml": one}), runner.Options{}))
}

func TestCatalogue(t *testing.T) {
	all, err := scenarios.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := scenarios.Expand(all)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := runnertest.Catalogue(t).IDs(), plan.UpTo(scenarios.Normal).IDs(); !slices.Equal(got, want) {
		t.Errorf("%d cells, want the %d of the normal depth", len(got), len(want))
	}
}

func TestCatalogueByGlobs(t *testing.T) {
	whole, got := runnertest.Catalogue(t), runnertest.Catalogue(t, "origins/exact/one-origin/**", "methods/**")
	cells := func(plan scenarios.Plan, keep func(string) bool) []string {
		var ids []string
		for _, s := range plan.Scenarios {
			for _, step := range s.Steps {
				for _, c := range step.Cells {
					if keep(c.ID) {
						ids = append(ids, c.ID)
					}
				}
			}
		}
		return ids
	}
	want := cells(whole, func(id string) bool {
		return strings.HasPrefix(id, "origins/exact/one-origin/") || strings.HasPrefix(id, "methods/")
	})
	if diff := cmp.Diff(want, cells(got, func(string) bool { return true })); diff != "" || len(want) < 10 {
		t.Errorf("%d cells (-want +got):\n%s", len(want), diff)
	}
}

// The sample has a scenario of each folder, and is far smaller than all.
func TestSample(t *testing.T) {
	folders := func(plan scenarios.Plan) []string {
		var all []string
		for _, s := range plan.Scenarios {
			folder, _, _ := strings.Cut(s.Scenario.ID, "/")
			all = append(all, folder)
		}
		return all
	}
	whole := runnertest.Catalogue(t)
	sample := runnertest.Sample(whole)
	if diff := cmp.Diff(slices.Compact(folders(whole)), folders(sample)); diff != "" {
		t.Errorf("folders (-want +got):\n%s", diff)
	}
	if 4*sample.Cells() > whole.Cells() {
		t.Errorf("a sample of %d cells of %d", sample.Cells(), whole.Cells())
	}
}
