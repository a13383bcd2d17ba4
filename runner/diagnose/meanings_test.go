package diagnose

import (
	"fmt"
	"testing"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// What is kept of a line's meaning is what is read of the line itself, each time, and not without end.
func TestMeanings(t *testing.T) {
	var m meanings
	for i, h := range s3cors.Headers {
		for _, value := range []string{"", "*", "a, b", "B,a", "Origin, Accept-Encoding", " x "} {
			lines := []result.Header{{Name: h.Name, Value: value}}
			for range 2 {
				once, twice := m.meaning(predicted{i, value, false}), m.meaning(predicted{i, value, true})
				if want := meaning(h.Check, h.Name, lines); once != want {
					t.Errorf("%s: %q means %q, want %q", h.Name, value, once, want)
				}
				if want := meaning(h.Check, h.Name, append(lines, lines[0])); twice != want {
					t.Errorf("%s: %q sent twice means %q, want %q", h.Name, value, twice, want)
				}
			}
		}
	}
	for n := range mostMeanings + 1 {
		m.meaning(predicted{0, fmt.Sprint("https://", n, ".example"), false})
	}
	if len(m.of) > mostMeanings {
		t.Errorf("%d meanings are kept, at most %d should be", len(m.of), mostMeanings)
	}
}

// The last explanations are kept, fewer of a large report.
func TestKeep(t *testing.T) {
	for _, c := range []struct{ observations, kept int }{{10, 16}, {25_000, 4}, {100_000, 2}} {
		var s search
		for i := range 20 {
			s.keep(explanation{trials: make([]trial, c.observations), total: i})
		}
		if len(s.kept) != c.kept || s.kept[len(s.kept)-1].total != 19 {
			t.Errorf("of %d observations %d explanations are kept, want the last %d", c.observations, len(s.kept), c.kept)
		}
	}
}
