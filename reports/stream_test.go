package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"corsprobe/runner/result"
)

func TestNDJSONGolden(t *testing.T) {
	golden(t, "report.ndjson", render(t, NDJSON, shortened(sample())))
}

// streamed is a line of any type.
type streamed struct {
	Type   string        `json:"type"`
	Cell   result.Cell   `json:"cell"`
	Report result.Report `json:"report"`
}

// readNDJSON puts a report together from its lines: one document a line, a run, its cells, a summary.
func readNDJSON(data []byte) (r result.Report, problems []string) {
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	var cells []result.Cell
	for i, text := range lines {
		var line streamed
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			return r, append(problems, fmt.Sprintf("line %d: %v", i+1, err))
		}
		want := "cell"
		switch i {
		case 0:
			want = "run"
		case len(lines) - 1:
			want = "summary"
			r = line.Report
		default:
			cells = append(cells, line.Cell)
		}
		if line.Type != want {
			problems = append(problems, fmt.Sprintf("line %d is a %s, not a %s", i+1, line.Type, want))
		}
	}
	r.Cells = cells
	return r, problems
}

// The lines hold the whole JSON report.
func TestNDJSONIsTheJSONReport(t *testing.T) {
	for name, r := range map[string]result.Report{"sample": sample(), "clean": clean(), "empty": {}} {
		got, problems := readNDJSON(render(t, NDJSON, r))
		if problems != nil {
			t.Errorf("%s: %q", name, problems)
		}
		want, err := ReadJSON(bytes.NewReader(render(t, JSON, r)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: the lines hold another report (-want +got):\n%.2000s", name, diff)
		}
	}
}

func TestNDJSONFirstLine(t *testing.T) {
	r := clean()
	r.Run.Digest, r.Run.Shard = "sha256:12", &result.Shard{Index: 1, Total: 2}
	first, _, _ := strings.Cut(string(render(t, NDJSON, r)), "\n")
	const want = `{"type":"run","version":1,"id":"20260301-7f3a","tool":"corsprobe 0.1.0","started":"2026-03-01T12:30:00Z","digest":"sha256:12","shard":{"index":1,"total":2},` +
		`"endpoint":{"url":"https://s3.example.com","name":"Example S3","region":"eu-west-1","server":"ExampleS3/2.1 \u001b]0;owned\u0007"}}`
	if first != want {
		t.Errorf("got\n%s\nwant\n%s", first, want)
	}
}

// A reader that follows a run has each cell as soon as it was judged.
func TestStreamWritesAtOnce(t *testing.T) {
	var b bytes.Buffer
	r := sample()
	s := NewStream(&b, r.Run, r.Endpoint)
	for i, c := range r.Cells {
		if got := strings.Count(b.String(), "\n"); got != i+1 {
			t.Fatalf("%d lines before cell %d", got, i)
		}
		s.Cell(c)
	}
	if err := s.Close(r); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), render(t, NDJSON, sample())) {
		t.Error("a run that is streamed differs from one that is over")
	}
}

func TestStreamFromSeveralGoroutines(t *testing.T) {
	var b bytes.Buffer
	r := clean()
	s := NewStream(&b, r.Run, r.Endpoint)
	var group sync.WaitGroup
	for i := range 50 {
		group.Go(func() { s.Cell(newCell("a/b", strconv.Itoa(i), strings.Repeat("x", 1000), result.Passed)) })
	}
	group.Wait()
	if err := s.Close(r); err != nil {
		t.Fatal(err)
	}
	got, problems := readNDJSON(b.Bytes())
	if problems != nil || len(got.Cells) != 50 {
		t.Errorf("%d cells, %q", len(got.Cells), problems)
	}
}

func TestStreamKeepsItsFirstError(t *testing.T) {
	r := clean()
	f := &failing{room: 300}
	s := NewStream(f, r.Run, r.Endpoint)
	for _, c := range r.Cells {
		s.Cell(c)
	}
	f.room = 1 << 20 // there is room again, and a line is missing
	if err := s.Close(r); !errors.Is(err, errFull) {
		t.Errorf("got %v, want %v", err, errFull)
	}
	if f.room != 1<<20 {
		t.Error("something was written after a line that is missing")
	}
}

func TestStreamIsClosedOnce(t *testing.T) {
	var b bytes.Buffer
	r := clean()
	s := NewStream(&b, r.Run, r.Endpoint)
	if err := s.Close(r); err != nil {
		t.Fatal(err)
	}
	whole := b.Len()
	s.Cell(r.Cells[0])
	if err := s.Close(r); message(err) != "the stream is closed" || b.Len() != whole {
		t.Errorf("got %v and %d more bytes", err, b.Len()-whole)
	}
}
