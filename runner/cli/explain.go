package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/console"
	"corsprobe/runner/fetch"
	"corsprobe/runner/judge"
	"corsprobe/runner/lint"
	"corsprobe/runner/lint/code"
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

// explainFlags are the flags of corsprobe explain.
type explainFlags struct {
	page pageFlags
	cors string
	json bool
	// providers are explained beside S3.
	providers []string
	look      look
}

func explainCommand() *cobra.Command {
	var f explainFlags
	c := &cobra.Command{
		Use:   "explain [LINE|-|CHECK|FACT|REASON|CODE ...]",
		Short: "Say what a console's line, an error, a check or a fact means, or what a page gets by a configuration",
		Long: `Explains what you have in hand:
  a line of a browser's console, pasted whole and with what stands around it, or S3's error document; - reads standard input
  a reason for which a browser blocks a page: by corsprobe's code (header-denied), by Chromium's name (kHeaderDisallowedByPreflightResponse),
  or by Firefox's (CORSMissingAllowOrigin)
  a check (preflight.vary), a code of lint's (CP201), or a fact by its number (24)
Without arguments it lists checks, reasons and codes. Signatures in pasted addresses are not shown.

With --cors it says what a page gets by a configuration, without asking anybody: which rule answers, everything that stands against the others,
what a browser makes of the answers, and the smallest change that permits what is blocked. With --provider it says the same of providers, by
what is known of them, and which of their deviations make the difference.

Exit code: 0 explained, and with --cors the page gets the answer; 1 with --cors: it does not, or not from a --provider; 2 bad input, or nothing
recognised.`,
		Example: `  corsprobe explain "Access to fetch at 'https://media.example.com/k' from origin 'https://app.example.com' has been blocked by CORS policy: …"
  pbpaste | corsprobe explain -
  corsprobe explain preflight.allow-headers 24
  corsprobe explain --cors cors.json --origin https://app.example.com --method PUT --header 'content-type: image/png'
  corsprobe explain --provider ceph-rgw --cors cors.json --origin https://app.example.com --method PUT`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.cors != "" {
				return f.explainCORS(args, cmd.OutOrStdout(), cmd.ErrOrStderr())
			}
			return f.explainArgs(args, cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
	f.page.register(c)
	c.Flags().StringVar(&f.cors, "cors", "", "`FILE` with a configuration, in any shape that corsprobe lint reads: explain a request by it")
	c.Flags().StringSliceVar(&f.providers, "provider", nil, "with --cors, `NAMES` of providers, or files that describe them: what they are known to answer, and what the page then gets, beside S3")
	c.Flags().BoolVar(&f.json, "json", false, "write JSON (of lines and of --cors)")
	f.look.register(c, "")
	return c
}

// explainArgs explains names, or takes the arguments for a pasted text; without any it lists the names.
func (f *explainFlags) explainArgs(args []string, stdin io.Reader, w io.Writer) error {
	if err := f.look.check(); err != nil {
		return usage(err)
	}
	if len(f.providers) > 0 {
		return usage(errors.New("--provider needs --cors FILE: a configuration that the provider would answer by"))
	}
	switch {
	case len(args) == 0:
		listExplained(w)
		return nil
	case slices.Equal(args, []string{"-"}):
		text, err := io.ReadAll(io.LimitReader(stdin, mostPasted))
		if err != nil {
			return usage(err)
		}
		return f.explainText(string(text), w)
	case slices.ContainsFunc(args, func(arg string) bool { return !isName(arg) }):
		if len(reasonsNamed(strings.Join(args, ""))) > 0 {
			return explainNames(w, []string{strings.Join(args, "")}) // Firefox's list of requests has its names with blanks in them
		}
		if text := strings.Join(args, " "); strings.ContainsAny(text, " \n") || len(console.Read(text)) > 0 {
			return f.explainText(text, w)
		}
	}
	return explainNames(w, args)
}

// explainNames explains checks, facts and reasons.
func explainNames(w io.Writer, args []string) error {
	w = fitted(w)
	var problems []error
	for i, arg := range args {
		if i > 0 {
			fmt.Fprintln(w)
		}
		problems = append(problems, explainOne(w, arg))
	}
	return usage(errors.Join(problems...))
}

// isName reports that an argument names a fact, a reason, a check or a code of lint's.
func isName(arg string) bool {
	_, number := strconv.Atoi(arg)
	_, check := judge.CheckByID(arg)
	_, linted := lint.ByCode(arg)
	return number == nil || check || linted || len(reasonsNamed(arg)) > 0
}

func listExplained(w io.Writer) {
	w = fitted(w)
	fmt.Fprintln(w, "checks")
	for _, c := range judge.Checks() {
		fmt.Fprintf(w, "  %-30s %s\n", c.ID, c.Owes)
	}
	fmt.Fprintln(w, "\nreasons for which a browser blocks a page")
	for _, r := range fetch.Reasons {
		fmt.Fprintf(w, "  %-34s %s\n", r.Reason, r.Meaning)
	}
	fmt.Fprintln(w, "\ncodes of corsprobe lint")
	for _, c := range code.All() {
		fmt.Fprintf(w, "  %s %-27s %s\n", c.ID, c.Name, c.Title)
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
	if d, ok := deviationNamed(arg); ok {
		printDeviation(w, d)
		return nil
	}
	if c, ok := lint.ByCode(arg); ok {
		printCode(w, c)
		return nil
	}
	c, ok := judge.CheckByID(arg)
	if !ok {
		return fmt.Errorf("there is no check, no deviation, no reason and no code %q; corsprobe explain and corsprobe list deviations name them", arg)
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
			if known != "" && strings.EqualFold(known, strings.ReplaceAll(name, " ", "")) {
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
	if m := console.ByReason(string(r.Reason)); m != nil {
		for i, cause := range console.Explain(console.Message{Meaning: m}).Causes {
			fmt.Fprintf(w, "  cause %d   %s\n", i+1, cause)
		}
	}
}

// printCode prints everything about a code of lint.
func printCode(w io.Writer, c code.Code) {
	fmt.Fprintf(w, "%s %s: %s\n  means     %s\n  says      %s\n  do        %s\n", c.ID, c.Name, c.Severity, c.Title, strings.TrimSpace(c.Explanation), strings.TrimSpace(c.Fix))
	if c.Mends {
		fmt.Fprintln(w, "            corsprobe lint --fix mends it")
	}
	for _, n := range c.Facts {
		if f, ok := s3cors.FactByID(n); ok {
			printFact(w, f)
		}
	}
	if c.Fetch != "" {
		fmt.Fprintf(w, "  fetch     https://fetch.spec.whatwg.org/#%s\n", c.Fetch)
	}
}

func printFact(w io.Writer, f s3cors.Fact) {
	fmt.Fprintf(w, "  fact %-3d  %s\n            %s: %s\n", f.ID, f.Statement, f.Strength, f.Source)
}
