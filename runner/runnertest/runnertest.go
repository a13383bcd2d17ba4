// Package runnertest carries out plans in tests, at servers that the tests started.
package runnertest

import (
	"context"
	"testing"
	"testing/fstest"

	"corsprobe/runner"
	"corsprobe/runner/endpoint"
	"corsprobe/runner/probe"
	"corsprobe/runner/result"
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
	return expand(t, func() ([]*scenarios.Scenario, error) { return scenarios.Load(folder, "") })
}

// Catalogue is the plan of the built-in catalogue at the depth that a run has by default.
func Catalogue(t testing.TB) scenarios.Plan {
	t.Helper()
	return expand(t, scenarios.Catalogue).UpTo(scenarios.Normal)
}

func expand(t testing.TB, load func() ([]*scenarios.Scenario, error)) scenarios.Plan {
	t.Helper()
	loaded, err := load()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := scenarios.Expand(loaded)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}
