package cli

import (
	"slices"
	"strconv"
	"strings"

	"corsprobe/reports"
	"corsprobe/runner/corsfile"
	"corsprobe/runner/dialect"
	"corsprobe/runner/fetch"
	"corsprobe/runner/judge"
	"corsprobe/runner/lint"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"

	"github.com/spf13/cobra"
)

// words are what a shell may offer, each with what it means.
type words func() []cobra.Completion

// flagWords are what flags take, in whatever command they are.
var flagWords = map[string]words{
	"color":     wordsOf(colors),
	"convert":   func() []cobra.Completion { return corsfile.TargetNames() },
	"depth":     func() []cobra.Completion { return depths() },
	"deviation": deviationWords,
	"evidence":  wordsOf(evidences),
	"fail-on":   classWords,
	"format":    func() []cobra.Completion { return lintFormats() },
	"provider":  providerWords,
}

// argumentWords are what commands take.
var argumentWords = map[string]words{
	"corsprobe run":            catalogueWords,
	"corsprobe validate":       catalogueWords,
	"corsprobe list":           catalogueWords,
	"corsprobe list providers": providerWords,
	"corsprobe explain":        explainWords,
}

// complete has the shell offer them. Where a file is meant, or may be, the shell completes by itself.
func complete(c *cobra.Command) {
	for name, these := range flagWords {
		if c.Flags().Lookup(name) != nil {
			directive := cobra.ShellCompDirectiveNoFileComp
			if name == "provider" { // a file may describe one
				directive = cobra.ShellCompDirectiveDefault
			}
			_ = c.RegisterFlagCompletionFunc(name, offer(these, directive)) // fails only for a flag that there is not
		}
	}
	if c.Flags().Lookup("report") != nil {
		_ = c.RegisterFlagCompletionFunc("report", completeReport)
	}
	if these, ok := argumentWords[c.CommandPath()]; ok {
		c.ValidArgsFunction = offer(these, cobra.ShellCompDirectiveDefault)
	}
	for _, sub := range c.Commands() {
		complete(sub)
	}
}

func offer(these words, directive cobra.ShellCompDirective) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return slices.DeleteFunc(these(), func(word string) bool { return !strings.HasPrefix(word, begun) }), directive
	}
}

func wordsOf(list []string) words { return func() []cobra.Completion { return slices.Clone(list) } }

func classWords() []cobra.Completion {
	var all []cobra.Completion
	for _, class := range result.Classes {
		all = append(all, cobra.CompletionWithDesc(string(class), class.Meaning()))
	}
	return all
}

func deviationWords() []cobra.Completion {
	var all []cobra.Completion
	for _, d := range dialect.All() {
		all = append(all, cobra.CompletionWithDesc(d.Name, d.Summary))
	}
	return all
}

func providerWords() []cobra.Completion {
	providers, _ := scenarios.Providers() // built in: there is nothing to say of it here
	var all []cobra.Completion
	for _, p := range providers {
		all = append(all, cobra.CompletionWithDesc(p.Name, p.Title))
	}
	return all
}

// catalogueWords are the catalogue's folders and scenarios.
func catalogueWords() []cobra.Completion {
	catalogue, _ := scenarios.Catalogue() // built in
	var all []cobra.Completion
	for _, s := range catalogue {
		if topic, _, _ := strings.Cut(s.ID, "/"); !slices.Contains(all, topic) {
			all = append(all, topic)
		}
	}
	for _, s := range catalogue {
		all = append(all, cobra.CompletionWithDesc(s.ID, s.Description))
	}
	return all
}

// explainWords are what has a name: checks, reasons for which browsers block, codes of lint, deviations and facts.
func explainWords() []cobra.Completion {
	var all []cobra.Completion
	for _, c := range judge.Checks() {
		part, both := strings.CutPrefix(c.ID, "*.")
		if !both {
			all = append(all, cobra.CompletionWithDesc(c.ID, c.Owes))
			continue
		}
		for _, answer := range []string{"preflight.", "actual."} {
			all = append(all, cobra.CompletionWithDesc(answer+part, c.Owes))
		}
	}
	for _, r := range fetch.Reasons {
		all = append(all, cobra.CompletionWithDesc(string(r.Reason), r.Meaning))
	}
	for _, c := range lint.Codes() {
		all = append(all, cobra.CompletionWithDesc(c.ID, c.Title))
	}
	all = append(all, deviationWords()...)
	for _, f := range s3cors.Facts() {
		all = append(all, cobra.CompletionWithDesc(strconv.Itoa(f.ID), f.Statement))
	}
	return all
}

// completeReport offers formats, and leaves the path behind one to the shell.
func completeReport(c *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if strings.Contains(begun, "=") {
		return nil, cobra.ShellCompDirectiveDefault
	}
	formats := reports.Formats()
	if c.Name() == "compare" {
		formats = reports.ComparisonFormats()
	}
	var all []cobra.Completion
	for _, f := range formats {
		if strings.HasPrefix(string(f), begun) {
			all = append(all, string(f)+"=")
		}
	}
	return all, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
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
