package cli

import (
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"
)

// manCommand writes manual pages. It is for packagers of corsprobe, and so is not listed.
func manCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "man DIR",
		Short:  "Write the manual pages to a folder, one a command",
		Args:   cobra.ExactArgs(1),
		Hidden: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o777); err != nil {
				return exit{exitUsage, err}
			}
			root := cmd.Root()
			forMarkdown(root)
			root.DisableAutoGenTag = true // the same input makes the same page
			return doc.GenManTree(root, &doc.GenManHeader{Title: "CORSPROBE", Section: "1", Source: "corsprobe"}, args[0])
		},
	}
}

// forMarkdown has the texts of a command and of those below it read as they are: pages are made by way of Markdown, which takes the stars of globs
// for emphasis.
func forMarkdown(c *cobra.Command) {
	plain := strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`).Replace
	c.Short, c.Long = plain(c.Short), plain(c.Long)
	c.NonInheritedFlags().VisitAll(func(f *pflag.Flag) { f.Usage = plain(f.Usage) })
	for _, sub := range c.Commands() {
		forMarkdown(sub)
	}
}
