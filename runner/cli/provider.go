package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"corsprobe/runner"
	"corsprobe/runner/english"
	"corsprobe/scenarios"

	"github.com/spf13/cobra"
)

func (f *targetFlags) registerProvider(c *cobra.Command) {
	c.Flags().StringVar(&f.provider, "provider", "", "`NAME` of the provider whose endpoint this is; or a file that describes one; corsprobe list providers names them")
}

// applyProvider fills what the flags leave open from what is known of the provider. A flag goes before it, and it goes before the environment;
// the environment's endpoint is that of a provider who has none of its own.
func (f *targetFlags) applyProvider() error {
	if f.provider == "" {
		return nil
	}
	p, err := findProvider(f.provider)
	if err != nil {
		return err
	}
	f.known = &p
	region := cmp.Or(f.config.Region, os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"))
	url, region, err := p.URL(region)
	switch elsewhere := namedByEnvironment(); {
	case f.config.URL != "":
	case err == nil:
		f.config.URL, f.located = url, true
	case region == "" && p.Endpoint != nil || elsewhere == "":
		return err
	}
	f.config.Region = cmp.Or(f.config.Region, region)
	if f.config.Addressing == string(scenarios.Auto) {
		f.config.Addressing = string(p.Addressing())
	}
	return nil
}

func namedByEnvironment() string {
	return cmp.Or(os.Getenv("AWS_ENDPOINT_URL_S3"), os.Getenv("AWS_ENDPOINT_URL"))
}

// providerFile is the file that --provider names; empty where it names a provider.
func providerFile(name string) string {
	if ext := filepath.Ext(name); ext == ".yaml" || ext == ".yml" {
		return name
	}
	return ""
}

// findProvider is a provider by its name, or by a file that describes it.
func findProvider(name string) (scenarios.Provider, error) {
	if providerFile(name) != "" {
		return scenarios.LoadProvider(name)
	}
	p, err := scenarios.ProviderByName(name)
	if err != nil {
		err = fmt.Errorf("--provider %s: %w", name, err)
	}
	return p, err
}

// deviations are what is known of the provider, beside what the user knows.
func (f *targetFlags) deviations(own []scenarios.Deviation) []scenarios.Deviation {
	if f.known == nil {
		return own
	}
	return append(own, f.known.KnownDeviations...)
}

// settle is how long the provider says that a configuration may take; 0 where it says nothing.
func (f *targetFlags) settle() time.Duration {
	if f.known == nil {
		return 0
	}
	seconds, _ := f.known.Limit("settle-seconds")
	return time.Duration(seconds) * time.Second
}

// introduce says in a line or two what is known of the provider before the run begins.
func (f *targetFlags) introduce(w io.Writer, at string) {
	p := f.known
	if p == nil {
		return
	}
	fmt.Fprintf(w, "%s at %s: %s known; corsprobe list providers %s lists them\n", p.Title, at, count(len(p.KnownDeviations), "deviation"), f.provider)
	if f.located && !p.Endpoint.Knows(f.config.Region) {
		fmt.Fprintf(w, "region %s is not among those known: %s\n", f.config.Region, strings.Join(p.Endpoint.Regions, ", "))
	}
	if offered, known := p.Offers("bucket-cors"); known && !offered {
		fmt.Fprintf(w, "%s is known to have no CORS of a bucket's: PutBucketCors will hardly work\n", p.Title)
	}
	fmt.Fprintln(w)
}

func count(n int, noun string) string {
	return english.Count(n, noun)
}

// printAbsent prints the measured deviations that did not occur: the provider's file may be out of date.
func printAbsent(w io.Writer, known *runner.Deviations) {
	for _, d := range known.Absent() {
		what := d.Check
		if d.IsNamed() {
			what = d.Named.String()
		}
		fmt.Fprintf(w, "corsprobe: %s: this was measured, and does not occur here (%s): %s\n", d.Where(), what, d.Reason)
	}
}

func listProvidersCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "providers [NAME|FILE ...]",
		Short: "List the providers that --provider knows, or all that is known of some",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return listProviders(cmd.OutOrStdout())
			}
			for i, name := range args {
				p, err := findProvider(name)
				if err != nil {
					return exit{exitUsage, err}
				}
				if i > 0 {
					fmt.Fprintln(cmd.OutOrStdout())
				}
				describeProvider(cmd.OutOrStdout(), p)
			}
			return nil
		},
	}
}

