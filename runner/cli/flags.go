package cli

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"

	"github.com/agnivade/levenshtein"
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

// nearest is how many letters a flag may differ in from one that was meant.
const nearest = 3

// suggestFlag adds to the error of an unknown flag the one that was perhaps meant.
func suggestFlag(c *cobra.Command, err error) error {
	found := unknownFlag.FindStringSubmatch(err.Error())
	if found == nil {
		return err
	}
	type near struct {
		name     string
		distance int
	}
	var all []near
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if d := levenshtein.ComputeDistance(found[1], f.Name); d <= min(nearest, len(f.Name)/2) && !f.Hidden {
			all = append(all, near{f.Name, d})
		}
	})
	if len(all) == 0 {
		return fmt.Errorf("%w; %s --help lists them", err, c.CommandPath())
	}
	best := slices.MinFunc(all, func(a, b near) int { return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.name, b.name)) })
	return fmt.Errorf("%w; did you mean --%s?", err, best.name)
}
