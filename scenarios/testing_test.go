package scenarios

import (
	"flag"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files and the schema")

// golden holds a text against a file.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; go test -update writes it):\n%s", file, diff)
	}
}

// load reads files given as texts by name.
func load(files map[string]string) ([]*Scenario, error) {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return Load(fsys, "")
}

// expand reads one text and expands it, or fails the test.
func expand(t *testing.T, text string) Plan {
	t.Helper()
	all, err := load(map[string]string{"f.yaml": text})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Expand(all)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// ids lists the ids of a plan's calls and cells in order, without the scenario's.
func ids(plan Plan) []string {
	all := plan.IDs()
	for i := range all {
		for _, s := range plan.Scenarios {
			all[i] = strings.TrimPrefix(all[i], s.Scenario.ID+"/")
		}
	}
	return all
}

func replace(text, old, with string) string { return strings.ReplaceAll(text, old, with) }
