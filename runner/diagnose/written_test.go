package diagnose

import (
	"slices"
	"testing"

	"corsprobe/runner/dialect"
)

// TestWritten: two causes of one name are told apart by what they were given.
func TestWritten(t *testing.T) {
	var d Diagnosis
	var want, got []string
	for _, text := range []string{"accepts-method: get", "accepts-method: COPY", "vary-missing", "most-rules: 20"} {
		one, err := dialect.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		d.Dialect, d.Causes, want = append(d.Dialect, one), append(d.Causes, cause(one)), append(want, text)
	}
	for i := range d.Causes {
		got = append(got, d.Written(i))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
