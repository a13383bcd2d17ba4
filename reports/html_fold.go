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

// folder writes some of a page compressed, in parts, for a browser to unfold. Nearly all of a report is evidence, and hardly any of it is ever
// looked at: a part of that is unfolded when somebody opens a cell.
type folder struct {
	name string // of its parts: "fold"
	out  bytes.Buffer
	part bytes.Buffer
	n    int // number of the part that is being filled
}

// add takes what belongs to one scenario, which is in one part.
func (f *folder) add(render func(io.Writer)) error {
	render(&f.part)
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
	if _, err := fmt.Fprintf(&f.out, "<script type=\"application/gzip\" id=\"%s-%d\">", f.name, f.n); err != nil {
		return err
	}
	text := base64.NewEncoder(base64.StdEncoding, &f.out)
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
	_, err = f.out.WriteString("</script>\n")
	return err
}
