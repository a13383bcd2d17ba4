package cli

import (
	"fmt"
	"strings"

	"corsprobe/scenarios"

	"github.com/spf13/cobra"
)

// registerDepth adds --depth to a command that takes scenarios. otherwise says what is meant without it.
func registerDepth(c *cobra.Command, depth *string, otherwise string) {
	c.Flags().StringVar(depth, "depth", "", "only scenarios of this `DEPTH`: quick, normal or deep (default: "+otherwise+")")
}

func depths() []string {
	var names []string
	for _, d := range scenarios.Depths {
		names = append(names, string(d))
	}
	return names
}

// asked says how many of the catalogue's cells a run without a depth asks, where there are more; empty: it asks all.
func asked(plan scenarios.Plan, args []string, depth string) string {
	if len(args) > 0 || depth != "" {
		return ""
	}
	normal := plan.UpTo(scenarios.Normal)
	return fmt.Sprintf("; corsprobe run asks %d of them, --depth deep all", normal.Results())
}

// upTo keeps the scenarios that --depth permits. Who names files or scenarios wants them, however deep.
func upTo(plan scenarios.Plan, depth string, args []string) (scenarios.Plan, error) {
	switch {
	case depth == "" && len(args) > 0:
		return plan, nil
	case depth == "":
		return plan.UpTo(scenarios.Normal), nil
	}
	d, ok := scenarios.DepthByName(depth)
	if !ok {
		return plan, fmt.Errorf("--depth %s: expected %s", depth, strings.Join(depths(), ", "))
	}
	return plan.UpTo(d), nil
}
