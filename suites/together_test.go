package suites

import (
	"fmt"
	"strings"
	"testing"

	"corsprobe/runner/result"
	"corsprobe/scenarios"

	"github.com/onsi/ginkgo/v2/types"
)

// The state of a cell that shares a spec is the one that a spec of its own would be in.
func TestAsserted(t *testing.T) {
	for _, c := range []struct {
		verdict result.Verdict
		want    types.SpecState
	}{
		{result.Passed, types.SpecStatePassed}, {result.Known, types.SpecStateSkipped}, {result.Unsupported, types.SpecStateSkipped},
		{result.Failed, types.SpecStateFailed}, {result.Flaky, types.SpecStateFailed}, {result.Error, types.SpecStateFailed},
	} {
		state, why := asserted(result.Cell{ID: "a/b", Verdict: c.verdict})
		if state != c.want || (why != "") != (state == types.SpecStateFailed) {
			t.Errorf("%s: %s %q, want %s", c.verdict, state, why, c.want)
		}
	}
}

// A spec of several cells tells of each what it found, and of those that it did not come to nothing.
func TestSharedSpecs(t *testing.T) {
	s := specs{of: map[string]spec{}}
	s.add("topic/one/a and 2 more", []scenarios.Cell{{ID: "topic/one/a"}, {ID: "topic/one/b"}, {ID: "topic/one/c"}})
	s.found("topic/one/a and 2 more", 0, types.SpecStatePassed)
	s.found("topic/one/a and 2 more", 1, types.SpecStateFailed)
	report := func(text string, state types.SpecState) types.SpecReport {
		return types.SpecReport{LeafNodeType: types.NodeTypeIt, ContainerHierarchyTexts: []string{"topic", "one"}, LeafNodeText: text, State: state}
	}
	var got []string
	tell := func(id string, state types.SpecState) { got = append(got, fmt.Sprint(id, " ", state)) }
	s.each(report("a and 2 more", types.SpecStateFailed), tell)
	s.each(report("d", types.SpecStateSkipped), tell)
	s.each(types.SpecReport{}, tell)
	want := "topic/one/a passed, topic/one/b failed, topic/one/c INVALID SPEC STATE, topic/one/d skipped"
	if strings.Join(got, ", ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), want)
	}
}
