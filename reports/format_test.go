package reports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/result"
	"corsprobe/runner/runnertest/race"
)

func TestFormats(t *testing.T) {
	want := []Format{CTRF, GitHub, HTML, JSON, JUnit, JUnitStrict, Markdown, NDJSON, SARIF, Statement, TAP, Text}
	if got := Formats(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestParseSpec(t *testing.T) {
	all := FormatNames() // TestWriteUnknownFormat has it in full
	for _, tc := range []struct {
		text, err string
		want      Spec
	}{
		{text: "junit=build/x.xml", want: Spec{JUnit, "build/x.xml"}},
		{text: "junit-strict=x.xml", want: Spec{JUnitStrict, "x.xml"}},
		{text: "json=-", want: Spec{JSON, Stdout}},
		{text: "text=a=b.txt", want: Spec{Text, "a=b.txt"}},
		{text: "junit", err: `report "junit" has no path: write junit=PATH, or junit=- for standard output`},
		{text: "report.xml", err: `report "report.xml": expected FORMAT=PATH, such as junit=corsprobe.xml; formats are ` + all},
		{text: "", err: `report "": expected FORMAT=PATH, such as junit=corsprobe.xml; formats are ` + all},
		{text: "junti=x.xml", err: `report "junti=x.xml": unknown format "junti", formats are ` + all + `; did you mean junit?`},
		{text: "xml=x", err: `report "xml=x": unknown format "xml", formats are ` + all + `; did you mean junit?`},
		{text: "JSON=x", err: `report "JSON=x": unknown format "JSON", formats are ` + all + `; did you mean json?`},
		{text: "csv=x", err: `report "csv=x": unknown format "csv", formats are ` + all},
		{text: "=x", err: `report "=x": unknown format "", formats are ` + all},
		{text: "json=", err: `report "json=": the path is empty; - is standard output`},
		{text: "json= ", err: `report "json= ": the path is empty; - is standard output`},
		{text: "json=build/", err: `report "json=build/": the path names a directory, not a file`},
		{text: "github=summary.md", want: Spec{GitHub, "summary.md"}},
		{text: "github=auto", want: Spec{GitHub, "/run/summary.md"}},
		{text: "github", err: `report "github" has no path: write github=auto in a step of a GitHub workflow, or github=PATH`},
		{text: "github=-", err: `report "github=-": its path is the step summary's, for annotations go to standard output in any case: write github=auto`},
		{text: "json=a\x00b", err: `report "json=a\x00b": the path holds a NUL`},
	} {
		t.Run(tc.text, func(t *testing.T) {
			got, err := parseSpec(tc.text, inGitHub)
			if message(err) != tc.err || got != tc.want {
				t.Errorf("got %v and error\n%q, want %v and\n%q", got, message(err), tc.want, tc.err)
			}
		})
	}
}

// inGitHub is the environment of a step of a GitHub workflow.
func inGitHub(name string) string {
	return map[string]string{"GITHUB_STEP_SUMMARY": "/run/summary.md"}[name]
}

func TestParseSpecOutsideOfGitHub(t *testing.T) {
	_, err := parseSpec("github=auto", func(string) string { return "" })
	const want = `report "github=auto": GITHUB_STEP_SUMMARY is not set, as it is in a step of a GitHub workflow; elsewhere write github=PATH, or markdown=PATH`
	if message(err) != want {
		t.Errorf("got  %q\nwant %q", message(err), want)
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestWriteUnknownFormat(t *testing.T) {
	err := Write(io.Discard, "jnit", clean())
	if want := `unknown format "jnit", formats are ctrf, github, html, json, junit, junit-strict, markdown, ndjson, sarif, statement, tap and text; did you mean junit?`; message(err) != want {
		t.Errorf("got %q, want %q", message(err), want)
	}
}

// failing accepts so many bytes and no more.
type failing struct{ room int }

var errFull = errors.New("no space left")

func (f *failing) Write(p []byte) (int, error) {
	if len(p) > f.room {
		n := f.room
		f.room = 0
		return n, errFull
	}
	f.room -= len(p)
	return len(p), nil
}

func TestWriteReportsEveryError(t *testing.T) {
	race.Skip(t)
	for _, f := range Formats() {
		var whole bytes.Buffer
		if err := Write(&whole, f, sample()); err != nil {
			t.Fatal(err)
		}
		for _, room := range []int{0, 10, 100, 5000, whole.Len() / 2, whole.Len() - 1} {
			if room >= whole.Len() {
				continue
			}
			if err := Write(&failing{room}, f, sample()); !errors.Is(err, errFull) {
				t.Errorf("%s with room for %d of %d bytes: got %v, want %v", f, room, whole.Len(), err, errFull)
			}
		}
	}
}

func TestWriteFile(t *testing.T) {
	for _, f := range Formats() {
		path := filepath.Join(t.TempDir(), "new", "folders", "report")
		if err := WriteFile(Spec{f, path}, sample(), io.Discard); err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		if err := Write(&want, f, sample()); err != nil {
			t.Fatal(err)
		}
		if got := read(t, path); got != want.String() {
			t.Errorf("%s: the file differs from what Write writes", f)
		}
		alone(t, path)
	}
}

func TestWriteFileReplaces(t *testing.T) {
	path := existing(t)
	if err := WriteFile(Spec{Text, path}, clean(), io.Discard); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); !strings.HasPrefix(got, "corsprobe 0.1.0 probed") || strings.Contains(got, "earlier") {
		t.Errorf("got %q", got)
	}
	alone(t, path)
}

func TestWriteFileThroughSymlink(t *testing.T) {
	path := existing(t)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(path, link); err != nil {
		t.Skip(err)
	}
	if err := WriteFile(Spec{Text, link}, clean(), io.Discard); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); strings.Contains(got, "earlier") {
		t.Errorf("the file that the link names still holds %q", got)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v, %v", info.Mode(), err)
	}
}

func TestWriteFileStdout(t *testing.T) {
	var out bytes.Buffer
	if err := WriteFile(Spec{JSON, Stdout}, clean(), &out); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadJSON(&out); err != nil {
		t.Error(err)
	}
	err := WriteFile(Spec{JSON, Stdout}, clean(), &failing{})
	if want := "writing the json report to standard output: no space left"; message(err) != want {
		t.Errorf("got %q, want %q", message(err), want)
	}
}

func TestWriteFileUnwritable(t *testing.T) {
	file := existing(t)
	dir := filepath.Dir(file)
	for path, want := range map[string]string{
		filepath.Join(file, "x.xml"): "not a directory",
		dir:                          "it is a folder: name a file in it",
		filepath.Join(dir, strings.Repeat("long", 1000)): "file name too long",
	} {
		err := WriteFile(Spec{JUnit, path}, clean(), io.Discard)
		if want := "writing the junit report to " + path + ": " + want; message(err) != want {
			t.Errorf("got %q, want %q", message(err), want)
		}
	}
	alone(t, file)
}

// A device takes no report: what reads /dev/null or a pipe is standard output's business.
func TestWriteFileToDevice(t *testing.T) {
	for _, f := range []Format{JSON, GitHub} {
		err := WriteFile(Spec{f, os.DevNull}, clean(), io.Discard)
		if want := fmt.Sprintf("writing the %s report to %s: it is a device: name a regular file, or - for standard output", f, os.DevNull); message(err) != want {
			t.Errorf("got %q, want %q", message(err), want)
		}
	}
}

// existing is a file from an earlier run.
func existing(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report")
	if err := os.WriteFile(path, []byte("earlier"), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// alone fails when a temporary file was left.
func alone(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("left beside the report: %v, %v", entries, err)
	}
}

func BenchmarkWrite(b *testing.B) {
	r := result.Report{Version: result.Version}
	for i := range 20_000 {
		c := reflectedCell("GET", fmt.Sprintf("https://%d.example", i))
		c.Scenario = fmt.Sprintf("origins/%d", i%200)
		r.Cells = append(r.Cells, c)
	}
	r.Summary = tally(r.Cells)
	for _, f := range Formats() {
		b.Run(string(f), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := Write(io.Discard, f, r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
