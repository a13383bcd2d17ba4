// Package file reads and writes the files that a user names. What is read is a regular file or standard input, and never more of it than a
// bound: a named pipe would hang, a device would fill the memory. What is written appears whole or not at all, and [Check] says before a run
// what could not be written.
//
// Errors do not name the file that was asked for: callers do, in their own words. They depend on nothing else of the project.
package file

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Stdin is the path that stands for standard input, as [Stdout] does for standard output.
const (
	Stdin  = "-"
	Stdout = "-"
)

// Read reads a regular file of at most limit bytes.
func Read(path string, limit int64) ([]byte, error) {
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return ReadAll(f, limit)
}

// Open opens a regular file that is read a piece at a time; one of more than limit bytes is refused.
func Open(path string, limit int64) (io.ReadCloser, error) {
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || info.Size() > limit {
		_ = f.Close()
		return nil, cmp.Or(reason(err), tooLarge(limit))
	}
	return f, nil
}

func tooLarge(limit int64) error {
	return fmt.Errorf("larger than %d bytes: no file of this kind is", limit)
}

// Input is [Read] for what may be standard input too: path is [Stdin] then.
func Input(path string, limit int64) ([]byte, error) {
	if path == Stdin {
		return ReadAll(os.Stdin, limit)
	}
	data, err := Read(path, limit)
	var irregular irregularError
	if errors.As(err, &irregular) && !irregular.mode.IsDir() {
		err = fmt.Errorf("%w, or give - and pipe it to standard input", err)
	}
	return data, err
}

// Dir is the file system of a folder, with nothing in it that cannot be read to an end: opening what is neither a regular file nor a folder
// fails.
func Dir(path string) fs.FS { return dir(path) }

type dir string

// Open implements [fs.FS].
func (d dir) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	path := filepath.Join(string(d), filepath.FromSlash(name))
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return os.Open(path)
	}
	f, err := open(path)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return f, nil
}

// open opens a regular file. What it is, is asked before it is opened, for that alone may have an effect on a device; and once more of what was
// opened, for it may be another by then.
func open(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, reason(err)
	}
	if !info.Mode().IsRegular() {
		return nil, irregularError{info.Mode()}
	}
	f, err := os.OpenFile(path, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, reason(err)
	}
	return regular(f)
}

// regular closes what is no regular file.
func regular(f *os.File) (*os.File, error) {
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = irregularError{info.Mode()}
	}
	if err != nil {
		_ = f.Close()
		return nil, reason(err)
	}
	return f, nil
}

// ReadAll reads at most limit bytes; more is an error.
func ReadAll(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, reason(err)
	}
	if int64(len(data)) > limit {
		return nil, tooLarge(limit)
	}
	return data, nil
}

// irregularError is the refusal to read what is no regular file.
type irregularError struct{ mode fs.FileMode }

func (e irregularError) Error() string {
	if e.mode.IsDir() {
		return "it is a folder, not a file"
	}
	return "it is " + kind(e.mode) + ", not a regular file: write its content to a file first"
}

// kind says what a file is that is not regular.
func kind(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	default:
		return "of a kind of its own"
	}
}

// reason is what the system says, without the operation and the path: a temporary file's nobody asked for.
func reason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err
	}
	return err
}
