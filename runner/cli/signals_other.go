//go:build !unix

package cli

import (
	"os"
	"syscall"
)

// signalName leaves it to the system's words.
func signalName(syscall.Signal) string { return "" }

// writeSignals are none where a broken pipe is an error of the write alone.
var writeSignals []os.Signal

// endingSignals are Ctrl-C and Ctrl-Break, and those that Windows sends when a console is closed and when the machine shuts down.
func endingSignals() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }
