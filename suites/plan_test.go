package suites

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"corsprobe/scenarios"

	"github.com/onsi/ginkgo/v2/types"
)

// A plan for a suite of one's own: the scenarios that the globs name, whole.
func ExampleCatalogue() {
	for _, planned := range Catalogue("origins/exact").Scenarios[:1] {
		fmt.Println(planned.Scenario.ID, planned.Steps[0].Call)
	}
	// Output: origins/exact/one-origin PutBucketCors
}

// A cell's id is put together from the spec that asserts it, however its containers are nested.
func ExampleID() {
	id, ok := ID(types.SpecReport{
		LeafNodeType: types.NodeTypeIt, LeafNodeText: "object/auto/presigned/-/GET/-",
		ContainerHierarchyTexts: []string{"origins/exact", "one-origin", "without Origin"},
	})
	fmt.Println(id, ok)
	// Output: origins/exact/one-origin/object/auto/presigned/-/GET/- true
}

// Specs that are none of a plan's have no id.
func TestNoID(t *testing.T) {
	for name, spec := range map[string]types.SpecReport{
		"a set-up node":      {LeafNodeType: types.NodeTypeBeforeSuite, ContainerHierarchyTexts: []string{"a", "b"}, LeafNodeText: "x"},
		"a spec of the top":  {LeafNodeType: types.NodeTypeIt, LeafNodeText: "x"},
		"one container deep": {LeafNodeType: types.NodeTypeIt, ContainerHierarchyTexts: []string{"a"}, LeafNodeText: "x"},
	} {
		if id, ok := ID(spec); ok {
			t.Errorf("%s has the id %q", name, id)
		}
	}
}

func planned(ids ...string) scenarios.Plan {
	var p scenarios.Plan
	for _, id := range ids {
		p.Scenarios = append(p.Scenarios, scenarios.Planned{Scenario: &scenarios.Scenario{ID: id, Name: id[strings.LastIndex(id, "/")+1:]}})
	}
	return p
}

// The scenarios of a file share a container: Ginkgo's work grows with the square of the siblings.
func TestByTopic(t *testing.T) {
	var got []string
	for _, topic := range byTopic(planned("a/one", "a/two", "b/c/one", "a/three")) {
		names := []string{topic.name + ":"}
		for _, s := range topic.scenarios {
			names = append(names, s.Scenario.Name)
		}
		got = append(got, strings.Join(names, " "))
	}
	if want := []string{"a: one two", "b/c: one", "a: three"}; !slices.Equal(got, want) {
		t.Errorf("topics are %q, want %q", got, want)
	}
}

// Cells are grouped by Origin, each group where its first cell stands; no Origin, an empty one and the word none are three.
func TestByOrigin(t *testing.T) {
	a, empty, none := "https://a", "", "none"
	var got []string
	for _, g := range byOrigin([]scenarios.Cell{{ID: "1", Origin: &a}, {ID: "2"}, {ID: "3", Origin: &empty}, {ID: "4", Origin: &a}, {ID: "5", Origin: &none}, {ID: "6"}}) {
		line := g.name
		for _, c := range g.cells {
			line += " " + c.ID
		}
		got = append(got, line)
	}
	if want := []string{`from "https://a" 1 4`, "without Origin 2 6", `from "" 3`, `from "none" 5`}; !slices.Equal(got, want) {
		t.Errorf("groups are %q, want %q", got, want)
	}
}
