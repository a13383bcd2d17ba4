package file

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
)

// Replace puts what render writes at path, at once: what stood there stays as it was until all of it is on disk. A symbolic link is followed,
// the mode of an earlier file is kept, and folders that are missing are made.
func Replace(path string, render func(io.Writer) error) error {
	path, earlier, err := destination(path)
	if err != nil {
		return err
	}
	return beside(path, earlier, render, os.Rename)
}

// Create is [Replace] where nothing may be replaced: that there is a file already is [fs.ErrExist].
func Create(path string, render func(io.Writer) error) error {
	switch _, err := os.Lstat(path); {
	case err == nil:
		return fs.ErrExist
	case !errors.Is(err, fs.ErrNotExist):
		return reason(err)
	}
	return beside(path, nil, render, func(temporary, path string) error {
		// Unlike a rename, a link never replaces a file that came in between. Some file systems have none.
		if err := os.Link(temporary, path); err == nil || errors.Is(err, fs.ErrExist) {
			return errors.Join(reason(err), os.Remove(temporary))
		}
		return os.Rename(temporary, path)
	})
}

// Append opens a regular file to add to it, and makes it where there is none.
func Append(path string) (*os.File, error) {
	path, _, err := destination(path)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, reason(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|nonblock, 0o666)
	if err != nil {
		return nil, reason(err)
	}
	return regular(f)
}

// beside writes a new file in path's folder, and then puts it in its place.
func beside(path string, earlier fs.FileInfo, render func(io.Writer) error, place func(temporary, path string) error) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return reason(err)
	}
	temporary := temporaryIn(folder)
	if err := write(temporary, earlier, render); err != nil {
		return reason(errors.Join(err, discard(temporary)))
	}
	if err := place(temporary, path); err != nil {
		return errors.Join(reason(err), discard(temporary))
	}
	syncFolder(folder)
	return nil
}

func temporaryIn(folder string) string {
	return filepath.Join(folder, fmt.Sprintf(".corsprobe-%016x.tmp", rand.Uint64()))
}

// write makes a file, whole and on disk before it returns.
func write(path string, earlier fs.FileInfo, render func(io.Writer) error) error {
	// 0666: the user's umask decides who may read it, as for any file that a command writes.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	if earlier != nil {
		keepOwner(f, earlier)
		if err := f.Chmod(earlier.Mode().Perm()); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	b := bufio.NewWriterSize(f, 64<<10)
	if err := render(b); err != nil {
		return errors.Join(err, f.Close())
	}
	return errors.Join(b.Flush(), onDisk(f), f.Close())
}

// onDisk waits until a file is on disk, where there is such a promise.
func onDisk(f *os.File) error {
	err := f.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) {
		return nil
	}
	return err
}

// syncFolder makes a rename outlast a power cut, where the system can do that for folders.
func syncFolder(path string) {
	if d, err := os.Open(path); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// discard removes a temporary file; that it never came to be is no error.
func discard(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// destination is where a file is to be written to: behind every symbolic link. It also tells what is there; nil: nothing yet.
func destination(path string) (string, fs.FileInfo, error) {
	path, err := followed(path)
	if err != nil {
		return path, nil, err
	}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return path, nil, nil
	case err != nil:
		return path, nil, reason(err)
	case info.IsDir():
		return path, nil, errors.New("it is a folder: name a file in it")
	case !info.Mode().IsRegular():
		return path, nil, fmt.Errorf("it is %s: name a regular file, or - for standard output", kind(info.Mode()))
	}
	return path, info, nil
}

// isLink reports that a path is a symbolic link. That a path cannot be looked at is told where it is opened.
func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// followed follows the symbolic links that a path ends in, to what need not be there.
func followed(path string) (string, error) {
	const most = 40 // as Linux
	for range most {
		if !isLink(path) {
			return path, nil
		}
		to, err := os.Readlink(path)
		if err != nil {
			return path, reason(err)
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return path, errors.New("too many symbolic links lead from it to others")
}
