package reports

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"corsprobe/runner/result"
)

// WriteFile writes a report to where the spec says. A file appears whole or not at all: an earlier one stays as it was until the new one
// is complete. Missing parent directories are made. What is no regular file, such as /dev/stderr or a pipe, is written to directly.
// [GitHub] is appended to its file instead, and annotates on stdout as well.
func WriteFile(spec Spec, r result.Report, stdout io.Writer) error {
	render := func(w io.Writer) error { return Write(w, spec.Format, r) }
	if spec.Path == Stdout {
		if err := buffered(stdout, render); err != nil {
			return fmt.Errorf("writing the %s report to standard output: %w", spec.Format, err)
		}
		return nil
	}
	write := func() error { return replace(spec.Path, render) }
	if spec.Format == GitHub {
		write = func() error { return publish(spec.Path, r, stdout) }
	}
	if err := write(); err != nil {
		return fmt.Errorf("writing the %s report to %s: %w", spec.Format, spec.Path, reason(err))
	}
	return nil
}

// reason is what the system says without the path of a temporary file that nobody asked for.
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

func buffered(w io.Writer, render func(io.Writer) error) error {
	b := bufio.NewWriterSize(w, 64<<10)
	if err := render(b); err != nil {
		return err
	}
	return b.Flush()
}

// replace puts what render writes at path, at once.
func replace(path string, render func(io.Writer) error) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return errors.New("it is a directory")
	case err == nil && !info.Mode().IsRegular():
		return writeInto(path, render)
	case err == nil:
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	temporary := filepath.Join(filepath.Dir(path), fmt.Sprintf(".corsprobe-%016x.tmp", rand.Uint64()))
	if err := writeNew(temporary, render); err != nil {
		return errors.Join(err, discard(temporary))
	}
	if err := os.Rename(temporary, path); err != nil {
		return errors.Join(err, discard(temporary))
	}
	return nil
}

// discard removes a temporary file; that it never came to be is no error.
func discard(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func writeNew(path string, render func(io.Writer) error) error {
	// 0666: the user's umask decides who may read a report, as for any file that a command writes.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	return errors.Join(buffered(f, render), f.Close())
}

func writeInto(path string, render func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(buffered(f, render), f.Close())
}
