package cli

import (
	"cmp"
	"corsprobe/runner/suggest"
	"fmt"
	"regexp"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// aliases are other names of flags: that of the AWS command line, and one that there was before.
var aliases = map[string]string{"endpoint-url": "endpoint", "workers": "concurrency"}

// byAlias lets every command that has a flag take it by its other names.
func byAlias(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	return pflag.NormalizedName(cmp.Or(aliases[name], name))
}

var unknownFlag = regexp.MustCompile(`^unknown flag: --([^=\s]+)`)

// mostSlips is how many letters a flag may differ in from one that was meant.
const mostSlips = 3

// suggestFlag adds to the error of an unknown flag the one that was perhaps meant.
func suggestFlag(c *cobra.Command, err error) error {
	found := unknownFlag.FindStringSubmatch(err.Error())
	if found == nil {
		return err
	}
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	name := suggest.First(suggest.Nearest(found[1], names, min(mostSlips, len(found[1])/2)))
	if name == "" {
		return fmt.Errorf("%w; %s --help lists them", err, c.CommandPath())
	}
	return fmt.Errorf("%w; did you mean --%s?", err, name)
}
