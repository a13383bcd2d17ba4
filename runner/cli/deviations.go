package cli

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"corsprobe/runner/dialect"
	"corsprobe/runner/s3cors"

	"github.com/spf13/cobra"
)

func listDeviationsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "deviations",
		Short: "List the ways in which endpoints are known to depart from S3; corsprobe explain NAME explains one",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			table := tabwriter.NewWriter(fitted(cmd.OutOrStdout()), 0, 8, 2, ' ', 0)
			for _, d := range dialect.All() {
				name := d.Name
				if d.Parameter != nil {
					name += ": " + d.Parameter.Examples[0].String()
				}
				fmt.Fprintf(table, "%s\t%s\t%s\n", name, classOf(d), d.Summary)
			}
			return table.Flush()
		},
	}
}

func classOf(d dialect.Deviation) string {
	if d.Class == dialect.Open {
		return "open"
	}
	return string(d.Class)
}

// printDeviation prints what is known of a deviation.
func printDeviation(w io.Writer, d dialect.Deviation) {
	fmt.Fprintf(w, "%s\n  does      %s\n  class     %s\n", d.Name, d.Summary, classOf(d))
	if d.Parameter != nil {
		examples := make([]string, len(d.Parameter.Examples))
		for i, v := range d.Parameter.Examples {
			examples[i] = d.Name + ": " + v.String()
		}
		fmt.Fprintf(w, "  takes     %s, such as %s\n", d.Parameter.Doc, strings.Join(examples, "; "))
	}
	checks := "whatever depends on the rule that answers"
	if len(d.Checks) > 0 {
		checks = strings.Join(d.Checks, ", ")
	}
	fmt.Fprintf(w, "  shows by  %s\n  look at   %s\n", checks, d.Look)
	for _, n := range d.Facts {
		if f, ok := s3cors.FactByID(n); ok {
			printFact(w, f)
		}
	}
}

// deviationNamed is the deviation of that name, in either form.
func deviationNamed(name string) (dialect.Deviation, bool) {
	for _, d := range dialect.All() {
		if d.Name == name {
			return d, true
		}
	}
	return dialect.Deviation{}, false
}
