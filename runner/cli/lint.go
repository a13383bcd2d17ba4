package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"corsprobe/runner/file"
	"corsprobe/runner/lint"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"

	"github.com/spf13/cobra"
)

func lintCommand() *cobra.Command {
	var provider string
	c := &cobra.Command{
		Use:   "lint FILE ...",
		Short: "Say what S3 would refuse in a CORS configuration, and what will not work as meant",
		Long: `Reads CORS configurations as aws s3api put-bucket-cors takes them (JSON), in S3's XML or in YAML, and lists every problem with its place, what it
rests on and what to do. Nothing is sent.

Exit code: 0 S3 takes it, warnings or not; 1 S3 refuses it; 2 a file that cannot be read.`,
		Example: `  corsprobe lint cors.json
  corsprobe lint cors.json --provider ovhcloud     # its limits too`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return lintFiles(cmd.OutOrStdout(), args, provider) },
	}
	c.Flags().StringVar(&provider, "provider", "", "`NAME` of a provider whose limits count too")
	return c
}

func lintFiles(w io.Writer, files []string, provider string) error {
	limits, err := limitsOf(provider)
	if err != nil {
		return exit{exitUsage, err}
	}
	var read []*scenarios.ConfigurationFile
	var problems []error
	for _, file := range files {
		cfg, err := readConfiguration(file)
		read, problems = append(read, cfg), append(problems, err)
	}
	if err := errors.Join(problems...); err != nil {
		return exit{exitUsage, err}
	}
	refused := false
	for i, file := range files {
		found := lint.Check(read[i].Configuration, limits)
		for _, p := range found {
			refused = refused || p.Severity == lint.Error
			printProblem(w, file, read[i], p)
		}
		fmt.Fprintf(w, "%s: %s\n", file, summed(found))
	}
	if refused {
		return exit{code: exitFindings}
	}
	return nil
}

func limitsOf(provider string) (lint.Limits, error) {
	if provider == "" {
		return lint.Limits{}, nil
	}
	p, err := findProvider(provider)
	var l lint.Limits
	l.Rules, _ = p.Limit("rules")
	l.DocumentBytes, _ = p.Limit("document-bytes")
	l.MaxAgeSeconds, _ = p.Limit("max-age-seconds")
	return l, err
}

// maxConfiguration bounds a configuration's file: S3 takes 64 KiB, and notes beside it may be longer.
const maxConfiguration = 1 << 20

// readConfiguration reads a file, or standard input for -.
func readConfiguration(path string) (*scenarios.ConfigurationFile, error) {
	data, err := file.Input(path, maxConfiguration)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return scenarios.ReadConfiguration(path, data)
}

func printProblem(w io.Writer, file string, cfg *scenarios.ConfigurationFile, p lint.Problem) {
	at := file
	if line, column := cfg.Place(p.Rule, p.Field, p.Index); line > 0 {
		at += fmt.Sprintf(":%d:%d", line, column)
	}
	fmt.Fprintf(w, "%s: %s: %s: %s\n    do    %s\n", at, p.Severity, p.Where(), p.What, p.Do)
	for _, id := range p.Facts {
		if f, ok := s3cors.FactByID(id); ok {
			fmt.Fprintf(w, "    fact %d  %s\n", id, f.Statement)
		}
	}
	if p.Fetch != "" {
		fmt.Fprintf(w, "    fetch https://fetch.spec.whatwg.org/#%s\n", p.Fetch)
	}
}

// summed counts problems by severity.
func summed(found []lint.Problem) string {
	if len(found) == 0 {
		return "S3 takes it, and there is nothing to say"
	}
	counts := map[lint.Severity]int{}
	for _, p := range found {
		counts[p.Severity]++
	}
	var parts []string
	for _, s := range []lint.Severity{lint.Error, lint.Warning, lint.Note} {
		if counts[s] > 0 {
			parts = append(parts, count(counts[s], string(s)))
		}
	}
	return strings.Join(parts, ", ")
}
