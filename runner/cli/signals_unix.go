//go:build unix

package cli

import (
	"os"
	"os/signal"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// harmless are the signals that end no process, or that none can catch. SIGURG is the Go runtime's own.
var harmless = append([]syscall.Signal{
	syscall.SIGKILL, syscall.SIGSTOP, syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU, syscall.SIGCONT, syscall.SIGCHLD, syscall.SIGURG, syscall.SIGWINCH,
}, moreHarmless...)

// signalName is SIGTERM for 15; empty for a signal that has no name.
func signalName(s syscall.Signal) string { return unix.SignalName(s) }

// writeSignals come with an error of a write, which then says what there is to say: the reader of a pipe went away, a file is at its limit.
var writeSignals = []os.Signal{syscall.SIGPIPE, syscall.SIGXFSZ}

// endingSignals are all others that there are. A process that was started with SIGHUP ignored is meant to outlive its terminal (nohup).
func endingSignals() []os.Signal {
	const most = 64 // Linux's real-time signals among them
	var all []os.Signal
	for n := syscall.Signal(1); n <= most; n++ {
		if !slices.Contains(harmless, n) && !slices.Contains(writeSignals, os.Signal(n)) && (n != syscall.SIGHUP || !signal.Ignored(n)) {
			all = append(all, n)
		}
	}
	return all
}
