package runner_test

import (
	"testing"
	"testing/fstest"

	"corsprobe/scenarios"
)

// loaded is the plan of files of scenarios.
func loaded(t testing.TB, files map[string]string) scenarios.Plan {
	t.Helper()
	folder := fstest.MapFS{}
	for name, text := range files {
		folder[name] = &fstest.MapFile{Data: []byte(text)}
	}
	all, err := scenarios.Load(folder, "")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := scenarios.Expand(all)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}
