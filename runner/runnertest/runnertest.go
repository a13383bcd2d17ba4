// Package runnertest carries out plans in tests, at servers that the tests started.
package runnertest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"corsprobe/runner"
	"corsprobe/runner/endpoint"
	"corsprobe/runner/probe"
	"corsprobe/runner/result"
	"corsprobe/runner/runnertest/race"
	"corsprobe/scenarios"
)

// Server is what a connection needs to know of a server: packages embedded and reference start such.
type Server interface {
	URL() string
	Region() string
	Credentials() (accessKey, secretKey string)
}

// Connection is a server as a run needs it.
type Connection struct {
	Endpoint *endpoint.Endpoint
	Client   *probe.Client
	RunID    string
}

// Connect opens a server at its own URL.
func Connect(t testing.TB, s Server) Connection {
	t.Helper()
	return ConnectAt(t, s, s.URL(), probe.Options{})
}

// ConnectAt opens a server at another URL than its own, such as that of a proxy before it. Journals go to a folder of the test, and the client's
// connections are closed with the test.
func ConnectAt(t testing.TB, s Server, url string, transport probe.Options) Connection {
	t.Helper()
	accessKey, secretKey := s.Credentials()
	c := Connection{RunID: runner.NewID()}
	var err error
	c.Endpoint, err = endpoint.Open(t.Context(), endpoint.Config{
		URL: url, Region: s.Region(), AccessKey: accessKey, SecretKey: secretKey, RunID: c.RunID, JournalDir: t.TempDir(), Options: transport,
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.Client, err = probe.New(transport); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Client.Close)
	return c
}

// Run carries a plan out. The errors are those of clean-up.
func (c Connection) Run(ctx context.Context, plan scenarios.Plan, opts runner.Options) (result.Report, []error) {
	return runner.Start(ctx, plan, c.Endpoint, c.Client, c.RunID, opts).Finish()
}

// CleanRun is [Connection.Run] in a test that fails where clean-up does.
func (c Connection) CleanRun(t testing.TB, plan scenarios.Plan, opts runner.Options) result.Report {
	t.Helper()
	report, trouble := c.Run(t.Context(), plan, opts)
	for _, err := range trouble {
		t.Errorf("clean-up: %v", err)
	}
	return report
}

// Plan is the plan of scenario files, given by name.
func Plan(t testing.TB, files map[string]string) scenarios.Plan {
	t.Helper()
	folder := fstest.MapFS{}
	for name, text := range files {
		folder[name] = &fstest.MapFile{Data: []byte(text)}
	}
	plan, err := expand(scenarios.Load(folder, ""))
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// Catalogue is the plan of the built-in catalogue at the depth that a run has by default; with globs it is of the cells that fit one of them. It
// shares its cells with the other plans of the catalogue, and is only to be read.
func Catalogue(t testing.TB, globs ...string) scenarios.Plan {
	t.Helper()
	all, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	plan := all.UpTo(scenarios.Normal)
	if len(globs) == 0 {
		return plan
	}
	return plan.Filter(func(id string) bool {
		return slices.ContainsFunc(globs, func(glob string) bool { return scenarios.Glob(glob, id) })
	})
}

// CatalogueOrSample is the plan of the built-in catalogue, but where the race detector looks on: there it is the first scenario of each folder, for
// what happens at once is the same in all.
func CatalogueOrSample(t testing.TB) scenarios.Plan {
	t.Helper()
	plan := Catalogue(t)
	if race.Enabled {
		return sample(plan)
	}
	return plan
}

func sample(plan scenarios.Plan) scenarios.Plan {
	var first scenarios.Plan
	seen := map[string]bool{}
	for _, s := range plan.Scenarios {
		if folder, _, _ := strings.Cut(s.Scenario.ID, "/"); !seen[folder] {
			seen[folder] = true
			first.Scenarios = append(first.Scenarios, s)
		}
	}
	return first
}

var catalogue = sync.OnceValues(func() (scenarios.Plan, error) { return expand(scenarios.Catalogue()) })

func expand(loaded []*scenarios.Scenario, err error) (scenarios.Plan, error) {
	if err != nil {
		return scenarios.Plan{}, err
	}
	return scenarios.Expand(loaded)
}
