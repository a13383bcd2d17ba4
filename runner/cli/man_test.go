package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

func TestManPage(t *testing.T) {
	root := &cobra.Command{Use: "corsprobe"}
	ask := &cobra.Command{
		Use: "ask NAME", Short: "Ask 'a' bucket", Long: "Asks.\n\nA glob, a/**, stays one:\n  a_*_b\n.hidden is a file.", Example: `  corsprobe ask --run 'a\*' .`,
		Run: func(*cobra.Command, []string) {},
	}
	ask.Flags().StringP("endpoint", "e", "http://a", "the endpoint's `URL`")
	ask.Flags().Bool("quick", false, "ask less")
	ask.AddCommand(&cobra.Command{Use: "twice", Short: "Ask twice", Run: func(*cobra.Command, []string) {}})
	root.AddCommand(ask)
	want := `.TH CORSPROBE\-ASK 1 "" corsprobe
.nh
.SH NAME
corsprobe\-ask \- Ask \(aqa\(aq bucket
.SH SYNOPSIS
\fBcorsprobe ask COMMAND\fP
.SH DESCRIPTION
Asks.
.PP
A glob, a/**, stays one:
.EX
  a_*_b
.EE
\&.hidden is a file.
.SH OPTIONS
.SS Flags
.TP
\fB\-\-quick\fP
ask less
.SS Endpoint
.TP
\fB\-e\fP, \fB\-\-endpoint\fP \fIURL\fP
the endpoint\(aqs URL (default http://a)
.SS Help
.TP
\fB\-h\fP, \fB\-\-help\fP
help for ask
.SH EXAMPLES
.EX
  corsprobe ask \-\-run \(aqa\e*\(aq .
.EE
.SH SEE ALSO
\fBcorsprobe\fP(1),
\fBcorsprobe\-ask\-twice\fP(1)
`
	if d := cmp.Diff(want, manPage(ask)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// Every command that is listed has a page, and man finds nothing wrong in it.
func TestManPages(t *testing.T) {
	folder := t.TempDir()
	root := rootCommand()
	if err := writeManPages(folder, root); err != nil {
		t.Fatal(err)
	}
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		if _, err := os.Stat(filepath.Join(folder, pageName(c)+".1")); err != nil && c.Name() != "help" && !c.Hidden {
			t.Error(err)
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root)
	pages, err := filepath.Glob(filepath.Join(folder, "*.1"))
	if err != nil || len(pages) < 15 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	if _, err := exec.LookPath("groff"); err != nil {
		t.Skip("no groff")
	}
	for _, page := range pages {
		out, err := exec.CommandContext(t.Context(), "groff", "-man", "-Tutf8", "-Kutf8", "-ww", "-z", page).CombinedOutput()
		if err != nil || strings.TrimSpace(string(out)) != "" {
			t.Errorf("%s: %v: %s", filepath.Base(page), err, out)
		}
	}
}
