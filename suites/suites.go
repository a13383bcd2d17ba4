// Package suites turns scenarios into Ginkgo containers and specs, one It a cell, for corsprobe itself and for anybody's own suite.
//
//	var _ = suites.Against(suites.Catalogue(), func() (suites.Target, error) {
//		return suites.Target{Endpoint: endpoint.Config{URL: server.URL, AccessKey: "…", SecretKey: "…"}}, nil
//	})
//
// The network work is done by a [runner.Run] ahead of the specs, concurrently; each It waits for its own result and asserts it through
// [match.Conform]. Labels, --label-filter, --focus and --skip work as everywhere in Ginkgo.
package suites

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"corsprobe/runner/result"
	"corsprobe/scenarios"
	"corsprobe/suites/match"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
	gomega "github.com/onsi/gomega/types"
)

// Source gives results. A [runner.Run] is one.
type Source interface {
	// Wait blocks until the cell of that id has its result, or the context ends: the cell is in error then.
	Wait(ctx context.Context, id string) result.Cell
}

// ender is a Source that the end of a scenario's container waits for, where nobody else does.
type ender interface {
	// End blocks until the scenario of that id is over and nothing is left of it on the endpoint. The error says what is left.
	End(scenario string) error
}

// Describe adds a container for every topic, scenario, step and origin of the plan, and an It for every configuration call and cell.
// It must be called while Ginkgo builds its tree: at the top level of a test package, or before RunSpecs.
//
// Containers nest because Ginkgo's work grows with the square of the siblings in one container.
func Describe(plan scenarios.Plan, results Source) bool { return describe(plan, results, step) }

func describe(plan scenarios.Plan, results Source, step describeStep) bool {
	for _, topic := range byTopic(plan) {
		ginkgo.Describe(topic.name, func() {
			for _, planned := range topic.scenarios {
				scenario(planned, results, step)
			}
		})
	}
	return true
}

// describeStep adds the specs of a step.
type describeStep func(planned scenarios.Planned, s scenarios.PlannedStep, results Source)

// topic is the scenarios of one file.
type topic struct {
	name      string
	scenarios []scenarios.Planned
}

func byTopic(plan scenarios.Plan) []topic {
	var topics []topic
	for _, planned := range plan.Scenarios {
		name := strings.TrimSuffix(planned.Scenario.ID, "/"+planned.Scenario.Name)
		if len(topics) == 0 || topics[len(topics)-1].name != name {
			topics = append(topics, topic{name: name})
		}
		last := &topics[len(topics)-1]
		last.scenarios = append(last.scenarios, planned)
	}
	return topics
}

// scenario is Ordered because its cells share a bucket: under ginkgo -p they all go to one process.
func scenario(planned scenarios.Planned, results Source, step describeStep) {
	labels := ginkgo.Label(planned.Scenario.Labels...)
	ginkgo.Describe(planned.Scenario.Name, ginkgo.Ordered, ginkgo.ContinueOnFailure, labels, func() {
		for _, s := range planned.Steps {
			if s.Name == "" {
				step(planned, s, results)
				continue
			}
			ginkgo.Context(s.Name, func() { step(planned, s, results) })
		}
		// Ginkgo's work grows with the square of the specs in a container that has an AfterAll.
		if source, ok := results.(ender); ok {
			ginkgo.AfterAll(func() {
				if err := source.End(planned.Scenario.ID); err != nil {
					ginkgo.Fail(err.Error())
				}
			})
		}
	})
}

func step(planned scenarios.Planned, s scenarios.PlannedStep, results Source) {
	if s.CallID != "" {
		it(s.CallID, planned, s.Line, results)
	}
	for _, group := range byOrigin(s.Cells) {
		ginkgo.Context(group.name, func() {
			for _, cell := range group.cells {
				it(cell.ID, planned, cell.Line, results)
			}
		})
	}
}

// group is the cells of one origin.
type group struct {
	name  string
	cells []scenarios.Cell
}

func byOrigin(cells []scenarios.Cell) []group {
	var groups []group
	at := map[string]int{}
	for _, cell := range cells {
		name := "without Origin"
		if cell.Origin != nil {
			name = "from " + fmt.Sprintf("%q", *cell.Origin)
		}
		i, ok := at[name]
		if !ok {
			i = len(groups)
			at[name] = i
			groups = append(groups, group{name: name})
		}
		groups[i].cells = append(groups[i].cells, cell)
	}
	return groups
}

// expect fails the current spec where a matcher does, as gomega's Expect; but the suite that imports this package need not register gomega, and
// a program that runs suites does not take in all that gomega's matchers read: YAML, and XML in every encoding there was.
func expect(actual any, to gomega.GomegaMatcher) {
	ok, err := to.Match(actual)
	switch {
	case err != nil:
		ginkgo.Fail(err.Error(), 1)
	case !ok:
		ginkgo.Fail(to.FailureMessage(actual), 1)
	}
}

// it asserts one result. Its text is the rest of the cell's id, so that [ID] can put the id together again. What is known or cannot be
// asked is skipped with its reason.
func it(id string, planned scenarios.Planned, line int, results Source) {
	at := types.CodeLocation{FileName: planned.Scenario.File, LineNumber: line}
	// It takes a context so that Ginkgo waits for it on an interruption: a body that it leaves behind would write into the report under way.
	ginkgo.It(strings.TrimPrefix(id, planned.Scenario.ID+"/"), at, func(ctx ginkgo.SpecContext) {
		cell := results.Wait(ctx, id)
		if ctx.Err() != nil {
			return // the spec is interrupted already
		}
		switch cell.Verdict {
		case result.Known, result.Unsupported:
			ginkgo.Skip(string(cell.Verdict) + ": " + cell.Reason)
		}
		expect(cell, match.Conform())
	})
}

// ID is the id of the cell that a spec asserts; false for a spec that [Describe] did not make.
func ID(spec types.SpecReport) (string, bool) {
	if spec.LeafNodeType != types.NodeTypeIt || len(spec.ContainerHierarchyTexts) < 2 {
		return "", false
	}
	return strings.Join(append(slices.Clone(spec.ContainerHierarchyTexts[:2]), spec.LeafNodeText), "/"), true
}
