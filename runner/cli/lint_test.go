package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// The hooks for pre-commit call commands that there are, on files that are likely to hold a configuration.
func TestPreCommitHooks(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", ".pre-commit-hooks.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var hooks []struct{ ID, Name, Entry, Language, Files string }
	if err := yaml.Unmarshal(data, &hooks); err != nil || len(hooks) == 0 {
		t.Fatalf("%d hooks, %v", len(hooks), err)
	}
	for _, h := range hooks {
		words := strings.Fields(h.Entry)
		command, _, err := rootCommand().Find(words[1:])
		if words[0] != "corsprobe" || err != nil || command.Name() != words[1] || h.ID == "" || h.Name == "" || h.Language != "golang" {
			t.Errorf("%+v: %v", h, err)
		}
		files := regexp.MustCompile(h.Files)
		for name, want := range map[string]bool{"cors.json": true, "infra/media-CORS.xml": true, "s3/cors_rules.yml": true, "main.tf": false, "cors.go": false, "cors/readme.md": false} {
			if files.MatchString(name) != want {
				t.Errorf("%s: %s is %t", h.ID, name, !want)
			}
		}
	}
}
