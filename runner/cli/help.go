package cli

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"corsprobe/reports"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// helpWidth is how wide help is: what every terminal has.
const helpWidth = 80

// screen is how many lines a window has that people read help in. Where all that is to say of a command takes more, --help shows the flags that
// most people need, in short.
const screen = 50

// helpGroup holds the flags of help itself.
const helpGroup = "Help"

// flagGroups are the headings under which help shows flags that several commands have. The first flags of each are for everybody, the others
// are shown by --help-all. What stands in none of them is a command's own, and comes first.
var flagGroups = []struct {
	title           string
	everybody, some []string
}{
	{"Endpoint", []string{"endpoint", "provider", "region", "bucket"},
		[]string{"profile", "addressing", "no-lease", "assume-configured", "resolve", "ca-file", "insecure", "http2", "timeout"}},
	{"Selection", []string{"run", "label-filter", "rerun-failed", "shard", "depth", "dry-run"}, []string{"focus", "skip", "catalogue-version", "max-cells"}},
	{"Judging", []string{"fail-on", "known", "baseline", "update-baseline"}, []string{"write-known", "no-follow-up", "browser", "browser-path"}},
	{"Reports", []string{"report", "report-dir", "verbose", "quiet"}, []string{"evidence", "color"}},
	{"Pace and clean-up", nil, []string{"concurrency", "rate", "settle", "max-time", "cleanup-timeout", "keep"}},
	{helpGroup, nil, []string{"help", "help-all", "version", "print-config"}},
}

// commandGroups are the headings of the list of commands.
var commandGroups = []struct {
	title    string
	commands []string
}{
	{"Ask an endpoint", []string{"run", "fuzz", "probe", "reproduce", "record", "serve"}},
	{"Work without a network", []string{"explain", "lint", "init", "list", "validate", "schema"}},
	{"Put reports together", []string{"merge", "compare", "diagnose"}},
	{"Clean up after runs that were killed", []string{"restore", "sweep"}},
	{"Beside", []string{"completion", "help", "version"}},
}

// helpCommand is cobra's, but for a topic that there is not: that is bad input.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Explain a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			topic, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return exit{exitUsage, fmt.Errorf("there is no command %q%s; corsprobe help lists them", strings.Join(args, " "), meant(args[len(args)-1], commandNames()))}
			}
			topic.InitDefaultHelpFlag()
			return topic.Help()
		},
	}
}

// setHelp has every command explained in the same way: what it does, examples, and its flags in groups.
func setHelp(root *cobra.Command) {
	root.PersistentFlags().Bool("help-all", false, "help with every flag")
	root.SetHelpFunc(func(c *cobra.Command, _ []string) {
		all, _ := c.Flags().GetBool("help-all")
		writeHelp(c.OutOrStdout(), c, all)
	})
}

// withHelp makes --help-all a kind of --help, which commands obey whatever else they are given.
func withHelp(args []string) []string {
	for i, arg := range args {
		switch arg {
		case "--":
			return args
		case "--help-all":
			return slices.Insert(slices.Clone(args), i+1, "--help")
		}
	}
	return args
}

func writeHelp(w io.Writer, c *cobra.Command, all bool) {
	text := helpText(c, all, false)
	if !all && strings.Count(text, "\n") > screen {
		text = helpText(c, false, true)
	}
	_, _ = io.WriteString(w, text) // standard error cannot be written: there is nowhere to report it
}

// helpText is all that is to say of a command; of its flags in short only those for everybody.
func helpText(c *cobra.Command, all, short bool) string {
	var b strings.Builder
	text := c.Long
	if text == "" {
		text = c.Short + "."
	}
	b.WriteString(paragraphs(text))
	fmt.Fprintf(&b, "\nUsage:\n  %s\n", useLine(c))
	if c.Example != "" {
		b.WriteString("\nExamples:\n" + brokenLines(c.Example))
	}
	writeCommands(&b, c)
	writeFlags(&b, c, all, short)
	return b.String()
}

// useLine is how a command is called. A group of commands is called with one of them.
func useLine(c *cobra.Command) string {
	if c.HasSubCommands() {
		return c.CommandPath() + " COMMAND"
	}
	return c.UseLine()
}

// paragraphs wraps text. Lines that are indented stay lines of their own.
func paragraphs(text string) string {
	var b strings.Builder
	var words []string
	flush := func() {
		if len(words) > 0 {
			b.WriteString(strings.Join(reports.Wrap(strings.Join(words, " "), helpWidth), "\n") + "\n")
		}
		words = nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case strings.HasPrefix(line, " "), line == "":
			flush()
			text := strings.TrimLeft(line, " ")
			indent := line[:len(line)-len(text)]
			b.WriteString(indent + strings.Join(reports.Wrap(text, helpWidth-len(indent)-2), "\n  "+indent) + "\n")
		default:
			words = append(words, line)
		}
	}
	flush()
	return b.String()
}

