package cli

import (
	"slices"
	"testing"

	"corsprobe/scenarios"
)

// What was not selected is looked for where there is something known that it may concern, and only there: it takes reading the whole catalogue.
func TestKnownOfWhatWasChosen(t *testing.T) {
	asked := 0
	c := chosen{notSelected: func() []string { asked++; return []string{"left"} }, inOtherShards: []string{"elsewhere"}}
	if known := c.known(nil); len(known.NotSelected) > 0 || asked > 0 {
		t.Errorf("nothing is known, and %q were looked for %d times", known.NotSelected, asked)
	}
	known := c.known([]scenarios.Deviation{{Cells: "**", Check: "preflight.vary"}})
	if !slices.Equal(known.NotSelected, []string{"left"}) || !slices.Equal(known.InOtherShards, []string{"elsewhere"}) {
		t.Errorf("known deviations are held against %q and %q", known.NotSelected, known.InOtherShards)
	}
}
