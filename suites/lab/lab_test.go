// Package lab_test holds corsprobe against real servers, each a process of its own.
package lab_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"corsprobe/reports"
	"corsprobe/runner/browser"
	"corsprobe/runner/reference"
	"corsprobe/runner/result"

	"gopkg.in/yaml.v3"
)

// notToBeHad is the exit code of a lab without a server.
const notToBeHad = 77

// TestKnown runs the catalogue against servers with bucket CORS. All that they do otherwise than S3 is known, and without one of the deviations
// that say so, what it is about fails the run, and nothing else. The second run is of a few cells that show it, by other deviations too.
func TestKnown(t *testing.T) {
	for _, c := range []struct{ server, known, deviation, check, cells string }{
		{"versitygw", "../../scenarios/providers/versitygw.yaml", "error-method", "preflight.error-method", "origins/exact/one-origin/**"},
		{"rgw", "known/rgw.yaml", "allow-methods-requested-only", "*.allow-methods", "ovhcloud/guide/**/GET/*"},
	} {
		t.Run(c.server, func(t *testing.T) {
			dir := t.TempDir()
			if code, output := lab(t, dir, c.known, c.server); code == notToBeHad {
				t.Skip(output)
			} else if code != 0 {
				t.Fatalf("exit code %d:\n%s", code, output)
			}
			if s := read(t, dir, c.server).Summary; s.Passed == 0 || s.Known == 0 {
				t.Errorf("%d passed, %d known: nothing was judged", s.Passed, s.Known)
			}

			code, output := lab(t, dir, without(t, c.known, c.deviation), c.server, "--", "--run", c.cells)
			if code != 1 {
				t.Fatalf("without an entry: exit code %d:\n%s", code, output)
			}
			report := read(t, dir, c.server)
			if report.Summary.Failed == 0 || len(report.Stale) > 0 {
				t.Errorf("without %s: %d failed, stale: %v", c.deviation, report.Summary.Failed, report.Stale)
			}
			unknown, known := checks(report)
			if len(known) == 0 {
				t.Errorf("without %s nothing is known any more", c.deviation)
			}
			for _, check := range unknown {
				if fits, _ := path.Match(c.check, check); !fits {
					t.Errorf("without %s: %s fails too", c.deviation, check)
				}
			}
		})
	}
}

// TestUnsupported runs against a server that takes DeleteBucketCors for DeleteBucket. It must end in exit code 3, with nothing left behind.
func TestUnsupported(t *testing.T) {
	code, output := lab(t, t.TempDir(), "", "gofakes3")
	if code == notToBeHad {
		t.Skip(output)
	}
	if code != 0 || !strings.Contains(output, "unsupported, as it must be") {
		t.Errorf("exit code %d:\n%s", code, output)
	}
}

// TestAgainstChromium has Chromium ask two servers. What the report says of browsers is what Chromium does there, and no cell is in error because
// Chromium and the model of browsers disagree. That all the catalogue says so is seen by run.sh rgw s3rver -- --browser.
func TestAgainstChromium(t *testing.T) {
	if _, err := browser.Find(""); err != nil {
		t.Skip(err)
	}
	for _, server := range []string{"rgw", "s3rver"} {
		t.Run(server, func(t *testing.T) {
			dir := t.TempDir()
			args := []string{server, "--", "--browser", "--evidence", "all"}
			// Of the rules' scenarios that of their order: of how large a configuration is, no browser sees anything.
			code, output := lab(t, dir, "", append(args, "headers/requested", "methods", "responses/headers", "rules/order", "use-cases")...)
			if code == notToBeHad {
				t.Skip(output)
			}
			report := read(t, dir, server)
			var all reference.Claims
			for _, wrong := range all.Hold(report) {
				t.Error(wrong)
			}
			t.Logf("%+v; %+v", all, report.Summary.Chromium)
			if s := report.Summary.Chromium; s == nil || s.Sent != s.Agreed || report.Summary.Errors > 0 {
				t.Errorf("%+v, %d errors\n%s", s, report.Summary.Errors, output)
			}
			if all.Pages < 150 || all.Blocked+all.Exposed+all.WithCredentials < 50 {
				t.Errorf("too little was held against Chromium: %+v\n%s", all, output)
			}
		})
	}
}

// programs builds corsprobe and the lab's helper, once for all runs of the script.
var programs = sync.OnceValues(func() ([]string, error) {
	var err error
	if programsDir, err = os.MkdirTemp("", "lab-programs"); err != nil {
		return nil, err
	}
	out, err := exec.Command("go", "build", "-o", programsDir, "../..", "./helper").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("go build: %w\n%s", err, out)
	}
	return []string{"CORSPROBE=" + filepath.Join(programsDir, "corsprobe"), "LAB_HELPER=" + filepath.Join(programsDir, "helper")}, nil
})

var programsDir string

func TestMain(m *testing.M) {
	code := m.Run()
	_ = os.RemoveAll(programsDir) // "" where nothing was built
	os.Exit(code)
}

// lab runs the script with what is installed, and returns its exit code and what it printed.
func lab(t *testing.T, dir, known string, args ...string) (int, string) {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip(err)
	}
	built, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	var output bytes.Buffer
	cmd := exec.Command("bash", append([]string{"run.sh", "--installed"}, args...)...)
	cmd.Env = slices.Concat(os.Environ(), built, []string{"LAB_DIR=" + dir, "LAB_KNOWN=" + known})
	cmd.Stdout, cmd.Stderr = &output, &output
	err = cmd.Run()
	var exited *exec.ExitError
	if err != nil && !errors.As(err, &exited) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), output.String()
}

func read(t *testing.T, dir, server string) result.Report {
	t.Helper()
	file, err := os.Open(filepath.Join(dir, server, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	report, err := reports.ReadJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// without copies a file of known deviations, less the one of a name.
func without(t *testing.T, file, name string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var provider map[string]any
	if err := yaml.Unmarshal(data, &provider); err != nil {
		t.Fatal(err)
	}
	all, _ := provider["knownDeviations"].([]any)
	less := slices.DeleteFunc(slices.Clone(all), func(entry any) bool {
		fields, _ := entry.(map[string]any)
		return fields["deviation"] == name
	})
	if len(less) != len(all)-1 {
		t.Fatalf("%s has %d entries of %s, want one", file, len(all)-len(less), name)
	}
	provider["knownDeviations"] = less
	if data, err = yaml.Marshal(provider); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), filepath.Base(file)) // by its name it is the same provider's
	if err := os.WriteFile(copied, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return copied
}

// checks lists the checks of findings that no entry covers, and of those that one does.
func checks(report result.Report) (unknown, known []string) {
	for _, c := range report.Cells {
		for _, f := range c.Findings {
			if f.Known == nil {
				unknown = append(unknown, f.Check)
			} else {
				known = append(known, f.Check)
			}
		}
	}
	return unknown, known
}
