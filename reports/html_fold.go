package reports

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
)

// foldSize is how many bytes of evidence are compressed together: what a browser unfolds in an instant, and enough that what recurs costs nothing.
const foldSize = 1 << 20

// folder writes the evidence of a page compressed. A browser unfolds a part of it when somebody opens a scenario: nearly all of a report is
// evidence, and hardly any of it is ever looked at.
type folder struct {
	out  io.Writer
	part bytes.Buffer
	n    int // number of the part that is being filled
}

// add takes the evidence of one scenario, which is in one part.
func (f *folder) add(render func(io.Writer) error) error {
	if err := render(&f.part); err != nil {
		return err
	}
	if f.part.Len() >= foldSize {
		return f.flush()
	}
	return nil
}

// flush writes the part that is being filled as a script that is none: browsers leave alone what has no type that they run.
func (f *folder) flush() error {
	if f.part.Len() == 0 {
		return nil
	}
	if _, err := fmt.Fprintf(f.out, "<script type=\"application/gzip\" id=\"fold-%d\">", f.n); err != nil {
		return err
	}
	text := base64.NewEncoder(base64.StdEncoding, f.out)
	packed, err := gzip.NewWriterLevel(text, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := f.part.WriteTo(packed); err != nil {
		return err
	}
	if err := packed.Close(); err != nil {
		return err
	}
	if err := text.Close(); err != nil {
		return err
	}
	f.n++
	_, err = io.WriteString(f.out, "</script>\n")
	return err
}
