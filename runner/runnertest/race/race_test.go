package race_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// make test looks the package's name up in the bodies of tests, to know which are to be run without the race detector too.
func TestUsedInTestsAlone(t *testing.T) {
	files, uses := token.NewFileSet(), 0
	err := filepath.WalkDir("../../..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			function, isFunction := d.(*ast.FuncDecl)
			test := isFunction && function.Recv == nil && strings.HasPrefix(function.Name.Name, "Test")
			ast.Inspect(d, func(n ast.Node) bool {
				if !mentions(n) {
					return true
				}
				if uses++; !test {
					t.Errorf("%s: package race is used outside the body of a test", files.Position(n.Pos()))
				}
				return false
			})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if uses < 20 {
		t.Errorf("only %d uses", uses)
	}
}

// mentions reports race.Skip and race.Enabled.
func mentions(n ast.Node) bool {
	selected, is := n.(*ast.SelectorExpr)
	if !is {
		return false
	}
	from, named := selected.X.(*ast.Ident)
	return named && from.Name == "race"
}
