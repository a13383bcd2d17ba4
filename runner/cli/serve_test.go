package cli

import (
	"bufio"
	"os"
	"os/exec"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// startServe runs corsprobe serve until the script ends, sets the variables that it prints, and writes the command that it names to follow.sh:
// serve [FLAG ...].
func startServe(ts *testscript.TestScript, _ bool, args []string) {
	path, err := exec.LookPath("corsprobe")
	ts.Check(err)
	cmd := exec.Command(path, append([]string{"serve"}, args...)...)
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	var printed strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		line := lines.Text()
		printed.WriteString(line + "\n")
		if name, value, found := strings.Cut(strings.TrimPrefix(line, "export "), "="); found && strings.HasPrefix(line, "export ") {
			ts.Setenv(name, value)
		}
		if command, found := strings.CutPrefix(line, "#   corsprobe "); found {
			ts.Check(os.WriteFile(ts.MkAbs("follow.sh"), []byte("corsprobe "+command+"\n"), 0o666))
			break
		}
	}
	ts.Logf("%s", printed.String())
}
