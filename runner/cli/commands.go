package cli

import (
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"text/tabwriter"

	"corsprobe/reports"
	"corsprobe/scenarios"

	"github.com/spf13/cobra"
)

func validateCommand() *cobra.Command {
	var depth string
	c := &cobra.Command{
		Use:   "validate [PATH|NAME ...]",
		Short: "Check scenarios, providers' files and known deviations",
		Long:  "Checks scenarios, files of providers and of known deviations, without a network, and reports every error of every file at once.",
		RunE: func(cmd *cobra.Command, args []string) error {
			others, problem := validateProviders(cmd.OutOrStdout(), args)
			if len(args) > 0 && len(others) == 0 {
				return usage(problem)
			}
			plan, err := planOf(others, depth)
			if err = errors.Join(problem, err); err != nil {
				return exit{exitUsage, err}
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s, %s: all valid%s\n", count(len(plan.Scenarios), "scenario"), count(plan.Results(), "cell"), asked(plan, args, depth))
			return nil
		},
	}
	registerDepth(c, &depth, "all")
	return c
}

// planOf is what scenarios expand to, as deep as is asked for.
func planOf(args []string, depth string) (scenarios.Plan, error) {
	loaded, err := load(args)
	if err != nil {
		return scenarios.Plan{}, err
	}
	plan, err := scenarios.Expand(loaded)
	if err != nil || depth == "" {
		return plan, err
	}
	return upTo(plan, depth, args)
}

func listCommand() *cobra.Command {
	var cells, facts bool
	var depth string
	var since int
	c := &cobra.Command{
		Use:   "list [PATH|NAME ...]",
		Short: "List scenarios, or the cells that they expand to",
		RunE: func(cmd *cobra.Command, args []string) error {
			plan, err := planOf(args, depth)
			if err != nil {
				return exit{exitUsage, err}
			}
			switch {
			case facts:
				listFacts(fitted(cmd.OutOrStdout()), plan)
				return nil
			case cmd.Flags().Changed("since"):
				return listSince(cmd.OutOrStdout(), plan, since)
			}
			w := tabwriter.NewWriter(fitted(cmd.OutOrStdout()), 0, 8, 2, ' ', 0)
			for _, s := range plan.Scenarios {
				if cells {
					listCells(w, s)
					continue
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", s.Scenario.ID, count(s.Results(), "cell"), strings.Join(s.Scenario.Labels, ","), s.Scenario.Description)
			}
			if err := w.Flush(); err != nil {
				return err
			}
			if note := asked(plan, args, depth); note != "" && isTerminal(cmd.OutOrStdout()) {
				fmt.Fprintln(cmd.ErrOrStderr(), count(plan.Results(), "cell")+" in all"+note)
			}
			return nil
		},
	}
	registerDepth(c, &depth, "all")
	c.Flags().BoolVar(&cells, "cells", false, "list every cell's id and title")
	c.Flags().BoolVar(&facts, "facts", false, "list S3's facts with the scenarios that prove them, and what is not proved")
	c.Flags().IntVar(&since, "since", 0, "list what changed in the built-in catalogue since this `VERSION` of it, and for whom")
	c.MarkFlagsMutuallyExclusive("cells", "facts", "since")
	c.AddCommand(listProvidersCommand(), listDeviationsCommand())
	return c
}

func listCells(w *tabwriter.Writer, s scenarios.Planned) {
	for _, step := range s.Steps {
		if step.CallID != "" {
			fmt.Fprintf(w, "%s\t%s\n", step.CallID, step.Call)
		}
		for _, cell := range step.Cells {
			fmt.Fprintf(w, "%s\t%s\n", cell.ID, cell.Title)
		}
	}
}

// schemas are what corsprobe schema prints, by the name of what they describe.
var schemas = map[string]func() []byte{"scenario": scenarios.Schema, "report": reports.Schema}

func schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:       "schema [scenario|report]",
		Short:     "Print the JSON Schema of scenario files, or of the JSON report",
		Args:      cobra.MaximumNArgs(1),
		ValidArgs: slices.Sorted(maps.Keys(schemas)),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := "scenario"
			if len(args) > 0 {
				name = args[0]
			}
			schema, ok := schemas[name]
			if !ok {
				return exit{exitUsage, fmt.Errorf("there is no schema %q: write scenario or report", name)}
			}
			_, err := cmd.OutOrStdout().Write(schema())
			return err
		},
	}
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "corsprobe %s, catalogue %d\n", version(), scenarios.CatalogueVersions()[0].Version)
			return err
		},
	}
}

// version is the module's, as the Go toolchain recorded it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
