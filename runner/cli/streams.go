package cli

import (
	"errors"
	"io"
	"os"

	"corsprobe/reports"
	"corsprobe/runner/file"
	"corsprobe/runner/result"
)

// streams are the reports that are written while a run is under way, a line a cell.
type streams []*stream

type stream struct {
	*reports.Stream
	spec reports.Spec
	file *growing // nil: standard output
}

// growing is a file that a reader can follow. Its first write replaces what stood there, at once; those that follow add to it. So an earlier
// report is there until the new one has begun, and what was judged is there if the run is killed.
type growing struct {
	path string
	file *os.File
}

func (g *growing) Write(p []byte) (int, error) {
	if g.file != nil {
		return g.file.Write(p)
	}
	err := file.Replace(g.path, func(w io.Writer) error { _, err := w.Write(p); return err })
	if err == nil {
		g.file, err = file.Append(g.path)
	}
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

func (g *growing) close() error {
	if g == nil || g.file == nil {
		return nil
	}
	return errors.Join(g.file.Sync(), g.file.Close())
}

// openStreams begins every NDJSON report. Unlike others they do not wait for the run's end, so that what was judged is there if it has none.
func openStreams(specs []reports.Spec, run result.Run, endpoint result.Endpoint, stdout io.Writer) streams {
	var all streams
	for _, spec := range specs {
		if spec.Format != reports.NDJSON {
			continue
		}
		s := &stream{spec: spec}
		out := stdout
		if spec.Path != reports.Stdout {
			s.file = &growing{path: spec.Path}
			out = s.file
		}
		s.Stream = reports.NewStream(out, run, endpoint)
		all = append(all, s)
	}
	return all
}

// cell writes the line of a cell to each. It is called from several goroutines.
func (all streams) cell(c result.Cell) {
	for _, s := range all {
		s.Cell(c)
	}
}

// finish writes the last line of each, and returns the first error of each stream.
func (all streams) finish(r result.Report) error {
	var problems []error
	for _, s := range all {
		problems = append(problems, s.spec.Failed(errors.Join(s.Close(r), s.file.close())))
	}
	return errors.Join(problems...)
}

// abandon closes the files.
func (all streams) abandon() error {
	var problems []error
	for _, s := range all {
		problems = append(problems, s.spec.Failed(s.file.close()))
	}
	return errors.Join(problems...)
}
