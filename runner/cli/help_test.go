package cli

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// everyCommand calls with every command that is listed anywhere.
func everyCommand(c *cobra.Command, with func(*cobra.Command)) {
	c.InitDefaultHelpFlag()
	with(c)
	for _, sub := range c.Commands() {
		if !sub.Hidden {
			everyCommand(sub, with)
		}
	}
}

func helpOf(c *cobra.Command, all bool) string {
	var b bytes.Buffer
	writeHelp(&b, c, all)
	return b.String()
}

func testedRoot() *cobra.Command {
	root := rootCommand()
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	root.InitDefaultVersionFlag()
	return root
}

// The help of every command fits a terminal of 80 columns, and says everything with --help-all.
func TestHelpFits(t *testing.T) {
	everyCommand(testedRoot(), func(c *cobra.Command) {
		for _, all := range []bool{false, true} {
			for line := range strings.Lines(helpOf(c, all)) {
				if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > helpWidth {
					t.Errorf("%s: %d columns: %s", c.CommandPath(), n, line)
				}
			}
		}
		flags, _ := shownFlags(c)
		help := helpOf(c, true)
		for name := range flags {
			if !strings.Contains(help, "--"+name) {
				t.Errorf("%s --help-all does not show --%s", c.CommandPath(), name)
			}
		}
		if n := strings.Count(helpOf(c, false), "\n"); n > screen {
			t.Errorf("the help of %s has %d lines", c.CommandPath(), n)
		}
	})
}

// What the groups name is there.
func TestHelpGroups(t *testing.T) {
	var flags, commands []string
	everyCommand(testedRoot(), func(c *cobra.Command) {
		commands = append(commands, c.Name())
		for name := range allFlags(c) {
			flags = append(flags, name)
		}
	})
	for _, g := range flagGroups {
		for _, name := range slices.Concat(g.everybody, g.some) {
			if !slices.Contains(flags, name) {
				t.Errorf("no command has the flag --%s of the group %s", name, g.title)
			}
		}
	}
	for _, g := range commandGroups {
		for _, name := range g.commands {
			if !slices.Contains(commands, name) {
				t.Errorf("there is no command %s of the group %s", name, g.title)
			}
		}
	}
	if help := helpOf(testedRoot(), false); strings.Contains(help, "More commands") {
		t.Errorf("a command is in no group:\n%s", help)
	}
}

func allFlags(c *cobra.Command) map[string]bool {
	all := map[string]bool{}
	c.InheritedFlags().VisitAll(func(f *pflag.Flag) { all[f.Name] = true })
	c.LocalFlags().VisitAll(func(f *pflag.Flag) { all[f.Name] = true })
	return all
}

func TestExamplesAreBrokenAsShellsTakeThem(t *testing.T) {
	got := brokenLines("  corsprobe run\n  corsprobe run " + strings.Repeat("--report junit=build/cors.xml ", 4) + "  # all of it")
	want := `  corsprobe run
  # all of it
  corsprobe run --report junit=build/cors.xml \
      --report junit=build/cors.xml --report junit=build/cors.xml \
      --report junit=build/cors.xml
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWithHelp(t *testing.T) {
	for in, want := range map[string]string{
		"run --help-all": "run --help-all --help", "--help-all run x": "--help-all --help run x", "run -- --help-all": "run -- --help-all", "run": "run", "": "",
	} {
		if got := strings.Join(withHelp(strings.Fields(in)), " "); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
