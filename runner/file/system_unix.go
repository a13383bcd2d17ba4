//go:build unix

package file

import (
	"io/fs"
	"os"
	"syscall"
)

// nonblock keeps the opening of a named pipe from waiting for its other end.
const nonblock = syscall.O_NONBLOCK

// keepOwner gives a file the owner and group of the one that it replaces, as far as that is permitted.
func keepOwner(f *os.File, earlier fs.FileInfo) {
	if s, ok := earlier.Sys().(*syscall.Stat_t); ok {
		_ = f.Chown(int(s.Uid), int(s.Gid)) // only root may give a file away
	}
}
