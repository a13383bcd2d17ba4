//go:build unix && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package cli

import "syscall"

var moreHarmless []syscall.Signal
