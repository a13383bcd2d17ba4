package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// manCommand writes manual pages. It is for packagers of corsprobe, and so is not listed.
func manCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "man DIR",
		Short:  "Write the manual pages to a folder, one a command",
		Args:   cobra.ExactArgs(1),
		Hidden: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o777); err != nil {
				return exit{exitUsage, err}
			}
			return writeManPages(args[0], cmd.Root())
		},
	}
}

func writeManPages(folder string, c *cobra.Command) error {
	for _, sub := range c.Commands() {
		if !sub.IsAvailableCommand() || sub.Name() == "help" {
			continue
		}
		if err := writeManPages(folder, sub); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(folder, pageName(c)+".1"), []byte(manPage(c)), 0o666)
}

// pageName is under what name a command's page is found: corsprobe-list-providers.
func pageName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// manPage is a command's page, in the roff of man(7). It has no date: the same input makes the same page. cobra's own pages are made by way of
// Markdown, which takes the stars of globs for emphasis.
func manPage(c *cobra.Command) string {
	c.InitDefaultHelpFlag()
	text := c.Long
	if text == "" {
		text = c.Short + "."
	}
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 \"\" corsprobe\n.nh\n", strings.ToUpper(roff(pageName(c))))
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(pageName(c)), roff(c.Short))
	fmt.Fprintf(&b, ".SH SYNOPSIS\n\\fB%s\\fP\n", roff(useLine(c)))
	b.WriteString(".SH DESCRIPTION\n" + roffParagraphs(text))
	b.WriteString(manFlags(c))
	if c.Example != "" {
		fmt.Fprintf(&b, ".SH EXAMPLES\n.EX\n%s\n.EE\n", roff(c.Example))
	}
	if also := manSeeAlso(c); len(also) > 0 {
		b.WriteString(".SH SEE ALSO\n" + strings.Join(also, ",\n") + "\n")
	}
	return b.String()
}

// manFlags are a command's flags in the groups of its help.
func manFlags(c *cobra.Command) string {
	flags, own := shownFlags(c)
	var b strings.Builder
	list := func(title string, names []string) {
		names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return flags[name] == nil })
		if len(names) == 0 {
			return
		}
		fmt.Fprintf(&b, ".SS %s\n", roff(title))
		for _, name := range names {
			b.WriteString(manFlag(flags[name]))
		}
	}
	list("Flags", own)
	for _, g := range flagGroups {
		list(g.title, slices.Concat(g.everybody, g.some))
	}
	if b.Len() == 0 {
		return ""
	}
	return ".SH OPTIONS\n" + b.String()
}

func manFlag(f *pflag.Flag) string {
	value, usage := pflag.UnquoteUsage(f)
	var b strings.Builder
	b.WriteString(".TP\n")
	if f.Shorthand != "" {
		fmt.Fprintf(&b, "\\fB\\-%s\\fP, ", f.Shorthand)
	}
	fmt.Fprintf(&b, "\\fB\\-\\-%s\\fP", roff(f.Name))
	if value != "" {
		fmt.Fprintf(&b, " \\fI%s\\fP", roff(value))
	}
	b.WriteString("\n" + roff(usage))
	if !slices.Contains([]string{"", "false", "0", "0s", "[]"}, f.DefValue) {
		fmt.Fprintf(&b, " (default %s)", roff(f.DefValue))
	}
	return b.String() + "\n"
}

// manSeeAlso are the pages of the command above and of those below.
func manSeeAlso(c *cobra.Command) []string {
	var all []string
	if c.HasParent() {
		all = append(all, fmt.Sprintf("\\fB%s\\fP(1)", roff(pageName(c.Parent()))))
	}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() && sub.Name() != "help" {
			all = append(all, fmt.Sprintf("\\fB%s\\fP(1)", roff(pageName(sub))))
		}
	}
	return all
}

// roffParagraphs is text in paragraphs. Lines that are indented stay lines of their own, as in help.
func roffParagraphs(text string) string {
	var b strings.Builder
	verbatim := false
	for line := range strings.SplitSeq(text, "\n") {
		if indented := strings.HasPrefix(line, " "); indented != verbatim {
			b.WriteString(map[bool]string{true: ".EX\n", false: ".EE\n"}[indented])
			verbatim = indented
		}
		if line == "" {
			line = ".PP"
		} else {
			line = roff(line)
		}
		b.WriteString(line + "\n")
	}
	if verbatim {
		b.WriteString(".EE\n")
	}
	return b.String()
}

// roff is text in which nothing is a command to the formatter: no backslash, no point or quote that starts a line. A hyphen that may be copied
// into a shell is a minus.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`).Replace(text)
	return strings.TrimPrefix(strings.ReplaceAll("\n"+text, "\n.", "\n\\&."), "\n")
}
