package cli

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"corsprobe/runner/runnertest/race"
)

// byName is a line of the linker's list of what needs what, about a function that calls methods by a name that is known only then.
var byName = regexp.MustCompile(`^(.+) -> (.+) <ReflectMethod>$`)

// callers builds the program of a folder, and lists what is in it that calls methods by name.
func callers(t *testing.T, folder string) []string {
	t.Helper()
	build := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-dumpdep", "-o", filepath.Join(t.TempDir(), "program"), ".")
	build.Dir = folder
	var b bytes.Buffer
	build.Stderr = &b
	if err := build.Run(); err != nil {
		t.Fatalf("%v: %s", err, b.Bytes())
	}
	var all []string
	lines := bufio.NewScanner(&b)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if m := byName.FindStringSubmatch(lines.Text()); m != nil {
			all = append(all, m[2]+", for "+m[1])
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// With one function that calls methods by a name that the linker cannot know, it keeps every exported method of every type that is ever used
// through an interface: the program grew by 10 MB, by all operations of all clients that the embedded server and the SDK have.
func TestNothingCallsMethodsByName(t *testing.T) {
	race.Skip(t)
	if all := callers(t, project); len(all) > 0 { // the first brings all the others
		t.Errorf("%s, calls methods by name, as templates of text/template and html/template do, and go-cmp", all[0])
	}
}

func TestCallers(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":  "module tiny\n\ngo 1.26\n",
		"main.go": "package main\n\nimport (\n\t\"os\"\n\t\"reflect\"\n)\n\nfunc main() { byName(os.Stdout, os.Args[0]) }\n\nfunc byName(v any, name string) { println(reflect.ValueOf(v).MethodByName(name).IsValid()) }\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if all := callers(t, folder); !slices.ContainsFunc(all, regexp.MustCompile(`main\.(byName|main)\b`).MatchString) {
		t.Errorf("got %q, want main.byName among them", all)
	}
}
