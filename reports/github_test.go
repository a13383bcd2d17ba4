package reports

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"corsprobe/runner/result"
)

func TestGitHubGolden(t *testing.T) {
	golden(t, "github-annotations.txt", []byte(commands(t, sample())))
}

func commands(t *testing.T, r result.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := annotate(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The step summary is Markdown behind whatever other tools wrote; annotations go to standard output.
func TestGitHubAppends(t *testing.T) {
	path := existing(t)
	var stdout bytes.Buffer
	for range 2 {
		if err := WriteFile(Spec{GitHub, path}, clean(), &stdout); err != nil {
			t.Fatal(err)
		}
	}
	markdown := string(render(t, Markdown, clean()))
	if got, want := read(t, path), "earlier\n\n"+markdown+"\n\n"+markdown; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if stdout.Len() > 0 {
		t.Errorf("a run that conforms is annotated with %q", stdout.String())
	}
	if err := WriteFile(Spec{GitHub, path}, sample(), &stdout); err != nil {
		t.Fatal(err)
	}
	if got, want := stdout.String(), commands(t, sample()); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestGitHubErrors(t *testing.T) {
	dir := t.TempDir()
	var stdout bytes.Buffer
	err := WriteFile(Spec{GitHub, dir}, sample(), &stdout)
	if want := "writing the github report to " + dir + ": it is a folder: name a file in it"; message(err) != want {
		t.Errorf("got %q, want %q", message(err), want)
	}
	if stdout.String() != commands(t, sample()) {
		t.Error("the annotations are gone with the summary")
	}
	path := filepath.Join(dir, "summary.md")
	err = WriteFile(Spec{GitHub, path}, sample(), &failing{})
	if want := "writing the github report to " + path + ": no space left"; message(err) != want {
		t.Errorf("got %q, want %q", message(err), want)
	}
}

// bulky is a report whose Markdown is of more than 1 MiB.
func bulky() result.Report {
	r := clean()
	for i := range markdownLimit {
		c := found(result.Failed, result.Contract, fmt.Sprint("check", i))
		c.Curl = []string{"curl " + strings.Repeat("x", 50<<10)}
		r.Cells = append(r.Cells, c)
	}
	r.Summary = tally(r.Cells)
	return r
}

func TestGitHubSummaryFitsItsLimit(t *testing.T) {
	for _, before := range []int{0, 1, 100, 1 << 19, 1<<20 - 1000, 1<<20 - len(cutNote) - 2} {
		path := filepath.Join(t.TempDir(), "summary.md")
		if err := os.WriteFile(path, bytes.Repeat([]byte{'x'}, before), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := WriteFile(Spec{GitHub, path}, bulky(), io.Discard); err != nil {
			t.Fatal(err)
		}
		got := read(t, path)
		if len(got) > 1<<20 || len(got) <= before || !strings.HasSuffix(got, cutNote) {
			t.Errorf("after %d bytes: %d bytes, ending in %q", before, len(got), got[len(got)-50:])
		}
		if _, problems := markdownSkeleton(got[before:]); problems != nil {
			t.Errorf("after %d bytes: %q", before, problems)
		}
	}
}

func TestGitHubSummaryThatIsFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "summary.md")
	full := strings.Repeat("x", 1<<20-len(cutNote)-1)
	if err := os.WriteFile(path, []byte(full), 0o666); err != nil {
		t.Fatal(err)
	}
	err := WriteFile(Spec{GitHub, path}, bulky(), io.Discard)
	if want := "writing the github report to " + path + ": the step summary is full: GitHub shows none of more than 1 MiB"; message(err) != want {
		t.Errorf("got %q, want %q", message(err), want)
	}
	if read(t, path) != full {
		t.Error("the summary was changed")
	}
}

func TestGitHubRendererKeepsTheLimit(t *testing.T) {
	if n := len(render(t, GitHub, bulky())); n > 1<<20 {
		t.Errorf("%d bytes", n)
	}
	if got := render(t, GitHub, sample()); !bytes.Equal(got, render(t, Markdown, sample())) {
		t.Error("a summary that fits differs from the Markdown")
	}
}

// command is how GitHub's runner reads a line: properties until the next ::, which no property can hold.
var command = regexp.MustCompile(`^::error (?:file=([^:,]*),)?(?:line=(\d+),)?title=([^:,]*)::(.*)$`)

func TestGitHubCommands(t *testing.T) {
	for _, tc := range []struct {
		a    annotation
		want string
	}{
		{annotation{"a.yaml", 3, "corsprobe", "message"}, "::error file=a.yaml,line=3,title=corsprobe::message"},
		{annotation{"a.yaml", 0, "corsprobe", "message"}, "::error file=a.yaml,title=corsprobe::message"},
		{annotation{"", 3, "corsprobe", "message"}, "::error title=corsprobe::message"},
		{annotation{"C:\\a,b%.yaml", 3, "t::,\r\n%", "100%: a,b\r\n::error::x"},
			"::error file=C%3A\\a%2Cb%25.yaml,line=3,title=t%3A%3A%2C%0D%0A%25::100%25: a,b%0D%0A::error::x"},
	} {
		got := tc.a.command()
		if got != tc.want || !command.MatchString(got) {
			t.Errorf("got  %q\nwant %q", got, tc.want)
		}
	}
}

// GitHub shows ten errors of a step: the last one stands for the rest, and the worst come first.
func TestGitHubAnnotatesTheWorst(t *testing.T) {
	r := clean()
	add := func(scenario string, class result.Class) {
		c := found(result.Failed, class, "check")
		c.Scenario = scenario
		r.Cells = append(r.Cells, c)
	}
	for i := range 30 {
		add(fmt.Sprint("contract/", i), result.Contract)
	}
	add("last/exposed", result.Exposure)
	lines := strings.Split(strings.TrimSuffix(commands(t, r), "\n"), "\n")
	if len(lines) != 10 {
		t.Fatalf("%d annotations", len(lines))
	}
	if !strings.Contains(lines[0], "last/exposed") {
		t.Errorf("the first is %s", lines[0])
	}
	if want := "::error title=corsprobe%3A more::22 more like these: the step summary and the reports have them"; lines[9] != want {
		t.Errorf("the last is %s", lines[9])
	}
}

func TestGitHubAnnotatesWhatNoCellShows(t *testing.T) {
	r := clean()
	r.Run.Incomplete = "interrupted"
	if got, want := commands(t, r), "::error title=corsprobe::the run is incomplete: interrupted\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := commands(t, result.Report{}), "::error title=corsprobe::nothing was judged: no cell was run\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestGroupLines(t *testing.T) {
	var cells []*result.Cell
	for i := range 7 {
		c := found(result.Failed, result.Contract, fmt.Sprint("check", i))
		cells = append(cells, &c)
	}
	odd := newCell("a/b", "c", "", "sideways")
	got := groupLines([]*result.Cell{cells[0], &odd})
	if want := `1 cell: the cell has no verdict that a report knows: "sideways"`; len(got) != 2 || got[1] != want {
		t.Errorf("got %q", got)
	}
	if got := groupLines(cells); len(got) != 6 || got[5] != "… and 2 more" {
		t.Errorf("got %q", got)
	}
}
