package diagnose

import (
	"corsprobe/runner/dialect/dialecttest"
	"slices"
	"testing"
)

// TestWritten: two causes of one name are told apart by what they were given.
func TestWritten(t *testing.T) {
	var d Diagnosis
	var want, got []string
	texts := []string{"accepts-method: get", "accepts-method: COPY", "vary-missing", "most-rules: 20"}
	for i, one := range dialecttest.Dialect(t, texts...) {
		d.Dialect, d.Causes, want = append(d.Dialect, one), append(d.Causes, cause(one)), append(want, texts[i])
	}
	for i := range d.Causes {
		got = append(got, d.Written(i))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
