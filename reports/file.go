package reports

import (
	"bufio"
	"fmt"
	"io"

	"corsprobe/runner/file"
	"corsprobe/runner/result"
)

// WriteFile writes a report to where the spec says. A file appears whole or not at all: an earlier one stays as it was until the new one
// is on disk, see [file.Replace]. Missing folders are made. What is no regular file is refused. [GitHub] is appended to its file instead, and
// annotates on stdout as well.
func WriteFile(spec Spec, r result.Report, stdout io.Writer) error {
	render := func(w io.Writer) error { return Write(w, spec.Format, r) }
	switch {
	case spec.Path == Stdout:
		return spec.Failed(buffered(stdout, render))
	case spec.Format == GitHub:
		return spec.Failed(publish(spec.Path, r, stdout))
	}
	return spec.Failed(file.Replace(spec.Path, render))
}

// Failed says which report could not be written, and why; nil where it could.
func (s Spec) Failed(err error) error {
	if err == nil {
		return nil
	}
	path := s.Path
	if path == Stdout {
		path = "standard output"
	}
	return fmt.Errorf("writing the %s report to %s: %w", s.Format, path, err)
}

func buffered(w io.Writer, render func(io.Writer) error) error {
	b := bufio.NewWriterSize(w, 64<<10)
	if err := render(b); err != nil {
		return err
	}
	return b.Flush()
}
