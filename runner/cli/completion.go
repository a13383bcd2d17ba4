package cli

import (
	"strings"

	"corsprobe/runner/result"
	"corsprobe/scenarios"

	"github.com/spf13/cobra"
)

// completeScenarios offers the catalogue's scenarios; files the shell completes by itself.
func completeScenarios(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	catalogue, err := scenarios.Catalogue()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var all []cobra.Completion
	for _, s := range catalogue {
		if strings.HasPrefix(s.ID, begun) {
			all = append(all, cobra.CompletionWithDesc(s.ID, s.Description))
		}
	}
	return all, cobra.ShellCompDirectiveDefault
}

// completeWords offers the words that a flag takes.
func completeWords(c *cobra.Command, flag string, words ...string) {
	_ = c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)) // fails only for a flag that there is not
}

// completeCells offers the cells of the report that is named first: those that did not pass.
func completeCells(_ *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) != 1 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	report, err := readReport(args[0])
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var all []cobra.Completion
	for _, c := range report.Cells {
		if c.Verdict != result.Passed && strings.HasPrefix(c.ID, begun) {
			all = append(all, cobra.CompletionWithDesc(c.ID, c.Title))
		}
	}
	return all, cobra.ShellCompDirectiveNoFileComp
}
