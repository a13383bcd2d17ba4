package cli

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	layerRow     = regexp.MustCompile("(?m)^\\|[^|]+\\|((?: `[^`]+`)+) \\|")
	layerPackage = regexp.MustCompile("`([^`]+)`")
)

// Every package stands in one row of runner/README.md, and imports packages of its own row and of those below it.
func TestLayers(t *testing.T) {
	rows := map[string]int{}
	for i, row := range layerRow.FindAllStringSubmatch(pageText(t, "runner/README.md"), -1) {
		for _, m := range layerPackage.FindAllStringSubmatch(row[1], -1) {
			if _, twice := rows[m[1]]; twice {
				t.Errorf("%s stands twice", m[1])
			}
			rows[m[1]] = i
		}
	}
	seen := map[string]bool{}
	for folder, imports := range importsByFolder(t) {
		row, ok := rows[folder]
		if !ok {
			t.Errorf("%s stands in no row of runner/README.md", folder)
		}
		seen[folder] = true
		for _, other := range imports {
			if above, ok := rows[other]; ok && above < row {
				t.Errorf("%s imports %s, which stands above it", folder, other)
			}
		}
	}
	for folder := range rows {
		if !seen[folder] {
			t.Errorf("runner/README.md has %s, which is no package", folder)
		}
	}
}

// importsByFolder lists for each package, by its folder, the packages of the project that it imports, without its tests. Commands and packages of
// tests alone are left out.
func importsByFolder(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, top := range []string{"runner", "scenarios", "suites", "reports"} {
		err := filepath.WalkDir(filepath.Join(project, top), func(name string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly|parser.ParseComments)
			if err != nil || file.Name.Name == "main" {
				return err
			}
			relative, err := filepath.Rel(project, filepath.Dir(name))
			folder := filepath.ToSlash(relative)
			if isOfTests(folder) {
				return err
			}
			if _, there := all[folder]; !there {
				all[folder] = nil
			}
			for _, i := range file.Imports {
				if imported, _ := strconv.Unquote(i.Path.Value); strings.HasPrefix(imported, "corsprobe/") {
					all[folder] = append(all[folder], strings.TrimPrefix(imported, "corsprobe/"))
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// isOfTests reports a folder whose package only says what its tests do.
func isOfTests(folder string) bool {
	return path.Base(folder) == "torture" || path.Base(folder) == "bench"
}
