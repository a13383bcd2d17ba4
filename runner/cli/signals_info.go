//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package cli

import "syscall"

// moreHarmless: Ctrl-T asks for a word of progress, and ends nothing.
var moreHarmless = []syscall.Signal{syscall.SIGINFO}