// flagAndValue are a flag and the word behind it, which stay together on a line.
var flagAndValue = regexp.MustCompile(`(--[a-z-]+) ([^-])`)

// together is a space at which no line is broken.
const together = "\u00a0"

// brokenLines breaks long command lines as a shell takes them, and puts a comment behind one above it.
func brokenLines(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRight(line, " ")
		if command, comment, found := strings.Cut(line, "  # "); found && len(line) > helpWidth {
			fmt.Fprintf(&b, "  # %s\n", strings.TrimSpace(comment))
			line = strings.TrimRight(command, " ")
		}
		const more = " \\"
		line = flagAndValue.ReplaceAllString(strings.TrimPrefix(line, "  "), "$1"+together+"$2")
		lines := reports.Wrap(line, helpWidth-len("      ")-len(more))
		b.WriteString(strings.ReplaceAll("  "+strings.Join(lines, more+"\n      ")+"\n", together, " "))
	}
	return b.String()
}

// writeCommands lists the commands below one, in groups where it is corsprobe itself.
func writeCommands(b *strings.Builder, c *cobra.Command) {
	var names []string
	short := map[string]string{}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() || sub.Name() == "help" {
			names = append(names, sub.Name())
			short[sub.Name()] = sub.Short
		}
	}
	list := func(title string, names []string) {
		names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return short[name] == "" })
		if len(names) > 0 {
			fmt.Fprintf(b, "\n%s:\n", title)
		}
		for _, name := range names {
			const column = 14
			lines := reports.Wrap(short[name], helpWidth-column)
			fmt.Fprintf(b, "  %-*s%s\n", column-2, name, strings.Join(lines, "\n"+strings.Repeat(" ", column)))
			delete(short, name)
		}
	}
	if c.HasParent() {
		list("Commands", names)
		return
	}
	for _, g := range commandGroups {
		list(g.title, g.commands)
	}
	list("More commands", names)
	b.WriteString("\ncorsprobe help COMMAND explains one of them.\n")
}

// writeFlags shows flags by group; in short only those for everybody, and the start of what is to say of each.
func writeFlags(b *strings.Builder, c *cobra.Command, all, short bool) {
	flags, own := shownFlags(c)
	shown := 0
	list := func(title string, names []string) {
		set := pflag.NewFlagSet("", pflag.ContinueOnError)
		set.SortFlags = false
		for _, name := range names {
			if f := flags[name]; f != nil {
				set.AddFlag(shortened(f, short))
				shown++
			}
		}
		if set.HasFlags() {
			fmt.Fprintf(b, "\n%s:\n%s", title, set.FlagUsagesWrapped(helpWidth))
		}
	}
	list("Flags", own)
	for _, g := range flagGroups {
		switch {
		case short:
			list(g.title, g.everybody)
		case all || g.title != helpGroup: // a reader of help knows of it
			list(g.title, slices.Concat(g.everybody, g.some))
		}
	}
	if short && shown < len(flags) {
		fmt.Fprintf(b, "\n--help-all shows %d flags more, and says more of these.\n", len(flags)-shown)
	}
}

// shownFlags are a command's flags by name, and the names of those that stand in no group.
func shownFlags(c *cobra.Command) (flags map[string]*pflag.Flag, own []string) {
	flags = map[string]*pflag.Flag{}
	visit := func(f *pflag.Flag) {
		if f.Hidden || f.Deprecated != "" {
			return
		}
		flags[f.Name] = f
		if !grouped(f.Name) {
			own = append(own, f.Name)
		}
	}
	c.InheritedFlags().VisitAll(visit)
	c.LocalFlags().VisitAll(visit)
	slices.Sort(own)
	return flags, slices.Compact(own)
}

func grouped(name string) bool {
	for _, g := range flagGroups {
		if slices.Contains(g.everybody, name) || slices.Contains(g.some, name) {
			return true
		}
	}
	return false
}

// longUsage is more than --help has room for where there are many flags.
const longUsage = 54

// clause ends the first part of a flag's description that stands alone.
var clause = regexp.MustCompile(`; |: | \(default|\. `)

// shortened is a flag, with the start of its description where that is long.
func shortened(f *pflag.Flag, short bool) *pflag.Flag {
	copied := *f
	if !short || len(f.Usage) <= longUsage {
		return &copied
	}
	for _, at := range clause.FindAllStringIndex(f.Usage, -1) {
		if start := f.Usage[:at[0]]; strings.Count(start, "`")%2 == 0 { // not within the value's name
			copied.Usage = start
			break
		}
	}
	return &copied
}
