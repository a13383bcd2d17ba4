// Package race tells tests whether the race detector looks on. It makes a run ten times as slow, so that tests in which nothing happens at once that
// does not happen in others leave it out, or do part of what they do. Those that use this package make test runs a second time, without it: there
// nothing is left out.
package race

import "testing"

// Skip leaves the test to the pass without the race detector.
func Skip(t testing.TB) {
	t.Helper()
	if Enabled {
		t.Skip("make test runs it without the race detector")
	}
}
