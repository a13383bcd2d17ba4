package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"corsprobe/reports"
	"corsprobe/runner/result"
)

// streams are the reports that are written while a run is under way, a line a cell.
type streams []*stream

type stream struct {
	*reports.Stream
	path string
	file *os.File // nil: standard output
}

// openStreams begins every NDJSON report. Unlike others they do not wait for the run's end, so that what was judged is there if it has none.
func openStreams(specs []reports.Spec, run result.Run, endpoint result.Endpoint, stdout io.Writer) (streams, error) {
	var all streams
	for _, spec := range specs {
		if spec.Format != reports.NDJSON {
			continue
		}
		s := &stream{path: spec.Path}
		out := stdout
		if spec.Path != reports.Stdout {
			file, err := create(spec.Path)
			if err != nil {
				return nil, errors.Join(fmt.Errorf("writing the %s report: %w", spec.Format, err), all.abandon())
			}
			s.file, out = file, file
		}
		s.Stream = reports.NewStream(out, run, endpoint)
		all = append(all, s)
	}
	return all, nil
}

func create(path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, err
	}
	return os.Create(path)
}

// cell writes the line of a cell to each. It is called from several goroutines.
func (all streams) cell(c result.Cell) {
	for _, s := range all {
		s.Cell(c)
	}
}

// finish writes the last line of each, and tells the first error of all its lines.
func (all streams) finish(r result.Report) error {
	var problems []error
	for _, s := range all {
		if err := s.Close(r); err != nil {
			problems = append(problems, fmt.Errorf("writing the %s report to %s: %w", reports.NDJSON, s.path, err))
		}
	}
	return errors.Join(append(problems, all.abandon())...)
}

// abandon closes the files.
func (all streams) abandon() error {
	var problems []error
	for _, s := range all {
		if s.file != nil {
			problems = append(problems, s.file.Close())
		}
	}
	return errors.Join(problems...)
}
