package diagnose_test

import (
	"corsprobe/runner/diagnose"
	"corsprobe/runner/dialect"
	"os"
	"strings"
	"testing"
)

func TestDebug(t *testing.T) {
	var d dialect.Dialect
	for _, n := range strings.Split(os.Getenv("DIALECT"), "; ") {
		one, err := dialect.Parse(n)
		if err != nil {
			t.Fatal(err)
		}
		d = append(d, one)
	}
	r := diagnose.Plant(catalogue(t), d)
	x := diagnose.Report(r)
	t.Log(x.Dialect, x.Unexplained)
	for _, c := range x.Causes {
		t.Log(c.Deviation, c.Parameters, len(c.Cells), c.Alternatives)
	}
	diagnose.Debug(t.Logf, r, x.Dialect)
}
