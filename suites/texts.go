package suites

import (
	"iter"
	"strings"

	"corsprobe/scenarios"
)

// Texts gives the id of every call and cell of a plan, and the text that Ginkgo holds its --focus and --skip against: the texts of the containers
// that [Describe] puts around its spec, and the spec's own, with blanks between them.
func Texts(plan scenarios.Plan) iter.Seq2[string, string] {
	return func(yield func(id, text string) bool) {
		for _, topic := range byTopic(plan) {
			for _, planned := range topic.scenarios {
				for _, s := range planned.Steps {
					if !stepTexts(topic.name, planned, s, yield) {
						return
					}
				}
			}
		}
	}
}

func stepTexts(topic string, planned scenarios.Planned, s scenarios.PlannedStep, yield func(id, text string) bool) bool {
	around := topic + " " + planned.Scenario.Name + " "
	if s.Name != "" {
		around += s.Name + " "
	}
	if s.CallID != "" && !yield(s.CallID, around+strings.TrimPrefix(s.CallID, planned.Scenario.ID+"/")) {
		return false
	}
	for _, group := range byOrigin(s.Cells) {
		for _, cell := range group.cells {
			if !yield(cell.ID, around+group.name+" "+strings.TrimPrefix(cell.ID, planned.Scenario.ID+"/")) {
				return false
			}
		}
	}
	return true
}
