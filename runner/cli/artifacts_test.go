package cli

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

// shipped is the folder of what is published beside the program.
var shipped = filepath.Join("..", "..", ".github")

func readYAML(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(shipped, file))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// notFlags are the action's inputs that are no flags of corsprobe run.
var notFlags = []string{"scenarios", "args", "report-dir", "artifact"}

// The action's inputs are called as the flags are, and its script hands each of them on.
func TestActionInputs(t *testing.T) {
	var action struct {
		Inputs map[string]struct{ Description string }
		Runs   struct {
			Steps []struct{ Env map[string]string }
		}
	}
	readYAML(t, "action/action.yml", &action)
	script, err := os.ReadFile(filepath.Join(shipped, "action", "run.sh"))
	if err != nil {
		t.Fatal(err)
	}
	listed := strings.Fields(regexp.MustCompile(`for name in ([a-z -]+); do`).FindStringSubmatch(string(script))[1])
	var flags []string
	run := runCommand().Flags()
	for name, input := range action.Inputs {
		variable := "INPUT_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		if handed := action.Runs.Steps[1].Env[variable]; name != "artifact" && handed != "${{ inputs."+name+" }}" {
			t.Errorf("%s is %q to the script", name, handed)
		}
		if input.Description == "" {
			t.Errorf("%s has no description", name)
		}
		if slices.Contains(notFlags, name) {
			continue
		}
		flags = append(flags, name)
		if run.Lookup(name) == nil {
			t.Errorf("corsprobe run has no flag --%s", name)
		}
	}
	slices.Sort(flags)
	slices.Sort(listed)
	if diff := cmp.Diff(flags, listed); diff != "" {
		t.Errorf("inputs that the script makes flags of (-inputs +script):\n%s", diff)
	}
}

// Whatever is shipped calls corsprobe with flags that it has.
func TestShippedFlags(t *testing.T) {
	called := regexp.MustCompile(`(?:corsprobe"?|go run \.|args: \[)\s*(run|merge)\b([^\n]*)`)
	flag := regexp.MustCompile(`--([a-z][a-z-]*)`)
	commands := map[string]func(string) bool{
		"run":   func(name string) bool { return runCommand().Flags().Lookup(name) != nil },
		"merge": func(name string) bool { return mergeCommand().Flags().Lookup(name) != nil },
	}
	found := 0
	for _, pattern := range []string{"*/*.y*ml", "*/*.sh", "image/*", "*.md"} {
		files, err := filepath.Glob(filepath.Join(shipped, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			text := strings.ReplaceAll(string(data), "\\\n", "")
			for _, call := range called.FindAllStringSubmatch(text, -1) {
				for _, name := range flag.FindAllStringSubmatch(call[2], -1) {
					if found++; !commands[call[1]](name[1]) {
						t.Errorf("%s: corsprobe %s has no flag --%s", file, call[1], name[1])
					}
				}
			}
		}
	}
	if found < 10 {
		t.Errorf("only %d flags were found: are the calls written otherwise?", found)
	}
}

// keywords are those of a GitLab job that the component uses: https://docs.gitlab.com/ci/yaml/.
var keywords = []string{"stage", "image", "parallel", "variables", "script", "artifacts", "needs"}

// The GitLab component declares the inputs that it uses, and uses those that it declares; its jobs have keywords that GitLab knows, and need
// each other by names that there are.
func TestGitLabComponent(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(shipped, "gitlab", "corsprobe.yml"))
	if err != nil {
		t.Fatal(err)
	}
	head, body, found := strings.Cut(string(data), "\n---\n")
	if !found {
		t.Fatal("a component has two documents: its inputs, and its jobs")
	}
	var spec struct {
		Spec struct{ Inputs map[string]any }
	}
	var jobs map[string]map[string]any
	if err := errors.Join(yaml.Unmarshal([]byte(head), &spec), yaml.Unmarshal([]byte(body), &jobs)); err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`\$\[\[ inputs\.(\w+) \]\]`).FindAllStringSubmatch(body, -1) {
		used[m[1]] = true
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(spec.Spec.Inputs)), slices.Sorted(maps.Keys(used))); diff != "" {
		t.Errorf("inputs (-declared +used):\n%s", diff)
	}
	for name, job := range jobs {
		for keyword := range job {
			if !slices.Contains(keywords, keyword) {
				t.Errorf("%s: GitLab's jobs have no keyword %s, or it is missing in this test", name, keyword)
			}
		}
		needs, _ := job["needs"].([]any)
		for _, needed := range needs {
			if jobs[needed.(string)] == nil {
				t.Errorf("%s needs %s, which there is not", name, needed)
			}
		}
		if job["script"] == nil {
			t.Errorf("%s has no script", name)
		}
	}
}
