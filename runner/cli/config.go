package cli

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"
	"time"

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
		variable, value := inEnvironment(f.Name)
		switch {
		case strings.HasPrefix(f.Name, "help") || f.Name == "print-config" || f.Deprecated != "" && !f.Changed && value == "":
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

// inEnvironment is the variable of a flag, and its value; a variable of another name of the flag's counts where its own is not set.
func inEnvironment(flag string) (variable, value string) {
	names := []string{flag}
	for alias, of := range aliases {
		if of == flag {
			names = append(names, alias)
		}
	}
	for _, name := range names {
		variable = "CORSPROBE_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		if value = os.Getenv(variable); value != "" {
			return variable, value
		}
	}
	return variable, ""
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

// unset are the values of flags that stand for something else than they say.
var unset = map[string]map[string]string{
	"catalogue-version": {"0": "the newest"},
	"rate":              {"0": "no limit"}, "max-time": {"0s": "no limit"}, "endpoint": {"": "the embedded server"}, "region": {"": "us-east-1"},
	"depth": {"": "normal of the catalogue, all of what is named"},
}

// settings are those that the run would have.
func (f *runFlags) settings(all settings) settings {
	all = f.target.settings(all)
	for i, s := range all {
		switch meant, stands := unset[s.name][s.value]; {
		case s.name == "settle" && f.settle() != f.opts.Settle:
			all[i] = setting{s.name, f.settle().String(), "provider " + f.target.provider}
		case stands && (f.target.config.Profile == "" || s.name != "endpoint" && s.name != "region"):
			all[i].value = meant
		}
	}
	return all
}

// settle is how long a configuration may take to take effect: as the user says, or else as the provider does.
func (f *runFlags) settle() time.Duration {
	if known := f.target.settle(); known > 0 && !f.settleGiven {
		return known
	}
	return f.opts.Settle
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

// presentable is a value without the password or the signature that it holds as a URL.
func presentable(value string) string {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.User == nil && u.RawQuery == "" && u.Fragment == "" {
		return value
	}
	if u.RawQuery != "" {
		u.RawQuery = "REDACTED"
	}
	if u.Fragment != "" {
		u.Fragment, u.RawFragment = "REDACTED", ""
	}
	return u.Redacted()
}

// print shows the settings as a table, without passwords.
func (all settings) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	for _, s := range all {
		s.value = presentable(s.value)
		if s.value == "" || s.value == "[]" {
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
