package reports

import (
	"bytes"
	"errors"
	"io"
	"sync"
	"time"

	"corsprobe/runner/result"
)

// The lines of an NDJSON report, by their type: the first is "run", the last "summary", all between are "cell".
type (
	streamRun struct {
		Type     string          `json:"type"`
		Version  int             `json:"version"` // of the JSON report, whose types the lines hold
		ID       string          `json:"id"`
		Tool     string          `json:"tool"`
		Started  time.Time       `json:"started"`
		Digest   string          `json:"digest,omitempty"`
		Shard    *result.Shard   `json:"shard,omitempty"`
		Endpoint result.Endpoint `json:"endpoint"`
	}
	streamCell struct {
		Type string      `json:"type"`
		Cell result.Cell `json:"cell"`
	}
	streamSummary struct {
		Type   string        `json:"type"`
		Report result.Report `json:"report"` // its list of cells is empty
	}
)

// Stream writes an NDJSON report while a run is under way. Each line is written at once and whole, so that a reader can follow, and so that
// what was judged is there when a run is killed. It is safe for use from several goroutines.
type Stream struct {
	mu  sync.Mutex
	out io.Writer
	err error // the first; nothing is written after it
}

// NewStream writes the first line: what is known before the first request.
func NewStream(w io.Writer, run result.Run, endpoint result.Endpoint) *Stream {
	s := &Stream{out: w}
	s.line(streamRun{"run", result.Version, run.ID, run.Tool, run.Started, run.Digest, run.Shard, endpoint})
	return s
}

// Cell writes the line of a cell. An error shows at [Stream.Close].
func (s *Stream) Cell(c result.Cell) { s.line(streamCell{"cell", c}) }

// Close writes the last line, the report without its cells, and returns the first error of all. A stream that was not closed has no such
// line: its run came to no end.
func (s *Stream) Close(r result.Report) error {
	whole := complete(r)
	whole.Cells = []result.Cell{}
	s.line(streamSummary{"summary", whole})
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.err
	s.err = errors.New("the stream is closed")
	return err
}

func (s *Stream) line(document any) {
	var b bytes.Buffer
	err := encodeJSON(&b, document, "")
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil && err == nil {
		_, err = s.out.Write(b.Bytes())
	}
	if s.err == nil {
		s.err = err
	}
}

// writeNDJSON streams a run that is over.
func writeNDJSON(w io.Writer, r result.Report) error {
	s := NewStream(w, r.Run, r.Endpoint)
	for _, c := range r.Cells {
		s.Cell(c)
	}
	return s.Close(r)
}
