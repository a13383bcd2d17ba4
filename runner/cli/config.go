package cli

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/pflag"
)

// setting is a value, and where it comes from.
type setting struct{ name, value, origin string }

type settings []setting

// variables are those of other programs that stand behind a flag that was not given; the first that is set counts.
var variables = map[string][]string{
	"endpoint": {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"},
	"region":   {"AWS_REGION", "AWS_DEFAULT_REGION"},
	"profile":  {"AWS_PROFILE"},
}

// secrets are variables that are used, and whose values are not shown.
var secrets = []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}

// fromEnvironment sets the flags that were not given from CORSPROBE_ and their names, and says where every value comes from.
func fromEnvironment(flags *pflag.FlagSet) (all settings, err error) {
	flags.VisitAll(func(f *pflag.Flag) {
		variable := "CORSPROBE_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value := os.Getenv(variable)
		switch {
		case f.Name == "help" || f.Name == "print-config" || f.Deprecated != "" && !f.Changed && value == "":
		case f.Changed:
			all = append(all, setting{f.Name, f.Value.String(), "flag"})
		case value != "":
			if wrong := flags.Set(f.Name, value); wrong != nil && err == nil {
				err = fmt.Errorf("%s: %w", variable, wrong)
			}
			all = append(all, setting{f.Name, f.Value.String(), "environment " + variable})
		default:
			all = append(all, behind(f))
		}
	})
	return all, err
}

// behind is the setting of a flag that was not given.
func behind(f *pflag.Flag) setting {
	for _, variable := range variables[f.Name] {
		if value := os.Getenv(variable); value != "" {
			return setting{f.Name, value, "environment " + variable}
		}
	}
	if f.Name == "shard" {
		if s, by, err := shardOf("", os.Getenv); err == nil && s != nil {
			return setting{f.Name, fmt.Sprintf("%d/%d", s.Index, s.Total), "environment " + by}
		}
	}
	return setting{f.Name, f.DefValue, "default"}
}

// settings are those of the flags with what the provider's file says: it goes before the environment, and after a flag.
func (f *targetFlags) settings(all settings) settings {
	before := map[string]string{"endpoint": f.config.URL, "region": f.config.Region, "addressing": f.config.Addressing}
	if err := f.applyProvider(); err != nil || f.known == nil {
		return all // the run itself will say what is wrong
	}
	now := map[string]string{"endpoint": f.config.URL, "region": f.config.Region, "addressing": f.config.Addressing}
	for i, s := range all {
		if value := now[s.name]; value != before[s.name] && value != s.value {
			all[i] = setting{s.name, value, "provider " + f.provider}
		}
	}
	return all
}

// print shows the settings as a table, without passwords.
func (all settings) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	for _, s := range all {
		if u, err := url.Parse(s.value); err == nil && u.User != nil {
			s.value = u.Redacted()
		}
		if s.value == "" {
			s.value = "-"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", s.name, s.value, s.origin)
	}
	for _, name := range secrets {
		if os.Getenv(name) != "" {
			fmt.Fprintf(w, "%s\t(not shown)\tenvironment %s\n", strings.ToLower(strings.ReplaceAll(name, "_", "-")), name)
		}
	}
	return w.Flush()
}
