//go:build unix

package endpoint_test

import (
	"fmt"
	"path/filepath"
	"syscall"
	"testing"

	"corsprobe/runner/endpoint"
)

// A lock that is no file is refused, and does not hold anybody up.
func TestLockIsNoFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.lock")
	must(t, syscall.Mkfifo(path, 0o600))
	_, err := endpoint.TakeLock(path, endpoint.NewHolder("bbbbbbbbbbbb"), true)
	same(t, "error", path+" is no regular file", fmt.Sprint(err))
}
