package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner"
	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"

	"github.com/spf13/cobra"
)

// listFacts prints the coverage both ways: each fact with its scenarios, then the scenarios that name none.
func listFacts(w io.Writer, plan scenarios.Plan) {
	by := map[int][]string{}
	var without []string
	for _, s := range plan.Scenarios {
		for _, fact := range s.Scenario.Facts {
			by[fact] = append(by[fact], s.Scenario.ID)
		}
		if len(s.Scenario.Facts) == 0 {
			without = append(without, s.Scenario.ID)
		}
	}
	for _, f := range s3cors.Facts() {
		proof := strings.Join(by[f.ID], ", ")
		if proof == "" {
			proof = "no scenario"
			if why := scenarios.Unproved(f.ID); why != "" {
				proof += ": " + why
			}
		}
		fmt.Fprintf(w, "%2d  %-8s  %s\n      %s\n", f.ID, f.Strength, f.Statement, proof)
	}
	fmt.Fprintf(w, "\nscenarios without a fact: %s\n", orNone(without))
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

// question is a request to explain.
type question struct{ cors, origin, method, headers string }

func explainCommand() *cobra.Command {
	var q question
	c := &cobra.Command{
		Use:   "explain [CHECK|FACT ...]",
		Short: "Say what a check means, what a fact rests on, or which rule answers a request",
		Example: `  corsprobe explain preflight.allow-headers 24
  corsprobe explain --cors cors.json --origin https://app.example.com --method PUT --headers content-type`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if q.cors != "" {
				return q.explain(cmd.OutOrStdout())
			}
			return explainAll(cmd.OutOrStdout(), args)
		},
	}
	c.Flags().StringVar(&q.cors, "cors", "", "`FILE` with a configuration, as aws s3api takes it, S3's XML or YAML: explain a request by it")
	c.Flags().StringVar(&q.origin, "origin", "", "the request's `ORIGIN`")
	c.Flags().StringVar(&q.method, "method", "GET", "the `METHOD` that a page uses")
	c.Flags().StringVar(&q.headers, "headers", "", "`NAMES` of the headers that a page sends, separated by commas")
	return c
}

// explainAll explains checks and facts; without arguments it lists the checks.
func explainAll(w io.Writer, args []string) error {
	if len(args) == 0 {
		for _, c := range runner.Checks() {
			fmt.Fprintf(w, "%-30s %s\n", c.ID, c.Owes)
		}
		return nil
	}
	for i, arg := range args {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := explainOne(w, arg); err != nil {
			return exit{exitUsage, err}
		}
	}
	return nil
}

func explainOne(w io.Writer, arg string) error {
	if n, err := strconv.Atoi(arg); err == nil {
		f, ok := s3cors.FactByID(n)
		if !ok {
			return fmt.Errorf("there is no fact %d: they are numbered from 1 to %d", n, len(s3cors.Facts()))
		}
		printFact(w, f)
		return nil
	}
	c, ok := runner.CheckByID(arg)
	if !ok {
		return fmt.Errorf("there is no check %q; corsprobe explain lists them", arg)
	}
	fmt.Fprintf(w, "%s\n  S3 owes   %s\n  matters   %s\n", c.ID, c.Owes, c.Matters)
	for _, n := range c.Facts {
		if f, ok := s3cors.FactByID(n); ok {
			printFact(w, f)
		}
	}
	return nil
}

func printFact(w io.Writer, f s3cors.Fact) {
	fmt.Fprintf(w, "  fact %-3d  %s\n            %s: %s\n", f.ID, f.Statement, f.Strength, f.Source)
}

// explain says which rule answers a preflight and the request after it, and why the others do not.
func (q question) explain(w io.Writer) error {
	cfg, err := q.configuration()
	if err != nil {
		return exit{exitUsage, err}
	}
	request := s3cors.Request{Method: "OPTIONS", Target: s3cors.Object, Origin: given(q.origin), RequestMethod: &q.method, RequestHeaders: given(q.headers)}
	owed := s3cors.Evaluate(cfg, request)
	answer := owed.Answers[0]
	verdicts := s3cors.Explain(cfg, request)
	for _, v := range verdicts {
		fmt.Fprintln(w, v.Sentence)
	}
	if len(verdicts) == 0 {
		fmt.Fprintln(w, owed.Explanation) // no rule was tried
	}
	fmt.Fprint(w, "\nS3 answers the preflight with")
	for _, code := range answer.Status {
		fmt.Fprintf(w, " %d", code)
	}
	if answer.Error != nil {
		fmt.Fprintf(w, " %s", answer.Error.Code)
	}
	fmt.Fprintln(w)
	came := fetch.Response{Status: answer.Status[0]}
	for _, h := range s3cors.Headers {
		if v, ok := answer.Headers[h.Name]; ok {
			fmt.Fprintf(w, "  %s: %s\n", h.Name, v)
			came.Headers = append(came.Headers, result.Header{Name: h.Name, Value: v})
		}
	}
	verdict := fetch.PreflightCheck(fetch.Request{Method: q.method, Origin: q.origin, Credentials: fetch.Omit, UnsafeNames: names(q.headers)}, came)
	if verdict.Allowed {
		fmt.Fprintln(w, "\nA browser goes on with the request.")
	} else {
		fmt.Fprintf(w, "\nA browser blocks it: %s.\n", verdict.Sentence)
	}
	return nil
}

func (q question) configuration() (*s3cors.Configuration, error) {
	cfg, err := readConfiguration(q.cors)
	if err != nil {
		return nil, err
	}
	if refusal := s3cors.Validate(cfg.Configuration); refusal != nil && !refusal.MayAccept {
		return nil, fmt.Errorf("%s: S3 refuses this configuration: %s %s", q.cors, refusal.Code, refusal.Message)
	}
	return cfg.Configuration, nil
}

func given(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// names lists header names as a browser would ask for them.
func names(list string) []string {
	var all []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}
