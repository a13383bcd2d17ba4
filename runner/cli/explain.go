package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/fetch"
	"corsprobe/runner/judge"
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
		Use:   "explain [CHECK|FACT|REASON ...]",
		Short: "Say what a check, a fact or a browser's error means, or which rule answers a request",
		Long: `Explains checks (preflight.vary), facts by their number (24), and the reasons for which a browser blocks a page: by corsprobe's code
(header-denied), by the name in Chromium's console or DevTools (kHeaderDisallowedByPreflightResponse), or by Firefox's (CORSMissingAllowOrigin).
Without arguments it lists them.

With --cors it says which rule of a configuration answers a request, why the others do not, and what a browser makes of the answers.`,
		Example: `  corsprobe explain preflight.allow-headers 24
  corsprobe explain CORSMissingAllowOrigin
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

// explainAll explains checks, facts and reasons; without arguments it lists checks and reasons.
func explainAll(w io.Writer, args []string) error {
	if len(args) == 0 {
		listExplained(w)
		return nil
	}
	var problems []error
	for i, arg := range args {
		if i > 0 {
			fmt.Fprintln(w)
		}
		problems = append(problems, explainOne(w, arg))
	}
	if err := errors.Join(problems...); err != nil {
		return exit{exitUsage, err}
	}
	return nil
}

func listExplained(w io.Writer) {
	fmt.Fprintln(w, "checks")
	for _, c := range judge.Checks() {
		fmt.Fprintf(w, "  %-30s %s\n", c.ID, c.Owes)
	}
	fmt.Fprintln(w, "\nreasons for which a browser blocks a page")
	for _, r := range fetch.Reasons {
		fmt.Fprintf(w, "  %-34s %s\n", r.Reason, r.Meaning)
	}
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
	if found := reasonsNamed(arg); len(found) > 0 {
		for _, r := range found {
			printReason(w, r)
		}
		return nil
	}
	c, ok := judge.CheckByID(arg)
	if !ok {
		return fmt.Errorf("there is no check and no reason %q; corsprobe explain lists them", arg)
	}
	fmt.Fprintf(w, "%s\n  S3 owes   %s\n  matters   %s\n", c.ID, c.Owes, c.Matters)
	for _, n := range c.Facts {
		if f, ok := s3cors.FactByID(n); ok {
			printFact(w, f)
		}
	}
	return nil
}

// reasonsNamed finds reasons by any of their names; one of a console may stand for several, and DevTools leaves out Chromium's k.
func reasonsNamed(name string) []fetch.ReasonInfo {
	var all []fetch.ReasonInfo
	for _, r := range fetch.Reasons {
		for _, known := range []string{string(r.Reason), r.Chromium, strings.TrimPrefix(r.Chromium, "k"), r.Firefox} {
			if known != "" && strings.EqualFold(known, name) {
				all = append(all, r)
				break
			}
		}
	}
	return all
}

func printReason(w io.Writer, r fetch.ReasonInfo) {
	fmt.Fprintf(w, "%s\n  means     %s\n", r.Reason, r.Meaning)
	for _, name := range [][2]string{{"Chromium", r.Chromium}, {"Firefox", r.Firefox}} {
		if name[1] != "" {
			fmt.Fprintf(w, "  %-8s  %s\n", name[0], name[1])
		}
	}
}

func printFact(w io.Writer, f s3cors.Fact) {
	fmt.Fprintf(w, "  fact %-3d  %s\n            %s: %s\n", f.ID, f.Statement, f.Strength, f.Source)
}

// explain says which rule answers a page's request and why the others do not, what S3 answers, and what a browser makes of that.
func (q question) explain(w io.Writer) error {
	cfg, err := q.configuration()
	if err != nil {
		return exit{exitUsage, err}
	}
	page := fetch.Request{Method: q.method, Origin: q.origin, Credentials: fetch.Omit, UnsafeNames: unsafe(q.headers)}
	ask := s3cors.Request{Method: "OPTIONS", Target: s3cors.Object, Origin: given(q.origin), RequestMethod: &q.method, RequestHeaders: given(q.headers)}
	verdicts := s3cors.Explain(cfg, ask)
	for _, v := range verdicts {
		fmt.Fprintln(w, v.Sentence)
	}
	preflight := answered(w, "the preflight", cfg, ask, len(verdicts) == 0)
	verdict := fetch.PreflightCheck(page, preflight)
	if verdict.Allowed {
		fmt.Fprintln(w, "\nA browser goes on with the request.")
	} else {
		fmt.Fprintf(w, "\nA browser blocks it: %s.\n", verdict.Sentence)
	}
	if !fetch.NeedsPreflight(page) {
		fmt.Fprintf(w, "It sends this %s without asking, though: such a request needs no preflight.\n", q.method)
	} else if !verdict.Allowed {
		return nil
	}
	actual := answered(w, "the request itself", cfg, s3cors.Request{Method: q.method, Target: s3cors.Object, Origin: given(q.origin), Outcome: s3cors.Outcome{Status: []int{200}}}, false)
	if verdict := fetch.ActualCheck(page, actual); !verdict.Allowed {
		fmt.Fprintf(w, "\nA browser keeps the answer from the page: %s.\n", verdict.Sentence)
		return nil
	}
	fmt.Fprintf(w, "\nThe page gets the answer. Beside its body a script can read: %s.\n", exposed(actual.Headers))
	return nil
}

// answered prints what S3 answers, and returns it.
func answered(w io.Writer, what string, cfg *s3cors.Configuration, request s3cors.Request, why bool) fetch.Response {
	owed := s3cors.Evaluate(cfg, request)
	if why {
		fmt.Fprintln(w, owed.Explanation) // no rule was tried
	}
	answer := owed.Answers[0]
	came := fetch.Response{Status: 200}
	fmt.Fprintf(w, "\nS3 answers %s with", what)
	for _, code := range answer.Status {
		fmt.Fprintf(w, " %d", code)
		came.Status = code
	}
	if answer.Error != nil {
		fmt.Fprintf(w, " %s", answer.Error.Code)
	}
	fmt.Fprintln(w)
	for _, h := range s3cors.Headers {
		if v, ok := answer.Headers[h.Name]; ok {
			fmt.Fprintf(w, "  %s: %s\n", h.Name, v)
			came.Headers = append(came.Headers, result.Header{Name: h.Name, Value: v})
		}
	}
	if len(came.Headers) == 0 {
		fmt.Fprintln(w, "  no CORS header")
	}
	return came
}

// exposed are the headers that a script can read of S3's answers: those that are readable anyway, and those that are exposed.
func exposed(headers []result.Header) string {
	names := slices.Clone(fetch.SafelistedResponseHeaders)
	for _, v := range result.Values(headers, "Access-Control-Expose-Headers") {
		for name := range strings.SplitSeq(v, ",") {
			if name = strings.TrimSpace(name); fetch.CanRead(name, fetch.Omit, headers) {
				names = append(names, name)
			}
		}
	}
	return strings.Join(names, ", ")
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

// unsafe lists header names as a browser would ask for them. By name alone each is taken for one that needs permission.
func unsafe(list string) []string {
	var all []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}
