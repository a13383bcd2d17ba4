package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"testing"
)

// full is a stream whose disk is full.
type full struct{ err error }

func (f full) Write([]byte) (int, error) { return 0, f.err }

// A command whose output cannot be written does not look like a success.
func TestLostOutput(t *testing.T) {
	broken := errors.New("no space left on device")
	for _, args := range [][]string{
		{"validate"}, {"list"}, {"list", "--facts"}, {"list", "providers"}, {"list", "deviations"}, {"schema"}, {"schema", "report"}, {"version"}, {"init", "--help"},
	} {
		t.Run(fmt.Sprint(args), func(t *testing.T) {
			var stderr bytes.Buffer
			code := Main(args, full{broken}, &stderr)
			if code != exitNoJudgement || stderr.String() != "corsprobe: standard output: no space left on device\n" {
				t.Errorf("exit code %d, %q", code, &stderr)
			}
		})
	}
}

// A reader that has seen enough, as head, is no trouble to speak of, and yet no success.
func TestReaderWentAway(t *testing.T) {
	var stderr bytes.Buffer
	code := Main([]string{"validate"}, full{&os.PathError{Op: "write", Path: "|1", Err: syscall.EPIPE}}, &stderr)
	if code != exitNoJudgement || stderr.Len() > 0 {
		t.Errorf("exit code %d, %q", code, &stderr)
	}
}

func TestBeneath(t *testing.T) {
	if got := beneath(&output{Writer: os.Stdout}); got != io.Writer(os.Stdout) {
		t.Errorf("beneath an output is %v", got)
	}
	if got := beneath(os.Stderr); got != io.Writer(os.Stderr) {
		t.Errorf("beneath a stream is %v", got)
	}
}
