package cli

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
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
			root.DisableAutoGenTag = true // the same input makes the same page
			return doc.GenManTree(root, &doc.GenManHeader{Title: "CORSPROBE", Section: "1", Source: "corsprobe"}, args[0])
		},
	}
}
