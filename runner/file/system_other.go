//go:build !unix

package file

import (
	"io/fs"
	"os"
)

// nonblock is of use only where named pipes are files.
const nonblock = 0

func keepOwner(*os.File, fs.FileInfo) {}
