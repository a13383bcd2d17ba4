package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"corsprobe/reports"
	"corsprobe/runner/dialect"

	"github.com/spf13/cobra"
)

// compareFlags are the flags of corsprobe compare.
type compareFlags struct {
	reports []string
	links   []string
	also    []string
	look    look
	// offline: what of a configuration works at providers, by what is known of them.
	providers []string
	cors      string
	json      bool
}

func compareCommand() *cobra.Command {
	var f compareFlags
	c := &cobra.Command{
		Use:   "compare [NAME=]REPORT ...",
		Short: "Put the JSON reports of several runs side by side: releases, regions, providers",
		Long: `Shows what the runs have in common and where they differ: levels, topics, scenarios and checks, in words, with the first cell of everything
that was found. Of two runs it lists first what got worse and what got better. Known deviations count: it speaks of the endpoints.

With --providers and --cors it asks nobody, and says what of a configuration works at providers, by what is known of them: every origin, method
and header that a rule means to permit.

A column is named NAME, or as the report names the endpoint. --report html=PATH writes a support table for people who choose a provider.

Exit code: 0, whatever differs; with --providers 1 where something does not work at one of them (corsprobe run --baseline is the gate); 2 bad input; 3 where a report could not be written.`,
		Example: `  corsprobe compare before.json after.json
  corsprobe compare gra=gra.json sbg=sbg.json aws=aws.json --report html=support.html --link gra=gra.html
  corsprobe compare --providers ceph-rgw,ovhcloud --cors cors.json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.offline() {
				return f.compareProviders(args, cmd.OutOrStdout(), cmd.ErrOrStderr())
			}
			if len(args) < 2 {
				return usage(errors.New("two reports or more are compared: corsprobe compare [NAME=]REPORT ..., or --providers and --cors"))
			}
			return f.do(args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := c.Flags()
	flags.StringArrayVar(&f.reports, "report", nil, "write the comparison, `FORMAT=PATH`, - for standard output; repeatable (html, json, markdown, support, text)")
	flags.StringArrayVar(&f.links, "link", nil, "`NAME=URL` of a run's HTML report, to which the notes then lead; repeatable")
	flags.StringSliceVar(&f.also, "also", nil, "`NAMES` of providers that --report support has a column for, by what is known of them")
	flags.StringSliceVar(&f.providers, "providers", nil, "`NAMES` of providers, or files that describe them; with --cors")
	flags.StringVar(&f.cors, "cors", "", "`FILE` with a configuration, in any shape that corsprobe lint reads; with --providers")
	flags.BoolVar(&f.json, "json", false, "write JSON (of --providers)")
	f.look.register(c, "list every cell, and what was expected and came")
	return c
}

func (f *compareFlags) do(args []string, stdout, stderr io.Writer) error {
	specs, runs, err := f.read(args)
	also, unknown := alsoKnown(f.also)
	if err := errors.Join(err, unknown); err != nil {
		return exit{exitUsage, err}
	}
	human := stdout
	if slices.ContainsFunc(specs, func(s reports.Spec) bool { return s.Path == reports.Stdout }) {
		human = stderr
	}
	comparison := reports.Compare(runs)
	comparison.AddDeviations(runs, also, summaries())
	problems := []error{reports.WriteComparison(human, comparison, f.look.text(human))}
	for _, spec := range specs {
		problems = append(problems, reports.WriteComparisonFile(spec, comparison, stdout))
	}
	if err := errors.Join(problems...); err != nil {
		return exit{exitNoJudgement, err}
	}
	return nil
}

// read reads the flags and every report, and says at once what is wrong with any of them.
func (f *compareFlags) read(args []string) (specs []reports.Spec, runs []reports.Compared, err error) {
	problems := []error{f.look.check()}
	var inputs []use
	for _, text := range f.reports {
		spec, err := reports.ParseComparisonSpec(text)
		problems = append(problems, err)
		specs = append(specs, spec)
	}
	for _, arg := range args {
		name, path := nameAndPath(arg)
		r, err := readReport(path, withoutEvidence)
		problems = append(problems, err)
		runs = append(runs, reports.Compared{Name: name, Report: r})
		inputs = append(inputs, usesOf("", path)...)
	}
	for _, text := range f.links {
		problems = append(problems, addLink(runs, text))
	}
	problems = append(problems, checkStdout(specs), checkOutputs(written(specs), inputs))
	return specs, runs, errors.Join(problems...)
}

// summaries are what deviations do, by their names.
func summaries() map[string]string {
	all := map[string]string{}
	for _, d := range dialect.All() {
		all[d.Name] = d.Summary
	}
	return all
}

// alsoKnown are columns of what is known of providers.
func alsoKnown(names []string) ([]reports.Also, error) {
	var all []reports.Also
	var problems []error
	for _, name := range names {
		p, err := findProvider(name)
		if err != nil {
			problems = append(problems, fmt.Errorf("--also: %w", err))
			continue
		}
		column := reports.Also{Title: p.Title, Says: "not asked here; " + knownBy(p)}
		for _, d := range p.KnownDeviations {
			if d.IsNamed() && d.Named.Class != dialect.Open {
				column.Deviations = append(column.Deviations, reports.KnownDeviation{Name: d.Named.String(), Class: d.Named.Class, Link: d.Link})
			}
		}
		all = append(all, column)
	}
	return all, errors.Join(problems...)
}

// nameAndPath reads NAME=PATH or PATH. A file whose own name has an = is taken as it is.
func nameAndPath(arg string) (name, path string) {
	name, path, named := strings.Cut(arg, "=")
	if _, err := os.Stat(arg); err == nil || !named {
		return "", arg
	}
	return name, path
}

func addLink(runs []reports.Compared, text string) error {
	name, link, found := strings.Cut(text, "=")
	if !found || name == "" || link == "" {
		return fmt.Errorf("--link %s: expected NAME=URL, with the name of a column", text)
	}
	for i := range runs {
		if runs[i].Name == name {
			runs[i].Link = link
			return nil
		}
	}
	return fmt.Errorf("--link %s: no run is given as %s=REPORT", text, name)
}
