package cli

import (
	"fmt"
	"io"
	"os"
	"slices"

	"corsprobe/reports"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// look is how much is printed for a person, and in which colours.
type look struct {
	color          string
	verbose, quiet bool
}

// colors are the values of --color.
var colors = []string{"auto", "always", "never"}

// register adds --color, and --verbose with what it shows more, and --quiet, where there is more and less to show.
func (l *look) register(c *cobra.Command, more string) {
	c.Flags().StringVar(&l.color, "color", "auto", "colour: auto, always or never")
	if more == "" {
		return
	}
	c.Flags().BoolVarP(&l.verbose, "verbose", "v", false, more)
	c.Flags().BoolVarP(&l.quiet, "quiet", "q", false, "print only the verdict and what went wrong; reports stay whole")
	c.MarkFlagsMutuallyExclusive("verbose", "quiet")
}

func (l *look) check() error {
	if !slices.Contains(colors, l.color) {
		return fmt.Errorf("--color %s: expected auto, always or never", l.color)
	}
	return nil
}

// text is how a report is shown on a stream.
func (l *look) text(w io.Writer) reports.TextOptions {
	return reports.TextOptions{Color: l.colored(w), Width: columns(w), Verbose: l.verbose, Quiet: l.quiet}
}

// notes are for what a person may like to know beside the result.
func (l *look) notes(w io.Writer) io.Writer {
	if l.quiet {
		return io.Discard
	}
	return w
}

// colored goes by --color, and else by what terminals and those who sit before them ask for.
func (l *look) colored(w io.Writer) bool {
	switch l.color {
	case "always":
		return true
	case "never":
		return false
	}
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && isTerminal(w)
}

// isTerminal reports that a stream is one.
func isTerminal(w io.Writer) bool {
	file, ok := beneath(w).(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// columns is how wide a terminal is; 0 where that is not known.
func columns(w io.Writer) int {
	file, ok := beneath(w).(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0
	}
	return width
}