func listProviders(w io.Writer) error {
	all, err := scenarios.Providers()
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(fitted(w), 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tBUCKET CORS\tDEVIATIONS\tKNOWN BY\tENDPOINT")
	for _, p := range all {
		at := "yours"
		if p.Endpoint != nil {
			at = p.Endpoint.URL
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\n", p.Name, offered(p, "bucket-cors"), len(p.KnownDeviations), knownBy(p), at)
	}
	return table.Flush()
}

// knownBy is the best evidence of a provider's deviations.
func knownBy(p scenarios.Provider) string {
	for _, best := range []scenarios.Evidence{scenarios.Measured, scenarios.Documented, scenarios.Reported} {
		if slices.ContainsFunc(p.KnownDeviations, func(d scenarios.Deviation) bool { return d.Evidence == best }) {
			return string(best)
		}
	}
	return "-"
}

func offered(p scenarios.Provider, feature string) string {
	yes, known := p.Offers(feature)
	switch {
	case !known:
		return "not known"
	case yes:
		return "yes"
	default:
		return "no"
	}
}

// describeProvider prints everything about a provider, each point with its source.
func describeProvider(w io.Writer, p scenarios.Provider) {
	fmt.Fprintf(w, "%s: %s\n", p.Name, p.Title)
	if l := p.Endpoint; l != nil {
		fmt.Fprintf(w, "  endpoint  %s [%s]\n", l.URL, l.Source)
		if len(l.Regions) > 0 {
			fmt.Fprintf(w, "  regions   %s\n", strings.Join(l.Regions, ", "))
		}
	}
	for _, f := range p.Features {
		yes := "yes"
		if !f.Offered {
			yes = "no"
		}
		fmt.Fprintf(w, "  %s: %s [%s]\n", f.Name, yes, f.Source)
	}
	for _, l := range p.Limits {
		fmt.Fprintf(w, "  %s: at most %d [%s]\n", l.Of, l.Most, l.Source)
	}
	for _, n := range p.Notes {
		fmt.Fprintf(w, "  - %s [%s]\n", n.Text, n.Source)
	}
	if len(p.KnownDeviations) > 0 {
		fmt.Fprintln(w, "known deviations")
	}
	for _, d := range p.KnownDeviations {
		what := d.Check + " in " + d.Cells
		if d.IsNamed() {
			what = d.Named.String()
		}
		fmt.Fprintf(w, "  - %s: %s [%s, %s]\n", what, d.Reason, d.Source, d.Evidence)
	}
	fmt.Fprintln(w, "sources")
	for _, s := range p.Sources {
		fmt.Fprintf(w, "  %s: %s, %s %s\n    %s\n", s.Name, s.Title, s.Evidence, s.Date, s.Link)
	}
}

// validateProviders checks the providers' files among the arguments, and returns the others.
func validateProviders(w io.Writer, args []string) (others []string, err error) {
	var problems []error
	for _, arg := range args {
		if !scenarios.IsProviderFile(arg) {
			others = append(others, arg)
			continue
		}
		p, err := scenarios.LoadProvider(arg)
		if err != nil && p.Name == "" {
			_, err = scenarios.LoadDeviations(arg) // a file of known deviations has no name
		}
		if problems = append(problems, err); err == nil {
			fmt.Fprintf(w, "%s: %s, valid\n", arg, count(len(p.KnownDeviations), "known deviation"))
		}
	}
	return others, errors.Join(problems...)
}
