package endpoint

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"corsprobe/runner/file"

	"github.com/gofrs/flock"
)

// lock is the exclusive right of one process of this machine to something. The system releases it when the process ends, however it ends; the
// file's text only says who has it, or had it.
type lock struct{ flock *flock.Flock }

// heldError says that somebody else has a lock, or may have it.
type heldError struct {
	path   string
	holder Holder // empty where the file does not tell
	alive  bool   // its process was seen to run
}

func (h *heldError) Error() string {
	if h.holder.Run == "" {
		return h.path + " does not say who holds it"
	}
	return "held by " + h.holder.String()
}

// takeLock takes a lock, or says with a [heldError] who has it. The lock of an ended process of this machine is taken over. That of a process
// of another machine, where two share a disk, is taken over only by force: from here nothing shows whether that process runs.
func takeLock(path string, holder Holder, force bool) (*lock, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", path)
	}
	f := flock.New(path)
	for tries := 1; ; tries++ {
		taken, err := f.TryLock()
		if err != nil {
			return nil, err
		}
		left, unread := readLock(path)
		switch {
		case !taken && (left.state() == running || tries == lockTries):
			return nil, &heldError{path, left, true}
		case !taken: // somebody looks whether it is held, or has just taken it and not written yet
			time.Sleep(20 * time.Millisecond)
		case !current(f, path):
			_ = f.Close() // its holder removed the file between our opening and our locking: there may be a new one
		default:
			if err := claim(path, holder, left, unread, force); err != nil {
				return nil, errors.Join(err, f.Close())
			}
			return &lock{f}, nil
		}
	}
}

// lockTries is how often a lock is tried whose holder is not seen to run.
const lockTries = 10

// claim writes the holder into a lock's file, unless what stands there forbids it.
func claim(path string, holder, left Holder, unread error, force bool) error {
	switch {
	case left.state() == running: // on a disk that lets two processes lock one file
		return &heldError{path, left, true}
	case unread != nil && !force, left.Run != "" && !left.here() && !force:
		return &heldError{path, left, false}
	}
	data, err := json.Marshal(holder)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return errors.Join(err, os.Remove(path)) // a file that was written half names nobody who could have it
	}
	return nil
}

// held reports that a lock's holder is under way, as far as that can be seen from here.
func held(path string) bool {
	left, err := readLock(path)
	if err != nil || left.Run == "" {
		return false
	}
	if s := left.state(); s != unknown || !left.here() {
		return s == running
	}
	f := flock.New(path) // processes cannot be looked up here: only the system knows
	defer func() { _ = f.Close() }()
	free, err := f.TryRLock()
	return err == nil && !free
}

// current reports that the locked file is the one that the path names.
func current(f *flock.Flock, path string) bool {
	locked, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(path)
	return err == nil && os.SameFile(locked, named)
}

// readLock is who a lock's file names; nobody where it is empty, as between its making and its writing.
func readLock(path string) (Holder, error) {
	data, err := readSmall(path)
	if err != nil || len(data) == 0 {
		return Holder{}, nil //nolint:nilerr // gone by now: nobody's
	}
	return readHolder(data)
}

// release lets go of the lock, and removes its file.
func (l *lock) release() {
	_ = os.Remove(l.flock.Path()) // while it is held: nobody else can have taken it
	_ = l.flock.Close()
}

// tidy removes what killed processes left in a folder of journals and what nobody needs: locks of processes that have ended, and files that were
// never finished.
func tidy(dir string) {
	paths, _ := filepath.Glob(filepath.Join(escapeGlob(dir), "*")) // the pattern is right
	for _, path := range paths {
		switch filepath.Ext(path) {
		case ".lock":
			removeDead(path)
		case ".tmp", ".buckets":
			if data, err := readSmall(path); err == nil && unfinishedFile(path, data) {
				_ = os.Remove(path)
			}
		}
	}
}

// removeDead removes the file of a lock that a process of this machine left which has ended.
func removeDead(path string) {
	f := flock.New(path)
	defer func() { _ = f.Close() }()
	if taken, err := f.TryLock(); err != nil || !taken || !current(f, path) {
		return
	}
	left, err := readLock(path)
	if err == nil && left.state() != running && (left.Run == "" || left.here()) {
		_ = os.Remove(path)
	}
}

// unfinishedFile reports that a file was begun long ago and holds nothing that counts.
func unfinishedFile(path string, data []byte) bool {
	info, err := os.Stat(path)
	if err != nil || time.Since(info.ModTime()) < time.Hour {
		return false
	}
	l, ok := readLedger(data)
	return filepath.Ext(path) == ".tmp" || !ok || len(l.names) == 0
}

// bucketLock is the file of a bucket's lock: one for all spellings of its endpoint.
func bucketLock(dir, endpoint, bucket string) string {
	sum := sha256.Sum256([]byte(place(endpoint) + "\n" + bucket))
	return filepath.Join(dir, fileName(bucket)+"-"+hex.EncodeToString(sum[:8])+".lock")
}

// fileName makes part of a file's name of a bucket's.
func fileName(bucket string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return '_'
	}, bucket)
	return strings.TrimLeft(name[:min(len(name), 63)], ".")
}

// longestFile is far more than any journal, lock or list of buckets needs.
const longestFile = 4 << 20

// readSmall reads a file of corsprobe's own.
func readSmall(path string) ([]byte, error) {
	data, err := file.Read(path, longestFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return data, err
}

// unlessMissing is an error, or nil where it only says that a file does not exist.
func unlessMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
